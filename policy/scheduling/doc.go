// Package scheduling is which node a pod gets: what rules a node out, in which words the
// scheduler says so, which of the nodes that are left is taken, and what lets a pod that
// found none try again. Like package policy it knows no clock and no queue.
//
// # One pod at a time
//
// The scheduler takes one pod after the other. For each it asks every node a list of
// questions, its filters, and the first that says no is the node's reason:
//
//  1. Is the node cordoned?
//  2. Has it a taint that the pod does not tolerate?
//  3. Has it the labels that the pod asks for?
//  4. Is there room: for one more pod, and for its CPU and memory?
//  5. (Does it reach the pod's volumes? That is package storage's to say.)
//  6. Would the pod be spread unevenly?
//  7. Are the pods there that it wants near, and none that it, or that, wants away?
//
// The first five look at the node alone ([View.Early]; without the volumes). The others
// look at where pods of a kind are everywhere, by the values of a label of their nodes: its
// topology ([View.Late]).
//
// Of the nodes that remain the best one is taken ([View.Score]). Kubernetes adds up seven
// scores with weights and breaks ties by chance. Here the more important score decides, and
// the next only between equals, which is easier to foresee and mostly comes to the same.
//
// # What it says
//
// When no node is left, the pod's condition says how many nodes were ruled out for which
// reason: "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable." The
// reasons stand in the order of the alphabet, numbers first, and a sentence follows about
// preemption: [Tally] has it word for word. All pods have one priority here, so that no
// pod ever makes room for another.
//
// # The view
//
// Whether a pod fits must not cost a look at all pods. The [View] is the scheduler's cache:
// it is fed nodes, and where pods come and go, and keeps what is used of each node and, for
// each kind of pod, how many are where. Pods of one template are of one [Kind]. So a question
// costs in proportion to nodes and kinds, however many pods there are; a property test holds
// every answer against one that looks at them all.
//
// # Trying again
//
// A pod that found no node waits for something to change that could help it: for each reason
// those are other events ([Reasons.HelpedBy]), and a change of a node helps only where the
// node itself has become possible ([View.Possible]). What a pod waits for after that is
// [RetryAt].
//
// A pod that got a node in spite of all this, because its spec names the node or because the
// node has shrunk meanwhile, meets the kubelet, which counts once more ([Admit]).
//
// # Where the rules are
//
// Each comment names the function of Kubernetes 1.37 that it mirrors, in
// pkg/scheduler/framework/plugins where nothing else is said.
package scheduling
