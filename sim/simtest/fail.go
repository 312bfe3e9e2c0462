package simtest

import (
	"hash/fnv"
	"strings"

	"github.com/ordinal-sim/ordinal/sim"
)

// TB is the part of a test that a failure needs. A *testing.T is one, and so is a *rapid.T.
type TB interface {
	Helper()
	Name() string
	Log(args ...any)
	Fatal(args ...any)
}

// Fail fails a test because a world has broken a rule that no check of the world looks after:
// what your own assertion has found. The rule is a sentence that ought to be true, "a reverted
// rollout finishes", and why says what breaks it. The test ends with the story; see the package's
// essay. Rapid takes two failures for the same one if their rules are the same.
func Fail(t TB, c *sim.Cluster, rule, why string) {
	t.Helper()
	fail(t, rule, &report{t: t, c: c, headline: headline(rule, why)})
}

// Require fails a test, as [Fail] does, unless a rule holds.
func Require(t TB, c *sim.Cluster, rule string, holds bool) {
	t.Helper()
	if !holds {
		Fail(t, c, rule, "that is not so")
	}
}

// failsAtOnce makes the first check that fails fail the test. A fork of the world may have
// gone its own way; then there is no story to tell of this one.
func failsAtOnce(t TB, c *sim.Cluster) {
	c.OnViolation(func(v sim.Violation) {
		t.Helper()
		r := &report{t: t, c: c, headline: headline(v.Check, v.Why)}
		if !violated(c, v) {
			r.c, r.headline = nil, r.headline+" (in a fork of the world)"
		}
		fail(t, v.Check, r)
	})
}

// violated reports whether it was this world in which a check has failed.
func violated(c *sim.Cluster, v sim.Violation) bool {
	for _, of := range c.Violations() {
		if of == v {
			return true
		}
	}
	return false
}

// headline is what is broken, in one line.
func headline(rule, why string) string {
	return strings.Join(strings.Fields(rule+": "+why), " ")
}

// fail ends a test with a report. The report is only told to tests that show what they log:
// rapid shows one of the thousands that it tries, the smallest.
//
// Rapid keeps to one failure while it makes it smaller, and knows it by its stack. The stack
// below a check is a matter of chance: a pod may be found twice because of what somebody does at
// once, or because of an event of some minutes. And two rules that are broken at the same
// place are two failures. So the end of the stack, which is all that rapid looks at, is a path
// through two functions that the rule decides and nothing else.
func fail(t TB, rule string, r *report) {
	t.Helper()
	if r.c != nil {
		t.Log(r)
	}
	h := fnv.New32a()
	h.Write([]byte(rule))
	turn(t, h.Sum32(), deep, r.headline)
}

// deep is how many turns fill all of the stack that rapid looks at, 32 calls.
const deep = 16

// turn goes on to the left or to the right, and ends the test at the end of the path.
func turn(t TB, path uint32, steps int, message string) {
	t.Helper()
	switch {
	case steps == 0:
		t.Fatal(message)
	case path&1 == 0:
		left(t, path>>1, steps-1, message)
	default:
		right(t, path>>1, steps-1, message)
	}
}

//go:noinline
func left(t TB, path uint32, steps int, message string) {
	t.Helper()
	turn(t, path, steps, message)
}

//go:noinline
func right(t TB, path uint32, steps int, message string) {
	t.Helper()
	turn(t, path, steps, message)
}
