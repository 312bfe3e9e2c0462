package simtest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// Actions are a state machine for rapid's Repeat: kubectl's verbs as [Operation] draws them, and
// the accidents of package faults, by their names, each of which draws whom it befalls and
// how long, and one, "wait", that only lets time pass. After each a drawn time passes, which
// may be none. Add your own actions, delete those that are not to be, and put what must hold under "".
//
//	actions := simtest.Actions(c, "web")
//	delete(actions, string(faults.SlowWatch))
//	t.Repeat(actions)
//
// What cannot be done at the moment is skipped.
func Actions(c *sim.Cluster, set string) map[string]func(*rapid.T) {
	actions := map[string]func(*rapid.T){"wait": func(t *rapid.T) { pass(c, Pause().Draw(t, "pause")) }}
	for _, k := range allKinds {
		actions[k.name] = func(t *rapid.T) {
			do(t, c, k.draw(t, set))
			pass(c, Pause().Draw(t, "pause"))
		}
	}
	for _, k := range faults.Accidents() {
		actions[string(k)] = func(t *rapid.T) {
			befall(t, c, set, k)
			pass(c, Pause().Draw(t, "pause"))
		}
	}
	return actions
}

// do does an operation, or skips it if it is refused, which changes nothing.
func do(t *rapid.T, c *sim.Cluster, op sim.Operation) {
	if err := c.Do(op); err != nil {
		t.Skip(err)
	}
}

// mostSeconds is how long a fault lasts at most that is undone.
const mostSeconds = 300

// befall lets a fault of a kind happen, now, and undoes it later.
func befall(t *rapid.T, c *sim.Cluster, set string, kind faults.Kind) {
	source, err := faults.Plan{Kinds: []faults.Kind{kind}, Set: set}.For(c)
	if err != nil {
		t.Skip(err) // nobody can suffer it
	}
	fault := rapid.SampledFrom(source.Candidates()).Draw(t, "victim")
	lasts := time.Second * time.Duration(rapid.IntRange(1, mostSeconds).Draw(t, "seconds"))
	do(t, c, fault.Do)
	for _, op := range fault.Undo {
		if err := c.At(time.Duration(c.Now())+lasts, op); err != nil {
			t.Fatal(err)
		}
	}
}

// mostEvents is more than happens in a pause, unless the world goes in circles: of that a part is
// enough.
const mostEvents = 5000

// pass lets time pass.
func pass(c *sim.Cluster, d time.Duration) {
	until := c.EventCount() + mostEvents
	c.RunUntil(func(sim.View) bool { return c.EventCount() > until }, d)
}
