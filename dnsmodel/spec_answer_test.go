package dnsmodel

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// answer is a row of a table: a question to the fixture and the brief answer. A name
// that ends in + is one of namespace default.
type answer struct {
	id   string
	rule string
	name string
	kind Type
	want string
	conf func(*Config)
}

func answers(t *testing.T, rows []answer) {
	for _, row := range rows {
		spec(t, row.id, row.rule, func(t *testing.T) {
			cfg := Plain().Server
			cfg.Upstream = outside
			if row.conf != nil {
				row.conf(&cfg)
			}
			name := strings.Replace(row.name, "+", d, 1)
			r := Answer(fixture(), cfg, Question{name, row.kind})
			expect(t, name+" "+row.kind.String(), brief(r), row.want)
			for _, rec := range r.Answer {
				if rec.Type == row.kind && len(r.Answer) == 1 {
					expect(t, "the owner of the record", rec.Name, name)
				}
			}
			if r.Rcode == NXDomain || r.NoData() {
				expect(t, "the SOA of a denial", r.SOA, SOA{Zone: soaZone(name), TTL: cfg.TTL, MinTTL: cfg.TTL})
			} else {
				expect(t, "the SOA of an answer", r.SOA, SOA{})
			}
		})
	}
}

func soaZone(name string) string {
	if strings.HasSuffix(name, reverse4) {
		return reverse4
	}
	if strings.HasSuffix(name, reverse6) {
		return reverse6
	}
	return "cluster.local"
}

func insecure(c *Config)    { c.Pods = PodsInsecure }
func verified(c *Config)    { c.Pods = PodsVerified }
func podNames(c *Config)    { c.EndpointPodNames = true }
func ignoreEmpty(c *Config) { c.IgnoreEmptyService = true }

