package dns

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/ordinal-sim/ordinal/dnsmodel"
)

// TestWitness holds that the comparison can fail: each bug, planted into Ordinal's side,
// is seen in one of the stories drawn.
func TestWitness(t *testing.T) {
	const storiesAtMost = 1000
	answer := func(bug func(*dnsmodel.Response, dnsmodel.Question)) func(*player) {
		return func(p *player) { p.bug = bug }
	}
	server := func(change func(*dnsmodel.Config)) func(*player) {
		return func(p *player) { change(&p.story.Setup.profile.Server) }
	}
	caches := func(change func(*dnsmodel.CacheConfig)) func(*player) {
		return func(p *player) {
			for _, node := range p.caches {
				for _, c := range node {
					change(&c.Config)
				}
			}
		}
	}
	for _, row := range []struct {
		what  string
		plant func(*player)
	}{
		{"a name without data does not exist", answer(func(r *dnsmodel.Response, _ dnsmodel.Question) {
			if r.NoData() {
				r.Rcode = dnsmodel.NXDomain
			}
		})},
		{"a denial has no SOA", answer(func(r *dnsmodel.Response, _ dnsmodel.Question) { r.SOA = dnsmodel.SOA{} })},
		{"an SRV comes without addresses", answer(func(r *dnsmodel.Response, _ dnsmodel.Question) { r.Extra = nil })},
		{"an SRV weighs nothing", answer(func(r *dnsmodel.Response, _ dnsmodel.Question) {
			r.Answer = slices.Clone(r.Answer)
			for i := range r.Answer {
				r.Answer[i].Weight = 0
			}
		})},
		{"an answer is in lower case", answer(func(r *dnsmodel.Response, _ dnsmodel.Question) {
			r.Answer = slices.Clone(r.Answer)
			for i := range r.Answer {
				r.Answer[i].Name = strings.ToLower(r.Answer[i].Name)
			}
		})},
		{"an address is told once only", answer(func(r *dnsmodel.Response, _ dnsmodel.Question) { r.Answer = r.Answer[:min(1, len(r.Answer))] })},
		{"records live a second longer", server(func(c *dnsmodel.Config) { c.TTL++ })},
		{"pods have names always", server(func(c *dnsmodel.Config) { c.Pods = dnsmodel.PodsInsecure })},
		{"endpoints have the names of their pods", server(func(c *dnsmodel.Config) { c.EndpointPodNames = true })},
		{"empty Services are ignored", server(func(c *dnsmodel.Config) { c.IgnoreEmptyService = true })},
		{"what nobody has is asked for outside", server(func(c *dnsmodel.Config) { c.ReverseFallthrough = !c.ReverseFallthrough })},
		{"answers are kept for 2 s", caches(func(c *dnsmodel.CacheConfig) { c.Success = 2 })},
		{"denials are kept for 2 s", caches(func(c *dnsmodel.CacheConfig) { c.Denial = 2 })},
		{"answers of the cluster's zone are kept", caches(func(c *dnsmodel.CacheConfig) { c.DisableSuccess = "" })},
		{"denials of the cluster's zone are kept", caches(func(c *dnsmodel.CacheConfig) { c.DisableDenial = "" })},
		{"nodes share a cache", func(p *player) { p.caches[1] = p.caches[0] }},
		{"there are no caches", func(p *player) { p.caches = make([][]*dnsmodel.Cache, nodeCount) }},
		{"an endpoint that is not ready is there", func(p *player) { p.zone = everybody{p.cluster} }},
		{"a Service that is gone leaves nothing behind", func(p *player) { p.zone = forgetful{p.cluster} }},
	} {
		t.Run(row.what, func(t *testing.T) {
			generator := stories()
			for seed := range storiesAtMost {
				if play(t, generator.Example(seed), map[string]int{}, row.plant) != "" {
					return
				}
			}
			t.Errorf("nobody has noticed in %d stories", storiesAtMost)
		})
	}
}

// everybody is a cluster whose endpoints are all ready.
type everybody struct{ *cluster }

// Service implements [dnsmodel.Zone].
func (c everybody) Service(namespace, name, host string) (dnsmodel.Service, bool) {
	s, ok := c.cluster.Service(namespace, name, host)
	for i := range s.Endpoints {
		s.Endpoints[i].Ready = true
	}
	return s, ok
}

// forgetful is a cluster in which addresses lead back to Services that there are, only.
type forgetful struct{ *cluster }

// Reverse implements [dnsmodel.Zone].
func (c forgetful) Reverse(addr netip.Addr) []dnsmodel.Reference {
	return slices.DeleteFunc(c.cluster.Reverse(addr), func(r dnsmodel.Reference) bool { return c.services[key(r.Namespace, r.Service)] == nil })
}
