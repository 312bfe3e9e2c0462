package policy

import (
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/stretchr/testify/require"
)

// take tells a decision that its steps have succeeded, of the deletions of the update
// stage only the first few; failed is whether one has not.
func take(v *View, d *Decision, updates int32) (failed bool) {
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.Updates {
			updates--
		}
		if !s.Updates || updates >= 0 {
			v.Took(d, s)
		}
	}
	return updates < 0
}

// The status that is stored after a sync. updates is how many deletions of the update
// stage have succeeded.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatus and
// completeUpdate.
func TestStatus(t *testing.T) {
	for _, c := range []struct {
		rule    string
		scene   scene
		updates int32
		status  string
	}{
		{"a pod that this sync creates does not count yet", scene{set: "1"}, 0, "0 pods, 0 ready, 0 available, c0 u0, A to A"},
		{"it counts from the next sync on", scene{set: "3", pods: "0:Ap"}, 0, "1 pods, 0 ready, 0 available, c1 u1, A to A"},
		{"a pod that is on its way out counts, as ready while it is, but at no revision", scene{set: "3", pods: "0:Ar 1:ArX"}, 0,
			"2 pods, 2 ready, 2 available, c1 u1, A to A"},
		{"a Failed pod counts, also at its revision", scene{set: "3", pods: "0:Af"}, 0, "1 pods, 0 ready, 0 available, c1 u1, A to A"},
		{"Pending with Ready True is not ready", scene{set: "3", pods: "0:AP"}, 0, "1 pods, 0 ready, 0 available, c1 u1, A to A"},
		{"ready for 10 s of 30 is not available", scene{set: "3 minReady=30", pods: "0:Ar 1:Ay"}, 0, "2 pods, 2 ready, 1 available, c2 u2, A to A"},
		{"condemned pods count, also those that this sync deletes", scene{set: "Parallel 2", pods: "0:An 1:Ar 2:Ar 3:Ar 4:Ar"}, 0,
			"5 pods, 4 ready, 4 available, c5 u5, A to A"},
		{"orphans, another's pods and those that are not matched do not count", scene{set: "3", pods: "0:Ar 1:Aro 2:Arx 3:Arm"}, 0,
			"1 pods, 1 ready, 1 available, c1 u1, A to A"},
		{"a set on its way out still counts", scene{set: "3 Deleting", pods: "0:Ar 1:An"}, 0, "2 pods, 1 ready, 1 available, c2 u2, A to A"},

		{"A to B, web-2 deleted: no longer current, and not yet updated", scene{set: "3 was=A update=B", pods: "0:Ar 1:Ar 2:Ar"}, 1,
			"3 pods, 3 ready, 3 available, c2 u0, A to B"},
		{"the deletion has failed: still current", scene{set: "3 was=A update=B", pods: "0:Ar 1:Ar 2:Ar"}, 0,
			"3 pods, 3 ready, 3 available, c3 u0, A to B"},
		{"a pod that is neither current nor wanted is deleted: one too few for this sync", scene{set: "3 was=A update=C", pods: "0:Ar 1:Br 2:Br"}, 1,
			"3 pods, 3 ready, 3 available, c0 u0, A to C"},
		{"all pods at B, A still current, C wanted: -1, which the API refuses", scene{set: "Parallel 1 was=A update=C", pods: "0:Bn"}, 1,
			"1 pods, 0 ready, 0 available, c-1 u0, A to C"},

		{"all that the spec asks for are updated and ready: promoted", scene{set: "2 was=A update=B", pods: "0:Br 1:Br"}, 0,
			"2 pods, 2 ready, 2 available, c2 u2, B to B"},
		{"ready is enough, available is not asked for", scene{set: "1 was=A update=B minReady=30", pods: "0:By"}, 0,
			"1 pods, 1 ready, 0 available, c1 u1, B to B"},
		{"under OnDelete too", scene{set: "1 OnDelete was=A update=B", pods: "0:Br"}, 0, "1 pods, 1 ready, 1 available, c1 u1, B to B"},
		{"one is not ready: not promoted", scene{set: "2 was=A update=B", pods: "0:Br 1:Bn"}, 0, "2 pods, 1 ready, 1 available, c0 u2, A to B"},
		{"one is old: not promoted", scene{set: "2 was=A update=B partition=1", pods: "0:Ar 1:Br"}, 0, "2 pods, 2 ready, 2 available, c1 u1, A to B"},
		{"one is on its way out: not promoted", scene{set: "2 was=A update=B", pods: "0:Br 1:BrX"}, 0, "2 pods, 2 ready, 2 available, c0 u1, A to B"},
		{"one is missing: not promoted", scene{set: "2 was=A update=B", pods: "0:Br"}, 0, "1 pods, 1 ready, 1 available, c0 u1, A to B"},
		{"one is left over: not promoted", scene{set: "1 was=A update=B", pods: "0:Br 1:Br"}, 0, "2 pods, 2 ready, 2 available, c0 u2, A to B"},
		{"scaled to 0: promoted at once, the partition is forgotten", scene{set: "0 was=A update=B partition=2"}, 0,
			"0 pods, 0 ready, 0 available, c0 u0, B to B"},

		{"the status names no revision that is there: what is wanted is current", scene{set: "3 was=Z update=B", pods: "0:Ar 1:Br"}, 0,
			"2 pods, 2 ready, 2 available, c1 u1, B to B"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var d Decision
			v := c.scene.build()
			v.Plan(testNow, &d)
			got := v.Final(&d, take(v, &d, c.updates))
			require.Equal(t, c.status, readStatus(got), "pods %s", c.scene.pods)
			require.Equal(t, int64(1), got.ObservedGeneration)
		})
	}
}

