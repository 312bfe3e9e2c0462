package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// Whatever update conflicts, first or later, once or more often than the controller tries
// at once: it comes back to it, and the set ends as it would have ended.
func TestConflictsAreMadeUpFor(t *testing.T) {
	calm := sim.New(sim.Config{})
	require.NoError(t, troubled(calm))
	want := calm.Pods("db").Names()
	for _, write := range writes {
		fault := sim.ConflictWrite{Verb: write.Verb, Kind: write.Kind}
		if write.Verb == sim.VerbCreate || write.Verb == sim.VerbDelete {
			require.EqualError(t, calm.Do(fault), fmt.Sprintf("sim: ConflictWrite: no controller makes a write that can conflict: %s %s", write.Verb, write.Kind))
			continue
		}
		for _, nth := range []int{1, 2, 3, 5} {
			for _, times := range []int{1, 4, 5, 12} {
				fault.Nth, fault.Times = nth, times
				t.Run(fault.String(), func(t *testing.T) {
					c := sim.New(sim.Config{})
					require.NoError(t, c.Do(fault))
					require.NoError(t, troubled(c))
					require.Equal(t, want, c.Pods("db").Names())
					require.Len(t, c.Claims().Items, 2)
				})
			}
		}
	}
}

// How often each update is tried at once: as many conflicts fewer one go unnoticed, and that
// many end the sync with the words of the API server.
func TestConflictsAreTriedAgainAtOnce(t *testing.T) {
	for _, row := range []struct {
		verb  sim.Verb
		kind  model.Kind
		tries int
		do    func(c *sim.Cluster) error
		words string
	}{
		{sim.VerbUpdateStatus, model.KindStatefulSet, 5, func(c *sim.Cluster) error { return c.Scale("db", 2) },
			`statefulsets.apps "db"`},
		{sim.VerbUpdate, model.KindControllerRevision, 4, func(c *sim.Cluster) error { return c.SetImage("db", "db", "db:1") },
			`controllerrevisions.apps "db-`},
		{sim.VerbUpdate, model.KindPod, 4, func(c *sim.Cluster) error {
			return c.Label("pod/db-1", []string{model.LabelPodName + "-"})
		}, `pods "db-1"`},
		{sim.VerbUpdate, model.KindPersistentVolumeClaim, 4, func(c *sim.Cluster) error {
			return c.Edit("db", func(s *model.StatefulSet) error {
				s.Spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{WhenDeleted: model.DeleteClaim, WhenScaled: model.RetainClaim}
				return nil
			})
		}, `could not update claim data-db-0 for delete policy ownerRefs: Operation cannot be fulfilled on persistentvolumeclaims "data-db-0"`},
	} {
		t.Run(fmt.Sprintf("%s %s", row.verb, row.kind), func(t *testing.T) {
			for _, enough := range []bool{false, true} {
				c := sim.New(sim.Config{})
				require.NoError(t, c.Apply(disks(3)...))
				require.NoError(t, c.SetImage("db", "db", "db:1"))
				c.Settle()
				require.NoError(t, c.SetImage("db", "db", "db:2"))
				c.Settle()
				times := row.tries - 1
				if enough {
					times = row.tries
				}
				require.NoError(t, c.Do(sim.ConflictWrite{Verb: row.verb, Kind: row.kind, Times: times}))
				mark := c.TraceLen()
				require.NoError(t, row.do(c))
				c.Run(time.Millisecond)
				told := c.TraceFrom(mark).String()
				words := row.words
				if enough {
					require.Contains(t, told, words, "%d conflicts", times)
					require.Contains(t, told, "the object has been modified; please apply your changes to the latest version and try again")
				} else {
					require.NotContains(t, told, "the controller cannot go on", "%d conflicts", times)
				}
				require.Equal(t, sim.Settled, c.Settle().State)
			}
		})
	}
}

// A patch names no version: pods are adopted although updates of pods conflict.
func TestPatchesDoNotConflict(t *testing.T) {
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(plain(2, model.OrderedReady)))
	c.Settle()
	require.NoError(t, c.Do(sim.ConflictWrite{Verb: sim.VerbUpdate, Kind: model.KindPod, Times: 100}))
	require.NoError(t, c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
	c.Settle()
	require.NoError(t, c.Apply(plain(2, model.OrderedReady)))
	require.Equal(t, sim.Settled, c.Settle().State)
	require.NotContains(t, c.Trace().String(), "has been modified")
}

// Writes that have not failed yet need not.
func TestHealWrites(t *testing.T) {
	c := sim.New(sim.Config{})
	heal := sim.HealWrites{Verb: sim.VerbCreate, Kind: model.KindPod}
	require.EqualError(t, c.Do(heal), "sim: no write is to fail: create Pod")
	require.NoError(t, c.Do(sim.FailWrite{Verb: sim.VerbCreate, Kind: model.KindPod, Times: 1_000_000, Error: "quota exceeded"}))
	require.NoError(t, c.Do(sim.FailWrite{Verb: sim.VerbUpdateStatus, Kind: model.KindStatefulSet}))
	require.NoError(t, c.Apply(plain(2, model.OrderedReady)))
	c.Run(time.Minute)
	require.Empty(t, c.Pods("web").Items)
	require.NoError(t, c.Do(heal))
	require.EqualError(t, c.Do(heal), "sim: no write is to fail: create Pod")
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Contains(t, c.Trace().String(), "injected failure", "the write of the status has failed")
}

func TestConflictsAreRefused(t *testing.T) {
	c := sim.New(sim.Config{})
	for _, row := range []struct {
		op    sim.ConflictWrite
		words string
	}{
		{sim.ConflictWrite{Verb: sim.VerbUpdate, Kind: model.KindPod, Nth: -1}, "must not be negative"},
		{sim.ConflictWrite{Verb: sim.VerbUpdate, Kind: model.KindPod, Times: -1}, "must not be negative"},
		{sim.ConflictWrite{Verb: sim.VerbUpdate, Kind: model.KindNode}, "update Node"},
		{sim.ConflictWrite{}, "no controller makes a write that can conflict"},
	} {
		require.ErrorContains(t, c.Do(row.op), row.words)
	}
	require.EqualError(t, c.Do(sim.FailWrite{Verb: "eat", Kind: model.KindPod}), `sim: FailWrite: "eat" is not what a controller asks for`)
	require.EqualError(t, c.Do(sim.FailWrite{Verb: sim.VerbCreate}), "sim: FailWrite: name a Kind")
	require.Equal(t, "conflict write 2 (update status of StatefulSet) 3 times",
		sim.ConflictWrite{Verb: sim.VerbUpdateStatus, Kind: model.KindStatefulSet, Nth: 2, Times: 3}.String())
	require.Equal(t, "conflict write 1 (update Pod)", sim.ConflictWrite{Verb: sim.VerbUpdate, Kind: model.KindPod}.String())
}
