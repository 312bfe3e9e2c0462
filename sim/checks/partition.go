package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// RespectsPartition: of the replicas below the partition the controller replaces none
// because of its revision, and those that it has to create anew come back at the current
// revision. All others are created at the newest one.
//
// The partition is forgotten when the set is scaled to 0, since then the update counts as
// done (kubernetes #121534): the current revision is the newest. A rolling update without a
// block rollingUpdate has no partition; the number of pods that are still current stands in
// for it when a lost one comes back, so that nothing is said of it here.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, newVersionedStatefulSetPod.
func RespectsPartition() sim.Check {
	return sim.Check{Name: "the partition is respected", Broken: func(v sim.View) string {
		for change := range v.Changes {
			set, ok := change.Pod.Set()
			if !ok || !change.ByController || blockless(set) {
				continue
			}
			if why := atRevision(set, change); why != "" {
				return why
			}
		}
		return ""
	}}
}

// atRevision says what is wrong with the revision of a pod that its controller has created or
// deleted.
func atRevision(set sim.SetView, change sim.Change) string {
	index, inRange := set.Index(change.Pod.Ordinal())
	below := inRange && set.Spec().UpdateStrategy.Type == model.RollingUpdate && index < set.Spec().Partition()
	if change.Deleted {
		if below && !change.Pod.Ended() {
			return fmt.Sprintf("%s is deleted, and the partition is %d", change.Pod.Name(), set.Spec().Partition())
		}
		return ""
	}
	want := set.NewestRevision()
	if current := set.CurrentRevision(); below && set.HasRevision(current) {
		want = current
	}
	if change.Pod.Revision() == want {
		return ""
	}
	return fmt.Sprintf("%s is created at revision %s and not at %s, and the partition is %d", change.Pod.Name(), change.Pod.Revision(), want, set.Spec().Partition())
}

// blockless reports whether a set has a rolling update of which nothing more is said.
func blockless(set sim.SetView) bool {
	strategy := &set.Spec().UpdateStrategy
	return strategy.Type == model.RollingUpdate && strategy.RollingUpdate == nil
}
