// Package lessontest holds the stories of the examples to what was reviewed.
package lessontest

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the stories in testdata")

// Golden holds what a story prints against testdata/<name>.txt, which the flag -update
// writes anew. Stories are reviewed as text.
func Golden(t *testing.T, name string, tell func(io.Writer) error) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, tell(&out))
	path := filepath.Join("testdata", name+".txt")
	if *update {
		require.NoError(t, os.WriteFile(path, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String())
}
