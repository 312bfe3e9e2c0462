// Package storage decides about claims and volumes: which volume a claim gets,
// when one is made for it, what becomes of a volume whose claim is gone, what a
// deletion has to wait for, and which node a volume may be attached to.
//
// A StatefulSet promises that web-1 finds the data of web-1 again, whichever
// node it runs on. The set does not keep that promise; it only makes a claim
// with a name that does not change. Keeping it is the work of half a dozen
// controllers that never speak to each other and meet in two objects. This
// package is those controllers without their loops.
//
// # Two objects, two arrows
//
// A claim asks, a volume is. A binding is two arrows that must agree: the
// volume's claimRef says whose it is, with the claim's UID, and the claim's
// volumeName says what it got. The controller always writes the volume's arrow
// first, so the volume is the lock: two claims may want it, one of them gets it.
// Most of [SyncClaim] and [SyncVolume] is about worlds in which only one arrow is
// there: somebody drew it by hand, or an object vanished, or the controller died
// between its writes.
//
//	claim www-web-0                        volume pvc-0001
//	  volumeName: pvc-0001  ───────────▶
//	  bind-completed        ◀───────────   claimRef: www-web-0, uid 7
//
// # Decisions are data
//
// Nothing here acts. A decision takes the rows that a controller can see, through
// a [View], and returns what it would write, as a value; package sim writes it, or
// loses it on purpose:
//
//	switch d := storage.SyncClaim(claim, view); d.Kind {
//	case storage.ClaimBind:
//		d.Binding.WriteVolume(volume)
//		d.Binding.WriteClaim(claim)
//	case storage.ClaimWait:
//		fmt.Println(d.Notice.Message(names)) // "waiting for first consumer to be created before binding"
//	}
//
// Every function is total: a row that Kubernetes' validation would have refused
// gets some decision, and never a panic. Objects are named by [model.Name]; strings
// appear when a [Notice] is rendered, which is when somebody reads it.
//
// # When is a claim bound?
//
// With an Immediate class, or with none, as soon as a fitting volume exists
// ([Match]), and if none fits one is made. With WaitForFirstConsumer the
// controller stands back until the scheduler has chosen a node
// ([FilterNode]): only then is it known where the volume has to be reachable
// from.
//
// # When does a claim get more?
//
// A bound claim may ask for more, if its class allows that ([AdmitResize]). Then three
// sizes have to follow the request, one after the other, and each is somebody else's to
// write: what the volume has, which the driver's resizer makes larger ([ResizerActs]); what
// the file system on it has, which is for a kubelet where it is mounted ([KubeletActs]); and
// what the claim shows, which comes last. A growth that has begun is brought to its end
// before another begins, unless the driver refuses it: then the request may be taken back.
//
// # What keeps data
//
// A volume outlives its claim when its reclaim policy says Retain, and then
// belongs to nobody: the claimRef has the UID of the claim that is gone, and a new
// claim of the same name is somebody else. What is in a volume belongs to the
// volume, not to the claim ([ContentOf]).
package storage

import "github.com/ordinal-sim/ordinal/model"

// Claim is what the controllers see of a PersistentVolumeClaim. The row, not its
// Spec, says which class and volume it names: they change, and the Spec is shared.
type Claim struct {
	Name model.Name
	UID  model.UID
	// Spec has the request, the modes and the selector. Its StorageClassName and
	// VolumeName are not read.
	Spec *model.PersistentVolumeClaimSpec
	// Class is spec.storageClassName.
	Class Class
	// VolumeName is spec.volumeName; the zero Name is none.
	VolumeName model.Name
	// SelectedNode is the annotation volume.kubernetes.io/selected-node: the
	// scheduler wants the volume there. The zero Name is none.
	SelectedNode model.Name
	// Capacity is status.capacity: what the volume had when it was bound, which
	// may be more than was asked for.
	Capacity model.Bytes
	// Phase is status.phase; "" counts as Pending.
	Phase model.ClaimPhase
	// BindCompleted is the annotation pv.kubernetes.io/bind-completed.
	BindCompleted bool
	// BoundByController is the annotation pv.kubernetes.io/bound-by-controller:
	// the controller chose the volume, not the user.
	BoundByController bool
	// Provisioner is the annotation volume.kubernetes.io/storage-provisioner: who has
	// been told to make a volume. "" is nobody.
	Provisioner string // shared with the class
	// Deleting says that the claim has a deletionTimestamp.
	Deleting bool
}

