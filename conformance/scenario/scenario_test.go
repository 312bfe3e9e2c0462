package scenario_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// TestDrawnScenariosAreData: JSON keeps all of them, and their steps say what they do.
func TestDrawnScenariosAreData(t *testing.T) {
	for _, release := range []string{"1.35", "1.36", "1.37"} {
		for _, profile := range scenario.Profiles {
			draw := scenario.Draw{Profile: profile, Steps: 30, Release: release}.Generator()
			rapid.Check(t, func(t *rapid.T) {
				s := draw.Draw(t, "scenario")
				text, err := json.Marshal(s)
				require.NoError(t, err)
				var again scenario.Scenario
				require.NoError(t, json.Unmarshal(text, &again))
				require.Equal(t, s.String(), again.String())
				require.Len(t, again.Steps, 30)
				if release != "1.37" {
					require.NotEqual(t, "Recreate", s.Spec.Strategy)
				}
			})
		}
	}
}

func TestWithoutLeavesStepsOut(t *testing.T) {
	draw := scenario.Draw{Profile: scenario.Wild, Steps: 40, Release: "1.37", Without: []string{scenario.OwnPod, scenario.FailWrite}}.Generator()
	rapid.Check(t, func(t *rapid.T) {
		for _, step := range draw.Draw(t, "scenario").Steps {
			require.NotContains(t, []string{scenario.OwnPod, scenario.FailWrite}, step.Op)
		}
	})
}

// TestSet: what an edit changes, and what outlives the set.
func TestSet(t *testing.T) {
	spec := scenario.Spec{Replicas: 3, Strategy: "RollingUpdate", NoRollingUpdate: true, Start: 1, Image: "a"}
	set := scenario.NewSet(spec)
	require.False(t, set.Block())
	for _, step := range []scenario.Step{
		{Op: scenario.Scale, N: 5}, {Op: scenario.Start, N: 2}, {Op: scenario.Partition, N: 4}, {Op: scenario.Retention, Value: "Delete Retain"},
	} {
		var ok bool
		set, ok = set.Edit(step)
		require.True(t, ok)
	}
	require.True(t, set.Block(), "a partition needs the block")
	require.Equal(t, []any{int32(5), int32(2), int32(4), "Delete", "Retain"}, []any{set.Replicas, set.Start, set.Partition, set.WhenDeleted, set.WhenScaled})
	again := set.Recreated(scenario.Step{Op: scenario.CreateSet, N: 2, Value: "b"})
	require.Equal(t, []any{int32(2), int32(1), int32(4), "", "b"}, []any{again.Replicas, again.Start, again.Partition, again.WhenDeleted, again.Image})
	require.True(t, again.Block())
	onDelete, _ := again.Edit(scenario.Step{Op: scenario.Strategy, Value: "OnDelete"})
	require.False(t, onDelete.Block())
	_, ok := set.Edit(scenario.Step{Op: scenario.Ready})
	require.False(t, ok)
}

// TestEqual: neither order nor empty lists matter, and a recording's state says less.
func TestEqual(t *testing.T) {
	a := scenario.State{Pods: []scenario.Pod{{Name: "web-1"}, {Name: "web-0", Lost: []string{"x"}}}, Revisions: []string{}}
	b := scenario.State{Pods: []scenario.Pod{{Name: "web-0"}, {Name: "web-1"}}}
	require.False(t, a.Equal(b))
	require.True(t, a.Recorded().Equal(b))
	require.Equal(t, []string{"x"}, a.Pods[1].Lost, "a state is not changed by being looked at")
}

func TestEndless(t *testing.T) {
	before := scenario.Lives{"web-0": 5, "web-1": 30}
	require.Equal(t, []string{"web-0", "web-2"}, scenario.Lives{"web-2": 40, "web-0": 15, "web-1": 34}.Endless(before))
}

func TestSteps(t *testing.T) {
	for want, step := range map[string]scenario.Step{
		"ready web-1":                            {Op: scenario.Ready, Pod: 1},
		"scale 3":                                {Op: scenario.Scale, N: 3},
		"image b":                                {Op: scenario.Image, Value: "b"},
		"unlabel web-2 " + scenario.LabelPodName: {Op: scenario.Unlabel, Pod: 2, Value: scenario.LabelPodName},
		"ownClaim c0-web-1 other":                {Op: scenario.OwnClaim, Claim: scenario.ClaimName(0, 1), Value: scenario.Other},
		"createSet 2 c":                          {Op: scenario.CreateSet, N: 2, Value: "c"},
		"failWrite 1 create pod":                 {Op: scenario.FailWrite, N: 1, Value: "create pod"},
		"rollingUpdate nil":                      {Op: scenario.RollingUpdate},
		"orphanSet":                              {Op: scenario.OrphanSet},
	} {
		require.Equal(t, want, step.String())
	}
}

func TestReadNothing(t *testing.T) {
	_, err := scenario.Read("nowhere.jsonl.gz")
	require.Error(t, err)
}
