package scheduling

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Event is something that may let a pod try again that found no node.
type Event uint8

// The events.
const (
	NodeAdded    Event = iota
	NodeLabelled       // its labels have changed
	NodeTainted        // its taints have changed, or it has been cordoned or uncordoned
	NodeResized        // what it has room for has changed
	PodBound           // a pod has got a node
	PodLabelled        // the labels of a pod with a node have changed
	PodGone            // a pod that had a node has gone, or has ended
	NodeRemoved        // a node has gone, with the pods that it had
	events             // how many there are
)

// helps are the reasons that an event may do away with.
//
// Source: EventsToRegister of the plugins.
var helps = [events]Reasons{
	NodeAdded:    all(Cordoned, Tainted, NotSelected, TooManyPods, InsufficientCPU, InsufficientMemory, NoTopology, Uneven, NotNear, TooNear, Unwelcome),
	NodeLabelled: all(NotSelected, NoTopology, Uneven, NotNear, TooNear, Unwelcome),
	NodeTainted:  all(Cordoned, Tainted, NoTopology, Uneven),
	NodeResized:  all(TooManyPods, InsufficientCPU, InsufficientMemory),
	PodBound:     all(Uneven, NotNear),
	PodLabelled:  all(Uneven, NotNear, TooNear, Unwelcome),
	PodGone:      all(TooManyPods, InsufficientCPU, InsufficientMemory, NoTopology, Uneven, NotNear, TooNear, Unwelcome),
	NodeRemoved:  all(NoTopology, Uneven, NotNear, TooNear, Unwelcome), // there the last three are looked at again after up to 5 minutes
}

func all(reasons ...Reason) (out Reasons) {
	for _, r := range reasons {
		out = out.With(r)
	}
	return out
}

// HelpedBy reports whether a pod that all nodes were refused for these reasons, among
// others, tries again after an event.
func (r Reasons) HelpedBy(e Event) bool { return r&helps[e] != 0 }

// RetryAt is when a pod whose attempts have all failed tries again, after something has
// happened that may help it: at once, since a scheduler that has nothing else to do does not
// wait for the end of a back-off. Before 1.33 it did: for 1, 2, 4, 8 and then 10 seconds from
// the last attempt on, looked at each second.
//
// Source: pkg/scheduler/backend/queue: active_queue.go, unlockedPop; backoff_queue.go, calculateBackoffDuration.
func RetryAt(rules release.Rules, attempts int32, last, now model.Instant) model.Instant {
	if !rules.Has(release.WaitsForBackoff) {
		return now
	}
	end := last.Add(Backoff(attempts))
	if cut := end.Second(); cut != end {
		end = cut.Add(time.Second)
	}
	return max(now, end)
}

// Backoff is how long a pod waits after so many attempts.
func Backoff(attempts int32) time.Duration {
	const first, longest = time.Second, 10 * time.Second
	if attempts >= 5 {
		return longest
	}
	return first << max(0, attempts-1)
}
