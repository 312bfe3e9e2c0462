package storage

import (
	"cmp"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// Schedulable says what of a pod's claims keeps it from every node; the notice has
// no reason if nothing does. The names are those of the claims of the pod's
// volumes, in the volumes' order. The pod stays Pending until one of them, their
// volumes or their classes change.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/volume_binding.go,
// PreFilter; binder.go, GetPodVolumeClaims.
func Schedulable(claims []model.Name, v View) Notice {
	for _, name := range claims {
		c, ok := v.Claim(name)
		switch {
		case !ok:
			return Notice{Reason: ClaimNotFound, Claim: name}
		case c.Phase == model.ClaimLost:
			return Notice{Reason: ClaimIsLost, Claim: name, Volume: c.VolumeName}
		case c.Deleting:
			return Notice{Reason: ClaimIsDeleted, Claim: name}
		}
	}
	for _, name := range claims {
		if c, _ := v.Claim(name); !c.Bound() && !boundByScheduler(c, v) {
			return Notice{Reason: UnboundImmediate, Claim: name}
		}
	}
	return Notice{}
}

// boundByScheduler reports whether an unbound claim is the scheduler's to bind. One
// that names its volume is not, whatever its class.
func boundByScheduler(c *Claim, v View) bool {
	return c.VolumeName == model.Name{} && WaitsForConsumer(c, v)
}

// Assignment is what a pod's claim gets on a node.
type Assignment struct {
	Claim model.Name
	// Volume is bound to the claim before the pod is ([Bind], [Binding.Reserve]).
	// The zero Name means that one is to be made: the node becomes the claim's
	// SelectedNode.
	Volume model.Name
}

// FilterNode says whether a pod's claims allow a node, and what the unbound ones
// would get there. The claims are all of the pod's, and [Schedulable]. Of the two
// notices bound is about claims that have a volume, unbound about those that wait
// for one; the node is possible if neither has a reason, and if both have, the
// scheduler's message counts the node twice.
//
// The assignments are appended to into, the smallest request first, as the smallest
// claim should have the smallest volume. They are of no use unless the node is
// possible.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/binder.go, FindPodVolumes.
func FilterNode(claims []*Claim, node Node, v View, into []Assignment) (plan []Assignment, bound, unbound Notice) {
	bound = filterBound(claims, node, v)
	var room [8]*Claim // more claims than pods have, as a rule
	search := room[:0]
	for _, c := range claims {
		switch {
		case c.Bound():
		case !boundByScheduler(c, v):
			return into, bound, Notice{Reason: UnboundImmediate, Claim: c.Name}
		case c.SelectedNode == model.Name{}:
			search = append(search, c)
		case c.SelectedNode != node.Name || !canProvision(c, node, v):
			return into, bound, Notice{Reason: NoVolumeOnNode, Claim: c.Name}
		default:
			into = append(into, Assignment{Claim: c.Name}) // decided before; the volume is being made
		}
	}
	slices.SortStableFunc(search, func(a, b *Claim) int { return cmp.Compare(a.Spec.Request, b.Spec.Request) })
	for _, c := range search {
		given := Assignment{Claim: c.Name}
		if vol := MatchOnNode(c, node, into, v); vol != nil {
			given.Volume = vol.Name
		} else if !canProvision(c, node, v) {
			return into, bound, Notice{Reason: NoVolumeOnNode, Claim: c.Name}
		}
		into = append(into, given)
	}
	return into, bound, Notice{}
}

// filterBound says whether the node reaches the volumes of the bound claims.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/binder.go,
// checkBoundClaims.
func filterBound(claims []*Claim, node Node, v View) Notice {
	for _, c := range claims {
		if !c.Bound() {
			continue
		}
		notice := Notice{Claim: c.Name, Volume: c.VolumeName}
		vol, ok := v.Volume(c.VolumeName)
		if !ok {
			notice.Reason = VolumeGone
			return notice
		}
		if !node.reaches(vol) {
			notice.Reason = NodeAffinity
			return notice
		}
	}
	return Notice{}
}

// canProvision reports whether the scheduler counts on a volume being made for a node. It
// knows the one provisioner that makes none, and where the class has volumes made.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/binder.go,
// checkVolumeProvisions.
func canProvision(c *Claim, node Node, v View) bool {
	class, ok := v.Class(c.Class.Name)
	return ok && class.Provisioner != "" && class.Provisioner != model.ProvisionerNone && class.AllowsTopology(node.Labels)
}

// ExclusivePod says whether a claim of access mode ReadWriteOncePod keeps a pod
// from being scheduled: another pod that has a node and is not Succeeded or Failed
// uses it. Preemption of that pod may help. ReadWriteOnce keeps no pod from being
// scheduled: two pods of one node may share it, and two nodes meet at [MayAttach].
//
// Source: pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go.
func ExclusivePod(c *Claim, otherPods bool) Notice {
	if otherPods && slices.Contains(c.Spec.AccessModes, model.ReadWriteOncePod) {
		return Notice{Reason: PodExclusive, Claim: c.Name}
	}
	return Notice{}
}
