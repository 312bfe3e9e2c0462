// Package endpoints holds what Ordinal knows of the EndpointSlice controller against
// the controller itself, the code that runs in kube-controller-manager: which
// endpoints it writes, and when.
//
//	a drawn story  ->  package dnsmodel, turn by turn  ->  every list of endpoints, and its instant  --.
//	      |                                                                                            equal?
//	      `--------->  Kubernetes' controller, its informers and its work queue, in a bubble  -------->
//
// # What is drawn
//
// A story is told to an API server in which there is nothing yet: Services of all kinds
// (headless or not, of either family or both, with numbers or names for ports, with a
// selector, an empty one or none, publishing what is not ready, turning into an
// ExternalName), pods that get addresses, become ready or not or do not say, end, are
// deleted, are relabelled and go, nodes that are missing, and somebody who deletes
// slices by hand. Steps come as close together as a millisecond and as far apart as
// hours, so that they fall into the lag of an informer, into a back-off, or behind it.
//
// # What is compared
//
// Whenever the controller writes, all endpoints of the Service: their families,
// addresses, hostnames, conditions, ports, pods, nodes and zones, and the instant to the
// nanosecond. So a turn that comes too early, too late, or not at all is a difference
// as much as a wrong endpoint.
//
// # Instants
//
// Two things that happen at once may come in either order, on the real side as in a
// cluster. So no two do: objects reach the controller 2 ms after they are written, its
// own slices 5 ms, all else takes no time, and each step comes at a microsecond of its
// own, which everything that follows from it keeps.
//
// # And the cluster
//
// TestCluster tells what happens in a simulated world, event by event, to the same
// controller. Whenever nothing is on its way, what [sim.Cluster.Endpoints] shows must be
// what the controller has written, and what a pod is told of a name must be what follows
// from that.
//
// With ORDINAL_REPORT naming a directory, the test leaves endpoints-<version>.json there.
package endpoints
