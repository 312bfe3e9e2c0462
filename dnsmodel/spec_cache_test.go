package dnsmodel

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

func at(d time.Duration) model.Instant { return model.Instant(0).Add(d) }

const s = time.Second

// stage is a headless Service nginx with one pod that comes, goes and moves, and the
// DNS in front of it.
type stage struct {
	cfg    Config
	pod    string // the address of web-0; "" is not ready
	caches []*Cache
}

// newStage builds the DNS of a profile; caches are asked nearest first.
func newStage(p Profile) *stage {
	st := &stage{cfg: p.Server}
	for i := len(p.Caches) - 1; i >= 0; i-- {
		st.caches = append(st.caches, &Cache{Config: p.Caches[i]})
	}
	return st
}

func (st *stage) Namespace(name string) bool { return name == "default" }

func (st *stage) Service(_, name, _ string) (Service, bool) {
	svc := Service{Headless: true}
	if st.pod != "" {
		svc.Endpoints = []Endpoint{ready(st.pod, "web-0")}
	}
	return svc, name == "nginx"
}

func (st *stage) Reverse(netip.Addr) []Reference { return nil }

func (st *stage) Pod(string, netip.Addr) bool { return false }

// ask asks for web-0 and shows the answer with its TTL.
func (st *stage) ask(t time.Duration, kind Type) string {
	return withTTLShown(Serve(st, st.cfg, Question{"web-0.nginx" + d, kind}, at(t), st.caches...))
}

func withTTLShown(r Response) string {
	ttl := r.SOA.TTL
	if len(r.Answer) > 0 {
		ttl = r.Answer[0].TTL
	}
	return fmt.Sprintf("%s ttl %d", brief(r), ttl)
}

// seen is a step of a cache's story: what the pod is from then on, and what is asked.
type seen struct {
	at   time.Duration
	pod  string
	kind Type
	want string
}

func cacheRules(t *testing.T) {
	withCache := func(ttl uint32) Profile {
		return Profile{Server: Config{TTL: ttl}, Caches: []CacheConfig{{}}}
	}
	rows := []struct {
		id, rule string
		dns      Profile
		story    []seen
	}{
		{"D70", "a TTL of 0 is kept for 5 s", withCache(0), []seen{
			{0, "10.1.0.1", TypeA, "10.1.0.1 ttl 5"},
			{1100 * time.Millisecond, "", TypeA, "10.1.0.1 ttl 4"},
			{5 * s, "", TypeA, "NXDOMAIN ttl 5"},
		}},
		{"D71", "a denial is kept by name and type; a ready pod waits for it to expire", withCache(5), []seen{
			{0, "", TypeA, "NXDOMAIN ttl 5"},
			{1100 * time.Millisecond, "10.1.0.1", TypeA, "NXDOMAIN ttl 4"},
			{1100 * time.Millisecond, "10.1.0.1", TypeAAAA, "NODATA ttl 5"},
			{5200 * time.Millisecond, "10.1.0.1", TypeA, "10.1.0.1 ttl 5"},
		}},
		{"D72", "cache 30 denies a ready pod for 30 s", Addons(), []seen{
			{0, "", TypeA, "NXDOMAIN ttl 30"},
			{1 * s, "10.1.0.1", TypeA, "NXDOMAIN ttl 29"},
			{30*s - 1, "10.1.0.1", TypeA, "NXDOMAIN ttl 1"},
			{30 * s, "10.1.0.1", TypeA, "10.1.0.1 ttl 30"},
		}},
		{"D73", "cache 30 names the address of a replaced pod for 30 s", Addons(), []seen{
			{0, "10.1.0.1", TypeA, "10.1.0.1 ttl 30"},
			{1 * s, "10.1.0.7", TypeA, "10.1.0.1 ttl 29"},
			{30*s - 1, "10.1.0.7", TypeA, "10.1.0.1 ttl 1"},
			{30 * s, "10.1.0.7", TypeA, "10.1.0.7 ttl 30"},
		}},
		{"D74", "kubeadm keeps nothing of the cluster's zone", Kubeadm(), []seen{
			{0, "", TypeA, "NXDOMAIN ttl 30"},
			{1 * s, "10.1.0.1", TypeA, "10.1.0.1 ttl 30"},
			{2 * s, "10.1.0.7", TypeA, "10.1.0.7 ttl 30"},
			{3 * s, "", TypeA, "NXDOMAIN ttl 30"},
		}},
		{"D75", "a node's cache denies for 5 s and names for 30 s", NodeLocal(), []seen{
			{0, "", TypeA, "NXDOMAIN ttl 5"},
			{1 * s, "10.1.0.1", TypeA, "NXDOMAIN ttl 4"},
			{5*s - 1, "10.1.0.1", TypeA, "NXDOMAIN ttl 1"},
			{5 * s, "10.1.0.1", TypeA, "10.1.0.1 ttl 30"},
			{6 * s, "", TypeA, "10.1.0.1 ttl 29"},
		}},
	}
	for _, row := range rows {
		spec(t, row.id, row.rule, func(t *testing.T) {
			st := newStage(row.dns)
			for _, step := range row.story {
				st.pod = step.pod
				expect(t, fmt.Sprintf("at %s, web-0 is %q", step.at, step.pod), st.ask(step.at, step.kind), step.want)
			}
		})
	}
	spec(t, "D76", "replicas have a cache each: which one is asked decides", func(t *testing.T) {
		one, two := newStage(Addons()), newStage(Addons())
		one.ask(0, TypeA)
		one.pod, two.pod = "10.1.0.1", "10.1.0.1"
		expect(t, "the replica that was asked too early", one.ask(1*s, TypeA), "NXDOMAIN ttl 29")
		expect(t, "the other one", two.ask(1*s, TypeA), "10.1.0.1 ttl 30")
	})
}

