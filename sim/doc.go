// Package sim is time and the world: a cluster that runs StatefulSets in memory,
// under a virtual clock, without a cluster.
//
// # A world
//
//	c := sim.New(sim.Config{Nodes: 3})
//	err := c.Apply(objects...)    // as kubectl does
//	c.Settle()                    // until nothing is pending any more
//	fmt.Print(c.Pods("web"))      // as kubectl prints them
//	fmt.Print(c.Trace())          // what happened, and when
//
// A [Cluster] has a method for each of kubectl's verbs. Between them nothing
// happens: time passes in [Cluster.Settle], [Cluster.Run] and [Cluster.RunUntil],
// as fast as the machine can think. Ten minutes of back-off take no longer than
// the two events that they are.
//
// # Who acts
//
// Each thing that acts in a cluster has a file, and all of them one shape: what it
// notices, when it acts, what it writes.
//
//	statefulset.go  the StatefulSet controller: looks, decides (package policy), writes
//	revisions.go    its history
//	claims.go       the claims it makes, and what protects them
//	scheduler.go    finds nodes for pods
//	kubelet.go      accepts pods and waits for their volumes; sandbox.go, what it runs of one
//	worker.go       keeps a pod's containers running; containers.go, one container; pulls.go, its image; stopping.go, its end
//	probes.go       what a kubelet asks programs; health.go, what they say; status.go, what it tells the API server
//	pressure.go     evicts pods from a node that runs short; shutdown.go, stops those of a node that is shut down
//	machine.go      the machines: what can happen to one, whoever knows of it
//	nodelifecycle.go  gives up on nodes that are silent (package policy/nodelifecycle)
//	taints.go       evicts pods from nodes that they do not tolerate
//	autoscaler.go   scales sets after what their pods use (package policy/autoscaling); load.go, what they use
//	podgc.go        takes away the pods of nodes that are gone
//	attacher.go     attaches volumes to nodes; mounts.go, what a node has mounted
//	binder.go       binds claims to volumes (package storage); provisioner.go, makes volumes; resizer.go, makes them larger
//	endpoints.go    tells Services about pods (dnsmodel says when)
//	dnsservers.go   answers with what they know (package dnsmodel; dns.go, what it sees); dnsclient.go, who asks
//	process.go      runs the programs of images; syscalls.go, what they can do; messages.go, what they send
//	gc.go           deletes what has lost its owners
//	faults.go       lets the API server refuse what they write; conflict.go, answer that it has been modified
//
// One writes (pods.go, sets.go, volumes.go: the API server), the others notice, and
// act a moment later, as an event. Only the kubelet notices at once: between a pod's
// assignment or deletion and what its node does about it there is no latency.
//
// # Nodes that fail
//
// A pod is two things: its object, which is the API server's, and its sandbox, which is
// what a kubelet runs. Mostly they agree. A machine that goes down, a network that is
// cut and a kubelet that stops ([CrashNode], [PartitionNode], [StopKubelet]) part them:
// from outside they look the same, and what runs meanwhile is different. So a pod that
// is taken away by force from a node that is only cut off runs on there, beside its
// successor, until the network heals ([Cluster.RunningAt]). And a kubelet that is restarted may
// be told of a pod that is gone, and start it again ([HoldReads]).
//
// # Storage that fails
//
// A volume is made, attached, mounted, grown and destroyed by others than those who ask
// for it, and each of them may fail. Claims of a class whose provisioner nobody runs wait
// ([Config].AbsentProvisioners); a driver that has run into a quota, or has no room on a
// node, answers with errors ([FailProvisioning], [FailExpansion]); a node may be unable to
// let go of what it has mounted ([HoldVolumes]), or a driver to detach it from there
// ([HoldDetach]). What waits for what say [Outcome].Reasons
// and the events of the claim ([Cluster.Describe]).
//
// # Why
//
// A set that does not become what its spec asks for waits for something, which waits for
// something else. [Cluster.Why] walks from the object to the root, says whether time alone
// helps, and names what would free it: each remedy has been tried in a fork, so that what it
// leads to is known, when, and at what price.
//
// # Programs
//
// An image may have a program ([Image].Program, package workload), which runs in its
// containers: it becomes ready, talks to others, keeps something on its volume.
// [Cluster.Processes] lists what runs on all nodes, [Cluster.Logs] what it has said, and
// [Cluster.Stored] what is on a volume. Messages take their time, and get lost when a
// node is cut off ([PartitionNode], [PartitionNodes]) or at random ([LoseMessages]).
//
// # Events
//
// An event is an instant, a purpose and an entity: this pod's volumes may be
// ready, at +2.010s. It is a value of 24 bytes, and there is at most one of a
// purpose for an entity, so that setting it again moves it. Events of one instant
// happen in the order in which they were set. Nothing ticks: what Kubernetes does
// every ten seconds happens here at the one instant at which its outcome would be
// seen, and a retry that would fail again waits until what it fails at has changed.
// So a world at rest has an empty queue, and Settle can say exactly how it came to
// rest ([Settled], [Waiting], [Limit]) and why.
//
// # Forks
//
// The world is tables of flat values, so a fork ([Cluster.CopyTo]) is a handful of
// copies, well under a microsecond for a small world. Forks share their past and
// nothing else.
//
// # Checks
//
// What must hold at all times, what must come to hold within a time, and what a test should
// see at least once are conditions that a world is held against after every event:
// [Cluster.Always], [Cluster.Eventually], [Cluster.Sometimes], and [Cluster.Check] with the
// rules of package checks. They look at a [View], and are asked only when something has
// changed that they can see.
//
// # Choice
//
// Whatever may vary asks one [Chooser]: a generator with a seed, a recorded list, or
// yours. The same configuration and the same choices tell the same story on every
// machine; [Cluster.Fingerprint] is how to check it.
//
// # Releases
//
// A world is one of a release of Kubernetes (Config.Release, package release), and
// [Cluster.UpgradeTo] makes it one of another at an instant: what an upgrade does to a
// set that nobody touches is a story like any other.
//
// # By hand
//
// With Config.Manual there is no scheduler and no kubelet: [Cluster.Schedule],
// [Cluster.SetPhase], [Cluster.SetReady] and [Cluster.Finish] play them. So one can
// hold the StatefulSet controller alone against what the real one did.
package sim
