package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
)

// TerminatesInOrder: under OrderedReady the pods that are scaled away go one by one, the
// highest ordinal first, each when no pod above it is left and all replicas that stay are
// available.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, processCondemned. That an
// unhealthy replica keeps the ones above it alive surprises people (kubernetes #36333).
func TerminatesInOrder() sim.Check {
	return sim.Check{Name: "pods are scaled away in order", Broken: func(v sim.View) string {
		for change := range v.Changes {
			set, ok := change.Pod.Set()
			if !change.Deleted || !change.ByController || !ok || !set.Ordered() || change.Pod.Ended() {
				continue
			}
			if _, inRange := set.Index(change.Pod.Ordinal()); inRange {
				continue
			}
			if above, ok := condemnedAbove(set, change.Pod.Ordinal()); ok {
				return fmt.Sprintf("%s is scaled away before the pod at ordinal %d", change.Pod.Name(), above)
			}
			if low, ok := unhealthyBelow(set, set.Spec().DesiredReplicas()); ok {
				return fmt.Sprintf("%s is scaled away while the pod at ordinal %d is not available", change.Pod.Name(), low)
			}
		}
		return ""
	}}
}

// condemnedAbove is a pod out of range whose ordinal is higher.
func condemnedAbove(set sim.SetView, ordinal int32) (above int32, ok bool) {
	for p := range set.Pods {
		if _, inRange := set.Index(p.Ordinal()); !inRange && p.Ordinal() > ordinal {
			return p.Ordinal(), true
		}
	}
	return 0, false
}
