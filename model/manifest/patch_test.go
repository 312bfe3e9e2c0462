package manifest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
)

// readSet reads the StatefulSet of testdata/web.yaml as if it had been created.
func readSet(t *testing.T) *model.StatefulSet {
	t.Helper()
	objects, err := ReadFile("testdata/web.yaml")
	require.NoError(t, err)
	web := objects[1].(*model.StatefulSet)
	web.Namespace, web.UID, web.CreatedAt = "default", 7, 1_500_000_000
	web.ResourceVersion, web.Generation = 12, 3
	web.Status.Replicas = 3
	return web
}

func TestPatches(t *testing.T) {
	type set = model.StatefulSet
	containers := func(s *set) *[]model.Container { return &s.Spec.Template.Spec.Containers }
	sidecar := model.Container{Name: "sidecar", Image: "s"}
	for _, row := range []struct {
		rule  string
		patch Patch
		want  func(*set) // what the patch does, by hand
	}{
		{"a field is set", Merge(`{"spec":{"replicas":5}}`), func(s *set) { s.Spec.Replicas = new(int32(5)) }},
		{"a patch may be YAML", StrategicMerge("spec:\n  replicas: 5\n"), func(s *set) { s.Spec.Replicas = new(int32(5)) }},
		{"null removes", Merge(`{"spec":{"replicas":null}}`), func(s *set) { s.Spec.Replicas = nil }},
		{"null removes a key of a map", Merge(`{"spec":{"template":{"metadata":{"labels":{"app":null,"tier":"a"}}}}}`),
			func(s *set) { s.Spec.Template.Labels = model.Labels{"tier": "a"} }},
		{"missing objects on the way are made", Merge(`{"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}}}}`),
			func(s *set) {
				s.Spec.UpdateStrategy.RollingUpdate = &model.RollingUpdateStrategy{Partition: new(int32(2))}
			}},
		{"strategic: containers are merged by name",
			StrategicMerge(`{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:1.27"}]}}}}`),
			func(s *set) { (*containers(s))[0].Image = "nginx:1.27" }},
		{"strategic: a container of a new name is added, before the others",
			StrategicMerge(`{"spec":{"template":{"spec":{"containers":[{"name":"sidecar","image":"s"}]}}}}`),
			func(s *set) { *containers(s) = append([]model.Container{sidecar}, *containers(s)...) }},
		{"strategic: $patch deletes",
			StrategicMerge(`{"spec":{"template":{"spec":{"containers":[{"name":"nginx","$patch":"delete"},{"name":"sidecar","image":"s"}]}}}}`),
			func(s *set) { *containers(s) = []model.Container{sidecar} }},
		{"merge: a list is replaced",
			Merge(`{"spec":{"template":{"spec":{"containers":[{"name":"sidecar","image":"s"}]}}}}`),
			func(s *set) { *containers(s) = []model.Container{sidecar} }},
		{"annotations, as `kubectl rollout restart` sets them",
			StrategicMerge(`{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"now"}}}}}`),
			func(s *set) {
				s.Spec.Template.Annotations = model.Labels{"kubectl.kubernetes.io/restartedAt": "now"}
			}},
		{"what is not simulated is patched too",
			StrategicMerge(`{"spec":{"template":{"spec":{"containers":[{"name":"nginx","env":[{"name":"A","value":"1"}]}]}}}}`),
			func(s *set) { (*containers(s))[0].Unmodelled = `{"env":[{"name":"A","value":"1"}]}` }},
		{"the status stays", Merge(`{"status":{"replicas":9}}`), func(*set) {}},
		{"the server's metadata stay", Merge(`{"metadata":{"generation":9,"uid":null,"creationTimestamp":null}}`), func(*set) {}},
		{"a resource version is for the cluster to compare", Merge(`{"metadata":{"resourceVersion":"11"}}`),
			func(s *set) { s.ResourceVersion = 11 }},
		{"naming the object as it is named changes nothing",
			Merge(`{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web","namespace":"default"}}`), func(*set) {}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			before, want := readSet(t), readSet(t)
			row.want(want)
			got, err := row.patch.Patch(before)
			require.NoError(t, err)
			assert.Equal(t, want, got)
			assert.Equal(t, readSet(t), before, "the object itself does not change")
		})
	}
}

