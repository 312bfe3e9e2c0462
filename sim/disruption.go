package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/disruption"
)

// PodDisruptionBudgets, and the controller that works out what they allow (package
// policy/disruption).
//
// The controller looks at a budget when the budget changes, or a pod that it selects, and
// writes what it allows into its status. That is what the API server reads when it is
// asked for an eviction; and it writes there too: it takes one off when it allows it. So
// of two evictions in one instant the second is told what is written, and not what the
// controller would make of it.
//
// Source: pkg/controller/disruption/disruption.go.

// budgetRecheck is how long after the end of an eviction's two minutes the controller looks
// at it: its queue puts off what comes from its list of things to look at again.
const budgetRecheck = 5 * time.Millisecond

// budget is a PodDisruptionBudget.
type budget struct {
	identity
	spec       *model.PodDisruptionBudget
	generation int64
	status     disruption.Budget // as it is written
	told       bool              // it has the condition DisruptionAllowed
	changed    model.Instant     // when that last changed

	// Whether it selects the pods of a template, if that has been worked out.
	picky    bool // its selector tells pods of one template apart
	asked    bool
	answer   bool
	template policy.Template

	// What it selects, counted: see guarded.go.
	pods, healthy int32
	owners        []guardedOwner // replaced, never edited
}

// addBudget puts a budget into the world, or a new spec of one.
func (w *world) addBudget(o *model.PodDisruptionBudget) {
	name := w.name(o.Namespace, o.Name)
	b, exists := w.budgets.find(name)
	if !exists {
		b = w.budgets.add(budget{identity: w.stamp(name)})
	}
	row := w.budgets.at(b)
	spec := *o
	if !exists || jsonText(row.spec.Spec) != jsonText(spec.Spec) {
		row.generation++
		row.status.Observed = false
	}
	row.spec, row.version = &spec, w.bump()
	row.asked, row.picky = false, pickySelector(spec.Spec.Selector)
	w.countGuarded(b)
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindPodDisruptionBudget), a: int64(boolByte(!exists))})
	w.syncBudgetAt(b, w.soon())
	w.retryEvictions()
}

// removeBudget takes a budget away.
func (w *world) removeBudget(b int32) {
	w.record(record{kind: recDeletedObject, subject: w.budgets.at(b).name, why: kindCode(model.KindPodDisruptionBudget)})
	w.queue.cancel(purposeBudget, b)
	w.budgets.remove(b)
	w.retryEvictions()
}

// syncBudgetAt lets the controller look at a budget at an instant, or before.
func (w *world) syncBudgetAt(b int32, at model.Instant) {
	if earlier, armed := w.queue.armed(purposeBudget, b); !armed || at < earlier {
		w.queue.arm(purposeBudget, b, at)
	}
}

// syncBudget is the controller's look at a budget.
func (w *world) syncBudget(b int32) {
	row := w.budgets.at(b)
	seen := w.guardedBy(b)
	status := disruption.Sync(&row.spec.Spec, row.status, &seen, w.now)
	if !status.Same(&row.status) {
		w.writeBudget(b, status)
		w.retryEvictions()
	}
	w.budgets.at(b).status.Recheck = status.Recheck
	if status.Recheck > 0 {
		w.syncBudgetAt(b, max(status.Recheck, w.now).Add(budgetRecheck))
	}
}

// writeBudget writes the status of a budget.
func (w *world) writeBudget(b int32, status disruption.Budget) {
	row := w.budgets.at(b)
	if !row.told || (row.status.Allowed > 0) != (status.Allowed > 0) {
		row.told, row.changed = true, w.now.Second()
	}
	row.status, row.version = status, w.bump()
}

