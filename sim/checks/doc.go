// Package checks has the rules of a StatefulSet as checks: what must hold of any set, in
// any world, whatever is done to it.
//
//	c := sim.New(sim.Config{Nodes: 3})
//	c.Check(checks.All()...)
//	...
//	for _, v := range c.Violations() {
//		fmt.Println(v) // +12.3s: at most one pod runs for an identity, and web-0 runs on node-0 and on node-1
//	}
//	out, err := checks.Progress(c)
//
// # Safety and progress
//
// Safety is that nothing bad happens: there are never two pods of one identity, the order is
// kept, no claim goes astray. A rule of safety has to hold at every instant, under faults
// above all, and one look at the world tells whether it does. All checks of [All] are of this
// kind. They are evaluated after every event and every operation ([sim.Cluster.Check]), look
// at nothing but a [sim.View], and remember nothing. One's own are written in the same way.
//
// Progress is that something good happens: the world reaches its spec. No instant can show
// that it never will, and while nodes are down it need not. So one lets the faults stop, lets
// the world settle, and asks then: [Progress]. It is content, too, with a world that waits and
// says what for. Whether what it says is a bug of Kubernetes' own, as with a rollout that stays
// stuck after its template was reverted (kubernetes #67250), is for the reader to judge; what
// would be a bug here is a world that neither arrives nor knows why.
//
// # A check that fails is a finding, and not always a bug
//
// Some of the rules break in worlds in which Kubernetes is at work as it should be. What a
// StatefulSet promises, it promises as long as nobody uses force, and its controller decides by
// a cache, which may lie behind.
//
//	check              Kubernetes' own code                   what breaks it, by design
//	-----              --------------------                   -------------------------
//	AtMostOne          the API server keeps a pod until its   delete --force, or a grace period of 0; an
//	                   kubelet has confirmed its end          out-of-service taint on a node that runs
//	CreatesInOrder     updateStatefulSet, processReplica      a stale cache; releases before 1.34 with
//	                                                          minReadySeconds (#112307)
//	TerminatesInOrder  processCondemned                       a stale cache
//	UpdatesInOrder     updateStatefulSetAfterInvariant-       a stale cache
//	                   Established
//	RespectsPartition  newVersionedStatefulSetPod             a stale cache
//	MaxUnavailable     updateStatefulSetAfterInvariant-       a stale cache
//	                   Established
//	DeletesForReason   processReplica, and the update         a stale cache
//	KeepsClaims        pvc_protection_controller,             finalizers taken away by hand, and owners
//	                   updateClaimOwnerRefForSetAndPod        given by hand
//	LimitsHistory      truncateHistory                        a stale cache; a controller that is paused
//	StatusAgrees       updateStatus                           a stale cache; a controller that is paused
//	NamesNoStranger    CoreDNS's kubernetes and cache         EndpointSlices that are seen later than the
//	                   plugins                                TTL, and a cache on a cache
//	LosesNothing       (what runs in the pods)                force, on storage that two nodes may use at
//	                                                          once; a claim that is deleted
//	Progress           kubectl rollout status                 nothing: what never arrives says why
//
// A cache is stale that lags behind (Latencies.Watch, [sim.DelayWatch]) or has missed something
// ([sim.LoseEvents]). What a rule says of the controller is judged when it creates or deletes a
// pod, by the world as it is then; that a controller is found which acts on what is no longer so
// is the point. All else that package sim/faults has, from crashes and partitions to disks that
// do not come off and writes that fail, breaks none of the rules of [All].
//
// # Each can fail
//
// A check that never fails holds nothing. For each there is a story in this package's tests in
// which it does, and a bug that is planted in the code and that it finds in drawn worlds
// (go run ./internal/mutants); and what the drawn worlds have gone through is counted there,
// so that each rule has had something to say.
package checks

import "github.com/ordinal-sim/ordinal/sim"

// All are all checks of safety that need not be told anything, in the order in which they are
// documented.
func All() []sim.Check {
	return []sim.Check{
		AtMostOne(), CreatesInOrder(), TerminatesInOrder(), UpdatesInOrder(), RespectsPartition(), MaxUnavailable(), DeletesForReason(),
		KeepsClaims(), LimitsHistory(), StatusAgrees(), NamesNoStranger(),
	}
}
