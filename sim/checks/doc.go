// Package checks has the rules of a StatefulSet as checks: what must hold of any set, in
// any world, whatever is done to it.
//
//	c := sim.New(sim.Config{Nodes: 3})
//	c.Check(checks.All()...)
//	...
//	for _, v := range c.Violations() {
//		fmt.Println(v) // +12.3s: at most one pod runs for an identity, and web-0 runs on node-0 and on node-1
//	}
//
// Each has a file, which says where the rule comes from, when it does not hold, and what
// has to happen for it to break. Some of them break in worlds in which Kubernetes is at
// work as it should be: two pods of one identity run when somebody deletes one by force
// from a node that is only cut off. A check that fails is a finding, and not always a bug.
//
// They are evaluated after every event and every operation ([sim.Cluster.Check]), look at
// nothing but a [sim.View], and remember nothing. A check of one's own is written in the
// same way.
//
// What a rule says of the controller ([CreatesInOrder], [TerminatesInOrder], [UpdatesInOrder],
// [RespectsPartition], [MaxUnavailable], [DeletesForReason]) is judged when it creates or deletes a pod, by the world as it is then. A
// controller whose cache lags behind (Latencies.Watch) may act on what is no longer so; that
// it is found here is the point.
package checks

import "github.com/ordinal-sim/ordinal/sim"

// All are all checks of this package, in the order in which they are documented.
func All() []sim.Check {
	return []sim.Check{
		AtMostOne(), CreatesInOrder(), TerminatesInOrder(), UpdatesInOrder(), RespectsPartition(), MaxUnavailable(), DeletesForReason(),
		KeepsClaims(), LimitsHistory(), StatusAgrees(), NamesNoStranger(),
	}
}
