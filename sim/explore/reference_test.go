package explore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/explore"
)

// naive goes through every story, however often it has seen a state, and notes the states by
// their hashes, and what worlds at rest look like.
type naive struct {
	states map[uint64]bool
	rests  map[string]bool
	steps  int
}

const mostSteps = 20_000

// odometer chooses in one way; more says whether there is another.
type odometer struct {
	picked, of []int
	next       int
}

func (o *odometer) Choose(_ string, n int) int {
	if o.next == len(o.picked) {
		o.picked, o.of = append(o.picked, 0), append(o.of, n)
	}
	o.next++
	if k := o.picked[o.next-1]; n < 1024 {
		return k
	} else {
		return k * (n - 1)
	}
}

func (o *odometer) more() bool {
	o.next = 0
	for i := len(o.picked) - 1; i >= 0; i-- {
		ways := o.of[i]
		if ways >= 1024 {
			ways = 2
		}
		if o.picked[i]+1 < ways {
			o.picked[i]++
			o.picked, o.of = o.picked[:i+1], o.of[:i+1]
			return true
		}
	}
	return false
}

func (n *naive) visit(c *sim.Cluster) {
	n.states[c.StateHash()] = true
	if c.Pending() == 0 {
		n.rests[looks(c)] = true
		return
	}
	var o odometer
	for more := true; more && n.steps < mostSteps; more = o.more() {
		fork, err := c.Clone()
		if err != nil {
			panic(err)
		}
		fork.SetChooser(&o)
		fork.Step()
		n.steps++
		n.visit(fork)
	}
}

// looks is what a world at rest looks like.
func looks(c *sim.Cluster) string { return c.Pods("web").String() + c.Settle().String() }

// TestSearchMissesNothing: a search that knows states again visits just those that one
// visits that does not, and comes to the same ends.
func TestSearchMissesNothing(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		config := sim.Config{Nodes: rapid.IntRange(1, 2).Draw(t, "nodes")}
		if rapid.Bool().Draw(t, "varying") {
			config.Latencies.Ready = sim.Between(500*time.Millisecond, 2*time.Second)
		}
		patch := rapid.SampledFrom([]string{`{}`, `{"spec": {"podManagementPolicy": "Parallel"}}`, `{"spec": {"minReadySeconds": 1}}`}).Draw(t, "patch")
		c := world(t, config, int32(rapid.IntRange(1, 2).Draw(t, "replicas")), "", patch)
		for range rapid.IntRange(0, 2).Draw(t, "operations") {
			op := rapid.SampledFrom([]sim.Operation{
				setImage("app:2"), sim.Scale{Set: "web", Replicas: 2}, sim.Scale{Set: "web", Replicas: 1}, sim.Delete{Target: "pod/web-0", Force: true},
				sim.CrashContainer{Pod: "web-0"}, sim.RestartNode{Node: "node-0"}, sim.DelayWatch{By: 10 * time.Millisecond}, sim.RestartController{},
			}).Draw(t, "operation")
			require.NoError(t, c.At(time.Duration(c.Now())+time.Duration(rapid.IntRange(0, 1500).Draw(t, "after"))*time.Millisecond, op))
		}
		n := naive{states: map[uint64]bool{}, rests: map[string]bool{}}
		n.visit(c)
		if n.steps >= mostSteps {
			return // too many stories to tell them all
		}
		compared++
		rests := map[string]bool{}
		r, err := explore.Run(context.Background(), explore.Search{World: c, Workers: 1, AtRest: func(c *sim.Cluster) string {
			rests[looks(c)] = true
			return ""
		}})
		require.NoError(t, err)
		require.Equal(t, explore.Holds, r.Verdict)
		require.Equal(t, len(n.states), int(r.States))
		require.Subset(t, n.rests, rests)
	})
	require.True(t, compared > 10 || testing.Short(), "%d compared", compared)
}
