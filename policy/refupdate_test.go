package policy

import (
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// The reference's part about replacing outdated pods.

// recreatePhase mirrors recreateDeleteAndWait of 1.37: whatever is not at the update
// revision goes, and nothing else is done as long as any of it is there.
func (p *deciding) recreatePhase() (wait bool) {
	allowed := !p.has(release.RecreateIsUnknown) && !p.has(release.RecreateIsRefused)
	if p.set.Spec.UpdateStrategy.Type != model.Recreate || !allowed {
		return false
	}
	for i, pod := range slices.Concat(p.replicas, p.condemned) {
		if pod.Phase == NoPod || pod.Revision == p.update {
			continue
		}
		wait = true
		if !pod.Terminating {
			p.step("recreate", i, Step{Do: DeletePod, Because: OutdatedAll, Pod: pod})
		}
	}
	if wait {
		p.d.deleting = true
		p.d.Wait = Wait{OldPods, -1}
	} else if p.current != p.update {
		p.d.Status.Progress = progressed(p.d.Status.Progress, RecreateCreating, p.now)
	}
	return wait
}

func (p *deciding) updatePhase() {
	strategy := p.set.Spec.UpdateStrategy.Type
	old, reachable := p.outdated()
	switch {
	case strategy == model.Recreate && !p.has(release.RecreateIsUnknown), !old && !reachable:
		return
	case strategy == model.OnDelete:
		p.d.Wait = Wait{ByHand, -1}
		return
	case !reachable:
		p.d.Wait = Wait{BelowPartition, -1}
		return
	}
	before := len(p.d.Steps)
	switch {
	case p.has(release.IgnoresMaxUnavailable):
		p.updateTheHighest()
	case p.ordered, p.has(release.OneBudget):
		p.updateOnABudget()
	default:
		p.updateTwice()
	}
	if len(p.d.Steps) > before {
		return
	}
	p.d.Wait = Wait{Budget, -1}
	for _, pod := range reversed(p.replicas) {
		if pod.Phase == NoPod || p.unhealthy(pod) != 0 {
			p.d.Wait = Wait{Budget, pod.Ordinal}
		}
	}
}

// isOld is the question that each of the controller's ways asks.
func (p *deciding) isOld(pod Pod) bool { return pod.Revision != p.update && !pod.Terminating }

// outdated says whether any pod is outdated, and whether any pod that is, or that this
// sync creates, is outdated at or above the partition.
func (p *deciding) outdated() (old, reachable bool) {
	for i, pod := range p.replicas {
		if p.isOld(pod) {
			old = old || pod.Phase != NoPod
			reachable = reachable || int32(i) >= p.partition()
		}
	}
	return old, reachable
}

// goAway deletes a replica. One that this sync has only created is known by its name
// alone.
func (p *deciding) goAway(pod Pod, why Because) {
	if pod.Phase == NoPod {
		pod = Pod{Ordinal: pod.Ordinal}
	}
	p.step("update", 0, Step{Do: DeletePod, Because: why, Pod: pod, Updates: true})
}

// updateTheHighest is the loop at the end of updateStatefulSet, which is reached with
// the gate MaxUnavailableStatefulSet off.
func (p *deciding) updateTheHighest() {
	for i := len(p.replicas) - 1; i >= int(p.partition()); i-- {
		if p.isOld(p.replicas[i]) {
			p.goAway(p.replicas[i], Outdated)
			return
		}
		if p.bad(p.replicas[i]) {
			return
		}
	}
}

// updateOnABudget is updateStatefulSetAfterInvariantEstablished up to 1.36, and for
// OrderedReady still.
func (p *deciding) updateOnABudget() {
	unavailable, deleted := int32(0), int32(0)
	for _, pod := range p.replicas {
		if p.bad(pod) {
			unavailable++
		}
	}
	for i := len(p.replicas) - 1; i >= int(p.partition()) && deleted < p.maxUnavailable()-unavailable; i-- {
		if p.isOld(p.replicas[i]) {
			p.goAway(p.replicas[i], Outdated)
			deleted++
		}
	}
}

// updateTwice is updateStatefulSetAfterInvariantEstablished since 1.37, for Parallel.
func (p *deciding) updateTwice() {
	unavailable, down := int32(0), int32(0)
	for _, pod := range p.replicas {
		if p.bad(pod) {
			unavailable++
		}
		if p.isOld(pod) && !p.available(pod, p.now) {
			down++
		}
	}
	budget := p.maxUnavailable() - unavailable
	if budget <= 0 && down == 0 {
		return
	}
	from := min(int(p.partition()), len(p.replicas))
	reach := reversed(p.replicas[from:])
	for _, pod := range reach {
		if p.isOld(pod) && !p.available(pod, p.now) {
			p.goAway(pod, OutdatedDown)
		}
	}
	for _, pod := range reach {
		if p.isOld(pod) && p.available(pod, p.now) && budget > 0 {
			p.goAway(pod, Outdated)
			budget--
		}
	}
}

func (p *deciding) maxUnavailable() int32 {
	block := p.set.Spec.UpdateStrategy.RollingUpdate
	if block == nil || block.MaxUnavailable == nil {
		return 1
	}
	m := block.MaxUnavailable.IntVal
	if percent, ok := strings.CutSuffix(block.MaxUnavailable.StrVal, "%"); ok {
		m = number(percent) * *p.set.Spec.Replicas / 100
	}
	return max(m, 1)
}
