package nodelifecycle

import "github.com/ordinal-sim/ordinal/model"

// timers are nodes by an instant, the earliest first: a binary heap whose nodes know
// their places in it.
type timers []timer

type timer struct {
	at   model.Instant
	node Node
}

func (t timer) before(u timer) bool { return t.at < u.at || t.at == u.at && t.node < u.node }

// put sets the instant of a node.
func (h *timers) put(nodes []node, n Node, at model.Instant) {
	place := int(nodes[n].place) - 1
	if place < 0 {
		place = len(*h)
		*h = append(*h, timer{})
	}
	(*h)[place] = timer{at, n}
	nodes[n].place = int32(place) + 1
	h.settle(nodes, place)
}

// remove forgets a node, if it is there.
func (h *timers) remove(nodes []node, n Node) {
	place := int(nodes[n].place) - 1
	if place < 0 {
		return
	}
	last := len(*h) - 1
	h.swap(nodes, place, last)
	*h = (*h)[:last]
	nodes[n].place = 0
	if place < last {
		h.settle(nodes, place)
	}
}

// settle moves what stands at a place to where it belongs.
func (h *timers) settle(nodes []node, i int) {
	t := *h
	for i > 0 && t[i].before(t[(i-1)/2]) {
		h.swap(nodes, i, (i-1)/2)
		i = (i - 1) / 2
	}
	for {
		child := 2*i + 1
		if child+1 < len(t) && t[child+1].before(t[child]) {
			child++
		}
		if child >= len(t) || !t[child].before(t[i]) {
			return
		}
		h.swap(nodes, i, child)
		i = child
	}
}

func (h *timers) swap(nodes []node, i, j int) {
	t := *h
	t[i], t[j] = t[j], t[i]
	nodes[t[i].node].place, nodes[t[j].node].place = int32(i)+1, int32(j)+1
}
