package sim

import (
	"net/netip"
	"slices"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Services as they come and go, and what they are given: an address, unless they want none,
// and families of addresses. The cluster has one, IPv4, as its pods have.

// clusterFamilies are the families of addresses that the cluster has.
var clusterFamilies = []model.IPFamily{model.IPv4}

// completeService fills in what the API server fills in. It returns why it would not give the
// Service an address.
//
// Source: pkg/registry/core/service/storage/storage.go, beginCreate and beginUpdate.
func completeService(s, old *model.Service) error {
	s.Default()
	if s.Spec.ClusterIP != "" && len(s.Spec.ClusterIPs) == 0 {
		s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	}
	refused := validation.Invalid(model.KindService, s.Name, validation.ServiceFamilies(s, old, clusterFamilies...))
	s.DefaultFamilies(old, clusterFamilies...)
	return refused
}

// inheritAddresses keeps what a Service has been given, unless its manifest says otherwise or
// its type has none.
func inheritAddresses(s, before *model.ServiceSpec) {
	if s.Type == model.ServiceExternalName || before.Type == model.ServiceExternalName {
		return
	}
	if s.ClusterIP == "" && len(s.ClusterIPs) == 0 {
		s.ClusterIP, s.ClusterIPs = before.ClusterIP, before.ClusterIPs
	}
	if len(s.IPFamilies) == 0 {
		s.IPFamilies = before.IPFamilies
	}
	if s.IPFamilyPolicy == "" {
		s.IPFamilyPolicy = before.IPFamilyPolicy
	}
}

// addService puts a Service into the world, or a new spec of one.
func (w *world) addService(o *model.Service) {
	name := w.name(o.Namespace, o.Name)
	spec := *o
	if len(spec.Spec.Selector) == 0 {
		spec.Spec.Selector = nil // an API server does not store an empty one
	}
	w.giveAddress(&spec)
	s, exists := w.services.find(name)
	if !exists {
		id := w.stamp(name)
		spec.CreatedAt = id.created
		s = w.services.add(service{identity: id, symbol: w.symbol(o.Name)})
	}
	row := w.services.at(s)
	row.spec, row.picky, row.asked, row.version = &spec, picky(spec.Spec.Selector), false, w.bump()
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindService), a: int64(boolByte(!exists))})
	w.noticeService(s)
}

// giveAddress gives a Service that wants a cluster IP and names none the next one that is
// free. An ExternalName loses all that it has been given.
func (w *world) giveAddress(o *model.Service) {
	switch {
	case o.Spec.Type == model.ServiceExternalName:
		o.Spec.ClusterIP, o.Spec.ClusterIPs, o.Spec.IPFamilies, o.Spec.IPFamilyPolicy = "", nil, nil, ""
		return
	case o.Spec.ClusterIP != "":
		return
	}
	for ok := false; !ok; ok = !w.addressTaken(o.Spec.ClusterIP) {
		w.nextVIP++
		o.Spec.ClusterIP = netip.AddrFrom4([4]byte{10, 96, byte(w.nextVIP >> 8), byte(w.nextVIP)}).String()
	}
	o.Spec.ClusterIPs = []string{o.Spec.ClusterIP}
}

// apiAddress is the address of the API server, the Service kubernetes.
const apiAddress = "10.96.0.1"

// addressTaken reports whether a cluster IP is a Service's, the DNS server's or the API
// server's.
func (w *world) addressTaken(ip string) bool {
	if ip == dnsAddress || ip == apiAddress {
		return true
	}
	for s := range w.services.all {
		if slices.Contains(w.services.at(s).spec.Spec.ClusterIPs, ip) {
			return true
		}
	}
	return false
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
