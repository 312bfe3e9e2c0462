package model

// AccessMode says from how many nodes a volume may be used, and how.
type AccessMode string

// The access modes, with kubectl's abbreviations.
const (
	ReadWriteOnce    AccessMode = "ReadWriteOnce"    // RWO
	ReadOnlyMany     AccessMode = "ReadOnlyMany"     // ROX
	ReadWriteMany    AccessMode = "ReadWriteMany"    // RWX
	ReadWriteOncePod AccessMode = "ReadWriteOncePod" // RWOP
)

// Short is the abbreviation that kubectl prints: "RWO".
func (m AccessMode) Short() string {
	switch m {
	case ReadWriteOnce:
		return "RWO"
	case ReadOnlyMany:
		return "ROX"
	case ReadWriteMany:
		return "RWX"
	case ReadWriteOncePod:
		return "RWOP"
	default:
		return string(m)
	}
}

// VolumeMode says whether a volume is a file system or a block device.
type VolumeMode string

// The volume modes.
const (
	Filesystem VolumeMode = "Filesystem"
	Block      VolumeMode = "Block"
)

// ReclaimPolicy says what becomes of a volume whose claim is gone.
type ReclaimPolicy string

// The reclaim policies.
const (
	ReclaimDelete  ReclaimPolicy = "Delete"
	ReclaimRetain  ReclaimPolicy = "Retain"
	ReclaimRecycle ReclaimPolicy = "Recycle"
)

// VolumeBindingMode says when a claim of a class is bound.
type VolumeBindingMode string

// The binding modes.
const (
	BindImmediate            VolumeBindingMode = "Immediate"
	BindWaitForFirstConsumer VolumeBindingMode = "WaitForFirstConsumer"
)

// ClaimPhase is where a claim is in its life.
type ClaimPhase string

// The phases of a claim.
const (
	ClaimPending ClaimPhase = "Pending"
	ClaimBound   ClaimPhase = "Bound"
	ClaimLost    ClaimPhase = "Lost"
)

// VolumePhase is where a volume is in its life.
type VolumePhase string

// The phases of a volume.
const (
	VolumePending   VolumePhase = "Pending"
	VolumeAvailable VolumePhase = "Available"
	VolumeBound     VolumePhase = "Bound"
	VolumeReleased  VolumePhase = "Released"
	VolumeFailed    VolumePhase = "Failed"
)

// PersistentVolumeClaim asks for storage.
type PersistentVolumeClaim struct {
	ObjectMeta `json:"metadata"`
	Spec       PersistentVolumeClaimSpec   `json:"spec"`
	Status     PersistentVolumeClaimStatus `json:"status"`
}

// PersistentVolumeClaimSpec is what a claim asks for. A StorageClassName that is
// nil, "" or a name are three different things: the default class if there is
// one, no class, and that class.
type PersistentVolumeClaimSpec struct {
	AccessModes      []AccessMode   `json:"accessModes,omitempty"`
	Selector         *LabelSelector `json:"selector,omitempty"`
	Request          Bytes          `json:"request,omitempty"` // resources.requests.storage
	StorageClassName *string        `json:"storageClassName,omitempty"`
	VolumeMode       VolumeMode     `json:"volumeMode,omitempty"` // default Filesystem
	VolumeName       string         `json:"volumeName,omitempty"`
	Unmodelled       string         `json:"unmodelled,omitempty"`
}

// PersistentVolumeClaimStatus is what the volume controller last reported.
type PersistentVolumeClaimStatus struct {
	Phase       ClaimPhase       `json:"phase,omitempty"`
	AccessModes []AccessMode     `json:"accessModes,omitempty"`
	Capacity    Bytes            `json:"capacity,omitempty"`
	Conditions  []ClaimCondition `json:"conditions,omitempty"`

	AllocatedResources      Bytes             `json:"allocatedResources,omitempty"`      // of storage: what the volume is being grown to, or was last
	AllocatedResourceStatus ClaimResizeStatus `json:"allocatedResourceStatus,omitempty"` // of storage; "" if it is not being grown
}

// ClaimResizeStatus is how far the growth of a claim's volume has got.
type ClaimResizeStatus string

// The states of a growth, in their order. Growing the volume is the controller's part,
// growing the file system on it the node's.
const (
	ControllerResizeInProgress ClaimResizeStatus = "ControllerResizeInProgress"
	ControllerResizeInfeasible ClaimResizeStatus = "ControllerResizeInfeasible"
	NodeResizePending          ClaimResizeStatus = "NodeResizePending"
	NodeResizeInProgress       ClaimResizeStatus = "NodeResizeInProgress"
	NodeResizeInfeasible       ClaimResizeStatus = "NodeResizeInfeasible"
)

