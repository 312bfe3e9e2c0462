package sim

import (
	"fmt"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Checks: what a world is held against, after every event and every operation.
//
// A check looks at a [View] and has no memory of its own, so that a fork takes its checks
// with it: what has to be remembered (since when something has not held, whether it was ever
// reached) is a few numbers in the world. A check is evaluated only when something has changed
// that it can see: a view notes what it is asked, and a world counts what it changes. So what
// programs say to each other and write costs a check nothing that does not ask for it, nor
// does a controller that looks and finds nothing to do.
//
// A check changes nothing either: with and without it the story is the same.

// Check is a rule that must hold at all times. Package checks has many.
type Check struct {
	// Name is the rule in words: "at most one pod runs for an identity".
	Name string
	// Broken says what breaks the rule at the moment; "" if it holds. It depends on the
	// view alone.
	Broken func(View) string
}

// Violation is a check that has failed.
type Violation struct {
	Check string        // its name
	At    model.Instant // when
	Why   string        // what has broken it
}

// String says it in one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s: %s, and %s", clock(v.At), v.Check, v.Why)
}

// checkKind is when a check is content.
type checkKind uint8

const (
	checkAlways checkKind = iota
	checkEventually
	checkSometimes
)

// checkRow is a check at work. What it points to never changes; the rest is the world's.
type checkRow struct {
	kind   checkKind
	asks   uint8 // what it has ever asked about
	done   bool  // it has failed, or was reached: nobody has to look any more
	broken bool  // Eventually: it does not hold at the moment,
	since  model.Instant
	name   string
	within time.Duration
	check  func(View) string
}

// holding makes a check of a condition.
func holding(holds func(View) bool) func(View) string {
	return func(v View) string {
		if holds(v) {
			return ""
		}
		return "that is not so"
	}
}

// Check holds the world against rules from now on. Of each the first violation counts.
func (c *Cluster) Check(checks ...Check) {
	for _, check := range checks {
		c.w.addCheck(checkRow{kind: checkAlways, name: check.Name, check: check.Broken})
	}
}

// Always holds the world against a condition: it has to hold now, and after every event and
// every operation. It must depend on the view alone, and be quick.
func (c *Cluster) Always(name string, holds func(View) bool) {
	c.w.addCheck(checkRow{kind: checkAlways, name: name, check: holding(holds)})
}

// Eventually holds the world against a condition that may fail for a while: it must never
// fail for longer than the time within which it has to hold again, nor when the world has come to rest
// ([Cluster.Settle]). It panics if that time is negative.
func (c *Cluster) Eventually(name string, within time.Duration, holds func(View) bool) {
	if within < 0 {
		panic("sim: Eventually: within must not be negative")
	}
	c.w.addCheck(checkRow{kind: checkEventually, name: name, within: within, check: holding(holds)})
}

// Sometimes notes whether a condition ever holds: a test that should see something
// interesting asks [Cluster.Unreached] whether it has.
func (c *Cluster) Sometimes(name string, holds func(View) bool) {
	c.w.addCheck(checkRow{kind: checkSometimes, name: name, check: holding(holds)})
}

// Violations are the checks that have failed so far, in the order in which they have. A
// check fails once.
func (c *Cluster) Violations() []Violation {
	c.w.expire(c.w.now)
	return append([]Violation(nil), c.w.violations...)
}

// Unreached are the names of the conditions of [Cluster.Sometimes] that have never held.
func (c *Cluster) Unreached() []string {
	var out []string
	for i := range c.w.checks {
		if row := &c.w.checks[i]; row.kind == checkSometimes && !row.done {
			out = append(out, row.name)
		}
	}
	return out
}

// OnViolation has a function called as soon as a check fails, by this world and by its
// forks; nil calls none. It must not touch the world; it may end the test.
func (c *Cluster) OnViolation(f func(Violation)) { c.w.onViolation = f }

func (w *world) addCheck(row checkRow) {
	if row.kind != checkSometimes {
		w.done = append(w.done, w.moment(mark("check "+row.name)))
	}
	w.checks = append(w.checks[:len(w.checks):len(w.checks)], row)
	w.evaluate(&w.checks[len(w.checks)-1])
}

