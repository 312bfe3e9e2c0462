package policy

import "testing"

// What happens to the pods in range, the first ordinal first.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, processReplica.
var replicaRows = []row{
	{"an empty set: OrderedReady creates the first pod", scene{set: "3"}, "create 0@A", "JustCreated 0"},
	{"an empty set: Parallel creates all, in batches of 1, 2, 4", scene{set: "Parallel 8"},
		"create 0@A | create 1@A, create 2@A | create 3@A, create 4@A, create 5@A, create 6@A | create 7@A", "JustCreated 0"},
	{"all healthy: nothing is left to do", scene{set: "3", pods: "0:Ar 1:Ar 2:Ar"}, "", ""},
	{"the ordinals begin at start", scene{set: "2 start=5"}, "create 5@A", "JustCreated 5"},
	{"a healthy predecessor lets the next be created", scene{set: "3", pods: "0:Ar"}, "create 1@A", "JustCreated 1"},
	{"a lost low ordinal is created before anything else", scene{set: "3", pods: "1:Ar 2:Ar"}, "create 0@A", "JustCreated 0"},
	{"only predecessors are checked: a low ordinal is created though higher ones are still starting",
		scene{set: "3", pods: "1:Ap 2:Ap"}, "create 0@A", "JustCreated 0"},
	{"the set is being deleted: nothing is created", scene{set: "3 Deleting", pods: "0:Ar"}, "", "Deleting"},

	{"Failed: deleted, under OrderedReady nothing more", scene{set: "3", pods: "0:Af"}, "delete 0 Finished", "Replacing 0"},
	{"Succeeded: deleted as well", scene{set: "3", pods: "0:As"}, "delete 0 Finished", "Replacing 0"},
	{"Failed and on its way out: it is not deleted again", scene{set: "3", pods: "0:AfX"}, "", "Replacing 0"},
	{"Failed and on its way out under Parallel: it is waited for like any other", scene{set: "Parallel 1", pods: "0:AfX"}, "", "Terminating 0"},
	{"Failed: Parallel goes on to the next", scene{set: "Parallel 3", pods: "0:As 2:Af"},
		"delete 0 Finished | create 1@A, delete 2 Finished", "Replacing 0"},
	{"Failed without its label: it is deleted, not repaired", scene{set: "Parallel 1", pods: "0:Af!"}, "delete 0 Finished", "Replacing 0"},

	{"a claim of an earlier pod of the name: the pod is not created, and OrderedReady stops",
		scene{set: "2 keep=Retain/Delete", claims: "0:oldpod"}, "", "StaleClaim 0"},
	{"the same under Parallel: only that pod is not created",
		scene{set: "Parallel 3 keep=Retain/Delete", claims: "0:oldpod"}, "create 1@A, create 2@A", "StaleClaim 0"},
	{"the same with whenScaled Retain: the claim is not stale", scene{set: "1 keep=Delete/Retain", claims: "0:oldpod"}, "create 0@A", "JustCreated 0"},
	{"a claim of an earlier set of the name is not stale", scene{set: "1 keep=Delete/Delete", claims: "0:oldset"}, "create 0@A", "JustCreated 0"},
	{"a claim that the last pod left behind does not hold up the next", scene{set: "1", claims: "0:-"}, "create 0@A", "JustCreated 0"},

	{"Pending without its claim: the claim is created", scene{set: "2", pods: "0:Ap", claims: "none"}, "claims 0", "NotRunning 0"},
	{"Pending with its claim being deleted: the attempt is made, and will fail", scene{set: "2", pods: "0:Ap", claims: "0:-X"}, "claims 0", "NotRunning 0"},
	{"Pending and terminating without its claim: the claim is created all the same", scene{set: "2", pods: "0:ApX", claims: "none"}, "claims 0", "Terminating 0"},
	{"Pending with its claim: nothing", scene{set: "2", pods: "0:Ap", claims: "0:-"}, "", "NotRunning 0"},
	{"Pending with a claim that has the wrong owners: they are set", scene{set: "2 keep=Delete/Retain", pods: "0:Ap", claims: "0:-"}, "claims 0", "NotRunning 0"},
	{"Running without its claim: it is not recreated", scene{set: "1", pods: "0:Ar", claims: "none"}, "", ""},

	{"terminating: OrderedReady stops", scene{set: "3", pods: "0:ArX"}, "", "Terminating 0"},
	{"terminating: Parallel goes on, and so does the one that is missing", scene{set: "Parallel 3", pods: "0:Ar 1:ArX"}, "create 2@A", "JustCreated 2"},
	{"not ready: OrderedReady stops", scene{set: "3", pods: "0:An"}, "", "NotReady 0"},
	{"Unknown blocks as not ready does, and is never deleted", scene{set: "3", pods: "0:Ar 1:Au 2:Ar"}, "", "NotReady 1"},
	{"Pending blocks even if its condition Ready is True", scene{set: "3", pods: "0:AP"}, "", "NotRunning 0"},
	{"ready for 10 s of 30: OrderedReady stops", scene{set: "3 minReady=30", pods: "0:Ay"}, "", "NotAvailable 0"},
	{"ready for 10 s of 11: one second is missing", scene{set: "3 minReady=11", pods: "0:Ay"}, "", "NotAvailable 0"},
	{"ready for 10 s of 10: that is enough", scene{set: "3 minReady=10", pods: "0:Ay"}, "create 1@A", "JustCreated 1"},
	{"Parallel names the first unhealthy pod when there is nothing to do", scene{set: "Parallel 3 minReady=30", pods: "0:Ar 1:Ay 2:An"}, "", "NotAvailable 1"},
	{"Parallel names a pod that is on its way out", scene{set: "Parallel 2", pods: "0:ArX 1:Ar"}, "", "Terminating 0"},
	{"Parallel names a pod that is pending", scene{set: "Parallel 2", pods: "0:Ar 1:Ap"}, "", "NotRunning 1"},
	{"Parallel names a pod that is not ready", scene{set: "Parallel 2", pods: "0:Ar 1:An"}, "", "NotReady 1"},

	{"its label is lost: it is written again, and the sync goes on", scene{set: "3", pods: "0:Ar! 1:Ar"}, "repair 0 | create 2@A", "JustCreated 2"},
	{"its label is lost and it is not ready: OrderedReady stops before", scene{set: "3", pods: "0:An!"}, "", "NotReady 0"},
	{"its label is lost and it is not ready: Parallel repairs it", scene{set: "Parallel 1", pods: "0:An!"}, "repair 0", "NotReady 0"},
	{"its claim has the wrong owners: they are repaired with the pod", scene{set: "1 keep=Delete/Retain", pods: "0:Ar", claims: "0:-"}, "repair 0", ""},

	{"an orphan of the name leaves the place empty", scene{set: "2", pods: "0:Aro"}, "create 0@A", "JustCreated 0"},
	{"another's pod of the name leaves the place empty", scene{set: "2", pods: "0:Arx"}, "create 0@A", "JustCreated 0"},
	{"a pod that the selector does not match leaves the place empty", scene{set: "2", pods: "0:Arm"}, "create 0@A", "JustCreated 0"},
}

