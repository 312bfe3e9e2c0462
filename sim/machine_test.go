package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/sim"
)

// A machine that comes back before anybody has given up on it has the same pods, with
// new addresses.
func TestRestartNodeKeepsPods(t *testing.T) {
	c := sim.New(sim.Config{Nodes: 2})
	require.NoError(t, c.Apply(withDisks(webSet(2))...))
	c.Settle()
	before, err := c.Pod("web-0")
	require.NoError(t, err)
	require.NoError(t, c.Do(sim.CrashNode{Node: before.Spec.NodeName}))
	c.Run(30 * time.Second)
	require.NoError(t, c.Do(sim.RestartNode{Node: before.Spec.NodeName}))
	c.Settle()
	after, err := c.Pod("web-0")
	require.NoError(t, err)
	require.Equal(t, before.UID, after.UID)
	require.NotEqual(t, before.Status.PodIP, after.Status.PodIP)
	require.Equal(t, int32(1), after.Status.ContainerStatuses[0].RestartCount)
	require.True(t, after.Ready(), "%s", c.Trace())
}

// What is forced away from a node that does not answer runs on there until it does.
func TestForcedOnAPartitionedNode(t *testing.T) {
	c := sim.New(sim.Config{Nodes: 2})
	require.NoError(t, c.Apply(withDisks(webSet(2))...))
	c.Settle()
	before, err := c.Pod("web-0")
	require.NoError(t, err)
	require.NoError(t, c.Do(sim.PartitionNode{Node: before.Spec.NodeName}))
	c.Run(time.Minute)
	require.NoError(t, c.Delete("pod/web-0", sim.Force()))
	c.Run(time.Minute)
	require.NoError(t, c.Do(sim.HealNode{Node: before.Spec.NodeName}))
	c.Settle()
	t.Logf("%s", c.Trace())
}
