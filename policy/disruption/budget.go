package disruption

import (
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

	// Evicted says that an eviction was allowed at the instant EvictedAt, and the pod
	// was not deleted since.
	Evicted   bool
	EvictedAt model.Instant
}

// Budget is what a PodDisruptionBudget allows.
type Budget struct {
	ExpectedPods   int32
	DesiredHealthy int32
	CurrentHealthy int32
	Allowed        int32  // status.disruptionsAllowed
	Failed         string // why nobody can tell; then nothing is allowed. "" otherwise

	// Recheck is when the budget changes by itself, because an eviction that was allowed
	// has come to nothing; 0 if it does not.
	Recheck model.Instant
}

// Status works out what a budget allows, from all pods of its namespace that its selector
// selects.
//
// Source: pkg/controller/disruption/disruption.go, trySync and updatePdbStatus.
func Status(spec *model.PodDisruptionBudgetSpec, pods []Pod, now model.Instant) Budget {
	var b Budget
	switch {
	case spec.MaxUnavailable != nil:
		b.ExpectedPods, b.Failed = scale(pods)
		b.DesiredHealthy = max(0, b.ExpectedPods-roundedUp(*spec.MaxUnavailable, b.ExpectedPods))
	case spec.MinAvailable != nil && !spec.MinAvailable.IsString:
		b.ExpectedPods, b.DesiredHealthy = int32(len(pods)), spec.MinAvailable.IntVal
	case spec.MinAvailable != nil:
		b.ExpectedPods, b.Failed = scale(pods)
		b.DesiredHealthy = roundedUp(*spec.MinAvailable, b.ExpectedPods)
	}
	if b.Failed != "" {
		return Budget{Failed: b.Failed}
	}
	for i := range pods {
		p := &pods[i]
		if p.Terminating {
			continue
		}
		if p.Evicted && p.EvictedAt.Add(Timeout) > now {
			if at := p.EvictedAt.Add(Timeout); b.Recheck == 0 || at < b.Recheck {
				b.Recheck = at
			}
			continue
		}
		if p.Ready {
			b.CurrentHealthy++
		}
	}
	if b.ExpectedPods > 0 {
		b.Allowed = max(0, b.CurrentHealthy-b.DesiredHealthy)
	}
	return b
}

// scale is what the controllers of pods ask for, each counted once. A pod without a
// controller does not count.
//
// Source: getExpectedScale.
func scale(pods []Pod) (sum int32, failed string) {
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
			return 0, `found no controllers for pod "` + p.Name + `"`
		}
		seen = append(seen, p.Controller)
		sum += p.Scale
	}
	return sum, ""
}

// roundedUp is a number, or the percentage of a total, rounded up. A string that is no
// percentage counts as 0.
//
// Source: apimachinery pkg/util/intstr, GetScaledValueFromIntOrPercent.
func roundedUp(v model.IntOrString, total int32) int32 {
	if !v.IsString {
		return v.IntVal
	}
	n, ok := v.Percent()
	if !ok {
		return 0
	}
	return int32((int64(n)*int64(total) + 99) / 100)
}
