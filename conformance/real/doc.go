// Package real plays a scenario on the StatefulSet controller of Kubernetes: the
// code that runs in kube-controller-manager, with its informers, its work queue and
// its clock, against an API server in memory.
//
// # Time
//
// [Run] plays in a bubble of testing/synctest. There the clock stands still while any
// goroutine can go on and then jumps to the next timer, so that a minute of back-off
// costs nothing and a timer ends exactly when it says. All goroutines of the
// controller end with the bubble.
//
// # Manners
//
// The fake of client-go stores what it is given. A controller relies on more, and
// package real adds just that (server.go, manners.go): UIDs, resource versions and
// conflicts, generations, defaults, what an update of the spec or of the status
// leaves alone, what validation refuses, graceful deletion and finalizers. Around it
// (collector.go) the garbage collector and the protection of claims look every tenth
// of a second, as package scenario says.
//
// # What a sync sees
//
// With real latencies, whether a sync sees what was written a moment ago is a matter
// of luck. Here it never is: watch events arrive some milliseconds late, always
// equally, and a sync begins by waiting a little longer than that (informers.go). So
// it sees all that the one before it wrote and nothing of what it writes itself, and
// two runs of a scenario are the same story.
//
// # Three releases
//
// The package compiles against Kubernetes 1.35, 1.36 and 1.37, whose controllers have
// the same face; [Release] says which one it is. The module's go.mod is that of 1.37:
//
//	go test ./...                                 # against 1.37
//	go test -modfile=kubernetes-1.36.mod ./...    # against 1.36
//	go test -modfile=kubernetes-1.35.mod ./...    # against 1.35
package real
