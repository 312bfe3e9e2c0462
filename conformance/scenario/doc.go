// Package scenario is what the judge tries: a StatefulSet, a sequence of things
// that are done to it and to its pods, and what the API shows after each of them.
//
// # One story, two tellers
//
// A scenario is plain data and belongs to neither side. Package real tells it with
// the StatefulSet controller of Kubernetes, package simulated with Ordinal, and
// whoever holds both may compare the two lists of states line by line:
//
//	s := scenario.Draw{Profile: scenario.Basic, Steps: 40, Release: "1.37"}.Generator().Draw(t, "scenario")
//	want, got := real.Run(t, s.Spec, s.Steps), simulated.Run(s.Spec, s.Steps)
//
// It marshals to JSON, so that a scenario that was once interesting can be kept as
// a recording, and be played again against either side ([Read]).
//
// # The world
//
// In namespace default lives at most one set, named web, whose pods have one
// container, app, whose image is the only thing that tells revisions apart: a, b
// or c. There is no scheduler, no kubelet and no volume controller: the steps play
// them. A new pod is Pending without a node; one that is deleted goes at once if it
// has no node or has ended, and otherwise stays, as it was, until a step [Gone] or
// [Force].
//
// The set is created, and then each step takes 1.25 s of virtual time: what it says
// is done, 1150 ms pass, the state is read, 100 ms pass. So no timer of up to four
// whole seconds ends within 100 ms of a reading or of a step, and latencies of a few
// milliseconds decide nothing. While time passes, every tenth of a second, the
// garbage collector and the protection of claims act, and the controller is made to
// look at the set once more: what a state shows is where the controller settles, not
// how far its back-off has let it come. A pod that the controller goes on to delete
// and create for ever settles nowhere, and its state says so.
package scenario
