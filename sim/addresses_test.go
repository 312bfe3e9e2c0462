package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/sim"
)

// addresses are those of a set's pods, by ordinal.
func addresses(c *sim.Cluster) (out []string) {
	for _, p := range c.Pods("web").Items {
		out = append(out, p.Status.PodIP)
	}
	return out
}

// reusing is a world in which an address may be given to another pod after so long.
func reusing(t *testing.T, after sim.Latency, changes ...func(*sim.Config)) *sim.Cluster {
	config := sim.Config{Nodes: 3, ReuseAddresses: after}
	for _, change := range changes {
		change(&config)
	}
	c := sim.New(config)
	require.NoError(t, c.Apply(nginx(), webSet(3, stateless, grace(5), parallel)))
	c.Settle()
	return c
}

// An address is given to another pod when it has been nobody's for long enough, and that first
// which has been free for longest.
func TestReuseAddresses(t *testing.T) {
	restart := func(c *sim.Cluster, pods ...string) {
		for _, pod := range pods {
			require.NoError(t, c.Delete("pod/"+pod))
			c.Settle()
		}
	}
	c := reusing(t, sim.Latency{})
	require.Equal(t, []string{"10.0.0.1", "10.0.0.2", "10.0.0.3"}, addresses(c))
	restart(c, "web-1", "web-1")
	c.Run(1000 * time.Hour)
	restart(c, "web-1")
	require.Equal(t, []string{"10.0.0.1", "10.0.0.6", "10.0.0.3"}, addresses(c), "never, unless it is asked for")

	c = reusing(t, sim.Fixed(0))
	restart(c, "web-1")
	require.Equal(t, []string{"10.0.0.1", "10.0.0.2", "10.0.0.3"}, addresses(c), "its own one was free")
	require.NoError(t, c.Scale("web", 1))
	c.Settle()
	require.NoError(t, c.Scale("web", 0))
	c.Settle()
	require.NoError(t, c.Scale("web", 3))
	c.Settle()
	require.ElementsMatch(t, []string{"10.0.0.1", "10.0.0.2", "10.0.0.3"}, addresses(c))
	require.NotEqual(t, "10.0.0.1", addresses(c)[0], "which was let go last")

	c = reusing(t, sim.Fixed(30*time.Second))
	restart(c, "web-1")
	require.Equal(t, "10.0.0.4", addresses(c)[1])
	c.Run(20 * time.Second)
	restart(c, "web-0")
	require.Equal(t, "10.0.0.5", addresses(c)[0], "not yet")
	c.Run(10 * time.Second)
	restart(c, "web-2")
	require.Equal(t, "10.0.0.2", addresses(c)[2], "now")
	require.Panics(t, func() { sim.New(sim.Config{ReuseAddresses: sim.Between(0, time.Second)}) })
}

