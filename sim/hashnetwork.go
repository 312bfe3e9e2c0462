package sim

import "github.com/ordinal-sim/ordinal/dnsmodel"

// The hash of Services, endpoints and DNS.

func (h *hashing) networkHash() (sum uint64) {
	for s := range int32(len(h.services.rows)) {
		if !h.services.rows[s].inUse() {
			continue
		}
		row := h.services.at(s)
		d := digestOf(hashService)
		d.put(h.staticName(row.name), spec(h, hashService, &row.spec.Spec))
		d.flags(row.lacking)
		turns := row.turns
		if row.lacking {
			turns.Skip(h.now)
		} else {
			turns.Take(h.now)
		}
		if turns = turns.Current(h.now); turns != (dnsmodel.SyncQueue{}) {
			at, failures, fresh := turns.State()
			d.put(uint64(hashTurns), uint64(at), uint64(uint32(failures)), uint64(fresh))
		}
		sum += d.sealed()
	}
	for e := range int32(len(h.endpoints.rows)) {
		if !h.endpoints.rows[e].inUse() {
			continue
		}
		sum += h.endpoint(h.endpoints.at(e))
	}
	for _, o := range h.owed.rows {
		d := digestOf(hashOwed)
		d.put(h.staticName(h.services.at(o.service).name), h.staticName(o.pod))
		d.flags(o.lacking)
		sum += d.sealed()
	}
	return sum + h.unseenHash() + h.dnsHash()
}

func (h *hashing) endpoint(e *endpoint) uint64 {
	d := digestOf(hashEndpoint)
	d.put(h.staticName(h.services.at(e.service).name), h.staticName(e.pod), h.endpointAddress(e), h.template(e.template).hash)
	d.flags(e.hostname, e.ready, e.serving, e.terminating)
	return d.sealed()
}

// unseenHash is what DNS servers still see instead of what was written, in its order.
func (h *hashing) unseenHash() uint64 {
	d := digestOf(hashUnseen)
	for i := range h.unseen {
		u := &h.unseen[i]
		if u.until <= h.now {
			continue
		}
		d.put(uint64(u.until))
		d.flags(u.was, h.wroteAt == h.now)
		if u.was {
			d.put(h.endpoint(&u.endpoint))
		} else {
			d.put(h.staticName(h.services.at(u.endpoint.service).name), h.staticName(u.endpoint.pod))
		}
	}
	d.put(h.future(h.seenAt))
	return d.sealed()
}

// dnsHash is the DNS servers, the namespaces that they know, and what caches hold. The cache
// of a node is at that node.
func (h *hashing) dnsHash() (sum uint64) {
	for i, server := range h.dns.replicas {
		if server.down || h.dns.turn > 0 {
			d := digestOf(hashServer)
			d.put(uint64(i), uint64(uint32(h.dns.turn)))
			d.flags(server.down)
			if server.down {
				d.put(uint64(server.since))
			}
			sum += d.sealed()
		}
	}
	for _, namespace := range h.namespaces {
		d := digestOf(hashServer)
		d.put(h.symbol(namespace))
		sum += d.sealed()
	}
	configs := len(h.settings.dns.Caches)
	for i := range h.caches {
		cache := digestOf(hashCached)
		cache.put(uint64(i % configs))
		any := false
		h.caches[i].Each(h.now, func(e *dnsmodel.Entry) {
			any = true
			h.cached(&cache, e)
		})
		switch {
		case !any:
		case h.settings.dns.Caches[i%configs].PerNode:
			h.atNodes[i/configs] += cache.sealed()
		default:
			cache.put(uint64(i / configs))
			sum += cache.sealed()
		}
	}
	return sum
}

// cached puts in an entry of a cache.
func (h *hashing) cached(d *digest64, e *dnsmodel.Entry) {
	d.put(uint64(e.Stored), uint64(e.TTL)<<16|uint64(e.Question.Type), uint64(e.Reply.Rcode), uint64(e.Reply.SOA.TTL), uint64(len(e.Reply.Answer)))
	d.text(e.Question.Name)
	d.flags(e.Denial)
	for _, records := range [...][]dnsmodel.Record{e.Reply.Answer, e.Reply.Extra} {
		for i := range records {
			r := &records[i]
			d.text(r.Name)
			d.text(r.Target)
			d.text(r.Text)
			d.put(uint64(r.Type), uint64(r.TTL), uint64(r.Priority)<<32|uint64(r.Weight)<<16|uint64(r.Port))
			if ip, ok := podAddress(r.Addr); ok {
				d.put(h.address(uint32(ip)))
			} else if r.Addr.IsValid() {
				bytes := r.Addr.As16()
				d.put(bytesHash(bytes[:]))
			}
		}
	}
}
