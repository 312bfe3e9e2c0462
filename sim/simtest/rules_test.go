package simtest_test

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// step is what lies between two looks at the world: one event, or something that
// somebody has done. What was before is judged at the time of the event: a pod may
// become available because time has passed.
type step struct {
	before, after *seen
	done          sim.Operation // nil for an event
}

func newStep(before, after seen, done sim.Operation) *step {
	before.now = after.now
	return &step{&before, &after, done}
}

// rule is something that must hold of every step.
type rule struct {
	words string
	// check returns how often the rule had something to say, and what breaks it.
	check func(s *step) (cases int, broken string)
}

// objectRules hold whoever has acted.
var objectRules = []rule{
	{"at most one pod has a name, and the name is free before another pod gets it", namesAreUnique},
	{"a claim keeps its UID, and stays unless somebody deletes it or it is scaled away under whenScaled: Delete", claimsStay},
	{"a claim does not go while a pod that mounts it has a node", claimsAreProtected},
}

// controllerRules are about what the StatefulSet controller does: nobody else
// creates or deletes pods between two events.
var controllerRules = []rule{
	{"pods are created in range, the lowest ordinal first", createdInRange},
	{"OrderedReady: a pod is created when all replicas before it are available", createdInOrder},
	{"below the partition pods are created at the current revision, and the others at the new one", createdAtRevision},
	{"a replica is deleted because it has ended, or because it is outdated and not below the partition", deletedForReason},
	{"an update takes no more available pods than maxUnavailable allows", updateKeepsBudget},
	{"an update takes the highest ordinal first", updateFromTheTop},
	{"OrderedReady: an update goes on when all replicas are available and nobody is condemned", updateWaits},
	{"OrderedReady: condemned pods go one by one, the highest first, when all replicas are available", condemnedOneByOne},
}

func namesAreUnique(s *step) (cases int, broken string) {
	names := map[string]bool{}
	for i := range s.after.pods {
		p := &s.after.pods[i]
		if names[p.Name] {
			return cases, "there are two pods " + p.Name
		}
		names[p.Name] = true
		if old := s.before.pod(ordinalOf(p)); old != nil {
			cases++
			if old.UID != p.UID {
				return cases, "pod " + p.Name + " was another one a moment ago"
			}
		}
	}
	return cases, ""
}

func claimsStay(s *step) (cases int, broken string) {
	for i := range s.before.claims {
		old := &s.before.claims[i]
		now := s.after.claim(old.Name)
		cases++
		switch {
		case now != nil && now.UID != old.UID:
			return cases, "claim " + old.Name + " was another one a moment ago"
		case now == nil && old.DeletedAt == nil && !deletesClaim(s.done, old.Name) &&
			s.before.spec().Retention().WhenScaled == model.RetainClaim:
			return cases, "claim " + old.Name + " is gone, and nobody has deleted it"
		}
	}
	return cases, ""
}

func deletesClaim(done sim.Operation, claim string) bool {
	op, ok := done.(sim.Delete)
	return ok && op.Target == "pvc/"+claim
}

func claimsAreProtected(s *step) (cases int, broken string) {
	for i := range s.after.pods {
		p := &s.after.pods[i]
		if old := s.before.withUID(p.UID); old == nil || old.Spec.NodeName == "" {
			continue
		}
		for _, v := range p.Spec.Volumes {
			if s.before.claim(v.PersistentVolumeClaim) == nil {
				continue
			}
			cases++
			if s.after.claim(v.PersistentVolumeClaim) == nil {
				return cases, fmt.Sprintf("claim %s is gone, and pod %s mounts it", v.PersistentVolumeClaim, p.Name)
			}
		}
	}
	return cases, ""
}

func createdInRange(s *step) (cases int, broken string) {
	last := int32(-1)
	for _, p := range created(s.before, s.after) {
		cases++
		ordinal := ordinalOf(p)
		if _, inRange := s.before.index(ordinal); !inRange {
			return cases, "pod " + p.Name + " is created out of range"
		}
		if ordinal < last {
			return cases, fmt.Sprintf("pod %s is created after ordinal %d", p.Name, last)
		}
		last = ordinal
	}
	return cases, ""
}

func createdInOrder(s *step) (cases int, broken string) {
	if !s.before.ordered() {
		return 0, ""
	}
	for _, p := range created(s.before, s.after) {
		index, _ := s.before.index(ordinalOf(p))
		if index == 0 {
			continue
		}
		cases++
		if low := s.before.unhealthyBelow(index); low >= 0 {
			return cases, fmt.Sprintf("pod %s is created, and the one at ordinal %d is not available", p.Name, low)
		}
	}
	return cases, ""
}

