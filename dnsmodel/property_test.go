package dnsmodel

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"pgregory.net/rapid"
)

func addrOf(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}) }

// drawService draws a Service of any kind, with endpoints that may share addresses
// and hostnames.
func drawService(t *rapid.T) Service {
	s := Service{Headless: rapid.Bool().Draw(t, "headless")}
	if rapid.IntRange(0, 9).Draw(t, "external") == 0 {
		s.ExternalName = rapid.SampledFrom([]string{"db.example.com", "s" + d, "t" + d}).Draw(t, "externalName")
	}
	ports := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Port {
		return Port{rapid.SampledFrom([]string{"", "web", "peer"}).Draw(t, "port"), rapid.SampledFrom([]string{"TCP", "UDP"}).Draw(t, "proto"),
			rapid.Int32Range(1, 3).Draw(t, "number")}
	}), 0, 3)
	s.Ports = ports.Draw(t, "ports")
	s.Groups = [][]Port{ports.Draw(t, "group 0"), ports.Draw(t, "group 1")}
	if !s.Headless {
		s.ClusterIPs = []netip.Addr{ip("10.96.0.1")}
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "endpoints") {
		e := Endpoint{Addr: addrOf(i), Ready: rapid.Bool().Draw(t, "ready"), Group: int16(rapid.IntRange(0, 2).Draw(t, "group"))}
		if rapid.Bool().Draw(t, "six") {
			e.Addr = netip.AddrFrom16([16]byte{0: 0xfd, 15: byte(i)})
		}
		if rapid.Bool().Draw(t, "named") {
			e.Hostname = fmt.Sprintf("web-%d", i)
		}
		s.Endpoints = append(s.Endpoints, e)
	}
	return s
}

func drawZone(t *rapid.T) testZone {
	return testZone{namespaces: []string{"default"}, services: map[string]Service{
		"default/s": drawService(t), "default/t": drawService(t),
	}}
}

func drawQuestion(t *rapid.T) Question {
	left := rapid.SampledFrom([]string{"", "web-0.", "web-1.", "web-2.", "10-1-0-3.", "fd00--2.", "_web._tcp.", "_._udp.", "_peer._.", "a.b.c."})
	name := left.Draw(t, "left") + rapid.SampledFrom([]string{"s", "t", "missing"}).Draw(t, "service") + d
	return Question{name, rapid.SampledFrom([]Type{TypeA, TypeAAAA, TypeSRV, TypeTXT, TypeCNAME}).Draw(t, "type")}
}

// An answer never names an endpoint that is not ready, under any name.
func TestNoEndpointThatIsNotReady(t *testing.T) {
	witness := false
	rapid.Check(t, func(t *rapid.T) {
		z := drawZone(t)
		allowed := map[netip.Addr]bool{}
		for _, s := range z.services {
			for _, a := range s.ClusterIPs {
				allowed[a] = true
			}
			for _, e := range s.Endpoints {
				if e.Ready {
					allowed[e.Addr] = true
				}
			}
		}
		for range 20 {
			q := drawQuestion(t)
			r := Answer(z, Config{}, q)
			for _, rec := range append(slices.Clone(r.Answer), r.Extra...) {
				if rec.Addr.IsValid() && !allowed[rec.Addr] {
					t.Fatalf("%v names %v, which is not ready", q, rec)
				}
				witness = witness || rec.Addr.IsValid()
			}
		}
	})
	if !witness {
		t.Error("no answer ever named an endpoint")
	}
}

