package dnsmodel

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// Config is how CoreDNS's kubernetes plugin is set up. The zero Config serves
// cluster.local with records of TTL 0 (the plugin's own default is 5) and no names
// for pods; a [Profile] has the usual ones.
type Config struct {
	Domain             string     // the cluster's zone; "" is cluster.local
	TTL                uint32     // seconds, of records and of denials: the option ttl, at most 3600
	Pods               PodNames   // the option pods: what 10-1-0-1.ns.pod.zone is
	EndpointPodNames   bool       // the option endpoint_pod_names
	IgnoreEmptyService bool       // the option "ignore empty_service"
	ReverseFallthrough bool       // addresses nobody has are asked for upstream
	Syncing            bool       // the informers have not synced yet: SERVFAIL instead of NXDOMAIN
	Address            netip.Addr // of the server itself, for ns.dns.<zone>; the zero Addr is none
	Serial             uint32     // of the SOA: seconds of Unix time of the last change
	Upstream           Upstream   // answers for the names outside; nil is a world without any
}

// PodNames says whether addresses, spelled with dashes, are names below pod.<zone>.
type PodNames uint8

// The values of the option pods.
const (
	PodsDisabled PodNames = iota // there are none: the default
	PodsInsecure                 // any address at all is one, in a namespace that exists
	PodsVerified                 // the first address of each pod is one
)

// The fixed record dns-version.<zone>.
//
// Source: coredns plugin/kubernetes/kubernetes.go, DNSSchemaVersion and Services.
const (
	dnsVersion    = "1.1.0"
	dnsVersionTTL = 28800
)

// maxSOATTL caps the TTL, in seconds, of the SOA that goes with a denial.
const maxSOATTL = 300

// maxCNAMEs is how many CNAMEs the plugin follows within the zone.
//
// Source: coredns plugin/backend_lookup.go, maxCnameChainLength, and how it is used.
const maxCNAMEs = 11

func (c *Config) domain() string {
	if c.Domain == "" {
		return model.ClusterDomain
	}
	return c.Domain
}

// soa is the SOA of a zone of this server.
//
// Source: coredns plugin/backend_lookup.go, SOA.
func (c *Config) soa(zone string) SOA {
	return SOA{Zone: zone, TTL: min(c.TTL, maxSOATTL), MinTTL: c.TTL, Serial: c.Serial}
}

// upstream asks for a name outside the cluster.
func (c *Config) upstream(q Question) Response {
	if c.Upstream == nil {
		return Response{Rcode: NXDomain}
	}
	return c.Upstream.Lookup(q)
}

// Answer is what CoreDNS says, before any cache. Records keep the order of the
// Service's endpoints; no address and no SRV target comes twice. A name that no DNS
// message can hold is FORMERR.
//
// Source: coredns plugin/kubernetes/handler.go, ServeDNS.
func Answer(z Zone, cfg Config, q Question) Response {
	a := answerer{zone: z, cfg: cfg}
	return a.answer(q)
}

func (a *answerer) answer(q Question) Response {
	q.Name = strings.TrimSuffix(q.Name, ".")
	p := parse(q.Name, a.cfg.domain())
	switch {
	case p.shape == shapeInvalid:
		return Response{Rcode: FormErr}
	case p.shape == shapeOutside:
		return a.cfg.upstream(q)
	case transfer(q.Type):
		return Response{Rcode: Refused}
	case q.Type == TypeSOA:
		return a.authority(q, &p)
	}
	out, found := a.lookup(q, &p)
	switch {
	case !found && a.cfg.ReverseFallthrough && !same(p.zone, a.cfg.domain()):
		return a.cfg.upstream(q)
	case !found && a.cfg.Syncing:
		return Response{Rcode: ServFail, SOA: a.cfg.soa(p.zone)}
	case !found:
		return Response{Rcode: NXDomain, SOA: a.cfg.soa(p.zone)}
	case len(out.Answer) == 0:
		out.SOA = a.cfg.soa(p.zone)
	}
	return out
}

