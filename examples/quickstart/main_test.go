package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the stories in testdata")

// The stories are reviewed as text: what quickstart prints is what is in testdata.
func TestStories(t *testing.T) {
	for _, row := range []struct {
		story string
		files []string
		seed  uint64
		trace bool
	}{
		{story: "quickstart.txt"},
		{story: "without-class.txt", files: []string{"web.yaml"}},
		{story: "seed-3.txt", seed: 3},
		{story: "stateless.txt", files: []string{"testdata/no-claims.yaml"}, trace: true},
	} {
		t.Run(row.story, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, run(&out, row.files, row.seed, row.trace))
			path := filepath.Join("testdata", row.story)
			if *update {
				require.NoError(t, os.WriteFile(path, out.Bytes(), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), out.String())
		})
	}
}

// What cannot be told says why.
func TestMistakes(t *testing.T) {
	for _, row := range []struct{ file, says string }{
		{"testdata/nothing.yaml", "no such file"},
		{"storageclass.yaml", "no StatefulSet in storageclass.yaml"},
		{"testdata/typo.yaml", `testdata/typo.yaml: document 1, line 5: unknown field "spec.replica"`},
	} {
		err := run(&bytes.Buffer{}, []string{row.file}, 0, false)
		require.ErrorContains(t, err, row.says)
	}
}
