package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Back-off between the runs of a container: nothing before the second, then 10 s, 20 s,
// ..., 300 s. It is counted from the end of the last run, and a program that has run for
// long enough has made up for the runs before.
//
// Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go, doBackOff; client-go
// util/flowcontrol/backoff.go. Kubernetes adds up to half of it at random, which is
// left out here.

const (
	firstBackOff   = 10 * time.Second
	longestBackOff = 300 * time.Second
	backOffForget  = 600 * time.Second
)

// backOff is how long a container waits before it is started again. A kubelet forgets
// it when it is restarted, and a new pod begins with none.
type backOff struct {
	wait  time.Duration // 0 if there is none
	since model.Instant // when it was last enlarged: at the last restart
}

// forgotten reports whether a run that ended at an instant has made up for the ones
// before it.
func (b *backOff) forgotten(finished model.Instant) bool {
	return b.wait == 0 || finished.Sub(b.since) > backOffForget
}

// until is when a container may be started whose last run has ended at an instant, and
// how long it has to wait for that from then on; it may be started now if that is past.
func (b *backOff) until(finished, now model.Instant) (model.Instant, time.Duration) {
	if b.forgotten(finished) || now.Sub(finished) >= b.wait {
		return now, 0
	}
	return finished.Add(b.wait), b.wait
}

// next enlarges the back-off, for a restart after a run that has ended at an instant.
func (b *backOff) next(finished, now model.Instant) {
	if b.forgotten(finished) {
		b.wait = firstBackOff
	} else {
		b.wait = min(2*b.wait, longestBackOff)
	}
	b.since = now
}
