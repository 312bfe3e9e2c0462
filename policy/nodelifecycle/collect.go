package nodelifecycle

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// The pod garbage collector looks at all pods every 20 seconds. It throws away, that is
// marks as Failed and deletes without grace, pods whose nodes are gone for good. Each rule
// below has the cause, and the look at which it is seen.
//
// Source: pkg/controller/podgc/gc_controller.go.

// The condition DisruptionTarget of a pod that is thrown away because its node is gone.
// One that is thrown away for another reason gets none.
const (
	OrphanReason  = "DeletionByPodGC"
	OrphanMessage = "PodGC: node no longer exists"
)

// OutOfService reports whether the next look throws away a pod: it is being deleted, and
// its node exists, is not ready, and has been declared out of service by a taint of
// whatever effect.
//
// Source: gcTerminating.
func OutOfService(terminating bool, ready Ready, taints []model.Taint) bool {
	return terminating && ready != IsReady &&
		slices.ContainsFunc(taints, func(t model.Taint) bool { return t.Key == model.TaintOutOfService })
}

// Unscheduled reports whether the next look throws away a pod that has no node: it is
// being deleted. (Such a pod is mostly gone at once, unless a finalizer holds it.)
//
// Source: gcUnscheduledTerminating.
func Unscheduled(terminating bool) bool { return terminating }

// Quarantine is how long the pods of a node that does not exist are left alone, in case
// the collector only has not heard of it yet. There is one for each name of a node; the
// zero Quarantine is none.
type Quarantine struct {
	Begun bool
	Until model.Instant
}

// Missing begins a quarantine, if none is under way, for a node that is not there and that
// pods are bound to: when the node is deleted, and when a pod is bound to it later. It
// returns the look at which all pods that the node then has are thrown away, if it does
// not exist then either. looks are the collector's.
//
// A quarantine that is under way is not prolonged, whatever the node does meanwhile: a
// node that has come back and gone again may have been missing for a moment only.
//
// Source: gcOrphaned.
func (q Quarantine) Missing(t Times, looks Beat, now model.Instant) (Quarantine, model.Instant) {
	if q.Begun && looks.From(q.Until) < now {
		q = Quarantine{} // it has ended, at a look at which there was nothing to throw away
	}
	if !q.Begun {
		q = Quarantine{true, looks.From(now).Add(t.Quarantine)}
	}
	return q, looks.From(q.Until)
}

// Lifted is the quarantine after the node has come into being again, or the last pod that
// was bound to it has gone: before the first look that would have begun it, there is none.
func (q Quarantine) Lifted(t Times, now model.Instant) Quarantine {
	if q.Begun && now <= q.Until.Add(-t.Quarantine) {
		return Quarantine{}
	}
	return q
}

// Collected is the quarantine after a look that has thrown pods away: the look has begun
// the next one.
func (q Quarantine) Collected(t Times, look model.Instant) Quarantine {
	return Quarantine{true, look.Add(t.Quarantine)}
}