// items is the rule of existence told once more, without a look at the types: which
// (address, port) pairs a name matches.
func items(z testZone, name string) int {
	labels := strings.Split(strings.TrimSuffix(name, d), ".")
	svc, ok := z.services["default/"+labels[len(labels)-1]]
	left := labels[:len(labels)-1]
	if !ok || len(left) > 2 {
		return 0
	}
	fits := func(want, got string) bool { return want == "" || strings.EqualFold(want, got) }
	count := func(ports []Port) (n int) {
		if len(ports) == 0 {
			ports = []Port{{Number: -1}}
		}
		for _, p := range ports {
			if len(left) < 2 || fits(strings.TrimPrefix(left[0], "_"), p.Name) && fits(strings.TrimPrefix(left[1], "_"), p.Protocol) {
				n++
			}
		}
		return n
	}
	switch {
	case svc.ExternalName != "":
		return max(0, 1-len(left))
	case !svc.Headless && len(left) != 1:
		return count(svc.Ports)
	}
	n := 0
	for _, e := range svc.Endpoints {
		dashes := strings.NewReplacer(".", "-", ":", "-").Replace(e.Addr.String())
		if strings.HasSuffix(dashes, "-") {
			dashes += "0"
		}
		if e.Hostname != "" {
			dashes = e.Hostname
		}
		if e.Ready && (len(left) != 1 || left[0] == dashes) {
			n += count(svc.ports(&e))
		}
	}
	return n
}

// A name is NXDOMAIN exactly if no item of any family and port matches it.
func TestNXDomainMeansNothingMatched(t *testing.T) {
	counts := map[Rcode]int{}
	rapid.Check(t, func(t *rapid.T) {
		z, q := drawZone(t), drawQuestion(t)
		r := Answer(z, Config{}, q)
		n := items(z, q.Name)
		if (r.Rcode == NXDomain) != (n == 0) {
			t.Fatalf("%s %s: %s, but %d items match", q.Name, q.Type, r.Rcode, n)
		}
		if len(r.Answer) == 0 != (r.SOA.Zone != "") {
			t.Fatalf("%v: a denial carries a SOA, and nothing else does: %v", q, r)
		}
		counts[r.Rcode]++
	})
	if !testing.Short() && (counts[Success] == 0 || counts[NXDomain] == 0) { // rapid draws less then
		t.Errorf("one side was never seen: %v", counts)
	}
}

// No TTL exceeds what is configured, and no record or SRV target comes twice.
func TestTTLsAndDuplicates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, q := drawZone(t), drawQuestion(t)
		cfg := Config{TTL: rapid.Uint32Range(0, 3600).Draw(t, "ttl")}
		cache := &Cache{Config: CacheConfig{Success: rapid.Uint32Range(0, 60).Draw(t, "success")}}
		r := Answer(z, cfg, q)
		seen := map[Record]bool{}
		for _, rec := range append(slices.Clone(r.Answer), r.Extra...) {
			if rec.TTL > cfg.TTL {
				t.Fatalf("%v lives longer than %d", rec, cfg.TTL)
			}
			if seen[rec] {
				t.Fatalf("%v comes twice", rec)
			}
			seen[rec] = true
		}
		for _, rec := range Serve(z, cfg, q, 0, cache).Answer {
			if rec.TTL > max(cfg.TTL, minCacheTTL) || cache.Config.Success > 0 && rec.TTL > cache.Config.Success {
				t.Fatalf("%v lives longer in the cache than allowed", rec)
			}
		}
	})
}

// The Zone may leave out endpoints that a question for one host does not name.
func TestZoneMayLeaveOutOtherHosts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, q := drawZone(t), drawQuestion(t)
		cfg := Config{IgnoreEmptyService: rapid.Bool().Draw(t, "ignore")}
		all, few := Answer(z, cfg, q), Answer(narrow{z}, cfg, q)
		if all.String() != few.String() {
			t.Fatalf("%v\nwith all endpoints:\n%swith those of the host:\n%s", q, all, few)
		}
	})
}

type narrow struct{ testZone }

func (z narrow) Service(namespace, name, host string) (Service, bool) {
	s, ok := z.testZone.Service(namespace, name, "")
	if host != "" {
		s.Endpoints = slices.DeleteFunc(slices.Clone(s.Endpoints), func(e Endpoint) bool { return e.Label(false) != host })
	}
	return s, ok
}