func TestTwoCachesAddUp(t *testing.T) {
	p := NodeLocal()
	p.Caches[0] = Addons().Caches[0]
	st := newStage(p)
	server := st.caches[len(st.caches)-1]
	st.pod = "10.1.0.1"
	Serve(st, st.cfg, Question{"web-0.nginx" + d, TypeA}, at(0), server) // another node asks
	st.pod = "10.1.0.7"
	expect(t, "the node's cache gets what is left", st.ask(28*s, TypeA), "10.1.0.1 ttl 5")
	expect(t, "and keeps it 5 s, longer than the server does", st.ask(32*s, TypeA), "10.1.0.1 ttl 1")
	expect(t, "then it asks again", st.ask(33*s, TypeA), "10.1.0.7 ttl 30")
}

func TestCacheDetails(t *testing.T) {
	q := Question{"a.example.com", TypeA}
	record := func(ttl uint32) []Record {
		return []Record{{Name: q.Name, Type: TypeA, TTL: ttl, Addr: ip("192.0.2.1")}}
	}
	soa := SOA{Zone: "example.com", TTL: 60}
	rows := []struct {
		rule string
		conf CacheConfig
		in   Response
		want uint32 // the TTL passed on
		kept time.Duration
	}{
		{"the smallest TTL counts", CacheConfig{}, Response{Answer: append(record(300), record(60)...)}, 60, 60 * s},
		{"the additional section counts", CacheConfig{}, Response{Answer: record(300), Extra: record(60)}, 60, 60 * s},
		{"an answer is kept an hour at most", CacheConfig{}, Response{Answer: record(9999)}, 3600, time.Hour},
		{"or as long as the cache says", CacheConfig{Success: 30}, Response{Answer: record(300)}, 30, 30 * s},
		{"even if that is less than the minimum", CacheConfig{Success: 3}, Response{Answer: record(0)}, 3, 3 * s},
		{"a denial as long as its SOA", CacheConfig{}, Response{Rcode: NXDomain, SOA: soa}, 60, 60 * s},
		{"or as long as the cache says", CacheConfig{Denial: 30}, Response{SOA: soa}, 30, 30 * s},
		{"a denial is kept half an hour at most", CacheConfig{}, Response{SOA: SOA{Zone: "x", TTL: 9999}}, 1800, 30 * time.Minute},
		{"a denial without SOA is not kept", CacheConfig{}, Response{Rcode: NXDomain}, 0, 0},
		{"a failure is kept 5 s", CacheConfig{}, Response{Rcode: ServFail}, 0, 5 * s},
		{"silence is not kept", CacheConfig{}, Response{Rcode: Timeout}, 0, 0},
		{"an answer without any record is kept 5 s", CacheConfig{}, Response{}, 0, 5 * s},
		{"or as long as answers are kept", CacheConfig{Success: 3}, Response{}, 0, 3 * s},
		{"a denial that names something is not kept, and its records get 5 s", CacheConfig{}, Response{Rcode: NXDomain, Answer: record(300), SOA: soa}, 5, 0},
		{"a disabled zone is not kept, but its TTL is replaced", CacheConfig{Success: 30, DisableSuccess: "Example.com"}, Response{Answer: record(300)}, 30, 0},
		{"denials are disabled apart", CacheConfig{DisableSuccess: "example.com"}, Response{Rcode: NXDomain, SOA: soa}, 60, 60 * s},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			c := Cache{Config: row.conf}
			passed := c.Put(q, row.in, at(0))
			if row.want > 0 {
				_, ttl, _ := strings.Cut(withTTLShown(passed), " ttl ")
				expect(t, "TTL", ttl, fmt.Sprint(row.want))
			}
			_, before := c.Get(Question{"A.EXAMPLE.com.", TypeA}, at(row.kept-1))
			_, after := c.Get(q, at(row.kept))
			expect(t, "kept until", fmt.Sprint(before && row.kept > 0, after), fmt.Sprint(row.kept > 0, false))
		})
	}
}

