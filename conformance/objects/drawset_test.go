package objects

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
)

func drawSet(t *rapid.T) *appsv1.StatefulSet {
	s := &appsv1.StatefulSet{ObjectMeta: meta(t, true)}
	app := some(rapid.MapOfN(word, word, 1, 2).Draw(t, "app"))
	claimed := rapid.SliceOfNDistinct(oneOf("www", "data"), 0, 2, rapid.ID).Draw(t, "claims")
	for _, name := range claimed {
		s.Spec.VolumeClaimTemplates = append(s.Spec.VolumeClaimTemplates, corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: some(labels.Draw(t, "labels"))}, Spec: claimSpec(t)})
	}
	s.Spec.Selector = &metav1.LabelSelector{MatchLabels: app}
	s.Spec.Template.Labels = app
	s.Spec.Template.Annotations = some(labels.Draw(t, "annotations"))
	s.Spec.Template.Spec = podSpec(t, claimed)
	s.Spec.Replicas = maybe(count).Draw(t, "replicas")
	s.Spec.ServiceName = rapid.OneOf(word, rapid.Just("")).Draw(t, "service")
	s.Spec.PodManagementPolicy = oneOf("", appsv1.OrderedReadyPodManagement, appsv1.ParallelPodManagement).Draw(t, "policy")
	s.Spec.UpdateStrategy = strategy.Draw(t, "strategy")
	s.Spec.RevisionHistoryLimit = maybe(count).Draw(t, "limit")
	s.Spec.MinReadySeconds = count.Draw(t, "minReadySeconds")
	if rapid.Bool().Draw(t, "more") {
		policy := oneOf("", appsv1.RetainPersistentVolumeClaimRetentionPolicyType, appsv1.DeletePersistentVolumeClaimRetentionPolicyType)
		s.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{WhenDeleted: policy.Draw(t, "deleted"), WhenScaled: policy.Draw(t, "scaled")}
		s.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: count.Draw(t, "start")}
	}
	return s
}

var strategy = rapid.Custom(func(t *rapid.T) appsv1.StatefulSetUpdateStrategy {
	s := appsv1.StatefulSetUpdateStrategy{Type: oneOf("", appsv1.RollingUpdateStatefulSetStrategyType, appsv1.OnDeleteStatefulSetStrategyType).Draw(t, "type")}
	if s.Type != appsv1.OnDeleteStatefulSetStrategyType && rapid.Bool().Draw(t, "block") {
		s.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: maybe(count).Draw(t, "partition"), MaxUnavailable: maybe(percent).Draw(t, "max")}
	}
	return s
})

var oddStrategy = rapid.Custom(func(t *rapid.T) appsv1.StatefulSetUpdateStrategy {
	s := appsv1.StatefulSetUpdateStrategy{Type: oneOf("", appsv1.RollingUpdateStatefulSetStrategyType, appsv1.OnDeleteStatefulSetStrategyType, "Recreate", "Foo", "rollingUpdate").Draw(t, "type")}
	if rapid.Bool().Draw(t, "block") {
		s.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: maybe(rapid.OneOf(count, oddCount)).Draw(t, "partition"),
			MaxUnavailable: maybe(rapid.OneOf(percent, oddPercent)).Draw(t, "max")}
	}
	return s
})

