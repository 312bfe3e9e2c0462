package explore

import (
	"fmt"
	"slices"

	"github.com/ordinal-sim/ordinal/sim"
)

// worker goes into the depth: from a state to each that can follow it.
type worker struct {
	h      *hunt
	before []move       // the story of the state that it was given
	frames []*frame     // by depth below that
	rest   *sim.Cluster // memory
	broken *sim.Violation
}

// frame is memory for a state, and the step to it.
type frame struct {
	state  state
	move   move
	script script
}

func newWorker(h *hunt) *worker { return &worker{h: h, rest: new(sim.Cluster)} }

// run works as long as there is something to do. A check or an AtRest may panic, or end the
// goroutine, as a test does that fails: then it ends the search.
func (w *worker) run() {
	through := false
	defer func() {
		if !through {
			w.h.breakDown(recover())
		}
	}()
	for st := w.h.take(); st != nil; st = w.h.take() {
		st.world.OnViolation(func(v sim.Violation) { w.broken = &v })
		w.before = st.before
		w.visit(st, 0)
		w.h.done()
	}
	through = true
}

// frame is the memory of a depth.
func (w *worker) frame(depth int) *frame {
	for len(w.frames) <= depth {
		w.frames = append(w.frames, &frame{script: script{points: w.h.s.Points}})
	}
	return w.frames[depth]
}

// path is the story to a depth.
func (w *worker) path(depth int) []move {
	out := slices.Clone(w.before)
	for _, f := range w.frames[:depth] {
		m := f.move
		m.choices = f.script.choices(nil)
		out = append(out, m)
	}
	return out
}

// visit goes on from a state that was not seen before.
func (w *worker) visit(st *state, depth int) {
	if w.h.over() {
		return
	}
	if st.world.Pending() == 0 {
		w.atRest(st, depth)
	} else {
		w.try(st, depth, move{fault: none}, func(next *state) error {
			next.world.Step()
			return nil
		})
	}
	for i := range st.progress {
		f := &w.h.plan.faults[i]
		switch {
		case st.progress[i] == notBegun && st.faults < w.h.s.Budget:
			w.try(st, depth, move{fault: i}, func(next *state) error { return w.begin(next, i, f.Do, len(f.Undo) > 0) })
		case st.progress[i] == lasting:
			w.try(st, depth, move{fault: i, undo: true}, func(next *state) error { return w.undo(next, i, f.Undo) })
		}
	}
}

// try takes one step in each way in which chance may have it, and goes on from there. A step
// that is refused does not exist: it may be possible later.
func (w *worker) try(st *state, depth int, m move, step func(*state) error) {
	f := w.frame(depth)
	f.move = m
	f.script.begin()
	for more := true; more && !w.h.stopped.Load(); more = f.script.turn() {
		next := &f.state
		next.copyFrom(st)
		next.world.SetChooser(&f.script)
		next.steps++
		w.broken = nil
		if step(next) == nil {
			w.enter(next, depth+1)
		}
	}
}

// begin lets a fault begin.
func (w *worker) begin(s *state, i int, do sim.Operation, lasts bool) error {
	s.faults++
	s.progress[i] = over
	if lasts {
		s.progress[i] = lasting
		s.lasting++
	}
	w.h.plan.progressed(s, i)
	return s.world.Do(do)
}

// undo ends a fault. What cannot be undone, because it has ended by itself, is over.
func (w *worker) undo(s *state, i int, undo []sim.Operation) error {
	s.lasting--
	s.progress[i] = over
	w.h.plan.progressed(s, i)
	for _, op := range undo {
		_ = s.world.Do(op)
	}
	return nil
}

// enter looks at a state that a step has led to, and goes on from it if it is new, or was
// never reached in so few steps: what follows it may have been too far away.
func (w *worker) enter(s *state, depth int) {
	h := w.h
	if h.onlyShorter && !(cost{s.faults, s.steps}).less(h.bound) {
		return
	}
	farthest := uint32(h.s.Steps)
	steps := uint32(s.steps)
	if steps <= farthest {
		h.seen(s.world)
		if w.broken != nil {
			h.violated(finding{cost{s.faults, s.steps}, w.path(depth), *w.broken})
			return
		}
	}
	before := h.visited.reach(h.plan.key(s), steps)
	if steps >= before || steps > farthest {
		return
	}
	if before > farthest {
		if h.states.Add(1) > h.s.States {
			h.end(fmt.Sprintf("there are more than %d states", h.s.States))
			return
		}
		if s.world.Pending() == 0 && s.lasting == 0 {
			h.rests.Add(1)
		}
	}
	if h.wanted() {
		own := &state{}
		own.copyFrom(s)
		own.before = w.path(depth)
		h.give(own)
		return
	}
	w.visit(s, depth)
}

// atRest asks a world at rest whether it is what it should be.
func (w *worker) atRest(st *state, depth int) {
	if st.lasting > 0 {
		return
	}
	w.broken = nil
	if err := st.world.CopyTo(w.rest); err != nil {
		panic("explore: " + err.Error()) // it is a fork itself
	}
	w.rest.SetChooser(nil)
	w.rest.Settle() // checks that wait for something wait in vain
	if w.broken != nil {
		w.h.violated(finding{cost{st.faults, st.steps}, w.path(depth), *w.broken})
		return
	}
	if w.h.s.AtRest == nil {
		return
	}
	if why := w.h.s.AtRest(w.rest); why != "" {
		w.h.violated(finding{cost{st.faults, st.steps}, w.path(depth), unlike(st.world, why)})
	}
}
