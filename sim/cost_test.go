package sim_test

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// plain is a set without claims and with the default workload.
func plain(replicas int32, policy model.PodManagementPolicy) *model.StatefulSet {
	grace := int64(2)
	return &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Replicas: &replicas, ServiceName: "web", Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		PodManagementPolicy: policy,
		Template: model.PodTemplateSpec{Labels: model.Labels{"app": "web"}, Spec: model.PodSpec{
			Containers: []model.Container{{Name: "app", Image: "app:1"}}, TerminationGracePeriodSeconds: &grace,
		}},
	}}
}

var headless = &model.Service{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.ServiceSpec{
	ClusterIP: model.ClusterIPNone, Selector: model.Labels{"app": "web"},
}}

// The hot path: a pod is deleted, created, scheduled, started, becomes ready, is
// published, and the status follows. In a warm world with a reserved trace none of
// these events allocates.
func TestHotPathAllocatesNothing(t *testing.T) {
	for _, policy := range []model.PodManagementPolicy{model.OrderedReady, model.Parallel} {
		t.Run(string(policy), func(t *testing.T) {
			c := sim.New(sim.Config{Nodes: 3})
			require.NoError(t, c.Apply(headless, plain(5, policy)))
			require.Equal(t, sim.Settled, c.Settle().State)
			// The operations are the border, where names become integers; they are
			// planned before the count begins.
			const cycles, pods = 20, 5
			plan := func(rounds int) {
				at := time.Duration(c.Now())
				for i := range rounds * pods {
					at += 10 * time.Second
					require.NoError(t, c.At(at, sim.Delete{Target: fmt.Sprintf("pod/web-%d", i%pods)}))
				}
			}
			plan(1)
			c.Settle()
			// What the runtime allocates for itself, now and then, is counted too; what an event
			// allocates is counted each time.
			allocs, events := uint64(1), int64(0)
			for attempt := 0; allocs > 0 && attempt < 5; attempt++ {
				allocs, events = 0, c.EventCount()
				plan(cycles)
				c.ReserveTrace(100_000)
				var before, after runtime.MemStats
				runtime.GC()
				for c.Pending() > 0 {
					next := c.NextIsOperation()
					runtime.ReadMemStats(&before)
					c.Step()
					runtime.ReadMemStats(&after)
					if !next {
						allocs += after.Mallocs - before.Mallocs
					}
				}
			}
			require.Greater(t, c.EventCount()-events, int64(cycles*pods*10))
			require.Zero(t, allocs, "allocations in %d events", c.EventCount()-events)
			require.Equal(t, 5, sim.ViewOf(c).Ready("web"))
		})
	}
}

// lives is a whole life of a set: create, roll, scale to 0.
func life(c *sim.Cluster, set *model.StatefulSet) error {
	if err := c.Create(set); err != nil {
		return err
	}
	c.Settle()
	if err := c.SetImage("web", "app", "app:2"); err != nil {
		return err
	}
	c.Settle()
	if err := c.Scale("web", 0); err != nil {
		return err
	}
	c.Settle()
	return nil
}

func BenchmarkLife(b *testing.B) {
	for _, replicas := range []int32{3, 10, 100} {
		b.Run(fmt.Sprintf("replicas=%d", replicas), func(b *testing.B) {
			set := plain(replicas, model.OrderedReady)
			events := int64(0)
			b.ReportAllocs()
			for b.Loop() {
				c := sim.New(sim.Config{})
				if err := life(c, set); err != nil {
					b.Fatal(err)
				}
				events += c.EventCount()
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(events)/float64(b.N), "events/op")
		})
	}
}

