package explore_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/explore"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// begun is a world in which the set web has been applied, and nothing has happened yet.
func begun(t testing.TB, config sim.Config, replicas int32) *sim.Cluster {
	objects, err := manifest.Parse([]byte(web))
	require.NoError(t, err)
	config.AnyOrder = true
	c := sim.New(config)
	for _, object := range objects.Objects {
		if set, ok := object.(*model.StatefulSet); ok {
			set.Spec.Replicas = &replicas
		}
		require.NoError(t, c.Apply(object))
	}
	return c
}

// TestFaultsTellNodesApart: a pod may be on either of two equal nodes, and a fault is about one
// of them, however it names it. In one of the two stories the pod suffers.
func TestFaultsTellNodesApart(t *testing.T) {
	for _, node := range []string{"node-0", "node-1"} {
		for name, op := range map[string]sim.Operation{
			"a word":   sim.CrashNode{Node: node},
			"a target": sim.Delete{Target: "node/" + node},
			"function": sim.Func(func(c *sim.Cluster) {
				if pod, err := c.Pod("web-0"); err == nil && pod.Spec.NodeName == node { // once it is there
					_ = c.Do(sim.CrashNode{Node: node})
				}
			}),
		} {
			t.Run(name+" "+node, func(t *testing.T) {
				c := begun(t, sim.Config{Nodes: 2}, 1)
				c.Always("the pod stays ready", func(v sim.View) bool { return v.Now() < model.Instant(5*time.Second) || v.Ready("web") == 1 })
				r := run(t, explore.Search{World: c, Workers: 1, Faults: hands(op)})
				require.Equal(t, explore.Violated, r.Verdict, "%v", r)
			})
		}
	}
}

// TestMarksStay: nodes that somebody has told apart are told apart.
func TestMarksStay(t *testing.T) {
	seen := func(mark bool) (nodes map[string]bool) {
		c := begun(t, sim.Config{Nodes: 2}, 1)
		if mark {
			require.NoError(t, c.Mark("node-1", 7))
		}
		nodes = map[string]bool{}
		r := run(t, explore.Search{World: c, Workers: 1, Faults: hands(sim.HealNode{Node: "node-0"}, sim.HealNode{Node: "node-1"}), AtRest: func(c *sim.Cluster) string {
			if pod, err := c.Pod("web-0"); err == nil {
				nodes[pod.Spec.NodeName] = true
			}
			return ""
		}})
		require.Equal(t, explore.Holds, r.Verdict)
		mark1, err := c.MarkOf("node-1")
		require.NoError(t, err)
		require.Equal(t, mark, mark1 == 7, "the world is not changed")
		return nodes
	}
	require.Len(t, seen(false), 1, "one is like the other")
	require.Len(t, seen(true), 2)
	_, err := sim.New(sim.Config{}).MarkOf("node-7")
	require.ErrorContains(t, err, "not found")
}

// TestWorldsThatNeverRest: a crash loop has no end of states. The search says so, with as many
// worlds in memory as a story has steps.
func TestWorldsThatNeverRest(t *testing.T) {
	c := begun(t, sim.Config{Images: map[string]sim.Image{"app:1": {Crash: sim.Fixed(time.Second)}}}, 1)
	r := run(t, explore.Search{World: c, Workers: 1})
	require.Equal(t, explore.Unknown, r.Verdict)
	require.Equal(t, "there are stories of more than 2000 steps", r.Limit)
	require.Equal(t, 2000, r.Depth)
}

// TestDepth: how deep a search is that holds does not depend on the order in which it goes; with
// just as many steps it holds, and with one less it does not say so.
func TestDepth(t *testing.T) {
	c := world(t, sim.Config{Nodes: 2}, 2, "")
	require.NoError(t, c.SetImage("web", "app", "app:2"))
	search := explore.Search{World: c, Faults: append(crashes("node-0"), hands(sim.Delete{Target: "pod/web-1"}, sim.RestartController{})...), Workers: 1}
	all := run(t, search)
	require.Equal(t, explore.Holds, all.Verdict)
	for workers := 1; workers <= 3; workers++ {
		search.Workers, search.Steps = workers, all.Depth
		r := run(t, search)
		require.Equal(t, []any{explore.Holds, all.States, all.Rests, all.Depth}, []any{r.Verdict, r.States, r.Rests, r.Depth})
		search.Steps--
		require.Equal(t, explore.Unknown, run(t, search).Verdict)
	}
}

