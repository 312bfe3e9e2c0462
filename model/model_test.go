package model

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A pod's name says whose it is and which one.
func TestIdentity(t *testing.T) {
	require.Equal(t, "web-0", PodName("web", 0))
	require.Equal(t, "www-web-2", ClaimName("www", "web", 2))
	require.Equal(t, "web-0.nginx.default.svc.cluster.local", FQDN("web-0", "nginx", "default"))
	require.Empty(t, FQDN("web-0", "", "default"), "without a Service a pod has no name in DNS")
	require.Equal(t, Labels{LabelPodName: "web-7", LabelPodIndex: "7", LabelRevision: "web-abc"}, IdentityLabels("web", 7, "web-abc"))
	require.Equal(t, "a", Hostname("a"))
	long := "a1234567890123456789012345678901234567890123456789012345678901-2"
	require.Equal(t, long[:61], Hostname(long[:61]+"--x"), "63 characters, and no dash at the end")
	for _, row := range []struct {
		name, parent string
		ordinal      int32
	}{
		{"web-0", "web", 0},
		{"web-01", "web", 1}, // leading zeros are accepted
		{"a-b-12", "a-b", 12},
		{"web-0-1", "web-0", 1},
		{"web", "", -1},
		{"web-", "", -1},
		{"web-x", "", -1},
		{"web-99999999999", "web", -1}, // no int32
		{"web-+1", "", -1},
	} {
		parent, ordinal := ParentAndOrdinal(row.name)
		require.Equal(t, row.ordinal, ordinal, row.name)
		require.Equal(t, row.parent, parent, row.name)
	}
}

// Two set templates can name one claim (Kubernetes issue 41153).
func TestClaimNamesCollide(t *testing.T) {
	require.Equal(t, ClaimName("alpha-beta", "petset", 0), ClaimName("alpha", "beta-petset", 0))
}

func TestPodNamesAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := rapid.StringMatching(`[a-z]([-a-z0-9]{0,10}[a-z0-9])?`).Draw(t, "set")
		ordinal := rapid.Int32Range(0, 1<<31-1).Draw(t, "ordinal")
		parent, o := ParentAndOrdinal(PodName(set, ordinal))
		require.Equal(t, set, parent)
		require.Equal(t, ordinal, o)
	})
}

// The default strategy has a block; one that is only named has none, and that is
// not the same.
func TestDefaults(t *testing.T) {
	var silent, named StatefulSet
	named.Spec.UpdateStrategy.Type = RollingUpdate
	silent.Default()
	named.Default()
	require.Equal(t, int32(0), *silent.Spec.UpdateStrategy.RollingUpdate.Partition)
	require.Equal(t, int32(1), silent.Spec.MaxUnavailable())
	require.Nil(t, named.Spec.UpdateStrategy.RollingUpdate)
	require.Equal(t, int32(1), named.Spec.DesiredReplicas())
	require.Equal(t, int32(10), *named.Spec.RevisionHistoryLimit)
	require.Equal(t, OrderedReady, named.Spec.PodManagementPolicy)
	require.Equal(t, RetentionPolicy{RetainClaim, RetainClaim}, named.Spec.Retention())
	require.Equal(t, int64(30), *named.Spec.Template.Spec.TerminationGracePeriodSeconds)
	service := Service{Spec: ServiceSpec{Ports: []ServicePort{{Port: 80}}}}
	service.Default()
	require.Equal(t, ServicePort{Protocol: "TCP", Port: 80, TargetPort: FromInt(80)}, service.Spec.Ports[0])
	var volume PersistentVolume
	volume.Default()
	require.Equal(t, ReclaimRetain, volume.Spec.ReclaimPolicy)
	var class StorageClass
	class.Default()
	require.Equal(t, ReclaimDelete, class.ReclaimPolicy)
}

// A default never reaches what the caller holds.
func TestDefaultsDoNotLeak(t *testing.T) {
	mine := []Container{{Name: "c", Ports: []ContainerPort{{ContainerPort: 80}}, Resources: ResourceRequirements{Limits: ResourceList{CPU: 500}}}}
	pod := Pod{Spec: PodSpec{Containers: mine}}
	pod.Default()
	require.Equal(t, MilliCPU(500), pod.Spec.Containers[0].Resources.Requests.CPU)
	require.Equal(t, "TCP", pod.Spec.Containers[0].Ports[0].Protocol)
	require.Zero(t, mine[0].Resources.Requests.CPU)
	require.Empty(t, mine[0].Ports[0].Protocol)
}

// A pod gets defaults that the template does not have which it is made from.
func TestPodDefaults(t *testing.T) {
	grace := int64(-1)
	spec := PodSpec{TerminationGracePeriodSeconds: &grace, Volumes: []Volume{{Name: "v"}}, Containers: []Container{
		{Name: "c", PreStop: &LifecycleHandler{HTTPGet: ":80"}, Resources: ResourceRequirements{Limits: ResourceList{CPU: 500, Memory: Gi}, Requests: ResourceList{Memory: Mi}}}}}
	set, pod := StatefulSet{Spec: StatefulSetSpec{Template: PodTemplateSpec{Spec: spec}}}, Pod{Spec: spec}
	set.Default()
	pod.Default()
	template := set.Spec.Template.Spec
	require.Equal(t, ResourceList{Memory: Mi}, template.Containers[0].Resources.Requests)
	require.Equal(t, ResourceList{CPU: 500, Memory: Mi}, pod.Spec.Containers[0].Resources.Requests)
	require.Equal(t, int64(-1), *template.TerminationGracePeriodSeconds)
	require.Equal(t, int64(1), *pod.Spec.TerminationGracePeriodSeconds)
	for _, s := range []PodSpec{template, pod.Spec} {
		require.True(t, s.Volumes[0].EmptyDir)
		require.Equal(t, ":80/", s.Containers[0].PreStop.HTTPGet)
	}
	require.Equal(t, ":80", spec.Containers[0].PreStop.HTTPGet)
	require.Equal(t, NamespaceDefault, pod.Namespace)
}

