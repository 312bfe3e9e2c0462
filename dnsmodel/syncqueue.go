package dnsmodel

import (
	"maps"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Syncs reports whether a change of a pod makes the EndpointSlice controller look at a
// Service again; old is nil for a new pod, now for one that is gone. The pod's phase is
// not among the reasons: one that was not ready and goes Failed keeps its endpoint until
// something else changes. Any update of a terminating pod is one. Labels are a reason
// only for the Services that begin or cease to select the pod. Nobody asks here whether
// the Service is an ExternalName, which has no endpoints.
//
// Source: endpointslice util/controller_utils.go, GetPodUpdateProjectionKey,
// podEndpointsChanged and determineNeededServiceUpdates.
func Syncs(svc *model.Service, old, now *Pod) bool {
	before, after := old != nil && matches(svc, old), now != nil && matches(svc, now)
	if old == nil || now == nil {
		return before || after
	}
	relabelled := old.Hostname != now.Hostname || old.Subdomain != now.Subdomain || !maps.Equal(old.Labels, now.Labels)
	switch changed := old.Terminating || now.Terminating || old.Ready != now.Ready || old.IPs != now.IPs; {
	case !changed:
		return relabelled && before != after
	case relabelled:
		return before || after
	default:
		return after
	}
}

// SyncQueue is the EndpointSlice controller's work queue, as far as it is about one
// Service. A Service that has changed, or a pod of it, gets its turn at once (after
// the batch period, if there is one). The queue is what delays other turns: one that
// failed is repeated 1 s later, then 2 s, and so on.
//
// A turn fails when the controller would act on what it remembers to be old: when its
// informer does not show yet what it has written itself. So two changes of a Service
// within the lag of that informer cost the second one a second. It also fails, though
// it has done what it can, while a pod stands on a node without a Node object.
//
// The zero SyncQueue is that of a Service that nobody has seen yet. It is flat: copying
// it is all that a fork needs.
//
// Source: pkg/controller/endpointslice/endpointslice_controller.go, syncService and
// handleErr; endpointslice util/endpointslice_tracker.go, StaleSlices; client-go
// util/workqueue.
type SyncQueue struct {
	waiting  bool
	at       model.Instant // the next delayed turn, if there is one waiting
	failures int32         // of turns since the last that succeeded
	fresh    model.Instant // from when on the informer shows all that was written
}

// The waits of the controller.
//
// Source: pkg/controller/endpointslice/endpointslice_controller.go.
const (
	syncBackOff    = time.Second
	maxSyncBackOff = 1000 * time.Second
	maxSyncRetries = 15
	sliceSyncDelay = time.Second
)

// SliceDelay is how long the controller waits before it looks at a Service whose slices
// somebody else has changed: 1 s, or the batch period if that is longer.
//
// Source: pkg/controller/endpointslice/endpointslice_controller.go,
// queueServiceForEndpointSlice.
func SliceDelay(batch time.Duration) time.Duration { return max(sliceSyncDelay, batch) }

// Next is the instant of the delayed turn that waits; false if none does.
func (q *SyncQueue) Next() (model.Instant, bool) { return q.at, q.waiting }

// Delay asks for a turn at an instant. Of two the earlier one stays.
func (q *SyncQueue) Delay(at model.Instant) {
	if !q.waiting || at < q.at {
		q.waiting, q.at = true, at
	}
}

// Take takes the delayed turn out if it is due.
func (q *SyncQueue) Take(now model.Instant) bool {
	if !q.waiting || now < q.at {
		return false
	}
	q.waiting = false
	return true
}

// Stale reports whether the informer does not show yet what the controller has written:
// a turn then fails before it has done anything.
func (q *SyncQueue) Stale(now model.Instant) bool { return now < q.fresh }

// Wrote notes that slices were written, which the informer shows from an instant on.
func (q *SyncQueue) Wrote(fresh model.Instant) { q.fresh = fresh }

// Succeeded ends a turn that did what it should.
func (q *SyncQueue) Succeeded() { q.failures = 0 }

// Failed ends a turn that failed, and asks for another: 1 s later, then 2 s, 4 s and so
// on up to 1000 s. After 15 of them the controller gives up until something changes.
func (q *SyncQueue) Failed(now model.Instant) {
	if q.failures >= maxSyncRetries {
		q.failures = 0
		return
	}
	wait := min(syncBackOff<<q.failures, maxSyncBackOff)
	q.failures++
	q.Delay(now.Add(wait))
}

// Skip takes the delayed turns that have come since the last one, all of which fail as it
// did: a caller that knows as much need not give them.
func (q *SyncQueue) Skip(now model.Instant) {
	for q.waiting && q.at < now {
		q.waiting = false
		q.Failed(q.at)
	}
}

// Current is the queue without what has no meaning any more: two queues that will behave
// alike from now on are equal then.
func (q *SyncQueue) Current(now model.Instant) SyncQueue {
	out := *q
	if !out.waiting {
		out.at = 0
	}
	if !out.Stale(now) {
		out.fresh = 0
	}
	return out
}

// Gone ends a turn that found no Service: what is remembered of its slices is
// forgotten.
func (q *SyncQueue) Gone() { q.failures, q.fresh = 0, 0 }

// State is all that a queue consists of, for whoever compares queues: the next delayed turn,
// or -1 if none waits, the failures since the last success, and from when on the informer
// shows all that was written.
func (q *SyncQueue) State() (next model.Instant, failures int32, fresh model.Instant) {
	if !q.waiting {
		return -1, q.failures, q.fresh
	}
	return q.at, q.failures, q.fresh
}
