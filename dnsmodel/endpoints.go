package dnsmodel

import (
	"maps"
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
	Hostname    string            // spec.hostname, which the StatefulSet controller sets
	Subdomain   string            // spec.subdomain: the set's serviceName
	IPs         [2]netip.Addr     // status.podIPs, at most one of a family; the zero Addr is none
	Ready       bool              // the condition Ready is True
	Terminating bool              // it has a deletionTimestamp
	Finished    bool              // its phase is Succeeded or Failed
	NodeMissing bool              // spec.nodeName names no Node object
	Containers  []model.Container // for the ports that have names
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
// leaves the slices to the user; an empty one selects every pod of the namespace.
//
// Source: pkg/controller/endpointslice/endpointslice_controller.go, syncService.
func Selects(svc *model.Service, p *Pod) bool {
	if svc.Spec.Type == model.ServiceExternalName || svc.Spec.Selector == nil || svc.Namespace != p.Namespace {
		return false
	}
	return model.LabelSelector{MatchLabels: svc.Spec.Selector}.Matches(p.Labels)
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

// TargetPorts are the ports that a pod with these containers has in the Service's
// slices. A target port that no container names (with that protocol) is left out:
// the endpoint stays, without the port.
//
// Source: endpointslice utils.go, getEndpointPorts; k8s.io/kubernetes
// pkg/api/v1/pod/util.go, FindPort.
func TargetPorts(svc *model.Service, containers []model.Container) []Port {
	var ports []Port
	for i := range svc.Spec.Ports {
		sp := &svc.Spec.Ports[i]
		number, ok := sp.TargetPort.IntVal, !sp.TargetPort.IsString
		if sp.TargetPort.IsString {
			number, ok = namedPort(containers, sp.TargetPort.StrVal, protocol(sp.Protocol))
		}
		if ok {
			ports = append(ports, Port{Name: sp.Name, Protocol: protocol(sp.Protocol), Number: number})
		}
	}
	return ports
}

func namedPort(containers []model.Container, name, proto string) (int32, bool) {
	for i := range containers {
		for _, port := range containers[i].Ports {
			if port.Name == name && protocol(port.Protocol) == proto {
				return port.ContainerPort, true
			}
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
// Service, and the groups of their ports: first those of the first address family,
// each family in the order of the pods. No families means those of the Service's
// cluster IPs, or IPv4. Pods that the Service does not select are passed by.
func Endpoints(svc *model.Service, families []Family, pods []Pod) ([]Endpoint, [][]Port) {
	if len(families) == 0 {
		families = familiesOf(svc)
	}
	var endpoints []Endpoint
	var groups [][]Port
	for _, f := range families {
		for i := range pods {
			if !Selects(svc, &pods[i]) {
				continue
			}
			e, ok := NewEndpoint(svc, &pods[i], f)
			if !ok {
				continue
			}
			groups, e.Group = AddGroup(groups, TargetPorts(svc, pods[i].Containers))
			endpoints = append(endpoints, e)
		}
	}
	return endpoints, groups
}

func familiesOf(svc *model.Service) []Family {
	var out []Family
	for _, ip := range clusterIPs(svc) {
		if ip.Is4() {
			out = append(out, IPv4)
		} else {
			out = append(out, IPv6)
		}
	}
	if out == nil {
		return []Family{IPv4}
	}
	return out
}

// NeedsSync reports whether an update of a pod makes the EndpointSlice controller
// look at the pod's Services again. The phase is not among the reasons: a pod that
// was not ready and goes Failed keeps its endpoint until something else changes.
// Any update of a terminating pod is one.
//
// Source: endpointslice util/controller_utils.go, podEndpointsChanged.
func NeedsSync(old, now *Pod) bool {
	return old.Terminating || now.Terminating ||
		old.Ready != now.Ready ||
		old.IPs != now.IPs ||
		old.Hostname != now.Hostname ||
		old.Subdomain != now.Subdomain ||
		!maps.Equal(old.Labels, now.Labels)
}
