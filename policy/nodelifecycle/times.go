package nodelifecycle

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Times are the periods and delays of kubelets and of the controllers that watch them.
type Times struct {
	Lease  time.Duration // from one renewal of a kubelet's lease to the next
	Status time.Duration // from one posting of an unchanged status to the next

	Monitor time.Duration // from one look of the node lifecycle controller to the next
	Grace   time.Duration // of a node that nothing new is noticed of
	Startup time.Duration // the same, of a node that has never posted a status

	Pass    time.Duration // from one pass over the nodes that wait for a NoExecute taint to the next
	Normal  time.Duration // from one NoExecute taint in a zone to the next
	Reduced time.Duration // the same, in a large zone that is partly disrupted
	Large   int32         // a zone of more nodes is large; a smaller one gets no more taints when it is partly disrupted

	Collect    time.Duration // from one look of the pod garbage collector to the next
	Quarantine time.Duration // how long a node has to be missing before its pods are thrown away

	// TaintsNextLook: a node that is declared Unknown waits for its NoExecute taint only
	// from the next look on.
	TaintsNextLook bool
}

// The delays between NoExecute taints come from rates of 0.1 and 0.01 a second in single
// precision, which is a little more than the first and a little less than the second.
// These are the shortest delays after which a whole token is there.
//
// Source: client-go util/flowcontrol/throttle.go, NewTokenBucketRateLimiter.
const (
	usualDelay = 10*time.Second - 149*time.Nanosecond
	slowDelay  = 100*time.Second + 2236*time.Nanosecond
)

// DefaultTimes are the times of a release with the default flags.
//
// Source: pkg/controller/nodelifecycle/config/v1alpha1/defaults.go,
// RecommendedDefaultNodeLifecycleControllerConfiguration; scheduler/rate_limited_queue.go,
// NodeEvictionPeriod; pkg/controller/podgc/gc_controller.go; pkg/kubelet/apis/config/v1beta1/defaults.go.
func DefaultTimes(rules release.Rules) Times {
	t := Times{
		Lease: 10 * time.Second, Status: 5 * time.Minute,
		Monitor: 5 * time.Second, Grace: 50 * time.Second, Startup: time.Minute,
		Pass: 100 * time.Millisecond, Normal: usualDelay, Reduced: slowDelay, Large: 50,
		Collect: 20 * time.Second, Quarantine: 40 * time.Second,
		TaintsNextLook: rules.Has(release.TaintsNextLook),
	}
	if rules.Has(release.ShortNodeGrace) {
		t.Grace = 40 * time.Second
	}
	return t
}

// Beat is something that happens again and again: at First, and each Every after it.
type Beat struct {
	First model.Instant
	Every time.Duration // more than 0
}

// From is the first beat at or after an instant.
func (b Beat) From(at model.Instant) model.Instant {
	if at <= b.First {
		return b.First
	}
	periods := (at.Sub(b.First) + b.Every - 1) / b.Every
	return b.First.Add(periods * b.Every)
}

// Last is the last beat at or before an instant; ok is false if there has been none.
func (b Beat) Last(at model.Instant) (last model.Instant, ok bool) {
	if at < b.First {
		return never, false
	}
	return at - (at-b.First)%model.Instant(b.Every), true
}

// never is the instant of what has not happened. No world begins before 0.
const never model.Instant = -1
