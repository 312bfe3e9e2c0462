package manifest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
)

// set is a StatefulSet to which a row adds lines of its spec (two spaces deep).
const set = `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      containers: [{name: nginx, image: nginx}]
`

const service = `apiVersion: v1
kind: Service
metadata: {name: nginx}
`

func TestMistakes(t *testing.T) {
	for _, row := range []struct {
		rule string
		text string
		want string // one line a mistake
	}{
		{"an unknown field is an error, with document and line",
			service + "---\n" + set + "  replica: 3\n",
			`document 2, line 15: unknown field "spec.replica"`},
		{"fields are told apart by case",
			set + "  Replicas: 3\n",
			`document 1, line 11: unknown field "spec.Replicas"`},
		{"a path goes through lists",
			service + "spec:\n  ports:\n  - port: 80\n  - port: 81\n    proto: TCP\n",
			`document 1, line 8: unknown field "spec.ports[1].proto"`},
		{"a key that comes twice is an error at its second place",
			set + "  replicas: 3\n  replicas: 4\n",
			`document 1, line 12: duplicate field "spec.replicas"`},
		{"a string is no number",
			set + "  replicas: three\n",
			`document 1, line 11: spec.replicas: json: cannot unmarshal string into Go value of type int32`},
		{"a number is no string: an unquoted version",
			strings.Replace(set, "image: nginx}", "image: 1.27}", 1),
			`document 1, line 10: spec.template.spec.containers[0].image: json: cannot unmarshal number into Go value of type string`},
		{"an unquoted yes is a bool, as for kubectl",
			strings.Replace(set, "{labels: {app: nginx}}", "{labels: {app: yes}}", 1),
			`document 1, line 8: spec.template.metadata.labels.app: json: cannot unmarshal bool into Go value of type string`},
		{"an object is no list",
			service + "spec:\n  ports: {port: 80}\n",
			`document 1, line 5: spec.ports: json: cannot unmarshal object into Go value of type []v1.ServicePort`},
		{"a bad quantity is an error",
			"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: www}\nspec:\n  resources:\n    requests:\n      storage: 1Gib\n",
			`document 1, line 7: spec.resources.requests.storage: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`},
		{"a quantity that would take minutes to parse is an error at once",
			"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: www}\nspec:\n  resources:\n    requests:\n      storage: \"1e-99999999\"\n",
			`document 1, line 7: spec.resources.requests.storage: the exponent of the quantity is out of range`},
		{"all mistakes are reported, in order of lines",
			service + "spec:\n  clusterIp: None\n  ports:\n  - port: http\n    name: web\n    name: www\n---\n" + set + "  replica: 3\n",
			`document 1, line 5: unknown field "spec.clusterIp"
document 1, line 7: spec.ports[0].port: json: cannot unmarshal string into Go value of type int32
document 1, line 9: duplicate field "spec.ports[0].name"
document 2, line 21: unknown field "spec.replica"`},
		{"an unknown kind names the known ones",
			service + "---\napiVersion: apps/v1\nkind: DaemonSet\n",
			`document 2, line 6: kind "DaemonSet" (apps/v1) is not understood; understood are: ControllerRevision (apps/v1), Deployment (apps/v1), HorizontalPodAutoscaler (autoscaling/v2), Node (v1), PersistentVolume (v1), PersistentVolumeClaim (v1), Pod (v1), PodDisruptionBudget (policy/v1), ReplicaSet (apps/v1), Service (v1), StatefulSet (apps/v1), StorageClass (storage.k8s.io/v1), and List (v1) of them`},
		{"a kind belongs to one version of the API",
			"apiVersion: apps/v1beta1\nkind: StatefulSet\n",
			`document 1, line 2: kind "StatefulSet" (apps/v1beta1) is not understood; ` + understood()},
		{"an object says what it is",
			"metadata: {name: web}\n",
			"document 1, line 1: apiVersion not set\ndocument 1, line 1: kind not set"},
		{"a document is an object", "- a\n- b\n", "document 1, line 1: is not an object"},
		{"bad YAML has its line in the file",
			service + "---\n" + "kind: a: b\n",
			"document 2, line 5: yaml: mapping values are not allowed in this context"},
		{"items of a list have their paths",
			"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Service\n  specs: {}\n- 1\n",
			`document 1, line 9: items[1]: unknown field "specs"
document 1, line 10: items[2]: is not an object`},
		{"a field behind an alias is found where it was written",
			"apiVersion: v1\nkind: List\nitems:\n- &nginx\n  apiVersion: v1\n  kind: Service\n  spec: {clusterIp: None}\n- *nginx\n",
			`document 1, line 7: items[0]: unknown field "spec.clusterIp"
document 1, line 7: items[1]: unknown field "spec.clusterIp"`},
		{"a field that was merged in is found where it was written",
			"apiVersion: v1\nkind: List\nitems:\n- &nginx\n  apiVersion: v1\n  kind: Service\n  specs: {}\n- <<: *nginx\n  metadata: {name: a}\n",
			`document 1, line 7: items[0]: unknown field "specs"
document 1, line 7: items[1]: unknown field "specs"`},
		{"a revision's template is read as strictly",
			"apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: web-1}\nrevision: 1\ndata:\n  spec:\n    template:\n      $patch: replace\n      spec: {container: []}\n",
			`document 1, line 9: unknown field "data.spec.template.spec.container"`},
	} {
		t.Run(row.rule, func(t *testing.T) {
			m, err := Parse([]byte(row.text))
			assert.EqualError(t, err, row.want)
			assert.Nil(t, m)
			var all Errors
			assert.True(t, errors.As(err, &all))
			var first *Error
			require.True(t, errors.As(err, &first))
			assert.Equal(t, all[0], first)
		})
	}
}