// When a status is written.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, inconsistentStatus.
func TestDiffers(t *testing.T) {
	stored := Status{
		ObservedGeneration: 5, Replicas: 3, ReadyReplicas: 3, AvailableReplicas: 3, CurrentReplicas: 2, UpdatedReplicas: 1,
		CurrentRevision: 1, UpdateRevision: 2, CollisionCount: 1, Progress: Progress{RecreateDeleting, 7},
	}
	v := scene{set: "3"}.build()
	v.set.Status = stored
	for _, c := range []struct {
		rule   string
		change func(s *Status)
		writes bool
	}{
		{"nothing has changed", func(*Status) {}, false},
		{"a later generation was seen", func(s *Status) { s.ObservedGeneration++ }, true},
		{"an earlier generation was seen: not that alone", func(s *Status) { s.ObservedGeneration-- }, false},
		{"replicas", func(s *Status) { s.Replicas++ }, true},
		{"readyReplicas", func(s *Status) { s.ReadyReplicas-- }, true},
		{"availableReplicas", func(s *Status) { s.AvailableReplicas-- }, true},
		{"currentReplicas", func(s *Status) { s.CurrentReplicas = -1 }, true},
		{"updatedReplicas", func(s *Status) { s.UpdatedReplicas++ }, true},
		{"currentRevision", func(s *Status) { s.CurrentRevision = 2 }, true},
		{"updateRevision", func(s *Status) { s.UpdateRevision = 3 }, true},
		{"the collision count is not compared", func(s *Status) { s.CollisionCount++ }, false},
		{"the condition's reason", func(s *Status) { s.Progress.Reason = RecreateCreating }, true},
		{"the condition's time", func(s *Status) { s.Progress.Since++ }, true},
	} {
		s := stored
		c.change(&s)
		require.Equal(t, c.writes, v.Differs(s), c.rule)
	}
}

// When the controller looks again by itself.
//
// Source: pkg/controller/controller_utils.go, FindMinNextPodAvailabilityCheck.
func TestRecheck(t *testing.T) {
	for _, c := range []struct {
		rule  string
		scene scene
		past  time.Duration // since the plan
		after time.Duration // -1: not at all
	}{
		{"without minReadySeconds never", scene{set: "1", pods: "0:Ay"}, 0, -1},
		{"all that are ready are available", scene{set: "2 minReady=30", pods: "0:Ar 1:An"}, 0, -1},
		{"when the one that waits becomes available", scene{set: "1 minReady=30", pods: "0:Ay"}, 0, 20 * time.Second},
		{"a condemned one counts too", scene{set: "1 minReady=30", pods: "0:Ar 1:Ay"}, 0, 20 * time.Second},
		{"one that is on its way out counts too", scene{set: "1 minReady=30", pods: "0:AyX"}, 0, 20 * time.Second},
		{"of several the first", scene{set: "Parallel 2 minReady=30", pods: "0:Ay 1:AY"}, 0, 10 * time.Second},
		{"somebody else's does not count", scene{set: "2 minReady=30", pods: "0:AYx 1:Ay"}, 5 * time.Second, 15 * time.Second},
		{"it has just passed: at once", scene{set: "1 minReady=30", pods: "0:Ay"}, 21 * time.Second, 0},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var d Decision
			v := c.scene.build()
			v.Plan(testNow, &d)
			after, ok := v.Recheck(testNow.Add(c.past), d.Status)
			if !ok {
				after = -1
			}
			require.Equal(t, c.after, after)
		})
	}

	v := scene{set: "1", pods: "0:Ar"}.build()
	_, ok := v.Recheck(testNow, Status{ReadyReplicas: 1})
	require.False(t, ok, "without minReadySeconds never, whatever the counts")

	v = scene{set: "1 minReady=30", pods: "0:Ar"}.build()
	v.Advance(testNow)
	after, ok := v.Recheck(testNow, Status{ReadyReplicas: 1})
	require.True(t, ok)
	require.Equal(t, 30*time.Second, after, "the counts differ but nobody waits: after minReadySeconds")
}

// Whose pods become the set's, and whose no longer are.
//
// Source: pkg/controller/controller_ref_manager.go, ClaimObject.
func TestAdopt(t *testing.T) {
	for _, c := range []struct {
		rule  string
		scene scene
		pods  []int32
	}{
		{"ours and matched: stays", scene{set: "1", pods: "0:Ar"}, nil},
		{"ours and no longer matched: released", scene{set: "1", pods: "0:Arm"}, []int32{0}},
		{"the same, on its way out: released", scene{set: "1", pods: "0:ArmX"}, []int32{0}},
		{"the same, the set being deleted: untouched", scene{set: "1 Deleting", pods: "0:Arm"}, nil},
		{"an orphan that matches: adopted", scene{set: "1", pods: "0:Aro"}, []int32{0}},
		{"the same, on its way out: ignored", scene{set: "1", pods: "0:AroX"}, nil},
		{"the same, the set being deleted: ignored", scene{set: "1 Deleting", pods: "0:Aro"}, nil},
		{"an orphan that does not match: ignored", scene{set: "1", pods: "0:Arom"}, nil},
		{"another's: ignored", scene{set: "1", pods: "0:Arx 1:Arxm"}, nil},
		{"out of range makes no difference; they come by ordinal", scene{set: "1", pods: "9:Aro 2:Arm 4:Aro"}, []int32{2, 4, 9}},
	} {
		var ordinals []int32
		for _, p := range c.scene.build().Adopt(nil) {
			ordinals = append(ordinals, p.Ordinal)
			require.Equal(t, podUIDs+model.UID(p.Ordinal), p.UID, c.rule)
		}
		require.Equal(t, c.pods, ordinals, c.rule)
	}
}
