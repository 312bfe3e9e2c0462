package scheduling

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Early asks a node the questions that are about the node alone, those before the volumes.
//
// Source: pkg/scheduler/apis/config/v1/default_plugins.go has the order; framework/runtime, RunFilterPlugins.
func (v *View) Early(q *Query, n Node) Refusal { return v.early(q.kind, n) }

// Possible reports whether a node alone does not rule out the pods of a kind. While it does,
// no change of that node helps them.
//
// Source: the functions of the plugins named isSchedulableAfterNodeChange.
func (v *View) Possible(k Kind, n Node) bool { return v.early(k, n).Why == 0 }

func (v *View) early(k Kind, n Node) Refusal {
	v.visited++
	row, of := &v.nodes[n], &v.kinds[k]
	if row.Unschedulable && !toleratesCordon(of.Spec.Tolerations) {
		return refuse(Cordoned, true)
	}
	if taint, ok := untolerated(row.Taints, of.Spec.Tolerations, model.NoSchedule, model.NoExecute); ok {
		return Refusal{Why: Reasons(0).With(Tainted), Hopeless: true, Taint: taint}
	}
	if !selects(of.Spec, &row.NodeSpec) {
		return refuse(NotSelected, true)
	}
	return v.fits(row, of.request)
}

// toleratesCordon reports whether a cordoned node is tolerated: as if its taint were there
// already.
//
// Source: nodeunschedulable/node_unschedulable.go, Filter.
func toleratesCordon(tolerations []model.Toleration) bool {
	for _, t := range tolerations {
		if t.Tolerates(model.Taint{Key: model.TaintUnschedulable, Effect: model.NoSchedule}) {
			return true
		}
	}
	return false
}

// untolerated is the first taint of some effects that is not tolerated.
//
// Source: component-helpers scheduling/corev1/helpers.go, FindMatchingUntoleratedTaint.
func untolerated(taints []model.Taint, tolerations []model.Toleration, effects ...model.TaintEffect) (model.Taint, bool) {
	for _, taint := range taints {
		counts, tolerated := false, false
		for _, e := range effects {
			counts = counts || taint.Effect == e
		}
		for _, t := range tolerations {
			tolerated = tolerated || t.Tolerates(taint)
		}
		if counts && !tolerated {
			return taint, true
		}
	}
	return model.Taint{}, false
}

// fits asks whether there is room. What there is too little of is all told; if a pod asks for
// more than the whole node has, other pods that leave would not help.
//
// Source: noderesources/fit.go, fitsRequest.
func (v *View) fits(row *node, request Request) (r Refusal) {
	if row.Pods > 0 && row.pods >= row.Pods {
		r.Why = r.Why.With(TooManyPods)
	}
	if limit := row.Allocatable.CPU; limit > 0 && request.CPU > 0 && request.CPU > limit-row.used.CPU {
		r.Why = r.Why.With(InsufficientCPU)
		r.Hopeless = r.Hopeless || request.CPU > limit
	}
	if limit := row.Allocatable.Memory; limit > 0 && request.Memory > 0 && request.Memory > limit-row.used.Memory {
		r.Why = r.Why.With(InsufficientMemory)
		r.Hopeless = r.Hopeless || request.Memory > limit
	}
	if v.rules.Has(release.HopesForTooBig) {
		r.Hopeless = false
	}
	return r
}

// Late asks a node the questions that are about pods, those after the volumes.
func (v *View) Late(q *Query, n Node) Refusal {
	v.visited++
	for i := range q.spread {
		if r := v.even(q, &q.spread[i], n); r.Why != 0 {
			return r
		}
	}
	switch {
	case !v.nearAll(q, n):
		return refuse(NotNear, true)
	case v.anyOf(q, q.away, n):
		return refuse(TooNear, false)
	case v.anyOf(q, q.refusing, n):
		return refuse(Unwelcome, false)
	default:
		return Refusal{}
	}
}

// even asks whether a constraint still holds with the pod on the node.
//
// Source: podtopologyspread/filtering.go, Filter.
func (v *View) even(q *Query, s *spread, n Node) Refusal {
	d := v.domain(s.topology, n)
	if d == nowhere {
		return refuse(NoTopology, true)
	}
	if max(0, q.counts[s.at+d])+s.self-s.least > s.most {
		return refuse(Uneven, false)
	}
	return Refusal{}
}

// nearAll reports whether the pods that have to be near are in the node's domains; the first
// pod of those that want to be near each other may go anywhere where the labels are.
//
// Source: interpodaffinity/filtering.go, nodeTopologyMatchesAffinity.
func (v *View) nearAll(q *Query, n Node) bool {
	all := true
	for _, t := range q.near {
		d := v.domain(t.topology, n)
		if d == nowhere {
			return false
		}
		all = all && q.counts[t.at+d] > 0
	}
	return all || q.alone
}

// anyOf reports whether there are pods in one of the node's domains.
//
// Source: interpodaffinity/filtering.go, satisfyPodAntiAffinity and satisfyExistingPodsAntiAffinity.
func (v *View) anyOf(q *Query, terms []term, n Node) bool {
	for _, t := range terms {
		if d := v.domain(t.topology, n); d != nowhere && q.counts[t.at+d] > 0 {
			return true
		}
	}
	return false
}
