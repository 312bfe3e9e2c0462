package stateless

import (
	"cmp"
	"math"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// Deployment is what its controller sees of the Deployment itself.
type Deployment struct {
	Name        model.Symbol // the whole of its name
	UID         model.UID
	Generation  int64
	Spec        *model.DeploymentSpec // with its defaults; never changes in place
	Template    policy.Template       // of Spec
	Proposed    model.Symbol          // the name that a ReplicaSet of Template would get: see model.ReplicaSetName
	Annotations model.Labels          // those that ReplicaSets get too: see CopiesAnnotation
	Revision    int64                 // annotation deployment.kubernetes.io/revision; 0 if there is none
	Deleting    bool                  // deletionTimestamp is set
	Status      DeploymentStatus      // as stored
}

// Set is what the Deployment controller sees of one of its ReplicaSets.
type Set struct {
	Handle     int32        // the caller's name for it; only handed back
	Name       model.Symbol // the whole of its name
	Text       string       // Name as a string: a rule of the order
	UID        model.UID
	Created    model.Instant // creationTimestamp
	Generation int64
	Replicas   int32 // spec.replicas
	MinReady   int32 // spec.minReadySeconds
	Template   policy.Template
	Status     ReplicaStatus // as stored
	Alive      int32         // its pods that have not ended, terminating or not: see View.Alive
	Deleting   bool          // deletionTimestamp is set

	Annotations model.Labels // those that come from the Deployment
	Revision    int64        // annotation deployment.kubernetes.io/revision; 0 if there is none, or BadRevision
	History     string       // annotation deployment.kubernetes.io/revision-history
	Desired     int32        // annotation deployment.kubernetes.io/desired-replicas, or NoSize
	Most        int32        // annotation deployment.kubernetes.io/max-replicas, or NoSize
}

// BadRevision is the revision of a ReplicaSet whose annotation is no number.
const BadRevision = math.MinInt64

// NoSize is the number in an annotation that is missing or no number.
const NoSize int32 = -1

// The annotations by which the controller remembers, besides
// [model.AnnotationDeploymentRevision].
//
// Source: pkg/controller/deployment/util/deployment_util.go.
const (
	AnnotationRevisionHistory = "deployment.kubernetes.io/revision-history" // the numbers that a ReplicaSet had before
	AnnotationDesired         = "deployment.kubernetes.io/desired-replicas" // the Deployment's replicas when the ReplicaSet was last scaled
	AnnotationMost            = "deployment.kubernetes.io/max-replicas"     // the same with the surge
)

// CopiesAnnotation reports whether ReplicaSets get an annotation of their Deployment.
//
// Source: pkg/controller/deployment/util/deployment_util.go, annotationsToSkip.
func CopiesAnnotation(name string) bool {
	switch name {
	case model.AnnotationDeploymentRevision, AnnotationRevisionHistory, AnnotationDesired, AnnotationMost,
		"kubectl.kubernetes.io/last-applied-configuration", "deprecated.deployment.rollback.to":
		return false
	}
	return true
}

// rolling reports whether the strategy is RollingUpdate.
func (d *Deployment) rolling() bool { return d.Spec.Strategy.Type == model.RollingUpdate }

// replicas is the number of pods asked for; 1 when none is stored.
func (d *Deployment) replicas() int32 {
	if d.Spec.Replicas == nil {
		return 1
	}
	return *d.Spec.Replicas
}

// bounds are by how many pods a rolling update may exceed its replicas, and how many of
// them may be unavailable. The one is rounded up and the other down; if that makes both 0,
// one pod may be unavailable, for otherwise nothing could ever move.
//
// Source: pkg/controller/deployment/util/deployment_util.go, ResolveFenceposts, MaxSurge
// and MaxUnavailable.
func (d *Deployment) bounds() (surge, unavailable int32) {
	if !d.rolling() {
		return 0, 0
	}
	replicas := d.replicas()
	if ru := d.Spec.Strategy.RollingUpdate; ru != nil {
		if ru.MaxSurge != nil {
			surge = ru.MaxSurge.ScaledUp(replicas)
		}
		if ru.MaxUnavailable != nil {
			unavailable = ru.MaxUnavailable.ScaledDown(replicas)
		}
	}
	if surge == 0 && unavailable == 0 {
		unavailable = 1
	}
	return surge, min(unavailable, replicas)
}

// deadline reports whether the rollout has one. The largest number means none.
//
// Source: HasProgressDeadline.
func (d *Deployment) deadline() (seconds int32, ok bool) {
	if s := d.Spec.ProgressDeadlineSeconds; s != nil && *s != math.MaxInt32 {
		return *s, true
	}
	return 0, false
}

// byAge is the order of ReplicaSets, the oldest first.
//
// Source: pkg/controller/controller_utils.go, ReplicaSetsByCreationTimestamp.
func byAge(a, b Set) int {
	return cmp.Or(cmp.Compare(a.Created, b.Created), strings.Compare(a.Text, b.Text))
}
