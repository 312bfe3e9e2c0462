package objects

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"
)

// Deployments, ReplicaSets, budgets and autoscalers.

// replicated draws what a Deployment and a ReplicaSet have in common.
func replicated(t *rapid.T) (*metav1.LabelSelector, corev1.PodTemplateSpec) {
	app := some(rapid.MapOfN(word, word, 1, 2).Draw(t, "app"))
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: app, Annotations: some(labels.Draw(t, "annotations"))}, Spec: podSpec(t, nil)}
	return &metav1.LabelSelector{MatchLabels: app}, template
}

func drawDeployment(t *rapid.T) *appsv1.Deployment {
	d := &appsv1.Deployment{ObjectMeta: meta(t, true)}
	d.Spec.Selector, d.Spec.Template = replicated(t)
	d.Spec.Replicas = maybe(count).Draw(t, "replicas")
	d.Spec.MinReadySeconds = count.Draw(t, "minReadySeconds")
	d.Spec.RevisionHistoryLimit = maybe(count).Draw(t, "limit")
	d.Spec.Paused = rapid.Bool().Draw(t, "paused")
	d.Spec.ProgressDeadlineSeconds = maybe(oneOf[int32](6, 600)).Draw(t, "deadline")
	d.Spec.Strategy.Type = oneOf("", appsv1.RollingUpdateDeploymentStrategyType, appsv1.RecreateDeploymentStrategyType).Draw(t, "strategy")
	if d.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType && rapid.Bool().Draw(t, "block") {
		d.Spec.Strategy.RollingUpdate = &appsv1.RollingUpdateDeployment{MaxSurge: maybe(percent).Draw(t, "surge"), MaxUnavailable: maybe(percent).Draw(t, "unavailable")}
	}
	return d
}

func drawReplicaSet(t *rapid.T) *appsv1.ReplicaSet {
	r := &appsv1.ReplicaSet{ObjectMeta: meta(t, true)}
	r.Spec.Selector, r.Spec.Template = replicated(t)
	r.Spec.Replicas = maybe(count).Draw(t, "replicas")
	r.Spec.MinReadySeconds = count.Draw(t, "minReadySeconds")
	return r
}

// templateMutations disturb a pod template and the selector that goes with it.
func templateMutations() []mutation[*corev1.PodTemplateSpec] {
	type p = *corev1.PodTemplateSpec
	own := []mutation[p]{
		set("template labels", func(o p) *map[string]string { return &o.Labels }, rapid.OneOf(rapid.Map(labels, some[string, string]), oddLabels)),
		set("template annotations", func(o p) *map[string]string { return &o.Annotations }, oddLabels),
		set("deletion cost", func(o p) *map[string]string { return &o.Annotations }, rapid.Custom(cost)),
		set("template finalizers", func(o p) *[]string { return &o.Finalizers }, rapid.SliceOfN(anyWord, 1, 2)),
	}
	return append(own, at(func(_ *rapid.T, o p) *corev1.PodSpec { return &o.Spec }, podMutations())...)
}

func deploymentMutations() []mutation[*appsv1.Deployment] {
	type d = *appsv1.Deployment
	share := rapid.OneOf(percent, oddPercent)
	own := []mutation[d]{
		set("replicas", func(o d) **int32 { return &o.Spec.Replicas }, maybe(oddCount)),
		set("minReadySeconds", func(o d) *int32 { return &o.Spec.MinReadySeconds }, oddCount),
		set("revisionHistoryLimit", func(o d) **int32 { return &o.Spec.RevisionHistoryLimit }, maybe(oddCount)),
		set("progressDeadlineSeconds", func(o d) **int32 { return &o.Spec.ProgressDeadlineSeconds }, maybe(rapid.OneOf(count, oddCount))),
		set("paused", func(o d) *bool { return &o.Spec.Paused }, rapid.Bool()),
		set("selector", func(o d) **metav1.LabelSelector { return &o.Spec.Selector }, oddSelector),
		{"strategy", func(t *rapid.T, o d) {
			o.Spec.Strategy.Type = oneOf[appsv1.DeploymentStrategyType]("", "RollingUpdate", "Recreate", "OnDelete", "recreate").Draw(t, "type")
		}},
		{"rollingUpdate", func(t *rapid.T, o d) {
			o.Spec.Strategy.RollingUpdate = &appsv1.RollingUpdateDeployment{MaxSurge: maybe(share).Draw(t, "surge"), MaxUnavailable: maybe(share).Draw(t, "unavailable")}
		}},
		{"nothing to do it with", func(t *rapid.T, o d) {
			zero := oneOf(intstr.FromInt32(0), intstr.FromString("0%"), intstr.FromString("0"), intstr.FromString("x"))
			o.Spec.Strategy = appsv1.DeploymentStrategy{RollingUpdate: &appsv1.RollingUpdateDeployment{MaxSurge: new(zero.Draw(t, "surge")), MaxUnavailable: new(zero.Draw(t, "unavailable"))}}
		}},
	}
	return append(append(own, own...), at(func(_ *rapid.T, o d) *corev1.PodTemplateSpec { return &o.Spec.Template }, templateMutations())...)
}