// A cache is an oracle with a memory: what it serves was put, not longer ago than its
// time, and it agrees with a plain map of the last answer and the last denial.
func TestCacheServesNothingOld(t *testing.T) {
	type slot struct {
		q      Question
		denial bool
	}
	hits := 0
	rapid.Check(t, func(t *rapid.T) {
		var c Cache
		c.Config.Success, c.Config.Denial = rapid.Uint32Range(0, 20).Draw(t, "success"), rapid.Uint32Range(0, 20).Draw(t, "denial")
		stored := map[slot]Entry{}
		now := model.Instant(0)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms")) * time.Millisecond)
			q := Question{rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"), rapid.SampledFrom([]Type{TypeA, TypeAAAA}).Draw(t, "type")}
			if rapid.Bool().Draw(t, "put") {
				ttl := rapid.Uint32Range(0, 30).Draw(t, "ttl")
				r := Response{Answer: []Record{{Name: q.Name, Type: q.Type, TTL: ttl, Text: now.String()}}}
				most := c.Config.Success
				if rapid.Bool().Draw(t, "deny") {
					r = Response{Rcode: NXDomain, SOA: SOA{Zone: "z", TTL: ttl, Serial: uint32(now / 1e6)}}
					most = c.Config.Denial
				}
				if most == 0 {
					most = 1800
				}
				c.Put(q, r, now)
				stored[slot{q, r.Rcode != Success}] = Entry{Stored: now, TTL: min(max(ttl, 5), most)}
			}
			got, ok := c.Get(q, now)
			want := stored[slot{q, true}]
			if now >= want.Expires() {
				want = stored[slot{q, false}]
			}
			if ok != (now < want.Expires()) {
				t.Fatalf("at %dms the cache knows %v: %v, want %v", now/1e6, q, ok, !ok)
			}
			if !ok {
				continue
			}
			hits++
			left := want.TTL - uint32(now.Sub(want.Stored)/time.Second)
			if ttl := withTTLShown(got); !strings.HasSuffix(ttl, fmt.Sprintf(" ttl %d", left)) {
				t.Fatalf("at %dms: %s, want %d", now/1e6, ttl, left)
			}
		}
		for _, e := range c.Entries(now) {
			if now >= e.Expires() {
				t.Fatalf("%v is over", e)
			}
		}
		if !slices.IsSortedFunc(c.entries, func(a, b Entry) int { return compare(a.Question, b.Question) }) {
			t.Fatalf("entries out of order: %v", c.entries)
		}
	})
	if hits == 0 {
		t.Error("the cache never knew anything")
	}
}

// A pod resolves itself from /etc/hosts, without a query, whatever DNS would say.
func TestPodKnowsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := &model.PodSpec{
			Hostname:  rapid.StringMatching(`[a-z]([a-z0-9-]{0,20}[a-z0-9])?`).Draw(t, "hostname"),
			Subdomain: rapid.SampledFrom([]string{"", "nginx"}).Draw(t, "subdomain"),
			DNSPolicy: rapid.SampledFrom([]string{"", DNSDefault, DNSNone}).Draw(t, "policy"),
		}
		conf, _ := PodResolvConf(spec, "default", clusterNode)
		own := addrOf(9)
		c := Client{conf, PodHosts("x", "default", spec, [2]netip.Addr{own}, ""), Flavour(rapid.IntRange(0, 2).Draw(t, "flavour"))}
		names := []string{spec.Hostname, strings.ToUpper(spec.Hostname)}
		if fqdn := model.FQDN(spec.Hostname, spec.Subdomain, "default"); fqdn != "" {
			names = append(names, fqdn)
		}
		for _, name := range names {
			r := c.Resolve(name, func(Question) Response { t.Fatal("asked DNS"); return Response{} })
			if !slices.Contains(r.Addresses, own) {
				t.Fatalf("%s is %v", name, r)
			}
		}
	})
}

// An address spelled backwards is read as the address.
func TestReverseName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		for _, addr := range []netip.Addr{netip.AddrFrom16(b), netip.AddrFrom4([4]byte(b[:4]))} {
			if p := parse(ReverseName(addr), "cluster.local"); p.shape != shapeReverse || p.addr != addr {
				t.Fatalf("%s is read as %v", ReverseName(addr), p)
			}
		}
	})
}
