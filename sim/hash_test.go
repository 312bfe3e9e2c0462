package sim_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// The hash that is kept up is the one that is worked out from nothing, after each event of
// drawn worlds, in forks and in forks of forks.
func TestStateHashIsKeptUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := ranges(rapid.Uint64().Draw(t, "seed"))
		config.AnyOrder = rapid.Bool().Draw(t, "anyOrder")
		config.Zones = rapid.SampledFrom([]int{0, 2}).Draw(t, "zones")
		config.Latencies.Watch = rapid.SampledFrom([]sim.Latency{sim.Fixed(0), sim.Fixed(50 * time.Millisecond)}).Draw(t, "watch")
		config.Images = map[string]sim.Image{"B": {Stop: sim.Between(0, 20*time.Second)}, "D": {Missing: true}}
		s := &someone{T: t, c: sim.New(config), zones: config.Zones}
		require.NoError(t, s.c.Apply(randomObjects()...))
		keptUp := func(sim.View) bool {
			require.Equal(s, sim.FreshHash(s.c), s.c.StateHash(), "after %d events", s.c.EventCount())
			return false
		}
		other := sim.New(sim.Config{})
		for range rapid.IntRange(1, 8).Draw(t, "deeds") {
			s.deed()
			s.c.RunUntil(keptUp, time.Duration(rapid.IntRange(0, 60_000).Draw(t, "run"))*time.Millisecond)
			if rapid.Bool().Draw(t, "fork") { // and go on with the fork, in memory that another had
				require.NoError(t, s.c.CopyTo(other))
				s.c, other = other, s.c
				keptUp(sim.View{})
			}
		}
	})
}

// A hash allocates nothing once it is warm, also in forks, and neither does a fork of a world
// that is hashed.
func TestStateHashAllocatesNothing(t *testing.T) {
	c, fork := rolling(t), sim.New(sim.Config{})
	require.NoError(t, c.At(time.Duration(c.Now())+time.Second, sim.Delete{Target: "pod/db-0"}))
	c.StateHash()
	require.NoError(t, c.CopyTo(fork))
	fork.StateHash()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_ = c.CopyTo(fork)
		fork.StateHash()
		c.StateHash()
	}))
}

// scripted makes choices that are given, and notes what there was to choose.
type scripted struct{ picks, among []int }

func (s *scripted) Choose(_ string, n int) int {
	k := 0
	if i := len(s.among); i < len(s.picks) {
		k = s.picks[i]
	}
	s.among = append(s.among, n)
	return k
}

// everyChoice does something to forks of a world, once for each way in which the choices can be
// made that it asks for.
func everyChoice(t require.TestingT, c *sim.Cluster, do func(*sim.Cluster) error) (out []*sim.Cluster) {
	for picks := []int{}; ; {
		fork, err := c.Clone()
		require.NoError(t, err)
		s := &scripted{picks: picks}
		fork.SetChooser(s)
		if do(fork) == nil {
			out = append(out, fork)
		}
		for len(picks) < len(s.among) {
			picks = append(picks, 0)
		}
		i := len(picks) - 1
		for ; i >= 0 && picks[i]+1 >= s.among[i]; i-- {
		}
		if i < 0 {
			return out
		}
		picks = append(picks[:i:i], picks[i]+1)
	}
}

// smallWorld is one that is searched.
type smallWorld struct {
	name    string
	config  sim.Config
	begin   func(c *sim.Cluster) error
	actions []sim.Operation // of which two are done, at any moments
}

// state is a state of a small world: its hash, and how often somebody has acted.
type state struct {
	hash  uint64
	acted int
}

// place is a state and a world that is in it.
type place struct {
	state
	world *sim.Cluster
}

// after are the places that may follow one, by a step and by what may be done.
func (w *smallWorld) after(t require.TestingT, at place) (out []place) {
	add := func(do func(*sim.Cluster) error, acted int) {
		for _, next := range everyChoice(t, at.world, do) {
			out = append(out, place{state{next.StateHash(), acted}, next})
		}
	}
	if at.world.Pending() > 0 {
		add(func(c *sim.Cluster) error { c.Step(); return nil }, at.acted)
	}
	if at.acted < 2 {
		for _, op := range w.actions {
			add(func(c *sim.Cluster) error { return c.Do(op) }, at.acted+1)
		}
	}
	return out
}