func TestCachesOfZones(t *testing.T) {
	var only, except Cache
	only.Config, except.Config = CacheConfig{Only: "cluster.local"}, CacheConfig{Except: "cluster.local"}
	st := newStage(Plain())
	st.pod, st.cfg.Upstream = "10.1.0.1", outside
	for _, name := range []string{"web-0.nginx" + d + ".", "db.example.com"} {
		Serve(st, st.cfg, Question{name, TypeA}, at(0), &only, &except)
	}
	expect(t, "the cache of one zone", only.Entries(at(0))[0].Question.Name, "web-0.nginx"+d)
	expect(t, "the cache of the others", except.Entries(at(0))[0].Question.Name, "db.example.com")
	expect(t, "entries", len(only.entries)+len(except.entries), 2)
}

// A name that leads out of the cluster is asked of the server itself, whose caches
// remember it, even where they are told to keep nothing of the cluster's zone.
func TestCachesOnTheWayOut(t *testing.T) {
	for _, kind := range []Type{TypeA, TypeNS} { // whether the name exists is found out with an A
		cache := Cache{Config: CacheConfig{Success: 30, DisableSuccess: "cluster.local", DisableDenial: "cluster.local"}}
		cfg := Config{TTL: 30, Upstream: outside}
		Serve(fixture(), cfg, Question{"ext" + d, kind}, at(0), &cache)
		r := Serve(fixture(), cfg, Question{"ext" + d, TypeA}, at(10*s), &cache)
		expect(t, "ten seconds after "+kind.String(), withTTLShown(r), "CNAME db.example.com 192.0.2.53 ttl 20")
	}
	cache := Cache{Config: CacheConfig{Success: 30, DisableDenial: "cluster.local"}}
	cfg := Config{TTL: 30, Upstream: outside}
	Serve(fixture(), cfg, Question{"ext" + d, TypeTXT}, at(0), &cache)
	expect(t, "nobody looks for the sake of a TXT", len(cache.entries), 0)
}

