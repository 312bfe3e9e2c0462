package storage

import (
	"math/bits"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// modeSet is a set of access modes, a bit each, in the order in which the API
// spells them.
type modeSet uint8

func modesOf(modes []model.AccessMode) modeSet {
	var set modeSet
	for _, mode := range modes {
		switch mode {
		case model.ReadWriteOnce:
			set |= 1
		case model.ReadOnlyMany:
			set |= 2
		case model.ReadWriteMany:
			set |= 4
		case model.ReadWriteOncePod:
			set |= 8
		default:
			set |= 16 // validation knows no other
		}
	}
	return set
}

// contains reports whether all of other's modes are in the set. Nothing is
// implied: a volume that offers only ReadWriteMany does not offer ReadWriteOnce.
func (s modeSet) contains(other modeSet) bool { return s&other == other }

func (s modeSet) size() int { return bits.OnesCount8(uint8(s)) }

// sameVolumeMode reports whether both are file systems or both block devices. A
// mode that is left out is Filesystem.
func sameVolumeMode(c *Claim, vol *Volume) bool {
	return (c.Spec.VolumeMode == model.Block) == (vol.Spec.VolumeMode == model.Block)
}

// usable is what a volume must be even when it is reserved for the claim: large
// enough, of its volume mode, and not about to vanish.
func usable(c *Claim, vol *Volume) bool {
	return vol.Spec.Capacity >= c.Spec.Request && sameVolumeMode(c, vol) && !vol.Deleting
}

// open is what a volume must be besides, for a claim that it is not reserved for.
func open(c *Claim, vol *Volume) bool {
	return !vol.ClaimRef.Set &&
		vol.Phase == model.VolumeAvailable &&
		vol.Class == c.Class.Name &&
		(c.Spec.Selector == nil || c.Spec.Selector.Matches(vol.Labels))
}

// WaitsForConsumer reports whether the claim's class wants a pod to be scheduled
// before the claim is bound. A class that does not exist wants nothing.
//
// Source: component-helpers storage/volume/helpers.go, IsDelayBindingMode.
func WaitsForConsumer(c *Claim, v View) bool {
	if c.Class.Name == 0 {
		return false
	}
	class, ok := v.Class(c.Class.Name)
	return ok && class.VolumeBindingMode == model.BindWaitForFirstConsumer
}

// Match returns the volume that the volume controller gives to a claim which names
// none; nil if there is no such volume.
//
// Volumes are looked at by the exact set of access modes that they offer, the
// smallest set first. Within a set, a volume reserved for this very claim wins,
// whatever its class, labels and phase; otherwise the smallest that is Available
// and fits. So a free ReadWriteOnce volume is taken before one that offers more
// modes than were asked for, though it be larger, and even though the other be
// reserved for the claim. Node affinity is not looked at.
//
// A claim that waits for its first consumer only gets what is reserved for it.
//
// Kubernetes breaks ties as its maps fall: here sets of one size come in the order
// ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod, read as a number
// whose last digit is ReadWriteOnce, and volumes of one capacity by name.
//
// Source: pkg/controller/volume/persistentvolume/index.go, findByClaim;
// component-helpers storage/volume/pv_helpers.go, FindMatchingVolume.
func Match(c *Claim, v View) *Volume {
	var (
		wanted  = modesOf(c.Spec.AccessModes)
		delayed = WaitsForConsumer(c, v)
		best    *Volume
		bestKey matchKey
	)
	for i := 0; ; i++ {
		vol, ok := v.Candidate(c, i)
		if !ok {
			return best
		}
		offered := modesOf(vol.Spec.AccessModes)
		if !offered.contains(wanted) || !usable(c, vol) {
			continue
		}
		reserved := vol.ClaimRef.For(c)
		if !reserved && (delayed || !open(c, vol)) {
			continue
		}
		key := matchKey{offered, reserved, vol.Spec.Capacity}
		if best == nil || key.before(bestKey) {
			best, bestKey = vol, key
		}
	}
}

// matchKey orders the volumes that a claim might get, so that one pass finds what
// Kubernetes finds in a pass for each set of access modes.
type matchKey struct {
	modes    modeSet
	reserved bool
	capacity model.Bytes
}

// before reports whether k is strictly the better; of equals the first stays.
func (k matchKey) before(other matchKey) bool {
	switch {
	case k.modes != other.modes:
		if a, b := k.modes.size(), other.modes.size(); a != b {
			return a < b
		}
		return k.modes < other.modes
	case k.reserved != other.reserved:
		return k.reserved
	case k.reserved:
		return false // any of them is taken at once
	default:
		return k.capacity < other.capacity
	}
}

// Node is what matching sees of a node.
type Node struct {
	Name   model.Name
	Labels model.Labels
}

// reaches reports whether the volume can be used on the node.
//
// Source: component-helpers storage/volume/helpers.go, CheckNodeAffinity.
func (n Node) reaches(vol *Volume) bool {
	return vol.Spec.NodeAffinity == nil || vol.Spec.NodeAffinity.Matches(n.Labels)
}

// MatchOnNode returns the volume that the scheduler would give to an unbound claim
// on a node, leaving out those that it has already chosen for the pod's other
// claims; nil if there is none.
//
// It differs from [Match]: the volume has to be reachable from the node and of the
// claim's class even when it is reserved, there is no preference for small sets of
// access modes, and a reserved volume that the node cannot reach ends the search.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/binder.go,
// findMatchingVolumes; component-helpers storage/volume/pv_helpers.go,
// FindMatchingVolume.
func MatchOnNode(c *Claim, node Node, chosen []Assignment, v View) *Volume {
	wanted := modesOf(c.Spec.AccessModes)
	var best *Volume
	for i := 0; ; i++ {
		vol, ok := v.Candidate(c, i)
		if !ok {
			return best
		}
		if vol.Class != c.Class.Name || !usable(c, vol) || isChosen(vol, chosen) {
			continue
		}
		if vol.ClaimRef.For(c) {
			if !node.reaches(vol) {
				return nil
			}
			return vol
		}
		if !open(c, vol) || !node.reaches(vol) || !modesOf(vol.Spec.AccessModes).contains(wanted) {
			continue
		}
		if best == nil || vol.Spec.Capacity < best.Spec.Capacity {
			best = vol
		}
	}
}

func isChosen(vol *Volume, chosen []Assignment) bool {
	return slices.ContainsFunc(chosen, func(a Assignment) bool { return a.Volume == vol.Name })
}
