package dnsmodel

import (
	"net/netip"
	"strings"
)

// shape says what kind of name a question asks for.
type shape uint8

const (
	shapeInvalid   shape = iota // cannot be written in a DNS message
	shapeOutside                // not of a zone of the cluster
	shapeApex                   // the zone itself, svc.zone or pod.zone, even of a reverse zone
	shapeNoGrammar              // of the zone, but no name of the grammar has this form
	shapeNamespace              // ns.svc.zone
	shapeService                // service.ns.svc.zone and what is left of it
	shapePods                   // ns.pod.zone
	shapePod                    // 10-1-0-1.ns.pod.zone
	shapeReverse                // 1.0.1.10.in-addr.arpa and its like in ip6.arpa
)

// parsed is a question's name taken apart. All parts but the zone are in lower case; host
// is set, or port and protocol, or neither.
type parsed struct {
	shape     shape
	zone      string // the zone that answers, the cluster's or a reverse one, as the question spells it
	left      string // what stands left of the zone
	namespace string
	service   string // of shapePod: the address with dashes
	host      string
	port      string // "" matches any port
	protocol  string // "" matches any protocol
	addr      netip.Addr
}

// The limits of a name, in characters.
const (
	maxName  = 253
	maxLabel = 63
)

// validName reports whether a name can be asked for: labels of 1 to 63 characters,
// 253 in all. The empty name is the root.
func validName(name string) bool {
	if len(name) > maxName {
		return false
	}
	for name != "" {
		label, rest, more := strings.Cut(name, ".")
		if label == "" || len(label) > maxLabel || more && rest == "" {
			return false
		}
		name = rest
	}
	return true
}

// lower is a name in lower case. DNS knows the case of ASCII letters only: other
// bytes are compared as they are.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// same reports whether two names are equal but for the case of their letters.
func same(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if 'A' <= x && x <= 'Z' {
			x += 'a' - 'A'
		}
		if 'A' <= y && y <= 'Z' {
			y += 'a' - 'A'
		}
		if x != y {
			return false
		}
	}
	return true
}

// within returns what stands left of the zone in a name; false if the name is not
// of the zone. The zone itself has nothing on its left.
func within(name, zone string) (left string, ok bool) {
	cut := len(name) - len(zone)
	if cut < 0 || !same(name[cut:], zone) {
		return "", false
	}
	if cut == 0 {
		return "", true
	}
	if name[cut-1] != '.' {
		return "", false
	}
	return name[:cut-1], true
}

// popLabel splits the last label off a name.
func popLabel(name string) (rest, label string) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return "", name
	}
	return name[:dot], name[dot+1:]
}

// parse takes a question's name apart, from the right. The name has no final dot.
//
// Source: coredns plugin/kubernetes/parse.go, parseRequest.
func parse(name, zone string) parsed {
	if !validName(name) {
		return parsed{shape: shapeInvalid}
	}
	left, ok := within(name, zone)
	if !ok {
		return parseReverse(name)
	}
	p := parsed{zone: name[len(name)-len(zone):], left: lower(left)}
	left = p.left
	if apex(left) {
		p.shape = shapeApex
		return p
	}
	rest, kind := popLabel(left)
	if kind != "svc" && kind != "pod" {
		p.shape = shapeNoGrammar
		return p
	}
	pods := kind == "pod"
	rest, p.namespace = popLabel(rest)
	if rest == "" {
		p.shape = shapeNamespace
		if pods {
			p.shape = shapePods
		}
		return p
	}
	rest, p.service = popLabel(rest)
	p.shape = shapeService
	if pods {
		p.shape = shapePod
	}
	switch {
	case rest == "":
	case !strings.Contains(rest, "."):
		p.host = rest
	default:
		port, protocol, _ := strings.Cut(rest, ".")
		if strings.Contains(protocol, ".") {
			p.shape = shapeNoGrammar // too long for anything
			return p
		}
		// Underscores mark a port and a protocol, but nobody insists on them.
		p.port = strings.TrimPrefix(port, "_")
		p.protocol = strings.TrimPrefix(protocol, "_")
	}
	return p
}

// apex reports whether a name stands for its zone: it then exists without data.
func apex(left string) bool { return left == "" || left == "svc" || left == "pod" }

// The zones of addresses.
const (
	reverse4 = "in-addr.arpa"
	reverse6 = "ip6.arpa"
)

// parseReverse takes a name apart that spells an address backwards.
//
// Source: coredns plugin/pkg/dnsutil/reverse.go, ExtractAddressFromReverse.
func parseReverse(name string) parsed {
	for _, zone := range [...]string{reverse4, reverse6} {
		left, ok := within(name, zone)
		if !ok {
			continue
		}
		p := parsed{shape: shapeNoGrammar, zone: name[len(name)-len(zone):], left: lower(left)}
		if zone == reverse4 {
			p.addr = parse4(p.left)
		} else {
			p.addr = parse6(p.left)
		}
		switch {
		case apex(p.left):
			p.shape = shapeApex
		case p.addr.IsValid():
			p.shape = shapeReverse
		}
		return p
	}
	return parsed{shape: shapeOutside}
}

// parse4 reads "1.0.1.10" as 10.1.0.1; the zero Addr if it is none.
func parse4(left string) netip.Addr {
	var text [15]byte
	b := text[:0]
	for i := 0; left != "" && i < 4; i++ {
		var label string
		left, label = popLabel(left)
		if len(label) > 3 {
			return netip.Addr{}
		}
		if i > 0 {
			b = append(b, '.')
		}
		b = append(b, label...)
	}
	addr, err := netip.ParseAddr(string(b))
	if err != nil || left != "" {
		return netip.Addr{}
	}
	return addr
}

// parse6 reads 32 hexadecimal digits, the last one first; the zero Addr if they are no
// such. Up to three labels left of them are not looked at: CoreDNS takes digits by fours
// and forgets the rest.
func parse6(left string) netip.Addr {
	var bytes [16]byte
	labels := strings.Split(left, ".")
	if len(labels) < 32 || len(labels) > 35 {
		return netip.Addr{}
	}
	for i, label := range labels[len(labels)-32:] {
		digit := strings.Index("0123456789abcdef", label)
		if digit < 0 || len(label) != 1 {
			return netip.Addr{}
		}
		place := 31 - i
		bytes[place/2] |= byte(digit) << (4 * (1 - place%2))
	}
	return netip.AddrFrom16(bytes).Unmap()
}

// ReverseName is the name under which an address is asked for backwards:
// "1.0.1.10.in-addr.arpa".
func ReverseName(addr netip.Addr) string {
	var b strings.Builder
	if addr.Is4() {
		bytes := addr.As4()
		for i := len(bytes) - 1; i >= 0; i-- {
			b.WriteString(netip.AddrFrom4([4]byte{0, 0, 0, bytes[i]}).String()[len("0.0.0."):])
			b.WriteByte('.')
		}
		return b.String() + reverse4
	}
	const digits = "0123456789abcdef"
	bytes := addr.As16()
	for i := len(bytes) - 1; i >= 0; i-- {
		b.WriteByte(digits[bytes[i]&15])
		b.WriteByte('.')
		b.WriteByte(digits[bytes[i]>>4])
		b.WriteByte('.')
	}
	return b.String() + reverse6
}