func TestBadPatches(t *testing.T) {
	for _, row := range []struct {
		rule  string
		patch Patch
		want  string
	}{
		{"an unknown field", Merge(`{"spec":{"replica":5}}`), `unknown field "spec.replica"`},
		{"an unknown field, strategic", StrategicMerge(`{"spec":{"replica":5}}`), `unknown field "spec.replica"`},
		{"a wrong type", Merge(`{"spec":{"replicas":"5"}}`), `spec.replicas: json: cannot unmarshal string into Go value of type int32`},
		{"a key that comes twice", Merge("spec:\n  replicas: 1\n  replicas: 2\n"), `line 3: duplicate field "spec.replicas"`},
		{"bad YAML", Merge("a: b: c"), "line 1: patch: yaml: mapping values are not allowed in this context"},
		{"nothing", Merge(""), "patch: is not an object"},
		{"a list", Merge("[]"), "patch: is not an object"},
		{"two documents", Merge("{}\n---\n{}\n"), "line 2: patch: a second document"},
		{"strategic: an item without its key",
			StrategicMerge(`{"spec":{"template":{"spec":{"containers":[{"image":"a"}]}}}}`),
			"patch: map: map[image:a] does not contain declared merge key: name"},
		{"another name", Merge(`{"metadata":{"name":"other"}}`),
			`StatefulSet.apps "web" is invalid: metadata.name: Invalid value: "other": field is immutable`},
		{"no name", Merge(`{"metadata":{"name":null}}`),
			`StatefulSet.apps "web" is invalid: metadata.name: Invalid value: "": field is immutable`},
		{"another namespace and kind", StrategicMerge(`{"kind":"Pod","metadata":{"namespace":"other"}}`),
			`StatefulSet.apps "web" is invalid: [kind: Invalid value: "Pod": field is immutable, metadata.namespace: Invalid value: "other": field is immutable]`},
		{"another uid", Merge(`{"metadata":{"uid":"00000000-0000-4000-8000-000000000008"}}`),
			`StatefulSet.apps "web" is invalid: metadata.uid: Invalid value: "00000000-0000-4000-8000-000000000008": field is immutable`},
	} {
		t.Run(row.rule, func(t *testing.T) {
			object, err := row.patch.Patch(readSet(t))
			assert.EqualError(t, err, row.want)
			assert.Nil(t, object)
			_, err = row.patch.Warnings(readSet(t))
			assert.EqualError(t, err, row.want)
		})
	}
	_, err := Merge("{}").Patch((*model.Pod)(nil))
	assert.EqualError(t, err, "manifest: *model.Pod is nil")
	var all Errors
	_, err = Merge(`{"spec":{"a":1,"b":2}}`).Patch(readSet(t))
	require.True(t, errors.As(err, &all))
	assert.Len(t, all, 2)
}

func TestPatchWarnsOfWhatItBrings(t *testing.T) {
	web := readSet(t)
	web.Spec.Template.Spec.Unmodelled = `{"schedulerName":"x"}`
	warnings, err := StrategicMerge(`{"spec":{"template":{"spec":{"containers":[{"name":"nginx","stdin":true}]}}}}`).Warnings(web)
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	assert.Equal(t, "spec.template.spec.containers[0].stdin", warnings[0].Path)
}

func TestPatchString(t *testing.T) {
	assert.Equal(t, `{"spec":{"replicas":5}}`, Merge("spec:\n  replicas: 5 # more\n").String())
	assert.Equal(t, `{"b: c`, Merge("{\"b:\n c").String(), "what cannot be read is shown as it is, on one line")
	assert.Equal(t, Merge("{}"), Merge("{}"))
	assert.NotEqual(t, Merge("{}"), StrategicMerge("{}"))
}
