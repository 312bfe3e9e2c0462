// Package binding holds Ordinal against the controllers of Kubernetes that are about
// claims and volumes: it draws worlds, lets somebody work on them for a minute, plays
// that on both sides, and compares what the API shows after each step.
//
//	go test ./binding                              # 1000 worlds, and pods
//	go test ./binding -rapid.checks=5000           # as many as there is time for
//	go test -modfile=kubernetes-1.36.mod ./binding # against another release
//
// # Who is at work
//
// On the one side a [sim.Cluster] in manual mode: claims, volumes and classes that are
// created, edited and deleted as with kubectl, and pods that are moved by hand. On the
// other, in a bubble of testing/synctest, five controllers with their informers, queues
// and clocks: the volume controller with the plugins that the controller manager gives it
// (pkg/controller/volume/persistentvolume), the protection of claims and that of volumes,
// the one that says who is to grow a volume (pkg/controller/volume/expand), and the library of the external provisioners with the settings of csi-provisioner. They
// work on an API server in memory (server_test.go) that defaults and validates with
// Kubernetes' own code.
//
// # What is compared
//
// For each claim and each volume: phase, class, capacity, access modes, who is bound to
// whom (with the UID), the annotations with which the controllers tell each other what
// they have done, the conditions, the message of a failure, and whether it is going; what
// the API server refuses; and the events of each object, word for word, without those
// that repeat. Where the volume controller notices something only when it looks at
// everything, every fifteen seconds, so must Ordinal.
//
// # What is luck
//
// Kubernetes has no order where it takes things out of a map or lets two workers run.
// Here the workers take turns and lists are in the order of names (informers_test.go),
// and no two volumes of one size are drawn. What is left is two volumes that are reserved
// for one claim: then Ordinal has to be one of what Kubernetes does in a hundred runs, and the
// world is counted as a tie. Not drawn are two pods that mount one claim, for an event
// lists them in any order.
//
// # The scheduler's side
//
// Another test (scheduler_test.go) draws claims in any state whatever, volumes, classes
// and nodes, and asks the scheduler's plugin VolumeBinding and package storage whether a
// pod can be scheduled, on which nodes and for what reason not, and what it would bind or
// have made there.
//
// With ORDINAL_REPORT=folder the figures are written there, a file for each release.
package binding
