package simtest_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// Every rule can be broken: a world in which nothing is wrong is told wrongly, and the
// rule must notice.

// formed is a set of three replicas under OrderedReady that has been rolled out from
// app:1 to app:2, with a claim for each pod, at rest.
func formed(t *testing.T) rest {
	c := sim.New(sim.Config{Nodes: 3, Images: simtest.Images()})
	set := webSet(3)
	class, zero := "at-once", int32(0)
	set.Spec.VolumeClaimTemplates = []model.PersistentVolumeClaim{{
		ObjectMeta: model.ObjectMeta{Name: "data"},
		Spec: model.PersistentVolumeClaimSpec{
			AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi, StorageClassName: &class,
		},
	}}
	set.Spec.UpdateStrategy.RollingUpdate = &model.RollingUpdateStrategy{Partition: &zero}
	require.NoError(t, c.Apply(simtest.Objects(set)...))
	c.Settle()
	require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageSecond))
	outcome := c.Settle()
	require.Equal(t, sim.Settled, outcome.State)
	return rest{seen: look(c), outcome: outcome, pending: c.Pending(), gentle: true}
}

// The hands that doctor an observation.

func (s *seen) drop(pod int32) {
	s.pods = slices.DeleteFunc(s.pods, func(p model.Pod) bool { return ordinalOf(&p) == pod })
}

func (s *seen) dropClaim(name string) {
	s.claims = slices.DeleteFunc(s.claims, func(c model.PersistentVolumeClaim) bool { return c.Name == name })
}

func (s *seen) terminate(pod int32) { s.pod(pod).DeletedAt = &s.now }

func (s *seen) unready(pod int32) {
	p := s.pod(pod)
	for i := range p.Status.Conditions {
		p.Status.Conditions[i].Status = false
	}
}

func (s *seen) outdate(pod int32) {
	s.pod(pod).Labels = s.pod(pod).Labels.With(model.LabelRevision, s.revisions[0].Name)
}

func (s *seen) scale(replicas int32) { s.set.Spec.Replicas = &replicas }

func (s *seen) setPartition(n int32) {
	s.set.Spec.UpdateStrategy.RollingUpdate = &model.RollingUpdateStrategy{Partition: &n}
}

// doctor changes what was seen before an event and after it.
type doctor func(before, after *seen)

// both changes what is the same before and after.
func both(change func(s *seen)) doctor {
	return func(before, after *seen) { change(before); change(after) }
}

// and makes one more change.
func (d doctor) and(more doctor) doctor {
	return func(before, after *seen) { d(before, after); more(before, after) }
}

// clone is an observation that can be doctored.
func (s seen) clone() seen {
	s.pods, s.claims, s.revisions = model.Clone(s.pods), model.Clone(s.claims), model.Clone(s.revisions)
	s.set = model.Clone(s.set)
	return s
}

