package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/disruption"
)

// The pods that budgets guard, counted: a budget's controller looks at all pods that it
// selects each time one of them changes, and here they are counted as they change.
//
// A pod that stops being selected because its labels change is no reason to look at the
// budget: the controller goes by the labels that the pod has then. Nor is it that a set is
// scaled: the controller asks how many replicas it has when it looks at the pods.
//
// Source: pkg/controller/disruption/disruption.go, getPdbForPod, getExpectedScale and
// countHealthyPods. Where several budgets select a pod, Kubernetes looks at one of them,
// whichever; here it is all.

// guardedOwner is a controller of pods that a budget selects.
type guardedOwner struct {
	uid  model.UID // 0 for the pods that nobody controls
	pods int32
}

// guardedPod is what a pod is counted as by the budgets that select it.
type guardedPod struct {
	counted, healthy bool
	owner            model.UID
}

// countGuarded counts all that a budget selects.
func (w *world) countGuarded(b int32) {
	row := w.budgets.at(b)
	row.pods, row.healthy, row.owners = 0, 0, nil
	for p := range w.pods.all {
		r := w.pods.at(p)
		r.guarded = r.asGuarded()
		if w.guards(b, p) {
			row.count(r.guarded, 1)
		}
	}
}

// asGuarded is what a pod is to be counted as.
func (p *pod) asGuarded() guardedPod {
	return guardedPod{counted: true, healthy: p.ready && !p.deleting, owner: p.owner}
}

// count adds so many pods that are alike.
func (b *budget) count(like guardedPod, pods int32) {
	if !like.counted {
		return
	}
	b.pods += pods
	if like.healthy {
		b.healthy += pods
	}
	owners := make([]guardedOwner, 0, len(b.owners)+1)
	known := false
	for _, o := range b.owners {
		if o.uid == like.owner {
			o.pods += pods
			known = true
		}
		if o.pods > 0 {
			owners = append(owners, o)
		}
	}
	if !known {
		owners = append(owners, guardedOwner{like.owner, pods})
	}
	b.owners = owners
}

// podGuarded is a pod that is new or has changed: the controller looks at the budgets that
// select it.
func (w *world) podGuarded(p int32) {
	if w.budgets.len() == 0 {
		return
	}
	r := w.pods.at(p)
	w.countPod(p, r.asGuarded())
	for b := range w.budgets.all {
		if w.guards(b, p) {
			w.syncBudgetAt(b, w.soon())
		}
	}
}

// podUnguarded is a pod whose labels are about to change: the budgets that select it do
// not count it any more, and do not notice.
func (w *world) podUnguarded(p int32) {
	if w.budgets.len() > 0 {
		w.countPod(p, guardedPod{})
	}
}

// podLeavesGuard is a pod that is about to go.
func (w *world) podLeavesGuard(p int32) {
	if w.budgets.len() > 0 {
		w.podGuarded(p)
		w.podUnguarded(p)
	}
}

// countPod counts a pod as another than it was.
func (w *world) countPod(p int32, as guardedPod) {
	r := w.pods.at(p)
	if r.guarded == as {
		return
	}
	for b := range w.budgets.all {
		if !w.guards(b, p) {
			continue
		}
		row := w.budgets.at(b)
		if was := r.guarded; was.counted && as.counted && was.owner == as.owner {
			row.healthy += toggled(was.healthy, as.healthy)
			continue
		}
		row.count(r.guarded, -1)
		row.count(as, 1)
	}
	r.guarded = as
}

// guards reports whether a budget selects a pod. Pods with the labels of their template
// are alike, so that the last answer usually holds.
func (w *world) guards(b, p int32) bool {
	row, r := w.budgets.at(b), w.pods.at(p)
	selector := row.spec.Spec.Selector
	if selector == nil || row.name.Namespace != r.name.Namespace {
		return false
	}
	alike := r.labels == nil && !row.picky
	if alike && row.asked && row.template == r.template {
		return row.answer
	}
	answer := selector.Matches(w.podLabels(r))
	if alike {
		row.asked, row.template, row.answer = true, r.template, answer
	}
	return answer
}

// pickySelector reports whether a selector asks for labels that differ from pod to pod of
// one template.
func pickySelector(s *model.LabelSelector) bool {
	return s != nil && (picky(s.MatchLabels) || slices.ContainsFunc(s.MatchExpressions, func(r model.LabelSelectorRequirement) bool {
		return picky(model.Labels{r.Key: ""})
	}))
}

// guardedBy is what the controller sees of the pods that a budget selects.
func (w *world) guardedBy(b int32) disruption.Seen {
	row := w.budgets.at(b)
	seen := disruption.Seen{Pods: row.pods, Healthy: row.healthy}
	var counted []model.UID
	for _, o := range row.owners {
		root, scale := w.scaleOfOwner(o.uid)
		switch {
		case o.uid == 0 || slices.Contains(counted, root):
		case root == 0:
			seen.Missing = w.guardedOf(b, o.uid)
		default:
			counted = append(counted, root)
			seen.Scale += scale
		}
	}
	for _, d := range row.status.Disrupted {
		name, known := w.lookup(w.text(row.name.Namespace), d.Pod)
		p, exists := w.pods.find(name)
		if known && exists && !w.pods.at(p).deleting && w.guards(b, p) {
			seen.Evicted = append(seen.Evicted, disruption.Evicted{Disrupted: d, Ready: w.pods.at(p).ready})
		}
	}
	return seen
}

// guardedOf is the first pod of a controller that a budget selects.
func (w *world) guardedOf(b int32, owner model.UID) string {
	for p := range w.pods.all {
		if r := w.pods.at(p); r.owner == owner && w.guards(b, p) {
			return w.rendered(r.name)
		}
	}
	return ""
}

// scaleOfOwner is how many replicas a controller asks for, and which one asks for those of
// a ReplicaSet: its Deployment; 0 if there is no such controller.
func (w *world) scaleOfOwner(uid model.UID) (root model.UID, scale int32) {
	for s := range w.sets.all {
		if set := w.sets.at(s); set.uid == uid {
			return uid, set.spec.DesiredReplicas()
		}
	}
	for s := range w.replicaSets.all {
		row := w.replicaSets.at(s)
		if row.uid != uid {
			continue
		}
		if row.deployment != nowhere {
			d := w.deployments.at(row.deployment)
			return d.uid, orOne(d.spec.Replicas)
		}
		return uid, row.replicas
	}
	return 0, 0
}
