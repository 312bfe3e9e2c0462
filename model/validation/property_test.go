package validation_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apimachinery "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

var (
	drawLabel   = rapid.StringMatching(`[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?`)
	drawString  = rapid.StringMatching(`[-a-z0-9A-Z_./!]{0,6}|[a-z0-9A-Z]([-_.]?[a-z0-9A-Z]){0,4}|[a-z][a-z.]{1,4}/[a-z_]{1,3}|[a-zA-Z0-9]{60,66}|([a-z]{50}\.){5}[-a-z.]{0,5}`)
	drawAddress = rapid.StringMatching(`([0-2]?[0-9]{1,2}\.){3}[0-9]{1,3}|([0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}|::ffff:1\.2\.3\.[0-9]|fe80::1%[a-z]`)
)

// drawSet is any valid set, with its defaults: names and labels of its own, up
// to three containers and claim templates, every policy.
func drawSet(t *rapid.T) *model.StatefulSet {
	name := rapid.OneOf(drawLabel, rapid.StringMatching(`[a-z0-9][-a-z0-9]{48,61}[a-z0-9]`)).Draw(t, "name")
	labels := model.Labels(rapid.MapOfN(drawLabel, drawLabel, 1, 3).Draw(t, "labels"))
	s := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: name, Labels: labels}}
	spec := &s.Spec
	spec.Replicas = ptr(rapid.Int32Range(0, 9).Draw(t, "replicas"))
	spec.Selector = &model.LabelSelector{MatchLabels: labels}
	spec.Template.Labels = labels.With("extra", "yes")
	spec.ServiceName = rapid.OneOf(rapid.Just(""), drawLabel).Draw(t, "service")
	spec.PodManagementPolicy = rapid.SampledFrom([]model.PodManagementPolicy{"", model.OrderedReady, model.Parallel}).Draw(t, "policy")
	spec.UpdateStrategy.Type = rapid.SampledFrom([]model.UpdateStrategyType{"", model.RollingUpdate, model.OnDelete}).Draw(t, "strategy")
	if spec.UpdateStrategy.Type == model.RollingUpdate && rapid.Bool().Draw(t, "block") {
		spec.UpdateStrategy.RollingUpdate = &model.RollingUpdateStrategy{
			Partition:      ptr(rapid.Int32Range(0, 9).Draw(t, "partition")),
			MaxUnavailable: rapid.SampledFrom([]*model.IntOrString{nil, ptr(model.FromInt(2)), ptr(model.FromString("100%"))}).Draw(t, "max"),
		}
	}
	var mounts []model.VolumeMount
	for i, claim := range rapid.SliceOfNDistinct(drawLabel, 0, 3, rapid.ID).Draw(t, "claims") {
		spec.VolumeClaimTemplates = append(spec.VolumeClaimTemplates, model.PersistentVolumeClaim{
			ObjectMeta: model.ObjectMeta{Name: claim},
			Spec: model.PersistentVolumeClaimSpec{
				AccessModes: []model.AccessMode{rapid.SampledFrom([]model.AccessMode{model.ReadWriteOnce, model.ReadWriteOncePod}).Draw(t, "mode")},
				Request:     model.Bytes(rapid.Int64Range(1, 1<<40).Draw(t, "size")),
			},
		})
		mounts = append(mounts, model.VolumeMount{Name: claim, MountPath: "/data" + string(rune('a'+i))})
	}
	for _, c := range rapid.SliceOfNDistinct(drawLabel, 1, 3, rapid.ID).Draw(t, "containers") {
		spec.Template.Spec.Containers = append(spec.Template.Spec.Containers, model.Container{Name: c, Image: "image", VolumeMounts: mounts})
	}
	s.Default()
	return s
}

// A mutation makes a valid set invalid in one way, and knows under which paths
// that is reported.
type mutation struct {
	name  string
	under []string
	apply func(*rapid.T, *model.StatefulSet)
}