// check evaluates the checks that can see a difference since the last look.
func (w *world) check() {
	// Whatever a view shows changes with one of these.
	visible := w.nextVersion + w.told + w.moves + w.sets.moves + w.pods.moves + w.claims.moves + w.revisions.moves
	changed := uint8(askedTime)
	if visible != w.looked {
		changed |= askedObjects
	}
	if w.contents.moves != w.lookedStored {
		changed |= askedStored
	}
	if w.processes.moves != w.lookedPrograms {
		changed |= askedPrograms
	}
	w.looked, w.lookedStored, w.lookedPrograms = visible, w.contents.moves, w.processes.moves
	for i := range w.checks {
		if row := &w.checks[i]; !row.done && row.asks&changed != 0 {
			w.evaluate(row)
		}
	}
}

// evaluate asks a check.
func (w *world) evaluate(row *checkRow) {
	w.asked = 0
	why := row.check(View{w})
	row.asks |= w.asked | askedObjects
	switch {
	case row.kind == checkSometimes:
		row.done = why == ""
	case row.kind == checkAlways && why != "":
		w.violate(row, w.now, why)
	case row.kind == checkEventually && why == "":
		row.broken = false
	case row.kind == checkEventually && !row.broken:
		row.broken, row.since = true, w.now
		w.deadline = min(w.deadline, row.deadline())
	}
}

// deadline is the last instant at which a check that does not hold may come to hold.
func (r *checkRow) deadline() model.Instant {
	if at := r.since.Add(r.within); at >= r.since {
		return at
	}
	return neverChecked
}

// neverChecked is the deadline of a world in which nobody waits for anything.
const neverChecked model.Instant = 1<<63 - 1

// expire ends the checks whose time is up before an instant.
func (w *world) expire(before model.Instant) {
	if w.deadline >= before {
		return
	}
	w.deadline = neverChecked
	for i := range w.checks {
		row := &w.checks[i]
		if row.kind != checkEventually || row.done || !row.broken {
			continue
		}
		if at := row.deadline(); at < before {
			w.violate(row, at, fmt.Sprintf("that has not been so for %v", row.within))
		} else {
			w.deadline = min(w.deadline, at)
		}
	}
}

// settleChecks ends the checks that wait for what does not come any more.
func (w *world) settleChecks(out *Outcome) {
	for i := range w.checks {
		if row := &w.checks[i]; row.kind == checkEventually && row.broken && !row.done {
			w.done = append(w.done, w.moment(mark("settled as "+out.State.String()))) // before somebody hears of it
			w.violate(row, w.now, "that is not so, and the world is "+out.String())
		}
	}
}

// SettleAs does what [Cluster.Settle] does last, at the present instant: the world is said to have
// come to rest in that way, and what checks wait for ([Cluster.Eventually]) they have waited for in vain. It is for
// telling a story again, as in package screenplay: where a world does not come to rest, another
// Settle would look further than the one that was.
func (c *Cluster) SettleAs(s State) Outcome {
	out := Outcome{State: s, At: c.w.now, Reasons: c.w.reasons()}
	c.w.settleChecks(&out)
	return out
}

// mark is what a screenplay has to know of beside the operations: where a check began, where the
// world was asked to settle and a check had waited for too much, and what somebody had chosen.
type mark string

// String implements [Operation].
func (m mark) String() string { return string(m) }

func (m mark) prepare(*world) (func(), error) { return func() {}, nil }

func (w *world) violate(row *checkRow, at model.Instant, why string) {
	row.done = true
	v := Violation{Check: row.name, At: at, Why: why}
	w.violations = append(w.violations[:len(w.violations):len(w.violations)], v)
	w.trace.add(record{at: at, kind: recViolated, a: int64(len(w.violations) - 1)})
	if w.onViolation != nil {
		w.onViolation(v)
	}
}

// What a view was asked about. All ask about objects.
const (
	askedObjects  = 1 << iota
	askedTime     // what changes as time passes
	askedStored   // what is stored on volumes
	askedPrograms // the programs that run
)
