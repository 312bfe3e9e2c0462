package nodelifecycle

import (
	"math"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Eviction is the eviction of a pod from a node with NoExecute taints. The zero Eviction
// is none. It is looked at again ([Eviction.Next]) when the NoExecute taints of the pod's
// node change, when the pod is bound to a node that has some, and when its tolerations
// change; it is forgotten when it has happened, and when the pod is gone.
//
// The pod is deleted with its own grace period. It has been given the condition
// DisruptionTarget, with [EvictionReason] and [EvictionMessage], just before.
type Eviction struct {
	Planned bool
	At      model.Instant // when the pod is deleted
	Since   model.Instant // when that was planned
}

// The condition DisruptionTarget of a pod that is evicted from a tainted node.
//
// Source: pkg/controller/tainteviction/taint_eviction.go, addConditionAndDeletePod.
const (
	EvictionReason  = "DeletionByTaintManager"
	EvictionMessage = "Taint manager: deleting due to NoExecute taint"
)

// Next is the eviction after the taints of the node, or the tolerations of the pod, have
// been looked at. A taint that is not tolerated evicts at once. Tolerated ones evict when
// the shortest of the tolerations that tolerate them is over; which, once planned, stands
// until some taints are gone, or others come that have another say: a node that
// turns from not ready to unreachable, or back, begins no new time.
//
// Source: taint_eviction.go, processPodOnNode and handleNodeUpdate.
func (e Eviction) Next(taints []model.Taint, tolerations []model.Toleration, now model.Instant) Eviction {
	least, any := time.Duration(math.MaxInt64), false
	for _, t := range taints {
		if t.Effect != model.NoExecute {
			continue
		}
		toleration, ok := tolerated(t, tolerations)
		if !ok {
			return Eviction{true, now, now}
		}
		any = true
		if s := toleration.TolerationSeconds; s != nil {
			least = min(least, seconds(*s))
		}
	}
	switch {
	case !any || least >= model.Instant(math.MaxInt64).Sub(now):
		return Eviction{}
	case e.Planned && e.Since < now:
		return e
	default:
		return Eviction{true, now.Add(least), now}
	}
}

// tolerated finds the first toleration that tolerates a taint.
func tolerated(t model.Taint, tolerations []model.Toleration) (model.Toleration, bool) {
	for _, toleration := range tolerations {
		if toleration.Tolerates(t) {
			return toleration, true
		}
	}
	return model.Toleration{}, false
}

// seconds are the seconds of a toleration; less than 0 are 0, and what a time.Duration
// cannot hold is for ever.
//
// Source: getMinTolerationTime.
func seconds(s int64) time.Duration {
	if s > math.MaxInt64/int64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(max(0, s)) * time.Second
}
