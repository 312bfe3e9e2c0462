package dnsmodel

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/ordinal-sim/ordinal/model"
)

// endpointConditions is the truth table: each state of a pod, once with a Service that
// publishes ready addresses only and once with one that publishes all.
func endpointConditions(t *testing.T) {
	rows := []struct {
		id, idAll string
		pod       string
		edit      func(*Pod)
		want      string // in, ready, serving, terminating; "out"
		wantAll   string
	}{
		{"D50", "D51", "ready", func(p *Pod) {}, "ready serving", "ready serving"},
		{"D52", "D53", "running but not ready", func(p *Pod) { p.Ready = false }, "-", "ready"},
		{"D54", "D55", "ready and terminating", func(p *Pod) { p.Terminating = true }, "serving terminating", "ready serving terminating"},
		{"D56", "D57", "not ready and terminating", func(p *Pod) { p.Ready, p.Terminating = false, true }, "terminating", "ready terminating"},
		{"D58", "D59", "without an address", func(p *Pod) { p.IPs = [2]netip.Addr{} }, "out", "out"},
		{"D60", "D61", "finished", func(p *Pod) { p.Finished = true }, "out", "out"},
		{"D62", "D63", "on a node whose object is gone", func(p *Pod) { p.NodeMissing = true }, "out", "ready serving"},
	}
	for _, row := range rows {
		for _, publish := range []bool{false, true} {
			id, want, service := row.id, row.want, "of ready addresses"
			if publish {
				id, want, service = row.idAll, row.wantAll, "of all addresses"
			}
			spec(t, id, "a pod "+row.pod+" in a Service "+service+" is: "+want, func(t *testing.T) {
				svc := nginx(func(s *model.Service) { s.Spec.PublishNotReadyAddresses = publish })
				p := webPod(0, row.edit)
				e, ok := NewEndpoint(svc, &p, IPv4)
				expect(t, row.pod, conditions(e, ok), want)
			})
		}
	}
}

func conditions(e Endpoint, in bool) string {
	if !in {
		return "out"
	}
	out := ""
	for _, c := range []struct {
		name string
		is   bool
	}{{"ready", e.Ready}, {"serving", e.Serving}, {"terminating", e.Terminating}} {
		if c.is {
			out += " " + c.name
		}
	}
	if out == "" {
		return "-"
	}
	return out[1:]
}

// endpointsOf shows the endpoints of a Service: address, hostname and ports.
func endpointsOf(svc *model.Service, families []Family, pods ...Pod) string {
	endpoints, groups := Endpoints(svc, families, pods)
	out := ""
	for _, e := range endpoints {
		out += fmt.Sprintf("%s/%s%v ", e.Addr, e.Hostname, groups[e.Group])
	}
	return out
}

