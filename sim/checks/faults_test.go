package checks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/faults"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// stale are the faults by which the controller decides by what is no longer so.
var stale = []faults.Kind{faults.SlowWatch, faults.LostEvent}

// breaks are the faults that break a rule, by the name of its check: the table in the
// package's essay. No other fault breaks any.
var breaks = map[string][]faults.Kind{
	checks.AtMostOne().Name:         {faults.ForceDelete},
	checks.CreatesInOrder().Name:    stale,
	checks.TerminatesInOrder().Name: stale,
	checks.UpdatesInOrder().Name:    stale,
	checks.RespectsPartition().Name: stale,
	checks.MaxUnavailable().Name:    stale,
	checks.DeletesForReason().Name:  stale,
	checks.LimitsHistory().Name:     {faults.ControllerPause, faults.SlowWatch, faults.LostEvent},
	checks.StatusAgrees().Name:      {faults.ControllerPause, faults.SlowWatch, faults.LostEvent},
}

// often are those of them that some hundred worlds are enough to see. The others have stories of
// their own (TestChecksBreak).
var often = []struct {
	check string
	kind  faults.Kind
}{
	{checks.AtMostOne().Name, faults.ForceDelete}, {checks.StatusAgrees().Name, faults.ControllerPause}, {checks.StatusAgrees().Name, faults.LostEvent},
}

// TestFaultsThatBreak does to worlds what users do, and lets one kind of fault happen to them
// meanwhile. A rule is broken by the faults by which it says that it is, and by no others.
func TestFaultsThatBreak(t *testing.T) {
	if *only != "" {
		t.Skip("there is a bug to find, in other worlds")
	}
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	for _, kind := range faults.All() {
		t.Run(string(kind), func(t *testing.T) {
			seen := map[string]int{}
			for range rounds {
				rapid.Check(t, func(t *rapid.T) { breakBy(t, kind, seen) })
			}
			for check := range breaks {
				if n := seen[check]; n > 0 {
					t.Logf("%5d worlds in which it breaks: %s", n, check)
				}
			}
			for _, o := range often {
				require.True(t, o.kind != kind || seen[o.check] > 0 || testing.Short(), "never broken: %s", o.check)
			}
		})
	}
}

// breakBy notes which checks one kind of fault breaks in a world.
func breakBy(t *rapid.T, kind faults.Kind, seen map[string]int) {
	c := faultyWorld(t, kind)
	for _, v := range c.Violations() {
		seen[v.Check]++
		if !slices.Contains(breaks[v.Check], kind) {
			story, err := screenplay.Of(c, v.String())
			t.Fatalf("%v\nThe story:\n%s\n%v\n%v", v, c.Trace(), story, err)
		}
	}
}

// faultyWorld is the life of a world in which faults of one kind happen.
func faultyWorld(t *rapid.T, kind faults.Kind) *sim.Cluster {
	set := simtest.StatefulSet().Draw(t, "set")
	*set.Spec.Template.Spec.TerminationGracePeriodSeconds += 1 // without grace is by force
	c := simtest.Cluster(t, simtest.Nodes(3), simtest.Config(sim.Config{ReuseAddresses: sim.Fixed(0)}))
	c.OnViolation(nil) // some are to be seen
	c.Check(checks.All()...)
	require.NoError(t, c.Apply(simtest.Objects(set)...))
	c.RunUntil(func(v sim.View) bool { return v.RolledOut("web") }, time.Hour)
	source, err := faults.Plan{Kinds: []faults.Kind{kind}, Set: "web", Most: 3, Within: time.Minute}.For(c)
	if err != nil {
		return c // there is nobody to whom it could happen: no pod, no claim
	}
	drawn := source.Draw(sim.ChooserFunc(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }))
	require.NoError(t, drawn.Put(c))
	for range rapid.IntRange(1, 5).Draw(t, "operations") {
		op := simtest.Operation("web").Draw(t, "operation")
		if deletion, ok := op.(sim.Delete); ok && deletion.Force {
			deletion.Force = false
			op = deletion
		}
		_ = c.Do(op)
		run(c, simtest.Pause().Draw(t, "pause"))
	}
	run(c, 10*time.Minute)
	return c
}

// run lets time pass. Of a world that goes on for ever a part is enough.
func run(c *sim.Cluster, d time.Duration) {
	until := c.EventCount() + mostEvents
	c.RunUntil(func(sim.View) bool { return c.EventCount() > until }, d)
}
