package dnsmodel

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/ordinal-sim/ordinal/model"
)

var clusterNode = NodeDNS{ClusterDNS: []string{"10.96.0.10"}, ClusterDomain: "cluster.local"}

// clientOf is the resolver of a pod of the set web.
func clientOf(ordinal int32, namespace string) Client {
	spec := &model.PodSpec{Hostname: model.PodName("web", ordinal), Subdomain: "nginx"}
	conf, _ := PodResolvConf(spec, namespace, clusterNode)
	ips := [2]netip.Addr{ip("10.1.0.77")}
	return Client{Conf: conf, Hosts: PodHosts(spec.Hostname, namespace, spec, ips, "cluster.local")}
}

func askFixture(q Question) Response { return Answer(fixture(), Kubeadm().Server, q) }

// told is the names that were tried, each with what the question for A came to, and
// the addresses at the end. The three search domains of default are +, * and ^.
func told(r Result) string {
	var parts []string
	for _, q := range r.Queries {
		name := strings.NewReplacer(d, "+", ".svc.cluster.local", "*", ".cluster.local", "^").Replace(q.Name)
		parts = append(parts, name+" "+q.A.String())
	}
	for _, a := range r.Addresses {
		parts = append(parts, a.String())
	}
	if r.Outcome != Found {
		parts = append(parts, r.Outcome.String())
	}
	return strings.Join(parts, ", ")
}

func clientRules(t *testing.T) {
	rows := []struct{ id, rule, from, name, want string }{
		{"D80", "a peer by its short name is one round", "default", "web-0.nginx", "web-0.nginx+ NOERROR, 10.1.0.1"},
		{"D81", "so is the Service", "default", "nginx", "nginx+ NOERROR, 10.1.0.1, 10.1.0.2, 10.1.0.9"},
		{"D82", "with the namespace, the first name reads as a port of a Service default", "default", "web-0.nginx.default",
			"web-0.nginx.default+ NXDOMAIN, web-0.nginx+ NOERROR, 10.1.0.1"},
		{"D83", "with svc, two names fail first", "default", "web-0.nginx.default.svc",
			"web-0.nginx.default.svc+ NXDOMAIN, web-0.nginx.default.svc* NXDOMAIN, web-0.nginx+ NOERROR, 10.1.0.1"},
		{"D84", "a pod's full name has 5 dots: it is tried as it stands", "default", "web-0.nginx" + d, "web-0.nginx+ NOERROR, 10.1.0.1"},
		{"D85", "a Service's full name has 4: three names fail first", "default", "nginx" + d,
			"nginx++ NXDOMAIN, nginx+* NXDOMAIN, nginx+^ NXDOMAIN, nginx+ NOERROR, 10.1.0.1, 10.1.0.2, 10.1.0.9"},
		{"D86", "a final dot is one query", "default", "nginx" + d + ".", "nginx+ NOERROR, 10.1.0.1, 10.1.0.2, 10.1.0.9"},
		{"D87", "a pod finds itself in /etc/hosts, ready or not", "default", "web-2", "10.1.0.77"},
		{"D87-fqdn", "also by its full name, and in any case", "default", "WEB-2.nginx" + d, "10.1.0.77"},
		{"D88", "but not by its short DNS name while it is not ready", "default", "web-2.nginx",
			"web-2.nginx+ NXDOMAIN, web-2.nginx* NXDOMAIN, web-2.nginx^ NXDOMAIN, web-2.nginx NXDOMAIN, NXDOMAIN"},
		{"D89", "from another namespace a short name leads nowhere", "prod", "web-0.nginx",
			"web-0.nginx.prod* NXDOMAIN, web-0.nginx* NXDOMAIN, web-0.nginx^ NXDOMAIN, web-0.nginx NXDOMAIN, NXDOMAIN"},
		{"D89-ns", "but the namespace helps", "prod", "web-0.nginx.default",
			"web-0.nginx.default.prod* NXDOMAIN, web-0.nginx+ NOERROR, 10.1.0.1"},
	}
	for _, row := range rows {
		spec(t, row.id, row.rule, func(t *testing.T) {
			c := clientOf(2, row.from)
			expect(t, row.from+" asks for "+row.name, told(c.Resolve(row.name, askFixture)), row.want)
		})
	}
}

// scripted answers each name with a code; a name that is not in it does not exist.
// "ok" has an IPv4 address.
type scripted map[string]string

func (s scripted) ask(q Question) Response {
	answer := s[q.Name]
	if a, b, ok := strings.Cut(answer, "/"); ok { // different for A and AAAA
		answer = a
		if q.Type == TypeAAAA {
			answer = b
		}
	}
	switch answer {
	case "ok":
		if q.Type == TypeA {
			return Response{Answer: []Record{{Name: q.Name, Type: TypeA, Addr: ip("192.0.2.1")}}}
		}
		return Response{}
	case "nodata":
		return Response{}
	case "servfail":
		return Response{Rcode: ServFail}
	case "timeout":
		return Response{Rcode: Timeout}
	default:
		return Response{Rcode: NXDomain}
	}
}

