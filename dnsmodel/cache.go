package dnsmodel

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// CacheConfig is how a cache of CoreDNS is set up: the plugin cache.
type CacheConfig struct {
	Success        uint32 // seconds that an answer is kept at most; 0 is 3600
	Denial         uint32 // seconds that a denial is kept at most; 0 is 1800
	DisableSuccess string // answers for names of this zone are not kept; "" disables none
	DisableDenial  string // denials for names of this zone are not kept; "" disables none
	Only           string // names of other zones pass the cache by; "" is every zone
	Except         string // names of this zone pass the cache by; "" is none
	PerNode        bool   // each node has its own, next to its pods
}

// takes reports whether a name is one for the cache.
func (c *CacheConfig) takes(name string) bool {
	name = strings.TrimSuffix(name, ".")
	if c.Only != "" {
		if _, ok := within(name, c.Only); !ok {
			return false
		}
	}
	if c.Except != "" {
		if _, ok := within(name, c.Except); ok {
			return false
		}
	}
	return true
}

// The limits of how long a cache keeps something, in seconds.
//
// Source: coredns plugin/cache/cache.go; plugin/pkg/dnsutil/ttl.go.
const (
	minCacheTTL     = 5 // whatever the records say, even 0
	maxSuccessTTL   = 3600
	maxDenialTTL    = 1800
	serverFailedTTL = 5
)

// Entry is an answer in a cache.
type Entry struct {
	Question Question // in lower case, without the final dot
	Denial   bool     // it says no: NXDOMAIN, NODATA or SERVFAIL
	Stored   model.Instant
	TTL      uint32 // seconds that the entry lives
	Reply    Response
}

// Expires is the first instant at which the entry is not served any more.
func (e *Entry) Expires() model.Instant {
	return e.Stored.Add(time.Duration(e.TTL) * time.Second)
}

// served reports whether the entry is still served at an instant.
func (e *Entry) served(now model.Instant) bool { return now < e.Expires() }

// Cache is one cache of one process. Replicas have one each, and disagree.
//
// It is a value, but not one to copy with =, since the copies would share the
// entries: see [Cache.CopyFrom].
type Cache struct {
	Config  CacheConfig
	entries []Entry       // ascending by question; of two for one question the denial comes first
	next    model.Instant // no entry expires earlier; of no meaning without entries
}

// CopyFrom makes the cache a copy of another. It reuses its own memory.
func (c *Cache) CopyFrom(src *Cache) {
	c.Config, c.next = src.Config, src.next
	c.entries = append(c.entries[:0], src.entries...)
}

// Entries returns the entries that are still served at an instant, ascending by name
// and type, a denial before an answer.
func (c *Cache) Entries(now model.Instant) []Entry {
	var out []Entry
	for i := range c.entries {
		if c.entries[i].served(now) {
			out = append(out, c.entries[i])
		}
	}
	return out
}

// Get returns what the cache knows at an instant, with what is left of its TTL in
// every record; false if it knows nothing. A denial comes before an answer, and an answer
// before a failure.
//
// Source: coredns plugin/cache/handler.go, ServeDNS and getIgnoreTTL.
func (c *Cache) Get(q Question, now model.Instant) (out Response, ok bool) {
	q = key(q)
	for i := c.find(q); i < len(c.entries) && c.entries[i].Question == q; i++ {
		e := &c.entries[i]
		if !e.served(now) {
			continue
		}
		age := uint32(now.Sub(e.Stored) / time.Second)
		out, ok = withTTL(e.Reply, e.TTL-age), true
		if out.Rcode != ServFail {
			return out, true
		}
	}
	return out, ok
}

// Put gives the cache an answer that has just come and returns it as it is passed on:
// with every TTL replaced by the one that the cache gives it, kept or not.
//
// Source: coredns plugin/cache/cache.go, WriteMsg.
func (c *Cache) Put(q Question, r Response, now model.Instant) Response {
	ttl, denial, keep := c.lifetime(q, r)
	q = key(q)
	disabled := c.Config.DisableSuccess
	if denial {
		disabled = c.Config.DisableDenial
	}
	if disabled != "" {
		if _, ok := within(q.Name, disabled); ok {
			keep = false
		}
	}
	r = withTTL(r, ttl)
	if keep {
		c.store(Entry{Question: q, Denial: denial, Stored: now, TTL: ttl, Reply: r}, now)
	}
	return r
}

// lifetime says how many seconds a cache gives the records of an answer, whether it is a
// denial, and whether it is one that may be kept at all. An answer without any records
// counts as a success.
//
// Source: coredns plugin/cache/cache.go, WriteMsg, computeTTL and key;
// plugin/pkg/response/typify.go, Typify.
func (c *Cache) lifetime(q Question, r Response) (ttl uint32, denial, keep bool) {
	denied := r.SOA.Zone != ""
	switch {
	case transfer(q.Type):
		return limit(minCacheTTL, c.Config.Success, maxSuccessTTL), false, false
	case r.Rcode == ServFail:
		return serverFailedTTL, true, true
	case r.Rcode == Success && (len(r.Answer) > 0 || !denied):
		return limit(smallestTTL(r), c.Config.Success, maxSuccessTTL), false, true
	case (r.Rcode == Success || r.Rcode == NXDomain) && len(r.Answer) == 0:
		return limit(smallestTTL(r), c.Config.Denial, maxDenialTTL), true, denied
	default:
		return limit(minCacheTTL, c.Config.Success, maxSuccessTTL), false, false
	}
}

