package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// BelowPartition: of the replicas below the partition the controller replaces none
// because of its revision, and those that it has to create anew come back at the current
// revision and not at the new one.
//
// Only a rolling update has a partition. It is forgotten when the set is scaled to 0, since
// then the update counts as done (kubernetes #121534): the current revision is the new one.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, newVersionedStatefulSetPod.
func BelowPartition() sim.Check {
	return sim.Check{Name: "the partition is respected", Broken: func(v sim.View) string {
		for change := range v.Changes {
			set, ok := change.Pod.Set()
			if !ok || !change.ByController || !partitioned(set) {
				continue
			}
			index, inRange := set.Index(change.Pod.Ordinal())
			if !inRange || index >= set.Spec().Partition() {
				continue
			}
			current := set.CurrentRevision()
			switch {
			case change.Deleted && !change.Pod.Ended():
				return fmt.Sprintf("%s is deleted, and the partition is %d", change.Pod.Name(), set.Spec().Partition())
			case !change.Deleted && change.Pod.Revision() != current && set.HasRevision(current):
				return fmt.Sprintf("%s is created at revision %s below partition %d", change.Pod.Name(), change.Pod.Revision(), set.Spec().Partition())
			}
		}
		return ""
	}}
}

// partitioned reports whether a set's update has a partition.
func partitioned(set sim.SetView) bool {
	strategy := &set.Spec().UpdateStrategy
	return strategy.Type == model.RollingUpdate && strategy.RollingUpdate != nil
}