func TestRulesCanFail(t *testing.T) {
	base := formed(t).seen
	rows := []struct {
		check  func(*step) (int, string)
		words  string
		doctor doctor
	}{
		{namesAreUnique, "two pods have one name", func(_, after *seen) { after.pods = append(after.pods, after.pods[0]) }},
		{namesAreUnique, "a pod is another one from one event to the next", func(_, after *seen) { after.pod(1).UID = 999 }},
		{claimsStay, "a claim is another one", func(_, after *seen) { after.claims[0].UID = 999 }},
		{claimsStay, "a claim is gone", func(_, after *seen) { after.dropClaim("data-web-0"); after.drop(0) }},
		{claimsAreProtected, "a claim is gone that a pod mounts", func(_, after *seen) { after.dropClaim("data-web-1") }},
		{createdInRange, "a pod is created above the range", both(func(s *seen) { s.scale(2) }).and(func(before, _ *seen) { before.drop(2) })},
		{createdInRange, "a pod is created below the start", both(func(s *seen) { s.set.Spec.Ordinals = &model.Ordinals{Start: 1} }).
			and(func(before, _ *seen) { before.drop(0) })},
		{createdInRange, "web-2 is created before web-1", func(before, after *seen) {
			before.drop(1)
			before.drop(2)
			after.pod(1).UID, after.pod(2).UID = 999, 998
		}},
		{createdInOrder, "web-2 is created and web-1 is not there", func(before, after *seen) { before.drop(2); before.drop(1); after.drop(1) }},
		{createdInOrder, "web-2 is created and web-0 is not ready", func(before, _ *seen) { before.drop(2); before.unready(0) }},
		{createdInOrder, "web-2 is created and web-1 has not been ready for minReadySeconds", both(func(s *seen) { s.set.Spec.MinReadySeconds = 1e6 }).
			and(func(before, _ *seen) { before.drop(2) })},
		{createdInOrder, "web-2 is created and web-1 is terminating", func(before, _ *seen) { before.drop(2); before.terminate(1) }},
		{createdAtRevision, "a pod above the partition comes back old", func(before, after *seen) { before.drop(2); after.outdate(2) }},
		{createdAtRevision, "a pod below the partition comes back new in a rollout", func(before, _ *seen) {
			before.setPartition(2)
			before.set.Status.CurrentRevision = before.revisions[0].Name
			before.drop(1)
		}},
		{deletedForReason, "a pod is deleted that nothing is wrong with", func(_, after *seen) { after.terminate(1) }},
		{deletedForReason, "an outdated pod is deleted below the partition", both(func(s *seen) { s.setPartition(2); s.outdate(1) }).
			and(func(_, after *seen) { after.terminate(1) })},
		{deletedForReason, "an outdated pod is deleted under OnDelete", both(func(s *seen) {
			s.set.Spec.UpdateStrategy = model.UpdateStrategy{Type: model.OnDelete}
			s.outdate(1)
		}).and(func(_, after *seen) { after.terminate(1) })},
		{updateKeepsBudget, "two pods are replaced at once", both(func(s *seen) { s.outdate(1); s.outdate(2) }).
			and(func(_, after *seen) { after.terminate(1); after.terminate(2) })},
		{updateKeepsBudget, "a pod is replaced while another is not ready", both(func(s *seen) { s.outdate(2); s.unready(0) }).
			and(func(_, after *seen) { after.terminate(2) })},
		{updateFromTheTop, "web-1 is replaced before web-2", both(func(s *seen) { s.outdate(1); s.outdate(2) }).
			and(func(_, after *seen) { after.terminate(1) })},
		{updateWaits, "web-2 is replaced and web-0 is not ready", both(func(s *seen) { s.outdate(2); s.unready(0) }).
			and(func(_, after *seen) { after.terminate(2) })},
		{updateWaits, "web-1 is replaced before web-2 is scaled away", both(func(s *seen) { s.scale(2); s.outdate(1) }).
			and(func(_, after *seen) { after.terminate(1) })},
		{condemnedOneByOne, "web-1 is scaled away before web-2", both(func(s *seen) { s.scale(1) }).
			and(func(_, after *seen) { after.terminate(1) })},
		{condemnedOneByOne, "web-1 is scaled away while web-2 is terminating", both(func(s *seen) { s.scale(1); s.terminate(2) }).
			and(func(_, after *seen) { after.terminate(1) })},
		{condemnedOneByOne, "web-2 is scaled away and web-0 is not ready", both(func(s *seen) { s.scale(2); s.unready(0) }).
			and(func(_, after *seen) { after.terminate(2) })},
	}
	for _, row := range rows {
		_, broken := row.check(newStep(base, base, nil))
		require.Empty(t, broken, "nothing has happened")
		before, after := base.clone(), base.clone()
		row.doctor(&before, &after)
		_, broken = row.check(newStep(before, after, nil))
		require.NotEmpty(t, broken, row.words)
	}
}

func TestRulesOfRestCanFail(t *testing.T) {
	base := formed(t)
	rows := []struct {
		check  func(*rest) (int, string)
		words  string
		doctor func(*rest)
	}{
		{restsForReason, "a crash loop", func(r *rest) { r.outcome.State = sim.Limit }},
		{restsForReason, "an event is pending", func(r *rest) { r.pending = 1 }},
		{restsForReason, "a world waits and does not say why", func(r *rest) { r.outcome.State = sim.Waiting }},
		{gentleSettles, "a world waits without need", func(r *rest) { r.outcome.State = sim.Waiting }},
		{settledIsWanted, "a pod is missing", func(r *rest) { r.drop(2) }},
		{settledIsWanted, "a condemned pod is still there", func(r *rest) { r.scale(2) }},
		{settledIsWanted, "a pod has another ordinal than is asked for", func(r *rest) { r.pod(2).Name = "web-7" }},
		{settledIsWanted, "a pod is not ready", func(r *rest) { r.unready(1) }},
		{settledIsWanted, "a pod is outdated", func(r *rest) { r.outdate(1) }},
		{statusAgrees, "one replica more", func(r *rest) { r.set.Status.Replicas++ }},
		{statusAgrees, "one ready replica less", func(r *rest) { r.set.Status.ReadyReplicas-- }},
		{statusAgrees, "one available replica less", func(r *rest) { r.set.Status.AvailableReplicas-- }},
		{statusAgrees, "one updated replica less", func(r *rest) { r.set.Status.UpdatedReplicas-- }},
		{statusAgrees, "the number of current replicas is -1", func(r *rest) { r.set.Status.CurrentReplicas = -1 }},
		{statusAgrees, "the last change of the spec has not been observed", func(r *rest) { r.set.Generation++ }},
		{statusAgrees, "the update revision is an old one", func(r *rest) { r.set.Status.UpdateRevision = r.revisions[0].Name }},
		{historyIsLimited, "more history than revisionHistoryLimit", func(r *rest) { *r.set.Spec.RevisionHistoryLimit = 0 }},
	}
	for _, row := range rows {
		_, broken := row.check(&base)
		require.Empty(t, broken, "nothing is wrong")
		doctored := base
		doctored.seen = base.clone()
		row.doctor(&doctored)
		_, broken = row.check(&doctored)
		require.NotEmpty(t, broken, row.words)
	}
}