// Equal hashes mean an equal future: where two ways lead to one hash in a search of a small
// world, the same states follow, whatever is chosen and done next. Nodes are equal in these
// worlds, ties are broken in every way, and faults befall any node at any moment: so most of
// these ways differ in which node is which.
func TestStateHashIsSound(t *testing.T) {
	nodes := func(also []sim.Operation, of ...func(node string) sim.Operation) []sim.Operation {
		for i := range 3 {
			for _, one := range of {
				also = append(also, one(fmt.Sprintf("node-%d", i)))
			}
		}
		return also
	}
	crash := func(n string) sim.Operation { return sim.CrashNode{Node: n} }
	partition := func(n string) sim.Operation { return sim.PartitionNode{Node: n} }
	cordon := func(n string) sim.Operation { return sim.Cordon{Node: n} }
	drain := func(n string) sim.Operation { return sim.Drain{Node: n} }
	remove := func(pod string) []sim.Operation {
		return []sim.Operation{sim.Delete{Target: "pod/" + pod}, sim.Delete{Target: "pod/" + pod, Force: true}}
	}
	settled := func(objects ...model.Object) func(c *sim.Cluster) error {
		return func(c *sim.Cluster) error {
			err := c.Apply(objects...)
			c.Settle()
			return err
		}
	}
	local := disksClass(onFirstUse, provisionedBy("topolvm.io"))
	local.Name = "local"
	calm := sim.Config{Nodes: 3, AnyOrder: true}
	for _, w := range []smallWorld{
		{"a set comes up", calm, func(c *sim.Cluster) error { return c.Apply(headless, plain(2, model.Parallel)) }, nodes(remove("web-0"), crash)},
		{"a set is up", calm, settled(headless, plain(3, model.Parallel)), nodes(remove("web-1"), cordon, drain)},
		{"with disks", calm, func(c *sim.Cluster) error { return c.Apply(disks(2)...) }, nodes(remove("db-0"), partition)},
		{"disks are up", calm, settled(disks(2)...), nodes(remove("db-0"), partition, crash)},
		{"a rollout", calm, func(c *sim.Cluster) error {
			if err := settled(disks(2)...)(c); err != nil {
				return err
			}
			return c.SetImage("db", "db", "db:2")
		}, nodes(nil, crash, cordon)},
		{"reads of the past", sim.Config{Nodes: 3, AnyOrder: true, Release: release.V1_34_4}, func(c *sim.Cluster) error {
			if err := settled(headless, plain(1, model.Parallel))(c); err != nil {
				return err
			}
			was := c.RunningAt("web-0")[0]
			for _, op := range []sim.Operation{sim.HoldReads{Node: was}, sim.Cordon{Node: was}, sim.Delete{Target: "pod/web-0"}} {
				if err := c.Do(op); err != nil {
					return err
				}
			}
			c.Settle() // it is elsewhere, and listed where it was
			if err := c.Uncordon(was); err != nil {
				return err
			}
			return c.At(time.Duration(c.Now())+time.Minute, sim.StartKubelet{Node: was})
		}, nodes(nil, func(n string) sim.Operation { return sim.HoldReads{Node: n} }, func(n string) sim.Operation { return sim.ReleaseReads{Node: n} },
			func(n string) sim.Operation { return sim.StartKubelet{Node: n} })},
		{"volumes of nodes", calm, settled(local, nginx(), webSet(2, ofClass("local"), parallel)), nodes(remove("web-0"), cordon)},
	} {
		t.Run(w.name, func(t *testing.T) {
			start := sim.New(w.config)
			start.SetChooser(&scripted{})
			require.NoError(t, w.begin(start))
			search(t, &w, start, 4000)
		})
	}
}