// TestRefusedFaultsComeLater: what cannot be done at first is tried again at each boundary.
func TestRefusedFaultsComeLater(t *testing.T) {
	c := begun(t, sim.Config{}, 1)
	require.Error(t, c.Do(sim.FailPod{Pod: "web-0"}), "there is no pod yet")
	c.Sometimes("it is there anew", func(v sim.View) bool {
		return v.Now() > model.Instant(5*time.Second) && v.Replicas("web") == 1 && v.Ready("web") == 0
	})
	r := run(t, explore.Search{World: c, Faults: hands(sim.FailPod{Pod: "web-0"})})
	require.Equal(t, explore.Holds, r.Verdict)
	require.Greater(t, r.Rests, int64(2))
}

// TestStopped: a search that is stopped while it looks for the shortest story tells the one that
// it has; and so does one whose states are too many for that.
func TestStopped(t *testing.T) {
	for name, limit := range map[string]string{"by somebody": "it was stopped (enough)", "by States": "there are more than"} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancelCause(context.Background())
			defer stop(nil)
			search := forced(t)
			found := atomic.Bool{}
			search.World.Check(sim.Check{Name: "web-0 stays", Broken: func(v sim.View) string {
				set, ok := v.Set("web")
				if !ok {
					return ""
				}
				if pod, ok := set.Pod(0); ok && !pod.Terminating() {
					return ""
				}
				found.Store(true)
				return "it is not there"
			}})
			search.Workers = 1
			search.AtRest = func(*sim.Cluster) string {
				if found.Load() && name == "by somebody" {
					stop(errors.New("enough"))
				}
				return ""
			}
			if name == "by States" {
				search.States = 60
				search.AtRest = nil
			}
			r, err := explore.Run(ctx, search)
			require.NoError(t, err)
			require.Equal(t, explore.Violated, r.Verdict, "%v", r)
			require.NotNil(t, r.Story)
			require.Equal(t, r.Violation, r.Story.Violations()[0])
			require.Contains(t, r.Limit, limit)
		})
	}
}

// TestChecksThatBreak: a check that panics does so where the search was begun, and one that
// fails its test, as require does, fails it there. Neither is taken for a search that holds.
func TestChecksThatBreak(t *testing.T) {
	for workers := 1; workers <= 3; workers++ {
		search := explore.Search{World: world(t, sim.Config{}, 1, ""), Faults: crashes("node-0"), Workers: workers}
		search.AtRest = func(*sim.Cluster) string { panic("mine") }
		require.PanicsWithValue(t, "mine", func() { _, _ = explore.Run(context.Background(), search) })
		search.AtRest = func(*sim.Cluster) string { var none *sim.Cluster; return none.Now().String() }
		require.Panics(t, func() { _, _ = explore.Run(context.Background(), search) })
		search.AtRest = func(*sim.Cluster) string { runtime.Goexit(); return "" }
		went := make(chan bool)
		go func() {
			on := false
			defer func() { went <- on }()
			_, _ = explore.Run(context.Background(), search)
			on = true
		}()
		require.False(t, <-went, "the goroutine was to end")
	}
}

// TestStoriesAreTheWorldsOwn: nobody is called that was to be told of violations of the world, and what
// happens in the world meanwhile does not matter.
func TestStoriesAreTheWorldsOwn(t *testing.T) {
	search := forced(t)
	search.World.OnViolation(func(sim.Violation) { panic("it is not the world's") })
	search.Workers = 1
	once := false
	search.AtRest = func(*sim.Cluster) string {
		if !once {
			once = true
			require.NoError(t, search.World.Scale("web", 0))
			search.World.Run(time.Minute)
		}
		return ""
	}
	r := run(t, search)
	require.Equal(t, explore.Violated, r.Verdict)
	require.Equal(t, checks.AtMostOne().Name, r.Violation.Check)
}

// TestUnfaithfulStories: an AtRest that looks at more than the world is found out.
func TestUnfaithfulStories(t *testing.T) {
	asked := 0
	_, err := explore.Run(context.Background(), explore.Search{World: world(t, sim.Config{}, 1, ""), Workers: 1, AtRest: func(*sim.Cluster) string {
		if asked++; asked == 1 {
			return "only once"
		}
		return ""
	}})
	require.ErrorContains(t, err, "told again, the story violates nothing")
	_, err = explore.Run(context.Background(), explore.Search{World: world(t, sim.Config{}, 1, ""), Faults: []faults.Fault{{}}})
	require.ErrorContains(t, err, "Search.Faults[0] has no operation")
	untold := world(t, sim.Config{}, 1, "")
	untold.StopTrace()
	_, err = explore.Run(context.Background(), explore.Search{World: untold})
	require.ErrorContains(t, err, "the world's trace was stopped")
	hasty := begun(t, sim.Config{Latencies: sim.Latencies{Controller: sim.Between(0, time.Second)}}, 1)
	_, err = explore.Run(context.Background(), explore.Search{World: hasty})
	require.ErrorContains(t, err, "Latencies.Controller may be 0")
}
