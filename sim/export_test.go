package sim

import "github.com/ordinal-sim/ordinal/model"

// NextIsOperation reports whether the next event is something that a user has
// planned, and not a part of the engine.
func (c *Cluster) NextIsOperation() bool { return c.w.queue.heap[0].purpose == purposeOperation }

// ViewOf is the view that conditions get.
func ViewOf(c *Cluster) View { return View{c.w} }

// QueueForTest is the queue of the engine.
type QueueForTest struct{ q queue }

// NewQueueForTest is an empty queue.
func NewQueueForTest() *QueueForTest { return &QueueForTest{} }

// Arm plans an event.
func (q *QueueForTest) Arm(who int32, at int64) { q.q.arm(purposeSync, who, model.Instant(at)) }

// Pop takes the first event out.
func (q *QueueForTest) Pop() (at int64, who int32) {
	e := q.q.pop()
	return int64(e.at), e.entity
}

// Leased are the pods that run, or may run again, and the addresses that nobody else may
// have.
func Leased(c *Cluster) func(yield func(pod, addr string) bool) {
	return func(yield func(pod, addr string) bool) {
		for s := range c.w.sandboxes {
			if box := &c.w.sandboxes[s]; box.leased != 0 && !yield(c.w.rendered(box.name), podAddr(box.leased).String()) {
				return
			}
		}
	}
}