func TestCacheKeeps(t *testing.T) {
	q := Question{"a.example.com", TypeA}
	record := func(ttl uint32) []Record {
		return []Record{{Name: q.Name, Type: TypeA, TTL: ttl, Addr: ip("192.0.2.1")}}
	}
	soa := SOA{Zone: "example.com", TTL: 60}
	t.Run("the answer that is put is left alone", func(t *testing.T) {
		c := Cache{Config: CacheConfig{Success: 30}}
		in := record(300)
		c.Put(q, Response{Answer: in}, at(0))
		expect(t, "TTL", in[0].TTL, 300)
	})
	t.Run("what has expired is dropped when something comes in", func(t *testing.T) {
		var c Cache
		for i := range 10 {
			c.Put(Question{fmt.Sprintf("n%d", i), TypeA}, Response{Answer: record(10)}, at(time.Duration(i)*s))
		}
		c.Put(q, Response{Answer: record(10)}, at(15*s))
		expect(t, "entries held", len(c.entries), 5)
		expect(t, "the next to expire", c.next, earliest(c.entries))
		expect(t, "entries alive later", len(c.Entries(at(18*s))), 2)
	})
	t.Run("what expires first is dropped first, whenever it came", func(t *testing.T) {
		var c Cache
		c.Put(Question{"long", TypeA}, Response{Answer: record(60)}, at(0))
		c.Put(Question{"short", TypeA}, Response{Answer: record(5)}, at(0))
		c.Put(q, Response{Answer: record(60)}, at(5*s))
		expect(t, "entries held", len(c.entries), 2)
	})
	t.Run("it tells whether it would give an address for a name", func(t *testing.T) {
		var c Cache
		c.Put(q, Response{Answer: record(10)}, at(0))
		given := c.Entries(at(0))[0].Reply.Answer[0].Addr
		expect(t, "it would", c.Gives("a.", ".com", given, at(9*s)), true)
		expect(t, "until it is too old", c.Gives("a.", ".com", given, at(10*s)), false)
		expect(t, "for another host", c.Gives("b.", ".com", given, at(0)), false)
		expect(t, "for another zone", c.Gives("a.", ".org", given, at(0)), false)
		expect(t, "another address", c.Gives("a.", ".com", ip("192.0.2.2"), at(0)), false)
	})
	t.Run("a fork goes its own way", func(t *testing.T) {
		var a, b Cache
		a.Put(q, Response{Rcode: NXDomain, SOA: soa}, at(0))
		b.CopyFrom(&a)
		b.Put(q, Response{Rcode: NXDomain, SOA: SOA{Zone: "x", TTL: 10}}, at(0))
		b.Put(Question{"b", TypeA}, Response{Answer: record(60)}, at(0))
		_, ok := a.Get(Question{"b", TypeA}, at(0))
		expect(t, "the first knows b", ok, false)
		r, _ := a.Get(q, at(0))
		expect(t, "the first keeps its own", withTTLShown(r), "NXDOMAIN ttl 60")
	})
	t.Run("an answer is found before a failure", func(t *testing.T) {
		var c Cache
		c.Put(q, Response{Answer: record(60)}, at(0))
		c.Put(q, Response{Rcode: ServFail}, at(0))
		r, _ := c.Get(q, at(0))
		expect(t, "first", r.Rcode, Success)
		c.Put(q, Response{Answer: record(5)}, at(0))
		c.Put(q, Response{Rcode: ServFail}, at(3*s))
		r, _ = c.Get(q, at(6*s))
		expect(t, "after the answer", r.Rcode, ServFail)
	})
	t.Run("a denial is found before an answer of the same question", func(t *testing.T) {
		var c Cache
		c.Put(q, Response{Answer: record(60)}, at(0))
		c.Put(q, Response{Rcode: NXDomain, SOA: SOA{Zone: "x", TTL: 10}}, at(0))
		r, _ := c.Get(q, at(0))
		expect(t, "first", r.Rcode, NXDomain)
		r, _ = c.Get(q, at(10*s))
		expect(t, "after the denial", brief(r), "192.0.2.1")
	})
}
