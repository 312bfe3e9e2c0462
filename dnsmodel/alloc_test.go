package dnsmodel

import (
	"fmt"
	"net/netip"
	"testing"
)

// ordinalZone finds the endpoint of a hostname without a look at the others, as a
// simulator does.
type ordinalZone struct{ svc Service }

func (z *ordinalZone) Namespace(string) bool { return true }

func (z *ordinalZone) Service(_, _, host string) (Service, bool) {
	s := z.svc
	if host == "web-9000" {
		s.Endpoints = s.Endpoints[9000:9001]
	}
	return s, true
}

func (z *ordinalZone) Reverse(netip.Addr) []Reference { return nil }

func (z *ordinalZone) Pod(string, netip.Addr) bool { return false }

func bigZone() *ordinalZone {
	z := &ordinalZone{Service{Headless: true}}
	for i := range 10000 {
		z.svc.Endpoints = append(z.svc.Endpoints, Endpoint{Addr: addrOf(i), Hostname: fmt.Sprintf("web-%d", i), Ready: true})
	}
	return z
}

// The common question, one pod's address, costs little more than its one record.
func TestAllocations(t *testing.T) {
	z, cfg := bigZone(), Kubeadm().Server
	q := Question{"web-9000.nginx" + d, TypeA}
	caches := []*Cache{{Config: Addons().Caches[0]}}
	rows := []struct {
		what string
		most float64
		do   func()
	}{
		{"an answer from the tables", 1, func() { Answer(z, cfg, q) }},
		{"a denial", 0, func() { Answer(z, cfg, Question{"web-x.nginx" + d, TypeAAAA}) }},
		{"an answer from a cache", 1, func() { Serve(z, cfg, q, at(s), caches...) }},
	}
	Serve(z, cfg, q, at(0), caches...)
	for _, row := range rows {
		if n := testing.AllocsPerRun(100, row.do); n > row.most {
			t.Errorf("%s: %v allocations, want at most %v", row.what, n, row.most)
		}
	}
}

func BenchmarkAnswer(b *testing.B) {
	z, cfg := bigZone(), Kubeadm().Server
	for b.Loop() {
		Answer(z, cfg, Question{"web-9000.nginx" + d, TypeA})
	}
}

func BenchmarkResolve(b *testing.B) {
	z, cfg := bigZone(), Kubeadm().Server
	c := clientOf(1, "default")
	ask := func(q Question) Response { return Answer(z, cfg, q) }
	for b.Loop() {
		c.Resolve("web-9000.nginx", ask)
	}
}
