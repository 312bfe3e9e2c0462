package nodelifecycle

import (
	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
)

// Hashes of what the controller knows, for whoever compares worlds: two controllers with
// equal hashes, for all nodes and zones, will decide the same from now on. What was noticed
// of a node before it was last heard is not in them, nor how often the controller has looked.

// NodeHash is the hash of what is known of a node, without its number and its zone.
func (c *Controller) NodeHash(n Node) uint64 {
	if int(n) >= len(c.nodes) {
		return 0
	}
	row := &c.nodes[n]
	h := uint64(0)
	for _, f := range [...]bool{row.exists, row.known, row.isNew, row.silent, row.changed, row.lost, row.queued, row.member} {
		h <<= 1
		if f {
			h |= 1
		}
	}
	h = flat.Mix(h<<24 | uint64(row.ready)<<16 | uint64(row.seen)<<8 | uint64(row.taints))
	h = flat.Mix(h ^ uint64(row.status))
	h = flat.Mix(h ^ uint64(row.floor))
	if row.silent || !row.exists {
		h = flat.Mix(h ^ uint64(row.lease))
		h = flat.Mix(h ^ uint64(row.heard))
		h = flat.Mix(h ^ uint64(row.left))
	}
	if row.place > 0 {
		h = flat.Mix(h ^ uint64(c.due[row.place-1].at))
	}
	return h
}

// ZoneHash is the hash of what is known of a zone, beside its nodes.
func (c *Controller) ZoneHash(z Zone) uint64 {
	if int(z) >= len(c.zones) {
		return 0
	}
	zone := &c.zones[z]
	if !zone.known {
		return 1
	}
	h := flat.Mix(uint64(zone.state) + 2)
	h = flat.Mix(h ^ uint64(zone.limiter.every))
	if zone.limiter.at > c.last {
		h = flat.Mix(h ^ uint64(zone.limiter.at))
	}
	return h
}

// Hash is the hash of when the controller looks and has looked.
func (c *Controller) Hash(now model.Instant) uint64 {
	h := flat.Mix(uint64(c.wake))
	h = flat.Mix(h ^ uint64(c.times.Grace))
	if c.emptied {
		h = flat.Mix(h + 1)
	}
	if c.times.TaintsNextLook {
		h = flat.Mix(h + 2)
	}
	if len(c.queue) > 0 || c.emptied || c.last >= now {
		h = flat.Mix(h ^ uint64(c.last))
	}
	return h
}
