package dnsmodel

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

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
				expect(t, "the controller comes back for its node", LacksNode(svc, &p), id == "D62")
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
func endpointsOf(svc *model.Service, pods ...Pod) string {
	endpoints, groups := Endpoints(svc, pods)
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
		expect(t, "endpoints", endpointsOf(nginx(nil), p), "10.1.0.1/"+web)
	})
	spec(t, "D65", "a governing Service with a cluster IP gives hostnames too", func(t *testing.T) {
		svc := nginx(func(s *model.Service) { s.Spec.ClusterIP = "10.96.0.7" })
		expect(t, "endpoints", endpointsOf(svc, webPod(0, nil)), "10.1.0.1/web-0"+web)
	})
	spec(t, "D66", "a pod without the named port is an endpoint without ports: it has an address, and no SRV", func(t *testing.T) {
		svc := nginx(func(s *model.Service) { s.Spec.Ports[0].TargetPort = model.FromString("http") })
		named := &model.PodSpec{Containers: []model.Container{{}, {Ports: []model.ContainerPort{
			{Name: "http", ContainerPort: 53, Protocol: "UDP"}, {Name: "http", ContainerPort: 8081},
		}}}}
		pods := []Pod{webPod(0, nil), webPod(1, func(p *Pod) { p.Spec = named }), webPod(2, nil)}
		expect(t, "endpoints", endpointsOf(svc, pods...), "10.1.0.1/web-0[] 10.1.0.2/web-1[{web TCP 8081}] 10.1.0.3/web-2[] ")

		s := NewService(svc)
		s.Endpoints, s.Groups = Endpoints(svc, pods[:1])
		z := testZone{namespaces: []string{"default"}, services: map[string]Service{"default/nginx": s}}
		expect(t, "A", brief(Answer(z, Config{}, Question{"nginx" + d, TypeA})), "10.1.0.1")
		expect(t, "SRV", brief(Answer(z, Config{}, Question{"_web._tcp.nginx" + d, TypeSRV})), "NXDOMAIN")
	})
	spec(t, "D67", "an IPv6 Service has no endpoint for an IPv4 pod", func(t *testing.T) {
		expect(t, "endpoints", endpointsOf(nginx(families(model.IPv6)), webPod(0, nil)), "")
	})
	spec(t, "D68", "with all addresses published, a terminating pod stays until it has finished", func(t *testing.T) {
		svc := nginx(func(s *model.Service) { s.Spec.PublishNotReadyAddresses = true })
		dying := webPod(0, func(p *Pod) { p.Ready, p.Terminating = false, true })
		dead := webPod(0, func(p *Pod) { p.Ready, p.Terminating, p.Finished = false, true, true })
		expect(t, "terminating", endpointsOf(svc, dying), "10.1.0.1/web-0"+web)
		expect(t, "finished", endpointsOf(svc, dead), "")
	})
	spec(t, "D69", "the phase alone is no reason for a sync: the endpoint of a failed pod stays for now", func(t *testing.T) {
		svc, old := nginx(nil), webPod(0, func(p *Pod) { p.Ready = false })
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
			{"labels that are selected as before", func(p *Pod) { p.Labels = p.Labels.With("a", "b") }, false},
			{"the same, and ready", func(p *Pod) { p.Labels, p.Ready = p.Labels.With("a", "b"), true }, true},
			{"labels that are not selected any more", func(p *Pod) { p.Labels = nil }, true},
			{"the same, and ready", func(p *Pod) { p.Labels, p.Ready = nil, true }, true},
			{"hostname and subdomain, which nobody can change", func(p *Pod) { p.Hostname, p.Subdomain = "x", "x" }, false},
		}
		for _, row := range rows {
			now := old
			row.edit(&now)
			expect(t, row.change, Syncs(svc, &old, &now), row.want)
		}
		other := webPod(1, func(p *Pod) { p.Labels = nil })
		expect(t, "labels that are selected from now on", Syncs(svc, &other, &old), true)
		same := other
		same.Ready = !other.Ready
		expect(t, "a pod that was never selected", Syncs(svc, &other, &same), false)
		expect(t, "a new pod", Syncs(svc, nil, &old), true)
		expect(t, "a pod that is gone", Syncs(svc, &old, nil), true)
		expect(t, "a new pod that is not selected", Syncs(svc, nil, &other), false)
		svc.Spec.Type = model.ServiceExternalName
		expect(t, "a new pod of an ExternalName", Syncs(svc, nil, &old), true)
		dying := webPod(0, func(p *Pod) { p.Terminating = true })
		expect(t, "any update of a terminating pod", Syncs(svc, &dying, &dying), true)
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

func families(list ...model.IPFamily) func(*model.Service) {
	return func(s *model.Service) { s.Spec.IPFamilies = list }
}

func TestDualStackEndpoints(t *testing.T) {
	p := webPod(0, func(p *Pod) { p.IPs[1] = ip("fd00::1") })
	const four, six = "10.1.0.1/web-0[{web TCP 8080}] ", "fd00::1/web-0[{web TCP 8080}] "
	rows := []struct {
		rule string
		edit func(*model.Service)
		want string
	}{
		{"one endpoint a family, in the order of the spec", families(model.IPv6, model.IPv4), six + four},
		{"a Service of one family has the addresses of that one", families(model.IPv6), six},
		{"a headless Service that names none has both", nil, four + six},
		{"another one has that of its cluster IP", func(s *model.Service) { s.Spec.ClusterIP = "10.96.0.1" }, four},
		{"another one has that of its cluster IP, which may be IPv6", func(s *model.Service) { s.Spec.ClusterIP = "fd00::96" }, six},
		{"a family that nobody knows is none", families("IPv5"), four + six},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) { expect(t, "endpoints", endpointsOf(nginx(row.edit), p), row.want) })
	}
}

