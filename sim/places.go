package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
)

// What the scheduler knows of nodes and of the pods on them: a [scheduling.View], which is
// fed here with every change. It counts a pod from the moment at which it has chosen a node,
// until the pod has ended or its object is gone.
//
// Source: pkg/scheduler/backend/cache/cache.go.

// feedNode tells the scheduler of a node that is new or has changed.
func (w *world) feedNode(n int32) {
	row := w.nodes.at(n)
	if !row.inUse() {
		return
	}
	w.places.SetNode(scheduling.Node(n), w.schedulerNode(row))
}

// schedulerNode is a node as the scheduler sees it.
func (w *world) schedulerNode(row *node) scheduling.NodeSpec {
	return scheduling.NodeSpec{
		Name: w.rendered(row.name), Labels: row.labels, Taints: row.taints, Unschedulable: row.cordoned,
		Allocatable: row.allocatable, Pods: row.capacity,
	}
}

// kindKey is what makes two pods equal to the scheduler, as long as nobody has edited their
// labels.
type kindKey struct {
	namespace model.Symbol
	template  policy.Template
	revision  model.Symbol // a label
	group     int32        // whose pods are spread over zones
	ordinal   int32        // if the pods of a set are told apart
}

// Hash implements flat.Key.
func (k kindKey) Hash() uint64 {
	h := flat.Mix(uint64(uint32(k.namespace))<<32 | uint64(uint32(k.template)))
	h = flat.Mix(h ^ uint64(uint32(k.revision))<<32 ^ uint64(uint32(k.group)))
	return flat.Mix(h ^ uint64(uint32(k.ordinal)))
}

// kindOf is the kind of a pod to the scheduler. A pod with edited labels has one of its own.
func (w *world) kindOf(p int32) scheduling.Kind {
	r := w.pods.at(p)
	if r.kind != 0 {
		return scheduling.Kind(r.kind - 1)
	}
	key := kindKey{namespace: r.name.Namespace, template: r.template, revision: r.revision, ordinal: model.NoOrdinal}
	switch {
	case r.set != nowhere:
		key.group = 2*r.set + 1
	case r.replicaSet != nowhere:
		key.group = 2*r.replicaSet + 2
	}
	if w.tellsApart && r.set != nowhere {
		key.ordinal = r.name.Ordinal
	}
	k, known := int32(0), false
	if r.labels == nil {
		k, known = w.kinds.Get(key)
	}
	if !known {
		t := w.template(r.template)
		labels := w.podLabels(r)
		if r.labels == nil && !w.tellsApart {
			delete(labels, model.LabelPodName)
			delete(labels, model.LabelPodIndex)
		}
		k = int32(w.places.AddKind(scheduling.KindSpec{Namespace: w.text(r.name.Namespace), Labels: labels, Spec: t.pod, Group: key.group}))
		if r.labels == nil {
			w.kinds.Put(key, k)
		}
	}
	r.kind = k + 1
	return scheduling.Kind(k)
}

// placedOn is the node on which the scheduler counts a pod; nowhere if on none.
func (r *pod) placedOn() int32 {
	switch {
	case r.node != nowhere && !r.ended():
		return r.node
	case r.node == nowhere && r.place.binding:
		return r.place.node
	}
	return nowhere
}

// podsOn is how many pods are counted on a node.
func (w *world) podsOn(n int32) int32 {
	pods, _ := w.places.Used(scheduling.Node(n))
	return pods
}

// placed counts a pod on a node.
func (w *world) placed(p, n int32) { w.places.Bind(w.kindOf(p), scheduling.Node(n)) }

// leaving is a pod on a node whose deletion has begun.
func (w *world) leaving(p int32) {
	w.places.Leave(w.kindOf(p), scheduling.Node(w.pods.at(p).node))
}

// leaveNode gives the room back that a pod has had; not of one that has ended, which has
// given it back already.
func (w *world) leaveNode(r *pod) {
	if n := r.placedOn(); n != nowhere {
		w.places.Unbind(scheduling.Kind(r.kind-1), scheduling.Node(n), r.deleting)
		w.mayHelp(scheduling.PodGone)
	}
}

// forgetKind is the end of a pod with a kind of its own.
func (w *world) forgetKind(r *pod) {
	if r.labels != nil && r.kind != 0 {
		w.places.RemoveKind(scheduling.Kind(r.kind - 1))
	}
	r.kind = 0
}

// changeKind makes a change of a pod that may make it another kind of pod to the scheduler.
func (w *world) changeKind(p int32, change func(*pod)) {
	r := w.pods.at(p)
	n := r.placedOn()
	if n != nowhere {
		w.places.Unbind(w.kindOf(p), scheduling.Node(n), r.deleting)
	}
	w.forgetKind(r)
	change(r)
	if n != nowhere {
		w.placed(p, n)
		if r.deleting {
			w.leaving(p)
		}
		w.mayHelp(scheduling.PodLabelled)
	}
}

// tellApart makes each pod of a set a kind of its own: a template asks for pods by their
// names or ordinals.
func (w *world) tellApart() {
	w.tellsApart = true
	for p := range w.pods.all {
		w.changeKind(p, func(*pod) {})
	}
}

// asksForOnePod reports whether the placement of a pod may depend on the name or the ordinal
// of another.
func asksForOnePod(spec *model.PodSpec) bool {
	names := func(s *model.LabelSelector) bool {
		if s == nil {
			return false
		}
		one := func(key string) bool { return key == model.LabelPodName || key == model.LabelPodIndex }
		for key := range s.MatchLabels { // any will do: no order shows
			if one(key) {
				return true
			}
		}
		return slices.ContainsFunc(s.MatchExpressions, func(r model.LabelSelectorRequirement) bool { return one(r.Key) })
	}
	terms := func(t model.PodAffinityTerm) bool { return names(t.LabelSelector) }
	if a := spec.Affinity; a != nil && (slices.ContainsFunc(a.PodAffinity, terms) || slices.ContainsFunc(a.PodAntiAffinity, terms)) {
		return true
	}
	return slices.ContainsFunc(spec.TopologySpreadConstraints, func(c model.TopologySpreadConstraint) bool { return names(c.LabelSelector) })
}

// admission is why a kubelet does not take a pod that its node has no room for; reason is ""
// if it does. Pods that are on their way to the node it does not know yet.
func (w *world) admission(p int32) (reason, message string) {
	r := w.pods.at(p)
	node, spec, own := scheduling.Node(r.node), w.template(r.template).pod, w.places.Request(w.kindOf(p))
	pods, used := w.places.Used(node)
	pods, used = pods-1, used.Minus(own)
	if reason, _ := scheduling.Admit(w.places.Node(node), pods, used, spec, own); reason == "" {
		return "", ""
	}
	for other := range w.pods.all {
		if o := w.pods.at(other); o.node == nowhere && o.placedOn() == r.node {
			pods, used = pods-1, used.Minus(w.places.Request(w.kindOf(other)))
		}
	}
	return scheduling.Admit(w.places.Node(node), pods, used, spec, own)
}