// Bound reports whether the claim's binding is complete, as the scheduler asks.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/binder.go, isPVCFullyBound.
func (c *Claim) Bound() bool { return c.VolumeName != (model.Name{}) && c.BindCompleted }

// Class is the storage class of a claim, of which there are three kinds: none was
// given (the zero Class: the default class, if there is one, takes its place), ""
// was given (no class, and never a default), or a name.
type Class struct {
	Name  model.Symbol // 0 is ""
	Given bool
}

// Volume is what the controllers see of a PersistentVolume. As with [Claim], what
// changes is in the row and not read from the Spec.
type Volume struct {
	Name model.Name
	UID  model.UID
	// Spec has the capacity, the modes, the policy, the source and the node
	// affinity. Its StorageClassName and ClaimRef are not read.
	Spec   *model.PersistentVolumeSpec
	Labels model.Labels
	// Class is spec.storageClassName; 0 is none.
	Class    model.Symbol
	ClaimRef ClaimRef
	Phase    model.VolumePhase
	// BoundByController is the annotation pv.kubernetes.io/bound-by-controller:
	// the controller wrote the claimRef, so it may clear it.
	BoundByController bool
	// ProvisionedBy is the annotation pv.kubernetes.io/provisioned-by: the
	// provisioner of the class that the volume was made for. "" says that it was
	// made by hand.
	ProvisionedBy string // shared with the class
	// PreResize is the annotation volume.alpha.kubernetes.io/pre-resize-capacity: what the
	// file system on the volume still has, while it waits to be grown; 0 is none.
	PreResize model.Bytes
	// Guarded is the finalizer external-provisioner.volume.kubernetes.io/finalizer: the
	// volume's object stays until its provisioner has destroyed what it stands for.
	Guarded bool
	// Deleting says that the volume has a deletionTimestamp.
	Deleting bool
}

// ClaimRef is spec.claimRef of a volume: whose it is. Set with UID 0 reserves the
// volume for whichever claim has that name; with a UID it is that claim's alone.
type ClaimRef struct {
	Name model.Name
	UID  model.UID
	Set  bool
}

// For reports whether the volume is reserved for, or bound to, the claim.
//
// Source: component-helpers storage/volume/pv_helpers.go, IsVolumeBoundToClaim.
func (r ClaimRef) For(c *Claim) bool {
	return r.Set && r.Name == c.Name && (r.UID == 0 || r.UID == c.UID)
}

// View is what a controller can see. Its pointers stay valid, and what they point
// to unchanged, for the duration of one decision.
type View interface {
	// Claim returns the claim of that name.
	Claim(model.Name) (*Claim, bool)
	// Volume returns the volume of that name.
	Volume(model.Name) (*Volume, bool)
	// Candidate returns the i-th of the volumes that the claim might get; false
	// when there are no more. Among them must be every volume whose claimRef has
	// the claim's name, and every Available volume without a claimRef that is of
	// the claim's class; each of the two in ascending order of the name's
	// spelling, for that breaks ties. All other volumes may be left out, and
	// should be: it is what makes the sync of ten thousand claims linear.
	Candidate(c *Claim, i int) (*Volume, bool)
	// Class returns the class of that name.
	Class(model.Symbol) (*model.StorageClass, bool)
	// DefaultClass returns the name of the class that [DefaultClass] picks.
	DefaultClass() (model.Symbol, bool)
	// UnscheduledPod returns the first pod in order of names that uses the claim,
	// has no node yet and is not Succeeded or Failed.
	UnscheduledPod(claim model.Name) (model.Name, bool)
	// RunningPod returns the first pod in order of names that uses the claim and
	// is not terminated, as [PodUse.Terminated] has it.
	RunningPod(claim model.Name) (model.Name, bool)
}
