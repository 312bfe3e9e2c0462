package sim

import (
	"net/netip"
	"slices"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// Services as they come and go.

// addService puts a Service into the world, or a new spec of one.
func (w *world) addService(o *model.Service) {
	name := w.name(o.Namespace, o.Name)
	spec := *o
	if len(spec.Spec.Selector) == 0 {
		spec.Spec.Selector = nil // an API server does not store an empty one
	}
	s, exists := w.services.find(name)
	if !exists {
		id := w.stamp(name)
		spec.CreatedAt = id.created
		s = w.services.add(service{identity: id, symbol: w.symbol(o.Name)})
		w.giveAddress(&spec)
	}
	row := w.services.at(s)
	row.spec, row.picky, row.asked, row.version = &spec, picky(spec.Spec.Selector), false, w.bump()
	row.four = slices.Contains(dnsmodel.Families(&spec), dnsmodel.IPv4)
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindService), a: int64(boolByte(!exists))})
	w.noticeService(s)
}

// giveAddress gives a Service that wants a cluster IP and names none the next one.
func (w *world) giveAddress(o *model.Service) {
	if o.Spec.Type == model.ServiceExternalName || o.Spec.Headless() || o.Spec.ClusterIP != "" {
		return
	}
	w.nextVIP++
	o.Spec.ClusterIP = netip.AddrFrom4([4]byte{10, 96, byte(w.nextVIP >> 8), byte(w.nextVIP)}).String()
	o.Spec.ClusterIPs = []string{o.Spec.ClusterIP}
}

// removeService takes a Service away, with its endpoints.
func (w *world) removeService(s int32) {
	w.record(record{kind: recDeletedObject, subject: w.services.at(s).name, why: kindCode(model.KindService)})
	for e := range w.endpoints.all {
		if w.endpoints.at(e).service == s {
			w.endpoints.remove(e)
		}
	}
	for _, o := range w.owed.take() {
		if o.service != s {
			w.owed.add(o)
		}
	}
	w.unseen = slices.DeleteFunc(w.unseen, func(u unseenEndpoint) bool { return u.endpoint.service == s })
	w.queue.cancel(purposeTurn, s)
	w.services.remove(s)
}

// podAddr is a pod's address: 10.0.0.1 and so on.
func podAddr(ip uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(ip >> 16), byte(ip >> 8), byte(ip)})
}

// dnsEndpoint is an endpoint as the records of its Service are made from it.
func (w *world) dnsEndpoint(e *endpoint) dnsmodel.Endpoint {
	out := dnsmodel.Endpoint{
		Addr: podAddr(e.ip), Pod: w.rendered(e.pod), Ready: e.ready, Serving: e.serving, Terminating: e.terminating,
	}
	if e.hostname {
		out.Hostname = model.Hostname(out.Pod)
	}
	return out
}