// wholeLife is the life of a set with everything around it: disks that are provisioned,
// attached and moved, a Service, nodes of which one dies and comes back, and peers that
// look each other up after each step.
func wholeLife(c *sim.Cluster, replicas int32, objects ...model.Object) error {
	look := func() error {
		c.Settle()
		for i := range replicas {
			if _, err := c.Lookup("db-0", fmt.Sprintf("db-%d.db", i)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, step := range []func() error{
		func() error { return c.Apply(objects...) },
		func() error { return c.SetImage("db", "db", "db:2") },
		func() error { return c.Do(sim.CrashNode{Node: "node-1"}) },
		func() error { return c.Do(sim.RestartNode{Node: "node-1"}) },
	} {
		if err := step(); err != nil {
			return err
		}
		if err := look(); err != nil {
			return err
		}
	}
	if err := c.Scale("db", 0); err != nil {
		return err
	}
	c.Settle()
	return nil
}

// BenchmarkWholeLife is BenchmarkLife with storage, DNS and nodes on.
func BenchmarkWholeLife(b *testing.B) {
	for _, replicas := range []int32{3, 10, 100} {
		b.Run(fmt.Sprintf("replicas=%d", replicas), func(b *testing.B) {
			objects := disks(replicas)
			events := int64(0)
			b.ReportAllocs()
			for b.Loop() {
				c := sim.New(sim.Config{Nodes: 3})
				if err := wholeLife(c, replicas, objects...); err != nil {
					b.Fatal(err)
				}
				events += c.EventCount()
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(events)/float64(b.N)/float64(replicas), "events/pod")
		})
	}
}

// An idle, healthy cluster has nothing to do: no heartbeat, no probe, no resync is
// pending, and a day later nothing has happened.
func TestNothingTicks(t *testing.T) {
	c := sim.New(sim.Config{Nodes: 100})
	set := disks(1000)
	set[len(set)-1].(*model.StatefulSet).Spec.PodManagementPolicy = model.Parallel
	require.NoError(t, c.Apply(set...))
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Len(t, c.Pods("db").Items, 1000)
	require.Len(t, c.Nodes().Items, 100)
	require.Zero(t, c.Pending())
	events := c.EventCount()
	c.Run(24 * time.Hour)
	require.Equal(t, events, c.EventCount())
}

// The cost of a pod does not depend on how many there are with everything on, either.
func TestWholeCostIsLinear(t *testing.T) {
	perPod := func(replicas int32) float64 {
		c := sim.New(sim.Config{Nodes: 3})
		require.NoError(t, wholeLife(c, replicas, disks(replicas)...))
		return float64(c.EventCount()) / float64(replicas)
	}
	events := perPod(30)
	for _, replicas := range []int32{300, 3_000} {
		require.LessOrEqual(t, perPod(replicas), events*1.1, "events a pod at %d replicas", replicas)
	}
}

// BenchmarkSteadyEvents is the engine without the border: pods of one set are
// deleted and come back.
func BenchmarkSteadyEvents(b *testing.B) {
	c := sim.New(sim.Config{Nodes: 3})
	if err := c.Apply(headless, plain(10, model.Parallel)); err != nil {
		b.Fatal(err)
	}
	c.Settle()
	b.ReportAllocs()
	events := c.EventCount()
	scratch := sim.New(sim.Config{})
	for b.Loop() {
		if err := c.CopyTo(scratch); err != nil {
			b.Fatal(err)
		}
		for i := range 10 {
			if err := scratch.Delete(fmt.Sprintf("pod/web-%d", i)); err != nil {
				b.Fatal(err)
			}
		}
		scratch.Settle()
		events += scratch.EventCount() - c.EventCount()
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkFork forks the world of a life into a used buffer.
func BenchmarkFork(b *testing.B) {
	for _, withStorage := range []bool{false, true} {
		b.Run(fmt.Sprintf("storage=%v", withStorage), func(b *testing.B) {
			c := sim.New(sim.Config{})
			objects := []model.Object{plain(3, model.OrderedReady)}
			if withStorage {
				objects = disks(3)
			}
			if err := c.Apply(objects...); err != nil {
				b.Fatal(err)
			}
			c.Settle()
			dst := sim.New(sim.Config{})
			b.ReportAllocs()
			for b.Loop() {
				if err := c.CopyTo(dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestForkAllocatesNothing(t *testing.T) {
	c, dst := sim.New(sim.Config{}), sim.New(sim.Config{})
	require.NoError(t, c.Apply(disks(3)...))
	c.Settle()
	require.NoError(t, c.CopyTo(dst))
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = c.CopyTo(dst) }))
}

// up brings a set up and returns the cluster.
func up(tb testing.TB, replicas int32, policy model.PodManagementPolicy) *sim.Cluster {
	c := sim.New(sim.Config{Nodes: 10})
	require.NoError(tb, c.Apply(headless, plain(replicas, policy)))
	require.Equal(tb, sim.Settled, c.Settle().State)
	return c
}

// The cost of a pod does not depend on how many there are: the number of pods that
// decisions visit, and the number of events, grow with the replicas and no faster.
func TestCostIsLinear(t *testing.T) {
	for _, policy := range []model.PodManagementPolicy{model.OrderedReady, model.Parallel} {
		t.Run(string(policy), func(t *testing.T) {
			perPod := func(replicas int32) (visited, events float64) {
				c := up(t, replicas, policy)
				return float64(c.PodsVisited()) / float64(replicas), float64(c.EventCount()) / float64(replicas)
			}
			visited, events := perPod(100)
			for _, replicas := range []int32{1_000, 10_000} {
				v, e := perPod(replicas)
				require.LessOrEqual(t, v, visited*1.1, "visited pods a pod at %d replicas", replicas)
				require.LessOrEqual(t, e, events*1.1, "events a pod at %d replicas", replicas)
			}
		})
	}
}

func BenchmarkUp(b *testing.B) {
	for _, policy := range []model.PodManagementPolicy{model.OrderedReady, model.Parallel} {
		for _, replicas := range []int32{100, 10_000} {
			b.Run(fmt.Sprintf("%s/replicas=%d", policy, replicas), func(b *testing.B) {
				for b.Loop() {
					up(b, replicas, policy)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(replicas), "ns/pod")
			})
		}
	}
}

// boxed is the queue that one would write with container/heap.
type boxed []boxedEvent

type boxedEvent struct {
	at  int64
	seq uint64
	who int32
}

func (h boxed) Len() int { return len(h) }
func (h boxed) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}
func (h boxed) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *boxed) Push(x any)   { *h = append(*h, x.(boxedEvent)) }
func (h *boxed) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}

// BenchmarkQueue takes the first event out and plans another, at some number of
// pending events, in the simulator's queue and in one made of container/heap.
func BenchmarkQueue(b *testing.B) {
	for _, pending := range []int{8, 32, 100, 10_000} {
		delays := make([]int64, 1<<12)
		rng := rand.New(rand.NewPCG(1, 2))
		for i := range delays {
			delays[i] = rng.Int64N(1_000_000)
		}
		b.Run(fmt.Sprintf("pending=%d/indexed", pending), func(b *testing.B) {
			q := sim.NewQueueForTest()
			for i := range pending {
				q.Arm(int32(i), delays[i%len(delays)])
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				at, who := q.Pop()
				q.Arm(who, at+delays[i%len(delays)])
				i++
			}
		})
		b.Run(fmt.Sprintf("pending=%d/boxed", pending), func(b *testing.B) {
			h, seq := boxed{}, uint64(0)
			for i := range pending {
				seq++
				heap.Push(&h, boxedEvent{delays[i%len(delays)], seq, int32(i)})
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				e := heap.Pop(&h).(boxedEvent)
				seq++
				heap.Push(&h, boxedEvent{e.at + delays[i%len(delays)], seq, e.who})
				i++
			}
		})
	}
}
