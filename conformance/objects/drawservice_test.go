package objects

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"
)

func drawService(t *rapid.T) *corev1.Service {
	s := &corev1.Service{ObjectMeta: meta(t, true)}
	spec := &s.Spec
	spec.Selector = some(labels.Draw(t, "selector"))
	spec.PublishNotReadyAddresses = rapid.Bool().Draw(t, "publish")
	spec.Type = oneOf("", corev1.ServiceTypeClusterIP, corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort, corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeExternalName).Draw(t, "type")
	n := rapid.IntRange(1, 3).Draw(t, "ports")
	switch spec.Type {
	case corev1.ServiceTypeExternalName:
		spec.ExternalName = oneOf("example.com", "example.com.", "db").Draw(t, "externalName")
		n--
	case corev1.ServiceTypeNodePort, corev1.ServiceTypeLoadBalancer:
		spec.ClusterIP = oneOf("", "10.0.0.1").Draw(t, "ip")
	default:
		spec.ClusterIP = oneOf("", "None", "None", "10.0.0.1", "fd00::1").Draw(t, "ip")
	}
	if spec.Type != corev1.ServiceTypeExternalName && rapid.IntRange(0, 2).Draw(t, "families") == 0 {
		spec.IPFamilies = oneOf[[]corev1.IPFamily](nil, []corev1.IPFamily{corev1.IPv4Protocol}, []corev1.IPFamily{corev1.IPv4Protocol, corev1.IPv6Protocol}).Draw(t, "ipFamilies")
		if spec.ClusterIP == "fd00::1" {
			spec.IPFamilies = nil
		}
		spec.IPFamilyPolicy = maybe(oneOf(corev1.IPFamilyPolicySingleStack, corev1.IPFamilyPolicyPreferDualStack, corev1.IPFamilyPolicyRequireDualStack)).Draw(t, "policy")
	}
	if spec.ClusterIP != "" && rapid.IntRange(0, 3).Draw(t, "list") == 0 {
		spec.ClusterIPs = []string{spec.ClusterIP}
	}
	for i := range n {
		p := corev1.ServicePort{Name: string(rune('a' + i)), Port: int32(80 + i), Protocol: oneOf(corev1.Protocol(""), corev1.ProtocolUDP, corev1.ProtocolTCP).Draw(t, "protocol"),
			TargetPort: oneOf(intstr.IntOrString{}, intstr.FromInt32(8080), intstr.FromString("http"), intstr.FromString("")).Draw(t, "target")}
		if n == 1 && rapid.Bool().Draw(t, "unnamed") {
			p.Name = ""
		}
		if spec.Type == corev1.ServiceTypeNodePort {
			p.NodePort = oneOf(0, int32(30000+i)).Draw(t, "nodePort")
		}
		spec.Ports = append(spec.Ports, p)
	}
	return s
}

