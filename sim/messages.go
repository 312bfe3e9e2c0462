package sim

import (
	"net/netip"

	"github.com/ordinal-sim/ordinal/workload"
)

// The network between pods. A message goes to an address, takes its latency, and
// arrives at whoever has that address by then, if the nodes can reach each other. Its
// sender is not told whether it does.

// message is one that is on its way.
type message struct {
	from, to address
	node     int32 // that it was sent from
	next     int32 // of those not in use: the next
	body     workload.Body
}

// messages are what is on its way.
type messages struct {
	rows   []message
	free   int32
	flying int32 // how many there are
	loss   int32 // of a thousand, how many get lost
	cuts   []link
}

// link is a pair of nodes, the lower place first.
type link struct{ a, b int32 }

func newMessages() messages { return messages{free: nowhere} }

func (m *messages) copyFrom(src *messages) {
	rows, cuts := m.rows, m.cuts
	*m = *src
	m.rows = append(rows[:0], src.rows...)
	m.cuts = append(cuts[:0], src.cuts...)
}

// post puts a message on its way. What is sent to a Service goes to one of its pods.
func (w *world) post(from *sandbox, to netip.Addr, body workload.Body) {
	ip, known := podAddress(to)
	if _, listens := w.processes.at.Get(ip); !known || !listens {
		if s, ok := w.serviceAt(to); ok {
			ip, known = w.endpointBehind(s)
		}
	}
	if !known || w.loses() {
		return
	}
	row := message{from: address(from.ip), to: ip, node: from.node, next: nowhere, body: body}
	m := w.messages.free
	if m != nowhere {
		w.messages.free = w.messages.rows[m].next
		w.messages.rows[m] = row
	} else {
		m = int32(len(w.messages.rows))
		w.messages.rows = append(doubled(w.messages.rows), row)
	}
	w.messages.flying++
	w.queue.arm(purposeMessage, m, w.after(&w.settings.latencies.Message, "message"))
}

// loses reports whether the network loses the next message.
func (w *world) loses() bool {
	const all = 1000
	return w.messages.loss > 0 && w.choose("lost", all) >= all-int(w.messages.loss)
}

// arrive brings a message to whoever has its address by now.
func (w *world) arrive(m int32) {
	row := w.messages.rows[m]
	w.messages.rows[m] = message{next: w.messages.free}
	w.messages.free = m
	w.messages.flying--
	p, ok := w.processes.at.Get(row.to)
	if !ok {
		return
	}
	box := &w.sandboxes[w.containers[w.processes.rows[p].container].sandbox]
	if w.reaches(row.node, box.node) {
		w.tell(p, workload.Input{Kind: workload.Received, From: podAddr(uint32(row.from)), Body: row.body})
	}
}

// reaches reports whether what one node sends arrives at another.
func (w *world) reaches(a, b int32) bool {
	if a == b {
		return true
	}
	if w.nodes.at(a).cut || w.nodes.at(b).cut {
		return false
	}
	for _, l := range w.messages.cuts {
		if l == linkBetween(a, b) {
			return false
		}
	}
	return true
}

func linkBetween(a, b int32) link { return link{min(a, b), max(a, b)} }

// podAddress is podAddr read backwards.
func podAddress(a netip.Addr) (address, bool) {
	if !a.Is4() {
		return 0, false
	}
	b := a.As4()
	return address(b[1])<<16 | address(b[2])<<8 | address(b[3]), b[0] == podAddr(0).As4()[0]
}

// serviceAt is the Service that has a virtual address.
func (w *world) serviceAt(a netip.Addr) (int32, bool) {
	if w.services.len() == 0 {
		return 0, false
	}
	text := a.String()
	for s := range w.services.all {
		if w.services.at(s).spec.Spec.ClusterIP == text {
			return s, true
		}
	}
	return 0, false
}

// endpointBehind is one of the pods that a Service passes messages to: those that are
// ready, or, if there is none, those that still serve while they are being deleted.
//
// Source: pkg/proxy/topology.go, CategorizeEndpoints: "serving" terminating endpoints
// are used when there are no ready ones.
func (w *world) endpointBehind(s int32) (address, bool) {
	var ready, serving []int32
	for _, e := range w.sortedEndpoints(s) {
		switch row := w.endpoints.at(e); {
		case row.ready:
			ready = append(ready, e)
		case row.serving && row.terminating:
			serving = append(serving, e)
		}
	}
	if len(ready) == 0 {
		ready = serving
	}
	if len(ready) == 0 {
		return 0, false
	}
	return address(w.endpoints.at(ready[w.choose("endpoint", len(ready))]).ip), true
}
