package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// What a kubelet knows, and what its programs would say, is part of the state: a world
// in which it differs has another hash, and a fork has the same.
func TestStateHashOfKubelets(t *testing.T) {
	world := func(changes ...sim.Operation) *sim.Cluster {
		c := sim.New(sim.Config{})
		require.NoError(t, c.Apply(webSet(1, stateless, sidecars("P"), readiness(every(10)), liveness(every(10)))))
		c.Settle()
		c.Run(time.Minute - time.Duration(c.Now()))
		for _, op := range changes {
			require.NoError(t, c.Do(op))
		}
		return c
	}
	seen := map[uint64]string{world().StateHash(): "nothing"}
	for _, op := range []sim.Operation{
		sim.Hang{Pod: "web-0"}, sim.Hang{Pod: "web-0", Container: "p"}, sim.OOMKill{Pod: "web-0"}, sim.CrashContainer{Pod: "web-0"},
		sim.StopServing{Pod: "web-0"}, sim.StopServing{Pod: "web-0", Container: "p"}, sim.HoldDetach{Node: "node-0"},
		sim.HoldReads{Node: "node-0"},
		sim.ConflictWrite{Verb: sim.VerbUpdateStatus, Kind: model.KindStatefulSet},
		sim.LoseImage{Image: "A"}, sim.SetCondition{Pod: "web-0", Type: "x"}, sim.Pressure{Node: "node-0"},
		sim.Pressure{Node: "node-0", Resource: sim.Disk}, sim.StopKubelet{Node: "node-0"}, sim.ShutdownNode{Node: "node-0"},
	} {
		c := world(op)
		require.Empty(t, seen[c.StateHash()], "%s looks like it", op)
		seen[c.StateHash()] = op.String()
		fork, err := c.Clone()
		require.NoError(t, err)
		require.Equal(t, c.StateHash(), fork.StateHash())
		c.Run(time.Hour)
		fork.Run(time.Hour)
		require.Equal(t, c.StateHash(), fork.StateHash(), "%s", op)
		require.Equal(t, c.Trace().String(), fork.Trace().String())
	}
}
