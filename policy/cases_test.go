package policy

import (
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// What the random feeding of a view has found, or was made to find by bugs put in
// on purpose. Each case syncs at its end, and where it says so.
func TestFoundCases(t *testing.T) {
	for _, c := range []struct {
		rule  string
		scene scene
		feed  func(t *testing.T, w *twins)
	}{
		{
			rule:  "pods count at the update revision even if the watch has yet to show that revision",
			scene: scene{set: "1 update=C", pods: "0:Cr"},
			feed: func(_ *testing.T, w *twins) {
				w.feedRevisionGone(3)
				w.lag = true
			},
		},
		{
			rule:  "a replica that never had a pod uses up the budget, and is the one that the update waits for",
			scene: scene{set: "Parallel 2", pods: "0:Br"},
		},
		{
			rule:  "a pod that becomes available by the passing of time lets the next one be created",
			scene: scene{set: "2 minReady=30", pods: "0:Ay"},
			feed: func(t *testing.T, w *twins) {
				w.sync(t)
				w.now = testNow.Add(20 * time.Second)
			},
		},
		{
			rule:  "a pod that flips to unready and back between two syncs waits for its whole minReadySeconds again",
			scene: scene{set: "2 minReady=30", pods: "0:Ar"},
			feed: func(t *testing.T, w *twins) {
				w.sync(t)
				w.feedPod(parsePod("0:An"))
				w.feedPod(parsePod("0:Ay"))
			},
		},
		{
			rule:  "the pods that wait for minReadySeconds become available in the order of their readiness, not of their being heard of",
			scene: scene{set: "Parallel 2 minReady=30"},
			feed: func(t *testing.T, w *twins) {
				w.feedPod(parsePod("0:Ay"))
				later := parsePod("1:Ay")
				later.ReadySince -= model.Instant(5 * time.Second)
				w.feedPod(later)
				w.sync(t)
				w.now = testNow.Add(15 * time.Second)
				w.sync(t)
				w.now = testNow.Add(20 * time.Second)
			},
		},
		{
			rule:  "a pod whose readiness is moved to a later instant does not hold up one that is due before it",
			scene: scene{set: "Parallel 2 minReady=30", pods: "0:AY 1:Ay"},
			feed: func(t *testing.T, w *twins) {
				w.sync(t)
				again := parsePod("0:Ar")
				again.ReadySince = testNow
				w.feedPod(again)
				w.now = testNow.Add(25 * time.Second)
			},
		},
		{
			rule:  "a pod that goes while it waits for minReadySeconds is not waited for; its successor is",
			scene: scene{set: "1 minReady=30", pods: "0:Ay"},
			feed: func(t *testing.T, w *twins) {
				w.feedPodGone(0, podUIDs)
				next := parsePod("0:Ay")
				next.UID, next.ReadySince = 2000, testNow
				w.feedPod(next)
				w.sync(t)
				w.now = testNow.Add(25 * time.Second)
			},
		},
		{
			rule:  "a pod that is heard of instead of another becomes available, though both were ready since one instant",
			scene: scene{set: "1 minReady=30", pods: "0:Ay"},
			feed: func(t *testing.T, w *twins) {
				w.sync(t)
				next := parsePod("0:Ay")
				next.UID = 2000
				w.feedPod(next)
				w.now = testNow.Add(25 * time.Second)
			},
		},
		{
			rule:  "the end of an earlier pod, heard late, is not the end of the present one",
			scene: scene{set: "1", pods: "0:Ar"},
			feed:  func(_ *testing.T, w *twins) { w.feedPodGone(0, otherUID) },
		},
		{
			rule:  "a raised start moves low ordinals out of range; the claims' owners follow",
			scene: scene{set: "3 keep=Retain/Delete", pods: "0:Ar 1:Ar 2:Ar", claims: "0:- 1:- 2:-"},
			feed: func(t *testing.T, w *twins) {
				w.sync(t)
				set := w.ref.set
				spec := *set.Spec
				spec.Ordinals, set.Spec = &model.Ordinals{Start: 2}, &spec
				spec.PodManagementPolicy = model.Parallel
				w.feedSet(set)
			},
		},
		{
			rule:  "a pod of the name that is not ours leaves its place empty",
			scene: scene{set: "2", pods: "0:Arx 1:Ar"},
		},
		{
			rule:  "when the set begins to be deleted, nobody is adopted any more",
			scene: scene{set: "2", pods: "0:Aro 1:Arm"},
			feed: func(t *testing.T, w *twins) {
				w.sync(t)
				set := w.ref.set
				set.Deleting = true
				w.feedSet(set)
			},
		},
		{
			rule:  "a set that is made anew under its name has claims with stale owners",
			scene: scene{set: "1 keep=Delete/Retain", pods: "0:Ar", claims: "0:set"},
			feed: func(t *testing.T, w *twins) {
				w.sync(t)
				set := w.ref.set
				set.UID = otherUID
				w.feedSet(set)
			},
		},
		{
			rule:  "a revision that comes back knows its pods",
			scene: scene{set: "2 was=A", pods: "0:Ar 1:Ar"},
			feed: func(t *testing.T, w *twins) {
				w.sync(t)
				w.feedRevisionGone(1)
				w.feedPod(parsePod("1:ArX"))
				w.feedRevision(Revision{Name: 1, Text: "A", Number: 1, Template: 1})
			},
		},
		{
			rule:  "Recreate: a new pod on its way out is no old one, even if the watch has yet to show the new revision",
			scene: scene{set: "2 Recreate was=A update=B", pods: "0:BrX 1:Br"},
			feed: func(_ *testing.T, w *twins) {
				w.feedRevisionGone(2)
				w.lag = true
			},
		},
		{
			rule:  "the successor of a pod that has ended is not available, though the pod's condition Ready was True to the end",
			scene: scene{set: "Parallel 2 was=A update=B", pods: "0:Ar"},
			feed: func(_ *testing.T, w *twins) {
				w.feedRules(release.Rules(0).With(release.RecreatesAtOnce))
				ended := parsePod("1:Br")
				ended.Phase = Failed
				w.feedPod(ended)
			},
		},
		{
			rule:  "and so holds up an update that goes one pod at a time",
			scene: scene{set: "Parallel 2 was=A update=B", pods: "0:Ar"},
			feed: func(_ *testing.T, w *twins) {
				w.feedRules(release.Rules(0).With(release.RecreatesAtOnce).With(release.IgnoresMaxUnavailable))
				ended := parsePod("1:Br")
				ended.Phase = Failed
				w.feedPod(ended)
			},
		},
		{
			rule:  "Recreate: an old pod that has ended is an old pod, even by rules that would replace it at once",
			scene: scene{set: "2 Recreate was=A update=B", pods: "0:Af 1:Ar"},
			feed:  func(_ *testing.T, w *twins) { w.feedRules(release.Rules(0).With(release.RecreatesAtOnce)) },
		},
		{
			rule:  "Recreate: what is deleted for being old is not counted out, even by rules that count the sync's own work",
			scene: scene{set: "1 Recreate was=A update=B", pods: "0:Ar"},
			feed:  func(_ *testing.T, w *twins) { w.feedRules(release.Rules(0).With(release.CountsOwnWork)) },
		},
	} {
		t.Run(c.rule, func(t *testing.T) {
			w := c.scene.twins()
			if c.feed != nil {
				c.feed(t, w)
			}
			w.sync(t)
		})
	}
}

// twins are the scene as twins that are fed it.
func (s scene) twins() *twins {
	set, update, old := s.parseSet()
	w := newTwins(set)
	w.feedRules(s.rules())
	s.eachRevision(update, old, w.feedRevision)
	s.eachClaim(func(ordinal int32, c Claim) { w.feedClaim(claimKey{ordinal, 0}, c) })
	s.eachPod(w.feedPod)
	return w
}
