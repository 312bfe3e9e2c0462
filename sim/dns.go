package sim

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The cluster's DNS, and the resolver in a pod. Records are not kept anywhere:
// they are worked out from Services and endpoints when somebody asks. Only the
// caches that the profile has are state.

// dnsAddress is the cluster IP of the cluster's DNS.
const dnsAddress = "10.96.0.10"

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
		if e, ok := z.endpoints.find(endpointName(s, pod)); ok && z.endpoints.at(e).hostname {
			out.Endpoints, out.Groups = z.endpointsOf(spec, []int32{e})
			return out, true
		}
	}
	out.Endpoints, out.Groups = z.endpointsOf(spec, z.sortedEndpoints(s))
	return out, true
}

// Reverse implements dnsmodel.Zone.
func (z zone) Reverse(addr netip.Addr) []dnsmodel.Reference {
	var out []dnsmodel.Reference
	for s := range z.services.all {
		if svc := z.services.at(s); svc.spec.Spec.ClusterIP == addr.String() {
			out = append(out, dnsmodel.Reference{Namespace: svc.spec.Namespace, Service: svc.spec.Name, ClusterIP: true})
		}
	}
	for s := range z.services.all {
		svc := z.services.at(s)
		for _, e := range z.sortedEndpoints(s) {
			if row := z.endpoints.at(e); podAddr(row.ip) == addr {
				out = append(out, dnsmodel.Reference{Namespace: svc.spec.Namespace, Service: svc.spec.Name, Endpoint: z.dnsEndpoint(row)})
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
	slices.SortFunc(out, func(a, b int32) int {
		x, y := w.endpoints.at(a).pod, w.endpoints.at(b).pod
		return cmp.Or(cmp.Compare(w.text(x.Base), w.text(y.Base)), cmp.Compare(x.Ordinal, y.Ordinal))
	})
	return out
}

// endpointsOf are endpoints as DNS sees them, with the groups of their ports.
func (w *world) endpointsOf(spec *model.Service, rows []int32) (out []dnsmodel.Endpoint, groups [][]dnsmodel.Port) {
	last, group := policy.Template(-1), int16(0)
	for _, e := range rows {
		row := w.endpoints.at(e)
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

// resolve looks a name up from inside a pod.
func (w *world) resolve(p int32, name string) dnsmodel.Result {
	return w.resolveAs(w.pods.at(p), name)
}

// resolveAs looks a name up as a pod does that need not be an object any more. On a
// node that is cut off only the caches of the node answer.
func (w *world) resolveAs(r *pod, name string) dnsmodel.Result {
	pod, namespace := w.rendered(r.name), w.text(r.name.Namespace)
	spec := w.podSpec(r)
	conf, _ := dnsmodel.PodResolvConf(&spec, namespace, dnsmodel.NodeDNS{
		ClusterDNS: []string{dnsAddress}, ClusterDomain: model.ClusterDomain,
	})
	client := dnsmodel.Client{
		Conf:  conf,
		Hosts: dnsmodel.PodHosts(pod, namespace, &spec, [2]netip.Addr{podAddr(r.ip)}, model.ClusterDomain),
	}
	caches := w.cachesOf(r.node)
	return client.Resolve(name, func(q dnsmodel.Question) dnsmodel.Response {
		if w.nodes.at(r.node).cut {
			return w.resolveCutOff(q, r.node)
		}
		return dnsmodel.Serve(zone{w}, w.settings.dns.Server, q, w.now, caches...)
	})
}

// resolveCutOff is what a node's own cache answers, or that nobody does.
func (w *world) resolveCutOff(q dnsmodel.Question, node int32) dnsmodel.Response {
	for i, cache := range w.cachesOf(node) {
		if !w.settings.dns.Caches[len(w.settings.dns.Caches)-1-i].PerNode {
			break // it is not on the node
		}
		if r, ok := cache.Get(q, w.now); ok {
			return r
		}
	}
	return dnsmodel.Response{Rcode: dnsmodel.Timeout}
}

// cachesOf are the caches between a node's pods and the server, the nearest first.
// They come into being with the first question. Each node has a place for each
// cache of the profile; those that all nodes share are the first node's.
func (w *world) cachesOf(node int32) []*dnsmodel.Cache {
	configs := w.settings.dns.Caches
	for len(w.caches) < len(configs)*len(w.nodes.rows) {
		w.caches = append(w.caches, dnsmodel.Cache{Config: configs[len(w.caches)%len(configs)]})
	}
	var out []*dnsmodel.Cache
	for i := len(configs) - 1; i >= 0; i-- {
		at := i
		if configs[i].PerNode {
			at += int(node) * len(configs)
		}
		out = append(out, &w.caches[at])
	}
	return out
}

// podSpec is a pod's spec: the template's, with its identity.
func (w *world) podSpec(r *pod) model.PodSpec {
	spec := w.template(r.template).spec.Spec
	spec.Hostname = w.rendered(r.name)
	spec.Subdomain = w.text(r.service)
	if r.node != nowhere {
		spec.NodeName = w.rendered(w.nodes.at(r.node).name)
	}
	return spec
}
