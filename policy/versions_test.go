package policy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Situations in which releases decide differently, each with what either makes of it.
// The table of differences (TestDifferences) has one scene for each difference; here
// they are met as users have met them.
var caseRows = []row{
	{"4 to 3, web-3 ready for 10 s of 60: 1.34 deletes it", scene{set: "at=1.34.1 3 minReady=60", pods: "0:Ar 1:Ar 2:Ar 3:Ay"},
		"delete 3 OutOfRange", "CondemnedFirst 3"},
	{"4 to 3, web-3 ready for 10 s of 60: 1.33 waits for it to be available before it is deleted", scene{set: "at=1.33 3 minReady=60", pods: "0:Ar 1:Ar 2:Ar 3:Ay"},
		"", "CondemnedUnhealthy 3"},
	{"5 to 3, web-3 not ready and web-4 ready for 10 s of 60: 1.33 waits", scene{set: "at=1.33 3 minReady=60", pods: "0:Ar 1:Ar 2:Ar 3:An 4:Ay"},
		"", "CondemnedUnhealthy 4"},

	{"Parallel, web-2 updated and ready for 10 s of 30: 1.34 waits", scene{set: "at=1.34.1 Parallel 3 minReady=30 update=B", pods: "0:Ar 1:Ar 2:By"}, "", "Budget 2"},
	{"Parallel, web-2 updated and ready for 10 s of 30: 1.33 goes on", scene{set: "at=1.33 Parallel 3 minReady=30 update=B", pods: "0:Ar 1:Ar 2:By"},
		"delete 1 Outdated", "NotAvailable 2"},
	{"OrderedReady, web-2 updated and ready for 10 s of 30: 1.33 waits too", scene{set: "at=1.33 3 minReady=30 update=B", pods: "0:Ar 1:Ar 2:By"}, "", "NotAvailable 2"},

	{"Parallel, the first revision is broken everywhere: 1.37 replaces all", scene{set: "at=1.37 Parallel 3 update=B", pods: "0:An 1:An 2:An"},
		"delete 2 OutdatedDown | delete 1 OutdatedDown | delete 0 OutdatedDown", "NotReady 0"},
	{"Parallel, the first revision is broken everywhere: 1.36 replaces the highest", scene{set: "at=1.36 Parallel 3 update=B", pods: "0:An 1:An 2:An"},
		"delete 2 Outdated", "NotReady 0"},
	{"Parallel, the first revision is broken everywhere: 1.35.0 replaces none, for ever", scene{set: "at=1.35.0 Parallel 3 update=B", pods: "0:An 1:An 2:An"}, "", "Budget 0"},

	{"Parallel, a broken canary is reverted: 1.37 replaces it", scene{set: "at=1.37 Parallel 3 update=A old=2", pods: "0:Ar 1:Ar 2:Bn"}, "delete 2 OutdatedDown", "NotReady 2"},
	{"Parallel, a broken canary is reverted: so does 1.36", scene{set: "at=1.36 Parallel 3 update=A old=2", pods: "0:Ar 1:Ar 2:Bn"}, "delete 2 Outdated", "NotReady 2"},
	{"Parallel, a broken canary is reverted: 1.35.0 is stuck", scene{set: "at=1.35.0 Parallel 3 update=A old=2", pods: "0:Ar 1:Ar 2:Bn"}, "", "Budget 2"},
	{"the same with maxUnavailable 2: 1.35.0 is not", scene{set: "at=1.35.0 Parallel 3 m=2 update=A old=2", pods: "0:Ar 1:Ar 2:Bn"}, "delete 2 Outdated", "NotReady 2"},

	{"Parallel, web-0 below the partition is unready: 1.37 waits", scene{set: "at=1.37 Parallel 3 partition=2 update=B", pods: "0:An 1:Ar 2:Ar"}, "", "Budget 0"},
	{"Parallel, web-0 below the partition is unready: 1.36 does not look at it", scene{set: "at=1.36 Parallel 3 partition=2 update=B", pods: "0:An 1:Ar 2:Ar"},
		"delete 2 Outdated", "NotReady 0"},
	{"Parallel, web-0 is unready and old: 1.37 replaces it first", scene{set: "at=1.37 Parallel 3 update=B", pods: "0:An 1:Ar 2:Ar"}, "delete 0 OutdatedDown", "NotReady 0"},
	{"Parallel, web-0 is unready and old: 1.36 replaces it last", scene{set: "at=1.36 Parallel 3 update=B", pods: "0:An 1:Ar 2:Ar"}, "delete 2 Outdated", "NotReady 0"},
	{"Parallel, web-0 is unready and new: 1.37 waits", scene{set: "at=1.37 Parallel 3 update=B", pods: "0:Bn 1:Ar 2:Br"}, "", "Budget 0"},
	{"Parallel, web-0 is unready and new: 1.36 goes on above it", scene{set: "at=1.36 Parallel 3 update=B", pods: "0:Bn 1:Ar 2:Br"}, "delete 1 Outdated", "NotReady 0"},
	{"Parallel, web-2 is unready and new: 1.36 waits for what is above the next one", scene{set: "at=1.36 Parallel 3 update=B", pods: "0:Ar 1:Ar 2:Bn"}, "", "Budget 2"},
	{"Parallel, web-2 is on its way out: 1.36 waits", scene{set: "at=1.36 Parallel 3 update=B", pods: "0:Ar 1:Ar 2:ArX"}, "", "Budget 2"},
	{"Parallel, web-2 is created in this sync: 1.36 waits", scene{set: "at=1.36 Parallel 3 update=B", pods: "0:Ar 1:Ar"}, "create 2@B", "Budget 2"},
	{"Parallel, somebody else's pod is in web-2's place: 1.36 waits", scene{set: "at=1.36 Parallel 3 update=B", pods: "0:Ar 1:Ar 2:Brx"}, "create 2@B", "Budget 2"},
	{"maxUnavailable 3: 1.36 goes one at a time", scene{set: "at=1.36 Parallel 3 m=3 update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 2 Outdated", ""},
	{"Parallel, no block, all lost with c=2: 1.36 deletes the highest that comes back old, if those above it are healthy",
		scene{set: "at=1.36 Parallel 3 noblock was=A c=2 update=B", pods: "2:Br"}, "create 0@A | create 1@A | delete 1 Outdated", "JustCreated 0"},
	{"and waits if they are not", scene{set: "at=1.36 Parallel 3 noblock was=A c=2 update=B"}, "create 0@A | create 1@A, create 2@B", "Budget 0"},

	{"web-1 has Succeeded: 1.33 replaces it", scene{set: "at=1.33 3", pods: "0:Ar 1:As 2:Ar"}, "delete 1 Finished", "Replacing 1"},
	{"web-1 has Succeeded: 1.27.1 waits for it for ever", scene{set: "at=1.27.1 3", pods: "0:Ar 1:As 2:Ar"}, "", "NotReady 1"},
	{"under Parallel: 1.27.1 goes on without it", scene{set: "at=1.27.1 Parallel 3", pods: "0:Ar 1:As"}, "create 2@A", "JustCreated 2"},
	{"web-1 has Failed and is still there: 1.27.1 deletes and creates it all the same", scene{set: "at=1.27.1 3", pods: "0:Ar 1:AfX 2:Ar"},
		"delete 1 Finished | create 1@A", "JustCreated 1"},
	{"Parallel, web-1 has Failed and is old: 1.27.1 creates it new, and does not count it as old any more",
		scene{set: "at=1.27.1 Parallel 2 was=A update=B", pods: "0:Ar 1:Af"}, "delete 1 Finished | create 1@B", "Budget 1"},
	{"the same with maxUnavailable 2: the next goes", scene{set: "at=1.27.1,MaxUnavailableStatefulSet=true Parallel 2 m=2 was=A update=B", pods: "0:Ar 1:Af"},
		"delete 1 Finished | create 1@B | delete 0 Outdated", "JustCreated 1"},
	{"the same without a block: it comes back old, and goes again", scene{set: "at=1.27.1 Parallel 2 noblock c=2 was=A update=B", pods: "0:Ar 1:Af"},
		"delete 1 Finished | create 1@A | delete 1 Outdated", "JustCreated 1"},
	{"Parallel, web-1 has Failed and its claim is stale: 1.27.1 deletes it, and stops",
		scene{set: "at=1.27.1 Parallel 3 keep=Retain/Delete", pods: "0:Ar 1:Af", claims: "1:oldpod"}, "delete 1 Finished", "StaleClaim 1"},
	{"Parallel, web-0's claim is stale: 1.27.1 creates nobody", scene{set: "at=1.27.1 Parallel 3 keep=Retain/Delete", claims: "0:oldpod"}, "", "StaleClaim 0"},
	{"the claims of the condemned: 1.27.1 begins with the lowest", scene{set: "at=1.27.1 1 keep=Retain/Delete", pods: "0:Ar 1:Ar 2:Ar", claims: "0:- 1:- 2:-"},
		"retain 1 | retain 2 | delete 2 OutOfRange", "CondemnedFirst 2"},
	{"a claim owned by another controller: 1.27.1 does not mind", scene{set: "at=1.27.1 1 keep=Delete/Retain", pods: "0:Ar", claims: "0:other"}, "repair 0", ""},
	{"1.33 keeps off it", scene{set: "at=1.33 1 keep=Delete/Retain", pods: "0:Ar", claims: "0:other"}, "", ""},

	{"A to B with Recreate: 1.37 deletes all", scene{set: "at=1.37,StatefulSetRecreateStrategy=true 3 Recreate was=A update=B", pods: "0:Ar 1:Ar 2:Ar"},
		"delete 0 OutdatedAll | delete 1 OutdatedAll, delete 2 OutdatedAll", "OldPods"},
	{"and scaled to 1 in the same edit: all go, also those out of range", scene{set: "1 Recreate was=A update=B", pods: "0:Ar 1:Ar 2:Ar"},
		"delete 0 OutdatedAll | delete 2 OutdatedAll, delete 1 OutdatedAll", "OldPods"},
	{"and then one comes", scene{set: "1 Recreate was=A update=B"}, "create 0@B", "JustCreated 0"},
	{"OnDelete, partly updated, and then Recreate: only the old ones go", scene{set: "3 Recreate was=A update=B", pods: "0:Br 1:Ar 2:Ar"},
		"delete 1 OutdatedAll, delete 2 OutdatedAll", "OldPods"},
	{"Recreate is stored and the gate is off", scene{set: "at=1.37 3 Recreate was=A update=B", pods: "0:Ar 1:Ar 2:Ar"}, "", "NotAllowed"},
}

func TestCasesOfReleases(t *testing.T) { checkRows(t, caseRows) }

// Situations after which releases store different statuses. No step is taken where it
// says so: a creation fails.
func TestStatusOfReleases(t *testing.T) {
	const none, all = false, true
	for _, c := range []struct {
		rule   string
		scene  scene
		taken  bool // the steps succeed
		status string
	}{
		{"OnDelete, all replaced by hand: 1.37 promotes", scene{set: "at=1.37 3 OnDelete was=A c=1 update=B", pods: "0:Br 1:Br 2:Br"}, all,
			"3 pods, 3 ready, 3 available, c3 u3, B to B"},
		{"OnDelete, all replaced by hand: 1.36 never does, and currentReplicas sinks to 0", scene{set: "at=1.36 3 OnDelete was=A c=1 update=B", pods: "0:Br 1:Br 2:Br"}, all,
			"3 pods, 3 ready, 3 available, c0 u3, A to B"},

		{"web-0 below the partition is lost and its creation fails: 1.37 waits for it", scene{set: "at=1.37 2 partition=1 was=A update=B", pods: "1:Br"}, none,
			"1 pods, 1 ready, 1 available, c0 u1, A to B"},
		{"web-0 below the partition is lost and its creation fails: 1.27.1 calls the update complete", scene{set: "at=1.27.1 2 partition=1 was=A update=B", pods: "1:Br"}, none,
			"1 pods, 1 ready, 1 available, c1 u1, B to B"},
		{"if it succeeds 1.27.1 counts it, and does not", scene{set: "at=1.27.1 2 partition=1 was=A update=B", pods: "1:Br"}, all,
			"2 pods, 1 ready, 1 available, c1 u1, A to B"},
		{"a pod too many, whose deletion fails: 1.27.1 calls the update complete", scene{set: "at=1.27.1 1 was=A update=B", pods: "0:Br 1:Br"}, none,
			"2 pods, 2 ready, 2 available, c2 u2, B to B"},
		{"a pod too many, whose deletion fails: 1.33 does not", scene{set: "at=1.33 1 was=A update=B", pods: "0:Br 1:Br"}, none,
			"2 pods, 2 ready, 2 available, c0 u2, A to B"},

		{"1.27.1 counts what it creates at once", scene{set: "at=1.27.1 Parallel 3 was=A update=B partition=1"}, all, "3 pods, 0 ready, 0 available, c1 u2, A to B"},
		{"1.27.1 counts a Failed pod's successor for it", scene{set: "at=1.27.1 1 was=A update=B", pods: "0:Af"}, all, "1 pods, 0 ready, 0 available, c0 u1, A to B"},
		{"1.27.1 counts a Failed pod out that it had not counted in", scene{set: "at=1.27.1 1 was=A update=B partition=1", pods: "0:BfX"}, all,
			"1 pods, 0 ready, 0 available, c1 u-1, A to B"},
		{"1.27.1 counts a condemned pod out of its revision, and not out of the replicas", scene{set: "at=1.27.1 Parallel 1", pods: "0:An 1:Ar 2:Ar"}, all,
			"3 pods, 2 ready, 2 available, c1 u1, A to A"},
		{"1.27.1 lowers currentReplicas for an update, whatever the revision", scene{set: "at=1.27.1 1 was=A update=C", pods: "0:Br"}, all,
			"1 pods, 1 ready, 1 available, c-1 u0, A to C"},
		{"1.27.1 does not count what is repaired", scene{set: "at=1.27.1 1", pods: "0:Ar!"}, all, "1 pods, 1 ready, 1 available, c1 u1, A to A"},
		{"1.33 counts what was there", scene{set: "at=1.33 Parallel 2", pods: "0:Af 7:Ar"}, all, "2 pods, 1 ready, 1 available, c2 u2, A to A"},

		{"Recreate, old pods deleted: they count", scene{set: "2 Recreate was=A update=B", pods: "0:Ar 1:Ar"}, all, "2 pods, 2 ready, 2 available, c2 u0, A to B"},
		{"Recreate, all ready: promoted", scene{set: "2 Recreate was=A update=B", pods: "0:Br 1:Br"}, all, "2 pods, 2 ready, 2 available, c2 u2, B to B"},
		{"Recreate at 1.36: never promoted", scene{set: "at=1.36 2 Recreate was=A update=B", pods: "0:Br 1:Br"}, all, "2 pods, 2 ready, 2 available, c0 u2, A to B"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var d Decision
			v := c.scene.build()
			v.Plan(testNow, &d)
			if c.taken {
				require.False(t, take(v, &d, 1<<30))
			}
			require.Equal(t, c.status, readStatus(v.Final(&d, !c.taken)))
		})
	}
}
