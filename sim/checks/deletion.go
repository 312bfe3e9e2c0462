package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// DeletesForReason: the controller deletes a replica because it has ended, or because its
// revision is not the newest; and under OnDelete not even then.
//
// Which of the outdated ones may go, and when, is for [RespectsPartition], [UpdatesInOrder]
// and [MaxUnavailable] to say.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, processReplica and
// updateStatefulSetAfterInvariantEstablished.
func DeletesForReason() sim.Check {
	return sim.Check{Name: "a replica is deleted for a reason", Broken: func(v sim.View) string {
		for change := range v.Changes {
			set, ok := replaced(change)
			switch {
			case !ok:
			case change.Pod.Revision() == set.NewestRevision():
				return fmt.Sprintf("%s is deleted, and it runs, at the newest revision", change.Pod.Name())
			case set.Spec().UpdateStrategy.Type == model.OnDelete:
				return fmt.Sprintf("%s is deleted under OnDelete", change.Pod.Name())
			}
		}
		return ""
	}}
}
