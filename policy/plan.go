package policy

import (
	"math/bits"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// plan is the state of one decision while it is made.
type plan struct {
	*View
	d     *Decision
	base  int32 // number of the first group of this stage
	group int32 // highest number given out
	halt  bool  // the whole plan ends here, also under Parallel
}

// Plan decides what one sync of the controller does, given the view as it is at
// now. The revision stage ([View.Revise], [View.Settle]) comes first.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet.
func (v *View) Plan(now model.Instant, d *Decision) {
	v.Advance(now)
	*d = Decision{Steps: d.Steps[:0], Status: v.observe(), Wait: Wait{Ordinal: -1}, now: now}
	if v.refusesRecreate() {
		d.Refused, d.Wait.Because = true, NotAllowed
		return
	}
	if v.set.Deleting {
		d.Wait = Wait{Deleting, -1}
		return
	}
	p := plan{View: v, d: d}
	if p.recreateTurn() || p.replicasTurn() || p.retainCondemned() || p.condemnedTurn() {
		return
	}
	p.updateTurn()
	if p.d.Wait.Because == 0 {
		p.explain()
	}
}

// replicasTurn visits the replicas that are not settled or have something to be
// done, from the first ordinal up. Under OrderedReady the first that asks to stop
// ends the plan.
//
// Source: updateStatefulSet and runForAll.
func (p *plan) replicasTurn() (stop bool) {
	for i := p.nextReplica(0); i >= 0; i = p.nextReplica(i + 1) {
		p.visited++
		if stop := p.replica(i); stop && !p.burst || p.halt {
			return true
		}
	}
	return false
}

// nextReplica is the first replica from index i on that has a turn; -1 if none has.
func (p *plan) nextReplica(i int32) int32 {
	if i < p.grown {
		next := p.marks.next(todo, i)
		if !p.burst {
			if u := p.marks.next(unsettled, i); u >= 0 && (next < 0 || u < next) {
				next = u
			}
		}
		if next >= 0 {
			return next
		}
		i = p.grown
	}
	if i < p.replicas {
		return i
	}
	return -1
}

// replica decides about the pod at one index. The rules stand in the controller's
// own order; the first that applies ends the pod's turn and, under OrderedReady,
// the whole sync.
//
// Source: processReplica.
func (p *plan) replica(i int32) (stop bool) {
	ordinal := p.start + i
	place, seated := p.seatOf(ordinal)
	if !seated || !p.seats[place].pod.member() {
		if seated && p.claimsStale(place) {
			return p.waitForClaim(ordinal)
		}
		p.step(Step{Do: CreatePod, Because: Missing, Ordinal: ordinal, Revision: p.revisionOf(ordinal)}, i)
		return p.wait(JustCreated, ordinal)
	}
	s := &p.seats[place]
	pod := &s.pod
	if p.finished(pod) {
		return p.replaceFinished(i, place)
	}
	if pod.Phase == Pending && (p.claimsMissing(place) || !p.claimsFit(place, false)) {
		p.step(Step{Do: CreateClaims, Because: Unclaimed, Ordinal: ordinal, Pod: *pod}, i)
	}
	if !p.burst {
		switch {
		case pod.Terminating:
			return p.wait(Terminating, ordinal)
		case pod.Phase == Pending:
			return p.wait(NotRunning, ordinal)
		case !pod.running():
			return p.wait(NotReady, ordinal)
		case !s.available:
			return p.wait(NotAvailable, ordinal)
		}
	}
	if !pod.Named || !p.claimsFit(place, false) {
		p.step(Step{Do: RepairPod, Because: Mislabelled, Ordinal: ordinal, Pod: *pod}, i)
	}
	return false
}

// replaceFinished deletes a replica that has ended. Its successor comes in a later
// sync; before 1.31 at once, whether or not the old object was gone.
func (p *plan) replaceFinished(i, place int32) (stop bool) {
	pod := p.seats[place].pod
	atOnce := p.rules.Has(release.RecreatesAtOnce)
	if !pod.Terminating || atOnce {
		p.step(Step{Do: DeletePod, Because: Finished, Ordinal: pod.Ordinal, Pod: pod}, i)
	}
	if !atOnce {
		return p.wait(Replacing, pod.Ordinal)
	}
	if p.claimsStale(place) {
		return p.waitForClaim(pod.Ordinal)
	}
	p.step(Step{Do: CreatePod, Because: Missing, Ordinal: pod.Ordinal, Revision: p.revisionOf(pod.Ordinal)}, i)
	return p.wait(JustCreated, pod.Ordinal)
}

// revisionOf is the revision of a pod that is created now. Without a rollingUpdate
// block the number of pods that the status still counts as current stands in for
// the partition, so that a pod lost in the middle of a rollout comes back old.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, newVersionedStatefulSetPod.
func (p *plan) revisionOf(ordinal int32) model.Symbol {
	strategy := &p.set.Spec.UpdateStrategy
	if strategy.Type != model.RollingUpdate {
		return p.update
	}
	old := p.set.Spec.Partition()
	if strategy.RollingUpdate == nil {
		old = p.set.Status.CurrentReplicas
	}
	if int64(ordinal) < int64(p.start)+int64(old) {
		return p.current
	}
	return p.update
}

// retainCondemned sees to the owners of the claims of condemned pods, before any
// of the pods is deleted; before 1.28 those of the lowest ordinal first.
//
// Source: updateStatefulSet, fixPodClaim.
func (p *plan) retainCondemned() (stop bool) {
	p.stage()
	if p.count.condemnedClaims == 0 {
		return false
	}
	for i := range p.condemned {
		p.visited++
		place := p.condemned[len(p.condemned)-1-i]
		if p.rules.Has(release.SequentialParallel) {
			place = p.condemned[i]
		}
		if !p.claimsFit(place, true) {
			pod := p.seats[place].pod
			p.step(Step{Do: RetainClaims, Because: OutOfRange, Ordinal: pod.Ordinal, Pod: pod}, int32(i))
		}
	}
	return false
}

// condemnedTurn deletes what is out of range, the highest ordinal first. Under
// OrderedReady one pod goes after the other, and only while all are healthy but
// the one that is not.
//
// Source: processCondemned.
func (p *plan) condemnedTurn() (stop bool) {
	p.stage()
	if len(p.condemned) == 0 {
		return false
	}
	if p.burst {
		for i := len(p.condemned) - 1; i >= 0 && p.count.condemnedActive > 0; i-- {
			p.visited++
			if pod := p.seats[p.condemned[i]].pod; !pod.Terminating {
				p.step(Step{Do: DeletePod, Because: OutOfRange, Ordinal: pod.Ordinal, Pod: pod}, int32(len(p.condemned)-1-i))
			}
		}
		return false
	}
	p.visited++
	s := &p.seats[p.condemned[len(p.condemned)-1]]
	pod := &s.pod
	onlyUnhealthy := !p.healthy(s) && p.count.condemnedUnhealthy == 1
	switch {
	case pod.Terminating:
		return p.wait(Terminating, pod.Ordinal)
	case !onlyUnhealthy && (!pod.running() || !s.available):
		return p.wait(CondemnedUnhealthy, pod.Ordinal)
	default:
		p.step(Step{Do: DeletePod, Because: OutOfRange, Ordinal: pod.Ordinal, Pod: *pod}, 0)
		return p.wait(CondemnedFirst, pod.Ordinal)
	}
}

// stage begins a new stage: its groups come after all groups so far.
func (p *plan) stage() { p.base = p.group + 1 }

// step adds a step for the i-th pod of the stage. Under OrderedReady each pod is
// a group of its own; under Parallel the pods of a stage go in batches that grow.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, slowStartBatch.
func (p *plan) step(s Step, i int32) {
	switch {
	case p.rules.Has(release.SequentialParallel):
		s.Group = max(p.base, p.group+1)
	case p.burst:
		s.Group = p.base + batch(i)
	default:
		s.Group = p.base + i
	}
	p.group = max(p.group, s.Group)
	p.d.Steps = append(p.d.Steps, s)
}

// batch is the number of the batch of the i-th pod: batches are of 1, 2, 4, ...,
// 256 pods and from then on of 500.
func batch(i int32) int32 {
	const doublings, most = 9, 500
	if i < 1<<doublings-1 {
		return int32(bits.Len32(uint32(i+1))) - 1
	}
	return doublings + (i-(1<<doublings-1))/most
}

// wait notes why the plan stops at a pod; under Parallel, which goes on, the
// first reason is the one that is kept.
func (p *plan) wait(why Because, ordinal int32) (stop bool) {
	if p.d.Wait.Because == 0 || !p.burst {
		p.d.Wait = Wait{why, ordinal}
	}
	return true
}

// waitForClaim notes that a pod waits for a stale claim to go. Before 1.28 that
// ended the sync for all pods.
func (p *plan) waitForClaim(ordinal int32) (stop bool) {
	p.halt = p.rules.Has(release.SequentialParallel)
	return p.wait(StaleClaim, ordinal)
}

// explain names the first replica that is not healthy, for a set whose plan did
// not stop at it.
func (p *plan) explain() {
	i := p.marks.next(unsettled, 0)
	if i < 0 {
		return
	}
	place, ok := p.seatOf(p.start + i)
	if !ok {
		return
	}
	s := &p.seats[place]
	why := NotAvailable
	switch {
	case s.pod.Terminating:
		why = Terminating
	case s.pod.Phase == Pending:
		why = NotRunning
	case !s.pod.running():
		why = NotReady
	}
	p.d.Wait = Wait{why, s.pod.Ordinal}
}
