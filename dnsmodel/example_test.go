package dnsmodel_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// world is a Zone with one headless Service: nginx in the namespace default.
type world struct{ nginx dnsmodel.Service }

func (w *world) Namespace(name string) bool { return name == "default" }

func (w *world) Service(namespace, name, host string) (dnsmodel.Service, bool) {
	return w.nginx, name == "nginx"
}

func (w *world) Reverse(addr netip.Addr) []dnsmodel.Reference { return nil }

func (w *world) Pod(namespace string, addr netip.Addr) bool { return false }

// nginx is the Service, and pods are web-0, which is ready, and web-1, which is not.
var (
	nginx = &model.Service{
		ObjectMeta: model.ObjectMeta{Name: "nginx", Namespace: "default"},
		Spec:       model.ServiceSpec{ClusterIP: model.ClusterIPNone, Selector: model.Labels{"app": "nginx"}},
	}
	web0 = dnsmodel.Pod{Name: "web-0", Namespace: "default", Labels: nginx.Spec.Selector, Hostname: "web-0", Subdomain: "nginx",
		IPs: [2]netip.Addr{netip.MustParseAddr("10.1.0.1")}, Ready: true}
	web1 = dnsmodel.Pod{Name: "web-1", Namespace: "default", Labels: nginx.Spec.Selector, Hostname: "web-1", Subdomain: "nginx",
		IPs: [2]netip.Addr{netip.MustParseAddr("10.1.0.2")}}
)

func show(pods ...dnsmodel.Pod) *world {
	w := &world{nginx: dnsmodel.NewService(nginx)}
	w.nginx.Endpoints, w.nginx.Groups = dnsmodel.Endpoints(nginx, pods)
	return w
}

func ExampleAnswer() {
	w := show(web0, web1)
	cfg := dnsmodel.Kubeadm().Server
	for _, name := range []string{"nginx", "web-0.nginx", "web-1.nginx"} {
		fmt.Print(dnsmodel.Answer(w, cfg, dnsmodel.Question{Name: name + ".default.svc.cluster.local", Type: dnsmodel.TypeA}))
	}
	// Output:
	// nginx.default.svc.cluster.local. 30 IN A 10.1.0.1
	// web-0.nginx.default.svc.cluster.local. 30 IN A 10.1.0.1
	// NXDOMAIN
	// cluster.local. 30 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 0 7200 1800 86400 30
}

// A peer that looks too early plants a denial in CoreDNS's cache, and then misses a
// pod that has long been ready.
func ExampleServe() {
	p := dnsmodel.Addons()
	cache := &dnsmodel.Cache{Config: p.Caches[0]}
	q := dnsmodel.Question{Name: "web-1.nginx.default.svc.cluster.local", Type: dnsmodel.TypeA}

	early := show(web0, web1)
	web1.Ready = true
	later := show(web0, web1)
	web1.Ready = false

	fmt.Println("at 0 s: ", dnsmodel.Serve(early, p.Server, q, 0, cache).Rcode)
	for _, s := range []int{1, 29, 30} {
		now := model.Instant(0).Add(time.Duration(s) * time.Second)
		fmt.Printf("at %d s: %s\n", s, dnsmodel.Serve(later, p.Server, q, now, cache).Rcode)
	}
	// Output:
	// at 0 s:  NXDOMAIN
	// at 1 s: NXDOMAIN
	// at 29 s: NXDOMAIN
	// at 30 s: NOERROR
}

func ExampleClient_Resolve() {
	w := show(web0, web1)
	spec := &model.PodSpec{Hostname: "web-1", Subdomain: "nginx"}
	conf, _ := dnsmodel.PodResolvConf(spec, "default", dnsmodel.NodeDNS{
		ClusterDNS: []string{"10.96.0.10"}, ClusterDomain: "cluster.local",
	})
	client := dnsmodel.Client{Conf: conf, Hosts: dnsmodel.PodHosts("web-1", "default", spec, web1.IPs, "")}
	ask := func(q dnsmodel.Question) dnsmodel.Response { return dnsmodel.Answer(w, dnsmodel.Kubeadm().Server, q) }

	fmt.Print(client.Resolve("web-0.nginx", ask))
	fmt.Println("--")
	r := client.Resolve("web-1.nginx", ask) // itself, not ready yet
	fmt.Print(r)
	for _, q := range r.Queries {
		fmt.Println("  asked for", q.Name)
	}
	fmt.Println("--")
	fmt.Print(client.Resolve("web-1", ask)) // itself, by its hostname
	// Output:
	// Server:		10.96.0.10
	// Address:	10.96.0.10:53
	//
	// Name:	web-0.nginx.default.svc.cluster.local
	// Address: 10.1.0.1
	// --
	// Server:		10.96.0.10
	// Address:	10.96.0.10:53
	//
	// ** server can't find web-1.nginx: NXDOMAIN
	//   asked for web-1.nginx.default.svc.cluster.local
	//   asked for web-1.nginx.svc.cluster.local
	//   asked for web-1.nginx.cluster.local
	//   asked for web-1.nginx
	// --
	// Name:	web-1.nginx.default.svc.cluster.local
	// Address: 10.1.0.2
}

func ExamplePodResolvConf() {
	conf, _ := dnsmodel.PodResolvConf(&model.PodSpec{}, "default", dnsmodel.NodeDNS{
		ClusterDNS: []string{"10.96.0.10"}, ClusterDomain: "cluster.local",
	})
	fmt.Print(conf)
	// Output:
	// search default.svc.cluster.local svc.cluster.local cluster.local
	// nameserver 10.96.0.10
	// options ndots:5
}

func ExampleNewEndpoint() {
	for _, publish := range []bool{false, true} {
		svc := *nginx
		svc.Spec.PublishNotReadyAddresses = publish
		e, _ := dnsmodel.NewEndpoint(&svc, &web1, dnsmodel.IPv4)
		fmt.Println(e.Hostname, e.Addr, "ready:", e.Ready, "serving:", e.Serving)
	}
	// Output:
	// web-1 10.1.0.2 ready: false serving: false
	// web-1 10.1.0.2 ready: true serving: false
}