// ClaimCondition is a condition of a claim.
type ClaimCondition struct {
	Type               ClaimConditionType `json:"type"`
	Status             ConditionStatus    `json:"status"`
	LastTransitionTime Instant            `json:"lastTransitionTime,omitempty"`
	Reason             string             `json:"reason,omitempty"`
	Message            string             `json:"message,omitempty"`
}

// ClaimConditionType is the type of a condition of a claim.
type ClaimConditionType string

// The conditions of a claim.
const (
	ClaimUnused                  ClaimConditionType = "Unused"                  // no pod uses it
	ClaimResizing                ClaimConditionType = "Resizing"                // its volume is being grown
	ClaimFileSystemResizePending ClaimConditionType = "FileSystemResizePending" // the volume is larger than the file system on it
	ClaimControllerResizeError   ClaimConditionType = "ControllerResizeError"   // its volume could not be grown
	ClaimNodeResizeError         ClaimConditionType = "NodeResizeError"         // the file system on it could not be grown
)

// PersistentVolume is a piece of storage.
type PersistentVolume struct {
	ObjectMeta `json:"metadata"`
	Spec       PersistentVolumeSpec   `json:"spec"`
	Status     PersistentVolumeStatus `json:"status"`
}

// PersistentVolumeSpec describes a volume.
type PersistentVolumeSpec struct {
	Capacity         Bytes           `json:"capacity"` // capacity.storage
	AccessModes      []AccessMode    `json:"accessModes,omitempty"`
	ReclaimPolicy    ReclaimPolicy   `json:"persistentVolumeReclaimPolicy,omitempty"` // default Retain
	StorageClassName string          `json:"storageClassName,omitempty"`
	VolumeMode       VolumeMode      `json:"volumeMode,omitempty"` // default Filesystem
	ClaimRef         *ClaimReference `json:"claimRef,omitempty"`
	NodeAffinity     *NodeSelector   `json:"nodeAffinity,omitempty"`
	Source           VolumeSource    `json:"source"`
	Unmodelled       string          `json:"unmodelled,omitempty"`
}

// ClaimReference names the claim that a volume belongs to. With UID 0 the volume
// is reserved for any claim of that name.
type ClaimReference struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       UID    `json:"uid,omitempty"`
}

// VolumeSourceType is where a volume's bytes are.
type VolumeSourceType string

// The volume sources that are told apart. Only CSI and the cloud disks that it
// replaced are attached to one node and detached from it.
const (
	SourceCSI      VolumeSourceType = "csi"
	SourceNFS      VolumeSourceType = "nfs"
	SourceHostPath VolumeSourceType = "hostPath"
	SourceLocal    VolumeSourceType = "local"
	SourceOther    VolumeSourceType = "other" // kept in the volume's Unmodelled
)

// VolumeSource is where a volume's bytes are.
type VolumeSource struct {
	Type   VolumeSourceType `json:"type,omitempty"`
	Driver string           `json:"driver,omitempty"` // of csi
	Handle string           `json:"handle,omitempty"` // of csi
	Server string           `json:"server,omitempty"` // of nfs
	Path   string           `json:"path,omitempty"`   // of nfs, hostPath and local
}

// PersistentVolumeStatus is what the volume controller last reported.
type PersistentVolumeStatus struct {
	Phase   VolumePhase `json:"phase,omitempty"`
	Message string      `json:"message,omitempty"`
}

// StorageClass is a way to make volumes on demand.
type StorageClass struct {
	ObjectMeta           `json:"metadata"`
	Provisioner          string            `json:"provisioner"`
	ReclaimPolicy        ReclaimPolicy     `json:"reclaimPolicy,omitempty"`     // default Delete
	VolumeBindingMode    VolumeBindingMode `json:"volumeBindingMode,omitempty"` // default Immediate
	AllowVolumeExpansion bool              `json:"allowVolumeExpansion,omitempty"`
	Parameters           map[string]string `json:"parameters,omitempty"`
	Unmodelled           string            `json:"unmodelled,omitempty"`

	AllowedTopologies []TopologySelectorTerm `json:"allowedTopologies,omitempty"` // where volumes may be made; none means anywhere
}

// AnnotationDefaultClass marks the class of claims that name none.
const AnnotationDefaultClass = "storageclass.kubernetes.io/is-default-class"

// ProvisionerNone is the provisioner of classes whose volumes are made by hand.
const ProvisionerNone = "kubernetes.io/no-provisioner"

// IsDefault reports whether the class is marked as the default one.
func (c *StorageClass) IsDefault() bool {
	return c.Annotations[AnnotationDefaultClass] == "true" ||
		c.Annotations["storageclass.beta.kubernetes.io/is-default-class"] == "true"
}
