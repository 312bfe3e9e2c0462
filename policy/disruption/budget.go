package disruption

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Timeout is how long an eviction that was allowed counts as a pod that is as good as
// gone. If the pod is still there then, it counts again.
//
// Source: pkg/controller/disruption/disruption.go, DeletionTimeout.
const Timeout = 2 * time.Minute

// Pod is a pod that a budget selects, as the disruption controller sees it.
type Pod struct {
	Name        string
	Ready       bool
	Terminating bool

	// Controller is the UID of the pod's controller; 0 if it has none.
	Controller model.UID
	// Scale is how many replicas that asks for.
	Scale int32
	// Missing says that the controller does not exist, or is of a kind whose scale
	// nobody can tell.
	Missing bool
}

// Seen is all pods of a budget's namespace that its selector selects, counted: what the
// disruption controller looks at.
type Seen struct {
	Pods    int32
	Healthy int32 // those that are ready and are not being deleted
	Scale   int32 // what their controllers ask for, each counted once

	// Missing is a pod whose controller is not found; "" if there is none.
	Missing string

	// Evicted are those pods of [Budget.Disrupted] that are there and are not being
	// deleted.
	Evicted []Evicted
}

// Evicted is a pod that is there although its eviction was allowed.
type Evicted struct {
	Disrupted
	Ready bool
}

// Disrupted is a pod whose eviction the API server has allowed.
type Disrupted struct {
	Pod string        // its name
	At  model.Instant // when it was allowed
}

// Budget is the status of a PodDisruptionBudget, as it is written: by the controller when
// it has seen a change ([Sync]), and by the API server when it allows an eviction
// ([Budget.Spend]). Who asks for an eviction between the two is told what is written.
type Budget struct {
	ExpectedPods   int32
	DesiredHealthy int32
	CurrentHealthy int32
	Allowed        int32       // status.disruptionsAllowed
	Disrupted      []Disrupted // status.disruptedPods; replaced, never edited

	// Observed says that the controller has worked this out for the spec that the budget
	// has now: its status.observedGeneration is that one's.
	Observed bool
	// Failed is why the controller could not work it out when it last tried; then nothing
	// is allowed, and all else is as old as it is. "" otherwise.
	Failed string

	// Recheck is when the controller looks at the budget without a change, because an
	// eviction that was allowed has come to nothing; 0 if it does not.
	Recheck model.Instant
}

// Same reports whether two statuses say the same.
func (b *Budget) Same(other *Budget) bool {
	return b.ExpectedPods == other.ExpectedPods && b.DesiredHealthy == other.DesiredHealthy && b.CurrentHealthy == other.CurrentHealthy &&
		b.Allowed == other.Allowed && b.Observed == other.Observed && b.Failed == other.Failed && slices.Equal(b.Disrupted, other.Disrupted)
}

// Count counts pods. The evicted ones are found among those of a budget as it was.
func Count(pods []Pod, was *Budget) Seen {
	out := Seen{Pods: int32(len(pods))}
	for i := range pods {
		p := &pods[i]
		if p.Terminating {
			continue
		}
		if p.Ready {
			out.Healthy++
		}
		for _, d := range was.Disrupted {
			if d.Pod == p.Name {
				out.Evicted = append(out.Evicted, Evicted{Disrupted: d, Ready: p.Ready})
			}
		}
	}
	out.Scale, out.Missing = scale(pods)
	return out
}

// Sync works out what a budget allows, from what was written before and what is seen.
//
// Source: pkg/controller/disruption/disruption.go, trySync, buildDisruptedPodMap,
// updatePdbStatus and failSafe.
func Sync(spec *model.PodDisruptionBudgetSpec, was Budget, seen *Seen, now model.Instant) Budget {
	var b Budget
	counted := false // the pods are counted, and their controllers not asked
	switch {
	case spec.MaxUnavailable != nil:
		b.ExpectedPods = seen.Scale
		b.DesiredHealthy = max(0, b.ExpectedPods-spec.MaxUnavailable.ScaledUp(b.ExpectedPods))
	case spec.MinAvailable != nil && !spec.MinAvailable.IsString:
		b.ExpectedPods, b.DesiredHealthy, counted = seen.Pods, spec.MinAvailable.IntVal, true
	case spec.MinAvailable != nil:
		b.ExpectedPods = seen.Scale
		b.DesiredHealthy = spec.MinAvailable.ScaledUp(b.ExpectedPods)
	default:
		counted = true
	}
	if seen.Missing != "" && !counted {
		was.Allowed, was.Recheck = 0, 0
		was.Failed = `found no controllers for pod "` + seen.Missing + `"`
		return was
	}
	b.Observed, b.CurrentHealthy = true, seen.Healthy
	for _, e := range seen.Evicted {
		at := e.At.Add(Timeout)
		if at > now && e.Ready {
			b.CurrentHealthy--
		}
		if at < now {
			continue // it was to be gone by now
		}
		b.Disrupted = append(b.Disrupted, e.Disrupted)
		if b.Recheck == 0 || at < b.Recheck {
			b.Recheck = at
		}
	}
	if b.ExpectedPods > 0 {
		b.Allowed = max(0, b.CurrentHealthy-b.DesiredHealthy)
	}
	return b
}

// Spend is what the API server writes when it allows the eviction of a pod: one less, and
// the pod. The rest is as it was until the controller has seen that.
//
// Source: pkg/registry/core/pod/storage/eviction.go, checkAndDecrement.
func (b Budget) Spend(pod string, now model.Instant) Budget {
	b.Allowed--
	spent := make([]Disrupted, 0, len(b.Disrupted)+1)
	for _, d := range b.Disrupted {
		if d.Pod != pod {
			spent = append(spent, d)
		}
	}
	b.Disrupted = append(spent, Disrupted{Pod: pod, At: now})
	return b
}

// scale is what the controllers of pods ask for, each counted once, and the first pod
// whose controller is not found. A pod without a controller does not count.
//
// Source: getExpectedScale.
func scale(pods []Pod) (sum int32, missing string) {
	var seen []model.UID
next:
	for i := range pods {
		p := &pods[i]
		if p.Controller == 0 {
			continue
		}
		for _, uid := range seen {
			if uid == p.Controller {
				continue next
			}
		}
		if p.Missing {
			return 0, p.Name
		}
		seen = append(seen, p.Controller)
		sum += p.Scale
	}
	return sum, ""
}
