package sim

import (
	"net/netip"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The endpoints controller.
//
// It notices pods whose address, readiness, deletion or labels change, and
// Services. A moment later it writes what DNS and proxies are to know of the pod
// into each Service that selects it.
//
// Source: pkg/controller/endpointslice.

// endpoint is a pod's place in a Service.
type endpoint struct {
	service     int32
	pod         model.Name
	ip          uint32
	template    policy.Template // of the pod: its ports
	hostname    bool            // the pod's name is a name in the Service
	ready       bool
	serving     bool
	terminating bool
}

func (e endpoint) rowName() model.Name { return endpointName(e.service, e.pod) }
func (e endpoint) inUse() bool         { return e.ip != 0 }

// endpointName names an endpoint in its table: the Service takes the place of the
// namespace.
func endpointName(service int32, pod model.Name) model.Name {
	return model.Name{Namespace: model.Symbol(service), Base: pod.Base, Ordinal: pod.Ordinal}
}

// publishSoon notes a pod whose endpoints have to be written.
func (w *world) publishSoon(p int32) {
	if r := w.pods.at(p); r.ip != 0 {
		w.publishLater(r.name)
	}
}

func (w *world) publishLater(name model.Name) {
	if w.services.len() == 0 {
		return
	}
	at := w.soon()
	if w.unpublished.Len() > 0 {
		at = max(at, w.unpublished.Last().at)
	}
	w.unpublished.Push(dated[model.Name]{at, name})
	if w.unpublished.Len() == 1 {
		w.queue.arm(purposePublish, 0, at)
	}
}

// publish writes the endpoints that are due.
func (w *world) publish() {
	for w.unpublished.Len() > 0 && w.unpublished.First().at <= w.now {
		name := w.unpublished.Pop().item
		for s := range w.services.all {
			if w.services.at(s).name.Namespace == name.Namespace {
				w.publishIn(s, name)
			}
		}
	}
	if w.unpublished.Len() > 0 {
		w.queue.arm(purposePublish, 0, w.unpublished.First().at)
	}
}

// publishIn writes one pod's endpoint in one Service.
func (w *world) publishIn(s int32, name model.Name) {
	var want endpoint
	p, wanted := w.pods.find(name)
	if wanted {
		want, wanted = w.endpointOf(s, p)
	}
	e, has := w.endpoints.find(endpointName(s, name))
	switch {
	case wanted && has:
		*w.endpoints.at(e) = want
	case wanted:
		w.endpoints.add(want)
	case has:
		w.endpoints.remove(e)
	}
}

// endpointOf is what a Service is to know of a pod; ok is false if nothing.
//
// Source: endpointslice util/controller_utils.go, ShouldPodBeInEndpoints;
// utils.go, podToEndpoint.
func (w *world) endpointOf(s, p int32) (e endpoint, ok bool) {
	svc, r := w.services.at(s), w.pods.at(p)
	if r.ip == 0 || r.ended() || !w.selects(svc, r) {
		return endpoint{}, false
	}
	return endpoint{
		service: s, pod: r.name, ip: r.ip, template: r.template,
		hostname: r.service == svc.symbol, serving: r.ready, terminating: r.deleting,
		ready: svc.spec.Spec.PublishNotReadyAddresses || r.ready && !r.deleting,
	}, true
}

// selects reports whether a Service selects a pod. Pods with the labels of their
// template are alike, so that the last answer usually holds.
func (w *world) selects(svc *service, r *pod) bool {
	if svc.spec.Spec.Selector == nil || svc.spec.Spec.Type == model.ServiceExternalName {
		return false
	}
	alike := r.labels == nil && !svc.picky
	if alike && svc.asked && svc.template == r.template {
		return svc.answer
	}
	answer := model.LabelSelector{MatchLabels: svc.spec.Spec.Selector}.Matches(w.podLabels(r))
	if alike {
		svc.asked, svc.template, svc.answer = true, r.template, answer
	}
	return answer
}

// picky reports whether a selector asks for labels that differ from pod to pod of
// one template.
func picky(selector model.Labels) bool {
	for _, key := range []string{model.LabelPodName, model.LabelPodIndex, model.LabelRevision} {
		if _, ok := selector[key]; ok {
			return true
		}
	}
	return false
}

// addService puts a Service into the world, or a new spec of one.
func (w *world) addService(o *model.Service) {
	name := w.name(o.Namespace, o.Name)
	spec := *o
	s, exists := w.services.find(name)
	if !exists {
		id := w.stamp(name)
		spec.CreatedAt = id.created
		s = w.services.add(service{identity: id, symbol: w.symbol(o.Name)})
		w.giveAddress(&spec)
	}
	row := w.services.at(s)
	row.spec, row.picky, row.asked, row.version = &spec, picky(spec.Spec.Selector), false, w.bump()
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindService), a: int64(boolByte(!exists))})
	for p := range w.pods.all {
		if r := w.pods.at(p); r.name.Namespace == name.Namespace {
			w.publishSoon(p)
		}
	}
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
