package simtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/faults"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// gentle are the operations that break no promise.
var gentle = simtest.Operation("web").Filter(func(op sim.Operation) bool {
	deletion, ok := op.(sim.Delete)
	return !ok || !deletion.Force
})

// graceful draws sets whose pods are not deleted as by force.
var graceful = sets(func(set *model.StatefulSet) { *set.Spec.Template.Spec.TerminationGracePeriodSeconds += 1 })

// fresh are the accidents after which the controller still knows what is so.
func fresh() []faults.Kind {
	return slices.DeleteFunc(faults.Accidents(), func(k faults.Kind) bool {
		return k == faults.SlowWatch || k == faults.LostEvent || k == faults.ControllerPause
	})
}

// TestWorldsKeepTheRules: whatever is drawn, and whatever goes wrong by itself.
func TestWorldsKeepTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.World(t, simtest.Life{
			Set: graceful, Operations: gentle, Faults: faults.Plan{Kinds: fresh(), Most: 3}, Releases: newest,
		}, simtest.Check(checks.All()...))
		until := c.EventCount() + 20_000
		c.RunUntil(func(sim.View) bool { return c.EventCount() > until }, time.Hour)
	})
}

// TestWorldsDiffer: each part of a life is drawn, sooner or later.
func TestWorldsDiffer(t *testing.T) {
	seen := map[string]bool{}
	world := func(t *rapid.T) {
		c := simtest.World(t, simtest.Life{Operations: gentle, Faults: faults.Plan{Most: 3}})
		c.Run(20 * time.Minute)
		config, story := c.Config(), c.Trace().String()
		for words, is := range map[string]bool{
			"one node":           config.Nodes == 1,
			"three nodes":        config.Nodes == 3,
			"the newest release": config.Release == release.V1_37,
			"the oldest release": config.Release == release.V1_27_1,
			"any order":          config.AnyOrder,
			"a fixed order":      !config.AnyOrder,
			"latencies that vary": slices.ContainsFunc(c.Choices(), func(choice sim.Choice) bool {
				return choice.N == 1024
			}),
			"nobody does anything": len(c.Done()) == 1,
			"many operations":      len(c.Done()) > 5,
			"a crash":              strings.Contains(story, "crash node "),
			"a lost image":         strings.Contains(story, "lose image "),
			"an operation":         strings.Contains(story, "kubectl set image"),
		} {
			seen[words] = seen[words] || is
		}
	}
	for range 5 { // so that even rare ones are
		rapid.Check(t, world)
	}
	for words, is := range seen {
		require.True(t, is || testing.Short(), "never drawn: %s", words)
	}
}

// TestOptionsOfWorlds: what is said is not drawn.
func TestOptionsOfWorlds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.World(t, simtest.Life{
			Set: rapid.Just(webSet(2)), Operations: simtest.Operation("web", "scale"), Most: 1, Faults: calm,
			Releases: []release.Release{release.V1_33},
		}, simtest.Nodes(2), simtest.Config(sim.Config{Latencies: sim.Latencies{Start: sim.Fixed(3 * time.Second)}}))
		c.Run(time.Hour)
		require.Equal(t, 2, c.Config().Nodes)
		require.Equal(t, release.V1_33, c.Config().Release)
		require.Equal(t, sim.Fixed(3*time.Second).String(), c.Config().Latencies.Start.String())
		require.LessOrEqual(t, len(c.Done()), 2)
	})
	require.Panics(t, func() { simtest.Operation("web", "explode") })
}

// TestFaults: none where nobody can suffer, at most as many as are planned, and put into the world.
func TestFaults(t *testing.T) {
	most := 0
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.Cluster(t, simtest.Nodes(3))
		require.NoError(t, c.Apply(simtest.Objects(webSet(2))...))
		require.Empty(t, simtest.Faults(t, c, faults.Plan{Kinds: []faults.Kind{faults.HeldVolumes}}).Faults, "nobody has a volume")
		drawn := simtest.Faults(t, c, faults.Plan{Most: 3})
		require.LessOrEqual(t, len(drawn.Faults), 3)
		most = max(most, len(drawn.Faults))
		c.Run(drawn.Quiet)
		story := c.Trace().String()
		for _, f := range drawn.Faults {
			require.LessOrEqual(t, f.Until, drawn.Quiet)
			require.Contains(t, story, f.Do.String(), "done or refused")
		}
	})
	require.True(t, most == 3 || testing.Short())
}

// TestActions: a state machine of kubectl's verbs and of accidents keeps the rules, and each of
// its actions can be done.
func TestActions(t *testing.T) {
	done, all := map[string]bool{}, 0
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.Cluster(t, simtest.Nodes(3), simtest.Check(checks.All()...))
		require.NoError(t, c.Apply(simtest.Objects(graceful.Draw(t, "set"))...))
		actions := simtest.Actions(c, "web")
		for _, name := range []faults.Kind{"delete pod", faults.SlowWatch, faults.LostEvent, faults.ControllerPause} {
			require.Contains(t, actions, string(name))
			delete(actions, string(name)) // which may break them
		}
		all = len(actions)
		for name, action := range actions { // of each the same: no order shows
			actions[name] = func(t *rapid.T) {
				before, at := len(c.Done()), c.Now()
				action(t)
				done[name] = done[name] || len(c.Done()) > before || name == "wait" && c.Now() > at
			}
		}
		t.Repeat(actions)
	})
	require.True(t, len(done) == all || testing.Short(), "%v", done)
	for name, is := range done {
		require.True(t, is || testing.Short(), "never done: %s", name)
	}
}
