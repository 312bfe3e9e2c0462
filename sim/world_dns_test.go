package sim_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// What screenplays do not show of DNS servers, resolvers and the endpoints controller.

func retargeted(s *model.Service) { s.Spec.Ports[0].Port++ }

var serverCases = []worldCase{
	{"choice", "Which replica answers is a choice, unless they are asked in turn", func(w *worldPlay) {
		var asked []string
		picks := sim.ChooserFunc(func(label string, n int) int {
			asked = append(asked, fmt.Sprint(label, " ", n))
			return len(asked) % n
		})
		profile := dnsmodel.Addons()
		profile.Replicas = 3
		w.begin(sim.Config{DNS: profile, Chooser: picks}, nginx(), webSet(1, stateless))
		w.settles()
		w.resolves("web-0", "nginx.default.svc.cluster.local.", "web-0")
		require.Equal(w.t, []string{"dns server 3"}, asked, "one for both families")
		w.do(w.c.Do(sim.StopDNS{Replica: 0}))
		w.c.Run(31 * time.Second)
		w.resolves("web-0", "nginx.default.svc.cluster.local.", "web-0")
		require.Equal(w.t, []string{"dns server 3", "dns server 2"}, asked, "one that is left out is not chosen")
	}},
	{"no choice", "One server alone is no choice", func(w *worldPlay) {
		w.begin(sim.Config{Chooser: sim.ChooserFunc(func(label string, n int) int { w.t.Fatal(label); return 0 })}, nginx(), webSet(1, stateless))
		w.settles()
		w.resolves("web-0", "nginx", "web-0")
	}},
	{"refused faults", "A replica that is not there cannot stop, and none stops twice", func(w *worldPlay) {
		w.begin(sim.Config{})
		require.EqualError(w.t, w.c.Do(sim.StopDNS{Replica: 1}), "sim: there is no replica 1 of DNS, only 1 of them")
		require.EqualError(w.t, w.c.Do(sim.StartDNS{}), "sim: replica 0 of DNS answers")
		w.do(w.c.Do(sim.StopDNS{}))
		require.EqualError(w.t, w.c.Do(sim.StopDNS{}), "sim: replica 0 of DNS does not answer")
	}},
	{"default policy", "A pod with dnsPolicy Default asks its node's servers, which know nothing of the cluster", func(w *worldPlay) {
		world := dnsmodel.Table{{Name: "db.corp", Addr: netip.MustParseAddr("192.0.2.9"), TTL: 60}}
		config := sim.Config{NodeResolv: dnsmodel.ResolvConf{Nameservers: []string{"192.0.2.1"}, Searches: []string{"corp"}}}
		config.DNS.Server.Upstream = world
		w.begin(config, nginx(), webSet(1, stateless), webSet(1, stateless, named("own"), func(s *model.StatefulSet) {
			s.Spec.Template.Spec.DNSPolicy = dnsmodel.DNSDefault
		}))
		w.settles()
		w.resolves("own-0", "nginx.default.svc.cluster.local", "NXDOMAIN")
		w.resolves("own-0", "db", "192.0.2.9")
		w.resolves("web-0", "db", "192.0.2.9") // the node's domain comes last
		w.resolves("web-0", "nginx", "web-0")
	}},
	{"nobody to ask", "A pod without a nameserver hears nothing; with a second one it hears that", func(w *worldPlay) {
		config := sim.Config{}
		config.DNS.Server.Upstream = silent{}
		w.begin(config, nginx(), webSet(1, stateless, func(s *model.StatefulSet) {
			s.Spec.Template.Spec.DNSPolicy = dnsmodel.DNSDefault // and the node has none
		}), webSet(1, stateless, named("two"), func(s *model.StatefulSet) {
			s.Spec.Template.Spec.DNSPolicy = dnsmodel.DNSNone
			s.Spec.Template.Spec.DNSConfig = &model.PodDNSConfig{Nameservers: []string{"192.0.2.1", "10.96.0.10"}}
		}))
		w.settles()
		w.resolves("web-0", "nginx.default.svc.cluster.local", "TIMEOUT")
		w.resolves("two-0", "web-0.nginx.default.svc.cluster.local", "web-0")
	}},
	{"resolvers", "musl does not search for a name with as many dots as ndots; glibc does", func(w *worldPlay) {
		two := "2"
		w.begin(sim.Config{Images: map[string]sim.Image{"alpine": {Resolver: dnsmodel.Musl}}}, nginx(), webSet(1, stateless, func(s *model.StatefulSet) {
			s.Spec.Template.Spec.DNSConfig = &model.PodDNSConfig{Options: []model.PodDNSConfigOpt{{Name: "ndots", Value: &two}}}
		}))
		w.settles()
		w.resolves("web-0", "web-0.nginx.default", "web-0")
		w.do(w.c.SetImage("web", "main", "alpine"))
		w.settles()
		w.resolves("web-0", "web-0.nginx.default", "NXDOMAIN")
	}},
	{"own name", "The server's own name has the address of its Service", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(), webSet(1, stateless))
		w.settles()
		w.resolves("web-0", "ns.dns.cluster.local", "10.96.0.10")
	}},
	{"families", "A Service is of the cluster's one family; one that would like two gets one, and a headless one without a selector is of both", func(w *worldPlay) {
		headless := func(name string, change func(*model.Service)) *model.Service {
			return nginx(serviceNamed(name), change)
		}
		w.begin(sim.Config{},
			nginx(),
			headless("prefers", func(s *model.Service) { s.Spec.IPFamilyPolicy = model.PreferDualStack }),
			headless("by-hand", func(s *model.Service) { s.Spec.Selector = nil }),
			headless("address", func(s *model.Service) { s.Spec.ClusterIP = "" }),
			headless("leads", func(s *model.Service) {
				s.Spec = model.ServiceSpec{Type: model.ServiceExternalName, ExternalName: "db.example.com"}
			}),
			webSet(1, stateless))
		w.settles()
		w.families("nginx", "None [None] [IPv4] SingleStack")
		w.families("prefers", "None [None] [IPv4] PreferDualStack")
		w.families("by-hand", "None [None] [IPv4 IPv6] RequireDualStack")
		w.families("address", "10.96.0.2 [10.96.0.2] [IPv4] SingleStack")
		w.families("leads", " [] [] ")
		w.endpoints("nginx", "web-0:ready+serving")
		w.resolves("web-0", "web-0.nginx", "web-0")

		w.apply(headless("address", func(s *model.Service) { s.Spec.ClusterIP = ""; s.Spec.Ports[0].Port = 81 }))
		w.families("address", "10.96.0.2 [10.96.0.2] [IPv4] SingleStack")
		w.apply(headless("address", func(s *model.Service) {
			s.Spec = model.ServiceSpec{Type: model.ServiceExternalName, ExternalName: "db.example.com"}
		}))
		w.families("address", " [] [] ")
		w.apply(headless("address", func(s *model.Service) { s.Spec.ClusterIP = "" }))
		w.families("address", "10.96.0.3 [10.96.0.3] [IPv4] SingleStack")
	}},
	{"no such family", "What the cluster has not is refused", func(w *worldPlay) {
		w.begin(sim.Config{})
		refused := func(want string, change func(*model.Service)) {
			w.t.Helper()
			require.EqualError(w.t, w.c.Apply(nginx(change)), `Service "nginx" is invalid: `+want)
		}
		refused(`spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster`,
			func(s *model.Service) { s.Spec.IPFamilies = []model.IPFamily{model.IPv6} })
		refused(`spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services`,
			func(s *model.Service) { s.Spec.IPFamilyPolicy = model.RequireDualStack })
		refused(`spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster`,
			func(s *model.Service) { s.Spec.ClusterIP = "fd00::1" })
	}},
	{"a write fails", "A turn whose write fails is repeated after a second, then after two", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(), webSet(1, stateless))
		w.settles()
		w.do(w.c.Do(sim.FailWrite{Verb: sim.VerbUpdate, Kind: "EndpointSlice", Times: 2}))
		w.do(w.c.Do(sim.CrashContainer{Pod: "web-0"}))
		w.c.Run(2 * time.Millisecond)
		w.endpoints("nginx", "web-0:ready+serving")
		w.c.Run(990 * time.Millisecond)
		w.endpoints("nginx", "web-0:ready+serving")
		w.c.Run(20 * time.Millisecond) // the second attempt: by now it is ready again
		w.endpoints("nginx", "web-0:ready+serving")
		w.do(w.c.Do(sim.StopDNS{})) // nothing to do with it
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.c.Run(2 * time.Second)
		w.endpoints("nginx", "web-0:ready+serving")
	}},
	{"forks", "What is owed, unseen and remembered goes its own way in a fork", func(w *worldPlay) {
		w.begin(sim.Config{Latencies: sim.Latencies{EndpointWatch: sim.Fixed(200 * time.Millisecond)}}, nginx(), webSet(2, stateless))
		w.settles()
		w.c.Run(time.Second)
		w.do(w.c.Do(sim.CrashContainer{Pod: "web-1"}))
		w.c.Run(2 * time.Millisecond)
		w.do(w.c.Do(sim.CrashContainer{Pod: "web-0"}))
		fork, err := w.c.Clone()
		w.do(err)
		require.Equal(w.t, w.c.StateHash(), fork.StateHash())
		here := w.c
		w.do(here.Do(sim.StopDNS{}))
		here.Run(time.Hour)
		w.c = fork
		w.resolves("web-0", "nginx", "web-0 web-1")
		w.c.Run(5 * time.Second)
		w.settles()
		w.c.Run(time.Second)
		w.endpoints("nginx", "web-0:ready+serving web-1:ready+serving")
		w.resolves("web-0", "nginx", "web-0 web-1")
	}},
	{"idle turns", "Where nothing is owed nobody looks: a back-off for want of a node is no event", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, nginx(), webSet(2, stateless))
		w.settles()
		w.do(w.c.Delete("node/node-1"))
		w.apply(nginx(retargeted))
		w.c.Run(2 * time.Millisecond)
		w.endpoints("nginx", "web-0:ready+serving")
		before := w.c.EventCount()
		w.c.Run(10 * time.Second) // before the garbage collector comes
		require.Equal(w.t, before+1, w.c.EventCount(), "the node lifecycle controller notices that the node is gone")
		w.apply(&model.Node{ObjectMeta: model.ObjectMeta{Name: "node-1"}})
		w.c.Run(4900 * time.Millisecond) // turns come after 1, 3, 7 and 15 seconds
		w.endpoints("nginx", "web-0:ready+serving")
		w.c.Run(100 * time.Millisecond)
		w.endpoints("nginx", "web-0:ready+serving web-1:ready+serving")
	}},
}

// silent is a world outside that never answers.
type silent struct{}

func (silent) Lookup(dnsmodel.Question) dnsmodel.Response {
	return dnsmodel.Response{Rcode: dnsmodel.Timeout}
}

func TestBatchPeriodDoesNotVary(t *testing.T) {
	require.PanicsWithValue(t, "sim: Latencies.EndpointBatch must not vary: it is a flag of the controller manager", func() {
		sim.New(sim.Config{Latencies: sim.Latencies{EndpointBatch: sim.Between(0, time.Second)}})
	})
}

// families wants what `kubectl get svc -o yaml` shows: "clusterIP clusterIPs ipFamilies ipFamilyPolicy".
func (w *worldPlay) families(service, want string) {
	w.t.Helper()
	for _, o := range w.c.Objects() {
		if s, ok := o.(*model.Service); ok && s.Name == service {
			w.is(want, fmt.Sprint(s.Spec.ClusterIP, " ", s.Spec.ClusterIPs, " ", s.Spec.IPFamilies, " ", s.Spec.IPFamilyPolicy))
			return
		}
	}
	w.t.Errorf("there is no Service %s", service)
}
