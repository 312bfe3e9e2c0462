package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// UpdatesInOrder: a rolling update takes the highest ordinal first; and under OrderedReady
// it goes on only when all replicas are available and nobody is left to be scaled away.
//
// Pods that are not available anyway may be replaced out of turn: that costs nobody anything.
// That an update waits for a pod of the new revision that never becomes available, also when
// its template has been reverted, is how a rollout gets stuck (kubernetes #67250).
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatefulSetAfterInvariantEstablished.
func UpdatesInOrder() sim.Check {
	return sim.Check{Name: "pods are updated in order", Broken: func(v sim.View) string {
		for change := range v.Changes {
			set, ok := replaced(change)
			if !ok || set.Spec().UpdateStrategy.Type != model.RollingUpdate {
				continue
			}
			if above, ok := outdatedAbove(set, change.Pod.Ordinal()); ok && change.Pod.Available(set.Spec().MinReadySeconds) {
				return fmt.Sprintf("%s is replaced before the pod at ordinal %d", change.Pod.Name(), above)
			}
			if !set.Ordered() {
				continue
			}
			if low, ok := unhealthyBefore(v, set); ok {
				return fmt.Sprintf("%s is replaced while the pod at ordinal %d is not available", change.Pod.Name(), low)
			}
			if above, ok := condemnedAbove(set, -1); ok {
				return fmt.Sprintf("%s is replaced before the pod at ordinal %d is scaled away", change.Pod.Name(), above)
			}
		}
		return ""
	}}
}

// replaced reports whether a change is the deletion of a replica that has not ended, by its
// controller: because it is outdated, if all is as it should be.
func replaced(change sim.Change) (sim.SetView, bool) {
	set, ok := change.Pod.Set()
	if !ok || !change.Deleted || !change.ByController || change.Pod.Ended() {
		return sim.SetView{}, false
	}
	_, inRange := set.Index(change.Pod.Ordinal())
	return set, inRange
}

// outdatedAbove is a replica with a higher ordinal that the update has yet to replace.
func outdatedAbove(set sim.SetView, ordinal int32) (above int32, ok bool) {
	newest := set.NewestRevision()
	for p := range set.Pods {
		if _, inRange := set.Index(p.Ordinal()); inRange && p.Ordinal() > ordinal && !p.Terminating() && p.Revision() != newest {
			return p.Ordinal(), true
		}
	}
	return 0, false
}

// unhealthyBefore is the first replica that was not available before the controller acted.
func unhealthyBefore(v sim.View, set sim.SetView) (ordinal int32, ok bool) {
	for i := range set.Spec().DesiredReplicas() {
		ordinal := set.Spec().StartOrdinal() + i
		if !set.Healthy(ordinal) && !deletedNow(v, set, ordinal) {
			return ordinal, true
		}
	}
	return 0, false
}

// deletedNow reports whether an available pod was just deleted.
func deletedNow(v sim.View, set sim.SetView, ordinal int32) bool {
	for change := range v.Changes {
		if change.Deleted && change.Pod.Ordinal() == ordinal && change.Pod.Available(set.Spec().MinReadySeconds) {
			return true
		}
	}
	return false
}