// authority answers for the SOA: a zone has one, and of other names nobody finds out
// whether they exist.
func (a *answerer) authority(q Question, p *parsed) Response {
	soa := a.cfg.soa(p.zone)
	if len(p.zone) != len(q.Name) {
		return Response{SOA: soa}
	}
	return Response{Answer: []Record{{Name: q.Name, Type: TypeSOA, TTL: soa.TTL, Text: soa.data()}}}
}

// answerer answers one question. cnames counts the CNAMEs that led to it. One that leaves
// the cluster is followed with a question to the server itself, that is through its
// caches.
type answerer struct {
	zone   Zone
	cfg    Config
	cnames int
	now    model.Instant // of meaning with caches only
	caches []*Cache
}

// lookup finds the records; false if nothing of any type matched the name, which
// makes the answer NXDOMAIN.
func (a *answerer) lookup(q Question, p *parsed) (out Response, found bool) {
	switch p.shape {
	case shapeApex:
		// A TXT that is not for dns-version exists only where there are items, and the
		// apex has none; all other types are NODATA.
		return out, q.Type != TypeTXT
	case shapeReverse:
		if q.Type != TypePTR {
			return out, false
		}
		out.Answer = a.pointers(q, p.addr)
		return out, len(out.Answer) > 0
	case shapeNoGrammar:
		return a.fixed(q, p)
	}
	if !a.zone.Namespace(p.namespace) {
		return out, false
	}
	switch p.shape {
	case shapeNamespace:
		return out, q.Type != TypeTXT
	case shapePods:
		return out, a.cfg.Pods != PodsDisabled && q.Type != TypeTXT
	case shapePod:
		return a.pod(q, p)
	default:
		return a.service(q, p)
	}
}

// fixed answers for the two names that each zone of the server has besides. That of the
// server itself is known only if the zone is asked for in lower case, and not by those
// who ask for a TXT or a PTR.
//
// Source: coredns plugin/kubernetes/kubernetes.go, Services; ns.go, isDefaultNS.
func (a *answerer) fixed(q Question, p *parsed) (out Response, found bool) {
	switch {
	case p.left == "dns-version" && q.Type == TypeTXT:
		out.Answer = []Record{{Name: q.Name, Type: TypeTXT, TTL: dnsVersionTTL, Text: dnsVersion}}
		return out, true
	case p.left == "ns.dns" && q.Type != TypeTXT && q.Type != TypePTR && p.zone == lower(p.zone):
		if ip := a.cfg.Address; ip.IsValid() && q.Type == addressType(ip) {
			out.Answer = a.address(q, ip)
		}
		return out, true
	}
	return out, false
}

func (a *answerer) address(q Question, ip netip.Addr) []Record {
	return []Record{{Name: q.Name, Type: q.Type, TTL: a.cfg.TTL, Addr: ip}}
}

// pod answers for an address spelled with dashes, and does not look at what stands left
// of it.
//
// Source: coredns plugin/kubernetes/kubernetes.go, findPods.
func (a *answerer) pod(q Question, p *parsed) (out Response, found bool) {
	ip, canonical := undash(p.service)
	switch {
	case a.cfg.Pods == PodsDisabled || !ip.IsValid():
		return out, false
	case a.cfg.Pods == PodsVerified && !(canonical && a.zone.Pod(p.namespace, ip)):
		return out, false
	}
	switch q.Type {
	case addressType(ip):
		out.Answer = a.address(q, ip)
	case TypeSRV:
		// CoreDNS makes an SRV of port 0 of any item that is an address.
		out.Answer = []Record{{Name: q.Name, Type: TypeSRV, TTL: a.cfg.TTL, Weight: 100,
			Target: p.service + "." + p.namespace + ".pod." + p.zone}}
		out.Extra = []Record{{Name: out.Answer[0].Target, Type: addressType(ip), TTL: a.cfg.TTL, Addr: ip}}
	}
	return out, true
}

