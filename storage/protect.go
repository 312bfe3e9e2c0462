package storage

import "github.com/ordinal-sim/ordinal/model"

// PodUse is a pod that references a claim.
type PodUse struct {
	Pod               model.Name
	Phase             model.PodPhase
	HasNode           bool // spec.nodeName is set
	Deleting          bool // the pod has a deletionTimestamp
	ContainersRunning bool // at least one container is running, as far as the status knows
}

// terminal reports whether the pod is Succeeded or Failed.
func (p *PodUse) terminal() bool {
	return p.Phase == model.PodSucceeded || p.Phase == model.PodFailed
}

// Terminated reports whether nothing of the pod can use a volume any more: it is
// Succeeded or Failed, or is being deleted and no container runs. While a node is
// silent its pods' containers count as running.
//
// Source: pkg/volume/util/util.go, IsPodTerminated.
func (p *PodUse) Terminated() bool {
	return p.terminal() || p.Deleting && !p.ContainersRunning
}

// ReleaseClaim reports whether the finalizer kubernetes.io/pvc-protection of a
// claim may go, so that a claim that is being deleted vanishes; if not, the notice
// names the first pod in the way. A pod is in the way once it has been given a
// node, even when it is Succeeded or Failed: its object has to go. One that waits
// for a node is not.
//
// Source: pkg/controller/volume/pvcprotection/pvc_protection_controller.go,
// podUsesPVC.
func ReleaseClaim(c *Claim, uses []PodUse) (bool, Notice) {
	if !c.Deleting {
		return false, Notice{}
	}
	for i := range uses {
		if uses[i].HasNode {
			return false, Notice{Reason: ClaimUsed, Claim: c.Name, Pod: uses[i].Pod}
		}
	}
	return true, Notice{}
}

// Unused is the condition of that name of a Bound claim: no pod references it,
// other than Succeeded and Failed ones. A pod without a node counts, unlike in
// [ReleaseClaim].
//
// Source: pkg/controller/volume/pvcprotection/pvc_protection_controller.go.
func Unused(c *Claim, uses []PodUse) bool {
	if c.Phase != model.ClaimBound {
		return false
	}
	for i := range uses {
		if !uses[i].terminal() {
			return false
		}
	}
	return true
}

// ReleaseVolume reports whether the finalizer kubernetes.io/pv-protection of a
// volume may go, so that a volume that is being deleted vanishes: not while it is
// Bound. Deleting a volume that is in use waits for the claim.
//
// Source: pkg/controller/volume/pvprotection/pv_protection_controller.go.
func ReleaseVolume(vol *Volume) (bool, Notice) {
	if !vol.Deleting {
		return false, Notice{}
	}
	if vol.Phase == model.VolumeBound {
		return false, Notice{Reason: VolumeBound, Volume: vol.Name, Claim: vol.ClaimRef.Name}
	}
	return true, Notice{}
}