func answersOfAHeadlessService(t *testing.T) {
	const everybody = "10.1.0.1 10.1.0.2 10.1.0.9"
	const web = "[0 33 8080 web-0.nginx~] [0 33 8080 web-1.nginx~] [0 33 8080 10-1-0-9.nginx~] | 10.1.0.1 10.1.0.2 10.1.0.9"
	answers(t, []answer{
		{"D1", "a headless Service is the addresses of its ready endpoints", "nginx+", TypeA, everybody, nil},
		{"D2", "case does not matter, and the owner keeps the question's", "NGINX.Default.SVC.cluster.LOCAL", TypeA, everybody, nil},
		{"D3", "a Service with IPv4 endpoints only exists without IPv6", "nginx+", TypeAAAA, "NODATA", nil},
		{"D4", "a ready pod's hostname is its address", "web-0.nginx+", TypeA, "10.1.0.1", nil},
		{"D5", "an IPv4 pod exists without IPv6", "web-0.nginx+", TypeAAAA, "NODATA", nil},
		{"D6", "a pod that is not ready does not exist", "web-2.nginx+", TypeA, "NXDOMAIN", nil},
		{"D6-AAAA", "a pod that is not ready does not exist in any family", "web-2.nginx+", TypeAAAA, "NXDOMAIN", nil},
		{"D7", "a pod that never was does not exist", "web-7.nginx+", TypeA, "NXDOMAIN", nil},
		{"D8", "an endpoint without a hostname is named by its address", "10-1-0-9.nginx+", TypeA, "10.1.0.9", nil},
		{"D9", "an endpoint with a hostname is not named by its address", "10-1-0-1.nginx+", TypeA, "NXDOMAIN", nil},
		{"D10", "a named port is an SRV for each endpoint: target port, equal weights", "_web._tcp.nginx+", TypeSRV, web, nil},
		{"D11", "a named port has addresses too", "_web._tcp.nginx+", TypeA, everybody, nil},
		{"D12", "a port of another protocol does not exist", "_web._udp.nginx+", TypeSRV, "NXDOMAIN", nil},
		{"D12-name", "a port of no such name does not exist", "_nope._tcp.nginx+", TypeSRV, "NXDOMAIN", nil},
		{"D13", "underscores are optional", "web.tcp.nginx+", TypeSRV, web, nil},
		{"D13-any", "an empty port is any port", "_._tcp.nginx+", TypeA, everybody, nil},
		{"D14", "the bare name is an SRV for each endpoint and port", "nginx+", TypeSRV,
			"[0 16 8080 web-0.nginx~] [0 16 2380 web-0.nginx~] [0 16 8080 web-1.nginx~] [0 16 2380 web-1.nginx~] " +
				"[0 16 8080 10-1-0-9.nginx~] [0 16 2380 10-1-0-9.nginx~] | " + everybody, nil},
		{"D15", "a hostname is an SRV for each port", "web-0.nginx+", TypeSRV,
			"[0 50 8080 web-0.nginx~] [0 50 2380 web-0.nginx~] | 10.1.0.1", nil},
		{"D16", "a port of a hostname is three labels, which is too long", "_web._tcp.web-0.nginx+", TypeSRV, "NXDOMAIN", nil},
		{"D17", "other types exist without data", "nginx+", TypeTXT, "NODATA", nil},
		{"D17-CNAME", "other types exist without data", "nginx+", TypeCNAME, "NODATA", nil},
		{"D17-MX", "other types exist without data", "nginx+", TypeMX, "NODATA", nil},
		{"D17-ANY", "other types exist without data", "nginx+", TypeANY, "NODATA", nil},
		{"D17-HTTPS", "other types exist without data", "nginx+", TypeHTTPS, "NODATA", nil},
		{"D18", "a Service that is not there does not exist", "missing+", TypeA, "NXDOMAIN", nil},
		{"D18-pod", "nor do its pods", "web-0.missing+", TypeA, "NXDOMAIN", nil},
		{"D19", "slices without their Service are not seen: a Zone denies the Service", "orphan+", TypeA, "NXDOMAIN", nil},
		{"D20", "a namespace that is not there hides everything", "nginx.nons.svc.cluster.local", TypeA, "NXDOMAIN", nil},
		{"D20-other", "a Service is in one namespace only", "nginx.prod.svc.cluster.local", TypeA, "NXDOMAIN", nil},
		{"D21", "a namespace exists without data", "default.svc.cluster.local", TypeA, "NODATA", nil},
		{"D21-none", "a namespace that is not there does not", "nons.svc.cluster.local", TypeA, "NXDOMAIN", nil},
		{"D21-svc", "svc exists without data", "svc.cluster.local", TypeA, "NODATA", nil},
		{"D21-apex", "the zone exists without data", "cluster.local", TypeA, "NODATA", nil},
		{"D22", "names of the zone are of svc or pod", "foo.cluster.local", TypeA, "NXDOMAIN", nil},
		{"D22-svc", "names of the zone are of svc or pod", "nginx.default.cluster.local", TypeA, "NXDOMAIN", nil},
		{"D23", "the version of the schema is a TXT", "dns-version.cluster.local", TypeTXT, `"1.1.0"`, nil},
		{"D24", "pods have no names of their own by default", "10-1-0-1.default.pod.cluster.local", TypeA, "NXDOMAIN", nil},
		{"D24-insecure", "with pods insecure, any address with dashes is one", "10-1-0-1.default.pod.cluster.local", TypeA, "10.1.0.1", insecure},
		{"D24-ns", "with pods insecure, the namespace must exist", "10-1-0-1.nons.pod.cluster.local", TypeA, "NXDOMAIN", insecure},
		{"D24-mapped", "an IPv4 address may come as an IPv6 one", "--ffff-a01-1.default.pod.cluster.local", TypeA, "10.1.0.1", insecure},
		{"D24-verified", "with pods verified, a pod has the address", "10-1-0-1.default.pod.cluster.local", TypeA, "10.1.0.1", verified},
		{"D24-verified-six", "with pods verified, a pod has the address", "fd00--1.default.pod.cluster.local", TypeAAAA, "fd00::1", verified},
		{"D24-spelled", "which has to be spelled as the pod's is", "fd00-0--1.default.pod.cluster.local", TypeAAAA, "NXDOMAIN", verified},
		{"D24-nobody", "with pods verified, an address that no pod has does not exist", "10-1-0-2.default.pod.cluster.local", TypeA, "NXDOMAIN", verified},
		{"D24-SRV", "a pod's address is an SRV of port 0", "10-1-0-1.default.pod.cluster.local", TypeSRV,
			"[0 100 0 10-1-0-1.default.pod.cluster.local.] | 10.1.0.1", insecure},
		{"D24-pods", "the pods of a namespace exist without data, unless they have no names", "default.pod.cluster.local", TypeA, "NODATA", insecure},
		{"D24-name", "a pod's name is no address", "web-0.default.pod.cluster.local", TypeA, "NXDOMAIN", insecure},
	})
}