func TestDocuments(t *testing.T) {
	a, b := "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n", "apiVersion: v1\nkind: Node\nmetadata: {name: b}\n"
	for _, row := range []struct {
		rule string
		text string
		want string
	}{
		{"nothing is nothing", "", ""},
		{"comments are nothing", "# to do\n---\n# more\n", ""},
		{"documents are separated by ---", a + "---\n" + b, "a b"},
		{"empty ones are skipped", "---\n---\n" + a + "---\n\n---\n# none\n---\nnull\n---\n" + b + "---\n", "a b"},
		{"a separator may carry a comment", a + "--- # next\n" + b, "a b"},
		{"... ends a document", a + "...\n" + b, "a b"},
		{"directives belong to the document that follows", a + "...\n%YAML 1.1\n---\n" + b, "a b"},
		{"lines may end as on Windows", strings.ReplaceAll(a+"---\n"+b, "\n", "\r\n"), "a b"},
		{"JSON is YAML", `{"apiVersion":"v1","kind":"Node","metadata":{"name":"a"}}`, "a"},
		{"a List gives its items, in order; Lists may nest",
			"apiVersion: v1\nkind: List\nmetadata: {}\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: b}}\n- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Node, metadata: {name: a}}]}\n",
			"b a"},
		{"--- inside a block scalar does not separate",
			"apiVersion: v1\nkind: Node\nmetadata:\n  name: a\n  annotations:\n    x: |\n      1\n      ---\n      2\n", "a"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			objects, err := Read(strings.NewReader(row.text))
			require.NoError(t, err)
			var names []string
			for _, o := range objects {
				names = append(names, o.Meta().Name)
			}
			assert.Equal(t, row.want, strings.Join(names, " "))
		})
	}
}

func TestSecondDocumentWithoutSeparatorIsNotLost(t *testing.T) {
	// U+2028 breaks lines in YAML, so this "---" is a separator that split does not see.
	_, err := Parse([]byte("a: 1\u2028---\nb: 2\n"))
	assert.ErrorContains(t, err, "document 1, line ")
}

