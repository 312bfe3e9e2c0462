package storage

import (
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// Reason says why a decision is what it is. Most reasons are events that
// Kubernetes records, or messages that it prints; the others have no words there
// and were given some.
type Reason uint8

// The reasons. What they say is in the table below them.
const (
	NoReason Reason = iota

	// A claim waits (SyncClaim).
	NoVolumeFits      // nothing matches, and no class would make one
	NoConsumer        // WaitForFirstConsumer, and no pod uses the claim
	PodNotScheduled   // WaitForFirstConsumer, and the pod has no node
	VolumeNotCreated  // the claim names a volume that does not exist
	VolumeTooSmall    // the named volume has less than is asked for
	ClassDiffers      // the named volume is of another class
	AccessModeDiffers // the named volume lacks a requested access mode
	VolumeModeDiffers // the named volume is Block and the claim is not, or the reverse
	VolumeIsDeleted   // the named volume is being deleted
	VolumeTaken       // the named volume belongs to another claim
	ClassNotFound     // there is no such StorageClass
	NoProvisioner     // the class's provisioner is one that makes nothing
	ProvisionerAsked  // an external provisioner has been asked for a volume

	// A claim is lost (SyncClaim).
	ReferenceLost // a bound claim has no volumeName any more
	VolumeLost    // a bound claim's volume does not exist
	Misbound      // a bound claim's volume belongs to another claim

	// A volume (SyncVolume).
	ReservedVolumeModeDiffers // the volume is reserved for a claim of another volume mode
	ReservingVolumeDiffers    // the same, told to the claim
	Retained                  // released, and the policy says Retain
	DeletedExternally         // released, and left to the external provisioner
	NoDeleterPlugin           // no plugin knows the volume's source
	NotDeletable              // the source's plugin cannot delete
	HostPathNotInTmp          // the hostPath plugin deletes in /tmp only
	NoRecyclerPlugin          // the source's plugin cannot recycle
	RecycleInUse              // pods still use what is to be scrubbed
	UnknownPolicy             // a reclaim policy that does not exist

	// A provisioner declines (ProvisionerActs).
	SelectorUnsupported // provisioners do not make volumes to a selector

	// A driver fails.
	ProvisioningFailed // it could not make a volume
	ProvisioningMoved  // nor can it there: the scheduler is to choose another node
	ResizeFailed       // it could not make a volume larger

	// The scheduler (Schedulable, FilterNode, ExclusivePod).
	ClaimNotFound    // the pod names a claim that does not exist
	ClaimIsLost      // the pod's claim is Lost
	ClaimIsDeleted   // the pod's claim is being deleted
	UnboundImmediate // the pod's claim should have been bound by now
	NodeAffinity     // the node cannot reach the claim's volume
	VolumeGone       // the claim's volume does not exist
	NoVolumeOnNode   // nothing to bind on that node, and nothing can be made there
	PodExclusive     // ReadWriteOncePod, and another pod has the claim

	// Deletion (ReleaseClaim, ReleaseVolume).
	ClaimUsed   // a pod that was given a node references the claim
	VolumeBound // the volume is Bound

	// Attachment (MayAttach, MayDetach, MayMount).
	UsedElsewhere     // a pod on another node uses the volume
	AttachedElsewhere // the volume is still attached to another node
	MultiAttachUsed   // UsedElsewhere, as releases before 1.37 say it
	MultiAttach       // AttachedElsewhere, likewise
	StillMounted      // the node still lists the volume in use
	NeverForced       // the same, on a healthy node: no force, however long
	MountExclusive    // ReadWriteOncePod, and another pod of the node has the volume

	// Expansion (AdmitResize, ResizerActs, KubeletActs).
	ResizeUnbound      // only Bound claims grow
	ResizeForbidden    // the class does not allow expansion
	ResizeBelowStatus  // a request may shrink, but not to what there is already
	ResizerAwaited     // nobody has grown the volume yet
	ResizerBegins      // the resizer asks the driver for more
	VolumeGrown        // the volume is larger, and that is all
	FileSystemResizing // the file system grows when the volume is next mounted
	FileSystemRequired // the volume is larger, and the file system on it is not
	FileSystemGrown    // the file system is larger, too

	numReasons
)

// EventType is the type of an event.
type EventType string

// The types of events.
const (
	EventNormal  EventType = "Normal"
	EventWarning EventType = "Warning"
)

// wording is how a reason appears: as an event, when it has an EventType, and in
// words. {claim}, {volume}, {pod}, {node}, {class}, {provisioner} and {detail} stand
// for what the notice names.
type wording struct {
	name  string // the event's reason, or a name in the same style
	event EventType
	text  string
}

// wordings are Kubernetes' own words where it has any.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go,
// pkg/controller/volume/events/event.go, pkg/scheduler/framework/plugins/volumebinding,
// pkg/scheduler/framework/plugins/volumerestrictions,
// pkg/controller/volume/attachdetach/reconciler/reconciler.go,
// plugin/pkg/admission/storage/persistentvolume/resize/admission.go,
// pkg/controller/volume/expand/expand_controller.go,
// pkg/volume/util/operationexecutor/node_expander.go;
// external-resizer pkg/controller/expand_and_recover.go and resize_status.go;
// sig-storage-lib-external-provisioner controller/controller.go, provisionClaimOperation.
var wordings = [numReasons]wording{
	NoReason: {"None", "", ""},

	NoVolumeFits:      {"FailedBinding", EventNormal, `no persistent volumes available for this claim and no storage class is set`},
	NoConsumer:        {"WaitForFirstConsumer", EventNormal, `waiting for first consumer to be created before binding`},
	PodNotScheduled:   {"WaitForPodScheduled", EventNormal, `waiting for pod {pod} to be scheduled`},
	VolumeNotCreated:  {"VolumeNotCreated", "", `the requested volume "{volume}" does not exist`},
	VolumeTooSmall:    {"VolumeMismatch", EventWarning, `Cannot bind to requested volume "{volume}": requested PV is too small`},
	ClassDiffers:      {"VolumeMismatch", EventWarning, `Cannot bind to requested volume "{volume}": storageClassName does not match`},
	AccessModeDiffers: {"VolumeMismatch", EventWarning, `Cannot bind to requested volume "{volume}": incompatible accessMode`},
	VolumeModeDiffers: {"VolumeMismatch", EventWarning, `Cannot bind to requested volume "{volume}": incompatible volumeMode`},
	VolumeIsDeleted:   {"VolumeMismatch", EventWarning, `Cannot bind to requested volume "{volume}": the volume is marked for deletion "{volume}"`},
	VolumeTaken:       {"FailedBinding", EventWarning, `volume "{volume}" already bound to a different claim.`},
	ClassNotFound:     {"ProvisioningFailed", EventWarning, `storageclass.storage.k8s.io "{class}" not found`},
	NoProvisioner:     {"ProvisioningFailed", EventWarning, `no volume plugin matched name: {provisioner}`},
	ProvisionerAsked:  {"ExternalProvisioning", EventNormal, `Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`},

	ReferenceLost: {"ClaimLost", EventWarning, `Bound claim has lost reference to PersistentVolume. Data on the volume is lost!`},
	VolumeLost:    {"ClaimLost", EventWarning, `Bound claim has lost its PersistentVolume. Data on the volume is lost!`},
	Misbound:      {"ClaimMisbound", EventWarning, `Two claims are bound to the same volume, this one is bound incorrectly`},

	ReservedVolumeModeDiffers: {"VolumeMismatch", EventWarning, `Cannot bind PersistentVolume to requested PersistentVolumeClaim "{claim}" due to incompatible volumeMode.`},
	ReservingVolumeDiffers:    {"VolumeMismatch", EventWarning, `Cannot bind PersistentVolume "{volume}" to requested PersistentVolumeClaim due to incompatible volumeMode.`},
	Retained:                  {"Retained", "", `volume "{volume}" is released and its reclaim policy is Retain`},
	DeletedExternally:         {"DeletedExternally", "", `volume "{volume}" is released and left to its external provisioner to delete`},
	NoDeleterPlugin:           {"VolumeFailedDelete", EventWarning, `error getting deleter volume plugin for volume "{volume}": no volume plugin matched`},
	NotDeletable:              {"VolumeFailedDelete", EventWarning, `error getting deleter volume plugin for volume "{volume}": no deletable volume plugin matched`},
	HostPathNotInTmp:          {"VolumeFailedDelete", EventWarning, `host_path deleter only supports /tmp/.+ but received provided {detail}`},
	NoRecyclerPlugin:          {"VolumeFailedRecycle", EventWarning, `No recycler plugin found for the volume!`},
	RecycleInUse:              {"VolumeFailedRecycle", EventNormal, `Volume is used by pods: {namespace}/{pod}`},
	UnknownPolicy:             {"VolumeUnknownReclaimPolicy", EventWarning, `Volume has unrecognized PersistentVolumeReclaimPolicy`},

	SelectorUnsupported: {"ProvisioningFailed", EventWarning, `claim Selector is not supported`},

	ProvisioningFailed: {"ProvisioningFailed", EventWarning, `failed to provision volume with StorageClass "{class}": {detail}`},
	ProvisioningMoved:  {"FailedScheduling", EventWarning, `running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "{claim}"`},
	ResizeFailed:       {"VolumeResizeFailed", EventWarning, `resize volume "{volume}" by resizer "{provisioner}" failed: {detail}`},

	ClaimNotFound:    {"ClaimNotFound", "", `persistentvolumeclaim "{claim}" not found`},
	ClaimIsLost:      {"ClaimIsLost", "", `persistentvolumeclaim "{claim}" bound to non-existent persistentvolume "{volume}"`},
	ClaimIsDeleted:   {"ClaimIsDeleted", "", `persistentvolumeclaim "{claim}" is being deleted`},
	UnboundImmediate: {"UnboundImmediate", "", `pod has unbound immediate PersistentVolumeClaims`},
	NodeAffinity:     {"NodeAffinity", "", `node(s) didn't match PersistentVolume's node affinity`},
	VolumeGone:       {"VolumeGone", "", `node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)`},
	NoVolumeOnNode:   {"NoVolumeOnNode", "", `node(s) didn't find available persistent volumes to bind`},
	PodExclusive:     {"PodExclusive", "", `node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod`},

	ClaimUsed:   {"ClaimUsed", "", `pod {pod} still references the claim`},
	VolumeBound: {"VolumeBound", "", `the volume is bound to claim {claim}`},

	UsedElsewhere:     {"FailedAttachVolume", EventWarning, `Waiting for detach for volume "{volume}" Volume is already used by pod(s) {pod}`},
	AttachedElsewhere: {"FailedAttachVolume", EventWarning, `Waiting for detach for volume "{volume}" Volume is already exclusively attached to one node, waiting on detach before it can be attached to another node`},
	MultiAttachUsed:   {"FailedAttachVolume", EventWarning, `Multi-Attach error for volume "{volume}" Volume is already used by pod(s) {pod}`},
	MultiAttach:       {"FailedAttachVolume", EventWarning, `Multi-Attach error for volume "{volume}" Volume is already exclusively attached to one node and can't be attached to another`},
	StillMounted:      {"StillMounted", "", `volume "{volume}" is still mounted; its node is unhealthy, and it is detached by force in time`},
	NeverForced:       {"NeverForced", "", `volume "{volume}" is still mounted; it is not detached by force`},
	MountExclusive:    {"FailedMount", EventWarning, `{detail} failed for volume "{volume}" : volume uses the ReadWriteOncePod access mode and is already in use by another pod`},

	ResizeUnbound:      {"ResizeUnbound", "", `Only bound persistent volume claims can be expanded`},
	ResizeForbidden:    {"ResizeForbidden", "", `only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize`},
	ResizeBelowStatus:  {"ResizeBelowStatus", "", `field can not be less than status.capacity`},
	ResizerAwaited:     {"ExternalExpanding", EventNormal, `waiting for an external controller to expand this PVC`},
	ResizerBegins:      {"Resizing", EventNormal, `External resizer is resizing volume {volume}`},
	VolumeGrown:        {"VolumeResizeSuccessful", EventNormal, `Resize volume succeeded`},
	FileSystemResizing: {"FileSystemResizePending", "", `Waiting for user to (re-)start a pod to finish file system resize of volume on node.`},
	FileSystemRequired: {"FileSystemResizeRequired", EventNormal, `Require file system resize of volume on node`},
	FileSystemGrown:    {"FileSystemResizeSuccessful", EventNormal, `MountVolume.NodeExpandVolume succeeded for volume "{volume}" {node}`},
}

// String is the reason of the event that Kubernetes records, "FailedBinding" for
// one; for a reason that is no event it is a name in the same style.
func (r Reason) String() string {
	if r >= numReasons {
		return "Unknown"
	}
	return wordings[r].name
}

// Event is the type of the event that Kubernetes records for the reason; "" for
// a reason that is none.
func (r Reason) Event() EventType {
	if r >= numReasons {
		return ""
	}
	return wordings[r].event
}

// Notice is a reason and what it is about. It is a small value without strings of
// its own; [Notice.Message] makes the words.
type Notice struct {
	Reason      Reason
	Claim       model.Name
	Volume      model.Name
	Pod         model.Name
	Node        model.Name
	Class       model.Symbol
	Provisioner string // shared with the class
	Detail      string // a path, or what a driver has said; shared, never put together here
}

// Names spells names: it is the world's table of strings. An object's spelling is
// without its namespace.
type Names interface {
	Name(model.Name) string
	Symbol(model.Symbol) string
}

// Message renders the notice in Kubernetes' words. Where Kubernetes lists every
// pod in question, the message has the first.
func (n Notice) Message(names Names) string {
	if n.Reason >= numReasons {
		return ""
	}
	text := wordings[n.Reason].text
	if !strings.Contains(text, "{") {
		return text
	}
	return strings.NewReplacer(
		"{claim}", names.Name(n.Claim),
		"{volume}", names.Name(n.Volume),
		"{pod}", names.Name(n.Pod),
		"{node}", names.Name(n.Node),
		"{namespace}", names.Symbol(n.Pod.Namespace),
		"{class}", names.Symbol(n.Class),
		"{provisioner}", n.Provisioner,
		"{detail}", n.Detail,
	).Replace(text)
}
