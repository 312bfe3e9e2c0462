package validation_test

import (
	"github.com/ordinal-sim/ordinal/model"
)

func serviceRows() []row {
	nginx := func(edits ...func(*model.Service)) *model.Service {
		s := &model.Service{ObjectMeta: model.ObjectMeta{Name: "nginx"}, Spec: model.ServiceSpec{
			Ports: []model.ServicePort{{Port: 80}}, Selector: model.Labels{"app": "nginx"}}}
		for _, edit := range edits {
			edit(s)
		}
		s.Default()
		return s
	}
	service := func(edit func(*model.Service)) asked { return toCreate(nginx(edit)) }
	spec := func(s model.ServiceSpec) asked {
		return service(func(o *model.Service) { o.Spec = s })
	}
	named := func(name string) asked { return service(func(o *model.Service) { o.Name = name }) }
	ports := func(p ...model.ServicePort) asked { return spec(model.ServiceSpec{Ports: p}) }
	update := func(old, updated model.ServiceSpec) asked {
		return toUpdate(nginx(func(o *model.Service) { o.Spec = updated }), nginx(func(o *model.Service) { o.Spec = old }))
	}
	eighty := []model.ServicePort{{Port: 80}}
	at := func(ip string) model.ServiceSpec { return model.ServiceSpec{Ports: eighty, ClusterIP: ip} }
	external := model.ServiceSpec{Type: model.ServiceExternalName, ExternalName: "example.com"}
	inRange := ": must be between 1 and 65535, inclusive"
	onceSet := func(ip string) []string {
		return []string{`spec.clusterIPs[0]: Invalid value: ["` + ip + `"]: may not change once set`}
	}

	return []row{
		{"W1", "a headless Service needs no ports", spec(model.ServiceSpec{ClusterIP: "None"}), none},
		{"W2", "a Service with an address needs ports", spec(model.ServiceSpec{}), []string{"spec.ports: Required value"}},
		{"W3", "a name may begin with a digit", named("1nginx"), none},
		{"W4", "a name is in lower case", named("Nginx"), []string{`metadata.name: Invalid value: "Nginx": ` + rfc1123Label}},
		{"W4", "a name has no dots", named("a.b"), []string{`metadata.name: Invalid value: "a.b": must not contain dots`}},
		{"W4", "a name has 63 characters at most", named(a(64)), []string{`metadata.name: Invalid value: "` + a(64) + `": ` + label63}},
		{"W5", "one of several ports needs a name", ports(model.ServicePort{Port: 80}, model.ServicePort{Port: 81}),
			[]string{"spec.ports[0].name: Required value", "spec.ports[1].name: Required value"}},
		{"W6", "two ports have two names", ports(model.ServicePort{Name: "web", Port: 80}, model.ServicePort{Name: "web", Port: 81}),
			[]string{`spec.ports[1].name: Duplicate value: "web"`}},
		{"W7", "a protocol has a port once", ports(model.ServicePort{Name: "a", Port: 80}, model.ServicePort{Name: "b", Port: 80}),
			[]string{`spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}`}},
		{"W8", "a port's name is a label of DNS", ports(model.ServicePort{Name: "_web", Port: 80}), []string{`spec.ports[0].name: Invalid value: "_web": ` + rfc1123Label}},
		{"W9", "a port is above 0", ports(model.ServicePort{Port: 0, TargetPort: model.FromInt(80)}), []string{"spec.ports[0].port: Invalid value: 0" + inRange}},
		{"W9", "a port is below 65536", ports(model.ServicePort{Port: 70000, TargetPort: model.FromInt(80)}), []string{"spec.ports[0].port: Invalid value: 70000" + inRange}},
		{"W10", "a protocol is one of three", ports(model.ServicePort{Port: 80, Protocol: "HTTP"}),
			[]string{`spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"`}},
		{"W11", "None stands alone", spec(model.ServiceSpec{Ports: eighty, ClusterIP: "None", ClusterIPs: []string{"None", "10.0.0.1"}}),
			[]string{`spec.clusterIPs: Invalid value: ["None","10.0.0.1"]: 'None' must be the first and only value`}},
		{"W12", "ExternalName needs a name", spec(model.ServiceSpec{Type: model.ServiceExternalName}), []string{"spec.externalName: Required value"}},
		{"W12", "ExternalName has no address", spec(model.ServiceSpec{Type: model.ServiceExternalName, ExternalName: "example.com", ClusterIP: "None"}),
			[]string{"spec.clusterIPs: Forbidden: may not be set for ExternalName services"}},
		{"W13", "NodePort is not headless", spec(model.ServiceSpec{Type: model.ServiceNodePort, ClusterIP: "None", Ports: eighty}),
			[]string{`spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`}},
		{"W13", "LoadBalancer is not headless", spec(model.ServiceSpec{Type: model.ServiceLoadBalancer, ClusterIP: "None", Ports: eighty}),
			[]string{`spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for LoadBalancer services`}},
		{"W14", "a headless Service gets no address", update(at("None"), at("10.0.0.1")), onceSet("10.0.0.1")},
		{"W14", "a Service does not become headless", update(at("10.0.0.1"), at("None")), onceSet("None")},
		{"W14", "a Service whose address nobody knows does not either", answered(update(at(""), at("None")).errs), onceSet("None")},
		{"W14", "an address does not change", update(at("10.0.0.1"), at("10.0.0.2")), onceSet("10.0.0.2")},
		{"W14", "an address that is left out stays", update(at("10.0.0.1"), at("")), none},
		{"W14", "None that is left out stays too", update(model.ServiceSpec{ClusterIP: "None"}, model.ServiceSpec{}), none},
		{"W14", "the first step around it: ExternalName drops the address", update(at("10.0.0.1"),
			model.ServiceSpec{Type: model.ServiceExternalName, ExternalName: "example.com", ClusterIP: "10.0.0.1"}), none},
		{"W14", "the second step: from ExternalName, any address goes", update(external, at("None")), none},
		{"W14", "an edited clusterIP is an address that changes", update(
			model.ServiceSpec{Ports: eighty, ClusterIP: "10.0.0.1", ClusterIPs: []string{"10.0.0.1"}}, model.ServiceSpec{Ports: eighty, ClusterIP: "10.0.0.2", ClusterIPs: []string{"10.0.0.1"}}), onceSet("10.0.0.2")},
		{"W14", "a second address may come", update(at("10.0.0.1"), model.ServiceSpec{Ports: eighty, ClusterIP: "10.0.0.1", ClusterIPs: []string{"10.0.0.1", "fd00::1"}}), none},
		{"W15", "selector, ports and readiness may change", update(at("None"),
			model.ServiceSpec{ClusterIP: "None", Selector: model.Labels{"a": "b"}, Ports: []model.ServicePort{{Port: 81}}, PublishNotReadyAddresses: true}), none},
	}
}
