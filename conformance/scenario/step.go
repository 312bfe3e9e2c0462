package scenario

import (
	"strconv"
	"strings"
)

// Step is one thing that is done. A step that cannot apply (there is no such pod, it
// is in another phase) does nothing.
type Step struct {
	Op    string `json:"op"`
	Pod   int32  `json:"pod,omitempty"` // the ordinal
	N     int32  `json:"n,omitempty"`
	Value string `json:"value,omitempty"`
	Claim string `json:"claim,omitempty"` // its name: c0-web-1
}

// The steps that edit the set; nothing if there is none.
const (
	Scale          = "scale"          // N replicas
	Image          = "image"          // Value
	Partition      = "partition"      // N; the rollingUpdate block is written from now on
	MaxUnavailable = "maxUnavailable" // Value, likewise
	RollingUpdate  = "rollingUpdate"  // the rollingUpdate block is left out from now on
	Strategy       = "strategy"       // Value
	MinReady       = "minReady"       // N seconds
	Start          = "start"          // N
	Retention      = "retention"      // Value: "whenDeleted whenScaled"
)

// The steps that are about the set as a whole.
const (
	DeleteSet = "deleteSet" // in the background
	OrphanSet = "orphanSet" // --cascade=orphan
	CreateSet = "createSet" // again, if there is none: see Set.Recreated
)

// The steps that play the scheduler and the kubelet, or a user, for one pod.
const (
	Schedule = "schedule" // it gets a node, if it has none
	Run      = "run"      // Pending -> Running, with a node
	Ready    = "ready"    // if Running
	Unready  = "unready"  // if Running
	Fail     = "fail"     // Running -> Failed
	Succeed  = "succeed"  // Running -> Succeeded
	Gone     = "gone"     // the termination of one that is being deleted is confirmed
	Delete   = "delete"   // a user deletes it
	Force    = "force"    // it goes at once, whatever its state
	Release  = "release"  // its label app becomes other
	Adopt    = "adopt"    // its label app becomes web
	Unlabel  = "unlabel"  // it loses the label Value
	OwnPod   = "ownPod"   // Value Other: another controller owns it; Nobody: nobody does
)

// The other steps.
const (
	DeleteClaim = "deleteClaim" // a user deletes the claim
	OwnClaim    = "ownClaim"    // Value Other: another controller owns it, and nobody else; Nobody: nobody does
	FailWrite   = "failWrite"   // the N-th next write of the controller that is Value fails once: "create pod"
	Restart     = "restart"     // the controller stops, and another one starts
	Wait        = "wait"        // N seconds pass
)

// What the Value of an owning step may be.
const (
	Other  = "other"
	Nobody = "nobody"
)

// The controller that is meant by [Other]: of a kind that no part of this world looks
// after, so that it exists as far as anybody knows.
const (
	OtherKind = "ReplicaSet"
	OtherName = "other"
	OtherUID  = "9999" // a number, because Ordinal's UIDs are
)

// The labels that a pod may lose by [Unlabel].
const (
	LabelPodName  = "statefulset.kubernetes.io/pod-name"
	LabelRevision = "controller-revision-hash"
)

// Writes are the Values of [FailWrite]: a verb and what is written.
var Writes = []string{"create pod", "delete pod", "update pod", "create claim", "update claim", "update status"}

// String renders the step in a few words: "ready web-1".
func (s Step) String() string {
	words := []string{s.Op}
	switch s.Op {
	case Schedule, Run, Ready, Unready, Fail, Succeed, Gone, Delete, Force, Release, Adopt:
		words = append(words, PodName(s.Pod))
	case Unlabel, OwnPod:
		words = append(words, PodName(s.Pod), s.Value)
	case DeleteClaim, OwnClaim:
		words = append(words, s.Claim, s.Value)
	case Scale, Partition, MinReady, Start, Wait:
		words = append(words, strconv.Itoa(int(s.N)))
	case CreateSet, FailWrite:
		words = append(words, strconv.Itoa(int(s.N)), s.Value)
	case RollingUpdate:
		words = append(words, "nil")
	default:
		words = append(words, s.Value)
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// PodName is the name of the pod at an ordinal.
func PodName(ordinal int32) string { return "web-" + strconv.Itoa(int(ordinal)) }

// ClaimName is the name of a claim: the i-th claim template's, for an ordinal.
func ClaimName(i int, ordinal int32) string {
	return "c" + strconv.Itoa(i) + "-" + PodName(ordinal)
}
