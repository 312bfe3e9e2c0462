// Package nodes holds Ordinal's package nodelifecycle against the code of Kubernetes that
// it mirrors: the node lifecycle controller, the taint eviction controller and the pod
// garbage collector, all three at work in a bubble of testing/synctest.
//
// # A story
//
// rapid draws nodes in zones, when their kubelets fall silent and speak again, when Node
// objects come and go, which pods are bound to them and what those tolerate. Both sides are
// told the same facts at the same instants: this lease is renewed, that status is posted. What
// the controllers then write is noted with the instant at which they do: a node becomes
// Unknown, a pod is not ready any more, a taint is added or taken away, a pod is deleted with
// or without grace. The notes have to be the same.
//
// Kubelets tick on the side of Kubernetes, as its controllers do; on Ordinal's nothing does.
//
// # Instants
//
// In a bubble no time passes while code runs, and then two loops of 5 and of 10 seconds that
// have begun together meet for ever, in an order that nobody can predict. In reality
// every pass of a loop takes a moment. So it does here: each look at the nodes, and each of the
// collector's, takes a nanosecond, and the looks begin a while after the passes over the
// taints. Watch events of nodes come a microsecond late, and one after the other, so that what
// one goroutine begins to write no other has heard of before it has finished, and each write is
// heard of by itself. Notes are compared to ten microseconds.
//
// # Which node
//
// When several nodes of a zone wait for one token, Kubernetes leaves it to its goroutines
// which of them is tainted. Ordinal is told which one it was, and has to have it among its
// candidates.
package nodes