func limit(ttl, most, fallback uint32) uint32 {
	if most == 0 {
		most = fallback
	}
	return min(max(ttl, minCacheTTL), most)
}

// smallestTTL is the smallest TTL of any record of an answer; 5 if it has none.
//
// Source: coredns plugin/pkg/dnsutil/ttl.go, MinimalTTLWithMaximum.
func smallestTTL(r Response) uint32 {
	if len(r.Answer)+len(r.Extra) == 0 && r.SOA.Zone == "" {
		return minCacheTTL
	}
	ttl := uint32(maxSuccessTTL)
	for _, section := range [...][]Record{r.Answer, r.Extra} {
		for i := range section {
			ttl = min(ttl, section[i].TTL)
		}
	}
	if r.SOA.Zone != "" {
		ttl = min(ttl, r.SOA.TTL)
	}
	return ttl
}

// withTTL is an answer in which every record has the TTL. It does not touch the
// slices of the one it is given.
func withTTL(r Response, ttl uint32) Response {
	r.Answer, r.Extra = recordsWithTTL(r.Answer, ttl), recordsWithTTL(r.Extra, ttl)
	if r.SOA.Zone != "" {
		r.SOA.TTL = ttl
	}
	return r
}

func recordsWithTTL(records []Record, ttl uint32) []Record {
	if !slices.ContainsFunc(records, func(r Record) bool { return r.TTL != ttl }) {
		return records
	}
	out := slices.Clone(records)
	for i := range out {
		out[i].TTL = ttl
	}
	return out
}

// key is a question as the cache knows it.
func key(q Question) Question {
	q.Name = lower(strings.TrimSuffix(q.Name, "."))
	return q
}

func compare(a, b Question) int {
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return int(a.Type) - int(b.Type)
}

// find is where the entries of a question are or would be.
func (c *Cache) find(q Question) int {
	i, _ := slices.BinarySearchFunc(c.entries, q, func(e Entry, q Question) int { return compare(e.Question, q) })
	return i
}

// store puts an entry in its place, where it replaces one of its kind. Entries that
// have expired go: the plugin would find them first, but never serve them.
func (c *Cache) store(e Entry, now model.Instant) {
	if len(c.entries) > 0 && c.next <= now {
		c.entries = slices.DeleteFunc(c.entries, func(e Entry) bool { return e.Expires() <= now })
		c.next = earliest(c.entries)
	}
	if len(c.entries) == 0 || e.Expires() < c.next {
		c.next = e.Expires()
	}
	i := c.find(e.Question)
	for i < len(c.entries) && c.entries[i].Question == e.Question && c.entries[i].Denial && !e.Denial {
		i++
	}
	if i < len(c.entries) && c.entries[i].Question == e.Question && c.entries[i].Denial == e.Denial {
		c.entries[i] = e
		return
	}
	c.entries = slices.Insert(c.entries, i, e)
}

func earliest(entries []Entry) (t model.Instant) {
	for i := range entries {
		if i == 0 || entries[i].Expires() < t {
			t = entries[i].Expires()
		}
	}
	return t
}

// Serve is what a pod is told: each cache is asked in turn, the one nearest to the
// pod first, then CoreDNS itself; what the farther ones say is put into the nearer
// ones, with the TTL that is left of it. Two caches can so add up: the nearer one
// keeps for at least 5 s what the farther one is about to forget.
func Serve(z Zone, cfg Config, q Question, now model.Instant, caches ...*Cache) Response {
	for i, c := range caches {
		if !c.Config.takes(q.Name) {
			continue
		}
		if r, ok := c.Get(q, now); ok {
			return fill(q, r, now, caches[:i])
		}
	}
	a := answerer{zone: z, cfg: cfg, now: now, caches: caches}
	for len(a.caches) > 0 && a.caches[0].Config.PerNode {
		a.caches = a.caches[1:]
	}
	return fill(q, a.answer(q), now, caches)
}

// Pass asks caches in turn, the one nearest to the pod first, then whoever is behind them,
// and puts the answer into the caches. [Serve] is Pass with CoreDNS behind the caches.
func Pass(q Question, now model.Instant, caches []*Cache, next func(Question) Response) Response {
	for i, c := range caches {
		if !c.Config.takes(q.Name) {
			continue
		}
		if r, ok := c.Get(q, now); ok {
			return fill(q, r, now, caches[:i])
		}
	}
	return fill(q, next(q), now, caches)
}

func fill(q Question, r Response, now model.Instant, caches []*Cache) Response {
	for i := len(caches) - 1; i >= 0; i-- {
		if caches[i].Config.takes(q.Name) {
			r = caches[i].Put(q, r, now)
		}
	}
	return r
}

// Gives reports whether the cache would answer a question for some name that begins and ends
// as given with a record that holds an address.
func (c *Cache) Gives(prefix, suffix string, addr netip.Addr, now model.Instant) bool {
	for i := range c.entries {
		e := &c.entries[i]
		if !e.served(now) || !strings.HasPrefix(e.Question.Name, prefix) || !strings.HasSuffix(e.Question.Name, suffix) {
			continue
		}
		if slices.ContainsFunc(e.Reply.Answer, func(r Record) bool { return r.Addr == addr }) {
			return true
		}
	}
	return false
}

// Each hands out the entries that are still served at an instant, in the order of
// [Cache.Entries]. They belong to the cache.
func (c *Cache) Each(now model.Instant, yield func(*Entry)) {
	for i := range c.entries {
		if now < c.entries[i].Expires() {
			yield(&c.entries[i])
		}
	}
}
