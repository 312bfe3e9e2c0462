package sim

import (
	"fmt"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

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
// are not among them. Three more things stand among them that are no operations but matter for
// what is found: "check ..." where a check began, "settled as ..." where one failed because
// the world had come to rest ([Cluster.SettleAs]), and "choose ..." where somebody outside had it
// choose ([Cluster.Choose]).
func (c *Cluster) Done() []Done {
	var out []Done
	for _, d := range c.w.done {
		if d.refused == nil {
			out = append(out, Done{At: d.at, After: int(d.after), Last: d.last, Operation: d.what})
		}
	}
	return out
}

// StopTrace ends the trace, for this world and its forks: what happens from now on is neither
// told nor can it be told again ([Cluster.Trace], [Cluster.Events], [Cluster.Done],
// [Cluster.Choices]), and operations are not part of the fingerprint. It is for a search, which
// goes through millions of worlds and tells the story of one.
func (c *Cluster) StopTrace() { c.w.untold = true }

// TraceStopped reports whether [Cluster.StopTrace] has ended the trace.
func (c *Cluster) TraceStopped() bool { return c.w.untold }

// Mark puts a mark on a node that tells it from others, for [Cluster.StateHash] and nothing
// else: somebody has something in store for this node, and for that one not. Equal nodes with
// equal marks can take each other's place. The error is Kubernetes' when there is no such node.
func (c *Cluster) Mark(node string, mark uint64) error {
	n, err := must(c.w, &c.w.nodes, model.KindNode, "", node)
	if err == nil {
		c.w.nodes.at(n).mark = mark
	}
	return err
}

// MarkOf is the mark of a node, which is 0 without one.
func (c *Cluster) MarkOf(node string) (uint64, error) {
	n, err := must(c.w, &c.w.nodes, model.KindNode, "", node)
	if err != nil {
		return 0, err
	}
	return c.w.nodes.at(n).mark, nil
}

// Config is what the world was made with: a copy, so that nobody changes the world by it.
func (c *Cluster) Config() Config { return c.w.settings.config.own() }

// EventsNow is how many events have happened at the present instant.
func (c *Cluster) EventsNow() int { return int(c.w.events - c.w.before) }

// RunTo lets time pass to a moment of the past of another world ([Cluster.Done]): to an
// instant, given as the time since the world began, and there until so many events have
// happened. It is an error if that moment has passed, or if the instant has fewer events. It
// panics where time stands still, as [Cluster.Run] does.
func (c *Cluster) RunTo(instant time.Duration, after int) error {
	w, at := c.w, model.Instant(instant)
	if at < w.now || at == w.now && after < c.EventsNow() {
		return fmt.Errorf("sim: RunTo: %v has passed, it is %v, after %d events", instant, time.Duration(w.now), c.EventsNow())
	}
	for len(w.queue.heap) > 0 && w.queue.heap[0].at < at {
		w.stepIn("RunTo")
	}
	w.expire(at)
	w.goTo(at)
	for len(w.queue.heap) > 0 && w.queue.heap[0].at == at && c.EventsNow() < after {
		w.stepIn("RunTo")
	}
	if c.EventsNow() != after {
		return fmt.Errorf("sim: RunTo: at %v there are %d events, and not %d", instant, c.EventsNow(), after)
	}
	return nil
}

// moment is when an operation is done that is done now.
func (w *world) moment(op Operation) done {
	return done{what: op, at: w.now, after: int32(w.events - w.before), last: !w.queue.due(0, w.now)}
}

// due reports whether there is an event of an instant, or before it, below a place of the heap,
// operations apart. It looks at those of the instant and no others.
func (q *queue) due(i int, at model.Instant) bool {
	if i >= len(q.heap) || q.heap[i].at > at {
		return false
	}
	return q.heap[i].purpose != purposeOperation || q.due(2*i+1, at) || q.due(2*i+2, at)
}

// goTo makes an instant the present one.
func (w *world) goTo(at model.Instant) {
	if at != w.now {
		w.now, w.before = at, w.events
	}
}
