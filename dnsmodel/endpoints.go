package dnsmodel

import (
	"net/netip"

	"github.com/ordinal-sim/ordinal/model"
)

// Family is a family of addresses.
type Family uint8

// The families.
const (
	IPv4 Family = 4
	IPv6 Family = 6
)

func (f Family) has(a netip.Addr) bool { return a.Is4() && f == IPv4 || a.Is6() && f == IPv6 }

// Pod is what the EndpointSlice controller looks at in a pod.
type Pod struct {
	Name        string
	Namespace   string
	Labels      model.Labels
	Hostname    string         // spec.hostname, which the StatefulSet controller sets
	Subdomain   string         // spec.subdomain: the set's serviceName
	IPs         [2]netip.Addr  // status.podIPs, at most one of a family; the zero Addr is none
	Ready       bool           // the condition Ready is True
	Terminating bool           // it has a deletionTimestamp
	Finished    bool           // its phase is Succeeded or Failed
	NodeMissing bool           // spec.nodeName names no Node object
	Spec        *model.PodSpec // for the ports that have names; nil is a pod without any
}

// Endpoint is one address of a pod behind a Service, as an EndpointSlice holds it.
// A pod with addresses of both families is two endpoints. It is flat: copying it is
// all that a fork needs.
type Endpoint struct {
	Addr        netip.Addr
	Hostname    string // "" if the endpoint has none
	Pod         string // the name of the pod in targetRef; "" if there is none
	Ready       bool   // DNS uses the endpoint. A nil condition of a slice made by hand counts as true
	Serving     bool   // the pod's own readiness
	Terminating bool
	Group       int16 // which ports it has: an index into the Groups of its Service
}

// Port is a port of a Service (the number is the Service's) or of an endpoint (the
// number is the pod's). Protocol is "TCP", "UDP" or "SCTP".
type Port struct {
	Name     string
	Protocol string
	Number   int32
}

// Selects reports whether the EndpointSlice controller makes the pod an endpoint of
// the Service as far as type, selector, namespace and labels say. A nil selector
// leaves the slices to the user; an empty one selects every pod of the namespace, but an
// API server stores it as none.
//
// Source: pkg/controller/endpointslice/endpointslice_controller.go, syncService.
func Selects(svc *model.Service, p *Pod) bool {
	return svc.Spec.Type != model.ServiceExternalName && matches(svc, p)
}

// matches reports whether a Service's selector is for the pod.
func matches(svc *model.Service, p *Pod) bool {
	return svc.Spec.Selector != nil && svc.Namespace == p.Namespace &&
		model.LabelSelector{MatchLabels: svc.Spec.Selector}.Matches(p.Labels)
}

// InEndpoints reports whether a pod that a Service selects gets an endpoint: it has
// an address and may still run. A terminating pod stays in. One whose node has no
// Node object is left out unless the Service publishes addresses that are not ready.
//
// Source: endpointslice util/controller_utils.go, ShouldPodBeInEndpoints;
// reconciler.go, reconcileByAddressType.
func InEndpoints(p *Pod, publishNotReady bool) bool {
	if p.Finished || !p.IPs[0].IsValid() && !p.IPs[1].IsValid() {
		return false
	}
	return !p.NodeMissing || publishNotReady
}

// LacksNode reports whether a pod, which the Service selects, makes the controller come
// back to the Service: it is left out for no other reason than that its node has no Node
// object.
//
// Source: endpointslice reconciler.go, reconcileByAddressType.
func LacksNode(svc *model.Service, p *Pod) bool {
	return p.NodeMissing && !svc.Spec.PublishNotReadyAddresses && InEndpoints(p, true)
}

// NewEndpoint is the endpoint that a pod has in a Service's slices of one address
// family; false if it has none. The caller has asked [Selects], and sets Group.
//
// The hostname is given whenever the pod's subdomain is the Service's name: nobody
// asks whether the Service is headless.
//
// Source: endpointslice utils.go, podToEndpoint and getEndpointAddresses;
// util/controller_utils.go, ShouldSetHostname.
func NewEndpoint(svc *model.Service, p *Pod, f Family) (Endpoint, bool) {
	publish := svc.Spec.PublishNotReadyAddresses
	if !InEndpoints(p, publish) {
		return Endpoint{}, false
	}
	e := Endpoint{
		Pod:         p.Name,
		Serving:     p.Ready,
		Terminating: p.Terminating,
		Ready:       publish || p.Ready && !p.Terminating,
	}
	if p.Hostname != "" && p.Subdomain == svc.Name && p.Namespace == svc.Namespace {
		e.Hostname = p.Hostname
	}
	for _, ip := range p.IPs {
		if f.has(ip) {
			e.Addr = ip
			return e, true
		}
	}
	return Endpoint{}, false
}

