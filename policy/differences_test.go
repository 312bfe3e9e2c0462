package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/stretchr/testify/require"
)

// ask is a question to a view, answered in the words of the tables.
type ask func(v *View) string

// whatNext asks what a sync does, and what it waits for.
func whatNext(v *View) string {
	var d Decision
	v.Plan(testNow, &d)
	return strings.Trim(read(d.Steps)+"; "+readWait(d.Wait), "; ")
}

// status asks what is stored after a sync whose steps have all succeeded, and
// statusAfterFailure after one in which none has.
func status(v *View) string {
	var d Decision
	v.Plan(testNow, &d)
	take(v, &d, 1<<30)
	return readStatus(v.Final(&d, false))
}

func statusAfterFailure(v *View) string {
	var d Decision
	v.Plan(testNow, &d)
	return readStatus(v.Final(&d, true))
}

// condition asks what the stored condition Progressing is after a sync, and whether
// that alone has the status written.
func condition(v *View) string {
	var d Decision
	v.Plan(testNow, &d)
	s := v.Final(&d, false)
	v.set.Status = s
	s.Progress = Progress{RecreateDeleting, testNow}
	return fmt.Sprintf("%s, written for a change of it: %t", readProgress(v.set.Status.Progress), v.Differs(s))
}

// nextLook asks when the controller looks again: after a sync, and after a pod has
// become ready.
func nextLook(v *View) string {
	var d Decision
	v.Plan(testNow, &d)
	after, ok := v.Recheck(testNow, v.Final(&d, false))
	if !ok {
		return fmt.Sprintf("never, %v", v.ReadyRecheck())
	}
	return fmt.Sprintf("%v, %v", after, v.ReadyRecheck())
}

// owners asks what the owners of web-0's claim have to be.
func owners(v *View) string {
	pod, _ := v.Pod(0)
	c, _ := v.Claim(0, 0)
	if r := v.Retain(pod, c.Owners); r.Write {
		return readOwners(r.Owners, 0)
	}
	return "as they are"
}

// revision asks what becomes of the present template, given that the one revision of it
// has what mend makes of it.
func revision(mend func(v *View, r *Revision)) ask {
	return func(v *View) string {
		r := v.Revisions()[0]
		r.Timestamped = v.rules.Has(release.WritesCreationTimestamp)
		mend(v, &r)
		v.RevisionChanged(r)
		switch d := v.Revise(); d.Action {
		case KeepRevision:
			return "kept"
		case BumpRevision:
			return fmt.Sprintf("renumbered %d", d.Number)
		default:
			return fmt.Sprintf("created as %d", d.Number)
		}
	}
}

var (
	stamped   = revision(func(_ *View, r *Revision) { r.Timestamped = true })
	unstamped = revision(func(_ *View, r *Revision) { r.Timestamped = false })
	hashed    = revision(func(v *View, r *Revision) { v.set.Hash, r.Hash = 25, 42 })
)

const (
	withMax    = ",MaxUnavailableStatefulSet=true"
	withoutMax = ",MaxUnavailableStatefulSet=false"
	recreating = "1.37,StatefulSetRecreateStrategy=true"
)

