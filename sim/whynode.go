package sim

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
)

// What a node waits for that is being drained, and why one does not answer.

func (w *world) linkNode(l *whyLink) {
	n := w.nodes.at(l.of.place)
	if n.health != healthReady {
		l.Since = n.healthSince
	}
	switch {
	case n.down:
		l.says(causeSilent, "does not answer: its machine is down")
	case n.cut:
		l.says(causeSilent, "does not answer: its network is cut")
	case n.stopped:
		l.says(causeSilent, "does not answer: its kubelet does not run")
	case n.holding:
		l.says(causeHolds, "cannot unmount its volumes")
	case n.health != healthReady:
		l.says(causePasses, "answers, and is not Ready yet")
	default:
		w.linkDrain(l)
	}
}

// linkDrain is a node that is being drained.
func (w *world) linkDrain(l *whyLink) {
	l.says(causeNone, "is Ready")
	for i := range w.draining {
		d := &w.draining[i]
		p, ok := w.pods.find(d.name)
		if d.node != l.of.place || !ok {
			continue
		}
		l.Since = d.since
		l.says(causePasses, "is being drained, and waits for "+w.rendered(d.name))
		if d.asked {
			l.waitsFor(model.KindPod, p)
			return
		}
		if d.refused != 0 {
			l.Why = "is being drained, and waits for " + w.rendered(d.name) + ", whose eviction is refused"
		}
		for b := range w.budgets.all {
			if w.guards(b, p) && w.budgets.at(b).status.Allowed == 0 {
				l.Why += " by the budget " + w.rendered(w.budgets.at(b).name)
				l.waitsFor(model.KindPodDisruptionBudget, b)
				return
			}
		}
		return
	}
}

// linkBudget is a budget that allows no eviction: it waits for the first of its pods that is
// not healthy.
func (w *world) linkBudget(l *whyLink) {
	row := w.budgets.at(l.of.place)
	st := &row.status
	l.Since = row.changed
	l.says(causeGuarded, fmt.Sprintf("allows no eviction: it wants %d healthy and has %d", st.DesiredHealthy, st.CurrentHealthy))
	l.by("a pod is only evicted if the budget is kept without it", "pkg/registry/core/pod/storage/eviction.go")
	for p := range w.pods.all {
		if r := w.pods.at(p); w.guards(l.of.place, p) && !r.ready {
			l.Why += ", for want of " + w.rendered(r.name)
			l.waitsFor(model.KindPod, p)
			return
		}
	}
}
