package sim

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/dnsmodel"
)

func (h *hashing) networkHash() (sum uint64) {
	for s := range h.services.all {
		row := h.services.at(s)
		d := digest64(9)
		d.put(h.name(row.name))
		d.text(row.spec.Spec.ClusterIP)
		d.text(serviceText(row.spec))
		sum += uint64(d)
	}
	for i, server := range h.dns.replicas {
		if server.down || h.dns.turn > 0 {
			d := digest64(18)
			d.put(uint64(i), uint64(h.dns.turn))
			d.flags(server.down)
			if server.down {
				d.put(uint64(server.since))
			}
			sum += uint64(d)
		}
	}
	for i := range h.caches {
		d := digest64(13)
		for _, e := range h.caches[i].Entries(h.now) {
			d.put(uint64(i), uint64(e.Stored), uint64(e.TTL))
			d.text(fmt.Sprint(e.Question, e.Reply))
		}
		sum += uint64(d)
	}
	for e := range h.endpoints.all {
		row := h.endpoints.at(e)
		d := digest64(10)
		d.put(h.name(h.services.at(row.service).name), h.name(row.pod), uint64(row.ip))
		d.flags(row.hostname, row.ready, row.serving, row.terminating)
		sum += uint64(d)
	}
	return sum + h.endpointsHash()
}

// endpointsHash is what the endpoints controller has not done yet, and what nobody has seen
// yet of what it has.
func (h *hashing) endpointsHash() (sum uint64) {
	for s := range h.services.all {
		row := h.services.at(s)
		turns := row.turns
		if row.lacking {
			turns.Skip(h.now)
		} else {
			turns.Take(h.now)
		}
		if turns = turns.Current(h.now); turns != (dnsmodel.SyncQueue{}) {
			d := digest64(15)
			d.put(h.name(row.name))
			d.text(fmt.Sprint(turns))
			sum += uint64(d)
		}
	}
	for _, o := range h.owed.rows {
		d := digest64(16)
		d.put(h.name(h.services.at(o.service).name), h.name(o.pod))
		d.flags(o.lacking)
		sum += uint64(d)
	}
	live := 0
	for _, u := range h.unseen {
		if u.until <= h.now {
			continue
		}
		live++
		d := digest64(17)
		d.put(uint64(live), uint64(u.until), h.name(h.services.at(u.endpoint.service).name), h.name(u.endpoint.pod), uint64(u.endpoint.ip))
		d.flags(u.was, u.endpoint.ready, u.endpoint.hostname)
		sum += uint64(d)
	}
	return sum
}
