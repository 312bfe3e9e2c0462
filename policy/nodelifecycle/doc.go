// Package nodelifecycle is what becomes of a node that falls silent, and of the pods
// on it: when it counts as lost, when it is tainted, when its pods are evicted, and when
// they are thrown away. Like package policy it knows no clock and no queue: it is told
// what kubelets do, says at which instant somebody acts next, and decides what is done
// then.
//
// # Who notices
//
// A kubelet says that it lives by renewing a lease every 10 seconds, and now and then by
// posting its node's status. Nobody waits for the next renewal. Instead the node
// lifecycle controller looks at all nodes every 5 seconds, notes the time at which it
// has noticed something new about a node, and at the first look at which that is longer
// ago than the grace period (50 seconds) it declares the node Unknown:
//
//	kubelet     |---------|---------|--x                        renewals, the crash
//	controller    |    |    |    |    |    |    | ... |    |    looks
//	                              noticed + 50s ------^
//	                                                  Unknown; its pods are not ready
//
// So a crash is noticed 40 to 55 seconds after it has happened (up to 1.31 ten seconds
// sooner), depending on how the two loops lie to each other and the crash to them.
//
// # What follows
//
//   - At once: the taint unreachable:NoSchedule ([ConditionTaints]), so that nothing new
//     comes to the node.
//   - When the limiter of the node's zone lets it: the taint unreachable:NoExecute. One
//     node of a zone at once, then one each 10 seconds; see [ZoneState] for zones in
//     which so much is broken that it may be the control plane's own fault.
//   - 300 seconds after that, unless a pod tolerates the taint for shorter or longer: the
//     pod is deleted ([Eviction]). Its kubelet is silent, so it stays Terminating.
//   - When somebody deletes the Node object or declares it out of service: the pods are
//     deleted by force ([Quarantine], [OutOfService]).
//
// A node that is back loses the taints, and pods that are not yet deleted stay.
//
// # Nothing ticks
//
// Three loops in this have periods of 100 milliseconds to 20 seconds, and kubelets have
// more. None of them is run here. A loop is a [Beat]: an instant and a period, and what it
// would see is worked out: when a kubelet falls silent, the last renewal, the look that
// noticed it, and the look that will find it too old are three roundings. The
// [Controller] is asked for its next turn ([Controller.Next]), which is one that changes
// something; where all nodes are well there is none. A property test holds it against a
// loop that really ticks.
//
// A look takes a moment, so that each look is a little later than the period says. So
// the look that comes exactly a grace period after another finds that the grace period is
// over: "longer ago than 50 seconds" is 10 periods of 5 seconds, not 11.
//
// # The tie
//
// Which of the nodes that wait for the limiter gets the next taint depends, in Kubernetes,
// on the order in which goroutines have come to them in the last look. Here it is asked
// for: a [Turn] says among how many.
//
// # Where the rules are
//
// Each comment names the function of Kubernetes 1.37 that it mirrors, in
// pkg/controller/nodelifecycle, pkg/controller/tainteviction and pkg/controller/podgc.
// What an older release does differently is in [Times].
package nodelifecycle
