package checks_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// only is the name of the one check to hold, for whoever has planted a bug that it should
// find (go run ./internal/mutants).
var only = flag.String("only", "", "hold only the check of this name")

// TestDrawnWorlds holds all checks in drawn worlds, whatever is done to a set with kubectl and
// whatever happens to its nodes; and when all faults have stopped, it wants progress. What
// the worlds have gone through is counted: a rule that never had anything to say holds
// nothing.
func TestDrawnWorlds(t *testing.T) {
	if *only == losesNothing {
		t.Skip("there are no promises here")
	}
	rounds := 40 // so that even rare cases appear
	if testing.Short() {
		rounds = 4
	}
	reached := map[string]int{}
	for range rounds {
		rapid.Check(t, func(t *rapid.T) { live(t, reached) })
	}
	for _, s := range sights {
		t.Logf("%5d worlds: %s", reached[s.name], s.name)
		require.True(t, reached[s.name] > 0 || testing.Short() || *only != "", "never seen: %s", s.name)
	}
}

// life is what has been done to a world, as far as it excuses something.
type life struct {
	*sim.Cluster
	t       *rapid.T
	force   bool // pods were deleted without waiting for their containers
	crashes bool // a crashing image was set
	gentle  bool // nobody has set a bad image, closed a node or deleted a claim
}

// live is the life of one world.
func live(t *rapid.T, reached map[string]int) {
	set := simtest.StatefulSet().Draw(t, "set")
	options := []simtest.Option{simtest.Nodes(3), simtest.Config(sim.Config{
		DNS: rapid.SampledFrom([]dnsmodel.Profile{
			dnsmodel.Kubeadm(), dnsmodel.Plain(), dnsmodel.Addons(), dnsmodel.NodeLocal(),
		}).Draw(t, "DNS"),
		ReuseAddresses: rapid.SampledFrom([]sim.Latency{{}, sim.Fixed(time.Minute), sim.Fixed(0)}).Draw(t, "reuse addresses"),
	})}
	if rapid.Bool().Draw(t, "latencies vary") {
		options = append(options, simtest.VaryingLatencies())
	}
	l := &life{Cluster: simtest.Cluster(t, options...), t: t, gentle: true}
	l.OnViolation(nil) // some are excused
	grace := set.Spec.Template.Spec.TerminationGracePeriodSeconds
	l.force = grace != nil && *grace == 0
	for _, check := range checks.All() {
		if *only == "" || *only == check.Name {
			l.Check(check)
		}
	}
	for _, s := range sights {
		l.Sometimes(s.name, s.seen)
	}
	require.NoError(t, l.Apply(simtest.Objects(set)...))
	for range rapid.IntRange(0, 12).Draw(t, "operations") {
		l.run(simtest.Pause().Draw(t, "pause"))
		l.do(operation().Draw(t, "operation"))
		_, _ = l.Lookup("web-0", fmt.Sprintf("web-%d.web", rapid.IntRange(0, 4).Draw(t, "peer"))) // which caches keep
	}
	l.rest()
	unreached := l.Unreached()
	for _, s := range sights {
		if !slices.Contains(unreached, s.name) {
			reached[s.name]++
		}
	}
}

// operation draws what somebody does with kubectl, or something that happens to a node.
func operation() *rapid.Generator[sim.Operation] {
	node := rapid.Custom(func(t *rapid.T) sim.Operation {
		name := fmt.Sprintf("node-%d", rapid.IntRange(0, 2).Draw(t, "node"))
		return rapid.SampledFrom([]sim.Operation{
			sim.CrashNode{Node: name}, sim.RestartNode{Node: name}, sim.PartitionNode{Node: name}, sim.HealNode{Node: name},
			sim.StopKubelet{Node: name}, sim.StartKubelet{Node: name}, sim.HoldVolumes{Node: name}, sim.ReleaseVolumes{Node: name},
			sim.RestartController{},
		}).Draw(t, "fault")
	})
	kubectl := simtest.Operation("web")
	return rapid.OneOf(kubectl, kubectl, kubectl, node)
}

// do does an operation, unless it is refused.
func (l *life) do(op sim.Operation) {
	if l.Do(op) != nil {
		return
	}
	switch op := op.(type) {
	case sim.SetImage:
		l.crashes = l.crashes || op.Image == simtest.ImageCrashing
		l.gentle = l.gentle && slices.Contains([]string{simtest.ImageFirst, simtest.ImageSecond, simtest.ImageThird}, op.Image)
	case sim.Cordon, sim.Drain:
		l.gentle = false
	case sim.Delete:
		l.force = l.force || op.Force
		l.gentle = l.gentle && strings.HasPrefix(op.Target, "pod/")
	}
	l.judge()
}

// mostEvents is more than a world of this size has before it comes to rest.
const mostEvents = 1000

// run lets time pass. Of a world that goes on for ever a part is enough.
func (l *life) run(d time.Duration) {
	until := l.EventCount() + mostEvents
	l.RunUntil(func(sim.View) bool { return l.EventCount() > until }, d)
	l.judge()
}

// judge looks whether a check has failed that had to hold.
func (l *life) judge() {
	for _, v := range l.Violations() {
		if v.Check == checks.AtMostOne().Name && l.force {
			continue // its successor came at once, and its containers took a moment to end
		}
		story, err := screenplay.Of(l.Cluster, v.String())
		l.t.Fatalf("%v\nThe story:\n%s\n%v\n%v", v, l.Trace(), story, err)
	}
}

// rest lets the faults stop and waits until nothing happens any more.
func (l *life) rest() {
	for i := range 3 {
		node := fmt.Sprintf("node-%d", i)
		for _, mend := range []sim.Operation{
			sim.RestartNode{Node: node}, sim.HealNode{Node: node}, sim.StartKubelet{Node: node}, sim.ReleaseVolumes{Node: node},
		} {
			_ = l.Do(mend) // what nothing is wrong with cannot be mended
		}
	}
	l.run(24 * time.Hour)
	if set, err := l.StatefulSet("web"); err != nil || l.Pending() > 0 && (l.crashes || circles(set)) {
		require.NoError(l.t, err)
		return // a week of it shows nothing new
	}
	out, err := checks.Progress(l.Cluster)
	if *only == "" || *only == checks.ProgressName {
		require.NoError(l.t, err, "%s", l.Trace())
		if l.gentle {
			require.Equal(l.t, sim.Settled, out.State, "%s: nobody has done any harm, and the world is %s\n%s", checks.ProgressName, out, l.Trace())
		}
	}
	l.judge()
}

// circles reports whether a set may go in circles, as [checks.Progress] tells.
func circles(set *model.StatefulSet) bool {
	strategy := &set.Spec.UpdateStrategy
	return set.Spec.PodManagementPolicy == model.Parallel && strategy.Type == model.RollingUpdate && strategy.RollingUpdate == nil
}
