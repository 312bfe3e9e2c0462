package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
)

// CreatesInOrder: the controller creates the pods of a set in order, the lowest ordinal
// first, and none out of the set's range. Under OrderedReady it creates one only when all
// replicas before it are there, available and not terminating.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet. Before 1.34
// a pod counted that was Ready, whatever minReadySeconds said (kubernetes #112307).
func CreatesInOrder() sim.Check {
	return sim.Check{Name: "pods are created in order", Broken: func(v sim.View) string {
		last := int32(-1)
		for change := range v.Changes {
			set, ok := change.Pod.Set()
			if change.Deleted || !change.ByController || !ok {
				continue
			}
			index, inRange := set.Index(change.Pod.Ordinal())
			if !inRange {
				return fmt.Sprintf("%s is created out of range", change.Pod.Name())
			}
			if low, ok := unhealthyBelow(set, index); ok && set.Ordered() {
				return fmt.Sprintf("%s is created while the pod at ordinal %d is not available", change.Pod.Name(), low)
			}
			if index < last {
				return fmt.Sprintf("%s is created after the pod at ordinal %d", change.Pod.Name(), last+set.Spec().StartOrdinal())
			}
			last = index
		}
		return ""
	}}
}

// unhealthyBelow is the first ordinal of the first so many replicas whose pod is missing, not
// available, or terminating.
func unhealthyBelow(set sim.SetView, replicas int32) (ordinal int32, ok bool) {
	start := set.Spec().StartOrdinal()
	for i := range replicas {
		if !set.Healthy(start + i) {
			return start + i, true
		}
	}
	return 0, false
}
