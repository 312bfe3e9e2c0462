package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// writes are all writes that the StatefulSet controller makes.
var writes = []sim.FailWrite{
	{Verb: sim.VerbCreate, Kind: model.KindPod},
	{Verb: sim.VerbDelete, Kind: model.KindPod},
	{Verb: sim.VerbUpdate, Kind: model.KindPod},
	{Verb: sim.VerbCreate, Kind: model.KindPersistentVolumeClaim},
	{Verb: sim.VerbUpdate, Kind: model.KindPersistentVolumeClaim},
	{Verb: sim.VerbCreate, Kind: model.KindControllerRevision},
	{Verb: sim.VerbUpdate, Kind: model.KindControllerRevision},
	{Verb: sim.VerbDelete, Kind: model.KindControllerRevision},
	{Verb: sim.VerbUpdateStatus, Kind: model.KindStatefulSet},
}

// troubled lives a life in which every kind of write happens: rollouts there and
// back, a lost label, a short history, claims that go with their pods.
func troubled(c *sim.Cluster) error {
	objects := disks(3)
	set := objects[2].(*model.StatefulSet)
	limit := int32(0)
	set.Spec.RevisionHistoryLimit = &limit
	set.Spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{WhenDeleted: model.DeleteClaim, WhenScaled: model.DeleteClaim}
	for _, do := range []func() error{
		func() error { return c.Apply(objects...) },
		func() error { return c.SetImage("db", "db", "db:2") },
		func() error { return c.SetPartition("db", 3) },
		func() error { return c.SetImage("db", "db", "db:3") },
		func() error { return c.SetImage("db", "db", "db:2") },
		func() error { return c.SetPartition("db", 0) },
		func() error { return c.SetImage("db", "db", "db:4") },
		func() error { return c.SetImage("db", "db", "db:5") },
		func() error { return c.Label("pod/db-1", []string{model.LabelPodName + "-"}) },
		func() error { return c.Scale("db", 1) },
		func() error { return c.Scale("db", 2) },
	} {
		if err := do(); err != nil {
			return err
		}
		if out := c.Settle(); out.State != sim.Settled {
			return fmt.Errorf("not settled: %s", out)
		}
	}
	return nil
}

// Whatever write fails, first or later, once or five times: the controller comes
// back to it, and the set ends as it would have ended.
func TestFailedWritesAreMadeUpFor(t *testing.T) {
	calm := sim.New(sim.Config{})
	require.NoError(t, troubled(calm))
	want := calm.Pods("db").Names()
	for _, write := range writes {
		for _, nth := range []int{1, 2, 3, 5} {
			for _, times := range []int{1, 5} {
				fault := write
				fault.Nth, fault.Times = nth, times
				t.Run(fmt.Sprintf("%s %s/%d/%d", write.Verb, write.Kind, nth, times), func(t *testing.T) {
					c := sim.New(sim.Config{})
					require.NoError(t, c.Do(fault))
					require.NoError(t, troubled(c))
					require.Equal(t, want, c.Pods("db").Names())
					set, err := c.StatefulSet("db")
					require.NoError(t, err)
					require.Equal(t, set.Status.UpdateRevision, set.Status.CurrentRevision)
					require.Len(t, c.Claims().Items, 2)
				})
			}
		}
	}
}

// A write that fails once more each time is tried again after 5ms, 10ms, 20ms...
func TestRetriesBackOff(t *testing.T) {
	c := sim.New(sim.Config{})
	require.NoError(t, c.Do(sim.FailWrite{Verb: sim.VerbCreate, Kind: model.KindPod, Times: 6, Error: "quota exceeded"}))
	require.NoError(t, c.Apply(plain(1, model.OrderedReady)))
	c.Run(time.Second)
	var at []time.Duration
	for _, e := range c.Events("sts/web").Items {
		at = append(at, time.Duration(e.At)-time.Millisecond)
	}
	ms := time.Millisecond
	// The failed syncs still write the status, and that makes the controller look at once.
	require.Equal(t, "FailedCreate", c.Events("sts/web").Reasons()[0])
	require.Contains(t, c.Events("sts/web").Items[0].Message, "quota exceeded")
	require.Len(t, at, 7, "six failures and a success")
	require.Equal(t, []time.Duration{0, ms, 5 * ms, 25 * ms, 65 * ms, 145 * ms, 305 * ms}, at,
		"each failure doubles the delay; the second attempt, at 1ms, does not put off the one at 5ms")
}

