package disruption

import (
	"fmt"
	"net/http"

	"github.com/ordinal-sim/ordinal/model"
)

// Evictee is a pod that somebody wants to evict.
type Evictee struct {
	Phase       model.PodPhase
	Ready       bool
	Terminating bool
}

// Guard is a budget that selects the pod that is to be evicted.
type Guard struct {
	Name      string
	Unhealthy string // spec.unhealthyPodEvictionPolicy; "" is IfHealthyBudget
	Budget    Budget
}

// Verdict is what the eviction subresource answers.
type Verdict struct {
	Allowed bool
	// Spends says that the eviction takes one of the disruptions that the budget allows:
	// the pod counts as evicted from now on.
	Spends bool

	// Of what is not allowed: the code of HTTP, what is said, and why. Cause may be "".
	Code    int
	Message string
	Cause   string
}

// Error is the message, and the cause behind it.
func (v Verdict) Error() string {
	if v.Cause == "" {
		return v.Message
	}
	return v.Message + " " + v.Cause
}

// Retry reports whether asking again later may help: kubectl drain does.
func (v Verdict) Retry() bool { return v.Code == http.StatusTooManyRequests }

// What is said of an eviction that is not allowed.
const (
	TooManyBudgets = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
	WouldViolate   = "Cannot evict pod as it would violate the pod's disruption budget."
)

// mostDisrupted is how many evictions the API server allows before the controller has seen
// one of them.
//
// Source: pkg/registry/core/pod/storage/eviction.go, MaxDisruptedPodSize.
const mostDisrupted = 2000

// Evict decides whether a pod may be evicted, given the budgets that select it, as they are
// written.
//
// Source: pkg/registry/core/pod/storage/eviction.go, Create and checkAndDecrement.
func Evict(pod Evictee, guards []Guard) Verdict {
	switch {
	case pod.Terminating, pod.Phase == model.PodPending, pod.Phase == model.PodSucceeded, pod.Phase == model.PodFailed:
		return Verdict{Allowed: true}
	case len(guards) == 0:
		return Verdict{Allowed: true}
	case len(guards) > 1:
		return Verdict{Code: http.StatusInternalServerError, Message: TooManyBudgets}
	}
	g := &guards[0]
	b := &g.Budget
	if !pod.Ready && (g.Unhealthy == model.AlwaysAllow || b.CurrentHealthy >= b.DesiredHealthy && b.DesiredHealthy > 0) {
		return Verdict{Allowed: true}
	}
	if b.Observed && len(b.Disrupted) > mostDisrupted {
		return Verdict{
			Code:    http.StatusForbidden,
			Message: fmt.Sprintf("poddisruptionbudget.policy %q is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller", g.Name),
			Cause:   fmt.Sprintf("The disruption budget %s does not allow evicting pods currently: too many pending evictions not confirmed by PDB controller", g.Name),
		}
	}
	if b.Observed && b.Allowed > 0 {
		return Verdict{Allowed: true, Spends: true}
	}
	v := Verdict{Code: http.StatusTooManyRequests, Message: WouldViolate}
	switch {
	case !b.Observed:
		v.Cause = fmt.Sprintf("The disruption budget %s is still being processed by the server.", g.Name)
	case b.Failed != "":
		v.Cause = fmt.Sprintf("The disruption budget %s does not allow evicting pods currently because it failed sync: %s", g.Name, b.Failed)
	case b.CurrentHealthy <= b.DesiredHealthy:
		v.Cause = fmt.Sprintf("The disruption budget %s needs %d healthy pods and has %d currently", g.Name, b.DesiredHealthy, b.CurrentHealthy)
	default:
		v.Cause = fmt.Sprintf("The disruption budget %s does not allow evicting pods currently", g.Name)
	}
	return v
}