// service answers for a Service and what stands left of it.
//
// Source: coredns plugin/kubernetes/kubernetes.go, findServices.
func (a *answerer) service(q Question, p *parsed) (out Response, found bool) {
	svc, ok := a.zone.Service(p.namespace, p.service, p.host)
	switch {
	case !ok:
		return out, false
	case svc.ExternalName != "":
		return a.external(q, p, svc.ExternalName)
	case a.cfg.IgnoreEmptyService && !anyReady(svc.Endpoints):
		return out, false // as a headless Service is without the option
	case svc.Headless || p.host != "":
		return a.endpoints(q, p, &svc)
	default:
		return a.virtual(q, p, &svc)
	}
}

func anyReady(endpoints []Endpoint) bool {
	return slices.ContainsFunc(endpoints, func(e Endpoint) bool { return e.Ready })
}

// virtual answers with the cluster IPs of a Service, whoever is behind them.
func (a *answerer) virtual(q Question, p *parsed, svc *Service) (out Response, found bool) {
	matched := matching(svc.Ports, p)
	if matched == 0 {
		return out, false
	}
	switch q.Type {
	case TypeA, TypeAAAA:
		c := collector{q: q, ttl: a.cfg.TTL}
		for _, ip := range svc.ClusterIPs {
			c.add(ip)
		}
		return Response{Answer: c.out}, true
	case TypeSRV:
		target := p.service + "." + p.namespace + ".svc." + p.zone
		s := newServers(q, a.cfg.TTL, matched*len(svc.ClusterIPs))
		for i := range portsOf(svc.Ports) {
			port, ok := portAt(svc.Ports, i, p)
			for _, ip := range svc.ClusterIPs {
				if ok {
					s.add(target, ip, port)
				}
			}
		}
		return s.out, true
	}
	return out, true
}

// endpoints answers with the ready endpoints of a Service.
func (a *answerer) endpoints(q Question, p *parsed, svc *Service) (out Response, found bool) {
	items := 0
	c := collector{q: q, ttl: a.cfg.TTL}
	for i := range svc.Endpoints {
		e := &svc.Endpoints[i]
		if n := a.items(e, p, svc); n > 0 {
			items += n
			if q.Type == TypeA || q.Type == TypeAAAA {
				c.add(e.Addr)
			}
		}
	}
	if items == 0 || q.Type != TypeSRV {
		return Response{Answer: c.out}, items > 0
	}
	s := newServers(q, a.cfg.TTL, items)
	suffix := "." + p.service + "." + p.namespace + ".svc." + p.zone
	for i := range svc.Endpoints {
		e := &svc.Endpoints[i]
		if a.items(e, p, svc) == 0 {
			continue
		}
		target := e.Label(a.cfg.EndpointPodNames) + suffix
		ports := svc.ports(e)
		for j := range portsOf(ports) {
			if port, ok := portAt(ports, j, p); ok {
				s.add(target, e.Addr, port)
			}
		}
	}
	return s.out, true
}

// items counts what an endpoint contributes to a question: its ports that match, and
// nothing if it is not ready or has another label.
func (a *answerer) items(e *Endpoint, p *parsed, svc *Service) int {
	if !e.Ready || p.host != "" && !e.hasLabel(p.host, a.cfg.EndpointPodNames) {
		return 0
	}
	return matching(svc.ports(e), p)
}

// noPort is the port of what has none: it is found by names without a port, and it
// makes no SRV record.
const noPort = -1

// portsOf is how many ports a list counts for: an empty one is one item without a
// port.
func portsOf(ports []Port) int { return max(1, len(ports)) }

// portAt is the number of the i-th port of a list; false if the name asks for others.
//
// Source: coredns plugin/kubernetes/kubernetes.go, matchPortAndProtocol.
func portAt(ports []Port, i int, p *parsed) (number int32, ok bool) {
	if len(ports) == 0 {
		return noPort, p.port == "" && p.protocol == ""
	}
	port := &ports[i]
	return port.Number, (p.port == "" || same(p.port, port.Name)) &&
		(p.protocol == "" || same(p.protocol, port.Protocol))
}

func matching(ports []Port, p *parsed) (n int) {
	for i := range portsOf(ports) {
		if _, ok := portAt(ports, i, p); ok {
			n++
		}
	}
	return n
}