// setMutations disturb the spec of a set, new or stored.
func setMutations() []mutation[*appsv1.StatefulSet] {
	type s = *appsv1.StatefulSet
	own := []mutation[s]{
		set("replicas", func(o s) **int32 { return &o.Spec.Replicas }, maybe(oddCount)),
		set("minReadySeconds", func(o s) *int32 { return &o.Spec.MinReadySeconds }, oddCount),
		set("revisionHistoryLimit", func(o s) **int32 { return &o.Spec.RevisionHistoryLimit }, maybe(oddCount)),
		{"ordinals", func(t *rapid.T, o s) { o.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: oddCount.Draw(t, "start")} }},
		set("selector", func(o s) **metav1.LabelSelector { return &o.Spec.Selector }, oddSelector),
		{"an expression", func(t *rapid.T, o s) {
			if o.Spec.Selector != nil {
				o.Spec.Selector.MatchExpressions = append(o.Spec.Selector.MatchExpressions, rapid.OneOf(requirement, oddRequirement).Draw(t, "expression"))
			}
		}},
		set("template labels", func(o s) *map[string]string { return &o.Spec.Template.Labels }, rapid.OneOf(rapid.Map(labels, some[string, string]), oddLabels)),
		{"a template label", func(t *rapid.T, o s) {
			labels := map[string]string{anyWord.Draw(t, "key"): anyWord.Draw(t, "value")}
			for k, v := range o.Spec.Template.Labels {
				labels[k] = v
			}
			o.Spec.Template.Labels = labels
		}},
		set("template annotations", func(o s) *map[string]string { return &o.Spec.Template.Annotations }, oddLabels),
		set("deletion cost", func(o s) *map[string]string { return &o.Spec.Template.Annotations }, rapid.Custom(cost)),
		set("template finalizers", func(o s) *[]string { return &o.Spec.Template.Finalizers }, rapid.SliceOfN(anyWord, 1, 2)),
		set("serviceName", func(o s) *string { return &o.Spec.ServiceName }, anyWord),
		set("podManagementPolicy", func(o s) *appsv1.PodManagementPolicyType { return &o.Spec.PodManagementPolicy },
			oneOf("Foo", "parallel", appsv1.OrderedReadyPodManagement, appsv1.ParallelPodManagement)),
		set("updateStrategy", func(o s) *appsv1.StatefulSetUpdateStrategy { return &o.Spec.UpdateStrategy }, oddStrategy),
		{"maxUnavailable", func(t *rapid.T, o s) {
			o.Spec.UpdateStrategy.Type = appsv1.RollingUpdateStatefulSetStrategyType
			o.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{MaxUnavailable: new(rapid.OneOf(percent, oddPercent).Draw(t, "max"))}
		}},
		{"retention", func(t *rapid.T, o s) {
			policy := oneOf[appsv1.PersistentVolumeClaimRetentionPolicyType]("", "Retain", "Delete", "Foo", "retain")
			o.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{WhenDeleted: policy.Draw(t, "deleted"), WhenScaled: policy.Draw(t, "scaled")}
		}},
		{"a claim template more", func(t *rapid.T, o s) {
			c := corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: rapid.OneOf(oneOf("www", "tmp"), anyWord).Draw(t, "claim")}, Spec: claimSpec(t)}
			o.Spec.VolumeClaimTemplates = append(o.Spec.VolumeClaimTemplates, c)
		}},
		{"claim templates gone", func(_ *rapid.T, o s) { o.Spec.VolumeClaimTemplates = nil }},
	}
	// The rules of sets are fewer than those of pods, and as likely to be tried.
	out := slices.Concat(own, own, own, at(func(_ *rapid.T, o s) *corev1.PodSpec { return &o.Spec.Template.Spec }, podMutations()))
	claim := func(t *rapid.T, o s) *corev1.PersistentVolumeClaim {
		if len(o.Spec.VolumeClaimTemplates) == 0 {
			return &corev1.PersistentVolumeClaim{}
		}
		return &o.Spec.VolumeClaimTemplates[0]
	}
	out = append(out, at(func(t *rapid.T, o s) *corev1.PersistentVolumeClaimSpec { return &claim(t, o).Spec }, claimMutations())...)
	return append(out, at(func(t *rapid.T, o s) *metav1.ObjectMeta { return &claim(t, o).ObjectMeta }, []mutation[*metav1.ObjectMeta]{
		set("claim name", func(o *metav1.ObjectMeta) *string { return &o.Name }, anyWord),
		set("claim labels", func(o *metav1.ObjectMeta) *map[string]string { return &o.Labels }, oddLabels),
		set("claim annotations", func(o *metav1.ObjectMeta) *map[string]string { return &o.Annotations }, oddLabels),
	})...)
}

func setCreateMutations() []mutation[*appsv1.StatefulSet] {
	return append(setMutations(), at(func(_ *rapid.T, o *appsv1.StatefulSet) *metav1.ObjectMeta { return &o.ObjectMeta }, metaMutations())...)
}

func setUpdateMutations() []mutation[*appsv1.StatefulSet] {
	type s = *appsv1.StatefulSet
	out := append(setMutations(), set("name", func(o s) *string { return &o.Name }, word), set("namespace", func(o s) *string { return &o.Namespace }, oneOf("default", "other")))
	return append(out, at(func(_ *rapid.T, o s) *metav1.ObjectMeta { return &o.ObjectMeta }, sharedMetaMutations())...)
}

// drawnSet is a valid set without anything that can be left out.
func drawnSet() *appsv1.StatefulSet {
	labels := map[string]string{"app": "web"}
	s := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: "web"}}
	s.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
	s.Spec.Template.Labels = labels
	s.Spec.Template.Spec.Containers = []corev1.Container{{Name: "app", Image: "app:1"}}
	return s
}
