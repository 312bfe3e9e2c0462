package dnsmodel

import (
	"strings"
	"testing"
)

// FuzzQuestion asks for any name at all: nothing panics, what is parsed fits together,
// and case and a final dot make no difference (but for the server's own name).
func FuzzQuestion(f *testing.F) {
	for _, name := range []string{
		"", ".", "cluster.local", "svc.cluster.local", "nginx" + d, "web-0.nginx" + d, "_web._tcp.nginx" + d, "_._." + "nginx" + d,
		"10-1-0-1.default.pod.cluster.local", "a.10-1-0-1.default.pod.cluster.local", "default.pod.cluster.local", "ext" + d, "loop-a" + d,
		"dns-version.cluster.local", "ns.dns.cluster.local", "1.0.1.10.in-addr.arpa", "in-addr.arpa", "300.0.1.10.in-addr.arpa",
		strings.Repeat("0.", 32) + "ip6.arpa", "mycluster.local", "a..b", strings.Repeat("a.", 127), "fd00--2.six" + d,
	} {
		f.Add(name, uint16(TypeA), true)
		f.Add(name, uint16(TypeSRV), false)
		f.Add(name, uint16(TypePTR), false)
	}
	z := fixture()
	f.Fuzz(func(t *testing.T, name string, kind uint16, insecure bool) {
		cfg := Config{TTL: 5, Upstream: outside}
		if insecure {
			cfg.Pods = PodsInsecure
		}
		r := Answer(z, cfg, Question{name, Type(kind)})
		bare := strings.TrimSuffix(name, ".")
		p := parse(bare, "cluster.local")
		if (p.shape == shapeInvalid) != (r.Rcode == FormErr) {
			t.Errorf("%q is %s", name, r.Rcode)
		}
		if p.host != "" && (p.port != "" || p.protocol != "") {
			t.Errorf("%q is a host and a port: %+v", name, p)
		}
		for _, part := range []string{p.namespace, p.service, p.host, p.port, p.protocol} {
			if strings.Contains(part, ".") || part != lower(part) {
				t.Errorf("%q has the part %q: %+v", name, part, p)
			}
		}
		if p.shape == shapeService && (p.namespace == "" || p.service == "") {
			t.Errorf("%q lacks a part: %+v", name, p)
		}
		if len(r.Answer) > 0 && r.Answer[0].Name != bare {
			t.Errorf("%q is answered under %q", name, r.Answer[0].Name)
		}
		if strings.HasSuffix(name, ".") {
			return
		}
		swapped := swapCase(name)
		if got := Answer(z, cfg, Question{swapped, Type(kind)}); lower(got.String()) != lower(r.String()) && p.left != "ns.dns" {
			t.Errorf("%q and %q differ:\n%s\n%s", name, swapped, brief(r), brief(got))
		}
		if dotted := Answer(z, cfg, Question{name + ".", Type(kind)}); name != "" && dotted.String() != r.String() {
			t.Errorf("%q and %q differ:\n%s\n%s", name, name+".", r, dotted)
		}
	})
}

// swapCase turns the case of each ASCII letter.
func swapCase(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			b[i] ^= 'a' ^ 'A'
		}
	}
	return string(b)
}
