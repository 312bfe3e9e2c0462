package policy

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// The strategy Recreate: all outdated pods go, and only when none is left do new
// ones come. So an outdated pod that will never be ready is in nobody's way
// (Kubernetes issue 67250), at the price of an outage. It is new in 1.37 and off
// unless the gate StatefulSetRecreateStrategy is on.
//
// The condition Progressing of the set says how far it has got.

// Progress is the condition Progressing. The zero Progress is none.
type Progress struct {
	Reason ProgressReason
	Since  model.Instant // when Status last changed
}

// ProgressReason is the reason of the condition, and what its message tells.
type ProgressReason uint8

// The reasons of the condition.
const (
	NoProgress        ProgressReason = iota
	RecreateDeleting                 // outdated pods are being deleted
	RecreateCreating                 // they are gone, and not all new ones are ready
	RecreateCompleted                // they are
)

// Condition is the condition as the API shows it.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, setProgressingCondition.
func (p Progress) Condition() model.StatefulSetCondition {
	c := model.StatefulSetCondition{
		Type: "Progressing", Status: "True", LastTransitionTime: p.Since, Reason: "RecreateInProgress",
	}
	switch p.Reason {
	case RecreateDeleting:
		c.Message = "Deleting old revision pods"
	case RecreateCreating:
		c.Message = "Waiting for new-revision pods to be created"
	case RecreateCompleted:
		c.Status, c.Reason, c.Message = "False", "RecreateCompleted", "All pods recreated successfully"
	}
	return c
}

// inProgress is whether the condition is True.
func (p Progress) inProgress() bool {
	return p.Reason == RecreateDeleting || p.Reason == RecreateCreating
}

// become gives the condition another reason. Its time is that of the last change
// between True and False.
//
// Source: setStatefulSetCondition.
func (p *Progress) become(reason ProgressReason, now model.Instant) {
	next := Progress{Reason: reason, Since: now}
	if p.Reason != NoProgress && next.inProgress() == p.inProgress() {
		next.Since = p.Since
	}
	*p = next
}

// recreates reports whether the set's strategy is Recreate, and allowed.
func (v *View) recreates() bool {
	return v.set.Spec.UpdateStrategy.Type == model.Recreate &&
		!v.rules.Has(release.RecreateIsUnknown) && !v.rules.Has(release.RecreateIsRefused)
}

// refusesRecreate reports whether the set's strategy is Recreate, and not allowed.
func (v *View) refusesRecreate() bool {
	return v.set.Spec.UpdateStrategy.Type == model.Recreate && v.rules.Has(release.RecreateIsRefused)
}

// recreateTurn deletes all outdated pods, whatever the management policy and the
// range, and ends the plan until they are gone, those included that somebody else
// has deleted.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, recreateDeleteAndWait.
func (p *plan) recreateTurn() (stop bool) {
	if !p.recreates() {
		return false
	}
	if p.count.pods == p.at(p.update) {
		if p.current != p.update {
			p.d.Status.Progress.become(RecreateCreating, p.d.now)
		}
		return false
	}
	p.d.deleting = true
	for i := p.marks.next(outdated, 0); i >= 0; i = p.marks.next(outdated, i+1) {
		place, _ := p.seatOf(p.start + i)
		p.recreate(place, i)
	}
	for k := range p.condemned {
		place := p.condemned[len(p.condemned)-1-k]
		if p.isOutdated(&p.seats[place].pod) {
			p.recreate(place, p.replicas+int32(k))
		}
	}
	p.d.Wait = Wait{OldPods, -1}
	return true
}

// recreate deletes the pod of a seat, the i-th of all pods. The pods go in batches,
// as under Parallel.
func (p *plan) recreate(place, i int32) {
	p.visited++
	pod := p.seats[place].pod
	p.d.Steps = append(p.d.Steps, Step{
		Do: DeletePod, Because: OutdatedAll, Ordinal: pod.Ordinal, Pod: pod, Group: batch(i),
	})
}
