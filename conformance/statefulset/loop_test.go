package statefulset

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/conformance/real"
	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// midRollout are the steps from a new set of some replicas to the middle of its first
// rollout: the last pod is at the new revision, runs, and is not ready.
func midRollout(replicas int32) (steps []scenario.Step) {
	for i := range replicas {
		steps = append(steps, scenario.Step{Op: scenario.Run, Pod: i}, scenario.Step{Op: scenario.Ready, Pod: i})
	}
	last := replicas - 1
	return append(steps, scenario.Step{Op: scenario.Image, Value: "b"},
		scenario.Step{Op: scenario.Gone, Pod: last}, scenario.Step{Op: scenario.Run, Pod: last})
}

// TestLostPodWithoutRollingUpdateBlock loses web-0 in the middle of the rollout of a
// Parallel set whose strategy is RollingUpdate without its block.
//
// Without the block a lost pod comes back at the old revision as long as its ordinal is
// below status.currentReplicas. From 1.37 on, with maxUnavailable, the update stage of the
// very sync that creates it then deletes it, because it is outdated and unavailable; and
// nothing of that is an error, so no back-off slows the next sync down. With three
// replicas currentReplicas sinks to 0 at that, and the pod comes back at the new revision.
// With four it stays at 1, and the controller creates and deletes web-0 for ever.
//
// Source: pkg/controller/statefulset, newVersionedStatefulSetPod and
// updateStatefulSetAfterInvariantEstablished.
func TestLostPodWithoutRollingUpdateBlock(t *testing.T) {
	for _, c := range []struct {
		replicas int32
		endless  []string // from 1.37 on
		image    string   // of web-0, from 1.37 on, if it is not endless
	}{
		{3, nil, "b"},
		{4, []string{"web-0"}, ""},
		{5, []string{"web-0"}, ""},
	} {
		spec := scenario.Spec{
			Replicas: c.replicas, PodManagementPolicy: "Parallel", Strategy: "RollingUpdate", NoRollingUpdate: true,
			RevisionHistoryLimit: 10, Image: "a", Release: real.Release(),
		}
		steps := append(midRollout(c.replicas), scenario.Step{Op: scenario.Force, Pod: 0})
		states := real.Run(t, spec, steps)
		last := states[len(states)-1]
		if real.Release() != "1.37" {
			c.endless, c.image = nil, "a"
		}
		require.Equal(t, c.endless, last.Endless, "%d replicas\n%v", c.replicas, last)
		if c.endless == nil {
			require.Equal(t, c.image, last.Pods[0].Image, "%d replicas\n%v", c.replicas, last)
		}
		if v := judge(t, spec, steps); v.differs() {
			t.Error(v)
		}
	}
}
