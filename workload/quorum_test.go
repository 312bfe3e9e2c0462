package workload_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/workload"
)

// A set of members comes up, or waits for itself for ever: it depends on whether its
// controller waits, and on whether DNS names members that are not ready.
func TestQuorumComesUp(t *testing.T) {
	for _, row := range []struct {
		name            string
		ordered, naming bool
		alone           bool
		ready, pods     int
	}{
		{name: "OrderedReady: the first waits for the second, which waits for the first", ordered: true, ready: 0, pods: 1},
		{name: "OrderedReady with publishNotReadyAddresses: nobody is there to be named", ordered: true, naming: true, ready: 0, pods: 1},
		{name: "Parallel: all are there, and none is named", ready: 0, pods: 3},
		{name: "Parallel with publishNotReadyAddresses", naming: true, ready: 3, pods: 3},
		{name: "OrderedReady with a readiness that does not ask for the others", ordered: true, alone: true, ready: 3, pods: 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCluster(t)
			c.publish = row.naming
			var members []*box
			for range 20 { // the StatefulSet controller looks every second
				if len(members) < 3 && (!row.ordered || len(members) == 0 || members[len(members)-1].ready) {
					host := fmt.Sprintf("etcd-%d", len(members))
					members = append(members, c.run(host, host, nil, workload.Quorum{ReadyAlone: row.alone}))
				}
				c.pass(time.Second)
			}
			ready, working := 0, 0
			for _, m := range members {
				if m.ready {
					ready++
				}
				if m.program.(workload.Quorum).HasQuorum() {
					working++
				}
			}
			require.Equal(t, row.pods, len(members), c.picture())
			require.Equal(t, row.ready, ready, c.picture())
			require.Equal(t, row.ready, working, c.picture())
			if row.ready == 0 {
				require.Equal(t, "has no quorum: has ever heard from 1 of 3 members, and needs 2", members[0].program.String())
			}
		})
	}
}

// However members are cut off from each other: once the network has been quiet for
// longer than the time-out, those are ready that can reach a majority, and only those
// answer clients.
func TestQuorumIsAMajority(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		c.publish, c.slow = true, 50*time.Millisecond
		n := rapid.IntRange(1, 5).Draw(t, "members")
		var members []*box
		for i := range n {
			host := fmt.Sprintf("etcd-%d", i)
			members = append(members, c.run(host, host, nil, workload.Quorum{Members: n}))
		}
		t.Repeat(map[string]func(*rapid.T){
			"cut": func(t *rapid.T) {
				a, b := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
				if a != b {
					c.partition(members[a].node, members[b].node, rapid.Bool().Draw(t, "cut"))
				}
			},
			"restart": func(t *rapid.T) { rapid.SampledFrom(members).Draw(t, "member").start() },
			"stop":    func(t *rapid.T) { rapid.SampledFrom(members).Draw(t, "member").stop() },
			"": func(t *rapid.T) {
				c.pass(5 * time.Second)
				for _, m := range members {
					if m.program == nil {
						continue
					}
					there := 0
					for _, o := range members {
						if o == m || o.program != nil && !c.cut[[2]string{m.node, o.node}] {
							there++
						}
					}
					require.Equal(t, there > n/2, m.ready, "%s sees %d of %d\n%s", m.host, there, n, c.picture())
				}
			},
		})
	})
}

func TestQuorumServesWithAMajority(t *testing.T) {
	c := newCluster(t)
	c.publish = true
	for _, host := range []string{"etcd-0", "etcd-1", "etcd-2"} {
		c.run(host, host, nil, workload.Quorum{})
	}
	client := c.run("client-0", "etcd-0", nil, workload.Client{Read: "etcd-0.etcd"})
	tally := func() workload.Tally { return client.program.(workload.Client).Tally() }
	c.pass(10 * time.Second)
	before := tally()
	require.GreaterOrEqual(t, before.Answered, 8)
	c.partition("etcd-0", "etcd-1", true)
	c.partition("etcd-0", "etcd-2", true)
	c.pass(10 * time.Second)
	require.GreaterOrEqual(t, tally().Refused-before.Refused, 6)
	require.Contains(t, c.current["etcd-0"].said(), "has lost its quorum: sees 1 of 3 members")
	c.current["etcd-0"].hear(workload.Input{Kind: workload.Terminated})
	require.True(t, c.current["etcd-0"].exited)
}
