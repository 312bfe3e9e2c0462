package storage

import "github.com/ordinal-sim/ordinal/model"

// AdmitResize reports whether a claim's request may be changed to the given size;
// if not, the notice says why. It may grow when the claim is Bound and its class,
// found by name, allows expansion, even if the volume was made by hand. It may
// shrink only to more than there is already: that takes back a growth that failed.
//
// What is refused with [ResizeUnbound] for a Pending claim, the API server's
// validation has already refused in words of its own.
//
// Source: plugin/pkg/admission/storage/persistentvolume/resize/admission.go,
// Validate; pkg/apis/core/validation/validation.go,
// ValidatePersistentVolumeClaimUpdate.
func AdmitResize(c *Claim, request model.Bytes, v View) (bool, Notice) {
	notice := Notice{Claim: c.Name}
	switch {
	case request == c.Spec.Request:
		return true, Notice{}
	case c.Phase != model.ClaimBound:
		notice.Reason = ResizeUnbound
	case request < c.Spec.Request && request <= c.Capacity:
		notice.Reason = ResizeBelowStatus
	case request > c.Spec.Request && !expandable(c, v):
		notice.Reason = ResizeForbidden
	}
	return notice.Reason == NoReason, notice
}

func expandable(c *Claim, v View) bool {
	class, ok := v.Class(c.Class.Name)
	return ok && class.AllowVolumeExpansion
}

// Growth is how far a claim's volume has been grown, as the claim's status says, and the
// one thing that its resizer remembers besides. The zero Growth is that of a claim whose
// volume was never grown.
type Growth struct {
	// Allocated is status.allocatedResources: the size that the volume is being grown to,
	// or was last. It is kept when the growth is over.
	Allocated model.Bytes
	// Status is status.allocatedResourceStatuses; "" says that nothing is going on.
	Status model.ClaimResizeStatus
	// Failed says that the driver has refused the last attempt: nothing of it is left to
	// be waited for. So another size may be asked for, and it may be a smaller one.
	Failed bool
}

// onNode reports whether the volume has been grown, and its file system is still to be.
func (g *Growth) onNode() bool {
	return g.Status == model.NodeResizePending || g.Status == model.NodeResizeInProgress
}

// Wants reports whether a claim asks for more than it has got. A volume that was made
// larger by hand is nobody's business: the claim goes by its own request and capacity.
//
// Source: external-resizer pkg/controller/controller.go, pvcNeedResize;
// pkg/controller/volume/expand/expand_controller.go, syncHandler.
func Wants(c *Claim) bool {
	return c.Phase == model.ClaimBound && c.VolumeName != model.Name{} && c.Spec.Request > c.Capacity
}

// Resizer returns the CSI driver whose external resizer grows a volume; false if there
// is none for its kind. Whether somebody runs it is another question.
//
// Source: external-resizer pkg/resizer/csi_resizer.go, CanSupport.
func Resizer(spec *model.PersistentVolumeSpec) (driver string, ok bool) {
	return spec.Source.Driver, spec.Source.Type == model.SourceCSI
}

// ResizerActs returns the size that the external resizer grows a claim's volume to now,
// if it runs; false if it has nothing to do. That need not be what the claim asks for: a
// growth that has begun is brought to its end first, file system and all, and the next
// begins after that. Only one that the driver has refused is given up for another size,
// which is how a user takes back a request that cannot be met. Whether the class allows
// expansion was for [AdmitResize] to ask.
//
// Source: external-resizer pkg/controller/expand_and_recover.go, expandAndRecover.
func ResizerActs(c *Claim, g Growth, vol *Volume) (size model.Bytes, acts bool) {
	if !Wants(c) || !vol.ClaimRef.Set || vol.ClaimRef.UID != c.UID || g.onNode() {
		return 0, false
	}
	begun := g.Allocated > 0 && (g.Status == model.NodeResizeInfeasible || g.Status == model.ControllerResizeInProgress && !g.Failed)
	switch grown := vol.Spec.Capacity >= c.Spec.Request; {
	case begun:
		return g.Allocated, true
	case grown && g.Allocated > 0: // what it has been grown to was not written down, or not taken back
		return g.Allocated, true
	default:
		return c.Spec.Request, true
	}
}

// NodeGrows reports whether a volume that has been grown has a file system on it, which
// is for the kubelet to grow: a disk with one has, a block device without one has not,
// and the file system of a share is its server's.
func NodeGrows(spec *model.PersistentVolumeSpec) bool {
	driver, ok := Resizer(spec)
	p := KnownProvisioner(driver)
	return ok && spec.VolumeMode != model.Block && (p.Attachable || p.Pinned)
}

// KubeletActs reports whether a kubelet that has a claim's volume mounted, or is about to
// mount it, grows its file system now. The claim's Capacity is then what was Allocated.
//
// Source: pkg/volume/util/operationexecutor/node_expander.go, runPreCheck.
func KubeletActs(c *Claim, g Growth) bool { return g.onNode() && c.Phase == model.ClaimBound }
