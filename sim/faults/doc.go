// Package faults draws what goes wrong in a world, and when, and for how long.
//
// Package sim has an operation for everything that can go wrong: a node crashes, an image
// cannot be pulled, the controller's watch lies behind. A test of a rollout wants any three of
// them, at any instant, and wants to know when they are over, so that it may ask for progress:
//
//	source, err := faults.Plan{Set: "web", Most: 3, Within: time.Minute}.For(c)
//	...
//	drawn := source.Draw(c) // with the world's own choices
//	err = drawn.Put(c)      // each at its instant
//	c.SetImage("web", "nginx", "nginx:1.27")
//	c.Run(...)              // the safety phase: what must hold, holds all the time
//	c.Settle()              // the progress phase: all faults have stopped, the rollout must finish
//
// # What is drawn
//
// A [Kind] is a way of going wrong, with one name. A [Plan] says which kinds, how many faults
// at most, within which time, and how long until each is undone. In a world it has victims:
// each pod of the set, each node, each image that the set pulls. [Plan.For] lists them once;
// a [Source] draws from the list as often as one likes, in a microsecond.
//
// A [Fault] is what is done and what ends it: a node that crashes is restarted, a controller
// that stands still goes on. Some are over as soon as they have happened: a crash of a
// program, an event that the controller never hears of is made up for when it starts anew. So
// there is an instant at which all faults have stopped, [Drawn].Quiet, and what the world does
// not reach after that it does not reach because of a fault that goes on, but because it is
// stuck; then it says why ([sim.Outcome]).
//
// What cannot be done at its instant is refused in words, which the trace repeats, and the world
// is as it was: a program does not crash that does not run. What ends it then is mostly refused, too.
//
// # Who draws
//
// Drawing asks a [sim.Chooser] and nothing else. A world is one ([sim.Cluster.Choose]): its seed
// or its replayed list then decides on the faults, too. So the same package serves sweeps over
// seeds, rapid and a recorded list. A smaller choice is always the milder one: fewer faults,
// of a milder kind, earlier, sooner undone. So rapid, which looks for small choices, ends with
// the one fault that matters.
//
// An exhaustive search chooses the instants itself: [Source.Candidates] is the list of all
// faults of a plan, without times.
//
// # What breaks what
//
// Kubernetes promises that a set's identity runs at most once, unless somebody deletes a pod
// by force; that data stays, unless somebody deletes the claim. [Accidents] are the kinds
// that break no promise: what happens by itself. [Hands] are what users do, [ForceDelete] and
// [DeleteClaim] among them.
package faults
