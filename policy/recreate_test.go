package policy

import (
	"fmt"
	"testing"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/stretchr/testify/require"
)

// The strategy Recreate: all old pods go, and only then do new ones come.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, recreateDeleteAndWait.
var recreateRows = []row{
	{"A to B under OrderedReady: all go, in batches as under Parallel", scene{set: "3 Recreate was=A update=B", pods: "0:Ar 1:Ar 2:Ar"},
		"delete 0 OutdatedAll | delete 1 OutdatedAll, delete 2 OutdatedAll", "OldPods"},
	{"some are on their way out: they are waited for", scene{set: "3 Recreate was=A update=B", pods: "1:ArX 2:Ar"}, "delete 2 OutdatedAll", "OldPods"},
	{"the last is on its way out: nothing is created before it is gone", scene{set: "3 Recreate was=A update=B", pods: "2:ArX"}, "", "OldPods"},
	{"under Parallel too", scene{set: "Parallel 3 Recreate was=A update=B", pods: "2:ArX"}, "", "OldPods"},
	{"all are gone: the first new one comes", scene{set: "3 Recreate was=A update=B"}, "create 0@B", "JustCreated 0"},
	{"it is not ready: the next waits, as ever", scene{set: "3 Recreate was=A update=B", pods: "0:Bn"}, "", "NotReady 0"},
	{"it is ready: the next comes", scene{set: "3 Recreate was=A update=B", pods: "0:Br"}, "create 1@B", "JustCreated 1"},
	{"under Parallel all come at once", scene{set: "Parallel 3 Recreate was=A update=B"}, "create 0@B | create 1@B, create 2@B", "JustCreated 0"},
	{"all are new: nothing is left to do", scene{set: "3 Recreate was=B update=B", pods: "0:Br 1:Br 2:Br"}, "", ""},

	{"an old pod that will never be ready is in nobody's way", scene{set: "3 Recreate was=A update=B", pods: "0:An"}, "delete 0 OutdatedAll", "OldPods"},
	{"nor is one that is Pending, Unknown or Failed", scene{set: "3 Recreate was=A update=B", pods: "0:Ap 1:Au 2:Af"},
		"delete 0 OutdatedAll | delete 1 OutdatedAll, delete 2 OutdatedAll", "OldPods"},
	{"one of the new revision that is broken is not touched", scene{set: "Parallel 2 Recreate was=A update=B", pods: "0:Bn 1:Br"}, "", "NotReady 0"},
	{"nor one of the new revision while old ones go", scene{set: "3 Recreate was=A update=B", pods: "0:Br 1:Bn 2:Ar"}, "delete 2 OutdatedAll", "OldPods"},
	{"a new pod that is on its way out is no old one: it is waited for as ever", scene{set: "2 Recreate was=A update=B", pods: "0:BrX 1:Br"}, "", "Terminating 0"},
	{"a pod without the label is old", scene{set: "1 Recreate", pods: "0:-r"}, "delete 0 OutdatedAll", "OldPods"},

	{"condemned pods that are old go with the others, after them and from the highest down",
		scene{set: "1 Recreate was=A update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 0 OutdatedAll | delete 2 OutdatedAll, delete 1 OutdatedAll", "OldPods"},
	{"those that are on their way out are not deleted again", scene{set: "1 Recreate was=A update=B", pods: "0:ArX 1:ArX 2:Ar"},
		"delete 2 OutdatedAll", "OldPods"},
	{"one that is new waits for the old ones before it is scaled away", scene{set: "1 Recreate was=A update=B", pods: "0:Ar 1:Br"},
		"delete 0 OutdatedAll", "OldPods"},
	{"and is then", scene{set: "1 Recreate was=A update=B", pods: "0:Br 1:Br"}, "delete 1 OutOfRange", "CondemnedFirst 1"},
	{"one that is new and out of range does not hide an old one in range", scene{set: "2 Recreate start=2 was=A update=B", pods: "0:Br 1:Br 2:Ar"},
		"delete 2 OutdatedAll", "OldPods"},
	{"a place without a pod has its place in the batches", scene{set: "8 Recreate was=A update=B", pods: "1:Ar 3:Ar 7:Ar"},
		"delete 1 OutdatedAll | delete 3 OutdatedAll | delete 7 OutdatedAll", "OldPods"},
	{"orphans, another's pods and those that are not matched are not the set's", scene{set: "4 Recreate was=A update=B", pods: "0:Aro 1:Arx 2:Arm"},
		"create 0@B", "JustCreated 0"},
	{"a set that is being deleted deletes nobody", scene{set: "1 Recreate Deleting was=A update=B", pods: "0:Ar"}, "", "Deleting"},
	{"a new pod without its name is repaired", scene{set: "1 Recreate", pods: "0:Ar!"}, "repair 0", ""},

	{"the gate is off: nothing is done at all", scene{set: "at=1.37 3 Recreate was=A update=B", pods: "0:Ar 2:Af 7:Ar"}, "", "NotAllowed"},
	{"the gate is off: not even for a set that is being deleted", scene{set: "at=1.37 1 Recreate Deleting", pods: "0:Ar"}, "", "NotAllowed"},
	{"the gate is off, and another strategy", scene{set: "at=1.37 3 update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 2 Outdated", ""},
	{"1.36 knows no such strategy, and rolls", scene{set: "at=1.36 3 Recreate was=A update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 2 Outdated", ""},
	{"1.36, Parallel: a pod that comes back is new, and is left alone", scene{set: "at=1.36 Parallel 2 Recreate was=A c=2 update=B", pods: "1:Br"}, "create 0@B", "JustCreated 0"},
	{"1.36: a new pod is new, as without a partition", scene{set: "at=1.36 3 Recreate was=A c=3 update=B", pods: "1:Ar 2:Ar"}, "create 0@B", "JustCreated 0"},
}

func TestRecreate(t *testing.T) { checkRows(t, recreateRows) }

// A sync is refused exactly if the strategy is stored and not allowed.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		set     string
		refused bool
	}{
		{"at=1.37 1 Recreate", true},
		{"at=1.37 1 Recreate Deleting", true},
		{"at=1.37 1 OnDelete", false},
		{"at=1.37 1", false},
		{"at=1.37,StatefulSetRecreateStrategy=true 1 Recreate", false},
		{"at=1.36 1 Recreate", false},
	} {
		var d Decision
		v := scene{set: c.set, pods: "0:Ar"}.build()
		v.Plan(testNow, &d)
		require.Equal(t, c.refused, d.Refused, c.set)
		set := *v.Set()
		set.Spec = scene{set: "1"}.build().Set().Spec
		v.SetChanged(set)
		v.Plan(testNow, &d)
		require.False(t, d.Refused, "%s, and then another strategy: the decision is made anew", c.set)
	}
}

// What the condition Progressing says at the end of a sync. It was last written 100 s
// ago.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, setStatefulSetCondition and
// completeUpdate.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		rule     string
		scene    scene
		failed   bool
		progress string
	}{
		{"a first creation says nothing", scene{set: "1 Recreate"}, false, "none"},
		{"nor does it when all are ready", scene{set: "1 Recreate", pods: "0:Ar"}, false, "none"},
		{"old pods are deleted", scene{set: "1 Recreate was=A update=B", pods: "0:Ar"}, false, "deleting since 0s"},
		{"a deletion has failed: not yet", scene{set: "1 Recreate was=A update=B", pods: "0:Ar"}, true, "none"},
		{"old pods are on their way out", scene{set: "1 Recreate was=A update=B progress=deleting", pods: "0:ArX"}, false, "deleting since -1m40s"},
		{"new pods come: still in progress, since when it was", scene{set: "1 Recreate was=A update=B progress=deleting"}, false, "creating since -1m40s"},
		{"new pods come, and one fails to: it is said all the same", scene{set: "1 Recreate was=A update=B progress=deleting"}, true, "creating since -1m40s"},
		{"new pods are there and not ready", scene{set: "1 Recreate was=A update=B progress=creating", pods: "0:Bn"}, false, "creating since -1m40s"},
		{"all are ready", scene{set: "1 Recreate was=A update=B progress=creating", pods: "0:Br"}, false, "completed since 0s"},
		{"nothing more happens", scene{set: "1 Recreate was=B update=B progress=completed", pods: "0:Br"}, false, "completed since -1m40s"},
		{"the next update begins", scene{set: "1 Recreate was=B update=C progress=completed", pods: "0:Br"}, false, "deleting since 0s"},
		{"a pod is lost in the meantime: no update, nothing is said", scene{set: "1 Recreate progress=completed"}, false, "completed since -1m40s"},
		{"old pods are gone that nobody has to replace: the update is over at once",
			scene{set: "0 Recreate was=A update=B"}, false, "completed since 0s"},
		{"reverted in the middle: it says deleting until all are ready", scene{set: "2 Recreate was=A update=A old=2 progress=deleting", pods: "0:Ar"},
			false, "deleting since -1m40s"},
		{"and then it is over", scene{set: "2 Recreate was=A update=A old=2 progress=deleting", pods: "0:Ar 1:Ar"}, false, "completed since 0s"},

		{"another strategy keeps what was said", scene{set: "1 OnDelete was=A update=B progress=deleting", pods: "0:Br"}, false, "deleting since -1m40s"},
		{"1.36 drops it", scene{set: "at=1.36 1 progress=completed", pods: "0:Ar"}, false, "none"},
		{"1.36 says nothing", scene{set: "at=1.36 1 Recreate was=A update=B", pods: "0:Ar"}, false, "none"},
		{"a set that is being deleted keeps it", scene{set: "1 Recreate Deleting was=A update=B progress=deleting", pods: "0:ArX"}, false, "deleting since -1m40s"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var d Decision
			v := c.scene.build()
			v.Plan(testNow, &d)
			require.Equal(t, c.progress, readProgress(v.Final(&d, c.failed).Progress))
		})
	}
}

