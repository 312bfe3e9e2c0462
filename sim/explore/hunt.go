package explore

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/ordinal-sim/ordinal/sim"
)

// cost is how long a story is: first its faults count, then its steps.
type cost struct{ faults, steps int }

func (c cost) less(d cost) bool {
	return c.faults < d.faults || c.faults == d.faults && c.steps < d.steps
}

// anything is longer than every story.
var anything = cost{math.MaxInt, math.MaxInt}

// finding is a story that violates something, and what.
type finding struct {
	cost      cost
	path      []move
	violation sim.Violation
}

// hunt is a search under way. Its workers go into the depth, each with worlds of its own, and
// share what was visited; one that runs out of work takes a state from another.
type hunt struct {
	ctx     context.Context
	s       Search
	plan    *plan
	visited visited

	states, rests atomic.Int64
	stopped       atomic.Bool

	// A search for the shortest story goes on when it has found one, for shorter ones. One
	// worker does that, so that bound needs no lock.
	onlyShorter bool
	bound       cost // stories at least as long are of no interest

	mu              sync.Mutex
	work            *sync.Cond
	waiting         []*state     // states that somebody has to go on with
	offered, hungry atomic.Int32 // how many those are, and how many workers have none
	busy            int          // workers that have one
	found           *finding     // the shortest so far
	limit           string
	reached         map[string]bool // conditions of Sometimes
	unreached       []string        // of the start
	broken          *breakdown
}

// breakdown is a worker that was ended from within, by a check or an AtRest.
type breakdown struct{ panicked any } // nil if only its goroutine was to end

func newHunt(ctx context.Context, s Search, bound cost) *hunt {
	h := &hunt{ctx: ctx, s: s, bound: bound, reached: map[string]bool{}}
	h.work = sync.NewCond(&h.mu)
	return h
}

// run searches from a state, with so many workers.
func (h *hunt) run(start *state, workers int) {
	own := &state{}
	own.copyFrom(start)
	h.plan = newPlan(own.world, h.s.Faults)
	h.plan.begin(own)
	h.unreached = own.world.Unreached()
	own.world.StopTrace()
	h.visited.reach(h.plan.key(own), 0)
	h.states.Store(1)
	if own.world.Pending() == 0 {
		h.rests.Store(1)
	}
	h.give(own)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { newWorker(h).run() })
	}
	all.Wait()
	if h.broken != nil {
		h.broken.passOn()
	}
}

// take gives a worker a state to go on with; nil if there is nothing left to do.
func (h *hunt) take() *state {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hungry.Add(1)
	defer h.hungry.Add(-1)
	for len(h.waiting) == 0 && h.busy > 0 && !h.stopped.Load() {
		h.work.Wait()
	}
	if len(h.waiting) == 0 || h.stopped.Load() {
		return nil
	}
	st := h.waiting[len(h.waiting)-1]
	h.waiting = h.waiting[:len(h.waiting)-1]
	h.offered.Add(-1)
	h.busy++
	return st
}

// wanted reports whether somebody waits for a state. Nobody offers more than are waited for,
// each of which is a world.
func (h *hunt) wanted() bool { return h.hungry.Load() > h.offered.Load() }

// give is how a worker leaves a state to those who have nothing to do.
func (h *hunt) give(st *state) {
	h.mu.Lock()
	h.waiting = append(h.waiting, st)
	h.offered.Add(1)
	h.mu.Unlock()
	h.work.Signal()
}

// done is how a worker says that it is through with a state.
func (h *hunt) done() {
	h.mu.Lock()
	h.busy--
	h.mu.Unlock()
	h.work.Broadcast()
}

// end ends the search before it is through.
func (h *hunt) end(why string) {
	h.mu.Lock()
	if h.limit == "" {
		h.limit = why
	}
	h.stopped.Store(true)
	h.mu.Unlock()
	h.work.Broadcast()
}

// over reports whether the search is to go on no more.
func (h *hunt) over() bool {
	if h.ctx.Err() != nil {
		h.end(fmt.Sprintf("it was stopped (%v)", context.Cause(h.ctx)))
	}
	return h.stopped.Load()
}

// breakDown is how a worker says that it was ended from within.
func (h *hunt) breakDown(panicked any) {
	if _, internal := panicked.(runtime.Error); internal { // whose place nobody would find
		panicked = fmt.Sprintf("explore: in a check, or AtRest: %v\n\n%s", panicked, debug.Stack())
	}
	h.mu.Lock()
	if h.broken == nil {
		h.broken = &breakdown{panicked}
	}
	h.mu.Unlock()
	h.end("a worker was ended")
}

// passOn does in the caller's goroutine what has ended the worker: there a test can fail.
func (b *breakdown) passOn() {
	if b.panicked == nil {
		runtime.Goexit()
	}
	panic(b.panicked)
}

// violated notes a violation. It ends the search, unless that is for a shorter story.
func (h *hunt) violated(f finding) {
	h.mu.Lock()
	if h.found == nil || f.cost.less(h.found.cost) {
		h.found = &f
	}
	if h.onlyShorter {
		h.bound = h.found.cost
	}
	h.mu.Unlock()
	if !h.onlyShorter {
		h.end("something was violated")
	}
}

// seen notes which conditions of Sometimes a story has reached.
func (h *hunt) seen(world *sim.Cluster) {
	if len(h.unreached) == 0 {
		return
	}
	left := map[string]bool{}
	for _, name := range world.Unreached() {
		left[name] = true
	}
	h.mu.Lock()
	for _, name := range h.unreached {
		h.reached[name] = h.reached[name] || !left[name]
	}
	h.mu.Unlock()
}

// result is what was found.
func (h *hunt) result() Result {
	depth, beyond := h.visited.farthest(uint32(h.s.Steps))
	r := Result{Verdict: Holds, States: min(h.states.Load(), h.s.States), Rests: h.rests.Load(), Depth: int(depth)}
	switch {
	case h.limit != "":
		r.Verdict, r.Limit = Unknown, h.limit
	case beyond:
		r.Verdict, r.Limit = Unknown, fmt.Sprintf("there are stories of more than %d steps", h.s.Steps)
	}
	for _, name := range h.unreached {
		if !h.reached[name] {
			r.Unreached = append(r.Unreached, name)
		}
	}
	return r
}
