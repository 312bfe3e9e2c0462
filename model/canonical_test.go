package model

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A template's canonical form is its JSON without the pull policies that go without
// saying, whatever its fields are: rapid fills in all that there are, also those that
// somebody adds later.
func TestCanonicalIsJSON(t *testing.T) {
	type plain PodTemplateSpec // without the methods
	holds := func(t require.TestingT, template PodTemplateSpec) {
		got, err := json.Marshal(template)
		require.NoError(t, err)
		require.Equal(t, template.Canonical(), string(got))
		template.Spec.Containers, template.Spec.InitContainers = silent(template.Spec.Containers), silent(template.Spec.InitContainers)
		want, err := json.Marshal(plain(template))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	}
	holds(t, PodTemplateSpec{})
	holds(t, PodTemplateSpec{Spec: PodSpec{Containers: []Container{{}, {Name: "<&>\"\\\u2028é"}, {Image: "a", ImagePullPolicy: PullNever}}}})
	any := rapid.Make[PodTemplateSpec]()
	rapid.Check(t, func(t *rapid.T) {
		template := any.Draw(t, "template")
		for _, list := range [][]Container{template.Spec.Containers, template.Spec.InitContainers} {
			for i := range list {
				list[i].Image = rapid.SampledFrom([]string{"a", "a:1", "?"}).Draw(t, "image")
				list[i].ImagePullPolicy = rapid.SampledFrom([]PullPolicy{"", PullAlways, PullIfNotPresent, "odd"}).Draw(t, "policy")
			}
		}
		holds(t, template)
	})
}

// silent are the containers without the pull policies that are the defaults.
func silent(containers []Container) []Container {
	out := slices.Clone(containers)
	for i := range out {
		if out[i].ImagePullPolicy == DefaultPullPolicy(out[i].Image) {
			out[i].ImagePullPolicy = ""
		}
	}
	return out
}

// Defaults do not change a template that says nothing of pull policies, probes and the
// like: a set that was stored before they were known keeps its revision.
func TestCanonicalKeeps(t *testing.T) {
	said := PodTemplateSpec{Labels: Labels{"app": "web"}, Spec: PodSpec{
		RestartPolicy: RestartAlways, DNSPolicy: "ClusterFirst", TerminationGracePeriodSeconds: new(int64(30)),
		InitContainers: []Container{{Name: "i", Image: "setup"}}, Containers: []Container{{Name: "c", Image: "web:1"}},
	}}
	stored := Clone(said)
	stored.Spec.Default()
	require.Equal(t, PullAlways, stored.Spec.InitContainers[0].ImagePullPolicy)
	require.Equal(t, said.Canonical(), stored.Canonical())
	stored.Spec.Containers[0].Image = "web" // of which the policy is another by default, but this one was stored
	require.Contains(t, stored.Canonical(), `"imagePullPolicy":"IfNotPresent"`)
}
