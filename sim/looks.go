package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// When the StatefulSet controller looks again by itself, up to 1.35.0.
//
// As long as not all replicas are available each sync asks to be woken after the whole of
// minReadySeconds, and a set has one place in the queue, which keeps the earlier of two times. So the
// controller looks every minReadySeconds, from the first sync on that had to wait, whenever
// pods become ready; the time that one of them becomes available at is not kept, as an earlier look
// is planned already. It is seen at the next look, up to minReadySeconds late, or never, if by
// then as many are available as there are replicas: at that look nobody asks for another one.
//
// Looks that find nothing are no events here. What is kept is when the next one is, and it
// becomes an event once a pod waits to become available.
//
// Source: pkg/controller/statefulset/stateful_set.go, sync and updatePod; client-go
// util/workqueue/delaying_queue.go, insert; Kubernetes issues 119352 and 123918.

// looks are what the controller's queue holds for a set.
type looks struct {
	next  model.Instant // the next look; 0 if there is none
	every time.Duration // the looks after it, if nothing happens before; 0 if there are none
}

// ahead is what the queue holds once the looks up to an instant have passed.
func (l looks) ahead(now model.Instant) looks {
	switch {
	case l.next > now:
		return l
	case l.every == 0 || l.next == 0:
		return looks{}
	}
	l.next = l.next.Add((now.Sub(l.next)/l.every + 1) * l.every)
	return l
}

// planLooks is the end of a sync: whether the controller asks to be woken, and after how
// long.
func (w *world) planLooks(s int32, after time.Duration, again bool) {
	set := w.sets.at(s)
	set.looks = set.looks.ahead(w.now)
	set.looks.every = 0
	if again {
		set.looks.every = after
		w.keepEarlier(s, after)
	}
	w.armLook(s)
}

// lookOnceReady is a pod that has become ready: the controller asks to be woken.
func (w *world) lookOnceReady(s int32, after time.Duration) {
	set := w.sets.at(s)
	set.looks = set.looks.ahead(w.now)
	w.keepEarlier(s, after)
	w.armLook(s)
}

// keepEarlier puts a look into the queue, where it may find an earlier one, or an attempt.
func (w *world) keepEarlier(s int32, after time.Duration) {
	l := &w.sets.at(s).looks
	if at := w.now.Add(after); l.next == 0 || at < l.next {
		l.next = at
	}
	if at, armed := w.queue.armed(purposeDelayed, s); armed && at < l.next {
		l.next = at
	}
}

// armLook makes an event of the next look, if it can find anything.
func (w *world) armLook(s int32) {
	if set := w.sets.at(s); set.looks.next > w.now && set.view.SomeoneWaits() {
		w.enqueueAfter(s, set.looks.next.Sub(w.now))
	}
}
