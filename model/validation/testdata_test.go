package validation_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
)

var updateSpec = flag.Bool("update", false, "rewrite testdata/spec.jsonl")

// example is a row as one line of JSON, which Kubernetes' own code can read too.
type example struct {
	ID     string         `json:"id"`
	Rule   string         `json:"rule"`
	Object map[string]any `json:"object"`
	Stored map[string]any `json:"stored,omitempty"`
	Errors []string       `json:"errors,omitempty"`
}

// The rows that Kubernetes could be asked are in testdata/spec.jsonl: the object, the
// stored one that it shall replace, and what is said. The comparison with
// Kubernetes reads them there.
func TestSpecIsWritten(t *testing.T) {
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	lines.SetEscapeHTML(false)
	for _, r := range specRows() {
		if r.got.object == nil {
			continue
		}
		require.NoError(t, lines.Encode(example{r.id, r.rule, asMap(t, r.got.object), asMap(t, r.got.old), r.want}))
	}
	name := filepath.Join("testdata", "spec.jsonl")
	if *updateSpec {
		require.NoError(t, os.WriteFile(name, text.Bytes(), 0o644))
	}
	written, err := os.ReadFile(name)
	require.NoError(t, err)
	require.True(t, bytes.Equal(written, text.Bytes()), "the rows have changed: go test ./model/validation -run TestSpecIsWritten -update")
}

func asMap(t *testing.T, object model.Object) map[string]any {
	if object == nil {
		return nil
	}
	api, err := manifest.ToAPI(object)
	require.NoError(t, err)
	text, err := json.Marshal(api)
	require.NoError(t, err)
	var out map[string]any
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}