func TestFlavours(t *testing.T) {
	rows := []struct {
		rule           string
		name           string
		net            scripted
		glibc, go_, mu string // rounds and outcome
	}{
		{"NXDOMAIN goes on to the next name", "a", scripted{"a.y": "ok"}, "2 NOERROR", "2 NOERROR", "2 NOERROR"},
		{"NODATA goes on, but not with musl", "a", scripted{"a.x": "nodata", "a.y": "ok"}, "2 NOERROR", "2 NOERROR", "1 NODATA"},
		{"SERVFAIL goes on, but not with musl", "a", scripted{"a.x": "servfail", "a.y": "ok"}, "2 NOERROR", "2 NOERROR", "1 SERVFAIL"},
		{"silence goes on only with Go", "a", scripted{"a.x": "timeout", "a.y": "ok"}, "1 TIMEOUT", "2 NOERROR", "1 TIMEOUT"},
		{"NODATA is remembered by glibc", "a", scripted{"a.x": "nodata"}, "3 NODATA", "3 NXDOMAIN", "1 NODATA"},
		{"a failure is remembered by glibc", "a", scripted{"a.x": "servfail"}, "3 SERVFAIL", "3 NXDOMAIN", "1 SERVFAIL"},
		{"NODATA is remembered before a failure", "a", scripted{"a.x": "servfail", "a.y": "nodata"}, "3 NODATA", "3 NXDOMAIN", "1 SERVFAIL"},
		{"enough dots: as it stands first, searched after, but not with musl", "a.b.c", scripted{"a.b.c.y": "ok"}, "3 NOERROR", "3 NOERROR", "1 NXDOMAIN"},
		{"what the name as it stands came to counts most", "a.b.c", scripted{"a.b.c": "servfail", "a.b.c.x": "nodata"}, "3 SERVFAIL", "3 SERVFAIL", "1 SERVFAIL"},
		{"one family is enough, but not if the other fails with musl", "a", scripted{"a.x": "ok/servfail"}, "1 NOERROR", "1 NOERROR", "1 SERVFAIL"},
		{"a name that cannot be is not asked for", "a..b", nil, "0 NXDOMAIN", "0 NXDOMAIN", "0 NXDOMAIN"},
		{"an address is itself", "192.0.2.9", nil, "0 NOERROR", "0 NOERROR", "0 NOERROR"},
		{"localhost is in the file", "localhost", nil, "0 NOERROR", "0 NOERROR", "0 NOERROR"},
		{"a final dot hides a name from the file, but not with Go", "localhost.", nil, "1 NXDOMAIN", "0 NOERROR", "1 NXDOMAIN"},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			for f, want := range map[Flavour]string{Glibc: row.glibc, Go: row.go_, Musl: row.mu} {
				c := Client{Conf: ResolvConf{Nameservers: []string{"10.96.0.10"}, Searches: []string{"x", "y"}, Options: []string{"ndots:2"}},
					Hosts: localhost[:], Flavour: f}
				r := c.Resolve(row.name, row.net.ask)
				got := strings.Join([]string{string(rune('0' + len(r.Queries))), r.Outcome.String()}, " ")
				expect(t, []string{"glibc", "Go", "musl"}[f], got, want)
				expect(t, "an error or addresses", r.Err == "", len(r.Addresses) > 0)
			}
		})
	}
	t.Run("the root as a search domain is tried once", func(t *testing.T) {
		c := Client{Conf: ResolvConf{Searches: []string{"."}, Options: []string{"ndots:5"}}}
		expect(t, "rounds", len(c.Resolve("a", scripted{}.ask).Queries), 1)
	})
}

