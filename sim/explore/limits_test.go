package explore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/explore"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
)

// forced is a search that finds a second web-0.
func forced(t testing.TB) explore.Search {
	c := world(t, sim.Config{Nodes: 2}, 2, "")
	c.Check(checks.AtMostOne())
	return explore.Search{World: c, Budget: 2, Faults: append(crashes("node-0", "node-1"), hands(
		sim.Delete{Target: "pod/web-0"}, sim.Delete{Target: "pod/web-0", Force: true}, sim.Delete{Target: "pod/web-1", Force: true})...)}
}

// TestOneShortestStory: whoever looks finds the same story, and it plays again from its text.
func TestOneShortestStory(t *testing.T) {
	var first string
	for workers := 1; workers <= 4; workers++ {
		search := forced(t)
		search.Workers = workers
		r := run(t, search)
		require.Equal(t, explore.Violated, r.Verdict)
		require.Equal(t, 1, r.Faults, "a fault that is not needed is not in the story")
		p, err := screenplay.Of(r.Story, "")
		require.NoError(t, err)
		text := p.String()
		if first == "" {
			first = text
		}
		require.Equal(t, first, text)
		plays, err := screenplay.Parse(text)
		require.NoError(t, err)
		again, err := screenplay.Play(plays[0])
		require.NoError(t, err, "%s", text)
		require.Equal(t, r.Story.Violations(), again.Violations())
		require.Equal(t, r.Story.Trace().String(), again.Trace().String())
	}
}

// TestLimits: a search that was not through says so, and why.
func TestLimits(t *testing.T) {
	search := explore.Search{World: rolling(t), Faults: crashes("node-0", "node-1", "node-2")}
	search.States = 100
	r := run(t, search)
	require.Equal(t, explore.Unknown, r.Verdict)
	require.Equal(t, "there are more than 100 states", r.Limit)

	search.States, search.Steps = 0, 10
	var states int64
	for workers := 1; workers <= 3; workers++ {
		search.Workers = workers
		r = run(t, search)
		require.Equal(t, "there are stories of more than 10 steps", r.Limit)
		require.Equal(t, 10, r.Depth)
		if states == 0 {
			states = r.States
		}
		require.Equal(t, states, r.States)
	}

	search.Steps = 0
	ctx, stop := context.WithCancelCause(context.Background())
	stop(errors.New("enough"))
	r, err := explore.Run(ctx, search)
	require.NoError(t, err)
	require.Equal(t, explore.Unknown, r.Verdict)
	require.Equal(t, "it was stopped (enough)", r.Limit)
}

// TestRefusals: what cannot be searched is refused before it begins.
func TestRefusals(t *testing.T) {
	broken := world(t, sim.Config{}, 1, "")
	broken.Always("there is nothing", func(v sim.View) bool { return v.Replicas("web") == 0 })
	function := world(t, sim.Config{}, 1, "")
	require.NoError(t, function.At(time.Hour, sim.Func(func(*sim.Cluster) {})))
	for says, search := range map[string]explore.Search{
		"Search.World is nil":                   {},
		"a number of the Search is negative":    {World: broken, Budget: -1},
		"the world is broken before the search": {World: broken},
		"a function is pending (At, Func)":      {World: function},
	} {
		_, err := explore.Run(context.Background(), search)
		require.ErrorContains(t, err, says)
	}
}

// TestConditions: what has to come to hold, and what is to be seen at least once.
func TestConditions(t *testing.T) {
	c := world(t, sim.Config{Nodes: 2}, 2, "")
	require.NoError(t, c.SetImage("web", "app", "app:2"))
	c.Sometimes("a pod is missing", func(v sim.View) bool { return v.Replicas("web") < 2 })
	c.Sometimes("two pods are missing", func(v sim.View) bool { return v.Replicas("web") < 1 })
	c.Eventually("both are ready", 10*time.Second, func(v sim.View) bool { return v.Ready("web") == 2 })
	r := run(t, explore.Search{World: c})
	require.Equal(t, explore.Holds, r.Verdict)
	require.Equal(t, []string{"two pods are missing"}, r.Unreached)

	r = run(t, explore.Search{World: c, Faults: crashes("node-0")})
	require.Equal(t, explore.Violated, r.Verdict)
	require.Equal(t, "both are ready", r.Violation.Check)

	c.Eventually("something that never comes", 48*time.Hour, func(v sim.View) bool { return v.Ready("web") == 3 })
	r = run(t, explore.Search{World: c})
	require.Equal(t, explore.Violated, r.Verdict)
	require.Contains(t, r.Violation.Why, "the world is settled")
}
