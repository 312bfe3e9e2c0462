package dns

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
)

// How questions are drawn.

// ask asks something new, or something that was asked before.
func (w *teller) ask() {
	q := question{Name: w.name(), Node: w.number("node", 0, nodeCount-1)}
	if q.Type = w.kind(); strings.HasSuffix(q.Name, "arpa") && !w.oneIn(4, "another type") {
		q.Type = dnsmodel.TypePTR
	}
	if len(w.q) > 0 && w.oneIn(2, "again") {
		q = w.q[w.number("which", 0, len(w.q)-1)]
		q.Node = w.number("node", 0, nodeCount-1)
	}
	w.q = append(w.q, q)
	w.tell(step{Ask: &q})
	if w.oneIn(3, "soon again") { // perhaps before the caches have forgotten it
		w.s.Steps = append(w.s.Steps, step{After: time.Duration(pick(w, "tenths", 1, 5, 12, 29, 45, 51, 80)) * time.Second / 10, Ask: &q})
	}
}

func (w *teller) kind() dnsmodel.Type {
	if !w.oneIn(4, "odd type") {
		return pick(w, "type", dnsmodel.TypeA, dnsmodel.TypeA, dnsmodel.TypeAAAA, dnsmodel.TypeSRV, dnsmodel.TypeSRV)
	}
	return pick(w, "type",
		dnsmodel.TypeTXT, dnsmodel.TypeCNAME, dnsmodel.TypeMX, dnsmodel.TypeNS, dnsmodel.TypeSOA, dnsmodel.TypeHTTPS, dnsmodel.TypeANY, dnsmodel.TypeAXFR,
		dnsmodel.TypeIXFR, dnsmodel.Type(35), dnsmodel.Type(257))
}

// name draws a name, without the final dot: one of the grammar, mostly.
func (w *teller) name() string {
	domain := w.s.Setup.domain()
	name := ""
	switch n := pick(w, "form", percent...) / 5; {
	case n < 9:
		name = w.known()
	case n < 11:
		name = w.left() + pick(w, "service", append(services, "orphan", "missing", "c-1", "c-2")...) + "." +
			pick(w, "namespace", "default", "default", "default", "prod", "kube-system", "missing") + ".svc." + domain
	case n < 12:
		name = w.knownPod()
	case n < 13:
		name = w.left() + pick(w, "pod", "10-1-0-1", "10-1-0-2", "fd00--1", "fd00-5--", "0-0-0-0-0-0-0-1", "--ffff-a01-1", "FD00--1", "fd00-0--1", "10-1-0-01", "web-0", "10-1-0-1-1", "2001-db8-1-2-3-4-5-6") + "." +
			pick(w, "namespace", "default", "prod", "missing") + ".pod." + domain
	case n < 15:
		name = w.backwards()
	case n < 17:
		name = pick(w, "odd", "", "svc.", "pod.", "default.svc.", "missing.svc.", "default.pod.", "missing.pod.", "foo.", "default.", "nginx.default.", "dns-version.", "ns.dns.",
			"x.ns.dns.", "x.dns-version.", "nginx.default.svc.svc.", "a.b.c.nginx.default.svc.", "_.svc.") + domain
	case n < 19:
		name = pick(w, "outside", "db", "short", "chain", "bare", "fail", "refused", "half", "gone", "sometimes", "sometimes") + pick(w, "outside zone", ".example.com", ".example.net")
	default:
		name = pick(w, "elsewhere", "example.org", "nginx.default.svc.my"+domain, "local", "com", "x.in-addr.org")
	}
	return w.cased(name, domain)
}

// known draws a name that there is, or nearly: of a Service, of one of its ports, of an
// endpoint, or of an address.
func (w *teller) known() string {
	svc := w.someService()
	if svc == nil {
		return "nginx.default.svc." + w.s.Setup.domain()
	}
	left, addrs := []string{"", ""}, dnsmodel.NewService(svc).ClusterIPs
	seen, _ := w.c.Service(svc.Namespace, svc.Name, "")
	for _, e := range seen.Endpoints {
		left, addrs = append(left, e.Label(w.s.Setup.profile.Server.EndpointPodNames)+"."), append(addrs, e.Addr)
	}
	for _, group := range append(seen.Groups, seen.Ports) {
		for _, port := range group {
			left = append(left, "_"+strings.ToLower(port.Name)+"._"+strings.ToLower(port.Protocol)+".")
		}
	}
	if len(addrs) > 0 && w.oneIn(4, "backwards") {
		return dnsmodel.ReverseName(pick(w, "address", addrs...))
	}
	return pick(w, "left", left...) + svc.Name + "." + svc.Namespace + ".svc." + w.s.Setup.domain()
}

// knownPod draws the name of a pod that there is, by its address, which can be spelled in
// several ways.
func (w *teller) knownPod() string {
	if len(w.c.pods) == 0 {
		return "10-1-0-1.default.pod." + w.s.Setup.domain()
	}
	p := w.c.pods[pick(w, "pod", slices.Sorted(maps.Keys(w.c.pods))...)]
	text := p.IP.String()
	if w.oneIn(3, "another way") {
		text = pick(w, "way", p.IP.StringExpanded(), netip.AddrFrom16(p.IP.As16()).StringExpanded())
	}
	return strings.NewReplacer(".", "-", ":", "-").Replace(text) + "." + p.Namespace + ".pod." + w.s.Setup.domain()
}

// left draws what stands left of a Service.
func (w *teller) left() string {
	return pick(w, "left", "", "", "", "web-0.", "web-0.", "web-1.", "web-7.", "10-1-0-1.", "fd00--2.", "fd00-5--0.", "pod-a.", "_web._tcp.", "_web._tcp.", "web.tcp.", "_._tcp.", "_._.",
		"_peer._udp.", "_nope._tcp.", "_web._tcp.web-0.", "a.b.c.", strings.Repeat("p", 63)+".")
}

// backwards draws a name of a reverse zone: an address, or not quite.
func (w *teller) backwards() string {
	name := dnsmodel.ReverseName(w.addr(w.oneIn(2, "six")))
	switch pick(w, "odd address", percent...) % 15 {
	case 8:
		name = "x." + name
	case 9:
		_, name, _ = strings.Cut(name, ".")
	case 10:
		name = "9.2.0.192.in-addr.arpa"
	case 11:
		name = pick(w, "apex", "in-addr.arpa", "ip6.arpa", "svc.in-addr.arpa", "pod.ip6.arpa", "x.svc.in-addr.arpa", "ns.dns.ip6.arpa", "dns-version.in-addr.arpa")
	case 12: // an IPv4 address as an IPv6 one
		name = "1.0.0.0.1.0.a.0.f.f.f.f." + strings.Repeat("0.", 20) + "ip6.arpa"
	case 13:
		name = fmt.Sprintf("%d.96.0.96.10.in-addr.arpa", w.number("n", 1, 5))
	case 14:
		name = fmt.Sprintf("%d.0.96.10.in-addr.arpa", w.number("n", 1, 5))
	}
	return name
}

// cased writes some names, or their zones alone, in capitals.
func (w *teller) cased(name, domain string) string {
	switch pick(w, "case", percent...) % 20 {
	case 17:
		return strings.ToUpper(name)
	case 18:
		return strings.TrimSuffix(name, domain) + strings.ToUpper(name[len(strings.TrimSuffix(name, domain)):])
	case 19:
		return strings.ToUpper(name[:len(name)/2]) + name[len(name)/2:]
	}
	return name
}