// A pod whose machine is down keeps its address, until the machine makes its sandbox anew;
// and one that only its node knows has its address, too.
func TestAddressesAreKept(t *testing.T) {
	c := reusing(t, sim.Fixed(0))
	node := c.Pods("web").Items[0].Spec.NodeName
	require.NoError(t, c.Do(sim.CrashNode{Node: node}))
	c.Run(time.Minute)
	require.NoError(t, c.Scale("web", 5))
	c.Settle()
	require.Equal(t, []string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"}, addresses(c))
	require.NoError(t, c.Do(sim.RestartNode{Node: node}))
	c.Settle()
	require.Equal(t, "10.0.0.1", addresses(c)[0], "it is given back and is the first that is free")

	c = reusing(t, sim.Fixed(0))
	require.NoError(t, c.Do(sim.PartitionNode{Node: node}))
	require.NoError(t, c.Cordon(node))
	require.NoError(t, c.Delete("pod/web-0", sim.Force()))
	c.Run(10 * time.Second)
	require.Equal(t, "10.0.0.4", addresses(c)[0])
	require.NoError(t, c.Do(sim.HealNode{Node: node}))
	c.Settle()
	require.NoError(t, c.Scale("web", 4))
	c.Settle()
	require.Equal(t, "10.0.0.1", addresses(c)[3])
}

// misdirections says which names lead to strangers.
func misdirections(c *sim.Cluster) (out []string) {
	for m := range sim.ViewOf(c).Misdirections {
		out = append(out, m.Pod()+" is "+m.Holder()+" in "+m.Where())
	}
	return out
}

// Who in DNS leads to a stranger: servers that do not know better, their caches, those of nodes.
func TestMisdirections(t *testing.T) {
	for _, row := range []struct {
		words   string
		profile dnsmodel.Profile
		watch   time.Duration // from the writing of endpoints until servers see it
		where   []string
		after   time.Duration // from then on nobody is misled
	}{
		{"kubeadm's servers keep nothing of the cluster", dnsmodel.Kubeadm(), 0, nil, 0},
		{"servers that lag behind", dnsmodel.Kubeadm(), 30 * time.Second, []string{"web-1 is web-3 in the servers"}, 30 * time.Second},
		{"servers that keep answers", dnsmodel.Addons(), 0, []string{"web-1 is web-3 in a server's cache"}, 30 * time.Second},
		{"a node that keeps answers", dnsmodel.NodeLocal(), 0, []string{"web-1 is web-3 in the cache of node-0"}, 30 * time.Second},
	} {
		t.Run(row.words, func(t *testing.T) {
			c := reusing(t, sim.Fixed(0), func(config *sim.Config) {
				config.DNS, config.Latencies.EndpointWatch = row.profile, sim.Fixed(row.watch)
				config.Latencies.Schedule = sim.Fixed(2 * time.Second)
			})
			c.Run(time.Hour)
			asker := c.Pods("web").Items[0]
			require.Equal(t, "node-0", asker.Spec.NodeName)
			_, err := c.Lookup("web-0", "web-1.nginx")
			require.NoError(t, err)
			require.NoError(t, c.Do(sim.Delete{Target: "pod/web-1"}))
			c.Run(4 * time.Second)
			require.NoError(t, c.Scale("web", 4)) // web-3 starts when web-1 is gone, and before the next web-1
			require.True(t, c.RunUntil(func(v sim.View) bool { return v.PodReady("web-3") && v.PodReady("web-1") }, time.Minute))
			require.Equal(t, row.where, misdirections(c), "%s", c.Trace())
			c.Run(row.after)
			require.Empty(t, misdirections(c))
		})
	}
}

// Two worlds that differ in nothing but in who has had which address are two.
func TestAddressesAreInTheStateHash(t *testing.T) {
	story := func(after sim.Latency, first, second string) uint64 {
		c := reusing(t, after)
		for _, pod := range []string{first, second} {
			require.NoError(t, c.Delete("pod/"+pod))
			c.Run(time.Hour)
		}
		return c.StateHash()
	}
	require.Equal(t, story(sim.Fixed(0), "web-1", "web-1"), story(sim.Fixed(0), "web-1", "web-1"))
	rapid.Check(t, func(t *rapid.T) {
		config := ranges(rapid.Uint64().Draw(t, "seed"))
		config.ReuseAddresses = sim.Fixed(time.Duration(rapid.IntRange(0, 60).Draw(t, "reuse after")) * time.Second)
		s := &someone{T: t, c: sim.New(config)}
		require.NoError(t, s.c.Apply(randomObjects()...))
		for range rapid.IntRange(1, 4).Draw(t, "deeds") {
			s.deed()
			s.c.Run(time.Duration(rapid.IntRange(0, 60_000).Draw(t, "run")) * time.Millisecond)
		}
		fork, err := s.c.Clone()
		require.NoError(t, err)
		require.Equal(t, s.c.StateHash(), fork.StateHash())
		holders := map[string]string{}
		for _, c := range []*sim.Cluster{s.c, fork} {
			c.Run(10 * time.Minute)
			for pod, addr := range sim.Leased(c) {
				require.Empty(t, holders[addr], "%s has the address of %s", pod, holders[addr])
				holders[addr] = pod
			}
			clear(holders)
		}
		require.Equal(t, s.c.StateHash(), fork.StateHash())
		require.Equal(t, s.c.Fingerprint(), fork.Fingerprint())
	})
}
