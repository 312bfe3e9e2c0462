package objects

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// example is one rule that Ordinal has a test for: an object, the stored one that it
// shall replace, and every line that is said.
type example struct {
	ID     string          `json:"id"`
	Rule   string          `json:"rule"`
	Object json.RawMessage `json:"object"`
	Stored json.RawMessage `json:"stored"`
	Errors []string        `json:"errors"`
}

// The rules that Ordinal is tested by are Kubernetes'. The file is written by the
// tests of package validation, which hold Ordinal against it.
func TestSpec(t *testing.T) {
	if older() {
		t.Skip("the rules are those of the newest release")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "model", "validation", "testdata", "spec.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, text)
	for line := range bytes.Lines(text) {
		var e example
		require.NoError(t, json.Unmarshal(line, &e))
		t.Run("validation/"+e.ID+"/"+e.Rule, func(t *testing.T) {
			o := parsed(t, e.Object)
			said := kubernetesCreates
			if e.Stored != nil {
				said = func(o object) verdict { return kubernetesUpdates(o, parsed(t, e.Stored)) }
			}
			require.Equal(t, oneForm(e.Errors, placed), oneForm(said(o).errs, placed))
		})
	}
}

// parsed is an object of a kind that the text names.
func parsed(t *testing.T, text json.RawMessage) object {
	t.Helper()
	var named struct{ APIVersion, Kind string }
	require.NoError(t, json.Unmarshal(text, &named))
	o, err := legacyscheme.Scheme.New(schema.FromAPIVersionAndKind(named.APIVersion, named.Kind))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, o))
	return o.(object)
}