func answersOfOtherServices(t *testing.T) {
	answers(t, []answer{
		{"D30", "a headless Service without endpoints does not exist", "empty+", TypeA, "NXDOMAIN", nil},
		{"D30-SRV", "a headless Service without endpoints does not exist for SRV either", "empty+", TypeSRV, "NXDOMAIN", nil},
		{"D31", "a headless Service without ready endpoints does not exist", "waiting+", TypeA, "NXDOMAIN", nil},
		{"D32", "a headless Service needs no ports", "noports+", TypeA, "10.1.2.1", nil},
		{"D32-pod", "nor do its pods", "web-0.noports+", TypeA, "10.1.2.1", nil},
		{"D32-SRV", "but it has no SRV", "noports+", TypeSRV, "NODATA", nil},
		{"D33", "the bare name has an SRV for a port without a name", "unnamed+", TypeSRV, "[0 100 8080 u-0.unnamed~] | 10.1.3.1", nil},
		{"D34", "a dual-stack pod has an address of each family: IPv4", "dual+", TypeA, "10.1.4.1", nil},
		{"D34-AAAA", "a dual-stack pod has an address of each family: IPv6", "dual+", TypeAAAA, "fd00::1", nil},
		{"D34-SRV", "and one SRV with both; each address counts for the weight", "_web._tcp.dual+", TypeSRV,
			"[0 50 8080 d-0.dual~] | 10.1.4.1 fd00::1", nil},
		{"D35", "an IPv6 Service exists without IPv4", "six+", TypeA, "NODATA", nil},
		{"D35-SRV", "IPv6 addresses are spelled with dashes, and a 0 where they end in one", "six+", TypeSRV,
			"[0 50 8080 fd00--2.six~] [0 50 8080 fd00-5--0.six~] | fd00::2 fd00:5::", nil},
		{"D36", "a Service with a cluster IP is that address", "cip+", TypeA, "10.96.0.20", nil},
		{"D36-pod", "pods have names in it all the same", "web-0.cip+", TypeA, "10.1.5.1", nil},
		{"D36-SRV", "its SRV is itself, with its own port", "_web._tcp.cip+", TypeSRV, "[0 100 80 cip~] | 10.96.0.20", nil},
		{"D36-none", "a pod that is not there does not exist", "web-9.cip+", TypeA, "NXDOMAIN", nil},
		{"D37", "a cluster IP needs no endpoints", "idle+", TypeA, "10.96.0.21", nil},
		{"D37-ignore", "unless the server ignores empty Services", "idle+", TypeA, "NXDOMAIN", ignoreEmpty},
		{"D37-headless", "which changes nothing for one with endpoints", "cip+", TypeA, "10.96.0.20", ignoreEmpty},
		{"D38", "an ExternalName is a CNAME and what it leads to", "ext+", TypeA, "CNAME db.example.com 192.0.2.53", nil},
		{"D39", "or the CNAME alone", "ext+", TypeAAAA, "CNAME db.example.com", nil},
		{"D39-gone", "even if the name outside does not exist", "gone+", TypeA, "CNAME nowhere.example.com", nil},
		{"D39-SRV", "it exists without an SRV", "ext+", TypeSRV, "NODATA", nil},
		{"D39-port", "it has no ports", "_web._tcp.ext+", TypeSRV, "NXDOMAIN", nil},
		{"D39-pod", "and no pods", "web-0.ext+", TypeA, "NXDOMAIN", nil},
		{"D39-CNAME", "asked for the CNAME it says no more", "ext+", TypeCNAME, "CNAME db.example.com", nil},
		{"D40", "a CNAME within the cluster is followed", "alias+", TypeA, "CNAME cip~ 10.96.0.20", nil},
		{"D40-dangle", "one that leads to no address is dropped", "dangle+", TypeA, "NODATA", nil},
		{"D40-loop", "and so is a circle", "loop-a+", TypeA, "NODATA", nil},
		{"D41", "an ExternalName that is an address is none", "literal+", TypeA, "NXDOMAIN", nil},
		{"D42", "an address leads back to the endpoint", "1.0.1.10.in-addr.arpa", TypePTR, "web-0.nginx~", nil},
		{"D42-unready", "but not to one that is not ready", "3.0.1.10.in-addr.arpa", TypePTR, "NXDOMAIN", nil},
		{"D42-dashes", "the endpoint may be named by its address", "9.0.1.10.in-addr.arpa", TypePTR, "10-1-0-9.nginx~", nil},
		{"D42-vip", "a cluster IP leads back to the Service", "20.0.96.10.in-addr.arpa", TypePTR, "cip~", nil},
		{"D42-unknown", "an address nobody has does not exist", "99.0.1.10.in-addr.arpa", TypePTR, "NXDOMAIN", nil},
		{"D43", "the server may name endpoints after their pods, unless the name is longer than a label", "podname+", TypeSRV,
			"[0 50 8080 p-0.podname~] [0 50 8080 10-1-6-2.podname~] | 10.1.6.1 10.1.6.2", podNames},
	})
}

