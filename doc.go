// Package ordinal is the root of a library that runs Kubernetes StatefulSets without
// a cluster: pods, claims, volumes, headless DNS and the controllers that move them,
// in memory, under a deterministic virtual clock.
//
// There is nothing to import here. Begin with package sim, which has the cluster and
// kubectl's verbs; with package policy, to learn what the StatefulSet controller
// decides; or with a command:
//
//	go run github.com/ordinal-sim/ordinal/examples/quickstart
package ordinal