// mayEvict is what the eviction subresource answers for a pod, and the budget that the
// eviction takes from; nowhere if it takes from none.
func (w *world) mayEvict(p int32) (disruption.Verdict, int32) {
	r := w.pods.at(p)
	from := nowhere
	var guards []disruption.Guard
	for b := range w.budgets.all {
		if w.guards(b, p) {
			from = b
			guards = append(guards, disruption.Guard{
				Name: w.rendered(w.budgets.at(b).name), Unhealthy: w.budgets.at(b).spec.Spec.UnhealthyPodEvictionPolicy, Budget: w.budgets.at(b).status,
			})
		}
	}
	v := disruption.Evict(disruption.Evictee{Phase: r.phase.Model(), Ready: r.ready, Terminating: r.deleting}, guards)
	if !v.Spends {
		from = nowhere
	}
	return v, from
}

// evict carries out an eviction that is allowed. If the deletion fails, the budget has
// been spent all the same.
//
// Source: pkg/registry/core/pod/storage/eviction.go, checkAndDecrement and
// addConditionAndDeletePod.
func (w *world) evict(p, from int32) error {
	r := w.pods.at(p)
	if from != nowhere {
		w.writeBudget(from, w.budgets.at(from).status.Spend(w.rendered(r.name), w.now.Second()))
		w.syncBudgetAt(from, w.soon())
	}
	w.disrupt(r, disruptedByEviction)
	if err := w.admit(VerbDelete, model.KindPod); err != nil {
		w.podChanged(p)
		w.doubtDisruption(p)
		return err
	}
	w.record(record{kind: recEvicted, subject: r.name})
	w.deletePod(p, gracefully)
	return nil
}

// doubtDisruption plans the end of the condition DisruptionTarget of a pod that is not being
// deleted for all that.
//
// Source: pkg/controller/disruption/disruption.go, nonTerminatingPodHasStaleDisruptionCondition.
func (w *world) doubtDisruption(p int32) {
	w.queue.arm(purposeUndisrupt, p, max(w.soon(), w.pods.at(p).disruptedAt.Add(disruption.Timeout)))
}

// undisrupt says that a pod is not disrupted after all.
//
// Source: pkg/controller/disruption/disruption.go, syncStalePodDisruption.
func (w *world) undisrupt(p int32) {
	r := w.pods.at(p)
	if r.deleting || r.ended() || r.disrupted == disruptedByKubelet {
		return
	}
	r.disrupted, r.disruptedAt = disruptedNot, w.conditionTime()
	w.podChanged(p)
}

// modelBudget is a budget as the API shows it.
func (w *world) modelBudget(b int32) *model.PodDisruptionBudget {
	row := w.budgets.at(b)
	out, status := *row.spec, &row.status
	out.UID, out.ResourceVersion, out.CreatedAt, out.Generation = row.uid, row.version, row.created, row.generation
	out.Status = model.PodDisruptionBudgetStatus{
		ObservedGeneration: row.generation, DisruptionsAllowed: status.Allowed, CurrentHealthy: status.CurrentHealthy,
		DesiredHealthy: status.DesiredHealthy, ExpectedPods: status.ExpectedPods,
	}
	if !status.Observed {
		out.Status.ObservedGeneration = row.generation - 1
	}
	if row.told {
		out.Status.Conditions = []model.DisruptionCondition{row.condition(out.Status.ObservedGeneration)}
	}
	for _, d := range status.Disrupted {
		if out.Status.DisruptedPods == nil {
			out.Status.DisruptedPods = map[string]model.Instant{}
		}
		out.Status.DisruptedPods[d.Pod] = d.At
	}
	return &out
}

// condition is the condition DisruptionAllowed.
//
// Source: component-helpers apps/poddisruptionbudget/helpers.go,
// UpdateDisruptionAllowedCondition.
func (b *budget) condition(observed int64) model.DisruptionCondition {
	c := model.DisruptionCondition{Type: "DisruptionAllowed", Status: model.ConditionFalse, Reason: "InsufficientPods", ObservedGeneration: observed, LastTransitionTime: b.changed}
	switch {
	case b.status.Failed != "":
		c.Reason, c.Message = "SyncFailed", b.status.Failed
	case b.status.Allowed > 0:
		c.Status, c.Reason = model.ConditionTrue, "SufficientPods"
	}
	return c
}
