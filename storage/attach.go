package storage

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Attachment is a node that a volume is attached to.
type Attachment struct {
	Node model.Name
	// Pod is the first pod in order of names that wants the volume on that node,
	// as [WantsVolume] has it. The zero Name is none: the volume is only waiting
	// to be detached.
	Pod model.Name
}

// WantsVolume reports whether a pod wants the volume of a claim attached to its
// node. The pod of a node that died does, until its object is gone or somebody
// knows that its containers have stopped.
//
// Source: pkg/controller/volume/attachdetach/util/util.go,
// DetermineVolumeAction and ProcessPodVolumes.
func WantsVolume(p *PodUse, c *Claim) bool {
	return p.HasNode && c.Bound() && !p.Terminated()
}

// sharesNodes reports whether the volume may be attached to several nodes at once.
//
// Source: pkg/volume/util/util.go, IsMultiAttachAllowed.
func sharesNodes(spec *model.PersistentVolumeSpec) bool {
	return modesOf(spec.AccessModes)&modesOf([]model.AccessMode{model.ReadOnlyMany, model.ReadWriteMany}) != 0
}

// MayAttach reports whether a volume may be attached to a node now, given where it
// is attached. A volume that offers neither ReadOnlyMany nor ReadWriteMany is
// attached to one node at a time; the notice, recorded once for each volume and
// node on the pod that waits, says what it waits for. A volume that is not
// [Attachable] needs no attachment, and nothing keeps two nodes from mounting it.
//
// Source: pkg/controller/volume/attachdetach/reconciler/reconciler.go,
// attachDesiredVolumes and reportMultiAttachError.
func MayAttach(vol *Volume, node model.Name, attached []Attachment) (bool, Notice) {
	if !Attachable(vol.Spec) || sharesNodes(vol.Spec) {
		return true, Notice{}
	}
	notice := Notice{Volume: vol.Name}
	for _, a := range attached {
		switch {
		case a.Node == node:
			return true, Notice{}
		case notice.Reason == UsedElsewhere:
		case a.Pod != model.Name{}:
			notice.Reason, notice.Pod = UsedElsewhere, a.Pod
		default:
			notice.Reason = AttachedElsewhere
		}
	}
	return notice.Reason == NoReason, notice
}

// SaysMultiAttach returns a notice of [MayAttach] as releases before 1.37 word it: they call
// an error what others call waiting.
//
// Source: pkg/controller/volume/attachdetach/reconciler/reconciler.go,
// reportMultiAttachError, of 1.36.
func SaysMultiAttach(n Notice) Notice {
	switch n.Reason {
	case UsedElsewhere:
		n.Reason = MultiAttachUsed
	case AttachedElsewhere:
		n.Reason = MultiAttach
	}
	return n
}

// MayMount reports whether the kubelet mounts the volume for a pod: one that offers
// ReadWriteOncePod alone is mounted for one pod of the node at a time. Access modes
// are not enforced at the mount otherwise.
//
// Source: pkg/volume/util/operationexecutor/operation_generator.go,
// GenerateMountVolumeFunc and GenerateMapVolumeFunc.
func MayMount(vol *Volume, otherPodOnNode bool) (bool, Notice) {
	if !otherPodOnNode || modesOf(vol.Spec.AccessModes) != modesOf([]model.AccessMode{model.ReadWriteOncePod}) {
		return true, Notice{}
	}
	notice := Notice{Reason: MountExclusive, Volume: vol.Name, Detail: "MountVolume.SetUp"}
	if vol.Spec.VolumeMode == model.Block {
		notice.Detail = "MapVolume.SetUpDevice"
	}
	return false, notice
}

// MaxWaitForUnmount is how long a volume that nobody wants waits to be unmounted
// by a node that is not healthy, before it is detached by force.
//
// Source: pkg/controller/volume/attachdetach/attach_detach_controller.go,
// ReconcilerMaxWaitForUnmountDuration.
const MaxWaitForUnmount = 6 * time.Minute

// Detach is what the attach/detach controller knows of an attached volume.
type Detach struct {
	Volume model.Name
	// Wanted says that a pod on the node wants the volume.
	Wanted bool
	// Since is when the volume was first seen to be unwanted; being wanted again
	// forgets it.
	Since model.Instant
	Now   model.Instant
	// Mounted says that the node lists the volume in status.volumesInUse, or did
	// when it was last heard of.
	Mounted bool
	// NodeHealthy says that the node exists and is Ready.
	NodeHealthy bool
	// OutOfService says that the node has a taint with the key
	// node.kubernetes.io/out-of-service.
	OutOfService bool
	// MaxWait is [MaxWaitForUnmount], unless the cluster is set up otherwise.
	MaxWait time.Duration
	// NeverForce is the flag --disable-force-detach-on-timeout.
	NeverForce bool
}

// DetachDecision says whether a volume is detached.
type DetachDecision struct {
	Detach bool
	// Forced says that the volume may still be mounted: whatever is left running
	// on the node loses it.
	Forced bool
	// Notice says why an unwanted volume stays attached. It is no event.
	Notice Notice
	// Deadline is set for [StillMounted]: the first look after that instant
	// detaches by force, if nothing else changes.
	Deadline model.Instant
}

// MayDetach decides whether a volume is detached from a node. A node that is
// healthy has to unmount it first, however long that takes; one that is not has
// MaxWait; one that is marked out of service is not asked.
//
// Source: pkg/controller/volume/attachdetach/reconciler/reconciler.go, reconcile.
func MayDetach(d Detach) DetachDecision {
	switch {
	case d.Wanted:
		return DetachDecision{}
	case !d.Mounted:
		return DetachDecision{Detach: true}
	case d.OutOfService:
		return DetachDecision{Detach: true, Forced: true}
	case d.NodeHealthy || d.NeverForce:
		return DetachDecision{Notice: Notice{Reason: NeverForced, Volume: d.Volume}}
	case d.Now.Sub(d.Since) > d.MaxWait:
		return DetachDecision{Detach: true, Forced: true}
	default:
		return DetachDecision{
			Notice:   Notice{Reason: StillMounted, Volume: d.Volume},
			Deadline: d.Since.Add(d.MaxWait),
		}
	}
}
