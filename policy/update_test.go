package policy

import (
	"testing"

	"github.com/ordinal-sim/ordinal/model/release"
)

// How outdated replicas are replaced.
//
// Source: pkg/controller/statefulset/stateful_set_control.go,
// updateStatefulSetAfterInvariantEstablished, gate MaxUnavailableStatefulSet on.
var updateRows = []row{
	{"A to B: the highest ordinal first, one at a time", scene{set: "3 update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 2 Outdated", ""},
	{"no block: the same", scene{set: "3 noblock update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 2 Outdated", ""},
	{"it is on its way out: OrderedReady waits for it", scene{set: "3 update=B", pods: "0:Ar 1:Ar 2:ArX"}, "", "Terminating 2"},
	{"it is gone: it comes back new", scene{set: "3 was=A update=B", pods: "0:Ar 1:Ar"}, "create 2@B", "JustCreated 2"},
	{"it is not ready yet: OrderedReady waits", scene{set: "3 update=B", pods: "0:Ar 1:Ar 2:Bn"}, "", "NotReady 2"},
	{"it is ready: the next goes", scene{set: "3 update=B", pods: "0:Ar 1:Ar 2:Br"}, "delete 1 Outdated", ""},
	{"all are new: nothing is left to do", scene{set: "3 update=B", pods: "0:Br 1:Br 2:Br"}, "", ""},
	{"a pod without the label is outdated", scene{set: "3", pods: "0:Ar 1:-r 2:Ar"}, "delete 1 Outdated", ""},
	{"two templates later: the pod at B is outdated like those at A", scene{set: "3 update=C", pods: "0:Ar 1:Ar 2:Br"}, "delete 2 Outdated", ""},

	{"partition 2: only web-2", scene{set: "3 partition=2 update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 2 Outdated", ""},
	{"partition 2, web-2 done: the others stay", scene{set: "3 partition=2 update=B", pods: "0:Ar 1:Ar 2:Br"}, "", "BelowPartition"},
	{"the partition counts from start: 5+1 leaves 7 and 6", scene{set: "3 start=5 partition=1 m=3 update=B", pods: "5:Ar 6:Ar 7:Ar"},
		"delete 7 Outdated | delete 6 Outdated", ""},
	{"a partition of 6 with start 5 leaves nothing", scene{set: "3 start=5 partition=6 update=B", pods: "5:Ar 6:Ar 7:Ar"}, "", "BelowPartition"},
	{"a raised partition takes nothing back", scene{set: "3 partition=3 update=B", pods: "0:Ar 1:Br 2:Br"}, "", "BelowPartition"},

	{"OnDelete: outdated pods wait for somebody's hand", scene{set: "3 OnDelete update=B", pods: "0:Ar 1:Ar 2:Br"}, "", "ByHand"},
	{"OnDelete, all new: nothing is left to do", scene{set: "1 OnDelete update=B", pods: "0:Br"}, "", ""},

	{"OrderedReady, maxUnavailable 2: the two highest in one sync", scene{set: "5 m=2 update=B", pods: "0:Ar 1:Ar 2:Ar 3:Ar 4:Ar"},
		"delete 4 Outdated | delete 3 Outdated", ""},
	{"then they come back from the lowest up, one at a time", scene{set: "5 m=2 was=A update=B", pods: "0:Ar 1:Ar 2:Ar"}, "create 3@B", "JustCreated 3"},
	{"a pod of the batch that ends slowly holds up those above it", scene{set: "5 m=2 was=A update=B", pods: "0:Ar 1:Ar 2:Ar 3:ArX"}, "", "Terminating 3"},
	{"25% of 10 is rounded down to 2", scene{set: "Parallel 10 m=25% update=B", pods: "0:Ar 1:Ar 2:Ar 3:Ar 4:Ar 5:Ar 6:Ar 7:Ar 8:Ar 9:Ar"},
		"delete 9 Outdated | delete 8 Outdated", ""},
	{"10% of 3 is at least 1", scene{set: "Parallel 3 m=10% update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 2 Outdated", ""},
	{"maxUnavailable may be more than there are", scene{set: "Parallel 2 m=9 update=B", pods: "0:Ar 1:Ar"}, "delete 1 Outdated | delete 0 Outdated", ""},

	{"Parallel, maxUnavailable 2, web-4 back and web-3 on its way out: web-2 follows",
		scene{set: "Parallel 5 m=2 update=B", pods: "0:Ar 1:Ar 2:Ar 3:ArX 4:Br"}, "delete 2 Outdated", "Terminating 3"},
	{"an old pod that is unready anyway goes first and costs nothing; the budget of 3 is used by it and web-4",
		scene{set: "Parallel 5 m=3 update=B", pods: "0:Ar 1:Ar 2:Ar 3:An 4:ArX"}, "delete 3 OutdatedDown | delete 2 Outdated", "NotReady 3"},
	{"the first revision is broken everywhere: all go at once", scene{set: "Parallel 5 update=B", pods: "0:An 1:An 2:An 3:An 4:An"},
		"delete 4 OutdatedDown | delete 3 OutdatedDown | delete 2 OutdatedDown | delete 1 OutdatedDown | delete 0 OutdatedDown", "NotReady 0"},
	{"a broken canary is replaced by its successor at once", scene{set: "Parallel 3 update=C", pods: "0:Ar 1:Ar 2:Bn"}, "delete 2 OutdatedDown", "NotReady 2"},
	{"a broken canary with no successor: the update waits for it", scene{set: "Parallel 3 update=B", pods: "0:Ar 1:Ar 2:Bn"}, "", "Budget 2"},
	{"an unready pod below the partition uses the budget up", scene{set: "Parallel 3 partition=2 update=B", pods: "0:An 1:Ar 2:Ar"}, "", "Budget 0"},
	{"with a budget of 2 it does not", scene{set: "Parallel 3 partition=2 m=2 update=B", pods: "0:An 1:Ar 2:Ar"}, "delete 2 Outdated", "NotReady 0"},
	{"an unready old web-0 is replaced first, though it is the lowest", scene{set: "Parallel 3 update=B", pods: "0:An 1:Ar 2:Ar"}, "delete 0 OutdatedDown", "NotReady 0"},
	{"an unready new pod at a low ordinal stops the update", scene{set: "Parallel 3 update=B", pods: "0:Bn 1:Ar 2:Br"}, "", "Budget 0"},
	{"an outdated pod that is on its way out counts against the budget", scene{set: "Parallel 2 update=B", pods: "0:Ar 1:ArX"}, "", "Budget 1"},
	{"a pod that is created in the same sync counts against the budget", scene{set: "Parallel 3 update=B", pods: "0:Ar 2:Ar"}, "create 1@B", "Budget 1"},
	{"ready for 10 s of 30, new: the update waits", scene{set: "Parallel 3 minReady=30 update=B", pods: "0:Ar 1:Ar 2:By"}, "", "Budget 2"},
	{"ready for 10 s of 30, old: it is not available, so it goes", scene{set: "Parallel 3 minReady=30 update=B", pods: "0:Ar 1:Ar 2:Ay"},
		"delete 2 OutdatedDown", "NotAvailable 2"},
	{"Pending with Ready True counts as available", scene{set: "Parallel 2 update=B", pods: "0:Ar 1:AP"}, "delete 1 Outdated", "NotRunning 1"},
	{"a Failed old pod is deleted twice in one sync", scene{set: "Parallel 3 update=B", pods: "0:Ar 1:Af 2:Ar"},
		"delete 1 Finished | delete 1 OutdatedDown", "Replacing 1"},

	{"no rollingUpdate block, all lost with c=1: the first comes back old, and is outdated and unavailable in the same sync",
		scene{set: "Parallel 3 noblock was=A c=1 update=B"}, "create 0@A | create 1@B, create 2@B | delete 0 OutdatedDown", "JustCreated 0"},
	{"that counts from start too", scene{set: "Parallel 2 start=3 noblock was=A c=1 update=B"},
		"create 3@A | create 4@B | delete 3 OutdatedDown", "JustCreated 3"},
	{"the same if a stale claim keeps it from being created: a deletion of nothing",
		scene{set: "Parallel 2 noblock keep=Retain/Delete was=A c=1 update=B", pods: "1:Br", claims: "0:oldpod"}, "delete 0 OutdatedDown", "StaleClaim 0"},
	{"more are counted as current than there are: all come back old", scene{set: "Parallel 2 noblock was=A c=9 update=B", pods: "0:Ar"},
		"create 1@A | delete 1 OutdatedDown", "JustCreated 1"},
	{"no rollout: the one that comes back is what is wanted, and stays", scene{set: "Parallel 3 noblock c=3", pods: "1:Ar 2:Ar"}, "create 0@A", "JustCreated 0"},
	{"none is counted as current: all come back new", scene{set: "Parallel 2 noblock was=A c=-1 update=B", pods: "0:Ar"},
		"create 1@B", "Budget 1"},
	{"with a block the one that comes back old is below the partition: nobody deletes it",
		scene{set: "Parallel 3 partition=1 m=3 was=A update=B", pods: "1:Ar 2:Br"}, "create 0@A | delete 1 Outdated", "JustCreated 0"},

	{"OrderedReady never gets past an unready pod to replace it: whoever reverts the template must delete the pod",
		scene{set: "3 update=A old=2", pods: "0:Ar 1:Ar 2:Bn"}, "", "NotReady 2"},
	{"the same when it is the first revision that is broken", scene{set: "3 update=B", pods: "0:An"}, "", "NotReady 0"},
	{"a revert in the middle: what had been updated goes back", scene{set: "3 update=A old=2", pods: "0:Ar 1:Ar 2:Br"}, "delete 2 Outdated", ""},
}

func TestUpdate(t *testing.T) { checkRows(t, updateRows) }

// Each reason is given by some row of the tables, and each row gives reasons that have
// a name.
func TestEveryReasonIsSeen(t *testing.T) {
	seen := map[Because]bool{}
	for _, rows := range tables {
		for _, r := range rows {
			var d Decision
			r.scene.build().Plan(testNow, &d)
			seen[d.Wait.Because] = true
			for _, s := range d.Steps {
				seen[s.Because] = true
			}
		}
	}
	for first, last := range map[Because]Because{Missing: OutdatedAll, JustCreated: NotAllowed} {
		for why := first; why <= last; why++ {
			if !seen[why] || reasons[why] == "" {
				t.Errorf("no row has the reason %d %s", why, reasons[why])
			}
		}
	}
}

// tables are all rows about what a sync does.
var tables = [][]row{replicaRows, newPodRows, condemnedRows, updateRows, recreateRows, caseRows}

// A plan over everything says the same as the tables' plans, whichever release they are
// played at.
func TestTablesAgreeWithTheReference(t *testing.T) {
	for _, rows := range tables {
		for _, r := range rows {
			t.Run(r.rule, func(t *testing.T) {
				r.scene.twins().sync(t)
				for _, profile := range release.Profiles() {
					for _, at := range withEachGate(profile) {
						r.scene.at(at).twins().sync(t)
					}
				}
			})
		}
	}
}

// withEachGate is a release, and that release with each of its gates switched.
func withEachGate(r release.Release) []release.Release {
	out := []release.Release{r}
	for _, g := range r.Gates() {
		if r.Enabled(g) {
			out = append(out, r.Without(g))
		} else {
			out = append(out, r.With(g))
		}
	}
	return out
}
