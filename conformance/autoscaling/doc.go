// Package autoscaling holds what Ordinal knows of the HorizontalPodAutoscaler controller
// against the controller itself, the code that runs in kube-controller-manager: how many
// replicas it writes, and what it says of itself.
//
//	a drawn story  ->  package policy/autoscaling, the looks that it asks for  ->  replicas and status, look by look  --.
//	      |                                                                                                            equal?
//	      `--------->  Kubernetes' controller, which looks every 15 seconds, in a bubble  ------------------------------>
//
// # What is drawn
//
// An autoscaler with one or two metrics (CPU and memory, percentages and amounts), bounds,
// and often a behavior: windows, policies, tolerances. A workload whose replicas somebody
// changes by hand, and pods that are Pending, start, become ready or not, lose their
// samples, fail, are deleted, and use more or less.
//
// # What is compared
//
// After each look: the replicas, and the whole status but for the times of its
// conditions: the conditions with their words, what was measured, what is desired. A
// look that Ordinal leaves out has to have changed nothing on the real side.
//
// # Instants
//
// The real side's API takes a millisecond for an answer, as it takes some time in a
// cluster: so its looks are a little more than 15 seconds apart, and a window that is
// a multiple of that is over when the look comes. Everything else happens in the
// middle between two looks.
//
// With ORDINAL_REPORT naming a directory, the test leaves autoscaling-<version>.json there.
package autoscaling
