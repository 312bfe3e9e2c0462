package objects

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/ordinal-sim/ordinal/model"
)

// The comparison can fail: a bug of each kind, planted in what Ordinal says about a
// set, is seen.
func TestWitness(t *testing.T) {
	drawn := drawnSet()
	drawn.Spec.Replicas = new(int32(-1))
	drawn.Spec.RevisionHistoryLimit = new(int32(-1))
	require.Empty(t, difference(ordinalCreates(drawn), kubernetesCreates(drawn)))
	require.NotEmpty(t, kubernetesCreates(drawn).errs)

	valid := drawnSet()
	valid.Spec.RevisionHistoryLimit = new(int32(-1))
	require.Empty(t, difference(ordinalCreates(valid), kubernetesCreates(valid)))
	require.NotEmpty(t, kubernetesCreates(valid).warnings)

	for _, bug := range []struct {
		what  string
		plant func(*verdict)
		want  string
	}{
		{"a rule is missing", func(v *verdict) { v.errs = nil },
			"only Kubernetes says:\n    spec.replicas: Invalid value: -1: must be greater than or equal to 0\n"},
		{"a rule is made up", func(v *verdict) { v.errs = append(v.errs, "spec.replicas: Forbidden: no") }, "only Ordinal says:\n    spec.replicas: Forbidden: no\n"},
		{"a word is wrong", func(v *verdict) { v.errs[0] += "!" }, "must be greater than or equal to 0!"},
		{"a path is wrong", func(v *verdict) { v.errs[0] = "replicas: Invalid value: -1: must be greater than or equal to 0" }, "\n    replicas: "},
		{"a default is wrong", func(v *verdict) { v.defaulted.(*model.StatefulSet).Spec.PodManagementPolicy = model.Parallel }, "the defaults differ:"},
		{"a default is missing", func(v *verdict) { v.defaulted.(*model.StatefulSet).Spec.Template.Spec.DNSPolicy = "" }, "the defaults differ:"},
	} {
		t.Run(bug.what, func(t *testing.T) {
			ordinal := ordinalCreates(drawn)
			bug.plant(&ordinal)
			require.Contains(t, difference(ordinal, kubernetesCreates(drawn)), bug.want)
		})
	}
	t.Run("a warning is missing", func(t *testing.T) {
		ordinal := ordinalCreates(valid)
		ordinal.warnings = nil
		require.Contains(t, difference(ordinal, kubernetesCreates(valid)), "the warnings differ:")
	})
}

// The comparison can fail for each kind: an object that is wrong in one place is refused
// by both sides, alike, and it is seen when Ordinal keeps silent, or fills in something
// else.
func TestWitnessOfEachKind(t *testing.T) {
	template := func() corev1.PodTemplateSpec { return drawnSet().Spec.Template }
	selector := drawnSet().Spec.Selector
	named := metav1.ObjectMeta{Name: "web"}
	probed := template()
	probed.Spec.Containers[0].LivenessProbe = &corev1.Probe{SuccessThreshold: 2, ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}}}
	for _, row := range []struct {
		drawn   object
		missing string // a line of Kubernetes
		spoil   func(model.Object)
	}{
		{&corev1.Pod{ObjectMeta: named, Spec: probed.Spec}, "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
			func(o model.Object) { o.(*model.Pod).Spec.Containers[0].LivenessProbe.PeriodSeconds = 9 }},
		{&appsv1.Deployment{ObjectMeta: named, Spec: appsv1.DeploymentSpec{Selector: selector, Template: template(), MinReadySeconds: 600}},
			"spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds",
			func(o model.Object) { o.(*model.Deployment).Spec.Strategy.RollingUpdate.MaxSurge = nil }},
		{&appsv1.ReplicaSet{ObjectMeta: named, Spec: appsv1.ReplicaSetSpec{Selector: selector, Template: template(), MinReadySeconds: -1}},
			"spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
			func(o model.Object) {
				o.(*model.ReplicaSet).Spec.Template.Spec.Containers[0].ImagePullPolicy = model.PullAlways
			}},
		{&policyv1.PodDisruptionBudget{ObjectMeta: named, Spec: policyv1.PodDisruptionBudgetSpec{MinAvailable: new(intstr.FromInt32(-1))}},
			"spec.minAvailable: Invalid value: -1: must be greater than or equal to 0",
			func(o model.Object) {
				o.(*model.PodDisruptionBudget).Spec.UnhealthyPodEvictionPolicy = model.IfHealthyBudget
			}},
		{&autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: named, Spec: autoscalingv2.HorizontalPodAutoscalerSpec{MaxReplicas: 2}},
			"spec.scaleTargetRef.kind: Required value",
			func(o model.Object) { o.(*model.HorizontalPodAutoscaler).Spec.Metrics = nil }},
		{&corev1.Node{ObjectMeta: named, Spec: corev1.NodeSpec{Taints: []corev1.Taint{{Key: "a"}}}}, "metadata.taints[0].effect: Required value",
			func(o model.Object) { o.(*model.Node).Spec.Taints[0].Effect = model.NoSchedule }},
		{&corev1.Service{ObjectMeta: named, Spec: corev1.ServiceSpec{ClusterIP: "None", IPFamilies: []corev1.IPFamily{"IPv5"}}},
			`spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"`,
			func(o model.Object) { o.(*model.Service).Spec.IPFamilyPolicy = model.SingleStack }},
		{&storagev1.StorageClass{ObjectMeta: named, Provisioner: "a/b", AllowedTopologies: []corev1.TopologySelectorTerm{zones("zone")}},
			"allowedTopologies[0].matchLabelExpressions[0].values: Required value",
			func(o model.Object) { o.(*model.StorageClass).AllowedTopologies = nil }},
	} {
		t.Run(string(kindOf(row.drawn)), func(t *testing.T) {
			ordinal, kubernetes := ordinalCreates(row.drawn), kubernetesCreates(row.drawn)
			require.Empty(t, difference(ordinal, kubernetes))
			require.Contains(t, kubernetes.errs, row.missing)
			silent := ordinal
			silent.errs = nil
			require.Contains(t, difference(silent, kubernetes), row.missing)
			row.spoil(ordinal.defaulted)
			require.Contains(t, difference(ordinal, kubernetes), "the defaults differ:")
		})
	}
}
