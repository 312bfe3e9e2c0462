package drawn_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/internal/drawn"
)

func TestMain(m *testing.M) {
	drawn.Checks(7)
	os.Exit(m.Run())
}

func TestChecks(t *testing.T) {
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" && f.Value.String() != "7" })
	if asked || testing.Short() {
		t.Skip("somebody has asked for another number")
	}
	n := 0
	rapid.Check(t, func(*rapid.T) { n++ })
	require.Equal(t, 7, n)
}

func TestReport(t *testing.T) {
	t.Setenv("ORDINAL_REPORT", "")
	require.NoError(t, drawn.Report("a", "1", 5))
	folder := t.TempDir()
	t.Setenv("ORDINAL_REPORT", folder)
	require.NoError(t, drawn.Report("a", "1", map[string]int{"n": 5}))
	text, err := os.ReadFile(filepath.Join(folder, "a-1.json"))
	require.NoError(t, err)
	require.Equal(t, "{\n  \"n\": 5\n}\n", string(text))
	require.ErrorContains(t, drawn.Report("a", "1", func() {}), "drawn: a: ")
	t.Setenv("ORDINAL_REPORT", filepath.Join(folder, "missing"))
	require.Error(t, drawn.Report("a", "1", 5))
}
