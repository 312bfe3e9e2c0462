package stateless

import (
	"math/bits"
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// ReplicaSet is what its controller sees of the ReplicaSet itself.
type ReplicaSet struct {
	UID             model.UID
	Generation      int64
	Replicas        int32 // spec.replicas
	MinReadySeconds int32
	Deleting        bool          // deletionTimestamp is set
	Status          ReplicaStatus // as stored
}

// ReplicaStatus is a ReplicaSet's status as flat numbers. Pods that have ended or are
// being deleted count nowhere but in Terminating.
type ReplicaStatus struct {
	ObservedGeneration int64
	Replicas           int32
	FullyLabeled       int32
	Ready              int32
	Available          int32
	Terminating        int32 // being deleted, and not ended
	Failure            Failure
}

// Failure is the condition ReplicaFailure. The zero Failure is none.
type Failure struct {
	Reason  FailureReason
	Message model.Symbol // what the API server said, the first time
	Since   model.Instant
}

// FailureReason is the reason of the condition ReplicaFailure.
type FailureReason uint8

// The reasons of the condition.
const (
	NoFailure    FailureReason = iota
	FailedCreate               // pods are missing and could not be created
	FailedDelete               // pods are too many and could not be deleted
)

// String is the reason as the API spells it.
func (r FailureReason) String() string { return [...]string{"", "FailedCreate", "FailedDelete"}[r] }

// burst is how many pods one sync creates or deletes at most.
//
// Source: pkg/controller/replicaset/replica_set.go, BurstReplicas.
const burst = 500

// Decision is what one sync of the ReplicaSet controller does. Its slice belongs to the
// caller, who hands the Decision back to be filled anew.
type Decision struct {
	Create int32 // so many pods, in batches: see Batch
	Delete []Pod // these pods, all at once, the first to go first
	// Expecting means that the cache has yet to show what an earlier sync has created or
	// deleted: nothing is done but to count.
	Expecting bool

	status  ReplicaStatus // as observed
	managed bool          // whether pods are missing or too many was looked at
	missing int32         // how many pods are missing; negative if they are too many
	now     model.Instant
	ranked  []ranked // scratch
}

// Plan decides what one sync does, given the view as it is at now. The related views are
// those of all ReplicaSets of the same Deployment, this one included; a ReplicaSet
// that nobody controls has none.
//
// Source: pkg/controller/replicaset/replica_set.go, syncReplicaSet and manageReplicas.
func (v *View) Plan(now model.Instant, related []*View, d *Decision) {
	v.Advance(now)
	*d = Decision{
		Delete: d.Delete[:0], ranked: d.ranked[:0], now: now,
		status: v.observe(), missing: v.set.Replicas - v.count.active,
	}
	d.Expecting = !v.expect.satisfied(now)
	if d.Expecting || v.set.Deleting {
		return
	}
	d.managed = true
	switch {
	case d.missing > 0:
		d.Create = min(d.missing, burst)
	case d.missing < 0:
		v.choose(min(-d.missing, burst), related, d)
	}
}

// observe counts what the view sees.
//
// Source: pkg/controller/replicaset/replica_set_utils.go, calculateStatus.
func (v *View) observe() ReplicaStatus {
	return ReplicaStatus{
		ObservedGeneration: v.set.Generation,
		Replicas:           v.count.active,
		FullyLabeled:       v.count.labelled,
		Ready:              v.count.ready,
		Available:          v.count.available,
		Terminating:        v.count.leaving,
		Failure:            v.set.Status.Failure,
	}
}

// Final is the status to store once the pods have been created or deleted, or some of it
// has failed, with what message. It is that of the pods as they were before. A failure that
// goes on keeps its first message.
//
// Source: calculateStatus.
func (v *View) Final(d *Decision, failed bool, message model.Symbol) ReplicaStatus {
	s := d.status
	switch {
	case !failed || !d.managed:
		s.Failure = Failure{}
	case s.Failure.Reason == NoFailure && d.missing > 0:
		s.Failure = Failure{FailedCreate, message, d.now}
	case s.Failure.Reason == NoFailure && d.missing < 0:
		s.Failure = Failure{FailedDelete, message, d.now}
	}
	return s
}

// Differs reports whether a status has to be written.
//
// Source: pkg/controller/replicaset/replica_set_utils.go, updateReplicaSetStatus.
func (v *View) Differs(s ReplicaStatus) bool { return s != v.set.Status }

// Batch is the number of the batch in which the i-th pod of a sync is created: batches are
// of 1, 2, 4, 8 ... pods. When a creation fails, the others of its batch are still
// tried, and those of later batches are not.
//
// Source: pkg/controller/replicaset/replica_set.go, slowStartBatch.
func Batch(i int32) int32 { return int32(bits.Len32(uint32(i+1))) - 1 }

// Adopt lists the pods whose controller reference has to change, by their lots: an orphan
// that the selector matches gets one, a pod of the ReplicaSet's that it no longer matches
// loses it. If any of the writes fails, the sync ends there.
//
// Source: pkg/controller/controller_ref_manager.go, ClaimPods and ClaimObject.
func (v *View) Adopt(out []Pod) []Pod {
	out = out[:0]
	if v.count.strays == 0 {
		return out
	}
	for i := range v.seats {
		v.visited++
		if p := &v.seats[i].pod; v.stray(p) {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, byLot)
	return out
}

// stray reports whether a pod has to be adopted or released.
func (v *View) stray(p *Pod) bool {
	if v.set.Deleting || !p.exists() || p.ended() || p.Terminating {
		return false
	}
	return p.Ownership == policy.Ours && !p.Matches || p.Ownership == policy.Orphan && p.Matches
}

// Recheck is how long after now the controller has to look again because a pod becomes
// available; ok is false if it need not.
//
// Source: pkg/controller/replicaset/replica_set.go, syncReplicaSet;
// pkg/controller/controller_utils.go, FindMinNextPodAvailabilityCheck.
func (v *View) Recheck(now model.Instant, s ReplicaStatus) (after time.Duration, ok bool) {
	if v.set.MinReadySeconds == 0 || s.Ready == s.Available {
		return 0, false
	}
	for _, w := range v.unavailable[v.waitingHead:] {
		if v.awaits(w) && v.seats[w.seat].pod.active() {
			return max(0, v.seats[w.seat].pod.availableFrom(v.set.MinReadySeconds).Sub(now)), true
		}
	}
	return time.Duration(v.set.MinReadySeconds) * time.Second, true
}