// TargetPorts are the ports that a pod of this spec has in the Service's slices. A
// target port that no container names (with that protocol) is left out: the endpoint
// stays, without the port. Containers come first, then init containers that go on to
// run beside them. A nil spec names no ports.
//
// Source: endpointslice utils.go, getEndpointPorts and FindPort.
func TargetPorts(svc *model.Service, spec *model.PodSpec) []Port {
	var ports []Port
	for i := range svc.Spec.Ports {
		sp := &svc.Spec.Ports[i]
		number, ok := sp.TargetPort.IntVal, !sp.TargetPort.IsString
		if sp.TargetPort.IsString {
			number, ok = namedPort(spec, sp.TargetPort.StrVal, protocol(sp.Protocol))
		}
		if ok {
			ports = append(ports, Port{Name: sp.Name, Protocol: protocol(sp.Protocol), Number: number})
		}
	}
	return ports
}

func namedPort(spec *model.PodSpec, name, proto string) (int32, bool) {
	if spec == nil {
		return 0, false
	}
	for i := range spec.Containers {
		if n, ok := portNamed(&spec.Containers[i], name, proto); ok {
			return n, true
		}
	}
	for i := range spec.InitContainers {
		if c := &spec.InitContainers[i]; c.Sidecar() {
			if n, ok := portNamed(c, name, proto); ok {
				return n, true
			}
		}
	}
	return 0, false
}

func portNamed(c *model.Container, name, proto string) (int32, bool) {
	for _, port := range c.Ports {
		if port.Name == name && protocol(port.Protocol) == proto {
			return port.ContainerPort, true
		}
	}
	return 0, false
}

// protocol is a protocol, or the one that is meant where none is given.
func protocol(s string) string {
	if s == "" {
		return "TCP"
	}
	return s
}

// AddGroup returns the place of a list of ports among the groups of a Service's
// endpoints, and the groups, longer by one if the list is new.
//
// Source: endpointslice reconciler.go, reconcileByAddressType: pods are grouped by
// the hash of their ports, and each group has slices of its own.
func AddGroup(groups [][]Port, ports []Port) ([][]Port, int16) {
	for i, g := range groups {
		if equalPorts(g, ports) {
			return groups, int16(i)
		}
	}
	return append(groups, ports), int16(len(groups))
}

func equalPorts(a, b []Port) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Endpoints are the endpoints that the EndpointSlice controller writes for a
// Service, and the groups of their ports: by [Families], each family in the order of
// the pods. Pods that the Service does not select are passed by.
func Endpoints(svc *model.Service, pods []Pod) ([]Endpoint, [][]Port) {
	var endpoints []Endpoint
	var groups [][]Port
	for _, f := range Families(svc) {
		for i := range pods {
			if !Selects(svc, &pods[i]) {
				continue
			}
			e, ok := NewEndpoint(svc, &pods[i], f)
			if !ok {
				continue
			}
			groups, e.Group = AddGroup(groups, TargetPorts(svc, pods[i].Spec))
			endpoints = append(endpoints, e)
		}
	}
	return endpoints, groups
}

// Families are the families of addresses that a Service's slices are made for: those
// of its spec. An API server fills them in; a Service without any has that of its
// cluster IP, and one that is headless has both.
//
// Source: endpointslice utils.go, getAddressTypesForService.
func Families(svc *model.Service) []Family {
	var out []Family
	for _, f := range svc.Spec.IPFamilies {
		switch f {
		case model.IPv4:
			out = append(out, IPv4)
		case model.IPv6:
			out = append(out, IPv6)
		}
	}
	switch ip, err := netip.ParseAddr(svc.Spec.ClusterIP); {
	case out != nil:
		return out
	case err != nil:
		return []Family{IPv4, IPv6}
	case ip.Is4():
		return []Family{IPv4}
	default:
		return []Family{IPv6}
	}
}
