package sim

import (
	"math/bits"

	"github.com/ordinal-sim/ordinal/model"
)

// event is something that will happen: at an instant, for a purpose, to an
// entity. The purpose says what kind of entity it is: see timer.go.
type event struct {
	at      model.Instant
	seq     uint64 // events of one instant happen in the order in which they were armed
	entity  int32
	purpose purpose
}

func (e *event) before(f *event) bool {
	return e.at < f.at || e.at == f.at && e.seq < f.seq
}

// isBefore is 1 if e is before f and 0 if not. It has no branch: which of two
// children is the earlier one no processor can guess. (Instants are not negative.)
func (e *event) isBefore(f *event) int {
	_, less := bits.Sub64(e.seq, f.seq, 0)
	_, less = bits.Sub64(uint64(e.at), uint64(f.at), less)
	return int(less)
}

// queue is what is to come, in the strict order of (instant, sequence). Each
// event is a timer that belongs to an entity and a purpose: there is at most one
// of a kind, arming it again moves it, and nobody has to keep a handle.
//
// It is a binary heap of values that knows where each timer stands.
type queue struct {
	heap []event
	at   []int32 // at[entity*purposes+purpose] is the timer's place in heap plus one; 0 if it is not armed
	seq  uint64
}

func (q *queue) copyFrom(src *queue) {
	q.heap = append(q.heap[:0], src.heap...)
	q.at = append(q.at[:0], src.at...)
	q.seq = src.seq
}

// arm sets a timer, or moves it.
func (q *queue) arm(p purpose, entity int32, at model.Instant) {
	slot := int(entity)*int(purposes) + int(p)
	if slot >= len(q.at) {
		q.grow(slot + 1)
	}
	q.seq++
	e := event{at: at, seq: q.seq, entity: entity, purpose: p}
	if place := q.at[slot]; place != 0 {
		i := int(place - 1)
		if q.heap[i].at <= at {
			q.down(i, e)
		} else {
			q.up(i, e)
		}
		return
	}
	q.heap = append(q.heap, e)
	q.up(len(q.heap)-1, e)
}

// cancel takes a timer out, if it is armed.
func (q *queue) cancel(p purpose, entity int32) {
	slot := int(entity)*int(purposes) + int(p)
	if slot < len(q.at) && q.at[slot] != 0 {
		q.remove(int(q.at[slot] - 1))
	}
}

// armed returns when a timer is due.
func (q *queue) armed(p purpose, entity int32) (model.Instant, bool) {
	slot := int(entity)*int(purposes) + int(p)
	if slot >= len(q.at) || q.at[slot] == 0 {
		return 0, false
	}
	return q.heap[q.at[slot]-1].at, true
}

// pop takes the first event out. The queue must not be empty.
func (q *queue) pop() event {
	e := q.heap[0]
	q.remove(0)
	return e
}

// remove takes the event at i out. The last event fills the hole: the hole sinks
// to the bottom along the earlier children, where an event from the bottom nearly
// always belongs, and the event rises from there. That is half the comparisons of
// sinking the event itself.
func (q *queue) remove(i int) {
	gone := q.heap[i]
	q.at[q.slot(&gone)] = 0
	last := len(q.heap) - 1
	e := q.heap[last]
	q.heap = q.heap[:last]
	if i == last {
		return
	}
	heap := q.heap
	for child := 2*i + 1; child < last; child = 2*i + 1 {
		if child+1 < last {
			child += heap[child+1].isBefore(&heap[child])
		}
		moved := &heap[child]
		q.at[q.slot(moved)] = int32(i) + 1
		heap[i] = *moved
		i = child
	}
	q.up(i, e)
}

func (q *queue) slot(e *event) uint { return uint(e.entity)*uint(purposes) + uint(e.purpose) }

// up puts e into the hole at i or above it.
func (q *queue) up(i int, e event) {
	heap := q.heap
	for i > 0 {
		parent := int(uint(i-1) / 2)
		above := &heap[parent]
		if !e.before(above) {
			break
		}
		q.at[q.slot(above)] = int32(i) + 1
		heap[i] = *above
		i = parent
	}
	q.put(i, e)
}

// down puts e into the hole at i or below it.
func (q *queue) down(i int, e event) {
	for {
		child := 2*i + 1
		if child >= len(q.heap) {
			break
		}
		if child+1 < len(q.heap) && q.heap[child+1].before(&q.heap[child]) {
			child++
		}
		if !q.heap[child].before(&e) {
			break
		}
		q.put(i, q.heap[child])
		i = child
	}
	q.put(i, e)
}

func (q *queue) put(i int, e event) {
	q.heap[i] = e
	q.at[q.slot(&e)] = int32(i) + 1
}

func (q *queue) grow(n int) {
	if n <= cap(q.at) {
		old := len(q.at)
		q.at = q.at[:n]
		clear(q.at[old:])
		return
	}
	bigger := make([]int32, n, max(2*n, 64))
	copy(bigger, q.at)
	q.at = bigger
}
