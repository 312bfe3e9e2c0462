package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
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
	labels   model.Labels
	taints   []model.Taint // replaced, never edited
	capacity int32         // how many pods fit; 0 for any number
	// How much CPU and memory it has for pods; 0 for any amount.
	allocatable model.ResourceList
	cordoned    bool
	pullsDone   model.Instant // images are pulled one after the other

	// The machine, whatever the API server knows of it.
	down     bool // it is off
	cut      bool // its network is: it reaches neither the API server nor other nodes
	stopped  bool // its kubelet does not run; its containers do
	holding  bool // it cannot unmount anything
	clinging bool // nothing is detached from it
	reads    reads

	forgetful bool // its kubelet was restarted, and has not heard the API server since
	shutdown  shutdownStage
	short     [len(resources)]shortage
	looks     model.Instant // when its kubelet has last looked how short it is

	speaks      model.Instant // since when its kubelet renews its lease
	deleted     bool          // the object is gone; the machine may still be there
	deletedAt   model.Instant
	health      nodeHealth    // condition Ready
	healthSince model.Instant // of its last transition
	mark        uint64        // somebody's, see Cluster.Mark
}

func (n node) inUse() bool { return n.uid != 0 && !n.deleted }

// tainted reports whether a node has a taint with a key.
func (n *node) tainted(key string) bool {
	return slices.ContainsFunc(n.taints, func(t model.Taint) bool { return t.Key == key })
}

// nodeHealth is a node's condition Ready.
type nodeHealth uint8

const (
	healthReady nodeHealth = iota
	healthUnknown
	healthNotReady // its kubelet says so itself
)

// ready is the health as package nodelifecycle has it.
func (h nodeHealth) ready() nodelifecycle.Ready {
	return [...]nodelifecycle.Ready{nodelifecycle.IsReady, nodelifecycle.Unknown, nodelifecycle.NotReady}[h]
}

// pressure are the conditions of a node that has been short of something.
func (n *node) pressure() (out []model.NodeCondition) {
	words := [...][2][2]string{
		{{"KubeletHasSufficientMemory", "kubelet has sufficient memory available"}, {"KubeletHasInsufficientMemory", "kubelet has insufficient memory available"}},
		{{"KubeletHasNoDiskPressure", "kubelet has no disk pressure"}, {"KubeletHasDiskPressure", "kubelet has disk pressure"}},
	}
	for i := range n.short {
		s := &n.short[i]
		if s.since == 0 {
			continue
		}
		c := model.NodeCondition{Type: pressureConditions[i], Status: model.ConditionFalse, LastTransitionTime: s.since}
		if s.shown {
			c.Status = model.ConditionTrue
		}
		c.Reason, c.Message = words[i][boolByte(s.shown)][0], words[i][boolByte(s.shown)][1]
		out = append(out, c)
	}
	return out
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
	shows    model.Instant // when the controller's cache shows what it has last written
	waits    bool          // the controller was to look while it was paused
	looks    looks
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
	set         int32                 // the set that its name belongs to; nowhere while there is none
	replicaSet  int32                 // the ReplicaSet that made it; nowhere if none did
	owner       model.UID             // of the controller, mostly the set; 0 for an orphan
	givenTo     *model.OwnerReference // the controller, if somebody has given the pod to another than its set
	labels      model.Labels          // that somebody has edited; nil for those of the template
	revision    model.Symbol          // label controller-revision-hash
	template    policy.Template
	claimBases  []model.Symbol // of the set that made it
	shared      []model.Name   // claims that its template names itself
	service     model.Symbol   // spec.subdomain
	matches     bool           // the selector of its set matches its labels
	named       bool           // label statefulset.kubernetes.io/pod-name is the pod's name
	indexed     bool           // label apps.kubernetes.io/pod-index is the ordinal
	phase       policy.Phase
	ready       bool
	readySince  model.Instant
	node        int32
	grace       int32 // deletionGracePeriodSeconds
	deleting    bool
	deletedAt   model.Instant   // deletionTimestamp: when the grace period ends
	ip          uint32          // as its kubelet has reported it
	sandbox     int32           // what its kubelet runs of it; nowhere before the kubelet has heard of it
	waitsTold   bool            // that its volume cannot be attached has been said
	place       placement       // of a pod without a node
	kind        int32           // what it is to the scheduler, plus one; 0 before that is known
	shown       *shownStatus    // what its kubelet said last, while that is not heard
	disrupted   disruptionCause // condition DisruptionTarget
	disruptedAt model.Instant
	guarded     guardedPod // what the budgets that select it count it as
	eviction    nodelifecycle.Eviction
	started     model.Instant // status.startTime
	flags       [kubeletConditions]flag
	conditions  []model.PodCondition // that the user has set; replaced, never edited
	failure     *podFailure          // why it has failed, if its kubelet has ended it
}

