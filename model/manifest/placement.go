package manifest

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/ordinal-sim/ordinal/model"
)

// Where pods may run, in both directions: taints, tolerations, affinity, spread. Of
// affinity the model has what is required; preferences stand in its Unmodelled.

func tolerationToAPI(t model.Toleration) corev1.Toleration {
	return corev1.Toleration{
		Key: t.Key, Operator: corev1.TolerationOperator(t.Operator), Value: t.Value, Effect: corev1.TaintEffect(t.Effect),
		TolerationSeconds: copyPointer(t.TolerationSeconds),
	}
}

func tolerationFromAPI(t corev1.Toleration) model.Toleration {
	return model.Toleration{
		Key: t.Key, Operator: string(t.Operator), Value: t.Value, Effect: model.TaintEffect(t.Effect),
		TolerationSeconds: copyPointer(t.TolerationSeconds),
	}
}

func taintToAPI(t model.Taint) corev1.Taint {
	out := corev1.Taint{Key: t.Key, Value: t.Value, Effect: corev1.TaintEffect(t.Effect)}
	if t.TimeAdded != nil {
		out.TimeAdded = new(timeToAPI(*t.TimeAdded))
	}
	return out
}

func taintFromAPI(t corev1.Taint) model.Taint {
	out := model.Taint{Key: t.Key, Value: t.Value, Effect: model.TaintEffect(t.Effect)}
	if t.TimeAdded != nil {
		out.TimeAdded = new(timeFromAPI(*t.TimeAdded))
	}
	return out
}

func affinityToAPI(a *model.Affinity) *corev1.Affinity {
	if a == nil {
		return nil
	}
	out := &corev1.Affinity{}
	if a.NodeAffinity != nil {
		out.NodeAffinity = &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: nodeSelectorToAPI(a.NodeAffinity)}
	}
	if len(a.PodAffinity) > 0 {
		out.PodAffinity = &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: each(a.PodAffinity, affinityTermToAPI)}
	}
	if len(a.PodAntiAffinity) > 0 {
		out.PodAntiAffinity = &corev1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: each(a.PodAntiAffinity, affinityTermToAPI)}
	}
	return out
}

func affinityFromAPI(a *corev1.Affinity) *model.Affinity {
	if a == nil {
		return nil
	}
	return &model.Affinity{
		NodeAffinity:    nodeSelectorFromAPI(deref(a.NodeAffinity).RequiredDuringSchedulingIgnoredDuringExecution),
		PodAffinity:     each(deref(a.PodAffinity).RequiredDuringSchedulingIgnoredDuringExecution, affinityTermFromAPI),
		PodAntiAffinity: each(deref(a.PodAntiAffinity).RequiredDuringSchedulingIgnoredDuringExecution, affinityTermFromAPI),
	}
}

func affinityTermToAPI(t model.PodAffinityTerm) corev1.PodAffinityTerm {
	return corev1.PodAffinityTerm{
		LabelSelector: selectorToAPI(t.LabelSelector), Namespaces: rename[string](t.Namespaces), TopologyKey: t.TopologyKey,
	}
}

func affinityTermFromAPI(t corev1.PodAffinityTerm) model.PodAffinityTerm {
	return model.PodAffinityTerm{
		LabelSelector: selectorFromAPI(t.LabelSelector), Namespaces: rename[string](t.Namespaces), TopologyKey: t.TopologyKey,
	}
}

func spreadToAPI(c model.TopologySpreadConstraint) corev1.TopologySpreadConstraint {
	return corev1.TopologySpreadConstraint{
		MaxSkew: c.MaxSkew, TopologyKey: c.TopologyKey, WhenUnsatisfiable: corev1.UnsatisfiableConstraintAction(c.WhenUnsatisfiable),
		LabelSelector: selectorToAPI(c.LabelSelector),
	}
}

func spreadFromAPI(c corev1.TopologySpreadConstraint) model.TopologySpreadConstraint {
	return model.TopologySpreadConstraint{
		MaxSkew: c.MaxSkew, TopologyKey: c.TopologyKey, WhenUnsatisfiable: string(c.WhenUnsatisfiable),
		LabelSelector: selectorFromAPI(c.LabelSelector),
	}
}

func nodeSelectorToAPI(s *model.NodeSelector) *corev1.NodeSelector {
	if s == nil {
		return nil
	}
	return &corev1.NodeSelector{NodeSelectorTerms: each(s.Terms, func(t model.NodeSelectorTerm) corev1.NodeSelectorTerm {
		return corev1.NodeSelectorTerm{
			MatchExpressions: each(t.MatchExpressions, nodeRequirementToAPI), MatchFields: each(t.MatchFields, nodeRequirementToAPI),
		}
	})}
}

func nodeSelectorFromAPI(s *corev1.NodeSelector) *model.NodeSelector {
	if s == nil {
		return nil
	}
	return &model.NodeSelector{Terms: each(s.NodeSelectorTerms, func(t corev1.NodeSelectorTerm) model.NodeSelectorTerm {
		return model.NodeSelectorTerm{
			MatchExpressions: each(t.MatchExpressions, nodeRequirementFromAPI), MatchFields: each(t.MatchFields, nodeRequirementFromAPI),
		}
	})}
}

func nodeRequirementToAPI(r model.LabelSelectorRequirement) corev1.NodeSelectorRequirement {
	return corev1.NodeSelectorRequirement{Key: r.Key, Operator: corev1.NodeSelectorOperator(r.Operator), Values: rename[string](r.Values)}
}

func nodeRequirementFromAPI(r corev1.NodeSelectorRequirement) model.LabelSelectorRequirement {
	return model.LabelSelectorRequirement{Key: r.Key, Operator: model.SelectorOperator(r.Operator), Values: rename[string](r.Values)}
}

func topologyToAPI(t model.TopologySelectorTerm) corev1.TopologySelectorTerm {
	return corev1.TopologySelectorTerm{
		MatchLabelExpressions: each(t.MatchLabelExpressions, func(r model.TopologySelectorLabelRequirement) corev1.TopologySelectorLabelRequirement {
			return corev1.TopologySelectorLabelRequirement{Key: r.Key, Values: rename[string](r.Values)}
		}),
	}
}

func topologyFromAPI(t corev1.TopologySelectorTerm) model.TopologySelectorTerm {
	return model.TopologySelectorTerm{
		MatchLabelExpressions: each(t.MatchLabelExpressions, func(r corev1.TopologySelectorLabelRequirement) model.TopologySelectorLabelRequirement {
			return model.TopologySelectorLabelRequirement{Key: r.Key, Values: rename[string](r.Values)}
		}),
	}
}
