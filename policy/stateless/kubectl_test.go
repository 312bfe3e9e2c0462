package stateless

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
)

// What kubectl says of a rollout, in the order in which it asks.
func TestRolloutStatus(t *testing.T) {
	three := int32(3)
	late := []model.DeploymentCondition{{Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded"}}
	for _, c := range []struct {
		rule     string
		status   model.DeploymentStatus
		revision int64
		want     string
		done     bool
	}{
		{"another revision is in force", model.DeploymentStatus{}, 2, "desired revision (2) is different from the running revision (1)", false},
		{"the controller has not seen it yet", model.DeploymentStatus{ObservedGeneration: 1, Conditions: late}, 0, "Waiting for deployment spec update to be observed...\n", false},
		{"late", model.DeploymentStatus{ObservedGeneration: 2, Conditions: late}, 0, `deployment "web" exceeded its progress deadline`, false},
		{"new pods are missing", model.DeploymentStatus{ObservedGeneration: 2, Replicas: 4, UpdatedReplicas: 1}, 1,
			"Waiting for deployment \"web\" rollout to finish: 1 out of 3 new replicas have been updated...\n", false},
		{"old pods are left", model.DeploymentStatus{ObservedGeneration: 2, Replicas: 4, UpdatedReplicas: 3}, 0,
			"Waiting for deployment \"web\" rollout to finish: 1 old replicas are pending termination...\n", false},
		{"new pods are not available", model.DeploymentStatus{ObservedGeneration: 2, Replicas: 3, UpdatedReplicas: 3, AvailableReplicas: 2}, 0,
			"Waiting for deployment \"web\" rollout to finish: 2 of 3 updated replicas are available...\n", false},
		{"done", model.DeploymentStatus{ObservedGeneration: 2, Replicas: 3, UpdatedReplicas: 3, AvailableReplicas: 3}, 0,
			"deployment \"web\" successfully rolled out\n", true},
	} {
		t.Run(c.rule, func(t *testing.T) {
			d := &model.Deployment{ObjectMeta: model.ObjectMeta{Name: "web", Generation: 2}, Spec: model.DeploymentSpec{Replicas: &three}, Status: c.status}
			got, done, err := RolloutStatus(d, 1, c.revision)
			if err != nil {
				got = err.Error()
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.done, done)
		})
	}
}

// Which ReplicaSet kubectl goes back to.
func TestUndoTo(t *testing.T) {
	for _, c := range []struct {
		rule      string
		revisions []int64
		to        int64
		place     int
		err       string
	}{
		{"the last one but one", []int64{1, 2, 3}, 0, 1, ""},
		{"the last one but one, when the newest was an old one before", []int64{3, 2}, 0, 1, ""},
		{"a revision", []int64{1, 2, 3}, 1, 0, ""},
		{"the newest is a revision too", []int64{1, 2, 3}, 3, 2, ""},
		{"one that is no number does not count", []int64{1, BadRevision, 3}, 0, 0, ""},
		{"there is none before", []int64{1}, 0, 0, `no rollout history found for deployment "web"`},
		{"there is none of the number", []int64{1, 2}, 7, 0, "unable to find specified revision 7 in history"},
		{"there is none below 0", []int64{1, 2}, -1, 0, "unable to find specified revision -1 in history"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			place, err := UndoTo("web", c.revisions, c.to)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.place, place)
		})
	}
}

// spelled spells symbols.
type spelled map[model.Symbol]string

func (s spelled) Symbol(m model.Symbol) string { return s[m] }

// The messages of conditions.
func TestMessages(t *testing.T) {
	names := spelled{1: "web-abc", 2: "no quota"}
	for reason, want := range map[Reason]string{
		NewReplicaSetCreated: `Created new replica set "web-abc"`, FoundNewReplicaSet: `Found new replica set "web-abc"`,
		ReplicaSetUpdated: `ReplicaSet "web-abc" is progressing.`, NewReplicaSetAvailable: `ReplicaSet "web-abc" has successfully progressed.`,
		ProgressDeadlineExceeded: `ReplicaSet "web-abc" has timed out progressing.`, DeploymentPaused: "Deployment is paused",
		DeploymentResumed: "Deployment is resumed", ReplicaSetCreateError: `Failed to create new replica set "web-abc": no quota`,
		PodsNotCreated: "no quota", PodsNotDeleted: "no quota", MinimumAvailable: "Deployment has minimum availability.",
		MinimumUnavailable: "Deployment does not have minimum availability.",
	} {
		c := Condition{Type: Progressing, Reason: reason, Set: 1, Text: 2}
		require.Equal(t, want, c.Message("web", names))
	}
	c := Condition{Type: Progressing, Status: False, Reason: ProgressDeadlineExceeded, Updated: 7}
	require.Equal(t, model.DeploymentCondition{
		Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded", Message: `Deployment "web" has timed out progressing.`, LastUpdateTime: 7,
	}, c.Model("web", names))
}

// A history of numbers drops the first ones when it gets too long.
func TestHistoryIsBounded(t *testing.T) {
	history := ""
	for n := range int64(1000) {
		history = remember(history, n+1)
	}
	require.LessOrEqual(t, len(history), 2000)
	require.Greater(t, len(history), 1990)
	require.Equal(t, "999,1000", history[len(history)-8:])
}