// Each difference between releases, in a scene in which it shows: what a release that
// has it decides, and one that has not.
var differenceRows = []struct {
	difference      release.Difference
	affected, fixed string // releases
	rule            string
	ask             ask
	scene           scene
	with, without   string
}{
	{release.CountsOwnWork, "1.27.1", "1.33", "the status counts what the sync itself creates", status,
		scene{set: "Parallel 2"}, "2 pods, 0 ready, 0 available, c2 u2, A to A", "0 pods, 0 ready, 0 available, c0 u0, A to A"},
	{release.CountsOwnWork, "1.27.1", "1.33", "and no longer, at their revision, those out of range that it deletes", status,
		scene{set: "Parallel 1", pods: "0:Ar 1:Ar"}, "2 pods, 2 ready, 2 available, c1 u1, A to A", "2 pods, 2 ready, 2 available, c2 u2, A to A"},
	{release.CompletesByPods, "1.27.1", "1.33", "an update is complete when the pods that there are have been updated", statusAfterFailure,
		scene{set: "2 partition=1 was=A update=B", pods: "1:Br"}, "1 pods, 1 ready, 1 available, c1 u1, B to B", "1 pods, 1 ready, 1 available, c0 u1, A to B"},
	{release.SucceededStays, "1.27.1", "1.33", "a Succeeded pod is waited for", whatNext,
		scene{set: "3", pods: "0:Ar 1:As 2:Ar"}, "NotReady 1", "delete 1 Finished; Replacing 1"},
	{release.RecreatesAtOnce, "1.27.1", "1.33", "a Failed pod is deleted and created in one sync", whatNext,
		scene{set: "1", pods: "0:Af"}, "delete 0 Finished | create 0@A; JustCreated 0", "delete 0 Finished; Replacing 0"},
	{release.RecreatesAtOnce, "1.27.1", "1.33", "also while it is on its way out", whatNext,
		scene{set: "1", pods: "0:AfX"}, "delete 0 Finished | create 0@A; JustCreated 0", "Replacing 0"},
	{release.SequentialParallel, "1.27.1", "1.33", "Parallel goes one pod after the other", whatNext,
		scene{set: "Parallel 3"}, "create 0@A | create 1@A | create 2@A; JustCreated 0", "create 0@A | create 1@A, create 2@A; JustCreated 0"},
	{release.SequentialParallel, "1.27.1", "1.33", "a stale claim ends the sync for all pods", whatNext,
		scene{set: "Parallel 2 keep=Retain/Delete", claims: "0:oldpod"}, "StaleClaim 0", "create 1@A; StaleClaim 0"},
	{release.SequentialParallel, "1.27.1", "1.33", "the claims of the condemned are seen to from the lowest ordinal up", whatNext,
		scene{set: "0 keep=Retain/Delete", pods: "0:Ar 1:Ar", claims: "0:- 1:-"},
		"retain 0 | retain 1 | delete 1 OutOfRange; CondemnedFirst 1", "retain 1 | retain 0 | delete 1 OutOfRange; CondemnedFirst 1"},
	{release.UncontrolledClaims, "1.27.1", "1.33", "a claim has owners that do not control it", owners,
		scene{set: "1 keep=Delete/Retain", pods: "0:Ar", claims: "0:-"}, "ref", "set"},
	{release.UncontrolledClaims, "1.27.1", "1.33", "somebody else's control of a claim does not matter", owners,
		scene{set: "1 keep=Delete/Retain", pods: "0:Ar", claims: "0:other"}, "other,ref", "as they are"},
	{release.UncontrolledClaims, "1.27.1", "1.33", "an owner of an earlier life does not matter", owners,
		scene{set: "0 keep=Retain/Delete", pods: "0:Ar", claims: "0:oldset"}, "oldset,podref", "as they are"},
	{release.UncontrolledClaims, "1.27.1", "1.33", "an owner that is there is not written again: the set", owners,
		scene{set: "1 keep=Delete/Retain", pods: "0:Ar", claims: "0:ref,podref"}, "ref", "set"},
	{release.UncontrolledClaims, "1.27.1", "1.33", "an owner that is there is not written again: the pod", owners,
		scene{set: "0 keep=Retain/Delete", pods: "0:Ar", claims: "0:podref,ref"}, "podref", "pod"},
	{release.NoRetention, "1.27.1,StatefulSetAutoDeletePVC=false", "1.27.1", "the claims' owners are left alone", whatNext,
		scene{set: "1 keep=Delete/Retain", pods: "0:Ar", claims: "0:-"}, "", "repair 0"},
	{release.NoRetention, "1.27.1,StatefulSetAutoDeletePVC=false", "1.27.1", "also those that an earlier policy has left", owners,
		scene{set: "1", pods: "0:Ar", claims: "0:set"}, "as they are", "-"},
	{release.NoRetention, "1.27.1,StatefulSetAutoDeletePVC=false", "1.27.1", "no claim is stale", whatNext,
		scene{set: "1 keep=Retain/Delete", claims: "0:oldpod"}, "create 0@A; JustCreated 0", "StaleClaim 0"},
	{release.NoStartOrdinal, "1.27.1,StatefulSetStartOrdinal=false", "1.27.1", "the ordinals begin at 0", whatNext,
		scene{set: "1 start=5", pods: "5:Ar"}, "create 0@A; JustCreated 0", ""},
	{release.ReadyIsHealthy, "1.33", "1.34.1", "scaling down waits for minReadySeconds of the pod that goes", whatNext,
		scene{set: "3 minReady=60", pods: "0:Ar 1:Ar 2:Ar 3:Ay"}, "CondemnedUnhealthy 3", "delete 3 OutOfRange; CondemnedFirst 3"},
	{release.ReadyIsHealthy, "1.33", "1.34.1", "an update under Parallel does not wait for minReadySeconds", whatNext,
		scene{set: "Parallel 3 minReady=30 update=B", pods: "0:Ar 1:Ar 2:By"}, "delete 1 Outdated; NotAvailable 2", "Budget 2"},
	{release.ReadyIsHealthy, "1.33" + withMax, "1.34.1" + withMax, "nor does it with maxUnavailable", whatNext,
		scene{set: "Parallel 3 m=2 minReady=30 update=B", pods: "0:Ar 1:Ar 2:By"}, "delete 1 Outdated | delete 0 Outdated; NotAvailable 2", "delete 1 Outdated; NotAvailable 2"},
	{release.ComparesHashes, "1.33", "1.34.4", "one template under two hashes that look like numbers: two revisions", hashed,
		scene{set: "1"}, "created as 2", "kept"},
	{release.WritesCreationTimestamp, "1.33", "1.34.1", "a revision that 1.33 has written is the present template", stamped,
		scene{set: "1"}, "kept", "created as 2"},
	{release.WritesCreationTimestamp, "1.33", "1.34.1", "and after a downgrade one that 1.34 has written is not", unstamped,
		scene{set: "1"}, "created as 2", "kept"},
	{release.ComparesBytes, "1.34.1", "1.34.4", "an upgrade from 1.33 rolls every set", stamped,
		scene{set: "1"}, "created as 2", "kept"},
	{release.ComparesBytes, "1.37,StatefulSetSemanticRevisionComparison=false", "1.37", "with the gate off it still does", stamped,
		scene{set: "1"}, "created as 2", "kept"},
	{release.CoarseRequeue, "1.35.0", "1.35.4", "the next look is after the whole of minReadySeconds, or a second more", nextLook,
		scene{set: "1 minReady=30", pods: "0:Ay"}, "30s, 31s", "20s, 30s"},
	{release.CoarseRequeue, "1.35.0", "1.35.4", "as many are available as there are replicas: nobody looks for a condemned one", nextLook,
		scene{set: "1 minReady=30", pods: "0:Ar 1:Ay"}, "never, 31s", "20s, 30s"},
	{release.OneBudget, "1.36" + withMax, "1.37", "an outdated pod that is unready uses up the budget for its own replacement", whatNext,
		scene{set: "Parallel 3 update=B", pods: "0:Ar 1:Ar 2:An"}, "Budget 2", "delete 2 OutdatedDown; NotReady 2"},
	{release.OneBudget, "1.35.0", "1.37", "whoever is highest goes, unready or not", whatNext,
		scene{set: "Parallel 3 m=2 update=B", pods: "0:An 1:Ar 2:Ar"}, "delete 2 Outdated; NotReady 0", "delete 0 OutdatedDown | delete 2 Outdated; NotReady 0"},
	{release.IgnoresMaxUnavailable, "1.36", "1.36" + withMax, "one goes at a time", whatNext,
		scene{set: "3 m=2 update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 2 Outdated", "delete 2 Outdated | delete 1 Outdated"},
	{release.IgnoresMaxUnavailable, "1.37" + withoutMax, "1.37", "those below the next one are not looked at", whatNext,
		scene{set: "Parallel 3 update=B", pods: "0:Bn 1:Ar 2:Br"}, "delete 1 Outdated; NotReady 0", "Budget 0"},
	{release.OnlyRollingUpdateCompletes, "1.36", "1.37", "under OnDelete the update revision never becomes current", status,
		scene{set: "1 OnDelete was=A update=B", pods: "0:Br"}, "1 pods, 1 ready, 1 available, c0 u1, A to B", "1 pods, 1 ready, 1 available, c1 u1, B to B"},
	{release.DropsConditions, "1.36", "1.37", "a status is written without conditions", condition,
		scene{set: "1 progress=completed", pods: "0:Ar"}, "none, written for a change of it: false", "completed since -1m40s, written for a change of it: true"},
	{release.RecreateIsUnknown, "1.36", recreating, "a set with Recreate is rolled", whatNext,
		scene{set: "2 Recreate update=B", pods: "0:Ar 1:Ar"}, "delete 1 Outdated", "delete 0 OutdatedAll | delete 1 OutdatedAll; OldPods"},
	{release.RecreateIsRefused, "1.37", recreating, "a set with Recreate is refused", whatNext,
		scene{set: "1 Recreate update=B", pods: "0:Ar"}, "NotAllowed", "delete 0 OutdatedAll; OldPods"},
}

// What a decision does not show: these are seen in the world, or by who writes to the
// API server.
var elsewhere = []struct {
	where       string
	differences []release.Difference
}{
	{"in what the kubelet does", []release.Difference{release.PreStopDoublesGrace, release.KubeletRestartUnreadies, release.KubeletListsPast}},
	{"in what is written", []release.Difference{release.NoPodIndexLabel, release.LowerCaseEvents}},
	{"in how a write ends", []release.Difference{release.GoneIsError}},
	{"in what becomes of nodes", []release.Difference{release.TaintsNextLook, release.ShortNodeGrace}},
	{"in what claims and volumes show", []release.Difference{release.NoUnusedCondition, release.SaysMultiAttach}},
	{"in what becomes of a Deployment", []release.Difference{release.RecreateGoesByLabels}},
	{"in how pods find nodes", []release.Difference{release.WaitsForBackoff, release.NoDevices, release.HopesForTooBig, release.NamesTaint, release.SpeaksOfDevices}},
	{"in what the cache shows", []release.Difference{release.ReadsStaleCache}},
	{"in what the API server refuses", []release.Difference{
		release.HistoryLimitIsImmutable, release.ServiceNamesBeginWithLetter, release.OneWordForImmutable,
	}},
	{"in what the API server makes of an autoscaler", []release.Difference{release.IgnoresTolerance, release.AutoscalerKeepsOne, release.NoAutoscalerGeneration}},
}

func TestDifferences(t *testing.T) {
	shown := map[release.Difference]bool{}
	for _, c := range differenceRows {
		shown[c.difference] = true
		t.Run(fmt.Sprintf("%v: %s", c.difference, c.rule), func(t *testing.T) {
			affected, fixed := parseRules(t, c.affected), parseRules(t, c.fixed)
			require.True(t, affected.Has(c.difference), "%s has it", c.affected)
			require.False(t, fixed.Has(c.difference), "%s has it not", c.fixed)
			answer := func(rules release.Rules) string { return c.ask(c.scene.under(rules)) }
			require.Equal(t, c.with, answer(affected), c.affected)
			require.Equal(t, c.without, answer(fixed), c.fixed)
			if answer(affected.Without(c.difference)) != c.without && answer(fixed.With(c.difference)) != c.with {
				t.Errorf("it is not this difference that makes the one release decide otherwise than the other:\n"+
					"%s without it: %s\n%s with it: %s", c.affected, answer(affected.Without(c.difference)), c.fixed, answer(fixed.With(c.difference)))
			}
		})
	}
	for _, d := range release.Differences() {
		exempt := false
		for _, e := range elsewhere {
			exempt = exempt || slices.Contains(e.differences, d)
		}
		if shown[d] == exempt {
			t.Errorf("%v has a row: %t; it is seen elsewhere: %t", d, shown[d], exempt)
		}
	}
}

func parseRules(t *testing.T, text string) release.Rules {
	t.Helper()
	r, err := release.Parse(text)
	require.NoError(t, err)
	return r.Rules()
}

// under is the view of a scene under rules.
func (s scene) under(rules release.Rules) *View {
	v := s.build()
	v.SetRules(rules)
	v.Settle(v.update)
	return v
}

// What is exempt from the table is no difference to a decision: a crowded set decides
// as ever.
func TestWhatIsSeenElsewhere(t *testing.T) {
	for _, e := range elsewhere {
		for _, d := range e.differences {
			v := crowded()
			v.SetRules(release.Rules(0).With(d))
			require.Equal(t, answers(crowded(), testNow), answers(v, testNow), "%v is seen %s", d, e.where)
		}
	}
}

// An upgrade takes effect at once, whatever the view has been through: a view of one
// release that is told of another is as one that was of the other from the beginning.
func TestUpgrade(t *testing.T) {
	for _, from := range release.Profiles() {
		for _, to := range release.Profiles() {
			upgraded := crowd.at(from).build()
			answers(upgraded, testNow.Add(-time.Second))
			upgraded.SetRules(to.Rules())
			require.Equal(t, answers(crowd.at(to).build(), testNow), answers(upgraded, testNow), "%v to %v", from, to)
		}
	}
}

// Rules may be set before there is a set.
func TestRulesComeFirst(t *testing.T) {
	v := &View{}
	v.SetRules(release.V1_27_1.Rules())
	set, update, old := crowd.parseSet()
	v.SetChanged(set)
	crowd.eachRevision(update, old, v.RevisionChanged)
	crowd.eachClaim(func(ordinal int32, c Claim) { v.ClaimChanged(ordinal, 0, c) })
	crowd.eachPod(v.PodChanged)
	v.Settle(update)
	require.Equal(t, answers(crowd.at(release.V1_27_1).build(), testNow), answers(v, testNow))
}
