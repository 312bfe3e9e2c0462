package stateless_test

import (
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/conformance/stateless"
)

// sights are what drawn stories have to come to show, for the comparison to be worth
// something: each says of a state whether it is there, given the one before it.
var sights = []struct {
	name string
	is   func(before, after stateless.State) bool
}{
	{"three ReplicaSets with pods", func(_, s stateless.State) bool {
		return count(s.Sets, func(set stateless.Set) bool { return set.Replicas > 0 }) == 3
	}},
	{"a revision that comes back", func(_, s stateless.State) bool {
		return slices.ContainsFunc(s.Sets, func(set stateless.Set) bool { return set.History != "" })
	}},
	{"history that is deleted", func(before, s stateless.State) bool { return len(s.Sets) < len(before.Sets) }},
	{"a deadline that has passed", condition("ProgressDeadlineExceeded")},
	{"a rollout that is complete", condition("NewReplicaSetAvailable")},
	{"a paused Deployment", condition("DeploymentPaused")},
	{"a resumed Deployment", condition("DeploymentResumed")},
	{"a failure to create pods", condition("ReplicaFailure")},
	{"pods that are scaled down by their cost", func(before, s stateless.State) bool {
		expensive := func(p stateless.Pod) bool { return p.Cost != "" && !strings.Contains(p.Flags, "terminating") }
		return count(before.Pods, expensive) > 0 && len(terminating(s)) > len(terminating(before))
	}},
	{"a share of a change for each of two ReplicaSets", func(before, s stateless.State) bool {
		changed := 0
		for i := range min(len(before.Sets), len(s.Sets)) {
			old, set := before.Sets[i], s.Sets[i]
			if old.Image == set.Image && old.Desired != set.Desired && old.Replicas != set.Replicas && old.Replicas > 0 && set.Replicas > 0 {
				changed++
			}
		}
		return changed > 1
	}},
	{"an orphan", func(_, s stateless.State) bool {
		return slices.ContainsFunc(s.Pods, func(p stateless.Pod) bool { return p.Image == "" })
	}},
	{"a rollout that nothing moves on after a failed write", func(before, s stateless.State) bool {
		return before.String() == s.String() && len(s.Sets) > 1 && s.Sets[0].Replicas > 0 && s.Sets[1].Replicas > 0 &&
			strings.Contains(s.Status, "0 unavailable") && condition("MinimumReplicasAvailable")(before, s) && !condition("Paused")(before, s)
	}},
}

func count[T any](list []T, holds func(T) bool) (n int) {
	for _, item := range list {
		if holds(item) {
			n++
		}
	}
	return n
}

func terminating(s stateless.State) (out []stateless.Pod) {
	for _, p := range s.Pods {
		if strings.Contains(p.Flags, "terminating") {
			out = append(out, p)
		}
	}
	return out
}

func condition(words string) func(_, s stateless.State) bool {
	return func(_, s stateless.State) bool {
		return slices.ContainsFunc(s.Conditions, func(c string) bool { return strings.Contains(c, words) })
	}
}

// notice marks the sights that the story has come to see.
func (v verdict) notice(seen map[string]bool) {
	for i := 1; i < len(v.states); i++ {
		for _, s := range sights {
			if !seen[s.name] && s.is(v.states[i-1], v.states[i]) {
				seen[s.name] = true
			}
		}
	}
}
