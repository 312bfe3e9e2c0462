package simtest_test

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// rest is a world that has come to rest.
type rest struct {
	seen
	outcome sim.Outcome
	pending int  // events
	gentle  bool // nobody has set a bad image, closed a node or deleted a claim
}

// restRule is something that must hold of a world at rest; check is as in rule.
type restRule struct {
	words string
	check func(r *rest) (cases int, broken string)
}

var restRules = []restRule{
	{"a world at rest is settled or waiting, nothing is pending, and who waits says why", restsForReason},
	{"a world settles that nobody has treated badly", gentleSettles},
	{"a settled set has the pods that it asks for, all available, and none at an old revision that it may replace", settledIsWanted},
	{"the status agrees with the pods", statusAgrees},
	{"of history there is no more than revisionHistoryLimit", historyIsLimited},
}

func restsForReason(r *rest) (cases int, broken string) {
	switch {
	case r.outcome.State == sim.Limit:
		return 1, "the world does not come to rest"
	case r.pending > 0:
		return 1, fmt.Sprintf("the world is %s, and %d events are pending", r.outcome.State, r.pending)
	case (r.outcome.State == sim.Waiting) != (len(r.outcome.Reasons) > 0):
		return 1, fmt.Sprintf("the world is %s for %d reasons", r.outcome.State, len(r.outcome.Reasons))
	}
	return 1, ""
}

func gentleSettles(r *rest) (cases int, broken string) {
	switch {
	case !r.gentle:
		return 0, ""
	case r.outcome.State != sim.Settled:
		return 1, "nobody has done any harm, and the world is " + r.outcome.String()
	}
	return 1, ""
}

func settledIsWanted(r *rest) (cases int, broken string) {
	if r.outcome.State != sim.Settled {
		return 0, ""
	}
	spec := r.spec()
	if got := int32(len(r.pods)); got != spec.DesiredReplicas() {
		return 1, fmt.Sprintf("%d replicas are wanted, and there are %d pods", spec.DesiredReplicas(), got)
	}
	if low := r.unhealthyBelow(spec.DesiredReplicas()); low >= 0 {
		return 1, fmt.Sprintf("the pod at ordinal %d is not available", low)
	}
	for i := range r.pods {
		p := &r.pods[i]
		index, _ := r.index(ordinalOf(p))
		if spec.UpdateStrategy.Type == model.RollingUpdate && index >= spec.Partition() && revisionOf(p) != r.updateRevision() {
			return 1, fmt.Sprintf("pod %s is at revision %s, and not below the partition", p.Name, revisionOf(p))
		}
	}
	return 1, ""
}

// statusAgrees counts as the controller does.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatus.
func statusAgrees(r *rest) (cases int, broken string) {
	want := model.StatefulSetStatus{
		ObservedGeneration: r.set.Generation, CurrentRevision: r.set.Status.CurrentRevision, UpdateRevision: r.updateRevision(),
		CollisionCount: r.set.Status.CollisionCount,
	}
	for i := range r.pods {
		p := &r.pods[i]
		want.Replicas++
		want.ReadyReplicas += count(p.Status.Phase == model.PodRunning && p.Ready())
		want.AvailableReplicas += count(r.available(p))
		want.CurrentReplicas += count(p.DeletedAt == nil && revisionOf(p) == r.set.Status.CurrentRevision)
		want.UpdatedReplicas += count(p.DeletedAt == nil && revisionOf(p) == want.UpdateRevision)
	}
	if got := fmt.Sprintf("%+v", r.set.Status); got != fmt.Sprintf("%+v", want) {
		return 1, fmt.Sprintf("the status is %s, and the pods are %+v", got, want)
	}
	return 1, ""
}

func count(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}

// historyIsLimited: revisions that are current, wanted or carried by a pod are not history.
func historyIsLimited(r *rest) (cases int, broken string) {
	live := map[string]bool{r.set.Status.CurrentRevision: true, r.set.Status.UpdateRevision: true}
	for i := range r.pods {
		live[revisionOf(&r.pods[i])] = true
	}
	history := 0
	for i := range r.revisions {
		if !live[r.revisions[i].Name] {
			history++
		}
	}
	if limit := int(*r.spec().RevisionHistoryLimit); history > limit {
		return 1, fmt.Sprintf("%d revisions are history, and the limit is %d", history, limit)
	}
	return min(history, 1), ""
}
