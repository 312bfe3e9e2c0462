package dnsmodel

import (
	"net/netip"
	"strings"
)

// Upstream answers for names outside the cluster.
type Upstream interface {
	Lookup(q Question) Response
}

// Host is one address of a name outside the cluster.
type Host struct {
	Name string // without the final dot
	Addr netip.Addr
	TTL  uint32 // seconds
}

// Table is a world outside the cluster that consists of a list of addresses. Case
// does not matter. A name that is not in the list does not exist.
type Table []Host

// Lookup implements [Upstream]. Its denials carry no SOA, so that no cache keeps
// them.
func (t Table) Lookup(q Question) Response {
	var r Response
	name := strings.TrimSuffix(q.Name, ".")
	known := false
	for _, host := range t {
		if !same(host.Name, name) {
			continue
		}
		known = true
		if q.Type == addressType(host.Addr) {
			r.Answer = append(r.Answer, Record{Name: name, Type: q.Type, TTL: host.TTL, Addr: host.Addr})
		}
	}
	if !known {
		r.Rcode = NXDomain
	}
	return r
}

// addressType is the type of record that holds an address.
func addressType(addr netip.Addr) Type {
	if addr.Is4() {
		return TypeA
	}
	return TypeAAAA
}
