package sim_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/workload"
)

// greets is a program that is ready and sends one message when a timer fires, to a
// name or an address, and answers none.
func greets(to map[string]string, after time.Duration) func(c workload.Container, in workload.Input) {
	return func(c workload.Container, in workload.Input) {
		switch in.Kind {
		case workload.Started:
			c.SetReady(true)
			c.SetTimer(0, after)
		case workload.TimerFired:
			name, ok := to[c.Hostname()]
			if !ok {
				return
			}
			if addrs, err := c.Lookup(name); err != nil {
				c.Log(err.Error())
			} else {
				c.Send(addrs[0], note("hello"))
			}
		}
	}
}

var port80 = []model.ServicePort{{Port: 80}}

// heard are the messages of a pod's log.
func heard(c *sim.Cluster, pod string) string {
	var out []string
	for _, line := range c.Logs(pod) {
		if strings.Contains(line, " from ") {
			out = append(out, line)
		}
	}
	return strings.Join(out, ", ")
}

// A message arrives after its latency at whoever has the address by then, if the nodes
// reach each other.
func TestMessages(t *testing.T) {
	for _, row := range []struct {
		name  string
		to    string
		fault []sim.Operation
		hears string
		says  string // the last that the sender logs
	}{
		{name: "to a name in a headless Service", to: "web-1.web", hears: "7.512s hello from 10.0.0.1"},
		{name: "to an address", to: "10.0.0.2", hears: "7.512s hello from 10.0.0.1"},
		{name: "to a Service's virtual address, which has one endpoint", to: "one", hears: "7.512s hello from 10.0.0.1"},
		{name: "to a Service without endpoints", to: "none"},
		{name: "to an address that nobody has", to: "10.0.9.9"},
		{name: "to an address that is no pod's", to: "192.0.2.1"},
		{name: "to an IPv6 address", to: "2001:db8::1"},
		{name: "to a name that does not exist", to: "web-7.web", says: "name or service not known"},
		{name: "the receiver's node is cut off", to: "10.0.0.2", fault: []sim.Operation{sim.PartitionNode{Node: "node-1"}}},
		{name: "the sender's node is", to: "10.0.0.2", fault: []sim.Operation{sim.PartitionNode{Node: "node-0"}}},
		{name: "the sender's node is, and no DNS answers", to: "web-1.web", fault: []sim.Operation{sim.PartitionNode{Node: "node-0"}},
			says: "temporary failure in name resolution"},
		{name: "another node is cut off", to: "web-1.web", fault: []sim.Operation{sim.PartitionNode{Node: "node-2"}}, hears: "7.512s hello from 10.0.0.1"},
		{name: "the nodes do not reach each other", to: "web-1.web", fault: []sim.Operation{sim.PartitionNodes{A: "node-1", B: "node-0"}}},
		{name: "they do again", to: "web-1.web", fault: []sim.Operation{sim.PartitionNodes{A: "node-1", B: "node-0"}, sim.HealNodes{A: "node-0", B: "node-1"}},
			hears: "7.512s hello from 10.0.0.1"},
		{name: "two other nodes do not", to: "web-1.web", fault: []sim.Operation{sim.PartitionNodes{A: "node-1", B: "node-2"}}, hears: "7.512s hello from 10.0.0.1"},
		{name: "everything gets lost", to: "web-1.web", fault: []sim.Operation{sim.LoseMessages{PerMille: 1000}}},
		{name: "nothing does any more", to: "web-1.web", fault: []sim.Operation{sim.LoseMessages{PerMille: 1000}, sim.LoseMessages{}}, hears: "7.512s hello from 10.0.0.1"},
		{name: "the receiver's machine is off", to: "10.0.0.2", fault: []sim.Operation{sim.CrashNode{Node: "node-1"}}},
		{name: "the receiver crashes", to: "10.0.0.2", fault: []sim.Operation{sim.CrashContainer{Pod: "web-1"}, sim.CrashContainer{Pod: "web-1"}}},
		{name: "the kubelets have stopped, and the programs run on", to: "web-1.web",
			fault: []sim.Operation{sim.StopKubelet{Node: "node-0"}, sim.StopKubelet{Node: "node-1"}}, hears: "7.512s hello from 10.0.0.1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := acting(t, 3, greets(map[string]string{"web-0": row.to}, 5*time.Second))
			one := model.Labels{"app": "web", model.LabelPodName: "web-1"}
			require.NoError(t, c.Apply(
				&model.Service{ObjectMeta: model.ObjectMeta{Name: "one"}, Spec: model.ServiceSpec{Selector: one, Ports: port80}},
				&model.Service{ObjectMeta: model.ObjectMeta{Name: "none"}, Spec: model.ServiceSpec{Selector: model.Labels{"app": "none"}, Ports: port80}},
			))
			c.Run(4500 * time.Millisecond)
			for _, fault := range row.fault {
				if err := c.Do(fault); err != nil {
					c.Run(time.Millisecond) // it crashes once more when it has been started again
					c.RunUntil(func(sim.View) bool { return c.Do(fault) == nil }, time.Second)
				}
			}
			c.Run(3 * time.Second)
			require.Equal(t, row.hears, heard(c, "web-1"), "%s", c.Trace())
			require.Empty(t, heard(c, "web-2"))
			if row.says != "" {
				logs := c.Logs("web-0")
				require.Equal(t, row.says, logs[len(logs)-1])
			}
		})
	}
}

