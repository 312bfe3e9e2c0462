// Package autoscaling is what the HorizontalPodAutoscaler controller decides: how many
// pods something should have, after what its pods use. Like package policy it knows no
// clock and no queue: it is given what the controller sees and the time, and returns
// what to do next, and when it has to look again.
//
// # One rule of three
//
// Pods that use twice of what they should are half as many as there should be. So the
// controller divides usage by target, multiplies by the pods, and rounds up:
//
//	3 pods, each at 100% of its requests; the target is 50%
//	ratio 100/50 = 2;  2 * 3 pods = 6 pods
//
// All else keeps this rule from doing harm.
//
//   - [Look] does nothing while the ratio is near 1, by 10% if nothing else is said.
//   - A pod that starts burns CPU and serves nobody, and one without a sample tells
//     nothing. Such pods are put in afterwards, as what argues against scaling: as idle
//     when the others ask for more, as busy when the others ask for fewer. If that turns
//     the direction, nothing is done.
//   - What metrics ask for is remembered. Fewer pods are wanted only when nothing else was
//     asked for in five minutes (a window; the present recommendation and the highest of
//     it, never an average).
//   - Up, the pods at most double in one look, or become four. With a behavior, policies
//     say how many pods may come or go in how many seconds.
//
// # What surprises
//
// The controller sees spec.replicas, never how many pods there really are. A StatefulSet
// under OrderedReady that waits for its third pod counts as scaled already: the metrics of
// the two that run ask for more, and more is written. And a scale-down of a StatefulSet
// takes the highest ordinals, whichever pods are idle.
//
// An autoscaler that is new remembers the replicas that it finds, so that it scales
// nothing down in its first five minutes.
//
// What is remembered is what the metrics asked for, before the limits. So two pods that
// should be five become four, and at the next look five, though the pods that have just
// started keep the metrics from asking for it; the event of that has no reason.
//
// A metric that cannot be read forbids to scale down, not to scale up. With all metrics
// unreadable nothing happens at all, and the condition ScalingActive says so.
//
// # Nothing ticks
//
// Kubernetes looks at each autoscaler every 15 seconds. Nearly all of these looks find
// what the one before found, and so they need not happen: the [Memory] of a look says
// that it repeats itself, and the next one that is taken remembers for those between.
// [Decision.Next] is the next look that may find something else: a window that moves past
// a recommendation, a policy that forgets a change, a pod that has been there for long
// enough. A property test holds the looks that are taken against a controller that really
// ticks.
//
// # Rounding
//
// Kubernetes computes with floating-point numbers, and rounds up at the end: 25 pods and
// 12% more are 29 pods, not 28, because 1 + 0.12 is a little more than 1.12. Who wants to
// decide as it does has to make the same errors. They are made here in integers, which
// are the same on every machine.
//
// # Where the rules are
//
// Each comment names the function of Kubernetes 1.37 that it mirrors, in
// pkg/controller/podautoscaler. What an older release does differently is in [Times].
// Metrics are those of the resources cpu and memory; one of another type counts as one
// that cannot be read.
package autoscaling
