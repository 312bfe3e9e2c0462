package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/storage"
)

// The rows of the world's tables. They are flat values: a fork copies them, and
// what they point to (specs, labels, owners) never changes in place. References
// to other rows are places in tables; none is the value nowhere.
const nowhere int32 = -1

// identity is what every object has.
type identity struct {
	name    model.Name
	uid     model.UID
	version int64 // resourceVersion
	created model.Instant
}

func (i identity) rowName() model.Name { return i.name }
func (i identity) inUse() bool         { return i.uid != 0 }

// node is a machine.
type node struct {
	identity
	labels    model.Labels
	pods      int32 // pods that are bound to it and have not ended
	capacity  int32 // how many pods fit; 0 for any number
	cordoned  bool
	pullsDone model.Instant // images are pulled one after the other
}

// nodeImage is an image on a node. Its name is the image's, with the place of the
// node for an ordinal.
type nodeImage struct {
	identity
	ready model.Instant // when it has been pulled
}

// deletion is how an object is being deleted.
type deletion uint8

const (
	notDeleted deletion = iota
	background
	foreground
	orphaning
)

// statefulSet is a set and its controller's cache of it.
type statefulSet struct {
	identity
	labels, annotations model.Labels
	podBase             model.Symbol // the set's whole name: its pods' names begin with it
	serviceName         model.Symbol
	claimLabels         []model.Labels // for each claim template, the claims' labels
	claimBases          []model.Symbol // for each claim template, what the claims' names begin with
	spec                *model.StatefulSetSpec
	template            policy.Template
	generation          int64
	deleting            deletion
	deletedAt           model.Instant
	collecting          bool // the garbage collector will look at it once more
	status              policy.Status
	applied             *model.StatefulSet // the manifest that was last applied, for the next apply

	view     policy.View
	wait     policy.Wait   // of the last sync
	failures int32         // syncs in a row that have failed
	retryAt  model.Instant // when the next attempt is, also if it is left out because it would fail
	trouble  model.Symbol  // with what error
	blocked  []model.Name  // the objects for one of which to go the next attempt waits; replaced, never edited
	wrote    model.Instant // when the controller last wrote something that its cache must show
}

// revision is a ControllerRevision.
type revision struct {
	identity
	set         int32 // whose name it carries; nowhere while there is none
	owner       model.UID
	number      int64
	template    policy.Template
	annotations model.Labels
	timestamped bool // its data has a creationTimestamp, null, in the template
}

// pod is a pod: what the API shows, and how far the kubelet has got.
type pod struct {
	identity
	set        int32                 // the set that its name belongs to; nowhere while there is none
	owner      model.UID             // of the controller, mostly the set; 0 for an orphan
	givenTo    *model.OwnerReference // the controller, if somebody has given the pod to another than its set
	labels     model.Labels          // that somebody has edited; nil for those of the template
	revision   model.Symbol          // label controller-revision-hash
	template   policy.Template
	claimBases []model.Symbol // of the set that made it
	shared     []model.Name   // claims that its template names itself
	service    model.Symbol   // spec.subdomain
	matches    bool           // the selector of its set matches its labels
	named      bool           // label statefulset.kubernetes.io/pod-name is the pod's name
	indexed    bool           // label apps.kubernetes.io/pod-index is the ordinal
	phase      policy.Phase
	ready      bool
	readySince model.Instant
	node       int32
	grace      int32 // deletionGracePeriodSeconds
	deleting   bool
	deletedAt  model.Instant // deletionTimestamp: when the grace period ends
	ip         uint32
	containers int32 // the first of its containers; nowhere before the kubelet has begun
	running    int32 // containers that have not exited for good
	stage      podStage
	waitsTold  bool          // that its volume cannot be attached has been said
	place      placement     // of a pod without a node
	started    model.Instant // when the kubelet began with it
}

// podStage is how far the kubelet has got with a pod.
type podStage uint8

const (
	stageUnscheduled podStage = iota
	stageVolumes              // waits for its volumes
	stageRunning              // its containers are started, one after the other
	stageStopping             // its containers are being stopped
)

// container is one container of a pod.
type container struct {
	pod      int32
	next     int32 // the pod's next container
	index    int32 // in the pod's spec
	state    containerState
	ready    bool
	stopping bool
	restarts int32
	exitCode int32
	since    model.Instant // when the state began
	started  model.Instant // when it last started
	backoff  int32         // seconds before the next restart
}

// containerState is what a container does.
type containerState uint8

const (
	containerNone     containerState = iota
	containerWaiting                 // for the ones before it
	containerPulling                 // its image
	containerNoImage                 // its image cannot be pulled
	containerStarting                // is being started
	containerRunning
	containerCrashed // has exited and will be restarted
	containerExited  // has exited for good
)

// claim is a PersistentVolumeClaim.
type claim struct {
	storage.Claim
	version     int64
	created     model.Instant
	labels      model.Labels
	annotations model.Labels // without those that are fields, see annotations.go
	owners      []model.Owner
	modes       []model.AccessMode // status.accessModes
	deletedAt   model.Instant
	users       int32                 // pods with a node that mount it
	notice      storage.Notice        // of the last sync
	unsettled   bool                  // it is counted among those that are not bound
	namer       bool                  // it is counted among those that ask for a volume by name besides
	refs        int32                 // pods that mount it and have not ended
	unused      model.ConditionStatus // the condition Unused; "" before it is bound
	unusedSince model.Instant
	doubtful    bool // it is bound, and somebody has edited its volume

	provisionFailures int32         // attempts of its provisioner in a row that have failed
	provisionRetry    model.Instant // when the next is, also if it is left out because it would fail
}

func (c claim) rowName() model.Name { return c.Name }
func (c claim) inUse() bool         { return c.UID != 0 }

// volume is a PersistentVolume and what is stored on it.
type volume struct {
	storage.Volume
	version     int64
	created     model.Instant
	deletedAt   model.Instant
	annotations model.Labels   // without those that are fields
	trouble     storage.Notice // why it is Failed
	unprotected bool           // the finalizer of its protection is gone: the object may go
	attachments int32          // the first of its attachments; nowhere if it has none
	files       *files
}

func (v volume) rowName() model.Name { return v.Name }
func (v volume) inUse() bool         { return v.UID != 0 }

// attachment is a volume at a node.
type attachment struct {
	volume, node int32
	next         int32 // the volume's next attachment
	attached     bool  // false while it is being attached
	detaching    bool
}

// class is a StorageClass.
type class struct {
	identity
	spec *model.StorageClass
}

// service is a Service.
type service struct {
	identity
	symbol   model.Symbol // its whole name
	spec     *model.Service
	picky    bool            // its selector tells pods of one template apart
	asked    bool            // whether it selects the pods of a template has been worked out
	answer   bool            // it does
	template policy.Template // of that template
}