// Two pods of a node that is cut off from everything still reach each other.
func TestMessagesWithinANode(t *testing.T) {
	c := acting(t, 4, greets(map[string]string{"web-0": "10.0.0.4"}, 5*time.Second)) // web-3 is on node-0 too
	require.NoError(t, c.Do(sim.PartitionNode{Node: "node-0"}))
	c.Run(6 * time.Second)
	require.Equal(t, "7.512s hello from 10.0.0.1", heard(c, "web-3"), "%s", c.Processes())
}

// A node's own cache of DNS answers also when nobody else can be asked.
func TestMessagesByANodesOwnCache(t *testing.T) {
	for _, row := range []struct {
		profile dnsmodel.Profile
		hears   string
	}{{dnsmodel.NodeLocal(), "7.512s hello from 10.0.0.1"}, {dnsmodel.Addons(), ""}} {
		c := sim.New(sim.Config{Nodes: 3, DNS: row.profile, Images: map[string]sim.Image{
			"app:1": {Program: actor{do: greets(map[string]string{"web-0": "web-1.web"}, 5*time.Second)}},
		}})
		require.NoError(t, c.Apply(headless, plain(3, model.Parallel)))
		c.Run(5 * time.Second)
		_, err := c.Lookup("web-0", "web-1.web")
		require.NoError(t, err)
		require.NoError(t, c.Do(sim.PartitionNode{Node: "node-0"}))
		c.Run(time.Second)
		require.NoError(t, c.Do(sim.HealNode{Node: "node-0"}))
		require.NoError(t, c.Do(sim.PartitionNode{Node: "node-0"}))
		c.RunUntil(func(v sim.View) bool {
			return v.Now() >= model.Instant(7511*time.Millisecond) && len(c.Logs("web-0")) > 1
		}, time.Minute)
		require.NoError(t, c.Do(sim.HealNode{Node: "node-0"})) // the message itself may pass
		c.Run(time.Second)
		require.Equal(t, row.hears, heard(c, "web-1"), row.profile.Name)
	}
}

// What is sent to a Service goes to one of its pods that are ready, whichever is
// chosen; when all are being deleted, to one that still serves.
func TestMessagesToAService(t *testing.T) {
	asks := func(c workload.Container, in workload.Input) {
		switch {
		case in.Kind == workload.Started:
			c.SetReady(c.Hostname() != "web-2") // which is never ready
			if c.Hostname() == "web-2" {
				c.SetTimer(0, 5*time.Second)
			}
		case in.Kind == workload.TimerFired:
			addrs, err := c.Lookup("all")
			if err == nil {
				c.Send(addrs[0], note("hello"))
			}
			c.SetTimer(0, time.Second)
		}
	}
	c := acting(t, 3, asks, grace(30))
	require.NoError(t, c.Apply(&model.Service{
		ObjectMeta: model.ObjectMeta{Name: "all"}, Spec: model.ServiceSpec{Selector: model.Labels{"app": "web"}, Ports: port80},
	}))
	c.Run(60 * time.Second)
	first, second := len(strings.Split(heard(c, "web-0"), ", ")), len(strings.Split(heard(c, "web-1"), ", "))
	require.Greater(t, first, 15)
	require.Greater(t, second, 15)
	require.Empty(t, heard(c, "web-2"))
	require.NoError(t, c.Delete("pod/web-0"))
	c.Run(10 * time.Second)
	require.Len(t, strings.Split(heard(c, "web-0"), ", "), first, "web-1 is ready, and web-0 is being deleted")
	require.NoError(t, c.Delete("pod/web-1"))
	c.Run(10 * time.Second)
	require.Greater(t, len(strings.Split(heard(c, "web-0"), ", ")), first, "nobody is ready")
}

