package sim_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the stories of the screenplays anew")

// TestSpec plays the rules of Kubernetes that the package models, one by one: each
// file testdata/spec/<area>/<number>-<what it is about>.txt is the case
// <area>/<number> and holds one screenplay, or one for each half of the case.
func TestSpec(t *testing.T) {
	areas, err := os.ReadDir("testdata/spec")
	if err != nil {
		t.Fatal(err)
	}
	for _, area := range areas {
		t.Run(area.Name(), func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join("testdata/spec", area.Name(), "*.txt"))
			if err != nil || len(files) == 0 {
				t.Fatalf("no screenplays: %v", err)
			}
			for _, file := range files {
				id, _, _ := strings.Cut(filepath.Base(file), "-")
				t.Run(strings.TrimLeft(id, "0"), func(t *testing.T) { checkScreenplays(t, file, *update) })
			}
		})
	}
}
