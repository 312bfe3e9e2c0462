package stateless_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/conformance/stateless"
	"github.com/ordinal-sim/ordinal/model/release"
)

// TestFound holds stories in which the two sides have differed once.
func TestFound(t *testing.T) {
	one := stateless.Spec{Replicas: 1, Image: "a", Strategy: "RollingUpdate", MaxSurge: "1", MaxUnavailable: "0"}
	late := stateless.Spec{Replicas: 1, Image: "a", Strategy: "RollingUpdate", MaxSurge: "0", MaxUnavailable: "1", Deadline: 47}
	old := stateless.Spec{Replicas: 5, Image: "a", Strategy: "Recreate", HistoryLimit: 2}
	all, wait := stateless.Step{Op: stateless.AllReady}, stateless.Step{Op: stateless.Wait}
	tamper, toB := stateless.Step{Op: stateless.Tamper, Value: "a"}, stateless.Step{Op: stateless.Image, Value: "b"}
	fail, allow := stateless.Step{Op: stateless.FailSet, N: 2}, stateless.Step{Op: stateless.Allow}
	for _, row := range []struct {
		rule  string
		story stateless.Scenario
	}{
		{"a write of a ReplicaSet that changes nothing wakes nobody", stateless.Scenario{Spec: one, Steps: []stateless.Step{
			all, tamper, fail, toB, wait, all, tamper,
		}}},
		{"nor does one of a pod: who is looked at first is who has changed", stateless.Scenario{SlowSets: true, Spec: late, Steps: []stateless.Step{
			all, all, all, allow, all, {Op: stateless.Scale, N: 8}, all, all, {Op: stateless.Adopt}, toB, all, {Op: stateless.Schedule, Pod: 8, Value: "a"},
			all, all, all, fail, wait, all,
		}}},
		{"after a deadline the controller looks all the time, and does not see half a step", stateless.Scenario{Spec: old, Steps: []stateless.Step{
			toB, all, all, {Op: stateless.Strategy, Value: "RollingUpdate 1% 1%"}, {Op: stateless.Deadline, N: 21}, wait, all, {Op: stateless.Scale, N: 1},
			{Op: stateless.Image, Value: "a"}, wait, wait, wait, {Op: stateless.ScaleSet, N: 7, Value: "b"},
		}}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			v := judge(t, row.story)
			require.False(t, v.differs(), "state %d differs\n%v", v.at, v)
		})
	}
}

// Of the end of a pod that Recreate waits for.
func TestFoundPolls(t *testing.T) {
	spec := stateless.Spec{Replicas: 1, Image: "a", Strategy: "Recreate", HistoryLimit: 2}
	deadline, none := stateless.Step{Op: stateless.Deadline, N: 47}, stateless.Step{Op: stateless.Wait}
	// With other labels it is not counted, so that not even a status changes when it ends.
	replaced := func(deadline stateless.Step) []stateless.Step {
		return []stateless.Step{{Op: stateless.AllReady}, deadline, {Op: stateless.Image, Value: "b"}, {Op: stateless.Release}}
	}
	ends := stateless.Step{Op: stateless.Succeed}
	for _, row := range []struct {
		rule     string
		deadline stateless.Step
		then     []stateless.Step
		sets     int // in the end
	}{
		{"no event tells of the end of a pod that Recreate waits for, but a deadline that has passed makes the controller look again and again",
			deadline, []stateless.Step{{Op: stateless.Wait}, {Op: stateless.Wait}, ends}, 2},
		{"one that ends before that is not noticed", deadline, []stateless.Step{ends}, 1},
		{"until the deadline has passed", deadline, []stateless.Step{ends, {Op: stateless.Wait}}, 2},
		{"without a deadline nobody looks", none, []stateless.Step{ends, {Op: stateless.Wait}, {Op: stateless.Wait}, {Op: stateless.Wait}}, 1},
		{"before the pod is gone", none, []stateless.Step{ends, {Op: stateless.Wait}, {Op: stateless.Gone}}, 2},
	} {
		t.Run(row.rule, func(t *testing.T) {
			if rules().Has(release.RecreateGoesByLabels) {
				row.sets = 2 // nobody waits for a pod with other labels
			}
			v := judge(t, stateless.Scenario{Spec: spec, Steps: append(replaced(row.deadline), row.then...)})
			require.False(t, v.differs(), "state %d differs\n%v", v.at, v)
			require.Len(t, v.states[len(v.states)-1].Sets, row.sets)
		})
	}
}
