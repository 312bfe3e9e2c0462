package storage

import "github.com/ordinal-sim/ordinal/model"

// ClaimOutcome is what is to be done about a claim.
type ClaimOutcome uint8

// The outcomes.
const (
	// ClaimSettled: the claim is as it should be, Bound or Lost, and nothing is
	// to be written. The Notice of a Lost claim says why it is; it is no event.
	ClaimSettled ClaimOutcome = iota
	// ClaimBind: write the Binding.
	ClaimBind
	// ClaimSetClass: write Class, the default class, into the claim, and sync it
	// again.
	ClaimSetClass
	// ClaimProvision: write the Provisioner into the claim's annotation, which is
	// how it is asked for a volume. Record the Notice.
	ClaimProvision
	// ClaimWait: the claim stays Pending. Record the Notice if it is an event:
	// Kubernetes does so at each sync, and counts.
	ClaimWait
	// ClaimLose: the claim's phase becomes Lost. Record the Notice.
	ClaimLose
)

var claimOutcomes = [...]string{"Settled", "Bind", "SetClass", "Provision", "Wait", "Lose"}

// String is the outcome's name without "Claim".
func (o ClaimOutcome) String() string {
	if int(o) >= len(claimOutcomes) {
		return "Unknown"
	}
	return claimOutcomes[o]
}

// ClaimDecision is what the volume controller does about a claim. Which of its
// fields are meant follows from Kind.
type ClaimDecision struct {
	Kind        ClaimOutcome
	Notice      Notice
	Binding     Binding
	Class       model.Symbol
	Provisioner string // the driver that is asked, see [Driver]

	silent bool // of a ClaimWait: nothing is written
}

// Changes reports whether carrying out the decision changes the claim (or, for
// ClaimBind, the claim or its volume). A decision that changes nothing would be
// taken again at the next sync.
func (d *ClaimDecision) Changes(c *Claim) bool {
	switch d.Kind {
	case ClaimSettled:
		return false
	case ClaimWait:
		return d.ClearsStatus() && (pending(c) != c.Phase || c.Capacity != 0)
	default:
		return true
	}
}

// WriteClaim writes the decision into the claim. Of a ClaimBind it writes the
// claim's side; the volume's goes first, see [Binding].
func (d *ClaimDecision) WriteClaim(c *Claim) {
	switch d.Kind {
	case ClaimBind:
		d.Binding.WriteClaim(c)
	case ClaimSetClass:
		c.Class = Class{Name: d.Class, Given: true}
	case ClaimProvision:
		c.Provisioner = d.Provisioner
	case ClaimWait:
		if d.ClearsStatus() {
			c.Phase, c.Capacity = pending(c), 0
		}
	case ClaimLose:
		c.Phase, c.Capacity = model.ClaimLost, 0
	}
}

// ClearsStatus reports whether the decision takes the capacity and the access modes out
// of the claim's status: those of a claim that waits or is Lost are nobody's. Not written
// at all is a claim that waits for a provisioner, and one whose volume, which the
// controller itself has chosen, is another's now.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go, updateClaimStatus
// and syncUnboundClaim.
func (d *ClaimDecision) ClearsStatus() bool {
	switch d.Kind {
	case ClaimWait:
		return !d.silent
	default:
		return d.Kind == ClaimLose
	}
}

// pending is the phase of a claim that waits: "" is as good as Pending.
func pending(c *Claim) model.ClaimPhase {
	if c.Phase == "" {
		return ""
	}
	return model.ClaimPending
}

// SyncClaim decides about a claim. It does so at every change of the claim, and
// every 15 s: nothing else makes it look again, so that a volume or a class that
// appears is noticed then.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go, syncClaim.
func SyncClaim(c *Claim, v View) ClaimDecision {
	switch {
	case c.BindCompleted:
		return syncBoundClaim(c, v)
	case c.VolumeName != model.Name{}:
		return syncRequest(c, v)
	default:
		return syncUnboundClaim(c, v)
	}
}

