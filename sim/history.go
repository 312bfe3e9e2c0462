package sim

import "github.com/ordinal-sim/ordinal/model"

// Done is an operation that was done, and exactly when: what somebody has to do again, and
// at which moment, to be told the same story.
type Done struct {
	At model.Instant
	// After is how many events of that instant had happened before it.
	After int
	// Last is true if no event of that instant was left.
	Last      bool
	Operation Operation
}

// Done are the operations that were done so far, in order, also the questions of
// [Cluster.Lookup], which fill caches. Those that were refused have changed nothing, and
// are not among them.
func (c *Cluster) Done() []Done {
	var out []Done
	for _, d := range c.w.done {
		if d.refused == nil {
			out = append(out, Done{At: d.at, After: int(d.after), Last: d.last, Operation: d.what})
		}
	}
	return out
}

// Config is what the world was made with.
func (c *Cluster) Config() Config { return c.w.settings.config }

// EventsNow is how many events have happened at the present instant.
func (c *Cluster) EventsNow() int { return int(c.w.events - c.w.before) }

// moment is when an operation is done that is done now.
func (w *world) moment(op Operation) done {
	return done{
		what: op, at: w.now, after: int32(w.events - w.before),
		last: len(w.queue.heap) == 0 || w.queue.heap[0].at > w.now,
	}
}

// goTo makes an instant the present one.
func (w *world) goTo(at model.Instant) {
	if at != w.now {
		w.now, w.before = at, w.events
	}
}
