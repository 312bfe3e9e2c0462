package checks_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// Progress notices a world that goes on for ever for no known reason.
func TestProgressNotices(t *testing.T) {
	c := sim.New(sim.Config{Images: simtest.Images()})
	require.NoError(t, c.Apply(simtest.Objects(webSet())...))
	out, err := checks.Progress(c)
	require.NoError(t, err)
	require.Equal(t, sim.Settled, out.State)
	var again sim.Func
	again = func(c *sim.Cluster) { _ = c.At(time.Duration(c.Now())+time.Minute, again) }
	require.NoError(t, c.Do(again))
	out, err = checks.Progress(c)
	require.Equal(t, sim.Limit, out.State)
	require.ErrorContains(t, err, "nothing is known to go on for ever")
	require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageCrashing))
	_, err = checks.Progress(c)
	require.NoError(t, err, "a crash loop")

	c = sim.New(sim.Config{Images: simtest.Images()})
	require.NoError(t, c.Apply(simtest.Objects(webSet())...))
	require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageMissing))
	out, err = checks.Progress(c)
	require.NoError(t, err)
	require.Equal(t, sim.Waiting, out.State, "and it says why")
}
