// Package stateless is what the ReplicaSet and the Deployment controllers decide: how
// pods are kept that have no identity. It is the counterpart of package policy, which
// it is best read after: the same kind of pure functions, with hardly a rule in common.
//
// # Pods are a number
//
// A [ReplicaSet] is a number and a template. Its controller counts the pods that are
// active, neither ended nor on their way out, and makes good the difference: it creates
// all that are missing at once, or deletes those that are too many at once. Nobody waits
// for anybody. In particular a replacement does not wait for the pod that it replaces:
// it is created when the deletion of the old one is asked for, under another name, with
// another address, on whichever node. A StatefulSet would wait until the old one is
// gone, which on a dead node is never; that is the price of a name, and the reason why
// both kinds exist.
//
// Since pods are all alike, which of them go when there are too many is a matter of
// taste, and Kubernetes has a long list of tastes (ranking.go): those that have got
// least far go first.
//
// # A rollout is two numbers
//
// A [Deployment] keeps a ReplicaSet for each template that it has had, and a rollout is
// the one's number going up while the others' go down (rollout.go). Two bounds pace it:
// not more than replicas + maxSurge pods altogether, and not less than replicas -
// maxUnavailable available ones. Only the numbers in the specs of the ReplicaSets and the
// counts in their statuses are looked at, never a pod. So a broken version gets as many
// pods as the surge allows and stops there, while the old pods serve on; and the way back is
// always open, since going back is only a rollout with the ReplicaSets' roles exchanged.
// A StatefulSet, which replaces a pod in its place, can be stuck both ways.
//
// Each rollout has a deadline (progress.go). When it has passed, a condition says so, and
// nothing else happens.
//
// # A sync writes an object once
//
// One rule is nowhere in Kubernetes' code and follows from it. A sync works on a copy of
// the Deployment as it was when the sync began. If it has written the Deployment once,
// say with the number of a new revision, it still has the old version in hand, and what
// it writes at its end is refused as a conflict. The sync fails, and the next one, some
// milliseconds later, writes the rest. [Rollout.Conflict] says where that happens.
//
// # Views and costs
//
// The cache of a ReplicaSet's controller is a [View], fed with changes. It keeps counts, and
// the pods sorted into classes by how far they have got, so that a decision looks only at
// the pods that it deletes, with one exception: to choose some among many equally
// good pods it has to compare them all, as Kubernetes does. A Deployment has few
// ReplicaSets, and a decision about it ([Plan]) looks at each of them.
//
// Each comment names the function in pkg/controller/replicaset or pkg/controller/deployment
// that it mirrors. The rules are those of Kubernetes 1.37; 1.35 and 1.36 have the same.
package stateless
