package sim

import "github.com/ordinal-sim/ordinal/model"

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

func (q *queue) remove(i int) {
	gone := q.heap[i]
	q.at[q.slot(&gone)] = 0
	last := len(q.heap) - 1
	e := q.heap[last]
	q.heap = q.heap[:last]
	if i == last {
		return
	}
	if i > 0 && e.before(&q.heap[(i-1)/2]) {
		q.up(i, e)
	} else {
		q.down(i, e)
	}
}

func (q *queue) slot(e *event) int { return int(e.entity)*int(purposes) + int(e.purpose) }

// up puts e into the hole at i or above it.
func (q *queue) up(i int, e event) {
	for i > 0 {
		parent := (i - 1) / 2
		if !e.before(&q.heap[parent]) {
			break
		}
		q.put(i, q.heap[parent])
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
