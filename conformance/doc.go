// Package conformance holds Ordinal against Kubernetes' own code. Nobody should have
// to believe that the model is faithful: this module runs both sides of everything
// that can be run, on stories that nobody chose, and says how much was compared.
//
// # What is compared
//
//   - statefulset: the StatefulSet controller (package real, under a virtual clock)
//     against a Cluster in manual mode (package simulated), on drawn scenarios
//     (package scenario), state by state;
//   - binding: the controllers of claims and volumes, the external provisioners' library
//     and the scheduler's plugin VolumeBinding against a Cluster and package storage, on
//     drawn worlds;
//   - objects: the API server's defaulting and validation, on drawn objects, word for
//     word;
//   - rollout: what kubectl says of a rollout, and what it would write, on drawn
//     histories;
//   - endpoints: what the EndpointSlice controller writes of drawn Services, pods and
//     nodes, and at which instant;
//   - autoscaling: what the HorizontalPodAutoscaler controller makes of drawn loads, and
//     what it says of itself, look by look;
//   - dns: what CoreDNS answers, and what its caches keep (a module of its own, since
//     CoreDNS brings Kubernetes' client in a version of its own);
//   - nodes: the node lifecycle controller, taint eviction and the pod garbage collector,
//     at the instants at which they act;
//   - scheduling: the scheduler's filters and its words, on drawn nodes and pods;
//   - race: how long the same lives take on both sides.
//
// Package fidelity writes what came of it into the README.
//
// # Which Kubernetes
//
// It is a module of its own so that Kubernetes stays out of the library's
// dependencies. Its go.mod is that of Kubernetes 1.37.2; with another file the same
// tests run against another release:
//
//	go test ./...
//	go test -modfile=kubernetes-1.36.mod ./...
//	go test -modfile=kubernetes-1.35.mod ./...
//
// In each the staging modules (k8s.io/api and so on), which Kubernetes itself takes
// from its own tree, are replaced by the published ones of the same release.
//
// # When a test fails
//
// rapid shrinks what it has drawn, and the failure shows the smallest story, the first
// state that differs, and both sides. The code of Kubernetes is right. A difference
// that cannot be resolved becomes a test with a name, skipped, that says why.
//
// compare.sh runs what CI runs, with the same draws each time, and writes the README's
// table.
package conformance
