package policy

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// The reference's part about the status.

func (r *reference) status(now model.Instant) Status {
	s := Status{
		ObservedGeneration: r.set.Generation, CollisionCount: r.set.Status.CollisionCount,
		CurrentRevision: r.current, UpdateRevision: r.update,
	}
	if !r.has(release.DropsConditions) {
		s.Progress = r.set.Status.Progress
	}
	for _, p := range r.members() {
		s.Replicas++
		if runningAndReady(p) {
			s.ReadyReplicas++
			if r.available(p, now) {
				s.AvailableReplicas++
			}
		}
		if !p.Terminating {
			r.countAt(&s, p.Revision, 1)
		}
	}
	return s
}

// countAt counts a pod at its revision, which can be current and wanted at once.
func (r *reference) countAt(s *Status, revision model.Symbol, sign int32) {
	if revision == r.current {
		s.CurrentReplicas += sign
	}
	if revision == r.update {
		s.UpdatedReplicas += sign
	}
}

// final is the status that a plan ends with when the given steps of it have succeeded.
func (r *reference) final(d Decision, taken []Step, failed bool) Status {
	s := d.Status
	for _, step := range taken {
		switch {
		case step.Updates:
			s.CurrentReplicas--
		case !r.has(release.CountsOwnWork):
		case step.Do == CreatePod:
			s.Replicas++
			r.countAt(&s, step.Revision, 1)
		case step.Do == DeletePod && step.Because == Finished:
			s.Replicas--
			r.countAt(&s, step.Pod.Revision, -1)
		case step.Do == DeletePod && step.Because == OutOfRange:
			r.countAt(&s, step.Pod.Revision, -1)
		}
	}
	if d.deleting && !failed {
		s.Progress = progressed(s.Progress, RecreateDeleting, d.now)
	}
	r.completeUpdate(&s, d.now)
	return s
}

// completeUpdate mirrors that function of 1.37, before completeRollingUpdate.
func (r *reference) completeUpdate(s *Status, now model.Instant) {
	strategy := r.set.Spec.UpdateStrategy.Type
	if r.has(release.OnlyRollingUpdateCompletes) && strategy != model.RollingUpdate {
		return
	}
	want := *r.set.Spec.Replicas
	if r.has(release.CompletesByPods) {
		want = s.Replicas
	}
	if s.UpdatedReplicas != want || s.ReadyReplicas != want || s.Replicas != want {
		return
	}
	s.CurrentReplicas, s.CurrentRevision = s.UpdatedReplicas, s.UpdateRevision
	known := !r.has(release.RecreateIsUnknown) && !r.has(release.RecreateIsRefused)
	if s.Progress != (Progress{}) && strategy == model.Recreate && known {
		s.Progress = progressed(s.Progress, RecreateCompleted, now)
	}
}

// progressed mirrors setStatefulSetCondition: the same again changes nothing, and the
// time is kept as long as True stays True and False stays False.
func progressed(p Progress, reason ProgressReason, now model.Instant) Progress {
	status := map[ProgressReason]string{
		NoProgress: "absent", RecreateDeleting: "True", RecreateCreating: "True", RecreateCompleted: "False",
	}
	switch {
	case p.Reason == reason:
		return p
	case status[p.Reason] == status[reason]:
		return Progress{reason, p.Since}
	default:
		return Progress{reason, now}
	}
}

// differs mirrors inconsistentStatus.
func (r *reference) differs(s Status) bool {
	old := r.set.Status
	return s.ObservedGeneration > old.ObservedGeneration || s.Replicas != old.Replicas ||
		s.CurrentReplicas != old.CurrentReplicas || s.ReadyReplicas != old.ReadyReplicas ||
		s.UpdatedReplicas != old.UpdatedReplicas || s.AvailableReplicas != old.AvailableReplicas ||
		s.CurrentRevision != old.CurrentRevision || s.UpdateRevision != old.UpdateRevision ||
		!r.has(release.DropsConditions) && s.Progress != old.Progress
}

// recheck mirrors the end of syncStatefulSet.
func (r *reference) recheck(now model.Instant, s Status) (time.Duration, bool) {
	all := time.Duration(r.set.Spec.MinReadySeconds) * time.Second
	least := all
	for _, p := range r.members() { // none can have longer to wait than one that has just become ready
		if rest := p.ReadySince.Add(all).Sub(now); p.Ready && rest > 0 {
			least = min(least, rest)
		}
	}
	switch {
	case all == 0:
	case r.has(release.CoarseRequeue):
		if s.AvailableReplicas != *r.set.Spec.Replicas {
			return all, true
		}
	case s.ReadyReplicas != s.AvailableReplicas:
		return least, true
	}
	return 0, false
}
