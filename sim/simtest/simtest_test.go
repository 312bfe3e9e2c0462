package simtest_test

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// webSet is a plain set web under OrderedReady whose pods run app:1.
func webSet(replicas int32) *model.StatefulSet {
	labels := model.Labels{"app": "web"}
	return &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Replicas: &replicas, ServiceName: "web", Selector: &model.LabelSelector{MatchLabels: labels},
		UpdateStrategy: model.UpdateStrategy{Type: model.RollingUpdate},
		Template: model.PodTemplateSpec{
			Labels: labels, Spec: model.PodSpec{Containers: []model.Container{{Name: simtest.Container, Image: simtest.ImageFirst}}},
		},
	}}
}

// TestRolloutKeepsQuorum is what a user writes.
func TestRolloutKeepsQuorum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.Cluster(t, simtest.Nodes(3), simtest.VaryingLatencies())
		require.NoError(t, c.Apply(simtest.Objects(webSet(3))...))
		require.Equal(t, sim.Settled, c.Settle().State)
		require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageSecond))
		if c.RunUntil(noQuorum, time.Hour) {
			t.Fatalf("no quorum:\n%s", c.Trace())
		}
		updated := 0
		c.RunUntil(func(w sim.View) bool { updated = w.Updated("web"); return true }, 0)
		require.Equal(t, 3, updated, "the rollout is done:\n%s", c.Trace())
	})
}

func noQuorum(w sim.View) bool { return w.Ready("web") < 2 }

// TestQuorumCanBeLost is the witness of the property before.
func TestQuorumCanBeLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.Cluster(t, simtest.Nodes(3), simtest.VaryingLatencies())
		set := webSet(3)
		set.Spec.PodManagementPolicy = model.Parallel
		two := model.FromInt(2)
		set.Spec.UpdateStrategy.RollingUpdate = &model.RollingUpdateStrategy{MaxUnavailable: &two}
		require.NoError(t, c.Apply(simtest.Objects(set)...))
		c.Settle()
		require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageSecond))
		require.True(t, c.RunUntil(noQuorum, time.Hour), "two pods at once")
	})
}

// TestSetsAreValid also holds that every part of a set is drawn.
func TestSetsAreValid(t *testing.T) {
	drawn := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		set := simtest.StatefulSet().Draw(t, "set")
		set.Default()
		require.Empty(t, validation.Create(set))
		for words, is := range map[string]bool{
			"no replicas":     set.Spec.DesiredReplicas() == 0,
			"five replicas":   set.Spec.DesiredReplicas() == 5,
			"OrderedReady":    set.Spec.PodManagementPolicy == model.OrderedReady,
			"Parallel":        set.Spec.PodManagementPolicy == model.Parallel,
			"OnDelete":        set.Spec.UpdateStrategy.Type == model.OnDelete,
			"no block":        set.Spec.UpdateStrategy.Type == model.RollingUpdate && set.Spec.UpdateStrategy.RollingUpdate == nil,
			"a partition":     set.Spec.Partition() > 0,
			"maxUnavailable":  set.Spec.MaxUnavailable() > 1,
			"minReadySeconds": set.Spec.MinReadySeconds > 0,
			"a start":         set.Spec.StartOrdinal() > 0,
			"two claims":      len(set.Spec.VolumeClaimTemplates) == 2,
			"no claims":       len(set.Spec.VolumeClaimTemplates) == 0,
			"whenScaled":      set.Spec.Retention().WhenScaled == model.DeleteClaim,
			"whenDeleted":     set.Spec.Retention().WhenDeleted == model.DeleteClaim,
			"no history":      *set.Spec.RevisionHistoryLimit == 0,
		} {
			drawn[words] = drawn[words] || is
		}
	})
	for words, is := range drawn {
		require.True(t, is || testing.Short(), "never drawn: %s", words)
	}
}

// TestOperationsCanBeDone: each kind of operation is accepted sooner or later.
func TestOperationsCanBeDone(t *testing.T) {
	done := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.Cluster(t, simtest.Nodes(3))
		require.NoError(t, c.Apply(simtest.Objects(simtest.StatefulSet().Draw(t, "set"))...))
		for range 20 {
			c.Run(simtest.Pause().Draw(t, "pause"))
			op := simtest.Operation("web").Draw(t, "operation")
			words := fmt.Sprintf("%T", op)
			if del, ok := op.(sim.Delete); ok {
				kind, _, _ := strings.Cut(del.Target, "/")
				words += " " + kind
			}
			done[words] = c.Do(op) == nil || done[words]
		}
	})
	require.Len(t, done, 12, "%v", done)
	for words, ok := range done {
		require.True(t, ok || testing.Short(), "never accepted: %s", words)
	}
}

