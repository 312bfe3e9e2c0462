package objects

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
)

// Where pods may run: tolerations, affinity, spread; and when they are ready.

var toleration = oneOf(
	corev1.Toleration{Operator: corev1.TolerationOpExists},
	corev1.Toleration{Key: "dedicated", Value: "db"},
	corev1.Toleration{Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "db", Effect: corev1.TaintEffectNoSchedule},
	corev1.Toleration{Key: "node.kubernetes.io/unreachable", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: new(int64(30))},
)

var oddToleration = rapid.Custom(func(t *rapid.T) corev1.Toleration {
	return corev1.Toleration{
		Key: anyWord.Draw(t, "key"), Operator: oneOf[corev1.TolerationOperator]("", "Equal", "Exists", "exists", "Foo", "Lt", "Gt").Draw(t, "operator"),
		Value: rapid.OneOf(rapid.Just(""), anyWord).Draw(t, "value"), Effect: oneOf[corev1.TaintEffect]("", "NoSchedule", "NoExecute", "PreferNoSchedule", "Foo").Draw(t, "effect"),
		TolerationSeconds: maybe(oneOf[int64](-1, 0, 5)).Draw(t, "seconds"),
	}
})

// nodeTerms draws alternatives of nodes, right and wrong ones.
func nodeTerms(t *rapid.T) []corev1.NodeSelectorTerm {
	terms := oddAffinity.Draw(t, "terms").Required.NodeSelectorTerms
	for i := range terms {
		if rapid.IntRange(0, 2).Draw(t, "fields") == 0 {
			terms[i].MatchFields = []corev1.NodeSelectorRequirement{{Key: oneOf("metadata.name", "metadata.name", "metadata.uid").Draw(t, "field"),
				Operator: oneOf(corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn, corev1.NodeSelectorOpExists).Draw(t, "operator"),
				Values:   oneOf([]string{"node-0"}, []string{"Node"}, []string{"a", "b"}, nil).Draw(t, "values")}}
		}
	}
	return terms
}

func podTerm(t *rapid.T) corev1.PodAffinityTerm {
	return corev1.PodAffinityTerm{
		LabelSelector: &metav1.LabelSelector{MatchLabels: some(labels.Draw(t, "labels"))}, TopologyKey: nodeKey.Draw(t, "topology"),
		Namespaces: oneOf[[]string](nil, []string{"default"}).Draw(t, "namespaces"),
	}
}

func oddPodTerm(t *rapid.T) corev1.PodAffinityTerm {
	return corev1.PodAffinityTerm{
		LabelSelector: oddSelector.Draw(t, "selector"), TopologyKey: rapid.OneOf(nodeKey, anyWord).Draw(t, "topology"),
		Namespaces: items(rapid.SliceOfN(anyWord, 0, 2).Draw(t, "namespaces")),
	}
}

// podAffinityOf is an affinity to pods, or an anti-affinity.
func podAffinityOf(t *rapid.T, a *corev1.Affinity, terms ...corev1.PodAffinityTerm) {
	if rapid.Bool().Draw(t, "anti") {
		a.PodAntiAffinity = &corev1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}
	} else {
		a.PodAffinity = &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}
	}
}

var spread = rapid.Custom(func(t *rapid.T) corev1.TopologySpreadConstraint {
	return corev1.TopologySpreadConstraint{
		MaxSkew: 1, TopologyKey: nodeKey.Draw(t, "topology"), WhenUnsatisfiable: oneOf(corev1.DoNotSchedule, corev1.ScheduleAnyway).Draw(t, "otherwise"),
		LabelSelector: &metav1.LabelSelector{MatchLabels: some(labels.Draw(t, "labels"))},
	}
})

var oddSpread = rapid.Custom(func(t *rapid.T) corev1.TopologySpreadConstraint {
	return corev1.TopologySpreadConstraint{
		MaxSkew: rapid.OneOf(count, oddCount).Draw(t, "skew"), TopologyKey: oneOf("zone", "zone", "", "a b").Draw(t, "topology"),
		WhenUnsatisfiable: oneOf[corev1.UnsatisfiableConstraintAction]("DoNotSchedule", "DoNotSchedule", "ScheduleAnyway", "", "Foo").Draw(t, "otherwise"),
		LabelSelector:     oddSelector.Draw(t, "selector"),
	}
})

// placePod gives a pod requirements of where it runs.
func placePod(t *rapid.T, s *corev1.PodSpec) {
	s.Tolerations = items(rapid.SliceOfN(toleration, 0, 2).Draw(t, "tolerations"))
	s.ReadinessGates = oneOf[[]corev1.PodReadinessGate](nil, []corev1.PodReadinessGate{{ConditionType: "example.com/lb"}}).Draw(t, "gates")
	s.PriorityClassName = oneOf("", "high").Draw(t, "priority")
	if rapid.Bool().Draw(t, "spread") {
		s.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{spread.Draw(t, "constraint")}
	}
	if rapid.Bool().Draw(t, "affine") {
		s.Affinity = &corev1.Affinity{}
		if rapid.Bool().Draw(t, "nodes") {
			s.Affinity.NodeAffinity = &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: affinity.Draw(t, "nodeAffinity").Required}
		}
		podAffinityOf(t, s.Affinity, podTerm(t))
	}
}

func placeMutations() []mutation[*corev1.PodSpec] {
	type s = *corev1.PodSpec
	return []mutation[s]{
		set("tolerations", func(o s) *[]corev1.Toleration { return &o.Tolerations }, rapid.Map(rapid.SliceOfN(rapid.OneOf(toleration, oddToleration), 0, 2), items)),
		{"a toleration more", func(t *rapid.T, o s) {
			o.Tolerations = append(o.Tolerations, rapid.OneOf(toleration, oddToleration).Draw(t, "toleration"))
		}},
		{"another time", func(t *rapid.T, o s) {
			for i := range o.Tolerations {
				if o.Tolerations[i].Effect == corev1.TaintEffectNoExecute {
					o.Tolerations[i].TolerationSeconds = maybe(oneOf[int64](1, 60)).Draw(t, "seconds")
				}
			}
		}},
		{"node affinity", func(t *rapid.T, o s) {
			o.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: nodeTerms(t)}}}
		}},
		{"pod affinity", func(t *rapid.T, o s) {
			o.Affinity = &corev1.Affinity{}
			podAffinityOf(t, o.Affinity, oddPodTerm(t))
		}},
		{"no affinity", func(_ *rapid.T, o s) { o.Affinity = nil }},
		set("spread", func(o s) *[]corev1.TopologySpreadConstraint { return &o.TopologySpreadConstraints }, rapid.Map(rapid.SliceOfN(oddSpread, 0, 3), items)),
		{"readinessGates", func(t *rapid.T, o s) {
			o.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: corev1.PodConditionType(anyWord.Draw(t, "gate"))}}
		}},
		set("priorityClassName", func(o s) *string { return &o.PriorityClassName }, anyWord),
	}
}

// cost is the annotation by which a pod says how dear it is.
func cost(t *rapid.T) map[string]string {
	return map[string]string{corev1.PodDeletionCost: oneOf("0", "10", "-5", "+1", "007", "", "x", "99999999999", "-", "00", "-0", "1.5").Draw(t, "cost")}
}