func replicaSetMutations() []mutation[*appsv1.ReplicaSet] {
	type r = *appsv1.ReplicaSet
	own := []mutation[r]{
		set("replicas", func(o r) **int32 { return &o.Spec.Replicas }, maybe(oddCount)),
		set("minReadySeconds", func(o r) *int32 { return &o.Spec.MinReadySeconds }, oddCount),
		set("selector", func(o r) **metav1.LabelSelector { return &o.Spec.Selector }, oddSelector),
	}
	return append(append(own, own...), at(func(_ *rapid.T, o r) *corev1.PodTemplateSpec { return &o.Spec.Template }, templateMutations())...)
}

func drawBudget(t *rapid.T) *policyv1.PodDisruptionBudget {
	b := &policyv1.PodDisruptionBudget{ObjectMeta: meta(t, true)}
	switch rapid.IntRange(0, 2).Draw(t, "bound") {
	case 0:
		b.Spec.MinAvailable = new(percent.Draw(t, "minAvailable"))
	case 1:
		b.Spec.MaxUnavailable = new(percent.Draw(t, "maxUnavailable"))
	}
	b.Spec.Selector = oneOf(nil, &metav1.LabelSelector{}, &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}).Draw(t, "selector").DeepCopy()
	b.Spec.UnhealthyPodEvictionPolicy = maybe(oneOf(policyv1.IfHealthyBudget, policyv1.AlwaysAllow)).Draw(t, "policy")
	return b
}

func budgetMutations() []mutation[*policyv1.PodDisruptionBudget] {
	type b = *policyv1.PodDisruptionBudget
	share := maybe(rapid.OneOf(percent, oddPercent))
	return []mutation[b]{
		set("minAvailable", func(o b) **intstr.IntOrString { return &o.Spec.MinAvailable }, share),
		set("maxUnavailable", func(o b) **intstr.IntOrString { return &o.Spec.MaxUnavailable }, share),
		set("selector", func(o b) **metav1.LabelSelector { return &o.Spec.Selector }, oddSelector),
		{"both bounds", func(t *rapid.T, o b) {
			o.Spec.MinAvailable, o.Spec.MaxUnavailable = new(percent.Draw(t, "min")), new(percent.Draw(t, "max"))
		}},
		set("policy", func(o b) **policyv1.UnhealthyPodEvictionPolicyType { return &o.Spec.UnhealthyPodEvictionPolicy },
			maybe(oneOf[policyv1.UnhealthyPodEvictionPolicyType]("AlwaysAllow", "IfHealthyBudget", "Never", "alwaysAllow"))),
	}
}

// target draws what is aimed at, with the type that goes with it: the model has no
// other.
func target(t *rapid.T, percent *rapid.Generator[int32], amount *rapid.Generator[resource.Quantity]) autoscalingv2.MetricTarget {
	if rapid.Bool().Draw(t, "utilization") {
		return autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(percent.Draw(t, "percent"))}
	}
	return autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: new(amount.Draw(t, "amount"))}
}

func resourceMetric(name corev1.ResourceName, target autoscalingv2.MetricTarget) autoscalingv2.MetricSpec {
	return autoscalingv2.MetricSpec{Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{Name: name, Target: target}}
}

var metric = rapid.Custom(func(t *rapid.T) autoscalingv2.MetricSpec {
	return resourceMetric(oneOf(corev1.ResourceCPU, corev1.ResourceMemory).Draw(t, "resource"), target(t, oneOf[int32](1, 50, 100, 200), cpu))
})

// oddMetric draws metrics that say too little or too much.
var oddMetric = rapid.Custom(func(t *rapid.T) autoscalingv2.MetricSpec {
	m := resourceMetric(oneOf(corev1.ResourceCPU, "", "ephemeral-storage", "a b").Draw(t, "resource"), target(t, oddCount, rapid.Map(oneOf("-1", "-500m", "2"), resource.MustParse)))
	switch rapid.IntRange(0, 3).Draw(t, "more") {
	case 0:
		m.Resource.Target = autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(int32(50)), AverageValue: new(resource.MustParse("1"))}
	case 1:
		if m.Resource.Name != "" { // else nothing tells it from a metric that is not modelled
			m.Resource.Target = autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType}
		}
	}
	return m
})

var scalingRules = rapid.Custom(func(t *rapid.T) autoscalingv2.HPAScalingRules {
	return autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: maybe(oneOf[int32](0, 300, 3600)).Draw(t, "window"), SelectPolicy: maybe(oneOf(autoscalingv2.MaxChangePolicySelect, autoscalingv2.DisabledPolicySelect)).Draw(t, "select"),
		Policies: items(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) autoscalingv2.HPAScalingPolicy {
			return autoscalingv2.HPAScalingPolicy{Type: oneOf(autoscalingv2.PodsScalingPolicy, autoscalingv2.PercentScalingPolicy).Draw(t, "type"), Value: 4, PeriodSeconds: oneOf[int32](15, 1800).Draw(t, "period")}
		}), 0, 2).Draw(t, "policies")),
		Tolerance: oneOf(nil, new(resource.MustParse("50m")), new(resource.MustParse("0"))).Draw(t, "tolerance"),
	}
})