func mutations() []mutation {
	negative := rapid.Int32Range(-9, -1)
	bad := rapid.SampledFrom([]string{"Bad", "-", "a_b", "a b", strings.Repeat("x", 64)})
	type set = *model.StatefulSet
	return []mutation{
		{"name", []string{"metadata.name"}, func(t *rapid.T, s set) { s.Name = bad.Draw(t, "bad") }},
		{"no name", []string{"metadata.name"}, func(t *rapid.T, s set) { s.Name = "" }},
		{"label", []string{"metadata.labels"}, func(t *rapid.T, s set) { s.Labels = s.Labels.With("x", "!") }},
		{"replicas", []string{"spec.replicas"}, func(t *rapid.T, s set) { s.Spec.Replicas = ptr(negative.Draw(t, "n")) }},
		{"minReadySeconds", []string{"spec.minReadySeconds"}, func(t *rapid.T, s set) { s.Spec.MinReadySeconds = negative.Draw(t, "n") }},
		{"ordinals", []string{"spec.ordinals.start"}, func(t *rapid.T, s set) { s.Spec.Ordinals = &model.Ordinals{Start: negative.Draw(t, "n")} }},
		{"no selector", []string{"spec.selector", "spec.template.metadata.labels"}, func(t *rapid.T, s set) { s.Spec.Selector = nil }},
		{"template labels", []string{"spec.template.metadata.labels"}, func(t *rapid.T, s set) { s.Spec.Template.Labels = nil }},
		{"serviceName", []string{"spec.serviceName"}, func(t *rapid.T, s set) { s.Spec.ServiceName = bad.Draw(t, "bad") }},
		{"policy", []string{"spec.podManagementPolicy"}, func(t *rapid.T, s set) { s.Spec.PodManagementPolicy = "Foo" }},
		{"strategy", []string{"spec.updateStrategy"}, func(t *rapid.T, s set) { s.Spec.UpdateStrategy.Type = "Foo" }},
		{"retention", []string{"spec.persistentVolumeClaimRetentionPolicy.whenScaled"}, func(t *rapid.T, s set) {
			s.Spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{WhenDeleted: model.RetainClaim, WhenScaled: "Foo"}
		}},
		{"restartPolicy", []string{"spec.template.spec.restartPolicy"}, func(t *rapid.T, s set) { s.Spec.Template.Spec.RestartPolicy = "OnFailure" }},
		{"container name", []string{"spec.template.spec.containers[0].name"}, func(t *rapid.T, s set) { s.Spec.Template.Spec.Containers[0].Name = bad.Draw(t, "bad") }},
		{"image", []string{"spec.template.spec.containers[0].image"}, func(t *rapid.T, s set) { s.Spec.Template.Spec.Containers[0].Image = "" }},
		{"claim templates", []string{"spec.volumeClaimTemplates"}, func(t *rapid.T, s set) {
			s.Spec.VolumeClaimTemplates = append(s.Spec.VolumeClaimTemplates, model.PersistentVolumeClaim{ObjectMeta: model.ObjectMeta{Name: "extra"}})
		}},
	}
}

// A valid set passes, to be created and to replace itself; a set that is wrong
// in one way is refused, for that and nothing else. Nobody is changed by being
// looked at.
func TestPropertyOneMutationOneReason(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		require.Empty(t, messages(validation.Create(s)))
		require.Empty(t, messages(validation.Update(s, s)))
		require.Empty(t, validation.Warnings(s))

		m := rapid.SampledFrom(mutations()).Draw(t, "mutation")
		m.apply(t, s)
		before := marshal(t, s)
		errs := validation.Create(s)
		require.NotEmpty(t, errs, m.name)
		for _, err := range errs {
			require.True(t, isUnder(err.Field, m.under), "%s: %v", m.name, err)
		}
		require.Equal(t, before, marshal(t, s), "validation changes nothing")
	})
}

func isUnder(path string, roots []string) bool {
	for _, root := range roots {
		if strings.HasPrefix(path, root) {
			return true
		}
	}
	return false
}

func marshal(t *rapid.T, v any) string {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// For the pod of a valid set, the check of identities is the whole check.
func TestPropertyPodIdentityIsEnough(t *testing.T) {
	refused, accepted := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		ordinal := rapid.Int32Range(0, 100_000).Draw(t, "ordinal")
		revision := model.RevisionName(s.Name, &s.Spec.Template, 0)
		pod := podOf(s, ordinal, revision)
		got := messages(validation.PodIdentity(pod.Name, revision))
		require.Equal(t, messages(validation.Pod(pod)), got)
		if got == nil {
			accepted++
		} else {
			refused++
		}
	})
	require.NotZero(t, refused, "names that are too long are drawn")
	require.NotZero(t, accepted, "names that are short enough are drawn")
}

