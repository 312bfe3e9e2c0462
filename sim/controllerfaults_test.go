package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// A controller that stands still does nothing, and makes up for all of it afterwards.
func TestPauseController(t *testing.T) {
	c := formed(t, plain(3, model.OrderedReady))
	require.NoError(t, c.Do(sim.PauseController{}))
	require.ErrorContains(t, c.Do(sim.PauseController{}), "is paused")
	require.NoError(t, c.Delete("pod/web-1"))
	require.NoError(t, c.Scale("web", 4))
	c.Run(time.Hour)
	require.Equal(t, []sim.Reason{{Object: "sts/web", Why: "the controller is paused", Remedy: "resume the controller"}}, c.Settle().Reasons)
	require.Equal(t, []string{"web-0", "web-2"}, c.Pods("web").Names())
	require.Zero(t, c.Pending(), "nobody looks, and nothing ticks")
	require.NoError(t, c.Do(sim.ResumeController{}))
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Equal(t, []string{"web-0", "web-1", "web-2", "web-3"}, c.Pods("web").Names())
	require.ErrorContains(t, c.Do(sim.ResumeController{}), "is not paused")
}

// A watch that lies behind shows a controller the past: it replaces a pod while another one
// is gone already, of which it has not heard.
func TestDelayWatch(t *testing.T) {
	c := formed(t, plain(3, model.OrderedReady))
	require.NoError(t, c.Do(sim.DelayWatch{By: 10 * time.Second}))
	require.NoError(t, c.RolloutRestart("web"))
	c.Run(9 * time.Second)
	require.NoError(t, c.Delete("pod/web-0"))
	c.Run(1500 * time.Millisecond)
	terminating := 0
	for _, p := range c.Pods("web").Items {
		if p.DeletedAt != nil {
			terminating++
		}
	}
	require.Equal(t, 2, terminating, "%s", c.Trace())
	require.NoError(t, c.Do(sim.DelayWatch{}))
	require.Equal(t, sim.Settled, c.Settle().State)
	require.ErrorContains(t, c.Do(sim.DelayWatch{By: -1}), "By must not be negative")
}

// What was on its way when a watch became fast arrives before what happens afterwards.
func TestWatchesDeliverInOrder(t *testing.T) {
	c := formed(t, plain(3, model.OrderedReady))
	require.NoError(t, c.Do(sim.DelayWatch{By: time.Minute}))
	require.NoError(t, c.Scale("web", 1))
	require.NoError(t, c.Do(sim.DelayWatch{}))
	require.NoError(t, c.Scale("web", 3))
	mark := c.TraceLen()
	require.Equal(t, sim.Settled, c.Settle().State)
	require.NotContains(t, c.TraceFrom(mark).String(), "is scaled away", "both are heard at one instant")
	require.Len(t, c.Pods("web").Items, 3)
}

// An event that is lost is not made up for by waiting, but by a controller that lists anew.
func TestLoseEvents(t *testing.T) {
	c := formed(t, plain(2, model.OrderedReady))
	require.NoError(t, c.Do(sim.LoseEvents{Kind: model.KindPod}))
	require.NoError(t, c.Delete("pod/web-0", sim.Force()))
	c.Run(time.Hour)
	require.Equal(t, []string{"web-1"}, c.Pods("web").Names(), "nobody has told the controller")
	require.Equal(t, sim.Waiting, c.Settle().State)
	require.Equal(t, []sim.Reason{{"sts/web", "the controller has not heard what has become of web-0", "restart the controller"}}, c.Settle().Reasons)
	c.RestartController()
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Equal(t, []string{"web-0", "web-1"}, c.Pods("web").Names())
	require.ErrorContains(t, c.Do(sim.LoseEvents{Kind: model.KindNode}), "Kind must be one of")
	require.ErrorContains(t, c.Do(sim.LoseEvents{Kind: model.KindPod, Times: -1}), "Times not negative")
}

// Events that have not been lost yet need not be.
func TestKeepEvents(t *testing.T) {
	c := formed(t, plain(2, model.OrderedReady))
	require.ErrorContains(t, c.Do(sim.KeepEvents{Kind: model.KindPod}), "no event of kind Pod is to be lost")
	require.NoError(t, c.Do(sim.LoseEvents{Kind: model.KindPod, Times: 5}))
	require.NoError(t, c.Do(sim.KeepEvents{Kind: model.KindPod}))
	require.NoError(t, c.Delete("pod/web-0", sim.Force()))
	require.Equal(t, sim.Settled, c.Settle().State)
	require.NoError(t, c.Do(sim.LoseEvents{Kind: model.KindPod, Times: 5}))
	require.NoError(t, c.Do(sim.LoseEvents{Kind: model.KindStatefulSet}))
	require.NoError(t, c.Do(sim.KeepEvents{Kind: model.KindPod}))
	require.NoError(t, c.Scale("web", 3))
	c.Settle()
	require.Len(t, c.Pods("web").Items, 2, "that event is lost")
}

// Whatever the controller misses: once it has been started anew, and nothing is wrong any
// more, the world becomes what its specs ask for.
func TestControllersMakeUpForWhatTheyMiss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := ranges(rapid.Uint64().Draw(t, "seed"))
		c := sim.New(config)
		require.NoError(t, c.Apply(webSet(3, ofClass("disks")), disksClass(), nginx()))
		paused := false
		for range rapid.IntRange(1, 10).Draw(t, "deeds") {
			switch rapid.IntRange(0, 6).Draw(t, "deed") {
			case 0:
				require.NoError(t, c.Do(sim.DelayWatch{By: time.Duration(rapid.IntRange(0, 20).Draw(t, "s")) * time.Second}))
			case 1:
				kinds := []model.Kind{model.KindPod, model.KindStatefulSet, model.KindPersistentVolumeClaim, model.KindControllerRevision}
				require.NoError(t, c.Do(sim.LoseEvents{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Times: rapid.IntRange(0, 4).Draw(t, "times")}))
			case 2:
				if paused {
					require.NoError(t, c.Do(sim.ResumeController{}))
				} else {
					require.NoError(t, c.Do(sim.PauseController{}))
				}
				paused = !paused
			case 3:
				require.NoError(t, c.Scale("web", rapid.IntRange(0, 4).Draw(t, "replicas")))
			case 4:
				require.NoError(t, c.SetImage("web", "main", rapid.SampledFrom([]string{"A", "B"}).Draw(t, "image")))
			case 5:
				_ = c.Delete(rapid.SampledFrom([]string{"pod/web-0", "pod/web-1", "pod/web-2"}).Draw(t, "pod"))
			case 6:
				c.RestartController()
			}
			c.Run(time.Duration(rapid.IntRange(0, 30_000).Draw(t, "run")) * time.Millisecond)
			fork, err := c.Clone()
			require.NoError(t, err)
			fork.Run(time.Minute)
		}
		if paused {
			require.NoError(t, c.Do(sim.ResumeController{}))
		}
		require.NoError(t, c.Do(sim.DelayWatch{}))
		c.Run(time.Hour) // until nothing is on its way
		c.RestartController()
		for range 20 { // of what is still to be lost
			if c.Settle().State == sim.Settled {
				return
			}
			c.RestartController()
		}
		t.Fatalf("%v\n%s", c.Settle(), c.Trace())
	})
}
