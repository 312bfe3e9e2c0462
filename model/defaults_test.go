package model

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model/release"
)

// What a container gets, in a template as in a pod, and an init container too.
func TestContainerDefaults(t *testing.T) {
	written := Container{
		Name: "c", Image: "nginx", PostStart: &LifecycleHandler{HTTPGet: ":80"},
		ReadinessProbe: &Probe{Handler: `{ "httpGet": {"port": 80} }`, PeriodSeconds: 3},
		LivenessProbe:  &Probe{Handler: `{"grpc":{"port":9090}}`},
		StartupProbe:   &Probe{Handler: `{"exec":{"command":["true","<&>"]}}`, FailureThreshold: 30, TimeoutSeconds: 5, SuccessThreshold: 2},
	}
	want := Container{
		Name: "c", Image: "nginx", PostStart: &LifecycleHandler{HTTPGet: ":80/"}, ImagePullPolicy: PullAlways,
		ReadinessProbe: &Probe{Handler: `{"httpGet":{"path":"/","port":80,"scheme":"HTTP"}}`, PeriodSeconds: 3, TimeoutSeconds: 1, SuccessThreshold: 1, FailureThreshold: 3},
		LivenessProbe:  &Probe{Handler: `{"grpc":{"port":9090,"service":""}}`, PeriodSeconds: 10, TimeoutSeconds: 1, SuccessThreshold: 1, FailureThreshold: 3},
		StartupProbe:   &Probe{Handler: `{"exec":{"command":["true","<&>"]}}`, PeriodSeconds: 10, TimeoutSeconds: 5, SuccessThreshold: 2, FailureThreshold: 30},
	}
	before := Clone(written)
	spec := PodSpec{Containers: []Container{written}, InitContainers: []Container{written}}
	spec.Default()
	require.Equal(t, []Container{want}, spec.Containers)
	require.Equal(t, []Container{want}, spec.InitContainers)
	require.Equal(t, before, written, "what is shared stays as it was")

	again := spec
	again.Default()
	require.Equal(t, spec, again)
	require.Same(t, &spec.Containers[0], &again.Containers[0], "what has its defaults is not copied")
	require.Same(t, spec.Containers[0].ReadinessProbe, again.Containers[0].ReadinessProbe)
}

// What a probe asks is JSON, and left alone if it is not.
func TestHandlers(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"x":                           "x",
		"{} {}":                       "{} {}",
		`{"httpGet":1}`:               `{"httpGet":1}`,
		`{"tcpSocket":{"port":"db"}}`: `{"tcpSocket":{"port":"db"}}`,
		`{"httpGet":{"port":1e3,"path":"/x","scheme":"HTTPS"}}`: `{"httpGet":{"path":"/x","port":1e3,"scheme":"HTTPS"}}`,
		`{"httpGet":{"path":"","scheme":null}}`:                 `{"httpGet":{"path":"/","scheme":"HTTP"}}`,
		`{"grpc":null}`:                                         `{"grpc":null}`,
	} {
		require.Equal(t, want, handlerWithDefaults(text), text)
		require.Equal(t, want, handlerWithDefaults(want), "once is enough: %s", text)
	}
}

// A pod asks for what its init containers may use, too.
func TestInitContainersRequest(t *testing.T) {
	pod := Pod{Spec: PodSpec{InitContainers: []Container{{Name: "i", Resources: ResourceRequirements{Limits: ResourceList{CPU: 500}}}}}}
	pod.Default()
	require.Equal(t, ResourceList{CPU: 500}, pod.Spec.InitContainers[0].Resources.Requests)
}

func TestDeploymentDefaults(t *testing.T) {
	quarter, two := FromString("25%"), FromInt(2)
	var silent Deployment
	silent.Default()
	require.Equal(t, DeploymentSpec{
		Replicas: new(int32(1)), RevisionHistoryLimit: new(int32(10)), ProgressDeadlineSeconds: new(int32(600)),
		Strategy: DeploymentStrategy{Type: RollingUpdate, RollingUpdate: &RollingUpdateDeployment{MaxSurge: &quarter, MaxUnavailable: &quarter}},
		Template: silent.Spec.Template,
	}, silent.Spec)
	require.Equal(t, NamespaceDefault, silent.Namespace)
	require.Equal(t, RestartAlways, silent.Spec.Template.Spec.RestartPolicy)

	half := Deployment{Spec: DeploymentSpec{Strategy: DeploymentStrategy{RollingUpdate: &RollingUpdateDeployment{MaxSurge: &two}}}}
	mine := half.Spec.Strategy.RollingUpdate
	half.Default()
	require.Equal(t, &RollingUpdateDeployment{MaxSurge: &two, MaxUnavailable: &quarter}, half.Spec.Strategy.RollingUpdate)
	require.Nil(t, mine.MaxUnavailable)

	recreate := Deployment{Spec: DeploymentSpec{Strategy: DeploymentStrategy{Type: Recreate}}}
	recreate.Default()
	require.Nil(t, recreate.Spec.Strategy.RollingUpdate)

	var set ReplicaSet
	set.Default()
	require.Equal(t, int32(1), *set.Spec.Replicas)
	require.Equal(t, "ClusterFirst", set.Spec.Template.Spec.DNSPolicy)

	var budget PodDisruptionBudget
	budget.Default()
	require.Equal(t, PodDisruptionBudget{ObjectMeta: ObjectMeta{Namespace: NamespaceDefault}}, budget)
}