// Messages that take longer or shorter may overtake each other, and each fate is a
// choice that is recorded.
func TestMessagesAreChoices(t *testing.T) {
	sends := func(c workload.Container, in workload.Input) {
		if in.Kind == workload.Started && c.Hostname() == "web-0" {
			c.SetTimer(0, 5*time.Second)
		}
		if in.Kind == workload.TimerFired {
			for _, n := range []note{"a", "b", "c"} {
				c.Send(netip.AddrFrom4([4]byte{10, 0, 0, 2}), n)
			}
		}
	}
	picks := map[string][]int{
		"lost":    {0, 999, 949}, // b gets lost: of a thousand, fifty do
		"message": {1023, 0},     // a takes a second, c a millisecond
	}
	c := sim.New(sim.Config{
		Nodes: 2, Images: map[string]sim.Image{"app:1": {Program: actor{do: sends}}},
		Latencies: sim.Latencies{Message: sim.Between(time.Millisecond, time.Second)},
		Chooser: sim.ChooserFunc(func(label string, n int) int {
			pick := picks[label][0]
			picks[label] = picks[label][1:]
			return pick
		}),
	})
	require.NoError(t, c.Apply(headless, plain(2, model.Parallel)))
	require.NoError(t, c.Do(sim.LoseMessages{PerMille: 50}))
	c.Settle()
	require.Equal(t, "lose 50‰ of messages", sim.LoseMessages{PerMille: 50}.String())
	told := heard(c, "web-1")
	require.Equal(t, "7.512s c from 10.0.0.1, 8.511s a from 10.0.0.1", told)

	again := sim.New(sim.Config{
		Nodes: 2, Images: map[string]sim.Image{"app:1": {Program: actor{do: sends}}},
		Latencies: sim.Latencies{Message: sim.Between(time.Millisecond, time.Second)}, Chooser: sim.Replay(c.Choices()),
	})
	require.NoError(t, again.Apply(headless, plain(2, model.Parallel)))
	require.NoError(t, again.Do(sim.LoseMessages{PerMille: 50}))
	again.Settle()
	require.Equal(t, c.Fingerprint(), again.Fingerprint())
	require.Equal(t, told, heard(again, "web-1"))
}

// Faults of the network that make no sense are refused.
func TestNetworkRefusals(t *testing.T) {
	c := sim.New(sim.Config{Nodes: 2})
	for says, op := range map[string]sim.Operation{
		`nodes "node-9" not found`:                         sim.PartitionNodes{A: "node-0", B: "node-9"},
		`nodes "node-8" not found`:                         sim.HealNodes{A: "node-8", B: "node-9"},
		"sim: node node-1 always reaches itself":           sim.PartitionNodes{A: "node-1", B: "node-1"},
		"sim: nodes node-0 and node-1 are not partitioned": sim.HealNodes{A: "node-0", B: "node-1"},
		"sim: LoseMessages: 1001 must be from 0 to 1000":   sim.LoseMessages{PerMille: 1001},
		"sim: LoseMessages: -1 must be from 0 to 1000":     sim.LoseMessages{PerMille: -1},
	} {
		require.EqualError(t, c.Do(op), says)
	}
	require.NoError(t, c.Do(sim.PartitionNodes{A: "node-0", B: "node-1"}))
	require.EqualError(t, c.Do(sim.PartitionNodes{A: "node-1", B: "node-0"}), "sim: nodes node-1 and node-0 are partitioned")
}

// Of a pod's containers the first one that runs a program is sent what is sent to the
// pod.
func TestMessagesToTheFirstContainer(t *testing.T) {
	var told []string
	listens := func(name string) workload.Program {
		return actor{do: func(c workload.Container, in workload.Input) {
			switch {
			case in.Kind == workload.Received:
				told = append(told, name)
			case c.Hostname() == "web-1":
			case name == "second":
				c.Send(netip.AddrFrom4([4]byte{10, 0, 0, 2}), note("hello"))
				c.SetTimer(0, time.Second)
			}
		}}
	}
	c := sim.New(sim.Config{Images: map[string]sim.Image{"app:1": {Program: listens("first")}, "side": {Program: listens("second")}}})
	set := plain(2, model.Parallel)
	spec := &set.Spec.Template.Spec
	spec.Containers = append([]model.Container{{Name: "none", Image: "none"}}, append(spec.Containers, model.Container{Name: "side", Image: "side"})...)
	require.NoError(t, c.Apply(headless, set))
	c.Run(20 * time.Second)
	require.NotEmpty(t, told)
	require.NotContains(t, told, "second")
	require.NoError(t, c.Do(sim.CrashContainer{Pod: "web-1", Container: "app"}))
	c.Run(10 * time.Second)
	require.NoError(t, c.Do(sim.CrashContainer{Pod: "web-1", Container: "app"}))
	told = nil
	c.Run(8 * time.Second)
	require.NotEmpty(t, told)
	require.NotContains(t, told, "first", "it is started again in 10s")
	c.Run(4 * time.Second)
	told = nil
	c.Run(8 * time.Second)
	require.NotContains(t, told, "second", "%s", c.Processes())
	require.NotEmpty(t, told)
}
