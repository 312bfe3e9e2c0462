package stateless

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Each rollout has a deadline: spec.progressDeadlineSeconds after the last progress the
// condition Progressing becomes False. That is all that happens then; it stops nothing,
// and is undone by the next progress.

// write notes that the Deployment is written, unless the sync has written it already and
// would write an old version now.
func (p *rollout) write(s DeploymentStatus) {
	if p.wrote {
		p.failed, p.Conflict = true, true
		return
	}
	p.wrote, p.Status = true, s
	p.Steps = append(p.Steps, Step{Do: WriteStatus, Handle: -1})
}

// end ends a sync that is not about a rollout.
//
// Source: pkg/controller/deployment/sync.go, syncDeploymentStatus.
func (p *rollout) end(s DeploymentStatus) {
	if s != p.status {
		p.write(s)
	}
}

// notePause notes in the condition Progressing that the Deployment has been paused or
// resumed, so that the time between does not count. A rollout that has exceeded its
// deadline stays so.
//
// Source: pkg/controller/deployment/sync.go, checkPausedConditions.
func (p *rollout) notePause() {
	c, _ := p.status.Conditions.Get(Progressing)
	if _, ok := p.d.deadline(); !ok || c.Reason == ProgressDeadlineExceeded {
		return
	}
	noted := c.Reason == DeploymentPaused
	switch {
	case p.d.Spec.Paused && !noted:
		p.status.Conditions.set(p.condition(Progressing, Unknown, DeploymentPaused))
	case !p.d.Spec.Paused && noted:
		p.status.Conditions.set(p.condition(Progressing, Unknown, DeploymentResumed))
	default:
		return
	}
	p.write(p.status)
}

// finish ends a sync of a rollout: it says how far the rollout has got.
//
// Source: pkg/controller/deployment/progress.go, syncRolloutStatus.
func (p *rollout) finish() {
	s := p.observe()
	seconds, has := p.d.deadline()
	if !has {
		s.Conditions.remove(Progressing)
	}
	last, there := p.status.Conditions.Get(Progressing)
	over := s.Replicas == s.Updated && last.Reason == NewReplicaSetAvailable
	if has && !over {
		switch {
		case p.d.Complete(&s):
			s.Conditions.set(p.condition(Progressing, True, NewReplicaSetAvailable))
		case p.progresses(&s):
			c := p.condition(Progressing, True, ReplicaSetUpdated)
			if there && last.Status == True {
				c.Changed = last.Changed
			}
			s.Conditions.remove(Progressing)
			s.Conditions.set(c)
		case p.isLate(&s, seconds):
			s.Conditions.set(p.condition(Progressing, False, ProgressDeadlineExceeded))
		}
	}
	p.passOnFailure(&s)
	if s != p.status {
		p.write(s)
	} else if has {
		p.recheck(&s, seconds)
	}
}

// progresses reports whether there are more new pods or fewer old ones, or more ready or
// available ones, than when the status was last stored.
//
// Source: pkg/controller/deployment/util/deployment_util.go, DeploymentProgressing.
func (p *rollout) progresses(s *DeploymentStatus) bool {
	was := &p.status
	return s.Updated > was.Updated || s.Replicas-s.Updated < was.Replicas-was.Updated ||
		s.Ready > was.Ready || s.Available > was.Available
}

// isLate reports whether there has been no progress for too long. A rollout that was
// complete, and has lost pods since, is not late.
//
// Source: pkg/controller/deployment/util/deployment_util.go, DeploymentTimedOut.
func (p *rollout) isLate(s *DeploymentStatus, seconds int32) bool {
	c, has := s.Conditions.Get(Progressing)
	switch {
	case !has || c.Reason == NewReplicaSetAvailable:
		return false
	case c.Reason == ProgressDeadlineExceeded:
		return true
	}
	return c.Updated.Add(time.Duration(seconds)*time.Second) < p.now
}

// pollPeriod is how soon a controller looks again that has just looked in vain at a
// deadline that is near, or has passed.
const pollPeriod = 5 * time.Millisecond

// recheck sees to it that somebody notices that the deadline has passed: a second later,
// or, in the last second before it, every 5 ms, of which all but the last are left out.
//
// A rollout that was complete is never late, and when its deadline has passed the
// controller looks every 5 ms for ever. That finds nothing, unless it waits for pods to end.
//
// Source: pkg/controller/deployment/progress.go, requeueStuckDeployment.
func (p *rollout) recheck(s *DeploymentStatus, seconds int32) {
	c, has := p.status.Conditions.Get(Progressing)
	if !has || p.d.Complete(s) || c.Reason == ProgressDeadlineExceeded {
		return
	}
	left := c.Updated.Add(time.Duration(seconds) * time.Second).Sub(p.now)
	wasComplete := c.Reason == NewReplicaSetAvailable
	switch {
	case left < time.Second:
		p.poll(pollPeriod)
	case wasComplete:
		p.poll(left + time.Second)
	}
	switch {
	case wasComplete:
	case left >= time.Second:
		p.Recheck = left + time.Second
	default:
		p.Recheck = (max(0, left)/pollPeriod + 1) * pollPeriod
	}
}

// poll notes that the controller looks again and again, if it can find something.
func (p *rollout) poll(after time.Duration) {
	if p.Wait.Because == OldPods {
		p.Polls = p.now.Add(after)
	}
}

// NextPoll is when a controller notices something that its cache has shown since an instant,
// if it looks again and again from another one on: [Rollout.Polls].
func NextPoll(polls, since model.Instant) model.Instant {
	if since <= polls {
		return polls
	}
	return polls.Add((since.Sub(polls) + pollPeriod - 1) / pollPeriod * pollPeriod)
}

// passOnFailure makes a failure of the new ReplicaSet one of the Deployment or, if it has
// none, of the oldest other one that has.
//
// Source: pkg/controller/deployment/progress.go, getReplicaFailures.
func (p *rollout) passOnFailure(s *DeploymentStatus) {
	failure := Failure{}
	for i := range p.sets {
		if f := p.sets[i].Status.Failure; f.Reason != NoFailure && (failure.Reason == NoFailure || i == p.new) {
			failure = f
		}
	}
	if failure.Reason == NoFailure {
		s.Conditions.remove(ReplicaFailure)
		return
	}
	reason := PodsNotCreated
	if failure.Reason == FailedDelete {
		reason = PodsNotDeleted
	}
	s.Conditions.set(Condition{
		Type: ReplicaFailure, Status: True, Reason: reason, Text: failure.Message, Updated: failure.Since, Changed: failure.Since,
	})
}
