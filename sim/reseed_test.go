package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// What a world has learned from a fork changes nothing of what its forks live, and they
// need less memory for it. A world that is no fork teaches nothing.
func TestLearn(t *testing.T) {
	base := sim.New(ranges(1))
	require.NoError(t, base.Apply(webSet(3, ofClass("disks")), disksClass(), nginx()))
	base.Settle()
	memory := new(sim.Cluster)
	life := func() *sim.Cluster {
		require.NoError(t, base.CopyTo(memory))
		require.NoError(t, memory.SetImage("web", "main", "B"))
		memory.Settle()
		return memory
	}
	before := testing.AllocsPerRun(10, func() { life() })
	print, hash, trace := life().Fingerprint(), life().StateHash(), life().Trace().String()
	other, err := life().Clone()
	require.NoError(t, err)
	untouched := base.StateHash()
	base.Learn(other)
	require.Equal(t, untouched, base.StateHash())
	require.Less(t, testing.AllocsPerRun(10, func() { life() }), before-10)
	require.Equal(t, print, life().Fingerprint())
	require.Equal(t, hash, life().StateHash())
	require.Equal(t, trace, life().Trace().String())
	require.NoError(t, other.SetImage("web", "main", "new"))
	require.NoError(t, base.SetImage("web", "main", "newer"))
	require.Panics(t, func() { base.Learn(other) }, "they have parted")
	require.Panics(t, func() { base.Learn(sim.New(sim.Config{})) })
}

// Templates that ask for pods by their names make a world tell pods apart, learned from
// a fork or not.
func TestLearnTellsPodsApart(t *testing.T) {
	base := sim.New(sim.Config{Nodes: 3})
	picky := webSet(3, stateless, named("picky"), func(s *model.StatefulSet) {
		s.Spec.Template.Spec.Affinity = &model.Affinity{PodAntiAffinity: []model.PodAffinityTerm{{
			TopologyKey: model.LabelHostname, LabelSelector: &model.LabelSelector{MatchLabels: model.Labels{model.LabelPodName: "web-0"}},
		}}}
	})
	require.NoError(t, base.Apply(webSet(1, stateless)))
	base.Settle()
	life := func() *sim.Cluster {
		c, err := base.Clone()
		require.NoError(t, err)
		require.NoError(t, c.Apply(picky))
		c.Settle()
		return c
	}
	first := life()
	base.Learn(first)
	require.Equal(t, first.Trace().String(), life().Trace().String())
	require.Equal(t, first.StateHash(), life().StateHash())
}

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
