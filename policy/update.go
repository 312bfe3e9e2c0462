package policy

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// updateTurn replaces outdated replicas by deleting them, the highest ordinal
// first; the next sync creates them anew. Under OrderedReady it is reached only if
// every replica is healthy and nobody is condemned. Under Parallel it is always
// reached, and replicas that this very sync has created count as unavailable, and as
// outdated if they were created at the old revision.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet and
// updateStatefulSetAfterInvariantEstablished.
func (p *plan) updateTurn() {
	p.stage()
	switch strategy := p.set.Spec.UpdateStrategy.Type; {
	case strategy == model.OnDelete:
		if p.marks.next(outdated, 0) >= 0 {
			p.d.Wait = Wait{ByHand, -1}
		}
		return
	case strategy == model.Recreate && !p.rules.Has(release.RecreateIsUnknown):
		return
	}
	highest := p.prevOutdated(p.replicas - 1)
	if highest < 0 {
		return
	}
	partition := p.set.Spec.Partition()
	if highest < partition {
		p.d.Wait = Wait{BelowPartition, -1}
		return
	}
	switch {
	case p.rules.Has(release.IgnoresMaxUnavailable):
		p.updateHighest(highest)
	case p.burst && !p.rules.Has(release.OneBudget):
		p.updateInPhases(partition)
	default:
		p.updateWithin(partition)
	}
	if p.base > p.group {
		p.outOfBudget()
	}
}

// updateHighest is a rolling update without maxUnavailable: the highest outdated
// replica goes, once those above it are healthy. The ones below are not looked at.
//
// Source: updateStatefulSet, without the gate MaxUnavailableStatefulSet.
func (p *plan) updateHighest(highest int32) {
	if p.prevUnhealthy(p.replicas-1) <= highest {
		p.replace(highest, Outdated)
	}
}

// updateWithin replaces as many as maxUnavailable allows. Every unavailable replica
// counts against it, also one below the partition; and under Parallel before 1.37
// one that is outdated itself, so that a rollout can wait for ever for a pod that it
// would replace (Kubernetes issue 137409).
func (p *plan) updateWithin(partition int32) {
	budget := p.budget()
	for i := p.prevOutdated(p.replicas - 1); i >= partition && budget > 0; i = p.prevOutdated(i - 1) {
		p.replace(i, Outdated)
		budget--
	}
}

// updateInPhases is Parallel since 1.37. A pod that is outdated and not available
// anyway is deleted whatever the budget: that costs nobody anything. Then available
// ones follow as far as the budget allows.
func (p *plan) updateInPhases(partition int32) {
	budget := p.budget()
	for i := p.prevBroken(p.replicas - 1); i >= partition; i = p.prevBroken(i - 1) {
		p.replace(i, OutdatedDown)
	}
	for i := p.marks.prev(outdated, p.replicas-1); i >= partition && budget > 0; i = p.marks.prev(outdated, i-1) {
		if !p.marks.has(broken, i) {
			p.replace(i, Outdated)
			budget--
		}
	}
}

// budget is how many more replicas may become unavailable.
func (p *plan) budget() int64 {
	return int64(p.set.Spec.MaxUnavailable()) - int64(p.replicas-p.count.healthyReplicas)
}

// prevOutdated is the highest outdated replica up to index i; -1 if there is none.
func (p *plan) prevOutdated(i int32) int32 {
	return max(p.marks.prev(outdated, i), p.prevReborn(i))
}

// prevBroken is the highest replica up to index i that is outdated and not
// available; -1 if there is none.
func (p *plan) prevBroken(i int32) int32 { return max(p.marks.prev(broken, i), p.prevReborn(i)) }

// prevReborn is the highest replica up to index i that is missing and comes back at
// the old revision in this sync; -1 if there is none. Only without a rollingUpdate
// block can such a replica be one that the update would replace: with one, it is
// below the partition.
func (p *plan) prevReborn(i int32) int32 {
	strategy := &p.set.Spec.UpdateStrategy
	if !p.burst || strategy.Type != model.RollingUpdate || strategy.RollingUpdate != nil || p.current == p.update {
		return -1
	}
	return p.prevMissing(min(i, p.set.Status.CurrentReplicas-1))
}

// prevMissing is the highest replica up to index i that has no pod, or one that this
// sync replaces; -1 if there is none.
func (p *plan) prevMissing(i int32) int32 {
	if i >= p.grown {
		return i // has never had a pod, and so no marks
	}
	for i = p.marks.prev(todo, i); i >= 0; i = p.marks.prev(todo, i-1) {
		place, ok := p.seatOf(p.start + i)
		if !ok || !p.seats[place].pod.member() || p.replaced(&p.seats[place].pod) {
			return i
		}
	}
	return -1
}

// prevUnhealthy is the highest replica up to index i that is not healthy, or
// terminating, or missing; -1 if there is none.
func (p *plan) prevUnhealthy(i int32) int32 {
	if i >= p.grown {
		return i
	}
	for i = p.marks.prev(unsettled, i); i >= 0; i = p.marks.prev(unsettled, i-1) {
		place, ok := p.seatOf(p.start + i)
		if !ok {
			return i
		}
		if s := &p.seats[place]; !s.pod.member() || s.pod.Terminating || !p.healthy(s) || p.replaced(&s.pod) {
			return i
		}
	}
	return -1
}

// outOfBudget notes that the update waits for unavailable replicas, naming the
// first one.
func (p *plan) outOfBudget() {
	i := p.marks.next(unsettled, 0)
	if i < 0 && p.grown < p.replicas {
		i = p.grown // has never had a pod, and so no marks
	}
	ordinal := int32(-1)
	if i >= 0 {
		ordinal = p.start + i
	}
	p.d.Wait = Wait{Budget, ordinal}
}

// replace deletes one outdated replica, which may be one that this sync creates.
// Each is a group of its own: the first failure ends the stage.
func (p *plan) replace(i int32, why Because) {
	p.visited++
	pod := Pod{Ordinal: p.start + i}
	if place, ok := p.seatOf(pod.Ordinal); ok && p.seats[place].pod.member() && !p.replaced(&p.seats[place].pod) {
		pod = p.seats[place].pod
	}
	p.group = max(p.base, p.group+1)
	p.d.Steps = append(p.d.Steps, Step{
		Do: DeletePod, Because: why, Ordinal: pod.Ordinal, Pod: pod, Group: p.group, Updates: true,
	})
}
