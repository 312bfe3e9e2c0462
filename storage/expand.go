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

// ResizeStep is the next step of an expansion.
type ResizeStep uint8

// The steps.
const (
	ResizeDone           ResizeStep = iota // there is as much as is asked for
	ResizeAwaitsResizer                    // nobody grows volumes of this kind
	ResizeGrowVolume                       // the resizer sets the volume's capacity to the request
	ResizeAwaitsMount                      // the file system grows when the volume is mounted
	ResizeGrowFileSystem                   // the kubelet grows it and sets the claim's Capacity to the volume's
)

// Resize is the state of an expansion.
type Resize struct {
	// Resizer says that a resizer serves the volume's driver.
	Resizer bool
	// Mounted says that a pod has the volume mounted.
	Mounted bool
}

// NextResize returns the next step of the expansion of a Bound claim, and why it
// waits. A volume that was made larger by hand is nobody's business: the claim goes
// by its own request and capacity.
//
// Source: pkg/controller/volume/expand/expand_controller.go, syncHandler;
// pkg/kubelet/volumemanager (expansion at mount).
func NextResize(c *Claim, vol *Volume, r Resize) (ResizeStep, Notice) {
	notice := Notice{Claim: c.Name, Volume: vol.Name}
	switch {
	case c.Spec.Request <= c.Capacity:
		return ResizeDone, Notice{}
	case vol.Spec.Capacity < c.Spec.Request && r.Resizer:
		return ResizeGrowVolume, Notice{}
	case vol.Spec.Capacity < c.Spec.Request:
		notice.Reason = ResizerAwaited
		return ResizeAwaitsResizer, notice
	case !r.Mounted:
		notice.Reason = FileSystemResizing
		return ResizeAwaitsMount, notice
	default:
		return ResizeGrowFileSystem, Notice{}
	}
}