func serviceMutations() []mutation[*corev1.Service] {
	type s = *corev1.Service
	ip := oneOf(append(looseIPs(), "", "None", "none", "10.0.0.1", "10.0.0.2", "fd00::1", "1.2.3", "x")...)
	out := []mutation[s]{
		set("type", func(o s) *corev1.ServiceType { return &o.Spec.Type }, oneOf(corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort, corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeExternalName, "Foo", "")),
		set("clusterIP", func(o s) *string { return &o.Spec.ClusterIP }, ip),
		set("clusterIPs", func(o s) *[]string { return &o.Spec.ClusterIPs }, rapid.SliceOfN(ip, 0, 3)),
		{"an address and the list", func(t *rapid.T, o s) {
			o.Spec.ClusterIPs = rapid.SliceOfN(ip, 1, 2).Draw(t, "ips")
			o.Spec.ClusterIP = o.Spec.ClusterIPs[0]
		}},
		set("externalName", func(o s) *string { return &o.Spec.ExternalName }, rapid.OneOf(anyWord, oneOf(".", "a."))),
		{"to an ExternalName", func(_ *rapid.T, o s) {
			o.Spec.Type, o.Spec.ExternalName = corev1.ServiceTypeExternalName, "example.com"
		}},
		{"no ports", func(_ *rapid.T, o s) { o.Spec.Ports = nil }},
		{"a port twice", func(t *rapid.T, o s) {
			if len(o.Spec.Ports) > 0 {
				p := o.Spec.Ports[0]
				p.Name = oneOf(p.Name, "z", "").Draw(t, "name")
				p.Port = oneOf(p.Port, 99).Draw(t, "port")
				p.NodePort = oneOf(p.NodePort, 0, 31000).Draw(t, "nodePort")
				o.Spec.Ports = append(o.Spec.Ports, p)
			}
		}},
		set("selector", func(o s) *map[string]string { return &o.Spec.Selector }, oddLabels),
		set("ipFamilies", func(o s) *[]corev1.IPFamily { return &o.Spec.IPFamilies }, rapid.Map(rapid.SliceOfN(oneOf[corev1.IPFamily]("IPv4", "IPv4", "IPv6", "ipv4", ""), 0, 3), items)),
		set("ipFamilyPolicy", func(o s) **corev1.IPFamilyPolicy { return &o.Spec.IPFamilyPolicy }, maybe(oneOf[corev1.IPFamilyPolicy]("SingleStack", "PreferDualStack", "RequireDualStack", "DualStack"))),
		{"one family less", func(t *rapid.T, o s) {
			if len(o.Spec.ClusterIPs) > 1 && rapid.Bool().Draw(t, "address") {
				o.Spec.ClusterIPs = o.Spec.ClusterIPs[:1]
			}
			if len(o.Spec.IPFamilies) > 1 && rapid.Bool().Draw(t, "family") {
				o.Spec.IPFamilies = o.Spec.IPFamilies[:1]
			}
			o.Spec.IPFamilyPolicy = oneOf(o.Spec.IPFamilyPolicy, o.Spec.IPFamilyPolicy, new(corev1.IPFamilyPolicySingleStack)).Draw(t, "policy")
		}},
		{"the other family", func(_ *rapid.T, o s) { o.Spec.IPFamilies = []corev1.IPFamily{corev1.IPv6Protocol} }},
		set("publish", func(o s) *bool { return &o.Spec.PublishNotReadyAddresses }, rapid.Bool()),
	}
	return append(out, at(func(t *rapid.T, o s) *corev1.ServicePort {
		if len(o.Spec.Ports) == 0 {
			return &corev1.ServicePort{}
		}
		return &o.Spec.Ports[rapid.IntRange(0, len(o.Spec.Ports)-1).Draw(t, "port")]
	}, servicePortMutations())...)
}

func servicePortMutations() []mutation[*corev1.ServicePort] {
	type p = *corev1.ServicePort
	return []mutation[p]{
		set("port name", func(o p) *string { return &o.Name }, anyWord),
		set("port", func(o p) *int32 { return &o.Port }, oddPort),
		set("protocol", func(o p) *corev1.Protocol { return &o.Protocol }, oneOf(corev1.ProtocolTCP, corev1.ProtocolSCTP, "tcp", "HTTP")),
		set("targetPort", func(o p) *intstr.IntOrString { return &o.TargetPort }, rapid.OneOf(rapid.Map(oddPort, intstr.FromInt32), rapid.Map(anyWord, intstr.FromString))),
		set("nodePort", func(o p) *int32 { return &o.NodePort }, oneOf[int32](30000, 30001, -1, 70000, 80)),
	}
}

func serviceCreateMutations() []mutation[*corev1.Service] {
	return append(serviceMutations(), at(func(_ *rapid.T, o *corev1.Service) *metav1.ObjectMeta { return &o.ObjectMeta }, metaMutations())...)
}

func serviceUpdateMutations() []mutation[*corev1.Service] {
	return append(serviceMutations(), at(func(_ *rapid.T, o *corev1.Service) *metav1.ObjectMeta { return &o.ObjectMeta }, sharedMetaMutations())...)
}

// addressed is a Service as it is stored: it has an address, unless its type has
// none, and some have one of each family.
func addressed(t *rapid.T, s *corev1.Service) {
	if s.Spec.Type != corev1.ServiceTypeExternalName && s.Spec.ClusterIP == "" {
		s.Spec.ClusterIP = "10.0.0.9"
	}
	if s.Spec.ClusterIP != "" {
		s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	}
	if s.Spec.ClusterIP == "10.0.0.9" && rapid.IntRange(0, 2).Draw(t, "second") == 0 {
		s.Spec.ClusterIPs = append(s.Spec.ClusterIPs, "fd00::9")
		s.Spec.IPFamilies = oneOf([]corev1.IPFamily{corev1.IPv4Protocol, corev1.IPv6Protocol}, nil).Draw(t, "ipFamilies")
	}
}