// Each reason after each: the time is that of the last change between True and False,
// and of the first time that there is a condition at all.
func TestBecome(t *testing.T) {
	const long = testNow - 1
	for _, c := range []struct {
		from, to ProgressReason
		since    model.Instant
	}{
		{NoProgress, RecreateDeleting, testNow},
		{NoProgress, RecreateCreating, testNow},
		{NoProgress, RecreateCompleted, testNow},
		{RecreateDeleting, RecreateDeleting, long},
		{RecreateDeleting, RecreateCreating, long},
		{RecreateDeleting, RecreateCompleted, testNow},
		{RecreateCreating, RecreateDeleting, long},
		{RecreateCreating, RecreateCreating, long},
		{RecreateCreating, RecreateCompleted, testNow},
		{RecreateCompleted, RecreateDeleting, testNow},
		{RecreateCompleted, RecreateCreating, testNow},
		{RecreateCompleted, RecreateCompleted, long},
	} {
		p := Progress{c.from, long}
		if c.from == NoProgress {
			p = Progress{}
		}
		p.become(c.to, testNow)
		require.Equal(t, Progress{c.to, c.since}, p, "from %s", progressNames[c.from])
	}
}

// The condition as the API shows it, word by word.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, recreateDeleteAndWait;
// stateful_set_utils.go, completeUpdate.
func TestCondition(t *testing.T) {
	for reason, want := range map[ProgressReason]string{
		RecreateDeleting:  "True RecreateInProgress Deleting old revision pods",
		RecreateCreating:  "True RecreateInProgress Waiting for new-revision pods to be created",
		RecreateCompleted: "False RecreateCompleted All pods recreated successfully",
	} {
		c := Progress{reason, testNow}.Condition()
		require.Equal(t, want, fmt.Sprintf("%s %s %s", c.Status, c.Reason, c.Message))
		require.Equal(t, model.StatefulSetCondition{Type: "Progressing", LastTransitionTime: testNow},
			model.StatefulSetCondition{Type: c.Type, LastTransitionTime: c.LastTransitionTime})
	}
}
