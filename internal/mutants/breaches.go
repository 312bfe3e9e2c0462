package main

// breach is a mutant that breaks a rule of package sim/checks. The check of that rule, alone,
// has to find it in drawn worlds.
type breach struct {
	rule string
	mutant
}

// The files of these mutants are anywhere in the tree.
var breaches = []breach{
	{"at most one pod runs for an identity", mutant{
		"a deleted pod's object goes at once", "sim/pods.go",
		"if asked == 0 {", "if true {",
	}},
	{"pods are created in order", mutant{
		"OrderedReady does not wait for minReadySeconds", "policy/plan.go",
		"case !s.available:\n\t\t\treturn p.wait(NotAvailable, ordinal)", "case false:\n\t\t\treturn p.wait(NotAvailable, ordinal)",
	}},
	{"pods are scaled away in order", mutant{
		"condemned pods go from the lowest", "policy/plan.go",
		"s := &p.seats[p.condemned[len(p.condemned)-1]]", "s := &p.seats[p.condemned[0]]",
	}},
	{"pods are updated in order", mutant{
		"the update takes the lowest first", "policy/update.go",
		"for i := p.prevOutdated(p.replicas - 1); i >= partition && budget", "for i := p.marks.next(outdated, partition); i >= partition && budget",
	}},
	{"the partition is respected", mutant{
		"the update goes below the partition", "policy/update.go",
		"partition := p.set.Spec.Partition()", "partition := int32(0)",
	}},
	{"an update takes no more than maxUnavailable pods", mutant{
		"unavailable replicas do not count", "policy/update.go",
		"- int64(p.replicas-p.count.healthyReplicas)", "",
	}},
	{"a replica is deleted for a reason", mutant{
		"OnDelete updates", "policy/update.go",
		"case strategy == model.OnDelete:", "case false:",
	}},
	{"a pod keeps its claims", mutant{
		"a claim that is in use goes at once", "sim/claims.go",
		"if r.users > 0 {\n\t\tw.record(", "if false {\n\t\tw.record(",
	}},
	{"a pod keeps its claims", mutant{
		"the claims of condemned pods go, whatever whenScaled says", "policy/claims.go",
		"case condemned && v.retention.WhenScaled == model.DeleteClaim:", "case condemned:",
	}},
	{"there is no more history than revisionHistoryLimit", mutant{
		"the history is one too long", "policy/revision.go",
		"int32(len(out))-limit)]", "int32(len(out))-limit-1)]",
	}},
	{"the status agrees with the pods", mutant{
		"terminating pods count as current", "policy/revision.go",
		"if !p.Terminating {\n\t\t\tv.revisions[i].active += sign", "if true {\n\t\t\tv.revisions[i].active += sign",
	}},
	{"DNS names no stranger", mutant{
		"a cache serves answers a minute longer than it may", "dnsmodel/cache.go",
		"return now < e.Expires()", "return now < e.Expires().Add(time.Minute)",
	}},
	{"no acknowledged data is lost", mutant{
		"a primary promises what it has not written", "workload/primary.go",
		"if err := c.WriteAt(p.path(), position, m.Record); err != nil {", "if err := error(nil); err != nil {",
	}},
	{"a world without faults reaches its spec, or says why it cannot", mutant{
		"nobody looks when a pod is gone", "sim/feed.go",
		"if known && pod.UID == uid &&", "if known && pod.UID != uid &&",
	}},
}

// inWorlds is how the check of a rule finds that the rule is broken. Without a rule it is all
// of them.
func inWorlds(rule string) check {
	return check{"drawn worlds", []string{
		"./sim/checks", "-run", "TestDrawnWorlds|TestNothingIsLost", "-only=" + rule, "-rapid.nofailfile", "-rapid.shrinktime=1ms",
	}}
}