func TestAutoscalerDefaults(t *testing.T) {
	var silent HorizontalPodAutoscaler
	silent.Default()
	require.Equal(t, HorizontalPodAutoscalerSpec{
		MinReplicas: new(int32(1)), Metrics: []MetricSpec{{Resource: "cpu", AverageUtilization: new(int32(80))}},
	}, silent.Spec)

	up := []ScalingPolicy{{"Pods", 4, 15}, {"Percent", 100, 15}}
	slow := HorizontalPodAutoscaler{Spec: HorizontalPodAutoscalerSpec{Behavior: &AutoscalerBehavior{
		ScaleDown: &ScalingRules{Policies: []ScalingPolicy{{"Pods", 1, 60}}, TolerancePermille: new(int32(50))}}}}
	mine := slow.Spec.Behavior
	slow.Default()
	require.Equal(t, &AutoscalerBehavior{
		ScaleUp:   &ScalingRules{StabilizationWindowSeconds: new(int32(0)), SelectPolicy: "Max", Policies: up},
		ScaleDown: &ScalingRules{SelectPolicy: "Max", Policies: []ScalingPolicy{{"Pods", 1, 60}}, TolerancePermille: new(int32(50))},
	}, slow.Spec.Behavior)
	require.Nil(t, mine.ScaleUp)
	require.Empty(t, mine.ScaleDown.SelectPolicy)
}

// A tolerance is not stored by a release that does not know it, unless it is stored.
func TestDropTolerance(t *testing.T) {
	old := release.V1_34_4.Rules()
	rules := &ScalingRules{TolerancePermille: new(int32(50))}
	stored := HorizontalPodAutoscaler{Spec: HorizontalPodAutoscalerSpec{Behavior: &AutoscalerBehavior{ScaleUp: rules}}}
	for _, row := range []struct {
		rule  string
		rules release.Rules
		old   *HorizontalPodAutoscaler
		want  bool
	}{
		{"known", release.V1_35_0.Rules(), nil, true},
		{"not known", old, nil, false},
		{"not known, and not stored", old, &HorizontalPodAutoscaler{}, false},
		{"not known, and stored", old, &stored, true},
	} {
		a := stored
		a.DropDisabled(row.rules, row.old)
		require.Equal(t, row.want, a.Spec.Behavior.ScaleUp.TolerancePermille != nil, row.rule)
		require.NotNil(t, rules.TolerancePermille)
	}
}

// Whatever an object says, its defaults are filled in once and for all, and nobody who
// shares a part of it sees them.
func TestDefaultsAreFinal(t *testing.T) {
	t.Run("DeploymentStrategy", final((*DeploymentStrategy).rollingDefault))
	t.Run("HorizontalPodAutoscaler", final(func(o *HorizontalPodAutoscaler) { o.Default() }))
	t.Run("Container", final(func(o *Container) {
		if o.undefaulted() {
			o.setDefaults()
		}
	}))
	t.Run("Service", final(func(o *Service) { o.Default(); o.DefaultFamilies(nil, IPv4, IPv6) }))
}

func final[T any](fill func(*T)) func(*testing.T) {
	any := rapid.Make[T]()
	text := func(t *rapid.T, v *T) string {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		return string(b)
	}
	return rapid.MakeCheck(func(t *rapid.T) {
		said := any.Draw(t, "object")
		shared := said
		before := text(t, &said)
		fill(&said)
		require.Equal(t, before, text(t, &shared), "what is shared stays as it was")
		once := text(t, &said)
		fill(&said)
		require.Equal(t, once, text(t, &said), "once is enough")
	})
}