// What only whoever looks at CoreDNS itself will find out.
func TestAnswerOddities(t *testing.T) {
	const nibbles = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"
	const mapped = "1.0.0.0.1.0.a.0.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"
	answers(t, []answer{
		{"soa", "a zone has an SOA", "cluster.local", TypeSOA, "cluster.local. 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 0 7200 1800 86400 5", nil},
		{"soa-none", "no other name has one, and nobody looks whether it exists", "missing+", TypeSOA, "NODATA", nil},
		{"transfer", "nobody gets a whole zone", "cluster.local", TypeAXFR, "REFUSED", nil},
		{"txt", "a TXT tells a namespace from nothing at all", "default.svc.cluster.local", TypeTXT, "NXDOMAIN", nil},
		{"ns", "the server's own name exists", "ns.dns.cluster.local", TypeA, "NODATA", nil},
		{"ns-ptr", "not for a PTR", "ns.dns.cluster.local", TypePTR, "NXDOMAIN", nil},
		{"ns-reverse", "each zone has one", "ns.dns.ip6.arpa", TypeA, "NODATA", nil},
		{"version-reverse", "each zone has a version", "dns-version.in-addr.arpa", TypeTXT, `"1.1.0"`, nil},
		{"svc-reverse", "svc exists in a reverse zone too", "svc.in-addr.arpa", TypeA, "NODATA", nil},
		{"svc-reverse-2", "but nothing below it", "default.svc.in-addr.arpa", TypeA, "NXDOMAIN", nil},
		{"ptr-6", "an IPv6 address is 32 digits", nibbles, TypePTR, "d-0.dual~", nil},
		{"ptr-6-more", "up to three labels more are not looked at", "a.b.c." + nibbles, TypePTR, "d-0.dual~", nil},
		{"ptr-6-many", "four are", "a.b.c.d." + nibbles, TypePTR, "NXDOMAIN", nil},
		{"ptr-6-short", "31 digits are no address", nibbles[2:], TypePTR, "NXDOMAIN", nil},
		{"ptr-mapped", "an IPv4 address may be spelled as an IPv6 one", mapped, TypePTR, "web-0.nginx~", nil},
		{"ptr-a", "an address backwards has a PTR only", "1.0.1.10.in-addr.arpa", TypeA, "NXDOMAIN", nil},
	})
	t.Run("the server's own name is known in lower case only", func(t *testing.T) {
		expect(t, "A", Answer(fixture(), Config{}, Question{"ns.dns.CLUSTER.local", TypeA}).Rcode, NXDomain)
		expect(t, "A", Answer(fixture(), Config{}, Question{"NS.DNS.cluster.local", TypeA}).Rcode, Success)
	})
	t.Run("what the server makes up itself has the zone as the question spells it", func(t *testing.T) {
		r := Answer(fixture(), Config{}, Question{"_web._tcp.nginx.default.svc.CLUSTER.local", TypeSRV})
		expect(t, "SRV", r.Answer[0].Target, "web-0.nginx.default.svc.CLUSTER.local")
		r = Answer(fixture(), Config{}, Question{"nothing.Cluster.Local", TypeA})
		expect(t, "SOA", r.SOA.Zone, "Cluster.Local")
	})
	t.Run("eleven CNAMEs within the zone are followed", func(t *testing.T) {
		for links, want := range map[int]int{11: 12, 12: 0} {
			z := testZone{namespaces: []string{"default"}, services: map[string]Service{"default/c0": {ClusterIPs: []netip.Addr{ip("10.96.0.1")}}}}
			for i := range links {
				z.services[fmt.Sprintf("default/c%d", i+1)] = Service{ExternalName: fmt.Sprintf("c%d%s", i, d)}
			}
			expect(t, fmt.Sprint(links, " links"), len(Answer(z, Config{}, Question{fmt.Sprintf("c%d%s", links, d), TypeA}).Answer), want)
		}
	})
}

