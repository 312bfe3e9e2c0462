package dnsmodel

import "net/netip"

// collector gathers the addresses of one type, each once, in the order they come.
type collector struct {
	q    Question
	ttl  uint32
	out  []Record
	seen map[netip.Addr]struct{}
}

// few is up to how many records a look through all of them is cheaper than a map.
const few = 16

func (c *collector) add(ip netip.Addr) {
	if c.q.Type != addressType(ip) {
		return
	}
	if len(c.out) < few {
		for i := range c.out {
			if c.out[i].Addr == ip {
				return
			}
		}
	} else if c.known(ip) {
		return
	}
	c.out = append(c.out, Record{Name: c.q.Name, Type: c.q.Type, TTL: c.ttl, Addr: ip})
}

// known looks an address up in the map, and notes it there.
func (c *collector) known(ip netip.Addr) bool {
	if c.seen == nil {
		c.seen = make(map[netip.Addr]struct{})
		for i := range c.out {
			c.seen[c.out[i].Addr] = struct{}{}
		}
	}
	_, ok := c.seen[ip]
	c.seen[ip] = struct{}{}
	return ok
}

// servers gathers SRV records and the addresses of their targets, each once.
//
// Source: coredns plugin/backend_lookup.go, SRV.
type servers struct {
	q      Question
	ttl    uint32
	weight uint16
	out    Response
	seen   map[server]struct{}
}

// server is what makes an SRV record or an address of one the same as another: a
// target with a port, or a target with an address.
type server struct {
	target string
	port   int32
	addr   netip.Addr
}

// newServers starts the answer to a question that matched some items. Their number
// sets the weight of each, even if some of them make no record.
func newServers(q Question, ttl uint32, items int) servers {
	weight := uint16(1)
	if items > 0 && items < 100 {
		weight = uint16(100 / items)
	}
	return servers{q: q, ttl: ttl, weight: weight, seen: make(map[server]struct{})}
}

func (s *servers) add(target string, ip netip.Addr, port int32) {
	if port == noPort {
		return
	}
	if s.first(server{target: target, port: port}) {
		s.out.Answer = append(s.out.Answer, Record{Name: s.q.Name, Type: TypeSRV, TTL: s.ttl,
			Weight: s.weight, Port: uint16(port), Target: target})
	}
	if s.first(server{target: target, addr: ip}) {
		s.out.Extra = append(s.out.Extra, Record{Name: target, Type: addressType(ip), TTL: s.ttl, Addr: ip})
	}
}

func (s *servers) first(k server) bool {
	_, ok := s.seen[k]
	s.seen[k] = struct{}{}
	return !ok
}

// external answers for a Service of type ExternalName: with a CNAME, and with what
// that leads to. A name that is really an address makes no record, and neither does
// an SRV.
//
// Source: coredns plugin/kubernetes/kubernetes.go, findServices; plugin/backend_lookup.go,
// A, AAAA and CNAME.
func (a *answerer) external(q Question, p *parsed, target string) (out Response, found bool) {
	if p.host != "" || p.port != "" || p.protocol != "" {
		return out, false
	}
	if _, err := netip.ParseAddr(target); err == nil {
		return out, false
	}
	cname := Record{Name: q.Name, Type: TypeCNAME, TTL: a.cfg.TTL, Target: target}
	switch q.Type {
	case TypeCNAME:
		out.Answer = []Record{cname}
	case TypeA, TypeAAAA:
		out.Answer = a.follow(q, cname)
	case TypeTXT, TypePTR, TypeMX, TypeSRV:
	default:
		// Whether the name exists CoreDNS finds out by looking for its A, of which the
		// caches then know.
		a.follow(Question{Name: q.Name, Type: TypeA}, cname)
	}
	return out, true
}

// follow is a CNAME and the addresses of its target. A target within the cluster
// that has no address takes the CNAME with it; one outside does not. So a circle of
// CNAMEs comes to nothing. Of a target outside the server asks itself, caches included.
//
// Source: coredns plugin/pkg/upstream/upstream.go, Lookup.
func (a *answerer) follow(q Question, cname Record) []Record {
	if a.cnames >= maxCNAMEs || same(q.Name, cname.Target) {
		return nil
	}
	next := Question{Name: cname.Target, Type: q.Type}
	p := parse(next.Name, a.cfg.domain())
	if p.shape == shapeOutside || p.zone != "" && !same(p.zone, a.cfg.domain()) {
		return append([]Record{cname}, Serve(a.zone, a.cfg, next, a.now, a.caches...).Answer...)
	}
	if p.shape == shapeInvalid {
		return nil
	}
	a.cnames++
	out, _ := a.lookup(next, &p)
	if len(out.Answer) == 0 {
		return nil
	}
	return append([]Record{cname}, out.Answer...)
}

// pointers are the names of an address: that of the Service whose cluster IP it is,
// or those of all ready endpoints that have it.
//
// Source: coredns plugin/kubernetes/reverse.go, serviceRecordForIP.
func (a *answerer) pointers(q Question, ip netip.Addr) (out []Record) {
	refs := a.zone.Reverse(ip)
	suffix := ".svc." + a.cfg.domain()
	for i := range refs {
		if r := &refs[i]; r.ClusterIP {
			return []Record{a.pointer(q, r.Service+"."+r.Namespace+suffix)}
		}
	}
	seen := make(map[string]struct{}, len(refs))
	for i := range refs {
		r := &refs[i]
		if !r.Endpoint.Ready || r.Endpoint.Addr != ip {
			continue
		}
		name := r.Endpoint.Label(a.cfg.EndpointPodNames) + "." + r.Service + "." + r.Namespace + suffix
		if _, ok := seen[name]; !ok {
			seen[name] = struct{}{}
			out = append(out, a.pointer(q, name))
		}
	}
	return out
}

func (a *answerer) pointer(q Question, target string) Record {
	return Record{Name: q.Name, Type: TypePTR, TTL: a.cfg.TTL, Target: target}
}
