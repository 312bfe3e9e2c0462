package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// TestHoldReads: what a kubelet runs that may be told of pods which are gone. web-0 has run on
// node-0, and runs on node-1 now.
func TestHoldReads(t *testing.T) {
	do := func(ops ...sim.Operation) func(*testing.T, *sim.Cluster) {
		return func(t *testing.T, c *sim.Cluster) {
			for _, op := range ops {
				require.NoError(t, c.Do(op))
				c.Run(20 * time.Second)
			}
		}
	}
	start, restart, free := sim.StartKubelet{Node: "node-0"}, sim.RestartNode{Node: "node-0"}, sim.ReleaseReads{Node: "node-0"}
	stop, crash := sim.StopKubelet{Node: "node-0"}, sim.CrashNode{Node: "node-0"}
	cut, heal := sim.PartitionNode{Node: "node-0"}, sim.HealNode{Node: "node-0"}
	one, both := []string{"node-1"}, []string{"node-0", "node-1"}
	exits := sim.Config{Images: map[string]sim.Image{"A": {Stop: sim.Fixed(time.Second)}}}
	disk := withDisks(webSet(1))
	share := withDisks(webSet(1), provisionedBy("nfs.csi.k8s.io"))
	for _, row := range []struct {
		rule   string
		config sim.Config
		of     []model.Object
		story  func(*testing.T, *sim.Cluster)
		runs   []string
	}{
		{"One that runs on has seen that the pod is gone", exits, nil, do(), one},
		{"One that is started is told of the pod, and runs it once more", exits, nil, do(start), both},
		{"Since 1.35 it asks for what is no older than its question", sim.Config{Release: release.V1_35_0}, nil, do(start), one},
		{"So does one whose machine boots", exits, nil, do(restart), both},
		{"Restarted again it goes on with what it runs", exits, nil, do(start, stop, start), both},
		{"Also after its network was cut", exits, nil, do(start, cut, heal), both},
		{"And after its machine was down", exits, nil, do(start, crash, restart), both},
		{"Once it learns that the pod is gone it stops it", exits, nil, do(start, free), one},
		{"The pod has its grace period then", sim.Config{}, nil, do(start, free), both},
		{"and no more", sim.Config{}, nil, do(start, free, heldElsewhere), one},
		{"It learns of it when it is heard again", exits, nil, do(start, cut, free, heal), one},
		{"and not before", exits, nil, do(start, cut, free), both},
		{"A kubelet that is started after that is told the present", exits, nil, do(free, start), one},
		{"A disk that is at another node is not at this one: the pod is not started", exits, disk, do(start), one},
		{"What is not attached is there", exits, share, do(start), both},
		{"Of a pod that has come back to the node it hears too", exits, nil, do(sim.Cordon{Node: "node-0", Undo: true}, sim.Cordon{Node: "node-1"},
			sim.Delete{Target: "pod/web-0"}, start), []string{"node-0", "node-0"}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			config, objects := row.config, row.of
			config.Nodes = 2
			if config.Release == release.V1_37 {
				config.Release = release.V1_34_4
			}
			if objects == nil {
				objects = []model.Object{webSet(1, stateless)}
			}
			c := sim.New(config)
			require.NoError(t, c.Apply(objects...))
			c.Settle()
			require.Equal(t, []string{"node-0"}, c.RunningAt("web-0"))
			require.NoError(t, c.Do(sim.HoldReads{Node: "node-0"}))
			require.NoError(t, c.Cordon("node-0"))
			require.NoError(t, c.Delete("pod/web-0"))
			c.Run(time.Minute)
			require.Equal(t, one, c.RunningAt("web-0"))
			row.story(t, c)
			require.Equal(t, row.runs, c.RunningAt("web-0"), "%s", c.Trace())
			require.Equal(t, "Running", string(c.Pods("web").Items[0].Status.Phase))
			fork, err := c.Clone()
			require.NoError(t, err)
			require.Equal(t, c.StateHash(), fork.StateHash())
			c.Run(time.Hour)
			fork.Run(time.Hour)
			require.Equal(t, c.Trace(), fork.Trace())
		})
	}
}

// heldElsewhere is a fault that does not matter on node-0: time passes.
var heldElsewhere = sim.HoldReads{Node: "node-1"}

// TestHoldReadsForks: what a fork is told is its own.
func TestHoldReadsForks(t *testing.T) {
	c := sim.New(sim.Config{Release: release.V1_34_4, Nodes: 2})
	require.NoError(t, c.Apply(webSet(1, stateless)))
	c.Settle()
	require.NoError(t, c.Do(sim.HoldReads{Node: "node-0"}))
	fork, err := c.Clone()
	require.NoError(t, err)
	require.NoError(t, c.Do(sim.ReleaseReads{Node: "node-0"}))
	for _, w := range []*sim.Cluster{c, fork} {
		require.NoError(t, w.Cordon("node-0"))
		require.NoError(t, w.Delete("pod/web-0"))
		w.Settle()
		require.NoError(t, w.Do(sim.StartKubelet{Node: "node-0"}))
		w.Settle()
	}
	require.Equal(t, []string{"node-1"}, c.RunningAt("web-0"))
	require.Equal(t, []string{"node-0", "node-1"}, fork.RunningAt("web-0"))
}

// TestHoldReadsOfWhatIsThere: a pod that is still there is run once.
func TestHoldReadsOfWhatIsThere(t *testing.T) {
	c := sim.New(sim.Config{Release: release.V1_33})
	require.NoError(t, c.Apply(webSet(2, stateless)))
	c.Settle()
	require.NoError(t, c.Do(sim.HoldReads{Node: "node-0"}))
	require.EqualError(t, c.Do(sim.HoldReads{Node: "node-0"}), "sim: node node-0 reads the past, or is about to")
	require.NoError(t, c.Do(sim.StartKubelet{Node: "node-0"}))
	c.Settle()
	require.Equal(t, []string{"node-0"}, c.RunningAt("web-0"))
	require.NoError(t, c.Do(sim.ReleaseReads{Node: "node-0"}))
	require.EqualError(t, c.Do(sim.ReleaseReads{Node: "node-0"}), "sim: node node-0 reads the present")
	require.Equal(t, []string{"node-0"}, c.RunningAt("web-1"))
}
