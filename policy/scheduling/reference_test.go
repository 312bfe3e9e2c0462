package scheduling

import (
	"fmt"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// The reference looks at every pod for every question, and keeps nothing.

// world is nodes and pods as they are.
type world struct {
	nodes map[Node]NodeSpec
	pods  []placed
}

// placed is a pod with a node.
type placed struct {
	kind    Kind
	spec    KindSpec
	node    Node
	leaving bool
}

// refuse is why a node cannot have a pod: the reasons in words, whether taking pods away would
// not help, and "" if it can.
func (w *world) refuse(pod KindSpec, n Node) (why []string, hopeless bool) {
	node := w.nodes[n]
	if node.Unschedulable && !slices.ContainsFunc(pod.Spec.Tolerations, func(t model.Toleration) bool {
		return t.Tolerates(model.Taint{Key: "node.kubernetes.io/unschedulable", Effect: "NoSchedule"})
	}) {
		return []string{"node(s) were unschedulable"}, true
	}
	for _, taint := range node.Taints {
		if taint.Effect != model.PreferNoSchedule && !slices.ContainsFunc(pod.Spec.Tolerations, func(t model.Toleration) bool { return t.Tolerates(taint) }) {
			return []string{"node(s) had untolerated taint(s)"}, true
		}
	}
	if !refSelected(pod, node) {
		return []string{"node(s) didn't match Pod's node affinity/selector"}, true
	}
	if why, hopeless = w.room(pod, n); len(why) > 0 {
		return why, hopeless
	}
	if word, hopeless := w.spread(pod, n); word != "" {
		return []string{word}, hopeless
	}
	if word, hopeless := w.affinity(pod, n); word != "" {
		return []string{word}, hopeless
	}
	return nil, false
}

func refSelected(pod KindSpec, node NodeSpec) bool {
	for k, v := range pod.Spec.NodeSelector {
		if got, ok := node.Labels[k]; !ok || got != v {
			return false
		}
	}
	a := pod.Spec.Affinity
	return a == nil || a.NodeAffinity == nil || a.NodeAffinity.Matches(node.Labels)
}

func (w *world) room(pod KindSpec, n Node) (why []string, hopeless bool) {
	node, want := w.nodes[n], RequestOf(pod.Spec)
	var pods int32
	var used Request
	for _, p := range w.pods {
		if p.node == n {
			pods++
			used.add(RequestOf(p.spec.Spec))
		}
	}
	if node.Pods > 0 && pods+1 > node.Pods {
		why = append(why, "Too many pods")
	}
	if limit := node.Allocatable.CPU; limit > 0 && want.CPU > 0 && used.CPU+want.CPU > limit {
		why, hopeless = append(why, "Insufficient cpu"), want.CPU > limit
	}
	if limit := node.Allocatable.Memory; limit > 0 && want.Memory > 0 && used.Memory+want.Memory > limit {
		why, hopeless = append(why, "Insufficient memory"), hopeless || want.Memory > limit
	}
	return why, hopeless
}

func (w *world) spread(pod KindSpec, n Node) (string, bool) {
	const uneven = "node(s) didn't match pod topology spread constraints"
	var hard []model.TopologySpreadConstraint
	for _, c := range pod.Spec.TopologySpreadConstraints {
		if c.WhenUnsatisfiable == "DoNotSchedule" {
			hard = append(hard, c)
		}
	}
	for _, c := range hard {
		value, ok := w.nodes[n].Labels[c.TopologyKey]
		if !ok {
			return uneven + " (missing required label)", true
		}
		domains := map[string]int{}
		for m, node := range w.nodes {
			takes := refSelected(pod, node)
			for _, other := range hard {
				_, has := node.Labels[other.TopologyKey]
				takes = takes && has
			}
			if takes {
				domains[node.Labels[c.TopologyKey]] += w.matching(pod.Namespace, c.LabelSelector, m)
			}
		}
		least, any := 0, false
		for _, count := range domains { // a minimum: no order shows
			if !any || count < least {
				least, any = count, true
			}
		}
		self := 0
		if c.LabelSelector != nil && c.LabelSelector.Matches(pod.Labels) {
			self = 1
		}
		if domains[value]+self-least > int(c.MaxSkew) {
			return uneven, false
		}
	}
	return "", false
}

// matching counts pods on a node for a constraint.
func (w *world) matching(namespace string, s *model.LabelSelector, n Node) (count int) {
	if s == nil || s.Empty() {
		return 0
	}
	for _, p := range w.pods {
		if p.node == n && !p.leaving && p.spec.Namespace == namespace && s.Matches(p.spec.Labels) {
			count++
		}
	}
	return count
}

func refMeans(t model.PodAffinityTerm, of, other KindSpec) bool {
	namespaces := t.Namespaces
	if len(namespaces) == 0 {
		namespaces = []string{of.Namespace}
	}
	return slices.Contains(namespaces, other.Namespace) && t.LabelSelector != nil && t.LabelSelector.Matches(other.Labels)
}

// together reports whether two nodes have the same value of a label.
func (w *world) together(label string, a, b Node) bool {
	x, ok := w.nodes[a].Labels[label]
	y, ok2 := w.nodes[b].Labels[label]
	return ok && ok2 && x == y
}

func (w *world) affinity(pod KindSpec, n Node) (string, bool) {
	var near, away []model.PodAffinityTerm
	if a := pod.Spec.Affinity; a != nil {
		near, away = a.PodAffinity, a.PodAntiAffinity
	}
	meansAll := func(other KindSpec) bool {
		return !slices.ContainsFunc(near, func(t model.PodAffinityTerm) bool { return !refMeans(t, pod, other) })
	}
	anywhere, here := false, true
	for _, t := range near {
		if _, ok := w.nodes[n].Labels[t.TopologyKey]; !ok {
			return "node(s) didn't match pod affinity rules", true
		}
		found := false
		for _, p := range w.pods {
			if _, exists := w.nodes[p.node]; !exists || !meansAll(p.spec) {
				continue
			}
			found = found || w.together(t.TopologyKey, n, p.node)
			_, has := w.nodes[p.node].Labels[t.TopologyKey]
			anywhere = anywhere || has
		}
		here = here && found
	}
	if !here && (anywhere || !meansAll(pod)) {
		return "node(s) didn't match pod affinity rules", true
	}
	for _, p := range w.pods {
		for _, t := range away {
			if refMeans(t, pod, p.spec) && w.together(t.TopologyKey, n, p.node) {
				return "node(s) didn't match pod anti-affinity rules", false
			}
		}
	}
	for _, p := range w.pods {
		if a := p.spec.Spec.Affinity; a != nil {
			for _, t := range a.PodAntiAffinity {
				if refMeans(t, p.spec, pod) && w.together(t.TopologyKey, n, p.node) {
					return "node(s) didn't satisfy existing pods anti-affinity rules", false
				}
			}
		}
	}
	return "", false
}

// answer is a refusal in words.
func answer(r Refusal) string {
	var why []string
	for reason := range reasons {
		if r.Why.Has(reason) {
			why = append(why, reason.String())
		}
	}
	if len(why) == 0 {
		return "fits"
	}
	return fmt.Sprintf("%v hopeless=%t", why, r.Hopeless)
}

func refAnswer(why []string, hopeless bool) string {
	if len(why) == 0 {
		return "fits"
	}
	return fmt.Sprintf("%v hopeless=%t", why, hopeless)
}
