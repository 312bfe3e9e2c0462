package dnsmodel

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/ordinal-sim/ordinal/model"
)

// testZone is a Zone of tables: namespaces, and Services by "namespace/name".
type testZone struct {
	namespaces []string
	services   map[string]Service
}

func (z testZone) Namespace(name string) bool { return slices.Contains(z.namespaces, name) }

func (z testZone) Service(namespace, name, _ string) (Service, bool) {
	s, ok := z.services[namespace+"/"+name]
	return s, ok
}

func (z testZone) Reverse(addr netip.Addr) (out []Reference) {
	names := make([]string, 0, len(z.services))
	for name := range z.services {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		ns, svc, _ := strings.Cut(name, "/")
		s := z.services[name]
		if slices.Contains(s.ClusterIPs, addr) {
			out = append(out, Reference{Namespace: ns, Service: svc, ClusterIP: true})
		}
		for _, e := range s.Endpoints {
			if e.Addr == addr {
				out = append(out, Reference{Namespace: ns, Service: svc, Endpoint: e})
			}
		}
	}
	return out
}

// Pod knows one pod, which has the address 10.1.0.1.
func (z testZone) Pod(namespace string, addr netip.Addr) bool {
	return namespace == "default" && (addr == ip("10.1.0.1") || addr == ip("fd00::1"))
}

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

// ready and unready are endpoints with an address and a hostname.
func ready(addr, hostname string) Endpoint {
	return Endpoint{Addr: ip(addr), Hostname: hostname, Ready: true, Serving: true}
}

func unready(addr, hostname string) Endpoint { return Endpoint{Addr: ip(addr), Hostname: hostname} }

const d = ".default.svc.cluster.local"

// webPorts are the ports of the fixture's slices, webService those of its Service.
var (
	webPorts   = []Port{{"web", "TCP", 8080}, {"peer", "TCP", 2380}}
	webService = []Port{{"web", "TCP", 80}, {"peer", "TCP", 2380}}
)

// fixture is a cluster with a headless Service nginx: web-0 and web-1 are ready, web-2
// is not, and 10.1.0.9 is ready without a hostname. Around it stand Services of every
// other kind.
func fixture() testZone {
	one := [][]Port{{{"web", "TCP", 8080}}}
	return testZone{
		namespaces: []string{"default", "prod"},
		services: map[string]Service{
			"default/nginx": {Headless: true, Ports: webService, Groups: [][]Port{webPorts}, Endpoints: []Endpoint{
				ready("10.1.0.1", "web-0"), ready("10.1.0.2", "web-1"), unready("10.1.0.3", "web-2"), ready("10.1.0.9", ""),
			}},
			"default/empty":   {Headless: true, Ports: webService},
			"default/waiting": {Headless: true, Ports: webService, Groups: one, Endpoints: []Endpoint{unready("10.1.1.1", "w-0")}},
			"default/noports": {Headless: true, Endpoints: []Endpoint{ready("10.1.2.1", "web-0")}},
			"default/unnamed": {Headless: true, Groups: [][]Port{{{"", "TCP", 8080}}}, Endpoints: []Endpoint{ready("10.1.3.1", "u-0")}},
			"default/dual": {Headless: true, Groups: one, Endpoints: []Endpoint{
				ready("10.1.4.1", "d-0"), ready("fd00::1", "d-0"),
			}},
			"default/six": {Headless: true, Groups: one, Endpoints: []Endpoint{ready("fd00::2", ""), ready("fd00:5::", "")}},
			"default/cip": {ClusterIPs: []netip.Addr{ip("10.96.0.20")}, Ports: []Port{{"web", "TCP", 80}}, Groups: one,
				Endpoints: []Endpoint{ready("10.1.5.1", "web-0")}},
			"default/idle":    {ClusterIPs: []netip.Addr{ip("10.96.0.21")}, Ports: []Port{{"web", "TCP", 80}}},
			"default/ext":     {ExternalName: "db.example.com"},
			"default/gone":    {ExternalName: "nowhere.example.com"},
			"default/alias":   {ExternalName: "cip.default.svc.cluster.local"},
			"default/dangle":  {ExternalName: "empty.default.svc.cluster.local"},
			"default/loop-a":  {ExternalName: "loop-b.default.svc.cluster.local"},
			"default/loop-b":  {ExternalName: "loop-a.default.svc.cluster.local"},
			"default/literal": {ExternalName: "192.0.2.7"},
			"default/podname": {Headless: true, Groups: one, Endpoints: []Endpoint{
				{Addr: ip("10.1.6.1"), Pod: "p-0", Ready: true},
				{Addr: ip("10.1.6.2"), Pod: strings.Repeat("p", 64), Ready: true},
			}},
			"default/partial": {Headless: true, Groups: [][]Port{{}}, Endpoints: []Endpoint{ready("10.1.7.1", "x-0")}},
		},
	}
}

var outside = Table{{Name: "db.example.com", Addr: ip("192.0.2.53"), TTL: 300}}

// brief is a response in one short line: the data of the records, "|" before the
// additional section, and ~ for the domain of namespace default.
func brief(r Response) string {
	var parts []string
	switch {
	case r.NoData():
		parts = append(parts, "NODATA")
	case r.Rcode != Success:
		parts = append(parts, r.Rcode.String())
	}
	for i, section := range [][]Record{r.Answer, r.Extra} {
		if i == 1 && len(section) > 0 {
			parts = append(parts, "|")
		}
		for _, rec := range section {
			_, data, _ := strings.Cut(rec.String(), " IN "+rec.Type.String()+" ")
			switch rec.Type {
			case TypeSOA:
				data = rec.String()
			case TypeCNAME:
				data = "CNAME " + data
			case TypeSRV:
				data = "[" + data + "]"
			}
			parts = append(parts, strings.TrimSuffix(strings.ReplaceAll(data, d+".", "~"), "."))
		}
	}
	return strings.Join(parts, " ")
}

func spec(t *testing.T, id, rule string, check func(t *testing.T)) {
	specs = append(specs, id)
	t.Run("dns/"+id, func(t *testing.T) {
		check(t)
		if t.Failed() {
			t.Log("the rule: " + rule)
		}
	})
}

func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got: %v\nwant: %v", what, got, want)
	}
}

// nginx is the governing Service of a set web, and webPod a pod of it.
func nginx(edit func(*model.Service)) *model.Service {
	s := &model.Service{
		ObjectMeta: model.ObjectMeta{Name: "nginx", Namespace: "default"},
		Spec: model.ServiceSpec{
			ClusterIP: model.ClusterIPNone,
			Selector:  model.Labels{"app": "nginx"},
			Ports:     []model.ServicePort{{Name: "web", Protocol: "TCP", Port: 80, TargetPort: model.FromInt(8080)}},
		},
	}
	if edit != nil {
		edit(s)
	}
	return s
}

func webPod(ordinal int32, edit func(*Pod)) Pod {
	p := Pod{
		Name: model.PodName("web", ordinal), Namespace: "default", Labels: model.Labels{"app": "nginx"},
		Hostname: model.PodName("web", ordinal), Subdomain: "nginx",
		IPs: [2]netip.Addr{ip(fmt.Sprintf("10.1.0.%d", ordinal+1))}, Ready: true,
	}
	if edit != nil {
		edit(&p)
	}
	return p
}
