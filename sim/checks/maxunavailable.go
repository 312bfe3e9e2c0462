package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// MaxUnavailable: when a rolling update takes a pod that is available, no more than
// maxUnavailable replicas are unavailable then, that one included. Pods that are not
// available anyway may be replaced all at once.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatefulSetAfterInvariantEstablished.
// Without the feature gate MaxUnavailableStatefulSet it is 1.
func MaxUnavailable() sim.Check {
	return sim.Check{Name: "an update takes no more than maxUnavailable pods", Broken: func(v sim.View) string {
		for change := range v.Changes {
			set, ok := replaced(change)
			if !ok || set.Spec().UpdateStrategy.Type != model.RollingUpdate || !change.Pod.Available(set.Spec().MinReadySeconds) {
				continue
			}
			if n, most := unhealthy(set), set.Spec().MaxUnavailable(); n > most {
				return fmt.Sprintf("%s is replaced, with which %d replicas are unavailable, and maxUnavailable is %d", change.Pod.Name(), n, most)
			}
		}
		return ""
	}}
}

// unhealthy is how many replicas are missing, not available, or terminating.
func unhealthy(set sim.SetView) int32 {
	n := int32(0)
	for i := range set.Spec().DesiredReplicas() {
		if !set.Healthy(set.Spec().StartOrdinal() + i) {
			n++
		}
	}
	return n
}
