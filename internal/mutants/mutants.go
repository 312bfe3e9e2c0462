package main

// mutant is a line of policy and what stands in its place.
type mutant struct {
	name string // the rule that is broken
	file string
	from string // part of one line, which it tells from all others of the file
	to   string
}

var mutants = []mutant{
	// Replicas.
	{"a finished pod that is on its way out is deleted again", "plan.go", "if !pod.Terminating || atOnce {", "if true {"},
	{"a Succeeded pod is not replaced", "view.go", "return p.Phase == Failed || p.Phase == Succeeded &&", "return p.Phase == Failed || false &&"},
	{"OrderedReady does not wait for a terminating pod", "plan.go", "case pod.Terminating:\n\t\t\treturn p.wait(Terminating, ordinal)", "case false:\n\t\t\treturn p.wait(Terminating, ordinal)"},
	{"OrderedReady does not wait for readiness", "plan.go", "case !pod.running():\n\t\t\treturn p.wait(NotReady, ordinal)", "case false:\n\t\t\treturn p.wait(NotReady, ordinal)"},
	{"OrderedReady does not wait for minReadySeconds", "plan.go", "case !s.available:\n\t\t\treturn p.wait(NotAvailable, ordinal)", "case false:\n\t\t\treturn p.wait(NotAvailable, ordinal)"},
	{"a pod is created while its claim is stale", "plan.go", "if seated && p.claimsStale(place) {", "if false {"},
	{"a pending pod's claims are not created again", "plan.go", "if pod.Phase == Pending && (", "if false && ("},
	{"a pod that has lost its name's label is left so", "plan.go", "if !pod.Named || !p.claimsFit(place, false) {", "if !p.claimsFit(place, false) {"},
	{"the partition counts from ordinal 0", "plan.go", "int64(ordinal) < int64(p.start)+int64(old)", "int64(ordinal) < int64(old)"},
	{"without a block the partition is 0 for new pods", "plan.go", "old = p.set.Status.CurrentReplicas", "old = 0"},
	{"OnDelete creates old pods", "plan.go", "if strategy.Type != model.RollingUpdate {\n\t\treturn p.update", "if strategy.Type != model.RollingUpdate {\n\t\treturn p.current"},
	{"batches double from 2", "plan.go", "return int32(bits.Len32(uint32(i+1))) - 1", "return int32(bits.Len32(uint32(i+2))) - 1"},

	// Condemned pods.
	{"condemned claims are not seen to", "plan.go", "if p.count.condemnedClaims == 0 {", "if true {"},
	{"condemned pods go from the lowest", "plan.go", "s := &p.seats[p.condemned[len(p.condemned)-1]]", "s := &p.seats[p.condemned[0]]"},
	{"a condemned pod goes whatever its health", "plan.go", "case !onlyUnhealthy && (!pod.running() || !s.available):", "case !onlyUnhealthy && false:"},
	{"an unhealthy condemned pod waits for itself", "plan.go", "&& p.count.condemnedUnhealthy == 1", "&& p.count.condemnedUnhealthy == 0"},

	// Updates.
	{"the update goes below the partition", "update.go", "partition := p.set.Spec.Partition()", "partition := int32(0)"},
	{"OnDelete updates", "update.go", "case strategy == model.OnDelete:", "case false:"},
	{"broken pods need budget", "update.go", "p.replace(i, OutdatedDown)", "if budget > 0 { p.replace(i, OutdatedDown); budget-- }"},
	{"one more than maxUnavailable goes", "update.go", "i >= partition && budget > 0; i = p.marks.prev(outdated, i-1)", "i >= partition && budget >= 0; i = p.marks.prev(outdated, i-1)"},
	{"unavailable replicas do not count", "update.go", "- int64(p.replicas-p.count.healthyReplicas)", ""},
	{"without the gate an unhealthy pod does not stop the update", "update.go", "if p.prevUnhealthy(p.replicas-1) <= highest {", "if true {"},
	{"a replica that comes back old is not replaced", "update.go", "return p.prevMissing(min(i, p.set.Status.CurrentReplicas-1))", "return -1"},
	{"terminating pods are outdated", "view.go", "return p.Revision != v.update && !p.Terminating", "return p.Revision != v.update"},

	// Recreate.
	{"Recreate does not wait for terminating pods", "recreate.go", "if p.count.pods == p.at(p.update) {", "if p.marks.next(outdated, 0) < 0 {"},
	{"Recreate leaves condemned pods", "recreate.go", "if p.isOutdated(&p.seats[place].pod) {", "if false {"},

	// Revisions.
	{"an old template makes a new revision", "revision.go", "return RevisionDecision{Action: BumpRevision, Name: r.Name, Number: next}", "return RevisionDecision{Action: CreateRevision, Number: next}"},
	{"a lost current revision stays lost", "revision.go", "v.current = update\n", "v.current = 0\n"},
	{"the history is cut one too short", "revision.go", "return out[:max(0, int32(len(out))-limit)]", "return out[:max(0, min(int32(len(out)), int32(len(out))-limit+1))]"},
	{"a revision that a pod carries is forgotten", "revision.go", "|| r.pods > 0 {", "{"},

	// Status.
	{"terminating pods count as current", "revision.go", "if !p.Terminating {\n\t\t\tv.revisions[i].active += sign", "if true {\n\t\t\tv.revisions[i].active += sign"},
	{"an update is complete with pods left over", "status.go", "all := s.Replicas == v.replicas ||", "all := true ||"},
	{"an update is complete before its pods are ready", "status.go", "|| s.ReadyReplicas != s.Replicas {", "{"},
	{"a deletion by the update leaves currentReplicas", "decision.go", "d.Status.CurrentReplicas--", "d.Status.CurrentReplicas -= 0"},
	{"a new generation alone is not written", "status.go", "if s.ObservedGeneration > stored.ObservedGeneration {", "if false {"},

	// Claims, adoption, availability.
	{"whenScaled does not own the claims of condemned pods", "claims.go", "case condemned && v.retention.WhenScaled == model.DeleteClaim:", "case false:"},
	{"another controller's claim is taken", "claims.go", "conflicting := foreign && !keepsAll", "conflicting := foreign && keepsAll && false"},
	{"orphans are not adopted", "adopt.go", "p.Ownership == Orphan && p.Matches && !p.Terminating", "false"},
	{"a pod is available a second late", "pod.go", "return p.ReadySince.Add(time.Duration(minReadySeconds) * time.Second)", "return p.ReadySince.Add(time.Duration(minReadySeconds+1) * time.Second)"},
}