func TestPodResolvConf(t *testing.T) {
	node := NodeDNS{ClusterDNS: []string{"10.96.0.10"}, ClusterDomain: "cluster.local",
		Resolv: ResolvConf{[]string{"192.0.2.1"}, []string{"corp", "cluster.local"}, []string{"edns0"}}}
	none := node
	none.ClusterDNS = nil
	two := "2"
	config := &model.PodDNSConfig{Nameservers: []string{"192.0.2.9", "10.96.0.10"}, Searches: []string{"corp", "my"},
		Options: []model.PodDNSConfigOpt{{Name: "ndots", Value: &two}, {Name: "edns0"}}}
	const cluster = "search default.svc.cluster.local svc.cluster.local cluster.local corp\nnameserver 10.96.0.10\noptions ndots:5\n"
	const own = "search corp cluster.local\nnameserver 192.0.2.1\noptions edns0\n"
	many := make([]string, 40)
	for i := range many {
		many[i] = strings.Repeat(string(rune('a'+i%26)), 100+i)
	}
	rows := []struct {
		rule   string
		spec   model.PodSpec
		node   NodeDNS
		want   string
		events string
	}{
		{"ClusterFirst is the cluster's DNS, then the node's domains", model.PodSpec{DNSPolicy: DNSClusterFirst}, node, cluster, ""},
		{"it is the default", model.PodSpec{}, node, cluster, ""},
		{"on the node's network it is the node's DNS", model.PodSpec{DNSPolicy: DNSClusterFirst, HostNetwork: true}, node, own, ""},
		{"unless asked for by name", model.PodSpec{DNSPolicy: DNSClusterFirstWithHostNet, HostNetwork: true}, node, cluster, ""},
		{"Default is the node's", model.PodSpec{DNSPolicy: DNSDefault}, node, own, ""},
		{"without a cluster DNS it is the node's, with a warning", model.PodSpec{}, none, own, "MissingClusterDNS"},
		{"None is dnsConfig alone", model.PodSpec{DNSPolicy: DNSNone, DNSConfig: config}, node,
			"search corp my\nnameserver 192.0.2.9\nnameserver 10.96.0.10\noptions ndots:2 edns0\n", ""},
		{"dnsConfig is merged in: lists grow, options are replaced", model.PodSpec{DNSConfig: config}, node,
			"search default.svc.cluster.local svc.cluster.local cluster.local corp my\nnameserver 10.96.0.10\nnameserver 192.0.2.9\noptions ndots:2 edns0\n", ""},
		{"three nameservers are the limit", model.PodSpec{DNSPolicy: DNSNone, DNSConfig: &model.PodDNSConfig{Nameservers: []string{"1", "2", "3", "4"}}}, node,
			"nameserver 1\nnameserver 2\nnameserver 3\n", "DNSConfigForming"},
		{"a search domain over 253 characters is left out", model.PodSpec{DNSPolicy: DNSNone,
			DNSConfig: &model.PodDNSConfig{Searches: []string{strings.Repeat("a", 254), "b"}}}, node, "search b\n", "DNSConfigForming"},
		{"2048 characters of search domains are the limit", model.PodSpec{DNSPolicy: DNSNone, DNSConfig: &model.PodDNSConfig{Searches: many}}, node,
			"search " + strings.Join(many[:18], " ") + "\n", "DNSConfigForming"},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			conf, events := PodResolvConf(&row.spec, "default", row.node)
			expect(t, "resolv.conf", conf.String(), row.want)
			reasons := ""
			for _, e := range events {
				reasons += e.Reason
			}
			expect(t, "events", reasons, row.events)
		})
	}
	t.Run("32 search domains are the limit", func(t *testing.T) {
		spec := model.PodSpec{DNSPolicy: DNSNone, DNSConfig: &model.PodDNSConfig{}}
		for i := range 33 {
			spec.DNSConfig.Searches = append(spec.DNSConfig.Searches, strings.Repeat("a", i+1))
		}
		conf, _ := PodResolvConf(&spec, "default", node)
		expect(t, "domains", len(conf.Searches), 32)
	})
	t.Run("ndots is 1, or what the last option says, up to 15", func(t *testing.T) {
		for want, options := range map[int][]string{1: nil, 5: {"ndots:2", "ndots:5"}, 15: {"ndots:99"}, 0: {"ndots:x"}} {
			expect(t, strings.Join(options, " "), ResolvConf{Options: options}.Ndots(), want)
		}
	})
}

func TestPodHosts(t *testing.T) {
	long := strings.Repeat("a", 62) + "-b"
	rows := []struct {
		rule, pod string
		spec      model.PodSpec
		want      string // the last line
	}{
		{"hostname and FQDN", "web-0", model.PodSpec{Hostname: "web-0", Subdomain: "nginx"}, "10.1.0.1\tweb-0.nginx.default.svc.cluster.local\tweb-0"},
		{"without a subdomain the hostname alone", "web-0", model.PodSpec{Hostname: "web-0"}, "10.1.0.1\tweb-0"},
		{"without a hostname the pod's name, cut to a label", long, model.PodSpec{}, "10.1.0.1\t" + long[:62]},
		{"an override has no domain", "web-0", model.PodSpec{HostnameOverride: "db", Subdomain: "nginx"}, "10.1.0.1\tdb"},
		{"on the node's network only localhost", "web-0", model.PodSpec{HostNetwork: true}, "::1\tlocalhost\tip6-localhost"},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			lines := PodHosts(row.pod, "default", &row.spec, [2]netip.Addr{ip("10.1.0.1")}, "")
			expect(t, "last line", lines[len(lines)-1].String(), row.want)
		})
	}
	t.Run("an FQDN for a hostname must fit 64 characters", func(t *testing.T) {
		name, err := Nodename("web-0", "nginx.default.svc.cluster.local", true)
		expect(t, "name", name, "web-0.nginx.default.svc.cluster.local")
		expect(t, "error", err, nil)
		_, err = Nodename(strings.Repeat("a", 40), "nginx.default.svc.cluster.local", true)
		if err == nil || !strings.Contains(err.Error(), "(64 characters is the max, 72 characters requested)") {
			t.Error(err)
		}
	})
}
