package explore

import (
	"context"
	"fmt"
	"math"
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

// hunt is a search under way. Its workers go into the depth, each with worlds of its own, and
// share what was visited; one that runs out of work takes a state from another.
type hunt struct {
	s       Search
	plan    *plan
	ctx     context.Context
	visited visited

	states, rests atomic.Int64
	stopped       atomic.Bool

	// For a search for the shortest story, which one worker does.
	keepPath bool
	path     []move // of the story that was found

	mu        sync.Mutex
	work      *sync.Cond
	waiting   []*state // states that somebody has to go on with
	busy      int      // workers that have one
	hungry    atomic.Int32
	found     *cost // the shortest violation so far
	bound     cost  // stories at least as long are of no interest
	limit     string
	deep      bool            // some story was cut because it was too long
	reached   map[string]bool // conditions of Sometimes
	unreached []string        // of the start
}

func newHunt(ctx context.Context, s Search, bound cost) *hunt {
	h := &hunt{s: s, ctx: ctx, bound: bound, reached: map[string]bool{}}
	h.work = sync.NewCond(&h.mu)
	return h
}

// run searches from a state, with so many workers.
func (h *hunt) run(start *state, workers int) {
	own := &state{}
	own.copyFrom(start)
	h.plan = newPlan(own.world, h.s.Faults)
	for _, node := range h.plan.nodes {
		if node != "" {
			h.plan.mark(own, node)
		}
	}
	for node := range h.plan.alone { // each once: the order does not matter
		h.plan.mark(own, node)
	}
	h.unreached = own.world.Unreached()
	own.world.StopTrace()
	h.visited.reach(h.plan.key(own), 0)
	h.states.Store(1)
	h.waiting = append(h.waiting, own)
	stop := context.AfterFunc(h.ctx, func() { h.end(fmt.Sprintf("it was stopped (%v)", context.Cause(h.ctx))) })
	defer stop()
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { newWorker(h).run() })
	}
	all.Wait()
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
	h.busy++
	return st
}

// give is how a worker leaves a state to those who have nothing to do.
func (h *hunt) give(st *state) {
	h.mu.Lock()
	h.waiting = append(h.waiting, st)
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
	h.mu.Unlock()
	h.stopped.Store(true)
	h.work.Broadcast()
}

// violated notes a violation. It ends the search, unless that is for the shortest story.
func (h *hunt) violated(c cost, path []move) {
	h.mu.Lock()
	if h.found == nil || c.less(*h.found) {
		h.found, h.bound = &c, c
		h.path = append(h.path[:0:0], path...)
	}
	h.mu.Unlock()
	if !h.keepPath {
		h.end("something was violated")
	}
}

// tooLong reports whether a story of this length is of no interest any more. Only a search
// for the shortest story has bounds that change, and it has one worker.
func (h *hunt) tooLong(s *state) bool {
	if h.s.Steps > 0 && s.steps > h.s.Steps {
		h.mu.Lock()
		h.deep = true
		h.mu.Unlock()
		return true
	}
	return h.keepPath && !(cost{s.faults, s.steps}).less(h.bound)
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
	r := Result{Verdict: Holds, States: h.states.Load(), Rests: h.rests.Load(), Depth: int(h.visited.farthest())}
	switch {
	case h.limit != "":
		r.Verdict, r.Limit = Unknown, h.limit
	case h.deep:
		r.Verdict, r.Limit = Unknown, fmt.Sprintf("there are stories of more than %d steps", h.s.Steps)
	}
	for _, name := range h.unreached {
		if !h.reached[name] {
			r.Unreached = append(r.Unreached, name)
		}
	}
	return r
}
