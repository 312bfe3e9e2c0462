package stateless

import "github.com/ordinal-sim/ordinal/model"

// DeploymentStatus is a Deployment's status as flat numbers.
type DeploymentStatus struct {
	ObservedGeneration int64
	Replicas           int32 // as the statuses of the ReplicaSets count them
	Updated            int32 // of the new ReplicaSet
	Ready              int32
	Available          int32
	Unavailable        int32 // that the specs of the ReplicaSets ask for and are not available
	Terminating        int32
	CollisionCount     int32
	Conditions         Conditions
}

// observe sums the statuses of the ReplicaSets up.
//
// Source: pkg/controller/deployment/sync.go, calculateStatus.
func (p *rollout) observe() DeploymentStatus {
	s := DeploymentStatus{
		ObservedGeneration: p.d.Generation, CollisionCount: p.status.CollisionCount, Conditions: p.status.Conditions,
	}
	asked := int32(0)
	for i := range p.sets {
		set := &p.sets[i]
		asked += set.Replicas
		s.Replicas += set.Status.Replicas
		s.Ready += set.Status.Ready
		s.Available += set.Status.Available
		s.Terminating += set.Status.Terminating
	}
	s.Unavailable = max(0, asked-s.Available)
	if p.new >= 0 {
		s.Updated = p.sets[p.new].Status.Replicas
	}
	_, unavailable := p.d.bounds()
	if s.Available >= p.d.replicas()-unavailable {
		s.Conditions.set(p.condition(Available, True, MinimumAvailable))
	} else {
		s.Conditions.set(p.condition(Available, False, MinimumUnavailable))
	}
	return s
}

// condition is a new condition, about the new ReplicaSet if there is one.
func (p *rollout) condition(t ConditionType, status ConditionStatus, reason Reason) Condition {
	c := Condition{Type: t, Status: status, Reason: reason, Updated: p.now, Changed: p.now}
	if t == Progressing && p.new >= 0 && reason != DeploymentPaused && reason != DeploymentResumed {
		c.Set = p.sets[p.new].Name
	}
	return c
}

// Complete reports whether a status says that the rollout is over: all pods are updated and
// available, and there are no others.
//
// Source: pkg/controller/deployment/util/deployment_util.go, DeploymentComplete.
func (d *Deployment) Complete(s *DeploymentStatus) bool {
	n := d.replicas()
	return s.Updated == n && s.Replicas == n && s.Available == n && s.ObservedGeneration >= d.Generation
}

// Collided is the status to store when the name of a new ReplicaSet is taken by one with
// another template: the next name is another one. The sync fails.
//
// Source: pkg/controller/deployment/sync.go, getNewReplicaSet.
func (d *Deployment) Collided() DeploymentStatus {
	s := d.Status
	s.CollisionCount++
	return s
}

// NotCreated is the status to store when a new ReplicaSet, of which name, could not be
// created for another reason, text. ok is false if none is to be stored. The sync fails.
//
// Source: pkg/controller/deployment/sync.go, getNewReplicaSet.
func (d *Deployment) NotCreated(name, text model.Symbol, now model.Instant) (s DeploymentStatus, ok bool) {
	if _, has := d.deadline(); !has {
		return d.Status, false
	}
	s = d.Status
	s.Conditions.set(Condition{
		Type: Progressing, Status: False, Reason: ReplicaSetCreateError, Set: name, Text: text, Updated: now, Changed: now,
	})
	return s, true
}
