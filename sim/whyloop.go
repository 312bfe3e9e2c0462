package sim

import (
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// Pods that are created again and again. Of such a set a single look says little: the pod is
// about to be created, or to be deleted, or has just ended.

// manyTimes is how often a pod is created, of one set and in one look ahead, that is in a loop.
const manyTimes = 50

// loop is the pod of a set that never comes to rest because it is created again and again,
// and why it ends each time.
func (a *asker) loop() (pod model.Name, why string, loops bool) {
	place := a.goal.place(a.now)
	if a.rest || a.goal.kind != model.KindStatefulSet || place == nowhere {
		return model.Name{}, "", false
	}
	name, times := a.now.sets.at(place).name, 0
	for _, r := range a.end.trace.from(a.now.trace.len()) {
		switch {
		case r.kind == recPodCreated && r.subject == name && r.object == pod:
			times++
		case r.kind == recPodCreated && r.subject == name:
			pod, times = r.object, 1
		case r.kind == recRejected && r.subject == pod:
			why, _, _ = strings.Cut(a.end.text(r.text), "\n")
			why = ": " + a.end.rendered(r.object) + " rejects it, " + why
		}
	}
	return pod, why, times >= manyTimes
}

// loopChain is a set that waits for such a pod.
func (w *world) loopChain(g *goal, pod model.Name, why string) []whyLink {
	name := w.rendered(pod)
	set := whyLink{Link: Link{Object: "sts/" + g.text}, of: thing{g.kind, g.place(w)}, next: nothing}
	set.says(causePasses, "waits for "+name)
	set.On = "pod/" + name
	last := whyLink{Link: Link{Object: set.On}, of: nothing, next: nothing}
	last.says(causeLoops, "is created, ends, and is deleted again and again"+why)
	last.by("a pod that has Failed is replaced at once: nothing has gone wrong that the controller would back off from", "kubernetes #89067")
	return []whyLink{set, last}
}
