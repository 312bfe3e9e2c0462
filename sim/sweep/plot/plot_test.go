package plot_test

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/sim/sweep"
	"github.com/ordinal-sim/ordinal/sim/sweep/plot"
)

type life struct{ Took time.Duration }

func TestShares(t *testing.T) {
	report, err := sweep.Run(context.Background(), sweep.Config{Seeds: 100}, func(seed uint64) life {
		return life{time.Duration(seed%10) * time.Second}
	})
	require.NoError(t, err)
	dir := t.TempDir()
	curves := []plot.Curve{{Name: "one", Measure: report.Measure("Took")}, {Name: "the other", Measure: report.Measure("took")}}
	file := func(name string) []byte {
		name = filepath.Join(dir, name)
		require.NoError(t, plot.Shares(name, "Waiting", curves...))
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		return data
	}
	svg := string(file("a.svg"))
	for _, words := range []string{"Waiting", "the other", "share of the lives", "100%"} {
		require.Contains(t, svg, words)
	}
	require.Equal(t, svg, string(file("b.svg")), "the same each time")
	file("c.png")
	f, err := os.Open(filepath.Join(dir, "c.png"))
	require.NoError(t, err)
	defer f.Close()
	picture, err := png.Decode(f)
	require.NoError(t, err)
	require.Greater(t, picture.Bounds().Dx(), 500)

	require.ErrorContains(t, plot.Shares(filepath.Join(dir, "d.txt"), "Waiting", curves...), "plot: ")
}
