package explore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// Search says what is to be tried.
type Search struct {
	// World is where every story begins, with the checks that have to hold and with all that
	// is to be done in it put at its instants. It is not changed.
	World *sim.Cluster
	// Faults may happen, each once, at any boundary between two events, and what ends a fault
	// at any later one.
	Faults []faults.Fault
	// Budget is how many faults there may be in a story; 0 means 1 if there are any.
	Budget int
	// AtRest is asked of each world that has come to rest while no fault lasts. It says what is
	// wrong with it, or "". It may do to the world what it likes.
	AtRest func(*sim.Cluster) string
	// Points is how many points of a latency's distribution are tried, the shortest and the
	// longest among them; 0 means these two. Choices of another kind are tried in full.
	Points int
	// States is how many states are visited at most, which bounds the memory: a state takes
	// some 20 bytes. 0 means 20 million.
	States int64
	// Steps is how many steps a story has at most; 0 means any number. A step is an event, or
	// the beginning or end of a fault.
	Steps int
	// Workers is how many goroutines share the work; 0 means one for each core. The result
	// does not depend on it.
	Workers int
}

// Verdict is what a search has come to.
type Verdict uint8

// The verdicts.
const (
	// Unknown: a limit, or somebody, has ended the search before it was through.
	Unknown Verdict = iota
	// Violated: a check has failed, or a world at rest is not what it should be.
	Violated
	// Holds: all states were visited, and all is well in each.
	Holds
)

// String is "unknown", "violated" or "holds".
func (v Verdict) String() string { return [...]string{"unknown", "violated", "holds"}[v] }

// Result is what a search has found.
type Result struct {
	Verdict Verdict
	// Limit is which limit ended the search, if the verdict is Unknown.
	Limit string
	// States is how many different states were visited; of a search that holds, all there
	// are. Rests is how many of them are worlds at rest, in which no fault lasts.
	States, Rests int64
	// Depth is how many steps it takes to get to the state that takes most. Of a search that
	// holds it is exact if Search.Steps is set, and else an upper bound.
	Depth int
	// Unreached are the names of the conditions of [sim.Cluster.Sometimes] that held in no state.
	Unreached []string
	// Violation is what was violated, and Story the world in which it is: it has the whole
	// trace, can be asked, and be written down (package screenplay). Of all stories that violate
	// anything it is one with the fewest faults, and of those one with the fewest steps.
	// Faults and Steps are how many it has. Story is nil if nothing was violated.
	Violation     sim.Violation
	Story         *sim.Cluster
	Faults, Steps int
	// Elapsed is how long it took; the one thing that is not the same each time.
	Elapsed time.Duration
}

// String says the result in a line or two.
func (r Result) String() string {
	switch r.Verdict {
	case Holds:
		return fmt.Sprintf("holds: %d states, %d of them at rest, at most %d steps deep", r.States, r.Rests, r.Depth)
	case Violated:
		return fmt.Sprintf("violated after %d steps with %d faults: %v", r.Steps, r.Faults, r.Violation)
	}
	return fmt.Sprintf("unknown: %s, after %d states", r.Limit, r.States)
}

// Run searches. The error is not about what was found: it says why the search cannot begin.
func Run(ctx context.Context, s Search) (Result, error) {
	began := time.Now()
	if s.World == nil {
		return Result{}, errors.New("explore: Search.World is nil")
	}
	if s.Budget < 0 || s.Points < 0 || s.States < 0 || s.Steps < 0 || s.Workers < 0 {
		return Result{}, errors.New("explore: a number of the Search is negative")
	}
	s = s.orDefaults()
	start, err := s.start()
	if err != nil {
		return Result{}, err
	}
	h := newHunt(ctx, s, anything)
	h.run(start, s.Workers)
	result := h.result()
	if h.found != nil {
		s.shortest(&result, start, cost{h.found.faults, h.found.steps + 1})
	}
	result.Elapsed = time.Since(began)
	return result, nil
}

func (s Search) orDefaults() Search {
	if s.Budget == 0 && len(s.Faults) > 0 {
		s.Budget = 1
	}
	if s.Points == 0 {
		s.Points = 2
	}
	if s.States == 0 {
		s.States = 20_000_000
	}
	if s.Workers == 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	return s
}

// start is the state that the search begins with.
func (s Search) start() (*state, error) {
	world, err := s.World.Clone()
	if err != nil {
		return nil, fmt.Errorf("explore: %w", err)
	}
	if broken := world.Violations(); len(broken) > 0 {
		return nil, fmt.Errorf("explore: the world is broken before the search begins: %v", broken[0])
	}
	return &state{world: world, progress: make([]stage, len(s.Faults))}, nil
}

// shortest looks for the shortest story that is shorter than the bound, alone and in a fixed
// order, so that it is always the same one, and tells it.
func (s Search) shortest(r *Result, start *state, bound cost) {
	h := newHunt(context.Background(), s, bound)
	h.keepPath, h.s.States = true, 1<<62
	h.run(start, 1)
	r.Verdict, r.Limit = Violated, ""
	r.Story, r.Violation = s.tell(h.path)
	r.Faults, r.Steps = int(h.found.faults), int(h.found.steps)
}
