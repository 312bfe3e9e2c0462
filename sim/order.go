package sim

// What a fixed order decides unless [Config].AnyOrder leaves it to chance. Kubernetes promises
// neither: whose watch event arrives first is a race, and of several nodes that are equally
// good the scheduler takes any one.

// next takes the next event out of the queue: the first that was set among those of the
// earliest instant, or any of them. An operation that somebody has put at that instant is
// not up to chance: then it comes before them.
func (w *world) next() event {
	if !w.settings.config.AnyOrder {
		return w.queue.pop()
	}
	ties := w.queue.first(w.scratch.ties[:0])
	w.scratch.ties = ties
	place := nowhere
	for _, i := range ties {
		if w.queue.heap[i].purpose == purposeOperation {
			place = i
			break
		}
	}
	if place == nowhere {
		place = ties[w.choose("order", len(ties))]
	}
	e := w.queue.heap[place]
	w.queue.remove(int(place))
	return e
}

// first are the places of the events of the earliest instant, in the order in which they
// were set.
func (q *queue) first(out []int32) []int32 {
	at := q.heap[0].at
	for i := range q.heap {
		if q.heap[i].at != at {
			continue
		}
		out = append(out, int32(i))
		for k := len(out) - 1; k > 0 && q.heap[out[k]].seq < q.heap[out[k-1]].seq; k-- {
			out[k], out[k-1] = out[k-1], out[k]
		}
	}
	return out
}