func TestAnswerDetails(t *testing.T) {
	cfg := Plain().Server
	z := fixture()
	t.Run("records carry the TTL of the plugin, the version its own", func(t *testing.T) {
		expect(t, "A", Answer(z, cfg, Question{"web-0.nginx" + d, TypeA}).Answer[0].TTL, 5)
		expect(t, "TXT", Answer(z, cfg, Question{"dns-version.cluster.local.", TypeTXT}).Answer[0].TTL, 28800)
	})
	t.Run("the SOA lives 300 s at most, its field says the whole TTL", func(t *testing.T) {
		long := Config{TTL: 3600, Serial: 7}
		r := Answer(z, long, Question{"x.nginx" + d, TypeA})
		expect(t, "SOA", r.SOA.String(), "cluster.local. 300 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 7 7200 1800 86400 3600")
	})
	t.Run("before its informers have synced the server fails instead of denying", func(t *testing.T) {
		syncing := Config{Syncing: true}
		expect(t, "missing", Answer(z, syncing, Question{"missing" + d, TypeA}).Rcode, ServFail)
		expect(t, "there", Answer(z, syncing, Question{"web-0.nginx" + d, TypeA}).Rcode, Success)
	})
	t.Run("kubeadm asks upstream for addresses nobody has", func(t *testing.T) {
		up := Kubeadm().Server
		up.Upstream = reverseUpstream{}
		q := Question{ReverseName(ip("192.0.2.1")), TypePTR}
		expect(t, "PTR", brief(Answer(z, up, q)), "host.example.com")
		up.ReverseFallthrough = false
		expect(t, "PTR without fallthrough", brief(Answer(z, up, q)), "NXDOMAIN")
	})
	t.Run("the server's own name has its address", func(t *testing.T) {
		own := Config{Address: ip("10.96.0.10")}
		expect(t, "A", brief(Answer(z, own, Question{"ns.dns.cluster.local", TypeA})), "10.96.0.10")
		expect(t, "AAAA", brief(Answer(z, own, Question{"ns.dns.cluster.local", TypeAAAA})), "NODATA")
	})
	t.Run("a name that no message can hold is malformed", func(t *testing.T) {
		for _, name := range []string{"a..b", ".a", strings.Repeat("a", 64) + ".b", strings.Repeat("a.", 130)} {
			expect(t, name, Answer(z, cfg, Question{name, TypeA}).Rcode, FormErr)
		}
	})
	t.Run("a name outside is for upstream, and does not exist without one", func(t *testing.T) {
		expect(t, "no upstream", Answer(z, cfg, Question{"db.example.com", TypeA}).Rcode, NXDomain)
		withUp := Config{Upstream: outside}
		expect(t, "upstream", brief(Answer(z, withUp, Question{"DB.example.com.", TypeA})), "192.0.2.53")
		expect(t, "mycluster.local is another zone", Answer(z, cfg, Question{"nginx.default.svc.mycluster.local", TypeA}).SOA, SOA{})
	})
	t.Run("an address that two endpoints share comes once, also among many", func(t *testing.T) {
		many := testZone{namespaces: []string{"default"}, services: map[string]Service{"default/s": {Headless: true}}}
		s := many.services["default/s"]
		for i := range 100 {
			s.Endpoints = append(s.Endpoints, Endpoint{Addr: addrOf(i % 40), Ready: true})
		}
		many.services["default/s"] = s
		expect(t, "records", len(Answer(many, cfg, Question{"s" + d, TypeA}).Answer), 40)
	})
	t.Run("a weight is 100 shared out, and never 0", func(t *testing.T) {
		for items, want := range map[int]uint16{1: 100, 3: 33, 7: 14, 100: 1, 101: 1, 5000: 1} {
			expect(t, "weight", newServers(Question{}, 5, items).weight, want)
		}
	})
}

type reverseUpstream struct{}

func (reverseUpstream) Lookup(q Question) Response {
	return Response{Answer: []Record{{Name: q.Name, Type: TypePTR, TTL: 60, Target: "host.example.com"}}}
}
