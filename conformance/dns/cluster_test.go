package dns

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// cluster is what CoreDNS is to see, as a [dnsmodel.Zone].
type cluster struct {
	namespaces map[string]bool
	services   map[string]*model.Service // by "namespace/name"
	slices     map[string]slice
	pods       map[string]pod
}

func newCluster() *cluster {
	return &cluster{map[string]bool{}, map[string]*model.Service{}, map[string]slice{}, map[string]pod{}}
}

// slice is an EndpointSlice. Somebody may have made it by hand.
type slice struct {
	Namespace, Name string
	Service         string // the label
	Six             bool   // of IPv6 addresses
	Ports           []slicePort
	Endpoints       []sliceEndpoint
}

// slicePort is a port of a slice; what is nil is not given.
type slicePort struct {
	Name, Protocol *string
	Number         *int32
}

// sliceEndpoint is an endpoint of a slice.
type sliceEndpoint struct {
	Addrs    []netip.Addr
	Hostname string
	Ready    *bool
	Pod      string
}

// pod is a pod.
type pod struct {
	Namespace, Name string
	IP              netip.Addr
	Phase           corev1.PodPhase
	Deleting        bool
}

func key(namespace, name string) string { return namespace + "/" + name }

// Namespace implements [dnsmodel.Zone].
func (c *cluster) Namespace(name string) bool { return c.namespaces[name] }

// Service implements [dnsmodel.Zone].
func (c *cluster) Service(namespace, name, _ string) (dnsmodel.Service, bool) {
	svc, ok := c.services[key(namespace, name)]
	if !ok {
		return dnsmodel.Service{}, false
	}
	out := dnsmodel.NewService(svc)
	for _, k := range slices.Sorted(maps.Keys(c.slices)) {
		if s := c.slices[k]; s.Namespace == namespace && s.Service == name {
			out.Endpoints = append(out.Endpoints, s.endpoints(len(out.Groups))...)
			out.Groups = append(out.Groups, s.ports())
		}
	}
	return out, true
}

// Reverse implements [dnsmodel.Zone].
func (c *cluster) Reverse(addr netip.Addr) (out []dnsmodel.Reference) {
	for _, k := range slices.Sorted(maps.Keys(c.services)) {
		if svc := c.services[k]; slices.Contains(dnsmodel.NewService(svc).ClusterIPs, addr) {
			out = append(out, dnsmodel.Reference{Namespace: svc.Namespace, Service: svc.Name, ClusterIP: true})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(c.slices)) {
		for _, e := range c.slices[k].endpoints(0) {
			if e.Addr == addr {
				out = append(out, dnsmodel.Reference{Namespace: c.slices[k].Namespace, Service: c.slices[k].Service, Endpoint: e})
			}
		}
	}
	return out
}

// Pod implements [dnsmodel.Zone].
func (c *cluster) Pod(namespace string, addr netip.Addr) bool {
	for _, p := range c.pods { // any: no order shows
		if p.Namespace == namespace && p.IP == addr && p.Phase != corev1.PodFailed && p.Phase != corev1.PodSucceeded && p.Phase != corev1.PodUnknown {
			return true
		}
	}
	return false
}

// endpoints are a slice's endpoints, as those of a group.
func (s slice) endpoints(group int) (out []dnsmodel.Endpoint) {
	for _, e := range s.Endpoints {
		for _, addr := range e.Addrs {
			out = append(out, dnsmodel.Endpoint{Addr: addr, Hostname: e.Hostname, Pod: e.Pod, Ready: e.Ready == nil || *e.Ready, Group: int16(group)})
		}
	}
	return out
}

func (s slice) ports() (out []dnsmodel.Port) {
	for _, p := range s.Ports {
		port := dnsmodel.Port{Number: -1}
		if p.Name != nil {
			port.Name = *p.Name
		}
		if p.Protocol != nil {
			port.Protocol = *p.Protocol
		}
		if p.Number != nil {
			port.Number = *p.Number
		}
		out = append(out, port)
	}
	return out
}

// api is the slice as Kubernetes has it.
func (s slice) api() *discovery.EndpointSlice {
	out := &discovery.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Namespace: s.Namespace, Name: s.Name, Labels: map[string]string{discovery.LabelServiceName: s.Service}},
		AddressType: discovery.AddressTypeIPv4,
	}
	if s.Six {
		out.AddressType = discovery.AddressTypeIPv6
	}
	for _, p := range s.Ports {
		out.Ports = append(out.Ports, discovery.EndpointPort{Name: p.Name, Protocol: (*corev1.Protocol)(p.Protocol), Port: p.Number})
	}
	for _, e := range s.Endpoints {
		end := discovery.Endpoint{Conditions: discovery.EndpointConditions{Ready: e.Ready}}
		for _, addr := range e.Addrs {
			end.Addresses = append(end.Addresses, addr.String())
		}
		if e.Hostname != "" {
			end.Hostname = &e.Hostname
		}
		if e.Pod != "" {
			end.TargetRef = &corev1.ObjectReference{Kind: "Pod", Name: e.Pod}
		}
		out.Endpoints = append(out.Endpoints, end)
	}
	return out
}

// api is the pod as Kubernetes has it.
func (p pod) api() *corev1.Pod {
	out := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: p.Namespace, Name: p.Name}, Status: corev1.PodStatus{Phase: p.Phase}}
	if p.IP.IsValid() {
		out.Status.PodIP = p.IP.String()
	}
	if p.Deleting {
		out.DeletionTimestamp = &metav1.Time{Time: model.Epoch}
	}
	return out
}

// serviceOf is a Service as Kubernetes has it.
func serviceOf(svc *model.Service) *corev1.Service {
	sp := svc.Spec
	out := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: svc.Name, Namespace: svc.Namespace},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceType(sp.Type), ClusterIP: sp.ClusterIP, ClusterIPs: sp.ClusterIPs, ExternalName: sp.ExternalName},
	}
	for _, p := range sp.Ports {
		out.Spec.Ports = append(out.Spec.Ports, corev1.ServicePort{Name: p.Name, Protocol: corev1.Protocol(p.Protocol), Port: p.Port})
	}
	return out
}

// String shows a slice in a story.
func (s slice) String() string {
	text := func(p *string) string {
		if p == nil {
			return "-"
		}
		return *p
	}
	var parts []string
	for _, p := range s.Ports {
		number := "-"
		if p.Number != nil {
			number = fmt.Sprint(*p.Number)
		}
		parts = append(parts, fmt.Sprintf("%s/%s/%s", text(p.Name), text(p.Protocol), number))
	}
	parts = append(parts, "|")
	for _, e := range s.Endpoints {
		ready := "-"
		if e.Ready != nil {
			ready = fmt.Sprint(*e.Ready)
		}
		parts = append(parts, fmt.Sprintf("%v %q of %q ready %s;", e.Addrs, e.Hostname, e.Pod, ready))
	}
	return fmt.Sprintf("slice %s/%s of %s: %s", s.Namespace, s.Name, s.Service, strings.Join(parts, " "))
}
