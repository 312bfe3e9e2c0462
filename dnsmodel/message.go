package dnsmodel

import (
	"fmt"
	"net/netip"
	"strings"
)

// Type is the type of a record or a question, with DNS's own numbers.
type Type uint16

// The types that have a meaning here. A question of any other type is legal and
// never answered with records.
const (
	TypeA     Type = 1
	TypeNS    Type = 2
	TypeCNAME Type = 5
	TypeSOA   Type = 6
	TypePTR   Type = 12
	TypeMX    Type = 15
	TypeTXT   Type = 16
	TypeAAAA  Type = 28
	TypeSRV   Type = 33
	TypeHTTPS Type = 65
	TypeIXFR  Type = 251
	TypeAXFR  Type = 252
	TypeANY   Type = 255
)

// transfer reports whether a question asks for a whole zone.
func transfer(t Type) bool { return t == TypeAXFR || t == TypeIXFR }

// String returns the type's name as in a zone file: "AAAA", or "TYPE99" for one
// without a name here.
func (t Type) String() string {
	switch t {
	case TypeA:
		return "A"
	case TypeNS:
		return "NS"
	case TypeCNAME:
		return "CNAME"
	case TypeSOA:
		return "SOA"
	case TypePTR:
		return "PTR"
	case TypeMX:
		return "MX"
	case TypeTXT:
		return "TXT"
	case TypeAAAA:
		return "AAAA"
	case TypeSRV:
		return "SRV"
	case TypeHTTPS:
		return "HTTPS"
	case TypeIXFR:
		return "IXFR"
	case TypeAXFR:
		return "AXFR"
	case TypeANY:
		return "ANY"
	default:
		return fmt.Sprintf("TYPE%d", uint16(t))
	}
}

// Rcode says how a question ended, with DNS's own numbers.
type Rcode uint8

// The codes. Timeout is not one of DNS: it stands for a question that nobody
// answered in time.
const (
	Success  Rcode = 0
	FormErr  Rcode = 1
	ServFail Rcode = 2
	NXDomain Rcode = 3
	Refused  Rcode = 5
	Timeout  Rcode = 255
)

// String returns the code's name as dig shows it: "NXDOMAIN".
func (r Rcode) String() string {
	switch r {
	case Success:
		return "NOERROR"
	case FormErr:
		return "FORMERR"
	case ServFail:
		return "SERVFAIL"
	case NXDomain:
		return "NXDOMAIN"
	case Refused:
		return "REFUSED"
	case Timeout:
		return "TIMEOUT"
	default:
		return fmt.Sprintf("RCODE%d", uint8(r))
	}
}

// Question is a name and the type of record asked for. Case does not matter; one
// final dot is allowed and ignored.
type Question struct {
	Name string
	Type Type
}

// Record is one record of an answer. Which fields mean something depends on the
// type: Addr for A and AAAA; Target for CNAME, PTR and SRV; Text for TXT, and for an SOA
// its data as in a zone file; the three numbers for SRV.
type Record struct {
	Name     string // the owner, without the final dot, in the case of the question
	Type     Type
	TTL      uint32 // seconds
	Addr     netip.Addr
	Target   string // a name without the final dot
	Text     string
	Priority uint16
	Weight   uint16
	Port     uint16
}

// String returns the record as a zone file does:
// "nginx.default.svc.cluster.local. 30 IN A 10.1.0.1".
func (r Record) String() string {
	head := fmt.Sprintf("%s. %d IN %s ", r.Name, r.TTL, r.Type)
	switch r.Type {
	case TypeA, TypeAAAA:
		return head + r.Addr.String()
	case TypeSRV:
		return head + fmt.Sprintf("%d %d %d %s.", r.Priority, r.Weight, r.Port, r.Target)
	case TypeTXT:
		return head + fmt.Sprintf("%q", r.Text)
	case TypeSOA:
		return head + r.Text
	default:
		return head + r.Target + "."
	}
}

// SOA is the record that a negative answer carries: it says which zone denies the
// name and for how long the denial may be kept. The zero SOA is none.
type SOA struct {
	Zone   string // the owner, in the case of the question: "cluster.local"
	TTL    uint32 // seconds; a cache keeps a denial this long
	MinTTL uint32 // seconds; the field that RFC 2308 names for the same purpose
	Serial uint32 // seconds of Unix time of the last change
}

// String returns the record as a zone file does.
func (s SOA) String() string { return fmt.Sprintf("%s. %d IN SOA %s", s.Zone, s.TTL, s.data()) }

// data is all but the owner and the TTL.
func (s SOA) data() string {
	return fmt.Sprintf("ns.dns.%s. hostmaster.%s. %d %d %d %d %d", s.Zone, s.Zone, s.Serial, soaRefresh, soaRetry, soaExpire, s.MinTTL)
}

// The timers of CoreDNS's SOA, in seconds, which only secondary servers read.
//
// Source: coredns plugin/backend_lookup.go, SOA.
const (
	soaRefresh = 7200
	soaRetry   = 1800
	soaExpire  = 86400
)

// Response is an answer. Its slices are shared with caches and other answers: read
// them, never write to them.
type Response struct {
	Rcode  Rcode
	Answer []Record
	Extra  []Record // the additional section: addresses of SRV targets
	SOA    SOA      // of a denial; it stands in the authority section
}

// NoData reports whether the name exists without what was asked for.
func (r Response) NoData() bool { return r.Rcode == Success && len(r.Answer) == 0 }

// Addresses appends to dst the addresses of the answer, in its order.
func (r Response) Addresses(dst []netip.Addr) []netip.Addr {
	for i := range r.Answer {
		if r.Answer[i].Addr.IsValid() {
			dst = append(dst, r.Answer[i].Addr)
		}
	}
	return dst
}

// String returns the answer as lines of a zone file; one that is not a plain
// success begins with its code, or NODATA.
func (r Response) String() string {
	var b strings.Builder
	switch {
	case r.NoData():
		b.WriteString("NODATA\n")
	case r.Rcode != Success:
		b.WriteString(r.Rcode.String() + "\n")
	}
	for _, section := range [][]Record{r.Answer, r.Extra} {
		for _, rec := range section {
			b.WriteString(rec.String() + "\n")
		}
	}
	if r.SOA.Zone != "" {
		b.WriteString(r.SOA.String() + "\n")
	}
	return b.String()
}
