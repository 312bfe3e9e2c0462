package policy

import "testing"

// What happens to the pods out of range, the highest ordinal first.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, processCondemned and
// fixPodClaim.
var condemnedRows = []row{
	{"5 to 3, all healthy: the highest goes first, alone", scene{set: "3", pods: "0:Ar 1:Ar 2:Ar 3:Ar 4:Ar"}, "delete 4 OutOfRange", "CondemnedFirst 4"},
	{"5 to 3, web-4 unready: it is the only unhealthy one, and goes", scene{set: "3", pods: "0:Ar 1:Ar 2:Ar 3:Ar 4:An"}, "delete 4 OutOfRange", "CondemnedFirst 4"},
	{"5 to 3, web-3 unready: web-4 goes", scene{set: "3", pods: "0:Ar 1:Ar 2:Ar 3:An 4:Ar"}, "delete 4 OutOfRange", "CondemnedFirst 4"},
	{"then web-3", scene{set: "3", pods: "0:Ar 1:Ar 2:Ar 3:An"}, "delete 3 OutOfRange", "CondemnedFirst 3"},
	{"5 to 3, web-3 and web-4 unready: nothing is deleted", scene{set: "3", pods: "0:Ar 1:Ar 2:Ar 3:An 4:An"}, "", "CondemnedUnhealthy 4"},
	{"5 to 3, web-0 unready: nothing is deleted", scene{set: "3", pods: "0:An 1:Ar 2:Ar 3:Ar 4:Ar"}, "", "NotReady 0"},
	{"the highest is on its way out: the others wait for it", scene{set: "3", pods: "0:Ar 1:Ar 2:Ar 3:Ar 4:ArX"}, "", "Terminating 4"},
	{"a lower one is on its way out, by somebody's hand: the healthy higher one is deleted all the same",
		scene{set: "2", pods: "0:Ar 1:Ar 2:ArX 3:Ar"}, "delete 3 OutOfRange", "CondemnedFirst 3"},
	{"the highest is unready and a lower one on its way out: that is the first unavailable, nothing is deleted",
		scene{set: "2", pods: "0:Ar 1:Ar 2:ArX 3:An"}, "", "CondemnedUnhealthy 3"},
	{"ready for 10 s of 30, the only one: it goes", scene{set: "3 minReady=30", pods: "0:Ar 1:Ar 2:Ar 3:Ay"}, "delete 3 OutOfRange", "CondemnedFirst 3"},
	{"ready for 10 s of 30 and another unhealthy: nothing", scene{set: "2 minReady=30", pods: "0:Ar 1:Ar 2:An 3:Ay"}, "", "CondemnedUnhealthy 3"},
	{"Pending with Ready True counts as available, so it is not the exception, and not as ready, so it blocks",
		scene{set: "2", pods: "0:Ar 1:Ar 2:AP"}, "", "CondemnedUnhealthy 2"},
	{"a replica is missing: it is created before anything is deleted", scene{set: "2", pods: "1:Ar 2:ArX"}, "create 0@A", "JustCreated 0"},
	{"scaled to 0: the highest first as ever", scene{set: "0", pods: "0:Ar 1:Ar"}, "delete 1 OutOfRange", "CondemnedFirst 1"},

	{"Parallel deletes all at once, the unhealthy too", scene{set: "Parallel 2", pods: "0:An 1:Ar 2:Ar 3:An 4:Ap"},
		"delete 4 OutOfRange | delete 3 OutOfRange, delete 2 OutOfRange", "NotReady 0"},
	{"Parallel skips those on their way out", scene{set: "Parallel 1", pods: "0:Ar 1:Ar 2:ArX 3:Ar"},
		"delete 3 OutOfRange | delete 1 OutOfRange", ""},

	{"start 0 to 2: the new end is filled first", scene{set: "3 start=2", pods: "0:Ar 1:Ar 2:Ar"}, "create 3@A", "JustCreated 3"},
	{"then what is below start goes, the highest first", scene{set: "3 start=2", pods: "0:Ar 1:Ar 2:Ar 3:Ar 4:Ar"}, "delete 1 OutOfRange", "CondemnedFirst 1"},
	{"start 0 to 2 under Parallel: all in one sync", scene{set: "Parallel 3 start=2", pods: "0:Ar 1:Ar 2:Ar"},
		"create 3@A, create 4@A | delete 1 OutOfRange | delete 0 OutOfRange", "JustCreated 3"},
	{"a scale-down and a new template in one edit: the scale-down first", scene{set: "1 update=B", pods: "0:Ar 1:Ar 2:Ar"}, "delete 2 OutOfRange", "CondemnedFirst 2"},
	{"Parallel does both in one sync", scene{set: "Parallel 1 update=B", pods: "0:Ar 1:Ar"}, "delete 1 OutOfRange | delete 0 Outdated", ""},

	{"the claims of all condemned get their owners before the first pod goes",
		scene{set: "1 keep=Retain/Delete", pods: "0:Ar 1:Ar 2:Ar", claims: "0:- 1:- 2:-"},
		"retain 2 | retain 1 | delete 2 OutOfRange", "CondemnedFirst 2"},
	{"under Parallel in batches", scene{set: "Parallel 1 keep=Retain/Delete", pods: "0:Ar 1:Ar 2:Ar 3:Ar", claims: "0:- 1:- 2:- 3:-"},
		"retain 3 | retain 2, retain 1 | delete 3 OutOfRange | delete 2 OutOfRange, delete 1 OutOfRange", ""},
	{"a claim that fits is left alone", scene{set: "1 keep=Retain/Delete", pods: "0:Ar 1:Ar 2:Ar", claims: "1:pod 2:-"},
		"retain 2 | delete 2 OutOfRange", "CondemnedFirst 2"},
	{"an unhealthy replica stops OrderedReady before the claims", scene{set: "1 keep=Retain/Delete", pods: "0:An 1:Ar", claims: "1:-"}, "", "NotReady 0"},
	{"a claim whose pod is gone is never visited", scene{set: "1 keep=Retain/Delete", pods: "0:Ar", claims: "1:-"}, "", ""},
}

func TestCondemned(t *testing.T) { checkRows(t, condemnedRows) }
