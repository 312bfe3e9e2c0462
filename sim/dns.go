package sim

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The cluster as its DNS servers see it. Records are not kept anywhere: they are worked
// out from Services and endpoints when somebody asks. Of endpoints a server sees what was
// written some time ago (Latencies.EndpointWatch); Services and namespaces it sees at once.

// zone is the cluster as its DNS server sees it.
type zone struct{ *world }

// Namespace implements dnsmodel.Zone.
func (z zone) Namespace(name string) bool {
	sym, ok := z.known(name)
	return ok && slices.Contains(z.namespaces, sym)
}

// Service implements dnsmodel.Zone.
func (z zone) Service(namespace, name, host string) (dnsmodel.Service, bool) {
	n, ok := z.lookup(namespace, name)
	if !ok {
		return dnsmodel.Service{}, false
	}
	s, ok := z.services.find(n)
	if !ok {
		return dnsmodel.Service{}, false
	}
	spec := z.services.at(s).spec
	out := dnsmodel.NewService(spec)
	if pod, ok := z.lookup(namespace, host); ok && host != "" {
		if e, ok := z.seenEndpoint(s, pod); ok && e.hostname {
			out.Endpoints, out.Groups = z.endpointsOf(spec, []endpoint{e})
			return out, true
		}
	}
	out.Endpoints, out.Groups = z.endpointsOf(spec, z.seenEndpoints(s))
	return out, true
}

// Reverse implements dnsmodel.Zone.
func (z zone) Reverse(addr netip.Addr) []dnsmodel.Reference {
	var out []dnsmodel.Reference
	for s := range z.services.all {
		if svc := z.services.at(s); slices.Contains(dnsmodel.NewService(svc.spec).ClusterIPs, addr) {
			out = append(out, dnsmodel.Reference{Namespace: svc.spec.Namespace, Service: svc.spec.Name, ClusterIP: true})
		}
	}
	for s := range z.services.all {
		svc := z.services.at(s)
		for _, e := range z.seenEndpoints(s) {
			if podAddr(e.ip) == addr {
				out = append(out, dnsmodel.Reference{Namespace: svc.spec.Namespace, Service: svc.spec.Name, Endpoint: z.dnsEndpoint(&e)})
			}
		}
	}
	return out
}

// Pod implements dnsmodel.Zone.
func (z zone) Pod(namespace string, addr netip.Addr) bool {
	for p := range z.pods.all {
		if r := z.pods.at(p); r.ip != 0 && podAddr(r.ip) == addr && !r.ended() && z.text(r.name.Namespace) == namespace {
			return true
		}
	}
	return false
}

// sortedEndpoints are the endpoints of a Service by the names of their pods.
func (w *world) sortedEndpoints(s int32) []int32 {
	var out []int32
	for e := range w.endpoints.all {
		if w.endpoints.at(e).service == s {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b int32) int { return w.comparePods(w.endpoints.at(a).pod, w.endpoints.at(b).pod) })
	return out
}

func (w *world) comparePods(a, b model.Name) int {
	return cmp.Or(cmp.Compare(w.text(a.Base), w.text(b.Base)), cmp.Compare(a.Ordinal, b.Ordinal))
}

// unseenEndpoint is an endpoint as DNS servers still see it, until they see what was
// written.
type unseenEndpoint struct {
	until    model.Instant
	endpoint endpoint // its place is in use even if there was none
	was      bool
}

// seeLater notes what DNS servers still see of an endpoint that is written now. All
// that is written in an instant is seen at one.
func (w *world) seeLater(was endpoint, has bool) {
	if !w.settings.latencies.EndpointWatch.positive() {
		w.seenAt = w.now
		return
	}
	if w.wroteAt != w.now || len(w.unseen) == 0 {
		w.unseen = slices.DeleteFunc(w.unseen, func(u unseenEndpoint) bool { return u.until <= w.now })
		w.seenAt = max(w.seenAt, w.after(&w.settings.latencies.EndpointWatch, "endpoint watch"))
		w.wroteAt = w.now
	}
	w.unseen = append(w.unseen, unseenEndpoint{w.seenAt, was, has})
}

// seenEndpoint is a pod's endpoint in a Service as DNS servers see it now.
func (w *world) seenEndpoint(s int32, pod model.Name) (endpoint, bool) {
	for i := range w.unseen {
		if u := &w.unseen[i]; u.until > w.now && u.endpoint.service == s && u.endpoint.pod == pod {
			return u.endpoint, u.was
		}
	}
	if e, ok := w.endpoints.find(endpointName(s, pod)); ok {
		return *w.endpoints.at(e), true
	}
	return endpoint{}, false
}

// seenEndpoints are the endpoints of a Service as DNS servers see them now, by the names
// of their pods.
func (w *world) seenEndpoints(s int32) (out []endpoint) {
	before := map[model.Name]*unseenEndpoint{} // what is still seen instead of what was written
	for i := len(w.unseen) - 1; i >= 0; i-- {
		if u := &w.unseen[i]; u.until > w.now && u.endpoint.service == s {
			before[u.endpoint.pod] = u // of several the first
		}
	}
	for _, e := range w.sortedEndpoints(s) {
		if row := w.endpoints.at(e); before[row.pod] == nil {
			out = append(out, *row)
		}
	}
	if len(before) == 0 {
		return out
	}
	for _, u := range before { // sorted below
		if u.was {
			out = append(out, u.endpoint)
		}
	}
	slices.SortFunc(out, func(a, b endpoint) int { return w.comparePods(a.pod, b.pod) })
	return out
}

// endpointsOf are endpoints as DNS sees them, with the groups of their ports.
func (w *world) endpointsOf(spec *model.Service, rows []endpoint) (out []dnsmodel.Endpoint, groups [][]dnsmodel.Port) {
	last, group := policy.Template(-1), int16(0)
	for i := range rows {
		row := &rows[i]
		if row.template != last {
			groups, group = dnsmodel.AddGroup(groups, dnsmodel.TargetPorts(spec, &w.template(row.template).spec.Spec))
			last = row.template
		}
		e := w.dnsEndpoint(row)
		e.Group = group
		out = append(out, e)
	}
	return out, groups
}
