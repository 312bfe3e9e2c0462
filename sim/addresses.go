package sim

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// The addresses of pods.
//
// A pod gets an address when its sandbox is made, and keeps it until the last container has
// ended, or until its machine, which has been down, is back and makes the sandbox anew. What
// becomes of it then is for the network to say (Config.ReuseAddresses): as a rule the address
// that has been free for longest is the next to be given to another pod. Whoever still
// believes that it is the first one's talks to a stranger.

// pastAddress is an address that a pod has had.
type pastAddress struct {
	ip    uint32
	pod   model.Name    // who has had it
	until model.Instant // when it has let go of it
	taken bool          // it has been given to another pod since
}

// leaseAddress gives a sandbox an address.
func (w *world) leaseAddress(s int32) {
	w.returnAddress(s)
	box := &w.sandboxes[s]
	box.ip = w.freeAddress()
	if w.reuses() {
		box.leased = box.ip
		w.past = slices.DeleteFunc(w.past, func(p pastAddress) bool { return p.ip == box.ip && p.pod == box.name })
	}
}

// freeAddress is an address that nobody has.
func (w *world) freeAddress() uint32 {
	for i := range w.past {
		if p := &w.past[i]; !p.taken && p.until.Add(w.settings.config.ReuseAddresses.at(0)) <= w.now {
			p.taken = true
			return p.ip
		}
	}
	w.nextIP++
	return w.nextIP
}

// returnAddress is a sandbox that lets go of its address, if it has one that others may get.
func (w *world) returnAddress(s int32) {
	if box := &w.sandboxes[s]; box.leased != 0 {
		w.past = append(w.past, pastAddress{ip: box.leased, pod: box.name, until: w.now})
		box.leased = 0
	}
}

// reuses reports whether an address may be given to another pod.
func (w *world) reuses() bool { return w.settings.config.ReuseAddresses.set }

// holderOf is the sandbox that has an address that was given a second time; nowhere if none
// has it now.
func (w *world) holderOf(ip uint32) int32 {
	for s := range w.sandboxes {
		if w.sandboxes[s].leased == ip {
			return int32(s)
		}
	}
	return nowhere
}

// Misdirection is a name in DNS that leads to a stranger.
type Misdirection struct {
	w     *world
	past  int
	taker int32
	where string
}

// Misdirections yields each pod of whose former addresses one is another pod's by now, and
// still what DNS says: a server that has not seen the newest endpoints, or a cache. Without
// Config.ReuseAddresses there are none. If there are some, the check that asks is evaluated
// at every event.
func (v View) Misdirections(yield func(Misdirection) bool) {
	w := v.w
	for i := range w.past {
		p := &w.past[i]
		if !p.taken {
			continue
		}
		taker := w.holderOf(p.ip)
		if taker == nowhere || w.sandboxes[taker].name == p.pod {
			continue
		}
		if where, ok := w.stillNamed(p); ok {
			w.asked |= askedTime
			if !yield(Misdirection{w, i, taker, where}) {
				return
			}
		}
	}
}

// Pod is whose name it is: web-0.
func (m Misdirection) Pod() string { return m.w.rendered(m.w.past[m.past].pod) }

// Addr is the address that DNS gives for it.
func (m Misdirection) Addr() string { return podAddr(m.w.past[m.past].ip).String() }

// Holder is the pod that has the address now.
func (m Misdirection) Holder() string { return m.w.rendered(m.w.sandboxes[m.taker].name) }

// Where says who in DNS is behind: "the servers", "a server's cache" or "the cache of node-1".
func (m Misdirection) Where() string { return m.where }

// Wrong is for how long the address has not been the pod's any more.
func (m Misdirection) Wrong() time.Duration { return m.w.now.Sub(m.w.past[m.past].until) }

// TTL is for how long whoever asks a server may believe the answer.
func (m Misdirection) TTL() time.Duration {
	return time.Duration(m.w.settings.dns.Server.TTL) * time.Second
}

// stillNamed reports whether DNS gives an address for the name of a pod, and who does.
func (w *world) stillNamed(p *pastAddress) (where string, named bool) {
	for s := range w.services.all {
		if e, ok := w.seenEndpoint(s, p.pod); ok && e.ip == p.ip && e.hostname && e.ready {
			return "the servers", true
		}
	}
	suffix := "." + w.text(p.pod.Namespace) + ".svc." + model.ClusterDomain
	host, addr := model.Hostname(w.rendered(p.pod))+".", podAddr(p.ip)
	configs := w.settings.dns.Caches
	for i := range w.caches {
		if !w.caches[i].Gives(host, suffix, addr, w.now) {
			continue
		}
		if configs[i%len(configs)].PerNode {
			return "the cache of " + w.rendered(w.nodes.at(int32(i/len(configs))).name), true
		}
		return "a server's cache", true
	}
	return "", false
}
