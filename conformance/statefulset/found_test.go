package statefulset

import (
	"testing"

	"github.com/ordinal-sim/ordinal/conformance/real"
	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// found are the smallest stories of the differences that were drawn once, with what the
// rule is. Both sides must tell them alike.
var found = []struct {
	rule  string
	spec  scenario.Spec
	steps []scenario.Step
}{
	{
		// Source: pkg/controller/statefulset/stateful_pod_control.go, CreateStatefulPod.
		"the claims of a pod whose creation has failed get their owners all the same",
		scenario.Spec{Replicas: 1, PodManagementPolicy: "OrderedReady", Strategy: "RollingUpdate", RevisionHistoryLimit: 10, Claims: 1, Image: "a"},
		[]scenario.Step{
			{Op: scenario.Release}, // its name stays taken: no pod is created again
			{Op: scenario.Retention, Value: "Delete Delete"},
			{Op: scenario.FailWrite, N: 1, Value: "create pod"},
		},
	},
	{
		// The cache does not show the adoption yet, so the new number conflicts; the retry
		// goes on with the empty object that a client returns together with an error, and
		// the sync fails without knowing its revisions. Then all of them are history.
		//
		// Source: pkg/controller/history/controller_history.go, UpdateControllerRevision;
		// pkg/controller/statefulset/stateful_set_control.go, UpdateStatefulSet.
		"a set that goes back to a revision that it has just adopted cuts its history first",
		scenario.Spec{PodManagementPolicy: "OrderedReady", Strategy: "RollingUpdate", RevisionHistoryLimit: 2, Image: "a"},
		[]scenario.Step{
			{Op: scenario.Image, Value: "b"}, {Op: scenario.Image, Value: "c"},
			{Op: scenario.OrphanSet}, {Op: scenario.CreateSet, Value: "b"},
		},
	},
}

func TestFound(t *testing.T) {
	for _, f := range found {
		t.Run(f.rule, func(t *testing.T) {
			f.spec.Release = real.Release()
			if v := judge(t, f.spec, f.steps); v.at >= 0 {
				t.Error(v)
			}
		})
	}
}
