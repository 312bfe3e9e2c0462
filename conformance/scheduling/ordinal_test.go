package scheduling

import (
	"fmt"
	"math/bits"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
)

// askOrdinal asks Ordinal's filters.
func askOrdinal(c cluster, rules release.Rules) verdict {
	var v scheduling.View
	v.SetRules(rules)
	at := map[string]scheduling.Node{}
	for n, node := range c.nodes {
		at[node.Name] = scheduling.Node(n)
		v.SetNode(scheduling.Node(n), nodeOf(node))
	}
	for _, p := range c.pods {
		k := v.AddKind(kindOf(p))
		v.Bind(k, at[p.Spec.NodeName])
		if p.DeletionTimestamp != nil {
			v.Leave(k, at[p.Spec.NodeName])
		}
	}
	var q scheduling.Query
	var tally scheduling.Tally
	v.Begin(v.AddKind(kindOf(c.pod)), &q)
	tally.Begin(rules)
	out := verdict{reasons: map[string][]string{}, hopeless: map[string]bool{}, free: map[string]int64{}}
	fits := false
	for n, node := range c.nodes {
		r := v.Early(&q, scheduling.Node(n))
		if r.Why == 0 {
			r = v.Late(&q, scheduling.Node(n))
		}
		out.hopeless[node.Name], out.reasons[node.Name] = r.Hopeless, nil
		for rest := uint(r.Why); rest != 0; rest &= rest - 1 {
			out.reasons[node.Name] = append(out.reasons[node.Name], scheduling.Reason(bits.TrailingZeros(rest)).String())
		}
		if fits = fits || r.Why == 0; r.Why != 0 {
			tally.Refuse(r)
		}
		out.free[node.Name] = v.Score(&q, scheduling.Node(n)).Free
	}
	if !fits {
		out.message, _, _ = strings.Cut(tally.Message(), " preemption: ") // those words are held against the whole scheduler
		out.message = strings.TrimSuffix(out.message, " no new claims to deallocate,")
	}
	return out
}

func nodeOf(n *v1.Node) scheduling.NodeSpec {
	limit := func(r v1.ResourceName, milli bool) int64 {
		q := n.Status.Allocatable[r]
		value := q.Value()
		if milli {
			value = q.MilliValue()
		}
		if value == noLimit {
			return 0
		}
		return value
	}
	out := scheduling.NodeSpec{
		Name: n.Name, Labels: n.Labels, Unschedulable: n.Spec.Unschedulable, Pods: int32(limit(v1.ResourcePods, false)),
		Allocatable: model.ResourceList{CPU: model.MilliCPU(limit(v1.ResourceCPU, true)), Memory: model.Bytes(limit(v1.ResourceMemory, false))},
	}
	for _, t := range n.Spec.Taints {
		out.Taints = append(out.Taints, model.Taint{Key: t.Key, Value: t.Value, Effect: model.TaintEffect(t.Effect)})
	}
	return out
}

func kindOf(p *v1.Pod) scheduling.KindSpec {
	spec := &model.PodSpec{NodeSelector: p.Spec.NodeSelector}
	for _, c := range p.Spec.Containers {
		spec.Containers = append(spec.Containers, containerOf(c))
	}
	for _, c := range p.Spec.InitContainers {
		spec.InitContainers = append(spec.InitContainers, containerOf(c))
	}
	for _, t := range p.Spec.Tolerations {
		spec.Tolerations = append(spec.Tolerations, model.Toleration{Key: t.Key, Operator: string(t.Operator), Value: t.Value, Effect: model.TaintEffect(t.Effect)})
	}
	for _, c := range p.Spec.TopologySpreadConstraints {
		spec.TopologySpreadConstraints = append(spec.TopologySpreadConstraints, model.TopologySpreadConstraint{
			MaxSkew: c.MaxSkew, TopologyKey: c.TopologyKey, WhenUnsatisfiable: string(c.WhenUnsatisfiable), LabelSelector: selectorOf(c.LabelSelector),
		})
	}
	if a := p.Spec.Affinity; a != nil {
		spec.Affinity = &model.Affinity{}
		if a.NodeAffinity != nil {
			spec.Affinity.NodeAffinity = nodeSelectorOf(a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution)
		}
		if a.PodAffinity != nil {
			spec.Affinity.PodAffinity = termsOf(a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution)
		}
		if a.PodAntiAffinity != nil {
			spec.Affinity.PodAntiAffinity = termsOf(a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution)
		}
	}
	return scheduling.KindSpec{Namespace: p.Namespace, Labels: p.Labels, Spec: spec}
}

func containerOf(c v1.Container) model.Container {
	out := model.Container{Name: c.Name, Resources: model.ResourceRequirements{Requests: model.ResourceList{
		CPU: model.MilliCPU(c.Resources.Requests.Cpu().MilliValue()), Memory: model.Bytes(c.Resources.Requests.Memory().Value()),
	}}}
	if c.RestartPolicy != nil {
		out.RestartPolicy = string(*c.RestartPolicy)
	}
	return out
}

func nodeSelectorOf(s *v1.NodeSelector) *model.NodeSelector {
	out := &model.NodeSelector{}
	for _, term := range s.NodeSelectorTerms {
		var t model.NodeSelectorTerm
		for _, e := range term.MatchExpressions {
			t.MatchExpressions = append(t.MatchExpressions, model.LabelSelectorRequirement{Key: e.Key, Operator: model.SelectorOperator(e.Operator), Values: e.Values})
		}
		for _, e := range term.MatchFields {
			t.MatchFields = append(t.MatchFields, model.LabelSelectorRequirement{Key: e.Key, Operator: model.SelectorOperator(e.Operator), Values: e.Values})
		}
		out.Terms = append(out.Terms, t)
	}
	return out
}

func termsOf(terms []v1.PodAffinityTerm) (out []model.PodAffinityTerm) {
	for _, t := range terms {
		out = append(out, model.PodAffinityTerm{LabelSelector: selectorOf(t.LabelSelector), Namespaces: t.Namespaces, TopologyKey: t.TopologyKey})
	}
	return out
}

func selectorOf(s *metav1.LabelSelector) *model.LabelSelector {
	if s == nil {
		return nil
	}
	out := &model.LabelSelector{MatchLabels: s.MatchLabels}
	for _, e := range s.MatchExpressions {
		out.MatchExpressions = append(out.MatchExpressions, model.LabelSelectorRequirement{Key: e.Key, Operator: model.SelectorOperator(e.Operator), Values: e.Values})
	}
	return out
}

// rulesOf are the rules of the release of a version like "1.36.3".
func rulesOf(version string) release.Rules {
	for _, name := range []string{version, version[:strings.LastIndexByte(version, '.')]} {
		if r, err := release.Parse(name); err == nil {
			return r.Rules()
		}
	}
	panic(fmt.Sprintf("scheduling: there is no profile of %s", version))
}
