package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// The pod garbage collector: it takes away the objects of pods whose node will not.
//
// Every 20 seconds it looks for pods of nodes that do not exist, and of nodes that
// are not ready and that somebody has marked as out of service. It marks such a pod
// as Failed and deletes it without grace. A node that is missing is given 40 seconds
// to show up. It is planned for the instants at which it would find something, and
// not for those between.
//
// Source: pkg/controller/podgc/gc_controller.go.

const (
	cleanupPeriod     = 20 * time.Second
	cleanupQuarantine = 40 * time.Second
)

// planCleanup plans the next look, if it would find something.
func (w *world) planCleanup() {
	if w.settings.config.Manual {
		return
	}
	var next model.Instant
	for p := range w.pods.all {
		if at := w.cleanupAt(p); at > 0 && (next == 0 || at < next) {
			next = at
		}
	}
	if next == 0 {
		w.queue.cancel(purposeCleanup, 0)
		return
	}
	w.queue.arm(purposeCleanup, 0, next)
}

// cleanupAt is when the garbage collector takes a pod away as things stand; 0 if it
// does not.
func (w *world) cleanupAt(p int32) model.Instant {
	r := w.pods.at(p)
	if r.node == nowhere {
		return 0
	}
	n := w.nodes.at(r.node)
	switch {
	case n.deleted:
		return nextLook(nextLook(n.deletedAt).Add(cleanupQuarantine))
	case nodelifecycle.OutOfService(r.deleting, n.health.ready(), n.taints):
		return nextLook(w.now + 1)
	default:
		return 0
	}
}

// nextLook is the first look of the garbage collector at or after an instant.
func nextLook(t model.Instant) model.Instant {
	const period = model.Instant(cleanupPeriod)
	return (t + period - 1) / period * period
}

// cleanUp is a look of the garbage collector.
func (w *world) cleanUp() {
	for p := range w.pods.all {
		r := w.pods.at(p)
		if r.node == nowhere {
			continue
		}
		n := w.nodes.at(r.node)
		due := nodelifecycle.OutOfService(r.deleting, n.health.ready(), n.taints)
		if n.deleted {
			due = w.cleanupAt(p) <= w.now
		}
		if !due {
			continue
		}
		w.record(record{kind: recCollected, subject: r.name, object: n.name, a: int64(boolByte(n.deleted))})
		if n.deleted {
			w.disrupt(r, disruptedByGC)
		}
		w.setPhase(p, policy.Failed)
		w.removePod(p)
	}
	w.planCleanup()
}
