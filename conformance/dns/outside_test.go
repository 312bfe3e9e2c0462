package dns

import (
	"net/netip"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/ordinal-sim/ordinal/dnsmodel"
)

// reply is what a server outside the cluster says.
type reply struct {
	rcode   int
	records []string // as in a zone file
	soa     string
}

// outside answers for names outside the cluster: names that exist, do not, or fail, with
// and without what lets a cache remember it. Some exist only now and then, so that it is
// seen who remembers what.
func outside(name string, kind uint16, since time.Duration) reply {
	soa := func(zone, ttl string) string {
		return zone + ". " + ttl + " IN SOA ns.dns." + zone + ". hostmaster." + zone + ". 0 7200 1800 86400 60"
	}
	one := func(want uint16, text string) reply {
		if kind == want {
			return reply{records: []string{name + " " + text}}
		}
		return reply{soa: soa("example.com", "60")}
	}
	there := since/(3*time.Second)%2 == 1
	switch lower := strings.ToLower(name); {
	case there && (strings.HasPrefix(lower, "sometimes.") || lower == "bare.example.com."):
		return reply{records: []string{name + " 8 IN A 192.0.2.77"}}
	case lower == "db.example.com.":
		return one(mdns.TypeA, "300 IN A 192.0.2.53")
	case lower == "short.example.com.":
		return one(mdns.TypeAAAA, "2 IN AAAA 2001:db8::1")
	case lower == "chain.example.com.":
		return reply{records: []string{name + " 20 IN CNAME db.example.com.", "db.example.com. 300 IN A 192.0.2.53"}}
	case lower == "bare.example.com.":
		return reply{} // nothing at all, and no SOA
	case lower == "fail.example.com.":
		return reply{rcode: mdns.RcodeServerFailure}
	case lower == "refused.example.com.":
		return reply{rcode: mdns.RcodeRefused}
	case lower == "half.example.com.":
		return reply{rcode: mdns.RcodeNameError, records: []string{name + " 40 IN CNAME gone.example.com."}}
	case lower == "9.2.0.192.in-addr.arpa.":
		return one(mdns.TypePTR, "60 IN PTR host.example.com.")
	case strings.HasSuffix(lower, ".example.com."):
		return reply{rcode: mdns.RcodeNameError, soa: soa("example.com", "900")}
	default:
		return reply{rcode: mdns.RcodeNameError}
	}
}

// outsideModel is the same world as a [dnsmodel.Upstream].
type outsideModel struct{ since time.Duration }

// Lookup implements [dnsmodel.Upstream].
func (o outsideModel) Lookup(q dnsmodel.Question) (out dnsmodel.Response) {
	answer := outside(q.Name+".", uint16(q.Type), o.since)
	out.Rcode = dnsmodel.Rcode(answer.rcode)
	for _, text := range answer.records {
		rr := parseRR(text)
		h := rr.Header()
		rec := dnsmodel.Record{Name: strings.TrimSuffix(h.Name, "."), Type: dnsmodel.Type(h.Rrtype), TTL: h.Ttl}
		switch rr := rr.(type) {
		case *mdns.A:
			rec.Addr, _ = netip.AddrFromSlice(rr.A.To4())
		case *mdns.AAAA:
			rec.Addr, _ = netip.AddrFromSlice(rr.AAAA)
		case *mdns.CNAME:
			rec.Target = strings.TrimSuffix(rr.Target, ".")
		case *mdns.PTR:
			rec.Target = strings.TrimSuffix(rr.Ptr, ".")
		}
		out.Answer = append(out.Answer, rec)
	}
	if answer.soa != "" {
		soa := parseRR(answer.soa).(*mdns.SOA)
		out.SOA = dnsmodel.SOA{Zone: strings.TrimSuffix(soa.Hdr.Name, "."), TTL: soa.Hdr.Ttl, MinTTL: soa.Minttl}
	}
	return out
}