// The predicates that stand in for regular expressions agree with them.
func TestPropertyNamesAgreeWithApimachinery(t *testing.T) {
	for _, r := range []struct {
		what   string
		ours   func(string) bool
		theirs func(string) []string
	}{
		{"a label of DNS", validation.IsDNSLabel, apimachinery.IsDNS1123Label},
		{"a name of DNS", validation.IsDNSSubdomain, apimachinery.IsDNS1123Subdomain},
		{"the key of a label", validation.IsLabelKey, apimachinery.IsQualifiedName},
		{"the value of a label", validation.IsLabelValue, apimachinery.IsValidLabelValue},
		{"the name of a port", validation.IsPortName, apimachinery.IsValidPortName},
		{"a domain to search", validation.IsSearchDomain, apimachinery.IsDNS1123SubdomainWithUnderscore},
		{"an address", validation.IsIP, func(s string) []string {
			return messages(apimachinery.IsValidIPForLegacyField(field.NewPath("ip"), s, true, nil))
		}},
	} {
		t.Run(r.what, rapid.MakeCheck(func(t *rapid.T) {
			s := rapid.OneOf(drawString, drawLabel, drawAddress, rapid.String()).Draw(t, "s")
			if ours, theirs := r.ours(s), len(r.theirs(s)) == 0; ours != theirs {
				t.Fatalf("%q: we say %v, apimachinery says %v", s, ours, theirs)
			}
		}))
	}
}

// What runs for every set, every pod and every report allocates nothing when all
// is well.
func TestAllocations(t *testing.T) {
	old := model.StatefulSetStatus{Replicas: 3, ReadyReplicas: 2, AvailableReplicas: 1, CollisionCount: ptr(int32(1))}
	updated := old
	updated.ReadyReplicas = 3
	if underRaceDetector {
		t.Skip("counts the race detector's allocations too")
	}
	set := web()
	set.Default()
	placed := web()
	placed.Spec.Template.Spec.InitContainers = []model.Container{{Name: "init", Image: "init:1"}, {Name: "sidecar", Image: "sidecar", RestartPolicy: model.RestartAlways}}
	placed.Spec.Template.Spec.Tolerations = []model.Toleration{{Key: "dedicated", Value: "db", Effect: model.NoSchedule}}
	placed.Spec.Template.Spec.ReadinessGates = []string{"example.com/lb"}
	placed.Spec.Template.Spec.TopologySpreadConstraints = []model.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: model.LabelZone, WhenUnsatisfiable: model.DoNotSchedule, LabelSelector: set.Spec.Selector}}
	placed.Spec.Template.Spec.Affinity = &model.Affinity{PodAntiAffinity: []model.PodAffinityTerm{{TopologyKey: model.LabelHostname, LabelSelector: set.Spec.Selector}},
		NodeAffinity: &model.NodeSelector{Terms: []model.NodeSelectorTerm{{MatchFields: []model.LabelSelectorRequirement{{Key: model.FieldNodeName, Operator: model.SelectorIn, Values: []string{"node-0"}}}}}}}
	placed.Default()
	template := placed.Spec.Template
	template.Spec.Containers = []model.Container{{Name: "app", Image: "app:1", ImagePullPolicy: model.PullIfNotPresent}}
	deployment := &model.Deployment{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.DeploymentSpec{Selector: set.Spec.Selector, Template: template}}
	deployment.Default()
	for _, r := range []struct {
		what string
		run  func() bool
	}{
		{"a set that says where its pods run", func() bool { return validation.Update(placed, placed) == nil }},
		{"a new Deployment", func() bool { return validation.Create(deployment) == nil }},
		{"a Deployment that replaces itself", func() bool { return validation.Update(deployment, deployment) == nil }},
		{"a report of the controller", func() bool { return validation.StatefulSetStatus(&updated, &old) == nil }},
		{"a new set", func() bool { return validation.Create(set) == nil }},
		{"a set that replaces itself", func() bool { return validation.Update(set, set) == nil }},
		{"the identity of a pod", func() bool { return validation.PodIdentity("web-0", "web-9f5dd7b4c8") == nil }},
	} {
		t.Run(r.what, func(t *testing.T) {
			require.True(t, r.run())
			require.Zero(t, testing.AllocsPerRun(100, func() { r.run() }))
		})
	}
}