func TestMaxUnavailable(t *testing.T) {
	for _, row := range []struct {
		value    IntOrString
		replicas int32
		want     int32
	}{
		{FromInt(2), 5, 2},
		{FromString("50%"), 5, 2}, // rounded down
		{FromString("30%"), 3, 1}, // and at least 1
		{FromString("100%"), 4, 4},
		{FromInt(9), 3, 9}, // more than there are is fine
	} {
		spec := StatefulSetSpec{Replicas: &row.replicas, UpdateStrategy: UpdateStrategy{
			Type: RollingUpdate, RollingUpdate: &RollingUpdateStrategy{MaxUnavailable: &row.value},
		}}
		require.Equal(t, row.want, spec.MaxUnavailable(), "%s of %d", row.value, row.replicas)
	}
}

// A revision's name has the real form, and is the template's alone.
func TestRevisionName(t *testing.T) {
	form := regexp.MustCompile(`^web-[bcdfghjklmnpqrstvwxz2456789]{1,10}$`)
	rapid.Check(t, func(t *rapid.T) {
		image := rapid.StringMatching(`[a-z]{1,8}:[0-9]{1,4}`).Draw(t, "image")
		a := PodTemplateSpec{Spec: PodSpec{Containers: []Container{{Name: "c", Image: image}}}}
		b := Clone(a)
		require.Regexp(t, form, RevisionName("web", &a, 0))
		require.Equal(t, RevisionName("web", &a, 0), RevisionName("web", &b, 0))
		b.Unmodelled = `{"env":[]}`
		require.NotEqual(t, a.Canonical(), b.Canonical(), "what is not modelled counts too")
	})
}

func TestQuantities(t *testing.T) {
	for amount, text := range map[Bytes]string{
		0: "0", 1: "1", Gi: "1Gi", 1536 * Mi: "1536Mi", 1000: "1k", 5e9: "5G", 3 * Ti: "3Ti", 1001: "1001",
	} {
		require.Equal(t, text, amount.String())
	}
	require.Equal(t, "250m", MilliCPU(250).String())
	require.Equal(t, "2", MilliCPU(2000).String())
}

func TestSelectors(t *testing.T) {
	labels := Labels{"app": "web", "tier": "db"}
	for _, row := range []struct {
		selector LabelSelector
		matches  bool
		text     string
	}{
		{LabelSelector{}, true, "<none>"},
		{LabelSelector{MatchLabels: Labels{"app": "web"}}, true, "app=web"},
		{LabelSelector{MatchLabels: Labels{"app": "web", "x": ""}}, false, "app=web,x="},
		{LabelSelector{MatchExpressions: []LabelSelectorRequirement{{"tier", SelectorIn, []string{"web", "db"}}}}, true, "tier in (db,web)"},
		{LabelSelector{MatchExpressions: []LabelSelectorRequirement{{"tier", SelectorNotIn, []string{"db"}}}}, false, "tier notin (db)"},
		{LabelSelector{MatchExpressions: []LabelSelectorRequirement{{"zone", SelectorNotIn, []string{"a"}}}}, true, "zone notin (a)"},
		{LabelSelector{MatchExpressions: []LabelSelectorRequirement{{"tier", SelectorExists, nil}}}, true, "tier"},
		{LabelSelector{MatchExpressions: []LabelSelectorRequirement{{"tier", SelectorDoesNotExist, nil}}}, false, "!tier"},
	} {
		require.Equal(t, row.matches, row.selector.Matches(labels), row.text)
		require.Equal(t, row.text, row.selector.String())
	}
}

// A clone shares nothing with its origin.
func TestClone(t *testing.T) {
	replicas := int32(3)
	a := StatefulSet{ObjectMeta: ObjectMeta{Labels: Labels{"a": "1"}}, Spec: StatefulSetSpec{
		Replicas: &replicas, Template: PodTemplateSpec{Spec: PodSpec{Containers: []Container{{Name: "c"}}}},
	}}
	b := Clone(a)
	require.Equal(t, a, b)
	b.Labels["a"], *b.Spec.Replicas, b.Spec.Template.Spec.Containers[0].Name = "2", 4, "d"
	require.Equal(t, "1", a.Labels["a"])
	require.Equal(t, int32(3), *a.Spec.Replicas)
	require.Equal(t, "c", a.Spec.Template.Spec.Containers[0].Name)
}

func TestInstants(t *testing.T) {
	require.Equal(t, "2000-01-01T00:00:00Z", Instant(0).String())
	at := Instant(0).Add(61500 * time.Millisecond)
	require.Equal(t, "2000-01-01T00:01:01Z", at.String())
	require.Equal(t, Instant(61*time.Second), at.Second())
	uid, err := ParseUID(UID(255).String())
	require.NoError(t, err)
	require.Equal(t, UID(255), uid)
	_, err = ParseUID("x")
	require.Error(t, err)
}
