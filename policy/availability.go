package policy

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// A pod is available once it has been ready for minReadySeconds. Nobody tells
// the controller when that is; it has to look again. The view keeps the pods that
// wait for it in the order in which they became ready, which is the order in
// which they become available, and moves them on as the time given to a decision
// passes.

// judge decides whether a seat's pod is available or has to wait for it. The
// caller has the seat out of the counts.
func (v *View) judge(place int32) {
	s := &v.seats[place]
	s.available = s.pod.Ready && v.minReadySeconds == 0
	if s.available || !s.pod.Ready || !s.pod.exists() {
		return
	}
	w := waiting{since: s.pod.ReadySince, uid: s.pod.UID, seat: place}
	at := len(v.unavailable) // nearly always the latest
	for at > int(v.waitingHead) && v.unavailable[at-1].since > w.since {
		at--
	}
	v.unavailable = slices.Insert(v.unavailable, at, w)
}

// Advance tells the view what time it is: pods whose minReadySeconds have passed
// count as available from here on.
func (v *View) Advance(now model.Instant) {
	for int(v.waitingHead) < len(v.unavailable) {
		w := v.unavailable[v.waitingHead]
		valid := v.awaits(w)
		if valid && v.seats[w.seat].pod.availableFrom(v.minReadySeconds) > now {
			break
		}
		v.waitingHead++
		if valid {
			v.leave(w.seat)
			v.seats[w.seat].available = true
			v.enter(w.seat)
		}
	}
	if int(v.waitingHead) > len(v.unavailable)/2 {
		v.unavailable = slices.Delete(v.unavailable, 0, int(v.waitingHead))
		v.waitingHead = 0
	}
}

// awaits reports whether an entry still speaks of the pod in its seat.
func (v *View) awaits(w waiting) bool {
	s := &v.seats[w.seat]
	return s.inUse && s.pod.UID == w.uid && s.pod.Ready && s.pod.ReadySince == w.since && !s.available
}

// Recheck is how long after now the controller has to look again because a pod
// becomes available; ok is false if it need not.
//
// Source: pkg/controller/controller_utils.go, FindMinNextPodAvailabilityCheck;
// pkg/controller/statefulset/stateful_set.go, syncStatefulSet.
func (v *View) Recheck(now model.Instant, status Status) (after time.Duration, ok bool) {
	if v.rules.Has(release.CoarseRequeue) {
		return v.recheckCoarsely(status)
	}
	if v.minReadySeconds == 0 || status.ReadyReplicas == status.AvailableReplicas {
		return 0, false
	}
	for _, w := range v.unavailable[v.waitingHead:] {
		if v.awaits(w) && v.seats[w.seat].pod.member() {
			return max(0, v.seats[w.seat].pod.availableFrom(v.minReadySeconds).Sub(now)), true
		}
	}
	return time.Duration(v.minReadySeconds) * time.Second, true
}

// recheckCoarsely is how releases up to 1.35.0 did it: the whole of minReadySeconds
// from now, as long as not all replicas are available.
func (v *View) recheckCoarsely(status Status) (after time.Duration, ok bool) {
	if v.minReadySeconds == 0 || status.AvailableReplicas == v.replicas {
		return 0, false
	}
	return time.Duration(v.minReadySeconds) * time.Second, true
}

// SomeoneWaits reports whether a member becomes available by the passing of time. Where
// nobody does, looking again finds nothing.
func (v *View) SomeoneWaits() bool {
	for _, w := range v.unavailable[v.waitingHead:] {
		if v.awaits(w) && v.seats[w.seat].pod.member() {
			return true
		}
	}
	return false
}

// ReadyRecheck is how long after a pod has become ready the controller looks again,
// which it does if there are minReadySeconds.
//
// Source: pkg/controller/statefulset/stateful_set.go, updatePod.
func (v *View) ReadyRecheck() time.Duration {
	after := time.Duration(v.minReadySeconds) * time.Second
	if v.rules.Has(release.CoarseRequeue) {
		after += time.Second // against clocks that differ, Kubernetes issue 39785
	}
	return after
}