// A pod whose name is taken cannot be created. There is no event, and no attempt
// before the name is free: nothing is pending meanwhile.
func TestATakenNameIsWaitedFor(t *testing.T) {
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(plain(2, model.OrderedReady)))
	c.Settle()
	require.NoError(t, c.Label("pod/web-1", []string{"app=other"}))
	out := c.Settle()
	require.Equal(t, sim.Waiting, out.State)
	require.Contains(t, out.String(), `sts/web: the controller cannot go on: pods "web-1" already exists`)
	require.Zero(t, c.Pending())
	failures := 0
	for _, reason := range c.Events("sts/web").Reasons() {
		if reason == "FailedCreate" {
			failures++
		}
	}
	require.Zero(t, failures)
	require.NoError(t, c.Delete("pod/web-1"))
	require.Equal(t, sim.Settled, c.Settle().State)
	pod, err := c.Pod("web-1")
	require.NoError(t, err)
	require.Equal(t, "web", pod.Labels["app"])
}

// A cache that lies behind delays the controller and does not mislead it: it does
// not act before it sees what it has written itself.
func TestALaggingCacheIsWaitedFor(t *testing.T) {
	for _, lag := range []time.Duration{time.Millisecond, 30 * time.Millisecond, 700 * time.Millisecond} {
		t.Run(lag.String(), func(t *testing.T) {
			c := sim.New(sim.Config{Latencies: sim.Latencies{Watch: sim.Fixed(lag)}})
			require.NoError(t, troubled(c))
			require.Equal(t, []string{"db-0", "db-1"}, c.Pods("db").Names())
			for _, e := range c.Events("sts/db").Items {
				require.NotContains(t, e.Reason, "Failed", "%s", e.Message)
			}
			fork, err := c.Clone()
			require.NoError(t, err)
			require.Equal(t, c.StateHash(), fork.StateHash())
		})
	}
}

// The controller cannot act on a set that it has not heard of yet.
func TestALaggingCacheMayNotKnowTheSet(t *testing.T) {
	c := sim.New(sim.Config{Latencies: sim.Latencies{Watch: sim.Fixed(time.Second)}})
	require.NoError(t, c.Apply(plain(2, model.OrderedReady)))
	require.NoError(t, c.SetImage("web", "app", "app:2"))
	require.NoError(t, c.Resync("web"))
	c.Run(900 * time.Millisecond)
	require.Empty(t, c.Pods("").Items)
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Equal(t, "app:2", c.Pods("web").Items[0].Spec.Containers[0].Image)
}

// A failure that goes on and one that does not, in one batch: the controller comes
// back for the second.
func TestATakenNameDoesNotHideAnotherFailure(t *testing.T) {
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(plain(3, model.Parallel)))
	c.Settle()
	require.NoError(t, c.Label("pod/web-1", []string{"app-"}))
	c.Settle()
	require.NoError(t, c.Do(sim.FailWrite{Verb: sim.VerbCreate, Kind: model.KindPod, Nth: 2, Times: 2}))
	require.NoError(t, c.Delete("pod/web-2", sim.Force()))
	require.Equal(t, sim.Waiting, c.Settle().State)
	require.True(t, sim.ViewOf(c).PodReady("web-2"))
	require.NoError(t, c.Delete("pod/web-1"))
	require.Equal(t, sim.Settled, c.Settle().State)
}

// A pod of an earlier set of the name is nobody's business but the back-off's: its
// end does not make the controller look at once.
func TestAForeignPodDoesNotWakeTheController(t *testing.T) {
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(disks(1)...))
	c.Settle()
	require.NoError(t, c.Delete("sts/db"))
	gone := time.Duration(c.Now()) + 30*time.Second // after the pod's grace
	c.Run(5 * time.Millisecond)
	require.NoError(t, c.Apply(disks(1)...))
	require.Equal(t, sim.Settled, c.Settle().State)
	var created []time.Duration
	for _, e := range c.Events("sts/db").Items {
		if e.Message == "Create Pod db-0 in StatefulSet db successful" {
			created = append(created, time.Duration(e.At))
		}
	}
	require.Len(t, created, 2)
	require.Greater(t, created[1], gone+5*time.Second, "the retries are 5ms, 10ms, ..., 20s, 41s after the first attempt")
}
