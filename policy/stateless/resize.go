package stateless

import (
	"cmp"
	"slices"
)

// When a Deployment is scaled in the middle of a rollout, the new and the old ReplicaSets
// get their shares of the change, in proportion to their sizes. Otherwise a larger
// Deployment would get its new pods all from the new template, of which nobody knows yet
// whether it is any good.
//
// The controller knows that it has been scaled by an annotation of the ReplicaSets: the
// size of the Deployment when they were last scaled.

// isResized reports whether the Deployment has been scaled since.
//
// Source: pkg/controller/deployment/sync.go, isScalingEvent.
func (p *rollout) isResized() bool {
	for i := range p.sets {
		if set := &p.sets[i]; set.Replicas > 0 && set.Desired != NoSize && set.Desired != p.d.replicas() {
			return true
		}
	}
	return false
}

// resize follows a change of the size alone.
//
// Source: pkg/controller/deployment/sync.go, scale.
func (p *rollout) resize() {
	if i, ok := p.activeOrLatest(); ok {
		p.scale(i, p.d.replicas(), Resize, false)
		return
	}
	if p.isSaturated() {
		for i := range p.sets {
			if i != p.new && p.sets[i].Replicas > 0 {
				p.scale(i, 0, Saturated, false)
			}
		}
		return
	}
	if p.d.rolling() {
		p.resizeAll()
	}
}

// activeOrLatest is the only ReplicaSet with replicas or, if none has any, the newest.
//
// Source: pkg/controller/deployment/util/deployment_util.go, FindActiveOrLatest.
func (p *rollout) activeOrLatest() (i int, ok bool) {
	if len(p.sets) == 0 {
		return 0, false
	}
	only, active := 0, 0
	for i := range p.sets {
		if p.sets[i].Replicas > 0 {
			only = i
			active++
		}
	}
	switch {
	case active > 1:
		return 0, false
	case active == 1:
		return only, true
	case p.new >= 0:
		return p.new, true
	default:
		return len(p.sets) - 1, true
	}
}

// isSaturated reports whether the new ReplicaSet has all pods that are asked for, and all of
// them are available.
//
// Source: IsSaturated.
func (p *rollout) isSaturated() bool {
	if p.new < 0 {
		return false
	}
	set, n := &p.sets[p.new], p.d.replicas()
	return set.Replicas == n && set.Desired == n && set.Status.Available == n
}

// resizeAll gives each ReplicaSet its share of what is to be added or taken away, the
// largest first, and what rounding leaves to the largest.
func (p *rollout) resizeAll() {
	allowed := int32(0)
	if n := p.d.replicas(); n > 0 {
		surge, _ := p.d.bounds()
		allowed = n + surge
	}
	change := allowed - p.asked()
	order := p.bySize(change)
	shares, added := make([]int32, len(order)), int32(0)
	for k, i := range order {
		shares[k] = p.share(i, change, added)
		added += shares[k]
	}
	for k, i := range order {
		size := p.sets[i].Replicas + shares[k]
		if k == 0 && change != 0 {
			size = max(0, size+change-added)
		}
		p.scale(i, size, Proportional, true)
	}
}

// bySize are the ReplicaSets that have replicas, the largest first. Of equal ones the
// newest grows first, and the oldest shrinks first.
//
// Source: pkg/controller/controller_utils.go, ReplicaSetsBySizeNewer and
// ReplicaSetsBySizeOlder.
func (p *rollout) bySize(change int32) (order []int) {
	for i := range p.sets {
		if p.sets[i].Replicas > 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		bySize := cmp.Compare(p.sets[b].Replicas, p.sets[a].Replicas)
		switch {
		case change > 0:
			return cmp.Or(bySize, cmp.Compare(b, a))
		case change < 0:
			return cmp.Or(bySize, cmp.Compare(a, b))
		default:
			return cmp.Compare(a, b)
		}
	})
	return order
}

// share is the share of a ReplicaSet in a change, of which some has been given out.
//
// Source: pkg/controller/deployment/util/deployment_util.go, GetReplicaSetProportion.
func (p *rollout) share(i int, change, given int32) int32 {
	if change == 0 || change == given {
		return 0
	}
	left := change - given
	if change > 0 {
		return min(p.fraction(i), left)
	}
	return max(p.fraction(i), left)
}

// fraction is by how much a ReplicaSet would change if it did as the Deployment does,
// surge included, rounded to the nearest. The product is one of 32 bits, as it is in
// Kubernetes, and wrong for ReplicaSets of tens of thousands of pods.
//
// Source: getReplicaSetFraction.
func (p *rollout) fraction(i int) int32 {
	set, n := &p.sets[i], p.d.replicas()
	if n == 0 {
		return -set.Replicas
	}
	before := set.Most
	if before == NoSize || before == 0 {
		if before = p.d.Status.Replicas; before == 0 {
			return 0
		}
	}
	surge, _ := p.d.bounds()
	return rounded(set.Replicas*(n+surge), before) - set.Replicas
}

// rounded is a fraction with a positive denominator, rounded to the nearest number; halves
// away from 0.
func rounded(a, b int32) int32 {
	if a < 0 {
		return -int32((-2*int64(a) + int64(b)) / (2 * int64(b)))
	}
	return int32((2*int64(a) + int64(b)) / (2 * int64(b)))
}
