package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// The back-off of what runs beside a storage driver, its provisioner and its resizer:
// 1s, 2s, 4s, ..., 5m.
//
// Source: the flags --retry-interval-start and --retry-interval-max of kubernetes-csi's
// external-provisioner and external-resizer.
const (
	firstAttempt   = time.Second
	longestAttempt = 5 * time.Minute
)

// attempts are those that have failed, in a row. One that would fail as the last did is
// left out, and counted all the same: when its cause changes, the next comes when it would
// have come anyway.
type attempts struct {
	failures int32
	retry    model.Instant // when the next is, also if it is left out
}

// fail counts an attempt that has failed now. It may have taken its time.
func (a *attempts) fail(now model.Instant) {
	a.failures++
	if at := now.Add(a.delay()); a.retry <= now || at < a.retry {
		a.retry = at
	}
}

// pass counts the attempts before now that were left out. It has to come before one that
// is made.
func (a *attempts) pass(now model.Instant) {
	for a.failures > 0 && a.retry < now {
		a.failures++
		a.retry = a.retry.Add(a.delay())
	}
}

// delay is the back-off after so many failures.
func (a *attempts) delay() time.Duration {
	if a.failures > 9 {
		return longestAttempt
	}
	return min(firstAttempt<<(a.failures-1), longestAttempt)
}
