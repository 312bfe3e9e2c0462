package real_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/conformance/real"
	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// TestRecordings plays recordings of this release once more. They were made of the same
// controller by other means: agreement says that the manners of this package's API
// server are right. ORDINAL_RECORDINGS names the folder that holds a folder
// statefulset-1.37 and so on.
func TestRecordings(t *testing.T) {
	folder := os.Getenv("ORDINAL_RECORDINGS")
	if folder == "" {
		folder = "../../sim/testdata/recordings"
	}
	folder = filepath.Join(folder, "statefulset-"+real.Release())
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("no recordings of %s: %v", real.Release(), err)
	}
	files, err := scenario.Files(folder)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			recordings, err := scenario.Read(file)
			require.NoError(t, err)
			if testing.Short() {
				recordings = recordings[:10]
			}
			for _, r := range recordings {
				if story := replay(t, r); story != "" {
					t.Error(story)
				}
			}
			t.Logf("%d recordings", len(recordings))
		})
	}
}

// replay plays a recording and tells where it first differs; "" if it does not.
func replay(t *testing.T, r scenario.Scenario) string {
	states := real.Run(t, r.Spec, r.Steps)
	require.Len(t, states, len(r.States), r.Name)
	for i, want := range r.States {
		if got := states[i].Recorded(); !got.Equal(want) {
			return fmt.Sprintf("%s: %s\nstate %d differs; recorded:\n%vnow:\n%v", r.Name, r.Spec, i, want.Normal(), got)
		}
	}
	return ""
}
