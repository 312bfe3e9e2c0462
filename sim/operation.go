package sim

import (
	"fmt"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Operation is something that somebody does to the world: one of kubectl's verbs,
// a fault, or, where the world need not be forked, a [Func]. It is a value, so
// that it can be put at an instant ([Cluster.At]), printed and replayed. String
// says it in kubectl's words.
//
// An operation that cannot be done is refused as a whole: its error says why, and
// the world is as it was.
type Operation interface {
	fmt.Stringer
	// prepare checks the operation and returns what does it.
	prepare(w *world) (commit func(), err error)
}

// operation is an Operation at an instant.
type operation struct {
	do   Operation
	used bool
}

// Do does an operation now.
func (c *Cluster) Do(op Operation) error { return c.w.do(op) }

// At does an operation at an instant, given as the time since the world began. If
// it is refused then, the trace says so. It is an error if the instant is past.
func (c *Cluster) At(instant time.Duration, op Operation) error {
	at := model.Instant(instant)
	if at < c.w.now {
		return fmt.Errorf("sim: At: %v has passed, it is %v", instant, time.Duration(c.w.now))
	}
	place := -1
	for i := range c.w.operations {
		if !c.w.operations[i].used {
			place = i
			break
		}
	}
	if place < 0 {
		place = len(c.w.operations)
		c.w.operations = append(c.w.operations, operation{})
	}
	switch o := op.(type) {
	case Apply:
		op = o.own()
	case SetLoad:
		op = o.own()
	}
	c.w.operations[place] = operation{do: op, used: true}
	c.w.queue.arm(purposeOperation, int32(place), at)
	return nil
}

// do does an operation.
func (w *world) do(op Operation) error {
	commit, err := op.prepare(w)
	if err != nil {
		return err
	}
	switch o := op.(type) {
	case Func:
	case Lookup:
		o.answer = nil
		w.noteDone(w.moment(o))
	default:
		w.recordOperation(op, nil)
	}
	w.changes, w.claimChanges = w.changes[:0], w.claimChanges[:0]
	w.controllerActs, w.byHand = false, true
	commit()
	if len(w.checks) > 0 {
		w.check()
	}
	return nil
}

// done is an operation that was done, or refused at its instant: see [Done].
type done struct {
	at      model.Instant
	after   int32
	last    bool
	what    Operation
	refused error
}

func (d done) String() string {
	if d.refused != nil {
		return d.what.String() + ": " + d.refused.Error()
	}
	return d.what.String()
}

// recordOperation notes an operation in the trace, which keeps it as it is: a fork
// need not learn its words.
func (w *world) recordOperation(op Operation, refused error) {
	if w.untold {
		w.told++
		return
	}
	d := w.moment(op)
	d.refused = refused
	w.record(record{kind: recOperation, a: int64(len(w.done))})
	w.noteDone(d)
}

// noteDone keeps what was done.
func (w *world) noteDone(d done) {
	if w.untold {
		return
	}
	if d.refused == nil {
		w.digestText(d.String())
	}
	w.done = append(w.done, d)
}

// operate does the operation of an instant.
func (w *world) operate(place int32) {
	op := w.operations[place].do
	w.operations[place] = operation{}
	if err := w.do(op); err != nil {
		w.recordOperation(op, err)
	}
}

// Func is a plain function as an operation. A world in which one is pending
// cannot be forked.
type Func func(*Cluster)

// String implements [Operation].
func (f Func) String() string { return "a function" }

func (f Func) prepare(w *world) (func(), error) {
	return func() { f(&Cluster{w}) }, nil
}
