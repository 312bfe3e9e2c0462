package explore

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
)

// worker goes into the depth: from a state to each that can follow it.
type worker struct {
	h      *hunt
	frames []*frame     // by depth
	path   []move       // to the present state, if that is kept
	rest   *sim.Cluster // memory
	broken bool         // the last step has violated something
}

// frame is memory for a state, and how chance has it in the step to it.
type frame struct {
	state  state
	script script
}

func newWorker(h *hunt) *worker { return &worker{h: h, rest: new(sim.Cluster)} }

// run works as long as there is something to do.
func (w *worker) run() {
	for {
		st := w.h.take()
		if st == nil {
			return
		}
		st.world.OnViolation(func(sim.Violation) { w.broken = true })
		w.visit(st, 0)
		w.h.done()
	}
}

// frame is the memory of a depth.
func (w *worker) frame(depth int) *frame {
	for len(w.frames) <= depth {
		w.frames = append(w.frames, &frame{script: script{points: w.h.s.Points}})
	}
	return w.frames[depth]
}

// visit goes on from a state that was not seen before.
func (w *worker) visit(st *state, depth int) {
	if w.h.stopped.Load() {
		return
	}
	if st.world.Pending() == 0 {
		w.atRest(st)
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

// none is the fault of a move that is an event.
const none = -1

// try takes one step in each way in which chance may have it, and goes on from there. A step
// that is refused does not exist.
func (w *worker) try(st *state, depth int, m move, step func(*state) error) {
	f := w.frame(depth)
	f.script.begin()
	for more := true; more && !w.h.stopped.Load(); more = f.script.turn() {
		next := &f.state
		next.copyFrom(st)
		next.world.SetChooser(&f.script)
		next.steps++
		w.broken = false
		if step(next) != nil {
			continue
		}
		if w.h.keepPath {
			m.choices = f.script.choices(nil)
			w.path = append(w.path, m)
		}
		w.enter(next, depth)
		if w.h.keepPath {
			w.path = w.path[:len(w.path)-1]
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
	return w.progressed(s, i, do)
}

// undo ends a fault. What cannot be undone, because it has ended by itself, is over.
func (w *worker) undo(s *state, i int, undo []sim.Operation) error {
	s.lasting--
	s.progress[i] = over
	for _, op := range undo {
		_ = s.world.Do(op)
	}
	return w.progressed(s, i, nil)
}

func (w *worker) progressed(s *state, i int, op sim.Operation) error {
	if node := w.h.plan.nodes[i]; node != "" {
		w.h.plan.mark(s, node)
	}
	if op == nil {
		return nil
	}
	return s.world.Do(op)
}

// enter looks at a state that a step has led to, and goes on from it if it is new.
func (w *worker) enter(s *state, depth int) {
	if w.h.tooLong(s) {
		return
	}
	w.h.seen(s.world)
	if w.broken {
		w.h.violated(cost{s.faults, s.steps}, w.path)
		return
	}
	first, shorter := w.h.visited.reach(w.h.plan.key(s), uint32(s.steps))
	if !first && !(shorter && (w.h.keepPath || w.h.s.Steps > 0)) {
		return
	}
	if first && w.h.states.Add(1) > w.h.s.States {
		w.h.end(fmt.Sprintf("there are more than %d states", w.h.s.States))
		return
	}
	if first && s.world.Pending() == 0 && s.lasting == 0 {
		w.h.rests.Add(1)
	}
	if !w.h.keepPath && w.h.hungry.Load() > 0 {
		own := &state{}
		own.copyFrom(s)
		w.h.give(own)
		return
	}
	w.visit(s, depth+1)
}

// atRest asks a world at rest whether it is what it should be.
func (w *worker) atRest(st *state) {
	if st.lasting > 0 {
		return
	}
	w.broken = false
	if err := st.world.CopyTo(w.rest); err != nil {
		panic("explore: " + err.Error())
	}
	w.rest.SetChooser(nil)
	w.rest.Settle() // checks that wait for something wait in vain
	if w.broken || w.h.s.AtRest != nil && w.h.s.AtRest(w.rest) != "" {
		w.h.violated(cost{st.faults, st.steps}, w.path)
	}
}

// atRest is a world at rest that is not what it should be, as a violation.
func atRest(world *sim.Cluster, why string) sim.Violation {
	return sim.Violation{Check: "a world at rest is as it should be", At: world.Now(), Why: why}
}
