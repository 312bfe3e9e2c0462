package dns

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	_ "github.com/coredns/coredns/plugin/cache"
	"github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	mdns "github.com/miekg/dns"
)

// server is CoreDNS with what stands around it: its API, the servers beyond, and a cache
// on each node.
type server struct {
	coredns *dnsserver.Server
	nodes   []*dnsserver.Server // of each node; the same as coredns where nodes have no caches
	stop    func() error
}

// nodeCount is how many nodes there are.
const nodeCount = 2

// startServer starts CoreDNS as it would from a Corefile with these stanzas. It comes back
// when CoreDNS has seen the whole API, or has given up waiting for it.
func startServer(s *setup, a *api) *server {
	c := caddy.NewTestController("dns", s.kubernetes)
	c.Next()
	k, err := kubernetes.ParseStanza(c)
	must(err)
	k.ClientConfig = clientConfig{a}
	start, stop, err := k.InitKubeCache(context.Background())
	must(err)

	var chain []plugin.Plugin
	if s.loadbalance {
		chain = append(chain, parsed("loadbalance", "loadbalance"))
	}
	if s.cache != "" {
		chain = append(chain, parsed("cache", s.cache))
	}
	begin := time.Now()
	chain = append(chain, func(next plugin.Handler) plugin.Handler { k.Next = next; return k })
	chain = append(chain, func(plugin.Handler) plugin.Handler { return upstream{begin} })
	out := &server{stop: stop, coredns: newServer(map[string][]plugin.Plugin{".": chain})}
	for range nodeCount {
		out.nodes = append(out.nodes, out.node(s))
	}
	must(start())
	return out
}

// node starts what stands on a node: caches, and behind them CoreDNS.
func (s *server) node(of *setup) *dnsserver.Server {
	if len(of.nodes) == 0 {
		return s.coredns
	}
	zones := map[string][]plugin.Plugin{}
	for _, text := range of.nodes {
		zone, stanza, _ := strings.Cut(text, " ")
		zones[zone] = []plugin.Plugin{parsed("cache", stanza), func(plugin.Handler) plugin.Handler { return forward{s.coredns} }}
	}
	return newServer(zones)
}

// newServer is a server with a chain of plugins for each zone. It never listens.
func newServer(zones map[string][]plugin.Plugin) *dnsserver.Server {
	var configs []*dnsserver.Config
	for zone, chain := range zones { // the server keeps them in a map too
		configs = append(configs, &dnsserver.Config{Zone: zone, Port: "53", Transport: "dns", Plugin: chain, Debug: true})
	}
	s, err := dnsserver.NewServer("dns://:53", configs)
	must(err)
	return s
}

// parsed is a plugin as it comes out of a stanza of a Corefile.
func parsed(name, stanza string) plugin.Plugin {
	setup, err := caddy.DirectiveAction("dns", name)
	must(err)
	c := caddy.NewTestController("dns", stanza)
	c.ServerBlockKeys = []string{"."}
	must(setup(c))
	plugins := dnsserver.GetConfig(c).Plugin
	return plugins[len(plugins)-1]
}

func must(err error) {
	if err != nil {
		panic("dns: " + err.Error())
	}
}

// ask sends a question to a server and returns its answer.
func ask(s *dnsserver.Server, name string, kind uint16) *mdns.Msg {
	m := new(mdns.Msg)
	m.SetQuestion(name, kind)
	w := &recorder{}
	s.ServeDNS(context.WithValue(context.Background(), dnsserver.Key{}, s), w, m)
	return w.msg
}

// recorder keeps the answer. It is a TCP connection: nothing is cut off.
type recorder struct{ msg *mdns.Msg }

func (w *recorder) WriteMsg(m *mdns.Msg) error  { w.msg = m; return nil }
func (w *recorder) Write(b []byte) (int, error) { return len(b), nil }
func (w *recorder) LocalAddr() net.Addr         { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 53} }
func (w *recorder) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(10, 240, 0, 1), Port: 40212}
}
func (w *recorder) Close() error        { return nil }
func (w *recorder) TsigStatus() error   { return nil }
func (w *recorder) TsigTimersOnly(bool) {}
func (w *recorder) Hijack()             {}

// forward is a plugin that asks another server, as the plugin of that name does over the
// network.
type forward struct{ to *dnsserver.Server }

func (f forward) Name() string { return "forward" }

func (f forward) ServeDNS(_ context.Context, w mdns.ResponseWriter, r *mdns.Msg) (int, error) {
	answer := ask(f.to, r.Question[0].Name, r.Question[0].Qtype).Copy()
	answer.Id = r.Id
	return mdns.RcodeSuccess, w.WriteMsg(answer)
}

// upstream is the world outside as a plugin.
type upstream struct{ begin time.Time }

func (u upstream) Name() string { return "upstream" }

func (u upstream) ServeDNS(_ context.Context, w mdns.ResponseWriter, r *mdns.Msg) (int, error) {
	m := new(mdns.Msg)
	m.SetReply(r)
	answer := outside(r.Question[0].Name, r.Question[0].Qtype, time.Since(u.begin))
	m.Rcode = answer.rcode
	for _, text := range answer.records {
		m.Answer = append(m.Answer, parseRR(text))
	}
	if answer.soa != "" {
		m.Ns = []mdns.RR{parseRR(answer.soa)}
	}
	return mdns.RcodeSuccess, w.WriteMsg(m)
}

func parseRR(text string) mdns.RR {
	rr, err := mdns.NewRR(text)
	must(err)
	return rr
}

// shown is a message as lines: the code, then the records of each section, sorted, as in
// a zone file.
func shown(m *mdns.Msg) string {
	if m == nil {
		return "no answer"
	}
	lines := []string{mdns.RcodeToString[m.Rcode]}
	for i, section := range [][]mdns.RR{m.Answer, m.Extra, m.Ns} {
		var part []string
		for _, rr := range section {
			text := strings.ReplaceAll(rr.String(), "\t", " ")
			if soa, ok := rr.(*mdns.SOA); ok {
				soa = mdns.Copy(soa).(*mdns.SOA)
				soa.Serial = 0
				text = strings.ReplaceAll(soa.String(), "\t", " ")
			}
			part = append(part, [...]string{"", "extra ", "authority "}[i]+text)
		}
		slices.Sort(part)
		lines = append(lines, part...)
	}
	return strings.Join(lines, "\n")
}
