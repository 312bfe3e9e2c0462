package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/sim"
)

// A world at rest that is given another seed goes on with that: the same for the same, and
// choices that are made outside are among its own.
func TestReseed(t *testing.T) {
	base := sim.New(ranges(1))
	require.NoError(t, base.Apply(webSet(3, ofClass("disks")), disksClass(), nginx()))
	base.Settle()
	life := func(seed uint64) (*sim.Cluster, int) {
		c, err := base.Clone()
		require.NoError(t, err)
		c.Reseed(seed)
		k := c.Choose("who", 1000)
		require.Zero(t, c.Choose("nobody", 1))
		require.NoError(t, c.SetImage("web", "main", "B"))
		c.Settle()
		return c, k
	}
	a, k := life(7)
	b, again := life(7)
	other, _ := life(8)
	require.Equal(t, a.Fingerprint(), b.Fingerprint())
	require.Equal(t, k, again)
	require.NotEqual(t, a.Fingerprint(), other.Fingerprint())

	choices := a.Choices()
	config := ranges(99)
	config.Chooser = sim.Replay(choices)
	replayed := sim.New(config)
	require.NoError(t, replayed.Apply(webSet(3, ofClass("disks")), disksClass(), nginx()))
	replayed.Settle()
	require.Equal(t, k, replayed.Choose("who", 1000))
	require.NoError(t, replayed.SetImage("web", "main", "B"))
	replayed.Settle()
	require.Equal(t, a.Fingerprint(), replayed.Fingerprint(), "one list replays what was drawn inside and outside")
	require.Panics(t, func() { replayed.Choose("nothing", 0) })
}