// TestReplay: the choices that rapid has drawn make the same story without rapid.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := simtest.StatefulSet().Draw(t, "set")
		operations := rapid.SliceOfN(simtest.Operation("web"), 0, 5).Draw(t, "operations")
		story := func(c *sim.Cluster) *sim.Cluster {
			require.NoError(t, c.Apply(simtest.Objects(model.Clone(set))...))
			for _, op := range operations {
				c.Run(5 * time.Second)
				_ = c.Do(op) // refused or not, it is the same both times
			}
			c.Run(10 * time.Minute)
			return c
		}
		world := func() *sim.Cluster { return simtest.Cluster(t, simtest.Nodes(3), simtest.VaryingLatencies()) }
		drawn := story(world())
		again := world()
		again.SetChooser(sim.Replay(drawn.Choices()))
		story(again)
		require.Equal(t, drawn.Fingerprint(), again.Fingerprint())
		require.Equal(t, drawn.Trace(), again.Trace())
		require.Equal(t, drawn.Choices(), again.Choices())
	})
}

// TestOptions: what the Config says stays, whatever the order of the options.
func TestOptions(t *testing.T) {
	config := simtest.Config(sim.Config{
		Nodes: 1, Seed: 7, Latencies: sim.Latencies{Start: sim.Fixed(3 * time.Second)},
		Images: map[string]sim.Image{simtest.ImageFirst: {NeverReady: true}},
	})
	orders := [][]simtest.Option{
		{config, simtest.Nodes(2), simtest.VaryingLatencies()},
		{simtest.VaryingLatencies(), simtest.Nodes(2), config},
	}
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.Cluster(t, rapid.SampledFrom(orders).Draw(t, "order")...)
		require.NoError(t, c.Apply(simtest.Objects(webSet(1))...))
		outcome := c.Settle()
		require.Len(t, c.Nodes().Items, 2)
		require.Equal(t, sim.Waiting, outcome.State, "the Config's behaviour of an image counts")
		require.Len(t, c.Choices(), 2, "to schedule and to pull; the start is fixed, and it is never ready")
	})
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.Cluster(t)
		require.NoError(t, c.Apply(simtest.Objects(webSet(2))...))
		require.Equal(t, sim.Settled, c.Settle().State)
		require.Empty(t, c.Choices(), "a calm world makes no choice")
	})
}

// TestFailuresShrink: of the operations and latencies with which a property fails,
// rapid leaves those that it takes. The property is that a pod, if it gets ready,
// does so within 500 seconds, of which pulling and all else that does not vary take
// two and a half.
func TestFailuresShrink(t *testing.T) {
	var choices []sim.Choice
	var operations []sim.Operation
	p := fails(t, func(t *rapid.T) {
		c := simtest.Cluster(t, simtest.Config(sim.Config{Latencies: sim.Latencies{
			Start: sim.Between(0, 1023*time.Second), Schedule: sim.Between(0, 1023*time.Second),
		}}))
		require.NoError(t, c.Apply(simtest.Objects(webSet(1))...))
		drawn := rapid.SliceOf(simtest.Operation("web")).Draw(t, "operations")
		for _, op := range drawn {
			_ = c.Do(op)
		}
		ready := c.RunUntil(func(w sim.View) bool { return w.PodReady("web-0") }, time.Hour)
		if ready && c.Now() > model.Instant(500*time.Second) {
			choices, operations = c.Choices(), drawn
			t.Fatalf("it takes %v", time.Duration(c.Now()))
		}
	})
	require.True(t, p.failed)
	require.Empty(t, operations, "it fails without any")
	require.Len(t, choices, 2)
	require.Equal(t, 498, choices[0].Picked+choices[1].Picked, "the shortest latencies that are too long: %v", choices)
}

// fails runs a property that fails, without anybody noticing, in an empty directory.
func fails(t *testing.T, property func(t *rapid.T)) *probe {
	t.Chdir(t.TempDir())
	const noFailFile = "rapid.nofailfile"
	before := flag.Lookup(noFailFile).Value.String()
	require.NoError(t, flag.Set(noFailFile, "true"))
	defer func() { require.NoError(t, flag.Set(noFailFile, before)) }()
	p := &probe{T: t}
	done := make(chan struct{})
	go func() { // rapid ends the goroutine of a test that fails
		defer close(done)
		rapid.Check(p, property)
	}()
	<-done
	return p
}

// probe is a test that may fail without anybody noticing. What it says is kept.
type probe struct {
	*testing.T
	failed bool
	said   []string
}

func (p *probe) Errorf(string, ...any) { p.failed = true }
func (p *probe) Failed() bool          { return p.failed }
func (p *probe) FailNow()              { p.failed = true; runtime.Goexit() }
func (p *probe) Log(args ...any)       { p.said = append(p.said, fmt.Sprint(args...)) }
func (p *probe) Logf(string, ...any)   {}
func (p *probe) Fatalf(string, ...any) { p.FailNow() }
func (p *probe) Fatal(args ...any)     { p.Log(args...); p.FailNow() }