func endpointRules(t *testing.T) {
	const web = "[{web TCP 8080}] "
	spec(t, "D64", "a pod of another subdomain is an endpoint without a hostname", func(t *testing.T) {
		p := webPod(0, func(p *Pod) { p.Subdomain = "other" })
		expect(t, "endpoints", endpointsOf(nginx(nil), nil, p), "10.1.0.1/"+web)
	})
	spec(t, "D65", "a governing Service with a cluster IP gives hostnames too", func(t *testing.T) {
		svc := nginx(func(s *model.Service) { s.Spec.ClusterIP = "10.96.0.7" })
		expect(t, "endpoints", endpointsOf(svc, nil, webPod(0, nil)), "10.1.0.1/web-0"+web)
	})
	spec(t, "D66", "a pod without the named port is an endpoint without ports: it has an address, and no SRV", func(t *testing.T) {
		svc := nginx(func(s *model.Service) { s.Spec.Ports[0].TargetPort = model.FromString("http") })
		named := []model.Container{{}, {Ports: []model.ContainerPort{{Name: "http", ContainerPort: 53, Protocol: "UDP"}, {Name: "http", ContainerPort: 8081}}}}
		pods := []Pod{webPod(0, nil), webPod(1, func(p *Pod) { p.Containers = named }), webPod(2, nil)}
		expect(t, "endpoints", endpointsOf(svc, nil, pods...), "10.1.0.1/web-0[] 10.1.0.2/web-1[{web TCP 8081}] 10.1.0.3/web-2[] ")

		s := NewService(svc)
		s.Endpoints, s.Groups = Endpoints(svc, nil, pods[:1])
		z := testZone{namespaces: []string{"default"}, services: map[string]Service{"default/nginx": s}}
		expect(t, "A", brief(Answer(z, Config{}, Question{"nginx" + d, TypeA})), "10.1.0.1")
		expect(t, "SRV", brief(Answer(z, Config{}, Question{"_web._tcp.nginx" + d, TypeSRV})), "NXDOMAIN")
	})
	spec(t, "D67", "an IPv6 Service has no endpoint for an IPv4 pod", func(t *testing.T) {
		expect(t, "endpoints", endpointsOf(nginx(nil), []Family{IPv6}, webPod(0, nil)), "")
	})
	spec(t, "D68", "with all addresses published, a terminating pod stays until it has finished", func(t *testing.T) {
		svc := nginx(func(s *model.Service) { s.Spec.PublishNotReadyAddresses = true })
		dying := webPod(0, func(p *Pod) { p.Ready, p.Terminating = false, true })
		dead := webPod(0, func(p *Pod) { p.Ready, p.Terminating, p.Finished = false, true, true })
		expect(t, "terminating", endpointsOf(svc, nil, dying), "10.1.0.1/web-0"+web)
		expect(t, "finished", endpointsOf(svc, nil, dead), "")
	})
	spec(t, "D69", "the phase alone is no reason for a sync: the endpoint of a failed pod stays for now", func(t *testing.T) {
		old := webPod(0, func(p *Pod) { p.Ready = false })
		rows := []struct {
			change string
			edit   func(*Pod)
			want   bool
		}{
			{"nothing", func(p *Pod) {}, false},
			{"phase", func(p *Pod) { p.Finished = true }, false},
			{"ready", func(p *Pod) { p.Ready = true }, true},
			{"deletion", func(p *Pod) { p.Terminating = true }, true},
			{"address", func(p *Pod) { p.IPs[0] = ip("10.9.9.9") }, true},
			{"labels", func(p *Pod) { p.Labels = p.Labels.With("a", "b") }, true},
			{"hostname", func(p *Pod) { p.Hostname = "x" }, true},
			{"subdomain", func(p *Pod) { p.Subdomain = "x" }, true},
		}
		for _, row := range rows {
			now := old
			row.edit(&now)
			expect(t, row.change, NeedsSync(&old, &now), row.want)
		}
		dying := webPod(0, func(p *Pod) { p.Terminating = true })
		expect(t, "any update of a terminating pod", NeedsSync(&dying, &dying), true)
	})
}

func TestSelects(t *testing.T) {
	p := webPod(0, nil)
	rows := []struct {
		rule string
		edit func(*model.Service)
		want bool
	}{
		{"labels that match", nil, true},
		{"labels that do not", func(s *model.Service) { s.Spec.Selector = model.Labels{"app": "db"} }, false},
		{"an empty selector takes every pod", func(s *model.Service) { s.Spec.Selector = model.Labels{} }, true},
		{"no selector takes none", func(s *model.Service) { s.Spec.Selector = nil }, false},
		{"an ExternalName takes none", func(s *model.Service) { s.Spec.Type = model.ServiceExternalName }, false},
		{"another namespace takes none", func(s *model.Service) { s.Namespace = "prod" }, false},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) { expect(t, row.rule, Selects(nginx(row.edit), &p), row.want) })
	}
}

func TestDualStackEndpoints(t *testing.T) {
	svc := nginx(func(s *model.Service) { s.Spec.ClusterIPs = []string{"10.96.0.1", "fd00::96"} })
	p := webPod(0, func(p *Pod) { p.IPs[1] = ip("fd00::1") })
	expect(t, "one endpoint a family, as the cluster IPs have it", endpointsOf(svc, nil, p),
		"10.1.0.1/web-0[{web TCP 8080}] fd00::1/web-0[{web TCP 8080}] ")
}
