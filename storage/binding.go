package storage

import "github.com/ordinal-sim/ordinal/model"

// Binding is what binding a claim to a volume writes on both sides. Kubernetes
// writes in this order: the volume's claimRef, the volume's phase, the claim's
// volumeName and annotations, the claim's status. Whatever is lost in between, the
// next sync of the claim finishes the work, because the volume is then reserved
// for it.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go, bind.
type Binding struct {
	Volume   model.Name
	ClaimRef ClaimRef // always with the claim's UID
	// VolumeByController is the volume's bound-by-controller: the volume was not
	// reserved for the claim before.
	VolumeByController bool
	// ClaimByController is the claim's bound-by-controller: the claim did not
	// name the volume before.
	ClaimByController bool
	// Capacity is the claim's status.capacity: the volume's, even where less was
	// asked for, or that of the file system on it, if only the volume has been grown. A
	// claim that is Bound already keeps the capacity that it has.
	Capacity model.Bytes
	// AccessModes is the claim's status.accessModes: the volume's, shared.
	AccessModes []model.AccessMode
}

// Bind returns what binding the claim to the volume writes. It asks no questions:
// whether they belong together is for [SyncClaim] and [MatchOnNode].
//
// Source: component-helpers storage/volume/pv_helpers.go, GetBindVolumeToClaim;
// pkg/controller/volume/persistentvolume/pv_controller.go, bindClaimToVolume.
func Bind(c *Claim, vol *Volume) Binding {
	b := Binding{
		Volume:             vol.Name,
		ClaimRef:           ClaimRef{Name: c.Name, UID: c.UID, Set: true},
		VolumeByController: vol.BoundByController || !vol.ClaimRef.For(c),
		ClaimByController:  c.BoundByController || c.VolumeName != vol.Name,
		Capacity:           vol.Spec.Capacity,
		AccessModes:        vol.Spec.AccessModes,
	}
	if vol.PreResize > 0 {
		b.Capacity = vol.PreResize
	}
	if c.Phase == model.ClaimBound {
		b.Capacity = c.Capacity
	}
	return b
}

// Reserve writes the claimRef alone. It is what the scheduler does before it
// binds a pod whose claim waited for a consumer; the volume controller does the
// rest.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/binder.go, bindAPIUpdate.
func (b Binding) Reserve(vol *Volume) {
	vol.ClaimRef = b.ClaimRef
	vol.BoundByController = b.VolumeByController
}

// WriteVolume writes the volume's side.
func (b Binding) WriteVolume(vol *Volume) {
	b.Reserve(vol)
	vol.Phase = model.VolumeBound
}

// WriteClaim writes the claim's side. The status's access modes are not in the
// row: see AccessModes.
func (b Binding) WriteClaim(c *Claim) {
	c.VolumeName = b.Volume
	c.BoundByController = b.ClaimByController
	c.BindCompleted = true
	c.Capacity = b.Capacity
	c.Phase = model.ClaimBound
}

// done reports whether both sides already say what the binding would write.
func (b Binding) done(c *Claim, vol *Volume) bool {
	return vol.ClaimRef == b.ClaimRef &&
		vol.BoundByController == b.VolumeByController &&
		vol.Phase == model.VolumeBound &&
		c.VolumeName == b.Volume &&
		c.BoundByController == b.ClaimByController &&
		c.BindCompleted &&
		c.Phase == model.ClaimBound
}
