package stateless

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// When there are too many pods, those go first that are the least loss:
//
//  1. a pod without a node before one with a node,
//  2. a Pending one before an Unknown one before a Running one,
//  3. one that is not ready before one that is,
//  4. the one with the lower pod-deletion-cost,
//  5. the one that shares its node with more pods of the Deployment,
//  6. the one that has become ready later,
//  7. the one with more restarts,
//  8. the one that was created later.
//
// Times are compared by their age, and ages by the powers of two between which they are:
// a minute and a minute and a half are the same. Then the UIDs decide, which is no order at
// all, and means to be none: a rule that always took the youngest would keep taking them
// from the zone that was scaled up last.
//
// Source: pkg/controller/controller_utils.go, ActivePodsWithRanks.

// The classes of active pods: rules 1 to 3. The view keeps the pods sorted into them.
const classes = 2 * 3 * 2

// classOf is the class of an active pod; those of a lower class go first.
func classOf(p *Pod) int32 {
	class := int32(0)
	if p.Node != NoNode {
		class = 6
	}
	switch p.Phase {
	case policy.Unknown:
		class += 2
	case policy.Running:
		class += 4
	}
	if p.Ready {
		class++
	}
	return class
}

// ranked is a pod with what it is ranked by.
type ranked struct {
	Pod
	crowd int32         // active pods of the Deployment on its node
	age   int32         // of its readiness, as a power of two
	born  int32         // its own age
	since model.Instant // when it became ready; 0 for all that are not ready
	lot   uint64        // its own, or one that it has exchanged it for
}

// choose picks the n pods that go first.
//
// Source: pkg/controller/replicaset/replica_set.go, getPodsToDelete.
func (v *View) choose(n int32, related []*View, d *Decision) {
	for class := int32(0); n > 0; class++ {
		size := v.class[class].size
		if size == 0 {
			continue
		}
		d.ranked = v.rank(d.ranked[:0], class, related, d.now)
		take := min(n, size)
		if take > int32(bits.Len32(uint32(size))) {
			sortAll(d.ranked)
		} else {
			for i := range take {
				takeFirst(d.ranked[i:])
			}
		}
		for i := range take {
			d.Delete = append(d.Delete, d.ranked[i].Pod)
		}
		n -= take
	}
}

// rank appends the pods of a class with what they are ranked by.
func (v *View) rank(out []ranked, class int32, related []*View, now model.Instant) []ranked {
	for place := v.class[class].first; place != 0; place = v.seats[place-1].next {
		v.visited++
		r := ranked{Pod: v.seats[place-1].pod, lot: v.seats[place-1].pod.Lot}
		for _, other := range related {
			if other.count.active > 0 {
				r.crowd += other.crowdOn(r.Node)
			}
		}
		r.born = power(now, r.Created)
		if r.Ready {
			r.age, r.since = power(now, r.ReadySince), r.ReadySince
		}
		out = append(out, r)
	}
	return out
}

// power is the power of two in an age; -1 for none.
//
// Source: pkg/controller/controller_utils.go, logarithmicRankDiff.
func power(now, then model.Instant) int32 {
	if age := now.Sub(then); age > 0 {
		return int32(bits.Len64(uint64(age))) - 1
	}
	return -1
}

// Kubernetes' comparison is not quite an order: of three pods that have been ready about as
// long, two of them since the same instant, each can come before another. Here pods that
// have been ready about as long stand by their lots, but those of one instant exchange
// theirs, so that among themselves they stand by rules 7 and 8. Wherever Kubernetes'
// comparison is an order, it is this one.

// sortAll sorts pods of one class.
func sortAll(pods []ranked) {
	slices.SortFunc(pods, func(a, b ranked) int {
		return cmp.Or(coarsely(&a, &b), cmp.Compare(a.since, b.since), cmp.Compare(a.lot, b.lot))
	})
	for first := 0; first < len(pods); {
		end := first + 1
		for end < len(pods) && together(&pods[end], &pods[first]) {
			end++
		}
		exchange(pods[first:end])
		first = end
	}
	slices.SortFunc(pods, func(a, b ranked) int {
		return cmp.Or(coarsely(&a, &b), cmp.Compare(a.lot, b.lot), finely(&a, &b))
	})
}

// exchange gives the lots of pods of one instant, which are sorted by them, to those that
// go first.
func exchange(pods []ranked) {
	byRules := func(a, b ranked) int { return finely(&a, &b) }
	if len(pods) < 2 || slices.IsSortedFunc(pods, byRules) {
		return
	}
	var lots []uint64
	for i := range pods {
		lots = append(lots, pods[i].lot)
	}
	slices.SortFunc(pods, byRules)
	for i := range pods {
		pods[i].lot = lots[i]
	}
}

// takeFirst moves the pod of one class to the front that goes before all others. For a few
// out of many that is cheaper than to sort.
func takeFirst(pods []ranked) {
	slot := 0
	for i := range pods {
		if cmp.Or(coarsely(&pods[i], &pods[slot]), cmp.Compare(pods[i].lot, pods[slot].lot)) < 0 {
			slot = i
		}
	}
	first := slot
	for i := range pods {
		if together(&pods[i], &pods[slot]) && finely(&pods[i], &pods[first]) < 0 {
			first = i
		}
	}
	pods[slot].lot, pods[first].lot = pods[first].lot, pods[slot].lot
	pods[0], pods[first] = pods[first], pods[0]
}

// coarsely compares by rules 4 to 6.
func coarsely(a, b *ranked) int {
	return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(b.crowd, a.crowd), cmp.Compare(a.age, b.age))
}

// together reports whether rules 4 to 6 do not tell two pods apart, nor the instants since
// which they have been ready.
func together(a, b *ranked) bool { return coarsely(a, b) == 0 && a.since == b.since }

// finely compares by rules 7 and 8.
func finely(a, b *ranked) int {
	return cmp.Or(cmp.Compare(b.Restarts, a.Restarts), cmp.Compare(b.Sidecars, a.Sidecars),
		cmp.Compare(a.born, b.born), byLot(a.Pod, b.Pod))
}

func byLot(a, b Pod) int { return cmp.Or(cmp.Compare(a.Lot, b.Lot), cmp.Compare(a.UID, b.UID)) }
