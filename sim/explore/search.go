package explore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// Search says what is to be tried.
type Search struct {
	// World is where every story begins, with the checks that have to hold and with all that
	// is to be done in it put at its instants. It is copied when the search begins, and not
	// changed. The copies' checks are evaluated by several goroutines at once, and must
	// depend on their view alone; nobody calls what [sim.Cluster.OnViolation] was given.
	World *sim.Cluster
	// Faults may happen, each once, at any boundary between two events, and what ends a fault
	// at any later one. One that is refused at a boundary does not happen there.
	Faults []faults.Fault
	// Budget is how many faults there may be in a story; 0 means 1 if there are any.
	Budget int
	// AtRest is asked of each world that has come to rest while no fault lasts. It says what is
	// wrong with it, or "". It may do to the world what it likes, and must not keep it: it is a
	// copy, in memory that is used again. Several goroutines ask it at once. It must depend on
	// what is there alone: these worlds have no trace, and of two that differ in which of
	// several equal nodes is which, only one is shown (mark them if they differ for you,
	// [sim.Cluster.Mark]).
	AtRest func(*sim.Cluster) string
	// Points is how many points of a latency's distribution are tried, the shortest and the
	// longest among them; 0 means these two, and 1 the median alone. Choices of another kind
	// are tried in full.
	Points int
	// States is how many states are visited at most, which bounds the memory: a state takes
	// some 30 bytes. 0 means 20 million.
	States int64
	// Steps is how many steps a story has at most, which bounds the memory too: a worker keeps
	// a world for each step of its story. A step is an event, or the beginning or end of a
	// fault. 0 means 2,000.
	Steps int
	// Workers is how many goroutines share the work; 0 means one for each core. If no limit
	// ends the search, the verdict and the story do not depend on it, and if it holds, nothing.
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
	// Limit is which limit ended the search, if the verdict is Unknown; if it is Violated, which
	// ended the search for the shortest story: then there may be shorter ones than Story.
	Limit string
	// States is how many different states were visited; of a search that holds, all there
	// are. Rests is how many of them are worlds at rest, in which no fault lasts.
	States, Rests int64
	// Depth is how many steps it takes to get to the state, of these, that takes most.
	Depth int
	// Unreached are the names of the conditions of [sim.Cluster.Sometimes] that held in none of
	// these states.
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
		return fmt.Sprintf("violated after %s with %s: %v", counted(r.Steps, "step"), counted(r.Faults, "fault"), r.Violation)
	}
	return fmt.Sprintf("unknown: %s, after %d states", r.Limit, r.States)
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
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
	for i, f := range s.Faults {
		if f.Do == nil || slices.Contains(f.Undo, nil) {
			return Result{}, fmt.Errorf("explore: Search.Faults[%d] has no operation", i)
		}
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
		err = s.shortest(ctx, &result, start, h.found)
	}
	result.Elapsed = time.Since(began)
	return result, err
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
	if s.Steps == 0 {
		s.Steps = 2_000
	}
	s.Steps = min(s.Steps, math.MaxInt32)
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
	if world.TraceStopped() {
		return nil, errors.New("explore: the world's trace was stopped (Cluster.StopTrace): its story could not be told")
	}
	if world.Config().Latencies.Controller.Shortest() == 0 {
		return nil, errors.New("explore: Latencies.Controller may be 0: a story could go round and round at one instant, and be taken for one that ends")
	}
	world.OnViolation(nil)
	if broken := world.Violations(); len(broken) > 0 {
		return nil, fmt.Errorf("explore: the world is broken before the search begins: %v", broken[0])
	}
	return &state{world: world, progress: make([]stage, len(s.Faults))}, nil
}

// shortest looks for the shortest story, alone and in a fixed order, so that it is always the
// same one, and tells it; or the one that was found, if it is not given the time.
func (s Search) shortest(ctx context.Context, r *Result, start *state, found *finding) error {
	h := newHunt(ctx, s, cost{found.cost.faults, found.cost.steps + 1})
	h.onlyShorter = true
	h.run(start, 1)
	if h.found != nil {
		found = h.found
	}
	r.Verdict, r.Limit = Violated, h.limit
	r.Faults, r.Steps, r.Violation = found.cost.faults, found.cost.steps, found.violation
	var err error
	r.Story, r.Violation, err = s.tell(start, found.path)
	return err
}
