package explore

import (
	"errors"

	"github.com/ordinal-sim/ordinal/sim"
)

// move is one step of a story: an event, or what is done to begin or to end a fault; and the
// choices that were made in it.
type move struct {
	fault   int // none for an event
	undo    bool
	choices []sim.Choice
}

// none is the fault of a move that is an event.
const none = -1

// errUntold is the error of a story that goes another way when it is told again.
var errUntold = errors.New("explore: told again, the story violates nothing: a check, or AtRest, depends on more than the world as it is " +
	"(its trace, the names of equal nodes, a variable outside), or changes it")

// tell tells a story again, in a world that has a trace, and returns what it has violated.
func (s Search) tell(start *state, path []move) (*sim.Cluster, sim.Violation, error) {
	world := fork(start.world)
	for _, m := range path {
		world.SetChooser(sim.Replay(m.choices))
		switch {
		case m.fault == none:
			world.Step()
		case m.undo:
			for _, op := range s.Faults[m.fault].Undo {
				_ = world.Do(op) // what is over by itself is refused, as it was in the search
			}
		default:
			_ = world.Do(s.Faults[m.fault].Do) // it was not refused in the search
		}
	}
	world.SetChooser(nil)
	if broken := world.Violations(); len(broken) > 0 {
		return world, broken[0], nil
	}
	if world.Pending() > 0 {
		return nil, sim.Violation{}, errUntold
	}
	world.Settle() // checks that wait for something wait in vain
	if broken := world.Violations(); len(broken) > 0 {
		return world, broken[0], nil
	}
	if s.AtRest == nil {
		return nil, sim.Violation{}, errUntold
	}
	why := s.AtRest(fork(world))
	if why == "" {
		return nil, sim.Violation{}, errUntold
	}
	return world, unlike(world, why), nil
}

// unlike is a world at rest that is not what it should be, as a violation.
func unlike(world *sim.Cluster, why string) sim.Violation {
	return sim.Violation{Check: "a world at rest is as it should be", At: world.Now(), Why: why}
}

// fork is a fork of a world that was forked before.
func fork(world *sim.Cluster) *sim.Cluster {
	f, err := world.Clone()
	if err != nil {
		panic("explore: " + err.Error()) // the start could be copied, and nothing puts a function into a world
	}
	return f
}
