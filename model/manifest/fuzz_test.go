package manifest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ordinal-sim/ordinal/model"
)

// Whatever the text, Parse answers, and what it has read can be written and read
// again. Its own check finds something if and only if the decoder would.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal("no manifests in testdata", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(set + "  volumeClaimTemplates:\n  - {metadata: {name: &a www}, spec: {resources: {requests: {storage: 1e3}}}}\n"))
	f.Add([]byte(podIn("containers:\n- name: a\n  env: [{name: A, value: b}]\n  resources: {limits: {cpu: 10u, memory: 1.5Gi}}\n  lifecycle: {preStop: {httpGet: {host: a, port: b, path: c}}}\n")))
	f.Add([]byte("apiVersion: v1\nkind: List\nitems:\n- &x {apiVersion: v1, kind: Node, status: {capacity: {pods: 1}}}\n- <<: *x\n  metadata: {name: a, creationTimestamp: 2001-01-01T00:00:00Z, uid: a}\n"))
	f.Add([]byte("%YAML 1.1\n---\n{kind: PersistentVolume, apiVersion: v1, spec: {claimRef: {name: a}, rbd: {image: a}}}\n...\n# end\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, c := range split(text) {
			if d, _, err := c.read(); err == nil && d != nil {
				checkAgrees(t, d.value)
			}
		}
		m, err := Parse(text)
		if err != nil {
			assert.NotEmpty(t, err.Error())
			assert.Nil(t, m)
			return
		}
		assertSurvives(t, m.Objects)
	})
}

// checkAgrees holds the check of decode against the decoder that it explains.
func checkAgrees(t *testing.T, value any) {
	object, _ := value.(map[string]any)
	kind, _ := object["kind"].(string)
	k := kindOf(model.Kind(kind))
	if k.empty == nil || k.kind == model.KindControllerRevision || brooding(value) {
		return // a revision's data are opaque to the decoder
	}
	faults, err := decode(value, k.empty()), unmarshal(value, k.empty())
	assert.Equal(t, err == nil, len(faults) == 0, "%v but %v", faults, err)
}

// brooding reports whether the decoder would take minutes.
func brooding(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, part := range v {
			if brooding(part) {
				return true
			}
		}
	case []any:
		for _, part := range v {
			if brooding(part) {
				return true
			}
		}
	}
	return hugeExponent(value)
}

// Whatever the patch, it is refused or leaves an object that can be written.
func FuzzPatch(f *testing.F) {
	f.Add(`{"spec":{"replicas":null,"template":{"spec":{"containers":[{"name":"nginx","$patch":"delete"}]}}}}`)
	f.Add(`{"spec":{"template":{"spec":{"$retainKeys":["containers"],"$setElementOrder/containers":[{"name":"nginx"}],"containers":[{"name":"nginx","ports":[{"containerPort":80,"$patch":"replace"}]}]}}}}`)
	f.Add(`{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["b"],"ownerReferences":[{"uid":"a"}]}}`)
	objects, err := ReadFile("testdata/web.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, object := range objects {
			for _, p := range []Patch{StrategicMerge(text), Merge(text)} {
				_ = p.String()
				if patched, err := p.Patch(object); err == nil {
					assertSurvives(t, []model.Object{patched})
				}
			}
		}
	})
}