// createdAtRevision leaves out rolling updates without a block: there the number of
// current replicas stands in for the partition.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, newVersionedStatefulSetPod.
func createdAtRevision(s *step) (cases int, broken string) {
	strategy := &s.before.spec().UpdateStrategy
	if strategy.Type == model.RollingUpdate && strategy.RollingUpdate == nil {
		return 0, ""
	}
	for _, p := range created(s.before, s.after) {
		cases++
		index, _ := s.before.index(ordinalOf(p))
		want := s.after.updateRevision()
		current := s.before.set.Status.CurrentRevision
		if strategy.Type == model.RollingUpdate && index < s.before.spec().Partition() && s.before.hasRevision(current) {
			want = current
		}
		if revisionOf(p) != want {
			return cases, fmt.Sprintf("pod %s is created at revision %s and not at %s", p.Name, revisionOf(p), want)
		}
	}
	return cases, ""
}

func deletedForReason(s *step) (cases int, broken string) {
	for _, p := range deleted(s.before, s.after) {
		if index, inRange := s.before.index(ordinalOf(p)); inRange && !ended(p) {
			cases++
			switch {
			case revisionOf(p) == s.after.updateRevision():
				return cases, "pod " + p.Name + " is deleted, and it is a replica at the new revision"
			case s.before.spec().UpdateStrategy.Type == model.OnDelete:
				return cases, "pod " + p.Name + " is deleted under OnDelete"
			case index < s.before.spec().Partition():
				return cases, fmt.Sprintf("pod %s is deleted below partition %d", p.Name, s.before.spec().Partition())
			}
		}
	}
	return cases, ""
}

// updated are the pods that a step has deleted because they are outdated.
func updated(s *step) []*model.Pod {
	var out []*model.Pod
	for _, p := range deleted(s.before, s.after) {
		if _, inRange := s.before.index(ordinalOf(p)); inRange && !ended(p) {
			out = append(out, p)
		}
	}
	return out
}

// updateKeepsBudget: pods that are not available anyway may be replaced all at once.
func updateKeepsBudget(s *step) (cases int, broken string) {
	for _, p := range updated(s) {
		if !s.after.available(p) {
			continue
		}
		cases++
		if n, most := s.after.unhealthyReplicas(), s.before.spec().MaxUnavailable(); n > most {
			return cases, fmt.Sprintf("pod %s is replaced, which makes %d replicas unavailable, and maxUnavailable is %d", p.Name, n, most)
		}
	}
	return cases, ""
}

func updateFromTheTop(s *step) (cases int, broken string) {
	for _, p := range updated(s) {
		if !s.after.available(p) {
			continue
		}
		cases++
		for i := range s.after.pods {
			above := &s.after.pods[i]
			_, inRange := s.after.index(ordinalOf(above))
			if inRange && ordinalOf(above) > ordinalOf(p) && above.DeletedAt == nil && revisionOf(above) != s.after.updateRevision() {
				return cases, fmt.Sprintf("pod %s is replaced before pod %s", p.Name, above.Name)
			}
		}
	}
	return cases, ""
}

func updateWaits(s *step) (cases int, broken string) {
	if !s.before.ordered() {
		return 0, ""
	}
	for _, p := range updated(s) {
		cases++
		if low := s.before.unhealthyBelow(s.before.spec().DesiredReplicas()); low >= 0 {
			return cases, fmt.Sprintf("pod %s is replaced, and the one at ordinal %d is not available", p.Name, low)
		}
		if s.before.highestCondemned() >= 0 {
			return cases, fmt.Sprintf("pod %s is replaced before the one at ordinal %d is scaled away", p.Name, s.before.highestCondemned())
		}
	}
	return cases, ""
}

func condemnedOneByOne(s *step) (cases int, broken string) {
	if !s.before.ordered() {
		return 0, ""
	}
	for _, p := range deleted(s.before, s.after) {
		if _, inRange := s.before.index(ordinalOf(p)); inRange {
			continue
		}
		cases++
		if s.before.highestCondemned() != ordinalOf(p) {
			return cases, fmt.Sprintf("pod %s is scaled away before the one at ordinal %d", p.Name, s.before.highestCondemned())
		}
		if low := s.before.unhealthyBelow(s.before.spec().DesiredReplicas()); low >= 0 {
			return cases, fmt.Sprintf("pod %s is scaled away, and the one at ordinal %d is not available", p.Name, low)
		}
	}
	return cases, ""
}
