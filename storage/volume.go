package storage

import (
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// Unbinding says how far a volume is taken from its claim.
type Unbinding uint8

// The ways to unbind.
const (
	KeepClaimRef  Unbinding = iota // the claimRef stays
	ClearUID                       // the user reserved the volume: it stays reserved, for any claim of that name
	ClearClaimRef                  // the controller chose the claim: the volume is free
)

// Reclaim is what is done to a released volume.
type Reclaim uint8

// The ways to reclaim. What the external provisioner is to delete, it finds by
// itself: [DeleterActs].
const (
	ReclaimNothing Reclaim = iota // nothing, for the reason in the Notice if the volume is released
	ReclaimDestroy                // destroy what is in the volume, then delete the volume object
	ReclaimScrub                  // empty the volume, then [Unbind] it
)

// VolumeDecision is what the volume controller does about a volume: what it
// should be, and what is to be done besides.
type VolumeDecision struct {
	// Phase is the phase that the volume should have. A volume that becomes
	// Failed has the Notice's words as its status.message; others have none.
	Phase model.VolumePhase
	// Unbind says what becomes of the claimRef.
	Unbind Unbinding
	// SyncClaim asks for a sync of the claim of the claimRef, at once.
	SyncClaim bool
	Reclaim   Reclaim
	// Notice says why; with Record it is an event on the volume.
	Notice Notice
	Record bool
	// ClaimNotice, if it has a reason, is an event on the claim of the claimRef.
	ClaimNotice Notice
}

// Changes reports whether carrying out the decision changes the volume. A decision
// that changes nothing would be taken again at the next sync.
func (d *VolumeDecision) Changes(vol *Volume) bool {
	return d.Phase != vol.Phase || d.Unbind != KeepClaimRef || d.Reclaim != ReclaimNothing
}

// WriteVolume writes the phase and the claimRef. Reclaiming is for the caller.
func (d *VolumeDecision) WriteVolume(vol *Volume) {
	switch d.Unbind {
	case ClearUID:
		vol.ClaimRef.UID = 0
	case ClearClaimRef:
		vol.ClaimRef = ClaimRef{}
		vol.BoundByController = false
	}
	vol.Phase = d.Phase
}

// SyncVolume decides about a volume, at every change of it and every 15 s.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncVolume.
func SyncVolume(vol *Volume, v View) VolumeDecision {
	if !vol.ClaimRef.Set || vol.ClaimRef.UID == 0 {
		return VolumeDecision{Phase: model.VolumeAvailable} // free, or reserved by name
	}
	c, ok := v.Claim(vol.ClaimRef.Name)
	switch {
	case !ok || c.UID != vol.ClaimRef.UID:
		return release(vol, v)
	case c.VolumeName == model.Name{}:
		return syncReserved(vol, c)
	case c.VolumeName == vol.Name:
		return VolumeDecision{Phase: model.VolumeBound}
	case vol.ProvisionedBy != "" && vol.Spec.ReclaimPolicy == model.ReclaimDelete:
		return release(vol, v) // made for the claim, which got another meanwhile
	default:
		return Unbind(vol)
	}
}

// syncReserved decides about a volume of a claim that has not taken it yet. The
// claim's sync has to do that; it cannot if their volume modes differ.
func syncReserved(vol *Volume, c *Claim) VolumeDecision {
	d := VolumeDecision{Phase: vol.Phase}
	if sameVolumeMode(c, vol) {
		d.SyncClaim = true
		return d
	}
	d.Notice = Notice{Reason: ReservedVolumeModeDiffers, Claim: c.Name, Volume: vol.Name}
	d.ClaimNotice = Notice{Reason: ReservingVolumeDiffers, Claim: c.Name, Volume: vol.Name}
	d.Record = true
	return d
}

// Unbind takes a volume from its claim: because the claim got another one, or
// because the volume was scrubbed. A claimRef that the user wrote is kept by name.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go, unbindVolume.
func Unbind(vol *Volume) VolumeDecision {
	d := VolumeDecision{Phase: model.VolumeAvailable, Unbind: ClearUID}
	if vol.BoundByController {
		d.Unbind = ClearClaimRef
	}
	return d
}

// release decides about a volume whose claim is gone. A Failed volume stays so
// while its reclaiming is tried again.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncVolume and
// reclaimVolume.
func release(vol *Volume, v View) VolumeDecision {
	d := VolumeDecision{Phase: model.VolumeReleased, Notice: Notice{Volume: vol.Name, Claim: vol.ClaimRef.Name}}
	if vol.Phase == model.VolumeFailed {
		d.Phase = model.VolumeFailed
	}
	switch vol.Spec.ReclaimPolicy {
	case model.ReclaimRetain:
		d.Notice.Reason = Retained
	case model.ReclaimDelete:
		d.Reclaim, d.Notice.Reason = deletion(vol)
		d.Notice.Detail = vol.Spec.Source.Path
	case model.ReclaimRecycle:
		d.Reclaim, d.Notice.Reason = recycling(vol, v, &d.Notice.Pod)
	default:
		d.Notice.Reason = UnknownPolicy
	}
	switch d.Notice.Reason {
	case NoDeleterPlugin, NotDeletable, HostPathNotInTmp, NoRecyclerPlugin, UnknownPolicy:
		// Recorded with the change of phase, not at each further attempt.
		d.Record = vol.Phase != model.VolumeFailed
		d.Phase = model.VolumeFailed
	case RecycleInUse:
		d.Record = true
	}
	return d
}

// deletion says who deletes a volume. Of the sources that the controller knows
// itself only hostPath can be deleted, and only in /tmp: it was made for tests.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go,
// findDeletablePlugin; pkg/volume/hostpath/host_path.go, hostPathDeleter.Delete.
func deletion(vol *Volume) (Reclaim, Reason) {
	source := vol.Spec.Source
	switch {
	case vol.ProvisionedBy != "" || source.Type == model.SourceCSI:
		return ReclaimNothing, DeletedExternally
	case source.Type == model.SourceNFS:
		return ReclaimNothing, NotDeletable
	case source.Type != model.SourceHostPath:
		return ReclaimNothing, NoDeleterPlugin
	}
	// The plugin asks for "/tmp/" and something behind it, anywhere in the path.
	if _, rest, ok := strings.Cut(source.Path, "/tmp/"); !ok || rest == "" {
		return ReclaimNothing, HostPathNotInTmp
	}
	return ReclaimDestroy, NoReason
}

// recycling says whether a volume can be scrubbed now, and if a pod is in the way
// which one.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go,
// recycleVolumeOperation.
func recycling(vol *Volume, v View, pod *model.Name) (Reclaim, Reason) {
	// A claim that has the name now is another one: the pods are its, and use its volume.
	_, again := v.Claim(vol.ClaimRef.Name)
	if user, ok := v.RunningPod(vol.ClaimRef.Name); ok && !again {
		*pod = user
		return ReclaimNothing, RecycleInUse
	}
	switch vol.Spec.Source.Type {
	case model.SourceHostPath, model.SourceNFS:
		return ReclaimScrub, NoReason
	default:
		return ReclaimNothing, NoRecyclerPlugin
	}
}
