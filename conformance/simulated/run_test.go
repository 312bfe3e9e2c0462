package simulated_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
	"github.com/ordinal-sim/ordinal/conformance/simulated"
)

// TestEveryStepCanBePlayed: whatever is drawn, for whichever release, ends in a state for
// each step, and in the same ones when it is played again.
func TestEveryStepCanBePlayed(t *testing.T) {
	for _, release := range []string{"1.35", "1.36", "1.37"} {
		draw := scenario.Draw{Profile: scenario.Wild, Steps: 60, Release: release}.Generator()
		rapid.Check(t, func(t *rapid.T) {
			s := draw.Draw(t, "scenario")
			states := simulated.Run(s.Spec, s.Steps)
			last := states[len(states)-1]
			require.True(t, len(states) == len(s.Steps)+1 || len(last.Endless) > 0, "%d states", len(states))
			require.Equal(t, states, simulated.Run(s.Spec, s.Steps))
		})
	}
}

// TestLivesAreCounted: also of pods that no state has shown.
func TestLivesAreCounted(t *testing.T) {
	spec := scenario.Spec{Replicas: 1, PodManagementPolicy: "OrderedReady", Strategy: "RollingUpdate", RevisionHistoryLimit: 10, Claims: 1, Image: "a"}
	steps := slices.Repeat([]scenario.Step{{Op: scenario.Delete}}, 3)
	states := simulated.Run(spec, steps)
	last := states[len(states)-1]
	require.Equal(t, 4, last.Pods[0].Incarnation)
	require.Equal(t, 1, last.Claims[0].Incarnation)
	require.Contains(t, simulated.Story(spec, steps, 2), "creates web-0")
}
