package nodelifecycle

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// enqueue has a node wait for its NoExecute taint. One that has been put there before and
// has not been taken back is not put there again: it has its taint, or soon will.
//
// Source: scheduler/rate_limited_queue.go, UniqueQueue.Add.
func (c *Controller) enqueue(n Node) {
	row := c.at(n)
	if row.member {
		return
	}
	row.member, row.queued = true, true
	c.zoneAt(row.zone).waiting++
	at, _ := slices.BinarySearch(c.queue, n)
	c.queue = slices.Insert(c.queue, at, n)
}

// dequeue takes a node back.
//
// Source: UniqueQueue.Remove.
func (c *Controller) dequeue(n Node) {
	c.leaveQueue(n)
	c.at(n).member = false
}

// leaveQueue takes a node out of the queue. It is not put there again before
// [Controller.dequeue].
//
// Source: UniqueQueue.RemoveFromQueue.
func (c *Controller) leaveQueue(n Node) {
	row := c.at(n)
	if !row.queued {
		return
	}
	row.queued = false
	c.zoneAt(row.zone).waiting--
	at, _ := slices.BinarySearch(c.queue, n)
	c.queue = slices.Delete(c.queue, at, at+1)
}

// nextTaint is the first pass that finds a token of the zone's limiter, and among how
// many nodes it finds one to taint; 0 if none is waiting, or none will ever be tainted.
func (c *Controller) nextTaint(z Zone) (at model.Instant, among int32) {
	zone := c.zoneAt(z)
	if zone.waiting == 0 || zone.limiter.every == 0 {
		return never, 0
	}
	return c.passes.From(max(zone.limiter.at, c.last)), zone.waiting
}

// taint takes a node out of the queue of a zone and taints it after its condition. If
// the node is gone, or ready again, the others have waited in vain.
//
// Source: node_lifecycle_controller.go, doNoExecuteTaintingPass; rate_limited_queue.go, Try.
func (c *Controller) taint(turn Turn, pick int32, actions []Action) []Action {
	zone := c.zoneAt(turn.Zone)
	zone.limiter.at = turn.At.Add(zone.limiter.every)
	n := c.waiting(turn.Zone, pick)
	c.leaveQueue(n)
	switch c.at(n).ready {
	case NotReady:
		return c.retaint(n, TaintNotReady, TaintUnreachable, actions)
	case Unknown:
		return c.retaint(n, TaintUnreachable, TaintNotReady, actions)
	default: // also of a node that is gone
		return actions
	}
}

// waiting is the node of a zone that waits at a place among the others.
func (c *Controller) waiting(z Zone, place int32) Node {
	for _, n := range c.queue {
		if c.at(n).zone == z {
			if place == 0 {
				return n
			}
			place--
		}
	}
	panic("nodelifecycle: nobody waits at that place")
}

// Candidates are the nodes of a zone that wait for a NoExecute taint, by their numbers:
// the ones that a [Turn] picks from. They are added to the given slice.
func (c *Controller) Candidates(z Zone, to []Node) []Node {
	for _, n := range c.queue {
		if c.at(n).zone == z {
			to = append(to, n)
		}
	}
	return to
}