func TestReadWeb(t *testing.T) {
	objects, err := ReadFile("testdata/web.yaml")
	require.NoError(t, err)
	require.Len(t, objects, 2)
	assert.Equal(t, &model.Service{
		ObjectMeta: model.ObjectMeta{Name: "nginx", Labels: model.Labels{"app": "nginx"}},
		Spec: model.ServiceSpec{
			ClusterIP: "None",
			Ports:     []model.ServicePort{{Name: "web", Port: 80}},
			Selector:  model.Labels{"app": "nginx"},
		},
	}, objects[0])
	assert.Equal(t, &model.StatefulSet{
		ObjectMeta: model.ObjectMeta{Name: "web"},
		Spec: model.StatefulSetSpec{
			Replicas:    new(int32(3)),
			ServiceName: "nginx",
			Selector:    &model.LabelSelector{MatchLabels: model.Labels{"app": "nginx"}},
			Template: model.PodTemplateSpec{
				Labels: model.Labels{"app": "nginx"},
				Spec: model.PodSpec{
					TerminationGracePeriodSeconds: new(int64(10)),
					Containers: []model.Container{{
						Name: "nginx", Image: "nginx",
						Ports:        []model.ContainerPort{{Name: "web", ContainerPort: 80}},
						VolumeMounts: []model.VolumeMount{{Name: "www", MountPath: "/usr/share/nginx/html"}},
					}},
				},
			},
			VolumeClaimTemplates: []model.PersistentVolumeClaim{{
				ObjectMeta: model.ObjectMeta{Name: "www"},
				Spec: model.PersistentVolumeClaimSpec{
					AccessModes:      []model.AccessMode{model.ReadWriteOnce},
					StorageClassName: new("managed-nfs-storage"),
					Request:          model.Gi,
				},
			}},
		},
	}, objects[1])

	objects, err = ReadFile("testdata/storageclass.yaml")
	require.NoError(t, err)
	assert.Equal(t, []model.Object{&model.StorageClass{
		ObjectMeta:        model.ObjectMeta{Name: "managed-nfs-storage"},
		Provisioner:       "k8s-sigs.io/nfs-subdir-external-provisioner",
		ReclaimPolicy:     model.ReclaimDelete,
		VolumeBindingMode: model.BindImmediate,
	}}, objects)
}

func TestFiles(t *testing.T) {
	_, err := ReadFile("testdata/none.yaml")
	assert.ErrorIs(t, err, os.ErrNotExist)

	name := filepath.Join(t.TempDir(), "web.yaml")
	require.NoError(t, os.WriteFile(name, []byte(set+"  replica: 3\n"), 0o600))
	_, err = ReadFile(name)
	assert.EqualError(t, err, name+`: document 1, line 11: unknown field "spec.replica"`)

	require.NoError(t, os.WriteFile(name, []byte(service+"spec: {sessionAffinity: None}\n"), 0o600))
	m, err := Load(name)
	require.NoError(t, err)
	require.Len(t, m.Warnings, 1)
	assert.Equal(t, Place{name, 1, 4, "spec.sessionAffinity"}, m.Warnings[0].Place)
}

func TestStatusIsForgotten(t *testing.T) {
	m, err := Parse([]byte(`
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: www}
status: {phase: Bound, capacity: {storage: 1Gi}, conditions: [{type: Resizing, status: "True"}]}
---
apiVersion: v1
kind: Node
metadata: {name: a}
status:
  capacity: {cpu: "2", memory: 4Gi, pods: "110"}
  conditions: [{type: Ready, status: "True"}]
`))
	require.NoError(t, err)
	assert.Empty(t, m.Warnings)
	assert.Equal(t, []model.Object{
		&model.PersistentVolumeClaim{ObjectMeta: model.ObjectMeta{Name: "www"}},
		&model.Node{ObjectMeta: model.ObjectMeta{Name: "a"}, Status: model.NodeStatus{
			Allocatable: model.ResourceList{CPU: 2000, Memory: 4 * model.Gi}, Pods: 110,
			Conditions: []model.NodeCondition{{Type: "Ready", Status: model.ConditionTrue}},
		}},
	}, m.Objects)
}
