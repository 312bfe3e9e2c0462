package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/disruption"
)

// PodDisruptionBudgets, and the controller that works out what they allow (package
// policy/disruption).
//
// The controller writes what a budget allows into its status whenever a pod changes, and
// only evictions read it. So here it is worked out when an eviction asks, or a user
// looks.
//
// Source: pkg/controller/disruption/disruption.go.

// budget is a PodDisruptionBudget.
type budget struct {
	identity
	spec  *model.PodDisruptionBudget
	spent []spent // replaced, never edited
}

// spent is a pod whose eviction was allowed.
type spent struct {
	pod model.UID
	at  model.Instant
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
	row.spec, row.version = &spec, w.bump()
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindPodDisruptionBudget), a: int64(boolByte(!exists))})
	w.retryEvictions()
}

// removeBudget takes a budget away.
func (w *world) removeBudget(b int32) {
	w.record(record{kind: recDeletedObject, subject: w.budgets.at(b).name, why: kindCode(model.KindPodDisruptionBudget)})
	w.budgets.remove(b)
	w.retryEvictions()
}

// budgetOf is what a budget allows now.
func (w *world) budgetOf(b int32) disruption.Budget {
	row := w.budgets.at(b)
	var pods []disruption.Pod
	for p := range w.pods.all {
		if !w.guards(b, p) {
			continue
		}
		r := w.pods.at(p)
		scale, ok := w.controllerScale(p)
		pod := disruption.Pod{
			Name: w.rendered(r.name), Ready: r.ready, Terminating: r.deleting, Controller: r.owner, Scale: scale, Missing: !ok,
		}
		for _, e := range row.spent {
			if e.pod == r.uid {
				pod.Evicted, pod.EvictedAt = true, e.at
			}
		}
		pods = append(pods, pod)
	}
	return disruption.Status(&row.spec.Spec, pods, w.now)
}

// guards reports whether a budget selects a pod.
func (w *world) guards(b, p int32) bool {
	row, r := w.budgets.at(b), w.pods.at(p)
	selector := row.spec.Spec.Selector
	return selector != nil && row.name.Namespace == r.name.Namespace && selector.Matches(w.podLabels(r))
}

// controllerScale is how many replicas the controller of a pod asks for; ok is false if
// there is no such controller.
func (w *world) controllerScale(p int32) (scale int32, ok bool) {
	r := w.pods.at(p)
	if r.set != nowhere && w.sets.at(r.set).uid == r.owner {
		return w.sets.at(r.set).spec.DesiredReplicas(), true
	}
	if r.replicaSet != nowhere && w.replicaSets.at(r.replicaSet).uid == r.owner {
		row := w.replicaSets.at(r.replicaSet)
		if row.deployment != nowhere {
			return orOne(w.deployments.at(row.deployment).spec.Replicas), true
		}
		return row.replicas, true
	}
	return 0, r.owner == 0
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
				Name: w.rendered(w.budgets.at(b).name), Unhealthy: w.budgets.at(b).spec.Spec.UnhealthyPodEvictionPolicy, Budget: w.budgetOf(b),
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
// Source: pkg/registry/core/pod/storage/eviction.go, addConditionAndDeletePod.
func (w *world) evict(p, from int32) error {
	r := w.pods.at(p)
	if from != nowhere {
		row := w.budgets.at(from)
		row.version = w.bump()
		row.spent = append(row.spent[:len(row.spent):len(row.spent)], spent{r.uid, w.now})
	}
	if err := w.admit(VerbDelete, model.KindPod); err != nil {
		w.retryEvictions()
		return err
	}
	w.record(record{kind: recEvicted, subject: r.name})
	w.disrupt(r, disruptedByEviction)
	w.deletePod(p, gracefully)
	return nil
}

func (w *world) modelBudget(b int32) *model.PodDisruptionBudget {
	row := w.budgets.at(b)
	out := *row.spec
	out.UID, out.ResourceVersion, out.CreatedAt = row.uid, row.version, row.created
	status := w.budgetOf(b)
	out.Status = model.PodDisruptionBudgetStatus{
		ObservedGeneration: out.Generation, DisruptionsAllowed: status.Allowed, CurrentHealthy: status.CurrentHealthy,
		DesiredHealthy: status.DesiredHealthy, ExpectedPods: status.ExpectedPods,
	}
	for _, e := range row.spent {
		for p := range w.pods.all {
			if r := w.pods.at(p); r.uid == e.pod && !r.deleting && e.at.Add(disruption.Timeout) > w.now {
				if out.Status.DisruptedPods == nil {
					out.Status.DisruptedPods = map[string]model.Instant{}
				}
				out.Status.DisruptedPods[w.rendered(r.name)] = e.at
			}
		}
	}
	return &out
}
