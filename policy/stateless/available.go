package stateless

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// A pod is available once it has been ready for minReadySeconds. As in package policy the
// view keeps the pods that wait for it in the order in which they became ready.

// judge decides whether a seat's pod is available or has to wait for it. The caller has the
// seat out of the counts.
func (v *View) judge(place int32) {
	s := &v.seats[place]
	s.available = s.pod.Ready && v.set.MinReadySeconds == 0
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

// Advance tells the view what time it is: pods whose minReadySeconds have passed count as
// available from here on.
func (v *View) Advance(now model.Instant) {
	for int(v.waitingHead) < len(v.unavailable) {
		w := v.unavailable[v.waitingHead]
		valid := v.awaits(w)
		if valid && v.seats[w.seat].pod.availableFrom(v.set.MinReadySeconds) > now {
			break
		}
		v.waitingHead++
		if valid {
			v.contribute(w.seat, -1)
			v.seats[w.seat].available = true
			v.contribute(w.seat, 1)
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
	return s.pod.UID == w.uid && s.pod.Ready && s.pod.ReadySince == w.since && !s.available
}