func TestTargetPorts(t *testing.T) {
	port := func(name string, n int32) []model.ContainerPort {
		return []model.ContainerPort{{Name: name, ContainerPort: n}}
	}
	spec := &model.PodSpec{
		Containers: []model.Container{{Ports: port("http", 8080)}},
		InitContainers: []model.Container{
			{Ports: port("setup", 1)}, {Ports: port("http", 2), RestartPolicy: model.RestartAlways}, {Ports: port("proxy", 3), RestartPolicy: model.RestartAlways},
		},
	}
	for name, want := range map[string]string{"http": "[{web TCP 8080}]", "setup": "[]", "proxy": "[{web TCP 3}]"} {
		svc := nginx(func(s *model.Service) { s.Spec.Ports[0].TargetPort = model.FromString(name) })
		expect(t, "a container comes before a sidecar; an init container that ends has no ports: "+name, fmt.Sprint(TargetPorts(svc, spec)), want)
	}
}

func TestSyncQueue(t *testing.T) {
	t.Run("of two turns the earlier one stays", func(t *testing.T) {
		var q SyncQueue
		q.Delay(at(2 * s))
		q.Delay(at(1 * s))
		q.Delay(at(3 * s))
		next, waits := q.Next()
		expect(t, "next", next, at(1*s))
		expect(t, "waits", waits, true)
		expect(t, "not yet due", q.Take(at(s-1)), false)
		expect(t, "due", q.Take(at(s)), true)
		expect(t, "once", q.Take(at(s)), false)
	})
	t.Run("turns that fail come again after 1 s, 2 s and so on up to 1000 s, 15 times", func(t *testing.T) {
		var q SyncQueue
		var waits []int
		now := at(0)
		for q.Failed(now); q.waiting; q.Failed(now) {
			waits = append(waits, int(q.at.Sub(now)/s))
			now = q.at
			expect(t, "due", q.Take(now), true)
		}
		expect(t, "waits", fmt.Sprint(waits), "[1 2 4 8 16 32 64 128 256 512 1000 1000 1000 1000 1000]")
		q.Failed(now)
		expect(t, "afterwards it begins anew", q.at.Sub(now), s)
		q.Take(q.at)
		q.Succeeded()
		q.Failed(now)
		expect(t, "and so after a success", q.at.Sub(now), s)
	})
	t.Run("turns that are skipped fail, as often as they come", func(t *testing.T) {
		for _, last := range []time.Duration{0, 900 * time.Millisecond, 1100 * time.Millisecond, 100 * s, 3 * time.Hour} {
			var taken, skipped SyncQueue
			taken.Failed(at(0))
			skipped.Failed(at(0))
			for now, waits := taken.Next(); waits && now < at(last); now, waits = taken.Next() {
				taken.Take(now)
				taken.Failed(now)
			}
			skipped.Skip(at(last))
			expect(t, last.String(), skipped, taken)
		}
	})
	t.Run("until the informer shows what was written a turn is stale", func(t *testing.T) {
		var q SyncQueue
		expect(t, "at first", q.Stale(at(0)), false)
		q.Wrote(at(5))
		expect(t, "before", q.Stale(at(4)), true)
		expect(t, "then", q.Stale(at(5)), false)
		q.Wrote(at(9))
		expect(t, "before it shows that has a meaning", q.Current(at(8)), q)
		expect(t, "and none afterwards", q.Current(at(9)), SyncQueue{})
		q.Gone()
		expect(t, "of a Service that is gone nothing is known", q.Stale(at(0)), false)
	})
	expect(t, "somebody else's change waits a second", SliceDelay(0), s)
	expect(t, "or the batch period", SliceDelay(2*s), 2*s)
}