var oddRules = rapid.Custom(func(t *rapid.T) *autoscalingv2.HPAScalingRules {
	number := rapid.OneOf(count, oddCount, oneOf[int32](1800, 1801, 3600, 3601))
	return &autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: maybe(number).Draw(t, "window"), SelectPolicy: maybe(oneOf[autoscalingv2.ScalingPolicySelect]("Max", "Min", "max", "Foo")).Draw(t, "select"),
		Policies: items(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) autoscalingv2.HPAScalingPolicy {
			return autoscalingv2.HPAScalingPolicy{Type: oneOf[autoscalingv2.HPAScalingPolicyType]("Pods", "Percent", "pods", "").Draw(t, "type"), Value: number.Draw(t, "value"), PeriodSeconds: number.Draw(t, "period")}
		}), 0, 2).Draw(t, "policies")),
		Tolerance: oneOf(nil, new(resource.MustParse("-50m")), new(resource.MustParse("-1")), new(resource.MustParse("2"))).Draw(t, "tolerance"),
	}
})

func drawAutoscaler(t *rapid.T) *autoscalingv2.HorizontalPodAutoscaler {
	a := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: meta(t, true)}
	a.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{Kind: oneOf("Deployment", "StatefulSet", "Foo").Draw(t, "kind"), Name: word.Draw(t, "target"),
		APIVersion: oneOf("apps/v1", "apps/v1", "example.com/v2").Draw(t, "apiVersion")}
	a.Spec.MinReplicas = maybe(rapid.Int32Range(1, 3)).Draw(t, "min")
	a.Spec.MaxReplicas = rapid.Int32Range(3, 9).Draw(t, "max")
	a.Spec.Metrics = items(rapid.SliceOfN(metric, 0, 2).Draw(t, "metrics"))
	if rapid.Bool().Draw(t, "behavior") {
		a.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: maybe(scalingRules).Draw(t, "up"), ScaleDown: maybe(scalingRules).Draw(t, "down")}
	}
	return a
}

func autoscalerMutations() []mutation[*autoscalingv2.HorizontalPodAutoscaler] {
	type a = *autoscalingv2.HorizontalPodAutoscaler
	ref := func(o a) *autoscalingv2.CrossVersionObjectReference { return &o.Spec.ScaleTargetRef }
	return []mutation[a]{
		set("minReplicas", func(o a) **int32 { return &o.Spec.MinReplicas }, maybe(oddCount)),
		set("maxReplicas", func(o a) *int32 { return &o.Spec.MaxReplicas }, rapid.OneOf(count, oddCount)),
		set("target's kind", func(o a) *string { return &ref(o).Kind }, rapid.OneOf(anyWord, oneOf("ReplicationController", "ReplicaSet", "a%b"))),
		set("target's name", func(o a) *string { return &ref(o).Name }, rapid.OneOf(anyWord, oneOf("a%b", "Web"))),
		set("target's apiVersion", func(o a) *string { return &ref(o).APIVersion }, oneOf("", "v1", "apps/v1", "apps/v1beta1", "a/b/c", "/", "/v1", "apps/", "//")),
		{"the old controller", func(t *rapid.T, o a) {
			ref(o).Kind, ref(o).APIVersion = "ReplicationController", oneOf("", "v1", "a/b/c").Draw(t, "apiVersion")
		}},
		set("metrics", func(o a) *[]autoscalingv2.MetricSpec { return &o.Spec.Metrics }, rapid.Map(rapid.SliceOfN(rapid.OneOf(metric, oddMetric), 0, 2), items)),
		{"scaleUp", func(t *rapid.T, o a) {
			o.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: oddRules.Draw(t, "rules")}
		}},
		{"scaleDown", func(t *rapid.T, o a) {
			o.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleDown: oddRules.Draw(t, "rules")}
		}},
		{"no behavior", func(_ *rapid.T, o a) { o.Spec.Behavior = nil }},
	}
}

// created and edited are the mutations of an object's metadata beside its own.
func created[T metav1.Object](own []mutation[T], of func(T) *metav1.ObjectMeta) []mutation[T] {
	return append(own, at(func(_ *rapid.T, o T) *metav1.ObjectMeta { return of(o) }, metaMutations())...)
}

func edited[T metav1.Object](own []mutation[T], of func(T) *metav1.ObjectMeta) []mutation[T] {
	out := append(own[:len(own):len(own)], mutation[T]{"another name", func(t *rapid.T, o T) { o.SetName(word.Draw(t, "name")) }})
	return append(out, at(func(_ *rapid.T, o T) *metav1.ObjectMeta { return of(o) }, sharedMetaMutations())...)
}
