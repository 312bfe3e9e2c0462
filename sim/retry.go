package sim

import (
	"errors"
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// The StatefulSet controller's attempts after a failure. An attempt that would fail in
// the same way is left out: the set waits for what it fails at to change, and goes on at
// the next instant of its back-off.
//
// Source: client-go util/workqueue: default_rate_limiters.go and delaying_queue.go.

// The back-off of a failing set: 5ms, 10ms, 20ms, ..., 1000s.
const (
	firstRetry   = 5 * time.Millisecond
	longestRetry = 1000 * time.Second
)

// retrySet plans the next attempt of a sync that failed. One that would fail in
// the same way again is not planned before what it fails at has changed.
func (w *world) retrySet(s int32, err error) {
	set := w.sets.at(s)
	w.failedAgain(set)
	set.looks = looks{} // the next attempt comes before any of them
	set.blocked = nil
	trouble := w.symbol(err.Error())
	news := trouble != set.trouble // a failure that repeats is told once
	set.trouble = trouble
	if errors.Is(err, errStale) {
		w.enqueueAfter(s, w.backoff(set, set.shows))
		return
	}
	blockers, hopeless := hopeless(err, nil)
	set.blocked = blockers
	if planned, armed := w.queue.armed(purposeDelayed, s); hopeless && armed {
		w.queue.arm(purposeDelayed, s, w.now.Add(w.afterAttempts(set, planned.Sub(w.now))))
	}
	if !hopeless {
		w.enqueueAfter(s, w.backoff(set, w.now))
	}
	if news {
		w.record(record{kind: recSyncFailed, subject: set.name, text: trouble})
	}
}

// hopeless reports whether an attempt made now would fail in all the same ways, and
// what they wait for: a name that is taken, a claim that is going. A pod that the
// API server refuses waits for the set to be another one.
func hopeless(err error, blockers []model.Name) ([]model.Name, bool) {
	switch e := err.(type) {
	case blockedBy:
		return append(blockers, e.name), true
	case refusedStrategy:
		return blockers, true
	case *validation.StatusError:
		return blockers, e.Kind == model.KindPod && e.Reason == validation.ReasonInvalid
	case interface{ Unwrap() []error }:
		all := true
		for _, one := range e.Unwrap() {
			var so bool
			blockers, so = hopeless(one, blockers)
			all = all && so
		}
		return blockers, all
	case interface{ Unwrap() error }:
		return hopeless(e.Unwrap(), blockers)
	default:
		return blockers, false
	}
}

// backoff is how long from now the next attempt is that is made at the instant
// earliest or later, if attempts are made at each instant of the back-off.
func (w *world) backoff(set *statefulSet, earliest model.Instant) time.Duration {
	at := set.retryAt
	for n := set.failures + 1; at < earliest; n++ {
		at = at.Add(retryDelay(n))
	}
	return at.Sub(w.now)
}

// retryDelay is the back-off after so many failures.
func retryDelay(failures int32) time.Duration {
	if failures > 18 {
		return longestRetry
	}
	return min(firstRetry<<(failures-1), longestRetry)
}

// failedAgain counts a failure, and those of the attempts since the last one that were
// left out. A set that waits for an attempt already keeps the earlier time.
func (w *world) failedAgain(set *statefulSet) {
	w.passAttempts(set)
	set.failures++
	if at := w.now.Add(retryDelay(set.failures)); set.retryAt <= w.now || at < set.retryAt {
		set.retryAt = at
	}
}

// passAttempts counts the attempts before now that were left out because they would
// have failed.
func (w *world) passAttempts(set *statefulSet) {
	for set.failures > 0 && set.retryAt < w.now {
		set.failures++
		set.retryAt = set.retryAt.Add(retryDelay(set.failures))
	}
}

// afterAttempts is when a look that is planned for later comes, from now: a set that
// waits for an attempt before it forgets it, and looks when the attempts come to it.
func (w *world) afterAttempts(set *statefulSet, after time.Duration) time.Duration {
	at := w.now.Add(after)
	w.passAttempts(set)
	if set.failures == 0 || at < set.retryAt {
		return after
	}
	return w.backoff(set, at)
}

// blockedBy is an error that goes on until an object is gone.
type blockedBy struct {
	error
	name model.Name
}

func (b blockedBy) Unwrap() error { return b.error }

// unblock lets the sets go on that wait for an object to go.
func (w *world) unblock(gone model.Name) {
	for s := range w.sets.all {
		if set := w.sets.at(s); slices.Contains(set.blocked, gone) {
			set.blocked = nil
			w.enqueueAfter(s, w.backoff(set, w.now))
		}
	}
}
