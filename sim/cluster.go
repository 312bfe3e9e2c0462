package sim

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Cluster is a world and the hands that work on it: it has a method for each of
// kubectl's verbs, lets time pass, and shows what there is.
//
// A Cluster belongs to one goroutine. Its forks ([Cluster.Clone]) may go to
// others.
type Cluster struct{ w *world }

// New makes a world with nodes and nothing else.
func New(c Config) *Cluster { return &Cluster{newWorld(c)} }

// ErrFunctionPending is why a world cannot be forked: a plain function is waiting
// for its instant, and nobody can copy what it holds.
var ErrFunctionPending = errors.New("sim: a function is pending (At, Func): functions cannot be copied; use operations, which are values")

// Clone makes a fork: a world that is equal to this one and goes its own way. What
// has happened so far they share. It fails with [ErrFunctionPending].
func (c *Cluster) Clone() (*Cluster, error) {
	dst := &Cluster{&world{}}
	return dst, c.CopyTo(dst)
}

// CopyTo makes dst a fork of this world, in dst's own memory: once dst has been as
// large, nothing is allocated. It fails with [ErrFunctionPending].
//
// The first fork after something has happened seals the history of the origin; do
// not make it while another goroutine forks the same world.
func (c *Cluster) CopyTo(dst *Cluster) error {
	for i := range c.w.operations {
		if _, plain := c.w.operations[i].do.(Func); plain {
			return ErrFunctionPending
		}
	}
	if dst.w == nil {
		dst.w = &world{}
	}
	dst.w.copyFrom(c.w)
	return nil
}

// Learn makes this world know the names and the pod templates that a fork of it has met since, so
// that its next forks need not learn them, which takes memory. Nothing else changes, and
// what a fork then lives is the same. It panics if the other world is no fork of this one, or
// of one of its forks.
func (c *Cluster) Learn(fork *Cluster) { c.w.learnFrom(fork.w) }

// Now is the present instant.
func (c *Cluster) Now() model.Instant { return c.w.now }

// EventCount is how many events there have been.
func (c *Cluster) EventCount() int64 { return c.w.events }

// Pending is how many events are to come as things stand. In a healthy world at
// rest it is 0: nothing ticks.
func (c *Cluster) Pending() int { return len(c.w.queue.heap) }

// Fingerprint is a digest of all that has happened: every event, every choice and
// everything that was done to the world, in order. Two runs with equal
// fingerprints are the same story. It is the same on every machine.
func (c *Cluster) Fingerprint() uint64 { return c.w.fingerprint }

// SetChooser makes somebody else choose from now on; nil is the seeded generator,
// which goes on where it was.
func (c *Cluster) SetChooser(chooser Chooser) { c.w.choices.custom = chooser }

// Reseed makes the seeded generator begin anew, with another seed: one world at rest forked for
// each of many seeds has a life with each. What is drawn until then is drawn.
func (c *Cluster) Reseed(seed uint64) { c.w.choices.seeded = seededChoices(seed).seeded }

// Choose makes a choice as the world makes its own, so that it is among [Cluster.Choices]: it
// makes a Cluster a [Chooser] for what is drawn outside, such as the faults of package
// faults. Out of one there is no choice. It panics if n is less than 1.
func (c *Cluster) Choose(label string, n int) int {
	if n > 1 && !c.w.untold {
		c.w.done = append(c.w.done, c.w.moment(mark(fmt.Sprintf("choose %d %s", n, label))))
	}
	return c.w.choose(label, n)
}

// Choices are the choices that were made so far, for [Replay].
func (c *Cluster) Choices() []Choice {
	var out []Choice
	for _, r := range c.w.trace.from(0) {
		if r.kind == recChoice {
			out = append(out, Choice{Picked: int(r.a), N: int(r.b)})
		}
	}
	return out
}

// ReserveTrace makes room for n more records of the trace, so that writing them
// allocates nothing.
func (c *Cluster) ReserveTrace(n int) { c.w.trace.reserve(n) }

// PodsVisited is how many pods the StatefulSet controllers' decisions have looked
// at so far: their cost, in a unit that no machine changes.
func (c *Cluster) PodsVisited() int64 {
	n := int64(0)
	for s := range c.w.sets.all {
		n += c.w.sets.at(s).view.Visited()
	}
	return n
}

// Run lets d of virtual time pass. It panics if d is negative, or if it cannot pass: where nothing
// takes time (Latencies.Controller is 0), what is done and undone for ever is so at one instant.
func (c *Cluster) Run(d time.Duration) {
	if d < 0 {
		panic("sim: Run: time does not go back")
	}
	end := c.w.later(d)
	for len(c.w.queue.heap) > 0 && c.w.queue.heap[0].at <= end {
		c.w.stepIn("Run")
	}
	c.w.expire(end)
	c.w.goTo(end)
}

// later is the instant d from now, or the last one that there is.
func (w *world) later(d time.Duration) model.Instant {
	if end := w.now.Add(d); end >= w.now {
		return end
	}
	return math.MaxInt64
}

// RunUntil lets time pass, event by event, until the condition holds; it reports
// whether it came to hold within the limit. If nothing is pending any more, time
// jumps to the limit. It panics if the limit is negative, or where time stands still, as [Cluster.Run]
// does.
func (c *Cluster) RunUntil(condition func(View) bool, limit time.Duration) bool {
	if limit < 0 {
		panic("sim: RunUntil: time does not go back")
	}
	end := c.w.later(limit)
	for !condition(View{c.w}) {
		if len(c.w.queue.heap) == 0 || c.w.queue.heap[0].at > end {
			c.w.expire(end)
			c.w.goTo(end)
			return false
		}
		c.w.stepIn("RunUntil")
	}
	return true
}

// Step lets the next event happen; it reports whether there was one. A loop of steps ends only
// where the world comes to rest: [Cluster.Settle] knows worlds that do not.
func (c *Cluster) Step() bool {
	if len(c.w.queue.heap) == 0 {
		return false
	}
	c.w.step()
	return true
}
