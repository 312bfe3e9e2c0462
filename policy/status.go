package policy

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Status is a set's status as flat numbers.
type Status struct {
	ObservedGeneration int64
	Replicas           int32 // pods, terminating and failed ones included
	ReadyReplicas      int32 // terminating ones included, while they are ready
	AvailableReplicas  int32
	CurrentReplicas    int32 // at the current revision and not terminating
	UpdatedReplicas    int32 // at the update revision and not terminating
	CurrentRevision    model.Symbol
	UpdateRevision     model.Symbol
	CollisionCount     int32
	Progress           Progress
}

// observe counts what the view sees. Pods that this sync creates do not count
// yet, and those it deletes still do.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatus.
func (v *View) observe() Status {
	s := Status{
		ObservedGeneration: v.set.Generation,
		Replicas:           v.count.pods,
		ReadyReplicas:      v.count.ready,
		AvailableReplicas:  v.count.available,
		CurrentReplicas:    v.active(v.current),
		UpdatedReplicas:    v.active(v.update),
		CurrentRevision:    v.current,
		UpdateRevision:     v.update,
		CollisionCount:     v.set.Status.CollisionCount,
		Progress:           v.set.Status.Progress,
	}
	if v.rules.Has(release.DropsConditions) {
		s.Progress = Progress{}
	}
	return s
}

// complete promotes the update revision when every pod that the spec asks for is
// updated and ready. Scaled to 0 a set is complete at once, and forgets its
// partition (Kubernetes issue 121534).
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, completeUpdate; before
// 1.37 completeRollingUpdate.
func (v *View) complete(s *Status, now model.Instant) {
	strategy := v.set.Spec.UpdateStrategy.Type
	if strategy != model.RollingUpdate && v.rules.Has(release.OnlyRollingUpdateCompletes) {
		return
	}
	all := s.Replicas == v.replicas || v.rules.Has(release.CompletesByPods)
	if !all || s.UpdatedReplicas != s.Replicas || s.ReadyReplicas != s.Replicas {
		return
	}
	s.CurrentReplicas = s.UpdatedReplicas
	s.CurrentRevision = s.UpdateRevision
	if s.Progress.Reason != NoProgress && v.recreates() {
		s.Progress.become(RecreateCompleted, now)
	}
}

// Differs reports whether a status has to be written. A changed collision count
// alone is not enough.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, inconsistentStatus.
func (v *View) Differs(s Status) bool {
	stored := v.set.Status
	if v.rules.Has(release.DropsConditions) {
		s.Progress = stored.Progress
	}
	if s.ObservedGeneration > stored.ObservedGeneration {
		return true
	}
	s.ObservedGeneration, s.CollisionCount = stored.ObservedGeneration, stored.CollisionCount
	return s != stored
}
