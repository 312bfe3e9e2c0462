package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/sim"
)

// What looks at a world once a story is over, and says in a word what it has come to.

// look says in a word what a story has come to.
type look func(*sim.Cluster) string

// see asks a question of a world as it is.
func see[T any](c *sim.Cluster, question func(sim.View) T) (answer T) {
	c.RunUntil(func(v sim.View) bool {
		answer = question(v)
		return true
	}, 0)
	return answer
}

// either is one word where a condition holds, and another where it does not.
func either(holds func(sim.View) bool, yes, no string) look {
	return func(c *sim.Cluster) string {
		if see(c, holds) {
			return yes
		}
		return no
	}
}

// wanted is ok where a look says what is wanted, and bad where it says anything else.
func wanted(word string, l look) look {
	return func(c *sim.Cluster) string {
		if got := l(c); got != word {
			return "bad: " + got
		}
		return "ok"
	}
}

// rolledOut is whether web is what its spec asks for.
func rolledOut(v sim.View) bool { return v.RolledOut("web") }

// images are the tags of the pods of a set, by ordinal: "A A B". A pod that is not ready is
// in brackets, one that is being deleted has a cross, and one that is not there is a dash.
func images(set string) look {
	return func(c *sim.Cluster) string {
		var words []string
		spec, err := c.StatefulSet(set)
		if err != nil {
			return err.Error()
		}
		first := int(spec.Spec.StartOrdinal())
		for ordinal := first; ordinal < first+int(spec.Spec.DesiredReplicas()); ordinal++ {
			words = append(words, image(c, fmt.Sprintf("%s-%d", set, ordinal)))
		}
		return strings.Join(words, " ")
	}
}

// image is one word of images.
func image(c *sim.Cluster, pod string) string {
	p, err := c.Pod(pod)
	if err != nil {
		return "-"
	}
	_, word, _ := strings.Cut(p.Spec.Containers[0].Image, ":")
	switch {
	case p.DeletedAt != nil:
		return word + "×"
	case !see(c, func(v sim.View) bool { return v.PodReady(pod) }):
		return "(" + word + ")"
	}
	return word
}

// imageOf is the word of images for one pod.
func imageOf(pod string) look { return func(c *sim.Cluster) string { return image(c, pod) } }

// exists is whether there is a pod.
func exists(pod string) func(sim.View) bool {
	return func(v sim.View) bool { return v.PodExists(pod) }
}

// terminating is whether a pod is being deleted.
func terminating(pod string) func(sim.View) bool {
	return func(v sim.View) bool {
		p, ok := v.Pod(pod)
		return ok && p.Terminating()
	}
}

// promoted is whether the update revision of web has become the current one.
func promoted(v sim.View) bool {
	web, ok := v.Set("web")
	return ok && web.CurrentRevision() == web.UpdateRevision()
}

// when is the last instant at which somebody is told of, in words that begin so; ok is false
// if that never happened.
func when(c *sim.Cluster, who, what string) (at time.Duration, ok bool) {
	for _, line := range c.Trace() {
		if line.Who == who && strings.HasPrefix(line.What, what) {
			at, ok = time.Duration(line.At), true
		}
	}
	return at, ok
}
