package explore

import (
	"github.com/ordinal-sim/ordinal/sim"
)

// move is one step of a story: an event, or what is done to begin or to end a fault; and the
// choices that were made in it.
type move struct {
	fault   int // none for an event
	undo    bool
	choices []sim.Choice
}

// tell tells a story again, in a world that has a trace, and returns what it has violated.
func (s Search) tell(path []move) (*sim.Cluster, sim.Violation) {
	world, err := s.World.Clone()
	if err != nil {
		panic("explore: " + err.Error()) // it could be copied before
	}
	for _, m := range path {
		world.SetChooser(sim.Replay(m.choices))
		switch {
		case m.fault == none:
			world.Step()
		case m.undo:
			for _, op := range s.Faults[m.fault].Undo {
				_ = world.Do(op)
			}
		default:
			_ = world.Do(s.Faults[m.fault].Do)
		}
	}
	world.SetChooser(nil)
	if broken := world.Violations(); len(broken) > 0 {
		return world, broken[0]
	}
	world.Settle()
	if broken := world.Violations(); len(broken) > 0 {
		return world, broken[0]
	}
	asked, err := world.Clone()
	if err != nil {
		panic("explore: " + err.Error())
	}
	return world, atRest(world, s.AtRest(asked))
}