// syncUnboundClaim decides about a claim that does not care which volume it gets.
// The cases stand in the controller's order.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go,
// syncUnboundClaim.
func syncUnboundClaim(c *Claim, v View) ClaimDecision {
	if vol := Match(c, v); vol != nil {
		return bindTo(c, vol)
	}
	if !c.Class.Given {
		// The class came after the claim: admission could not set it.
		if class, ok := v.DefaultClass(); ok {
			return ClaimDecision{Kind: ClaimSetClass, Class: class}
		}
	}
	switch {
	case WaitsForConsumer(c, v) && c.SelectedNode == model.Name{}:
		if pod, ok := v.UnscheduledPod(c.Name); ok {
			return claimWaits(Notice{Reason: PodNotScheduled, Claim: c.Name, Pod: pod})
		}
		return claimWaits(Notice{Reason: NoConsumer, Claim: c.Name})
	case c.Class.Name != 0:
		return provision(c, v)
	default:
		return claimWaits(Notice{Reason: NoVolumeFits, Claim: c.Name})
	}
}

// syncRequest decides about a claim that names a volume and is not bound yet. A
// volume that is reserved for the claim is taken without any check.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go,
// syncUnboundClaim.
func syncRequest(c *Claim, v View) ClaimDecision {
	notice := Notice{Claim: c.Name, Volume: c.VolumeName}
	vol, ok := v.Volume(c.VolumeName)
	switch {
	case !ok:
		notice.Reason = VolumeNotCreated
	case vol.ClaimRef.For(c):
		return bindTo(c, vol)
	case vol.ClaimRef.Set:
		notice.Reason = VolumeTaken
		return ClaimDecision{Kind: ClaimWait, Notice: notice, silent: c.BoundByController}
	default:
		if notice.Reason = mismatch(c, vol); notice.Reason == NoReason {
			return bindTo(c, vol)
		}
	}
	return claimWaits(notice)
}

// mismatch says why a volume does not do for a claim that asks for it by name;
// NoReason if it does. The selector and the node affinity are not looked at: who
// asks by name knows.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go,
// checkVolumeSatisfyClaim.
func mismatch(c *Claim, vol *Volume) Reason {
	switch {
	case vol.Deleting:
		return VolumeIsDeleted
	case vol.Spec.Capacity < c.Spec.Request:
		return VolumeTooSmall
	case vol.Class != c.Class.Name:
		return ClassDiffers
	case !sameVolumeMode(c, vol):
		return VolumeModeDiffers
	case !modesOf(vol.Spec.AccessModes).contains(modesOf(c.Spec.AccessModes)):
		return AccessModeDiffers
	default:
		return NoReason
	}
}

// syncBoundClaim decides about a claim that has been bound once. A Lost claim
// recovers when a volume of that name is there again and belongs to nobody, or to
// the claim's UID.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go,
// syncBoundClaim.
func syncBoundClaim(c *Claim, v View) ClaimDecision {
	if (c.VolumeName == model.Name{}) {
		return claimIsLost(c, ReferenceLost)
	}
	vol, ok := v.Volume(c.VolumeName)
	switch {
	case !ok:
		return claimIsLost(c, VolumeLost)
	case vol.ClaimRef.Set && vol.ClaimRef.UID != c.UID:
		return claimIsLost(c, Misbound)
	default:
		return bindTo(c, vol)
	}
}

// bindTo binds the claim to the volume, or does nothing when that is done.
func bindTo(c *Claim, vol *Volume) ClaimDecision {
	b := Bind(c, vol)
	if b.done(c, vol) {
		return ClaimDecision{Kind: ClaimSettled}
	}
	return ClaimDecision{Kind: ClaimBind, Binding: b}
}

func claimWaits(n Notice) ClaimDecision { return ClaimDecision{Kind: ClaimWait, Notice: n} }

func claimWaitsSilently(n Notice) ClaimDecision {
	return ClaimDecision{Kind: ClaimWait, Notice: n, silent: true}
}

func claimIsLost(c *Claim, why Reason) ClaimDecision {
	d := ClaimDecision{Kind: ClaimLose, Notice: Notice{Reason: why, Claim: c.Name, Volume: c.VolumeName}}
	if c.Phase == model.ClaimLost {
		d.Kind = ClaimSettled
	}
	return d
}