// search visits states of a small world and compares what follows those with equal hashes.
func search(t *testing.T, w *smallWorld, start *sim.Cluster, most int) {
	follow, times, same := map[state][]state{}, map[state]int{}, 0
	for queue := []place{{state{hash: start.StateHash()}, start}}; len(queue) > 0 && len(follow) < most; queue = queue[1:] {
		at := queue[0]
		next := w.after(t, at)
		var states []state
		for i := range next {
			states = append(states, next[i].state)
		}
		slices.SortFunc(states, func(a, b state) int { return cmp.Compare(a.hash, b.hash) })
		states = slices.Compact(states)
		if before, again := follow[at.state]; again {
			same++
			require.Equal(t, before, states, "two worlds with one hash go on differently at %v:\n%s", time.Duration(at.world.Now()), at.world.Trace())
			continue
		}
		follow[at.state] = states
		for i := range next {
			if times[next[i].state]++; times[next[i].state] <= 3 {
				queue = append(queue, next[i])
			}
		}
	}
	t.Logf("%d states, of which %d were compared with another world", len(follow), same)
	require.Greater(t, same, 20, "hardly two worlds have one hash")
}

// Worlds that differ only in which node, which address and which history have one hash; the
// least difference that matters gives another.
func TestStateHashIsBlindToNames(t *testing.T) {
	world := func(config sim.Config, last bool, ops ...func(c *sim.Cluster) sim.Operation) *sim.Cluster {
		c := sim.New(config)
		c.SetChooser(sim.ChooserFunc(func(label string, n int) int {
			if last && label == "order" {
				return n - 1
			}
			return 0
		}))
		require.NoError(t, c.Apply(headless, plain(3, model.Parallel)))
		require.Equal(t, sim.Settled, c.Settle().State)
		for _, op := range ops {
			require.NoError(t, c.Do(op(c)))
		}
		c.Run(time.Minute - time.Duration(c.Now()))
		return c
	}
	pod := func(c *sim.Cluster, name string) *model.Pod {
		p, err := c.Pod(name)
		require.NoError(t, err)
		return p
	}
	cordon := func(name string) func(c *sim.Cluster) sim.Operation {
		return func(c *sim.Cluster) sim.Operation { return sim.Cordon{Node: pod(c, name).Spec.NodeName} }
	}
	label := func(change string) func(c *sim.Cluster) sim.Operation {
		return func(*sim.Cluster) sim.Operation { return sim.Label{Target: "pod/web-0", Labels: []string{change}} }
	}
	any := sim.Config{Nodes: 3, AnyOrder: true}
	first, last := world(any, false), world(any, true)
	require.NotEqual(t, pod(first, "web-0").Spec.NodeName, pod(last, "web-0").Spec.NodeName)
	require.NotEqual(t, pod(first, "web-0").Status.PodIP, pod(last, "web-0").Status.PodIP)
	require.Equal(t, first.StateHash(), last.StateHash())

	seen := map[uint64]string{first.StateHash(): "nothing"}
	for name, ops := range map[string][]func(c *sim.Cluster) sim.Operation{
		"the node of web-0 is cordoned": {cordon("web-0")},
		"the node of web-1 is cordoned": {cordon("web-1")},
		"two nodes are cordoned":        {cordon("web-0"), cordon("web-1")},
		"a label":                       {label("x=y")},
		"a paused controller":           {func(*sim.Cluster) sim.Operation { return sim.PauseController{} }},
		"an event to be lost":           {func(*sim.Cluster) sim.Operation { return sim.LoseEvents{Kind: model.KindPod} }},
		"a pod that was ready later":    {func(*sim.Cluster) sim.Operation { return sim.CrashContainer{Pod: "web-0"} }},
		"an operation to come": {func(c *sim.Cluster) sim.Operation {
			_ = c.At(time.Hour, sim.Cordon{Node: "node-0"})
			return sim.LoseImage{Image: "none"}
		}},
	} {
		first, last := world(any, false, ops...), world(any, true, ops...)
		require.Empty(t, seen[first.StateHash()], name)
		seen[first.StateHash()] = name
		if name != "an operation to come" { // which names a node
			require.Equal(t, first.StateHash(), last.StateHash(), name)
		} else {
			require.NotEqual(t, first.StateHash(), last.StateHash(), name)
		}
	}
	fixed := sim.Config{Nodes: 3}
	require.NotEqual(t, world(fixed, false, cordon("web-0")).StateHash(), world(fixed, false, cordon("web-1")).StateHash())
}
