package sweep_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
	"github.com/ordinal-sim/ordinal/sim/sweep"
)

// faulty is what is measured of a rollout under faults.
type faulty struct {
	Took, Unavailable, Recovery time.Duration
	QuorumLost                  bool
	Faults                      int
}

// rollouts are lives of a set of three with claims that is rolled out while up to three
// accidents happen.
func rollouts(t testing.TB) func(uint64) faulty {
	class, replicas, grace := "disks", int32(3), int64(5)
	labels := model.Labels{"app": "web"}
	c := sim.New(sim.Config{Nodes: 3, Latencies: sim.Latencies{
		Attach: sim.Between(time.Second, 5*time.Second), Pull: sim.Between(time.Second, 20*time.Second), Ready: sim.Between(0, 5*time.Second),
	}})
	require.NoError(t, c.Apply(
		&model.StorageClass{ObjectMeta: model.ObjectMeta{Name: class}, Provisioner: "disk.csi.example.com"},
		&model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
			Replicas: &replicas, ServiceName: "web", Selector: &model.LabelSelector{MatchLabels: labels},
			Template: model.PodTemplateSpec{Labels: labels, Spec: model.PodSpec{
				TerminationGracePeriodSeconds: &grace, Containers: []model.Container{{Name: "app", Image: "app:1"}},
			}},
			VolumeClaimTemplates: []model.PersistentVolumeClaim{{ObjectMeta: model.ObjectMeta{Name: "data"}, Spec: model.PersistentVolumeClaimSpec{
				AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi, StorageClassName: &class,
			}}},
		}},
	))
	require.Equal(t, sim.Settled, c.Settle().State)
	require.NoError(t, c.SetImage("web", "app", "app:2"))
	source, err := faults.Plan{Set: "web", Most: 3}.For(c)
	require.NoError(t, err)
	lives, err := sweep.Forks(c, func(c *sim.Cluster, _ uint64) faulty {
		begin := c.Now()
		drawn := source.Draw(c)
		if err := drawn.Put(c); err != nil {
			panic(err)
		}
		out := faulty{Took: sweep.Never, Faults: len(drawn.Faults)}
		meter := sweep.NewMeter("web", 2)
		done := func(v sim.View) bool { meter.Look(v); return v.RolledOut("web") }
		if c.RunUntil(done, time.Hour) {
			out.Took = c.Now().Sub(begin)
		}
		out.Unavailable, out.Recovery, out.QuorumLost = meter.Unavailable(c.Now()), meter.Recovery(), meter.Outages() > 0
		return out
	})
	require.NoError(t, err)
	return lives
}

func sweepFaulty(t testing.TB, lives func(uint64) faulty, seeds, workers int) *sweep.Report {
	report, err := sweep.Run(context.Background(), sweep.Config{Seeds: seeds, Workers: workers}, lives)
	require.NoError(t, err)
	return report
}

// Lives under faults are the same with one worker and with two, and whoever lived in their
// memory before.
func TestFaultyLivesAreTheSameForAnyNumberOfWorkers(t *testing.T) {
	lives := rollouts(t)
	one, two := sweepFaulty(t, lives, 2000, 1), sweepFaulty(t, lives, 2000, 2)
	require.Equal(t, one.String(), two.String())
	require.Equal(t, one.String(), sweepFaulty(t, rollouts(t), 2000, 3).String(), "another world that has come to rest in the same way")
	require.Zero(t, one.Measure("took").Never(), "all faults stop, and the rollout finishes")
	require.Positive(t, one.Measure("quorum lost").Rate().Estimate)
	require.Equal(t, lives(7), lives(7))
}

// A sweep needs no more memory for many lives than for few: what is alive after them, and what
// a life leaves to the garbage collector.
func TestFaultyLivesLeaveNothingBehind(t *testing.T) {
	lives := rollouts(t)
	alive := func(seeds int) uint64 {
		report := sweepFaulty(t, lives, seeds, 2)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(report)
		return m.HeapAlloc
	}
	few := alive(2_000)
	require.Less(t, alive(20_000), few+few/2)
}

// What cannot be forked is refused; a life that panics is named, and those after it are not
// lived in its ruins.
func TestForksAreRefused(t *testing.T) {
	c := sim.New(sim.Config{})
	live := func(c *sim.Cluster, seed uint64) life {
		if seed == 50 {
			panic("a planted bug")
		}
		c.Run(time.Second)
		return life{Starts: int(c.EventCount())}
	}
	lives, err := sweep.Forks(c, live)
	require.NoError(t, err)
	for _, workers := range []int{1, 4} {
		report, err := sweep.Run(context.Background(), sweep.Config{Seeds: 100, Workers: workers}, lives)
		require.EqualError(t, err, "sweep: the life of seed 50 panics: a planted bug")
		require.Equal(t, 50, report.Lives)
	}
	_, err = sweep.Forks(c, func(*sim.Cluster, uint64) life { panic("in the first life already") })
	require.NoError(t, err, "the sweep says so")
	require.NoError(t, c.At(time.Hour, sim.Func(func(*sim.Cluster) {})))
	_, err = sweep.Forks(c, live)
	require.ErrorIs(t, err, sim.ErrFunctionPending)
}

// A world whose choices are somebody's own is forked without them, and is not changed.
func TestForksChooseBySeed(t *testing.T) {
	asked := 0
	c := sim.New(sim.Config{Latencies: sim.Latencies{Schedule: sim.Between(0, time.Second)}, Chooser: sim.ChooserFunc(func(string, int) int { asked++; return 0 })})
	require.NoError(t, c.Apply(webSet()))
	before := c.StateHash()
	lives, err := sweep.Forks(c, func(c *sim.Cluster, _ uint64) life {
		c.Settle()
		return life{Took: time.Duration(c.Now())}
	})
	require.NoError(t, err)
	require.NotEqual(t, lives(1), lives(2))
	require.Equal(t, lives(1), lives(1))
	require.Zero(t, asked)
	require.Equal(t, before, c.StateHash())
}

// BenchmarkForks measures lives in a second with one worker and with two, in turn, the best of
// each, and how much more two do than one.
func BenchmarkForks(b *testing.B) {
	lives := rollouts(b)
	sweepFaulty(b, lives, 1000, 2)
	const seeds = 1600
	best := [2]float64{}
	for b.Loop() {
		for i := range best {
			began := time.Now()
			sweepFaulty(b, lives, seeds, i+1)
			best[i] = max(best[i], seeds/time.Since(began).Seconds())
		}
	}
	b.ReportMetric(best[0], "lives/s(1)")
	b.ReportMetric(best[1], "lives/s(2)")
	b.ReportMetric(best[1]/best[0], "ratio")
}