// disruptionCause is why a pod has the condition DisruptionTarget.
type disruptionCause uint8

const (
	notDisrupted disruptionCause = iota
	disruptedByTaint
	disruptedByGC
	disruptedByEviction
	disruptedByKubelet
	disruptedNot // it was to be, and has not gone: the condition is False
)

// reason is the condition's reason.
//
// Source: k8s.io/api/core/v1/types.go, PodReason constants.
func (d disruptionCause) reason() string {
	return [...]string{"", "DeletionByTaintManager", "DeletionByPodGC", "EvictionByEvictionAPI", "TerminationByKubelet", ""}[d]
}

// shownStatus is what the API shows of a pod whose kubelet is not heard, beside what
// is in the pod's row.
type shownStatus struct{ inits, containers []model.ContainerStatus }

// container is one container of a pod, as its kubelet has it.
type container struct {
	sandbox int32
	next    int32 // the pod's next container
	index   int32 // among all containers of its template
	probes  int32 // the first of its probes; nowhere if it has none
	kind    containerKind
	state   containerState

	// What the pod's worker is about with it.
	plan    containerPlan
	lapsed  bool          // when this was planned, a run of it had ended, and
	lapse   model.Instant // when that was
	failure startFailure  // why it was not started when it last should have been
	unwell  unwellness    // what a probe has found that it is to be killed for
	hook    hookStage     // how far its postStart hook is
	stop    stopStage     // how far its end is
	left    int32         // seconds of its grace period that are left after that

	// What its program would say if it were asked, and what was heard of it.
	serving bool // it would say that it can serve
	alive   bool // it would say that it works: it has booted
	hung    bool // it would say nothing
	unfit   bool // it could serve, but for a fault
	passed  bool // its startup probe has succeeded, or it has none
	ready   bool

	seen     containerSeen // what its pod's status has last said of it
	watched  bool          // that was of this run
	ran      bool          // it was started since its pod's sandbox was made
	ended    bool          // a run of it has ended: last says how
	runs     int32         // how often it was started
	restarts int32         // as the status has it
	exitCode int32         // with which it is going to end, if its end is planned
	since    model.Instant // when the state began
	started  model.Instant // when it last started
	last     containerEnd
	backoff  backOff
	process  int32 // the place of its program among the processes, plus one; 0 if none runs
}

// containerEnd is how a run of a container has ended.
type containerEnd struct {
	exitCode          int32
	cause             exitCause
	started, finished model.Instant
}

// containerKind is what a container is in its pod.
type containerKind uint8

const (
	mainContainer containerKind = iota
	initContainer               // has to end well before the next container is started
	sidecar                     // has to be started before the next container is, and runs on beside it
)

// containerState is what a container does.
type containerState uint8

const (
	containerNone     containerState = iota
	containerWaiting                 // for the ones before it, and for the worker
	containerPulling                 // its image
	containerNoImage                 // its image cannot be had
	containerStarting                // is being started
	containerRunning
	containerCrashed // has exited and will be restarted
	containerExited  // has exited for good
	containerLost    // its machine went down under it
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

	provisioning attempts // of its provisioner
	resizing     attempts // of its resizer
	moved        bool     // its provisioner has taken the chosen node from it

	growth   storage.Growth         // of its volume
	growing  bool                   // its resizer is at it
	growings []model.ClaimCondition // what it shows of that; replaced, never edited
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
}

func (v volume) rowName() model.Name { return v.Name }
func (v volume) inUse() bool         { return v.UID != 0 }

// attachment is a volume at a node.
type attachment struct {
	volume, node int32
	next         int32 // the volume's next attachment
	state        attachmentState
	mounts       int32         // of sandboxes of the node
	inUse        bool          // as the node has last reported it (status.volumesInUse)
	unwanted     bool          // no pod there wants it
	since        model.Instant // when it was first seen to be unwanted
	forced       bool          // it is detached whether it is in use or not
}

// attachmentState is what the attach/detach controller does with an attachment.
type attachmentState uint8

const (
	attachmentAttaching attachmentState = iota
	attachmentAttached
	attachmentDetaching
)

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

	turns   dnsmodel.SyncQueue // the endpoints controller's
	wanted  bool               // a turn is, because of what is just being heard
	changed bool               // that is that the Service itself has changed: the turn does not wait
	lacking bool               // its last turn failed because a pod lacks its node
	owes    int32              // how many pods' endpoints are not what they should be
}