func TestReplicas(t *testing.T) { checkRows(t, replicaRows) }

// Which revision a pod is created at. A is current, B is wanted.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, newVersionedStatefulSetPod.
var newPodRows = []row{
	{"partition 0: new", scene{set: "1 was=A update=B"}, "create 0@B", "JustCreated 0"},
	{"below the partition: old", scene{set: "3 was=A update=B partition=2", pods: "0:Ar"}, "create 1@A", "JustCreated 1"},
	{"at the partition: new", scene{set: "3 was=A update=B partition=2", pods: "0:Ar 1:Ar"}, "create 2@B", "JustCreated 2"},
	{"the partition counts from start: 6 is below 5+2", scene{set: "3 start=5 was=A update=B partition=2", pods: "5:Ar"}, "create 6@A", "JustCreated 6"},
	{"the partition counts from start: 7 is not", scene{set: "3 start=5 was=A update=B partition=2", pods: "5:Ar 6:Ar"}, "create 7@B", "JustCreated 7"},
	{"the partition is beyond the replicas: old", scene{set: "3 was=A update=B partition=10", pods: "0:Ar 2:Ar"}, "create 1@A", "JustCreated 1"},
	{"no rollingUpdate block: old while the status counts it as current", scene{set: "3 noblock was=A c=2 update=B", pods: "1:Ar 2:Br"}, "create 0@A", "JustCreated 0"},
	{"no rollingUpdate block, all lost with c=1: the first comes back old",
		scene{set: "3 noblock was=A c=1 update=B"}, "create 0@A", "JustCreated 0"},
	{"and the others new", scene{set: "3 noblock was=A c=1 update=B", pods: "0:Ar"}, "create 1@B", "JustCreated 1"},
	{"no rollingUpdate block: that counts from start too",
		scene{set: "2 start=3 noblock was=A c=1 update=B", pods: "3:Ar"}, "create 4@B", "JustCreated 4"},
	{"OnDelete: always new", scene{set: "3 OnDelete was=A c=3 update=B", pods: "1:Ar 2:Ar"}, "create 0@B", "JustCreated 0"},
	{"the status names no revision that is there: current is what is wanted, the partition is forgotten",
		scene{set: "1 was=Z update=B partition=1"}, "create 0@B", "JustCreated 0"},
}

func TestNewPods(t *testing.T) { checkRows(t, newPodRows) }

// The batches of a slow start: the first pod alone, then twice as many each time, and
// never more than 500.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, slowStartBatch.
func TestBatches(t *testing.T) {
	next := int32(0)
	for number, size := range []int32{1, 2, 4, 8, 16, 32, 64, 128, 256, 500, 500, 500} {
		for range size {
			if got := batch(next); got != int32(number) {
				t.Fatalf("the pod at %d is in batch %d; batch %d has %d pods", next, got, number, size)
			}
			next++
		}
	}
}
