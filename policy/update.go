package policy

import "github.com/ordinal-sim/ordinal/model"

// updateTurn replaces outdated replicas by deleting them, the highest ordinal
// first; the next sync creates them anew. It is reached under OrderedReady only
// if every replica is healthy and nobody is condemned.
//
// A pod that is outdated and not available anyway is deleted whatever the budget:
// that costs nobody anything. Then available ones follow as far as maxUnavailable
// allows. Every unavailable replica counts against it, also one below the
// partition.
//
// Source: pkg/controller/statefulset/stateful_set_control.go,
// updateStatefulSetAfterInvariantEstablished, with the gate MaxUnavailableStatefulSet.
func (p *plan) updateTurn() {
	p.stage()
	if p.set.Spec.UpdateStrategy.Type == model.OnDelete {
		if p.marks.next(outdated, 0) >= 0 {
			p.d.Wait = Wait{ByHand, -1}
		}
		return
	}
	highest := p.marks.prev(outdated, p.replicas-1)
	if highest < 0 {
		return
	}
	partition := p.set.Spec.Partition()
	if highest < partition {
		p.d.Wait = Wait{BelowPartition, -1}
		return
	}
	budget := int64(p.set.Spec.MaxUnavailable()) - int64(p.replicas-p.count.healthyReplicas)
	for i := p.marks.prev(broken, p.replicas-1); i >= partition; i = p.marks.prev(broken, i-1) {
		p.replace(i, OutdatedDown)
	}
	for i := highest; i >= partition && budget > 0; i = p.marks.prev(outdated, i-1) {
		if !p.marks.has(broken, i) {
			p.replace(i, Outdated)
			budget--
		}
	}
	if p.base > p.group {
		p.outOfBudget()
	}
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

// replace deletes one outdated replica. Each is a group of its own: the first
// failure ends the stage.
func (p *plan) replace(i int32, why Because) {
	p.visited++
	place, _ := p.seatOf(p.start + i)
	pod := p.seats[place].pod
	p.group = max(p.base, p.group+1)
	p.d.Steps = append(p.d.Steps, Step{
		Do: DeletePod, Because: why, Ordinal: pod.Ordinal, Pod: pod, Group: p.group, Updates: true,
	})
}
