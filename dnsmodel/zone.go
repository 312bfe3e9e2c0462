package dnsmodel

import (
	"net/netip"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// Service is what CoreDNS sees of a Service and of its EndpointSlices. The slices
// are read, never kept or written.
type Service struct {
	ExternalName string       // of a Service of type ExternalName, and only then not ""
	Headless     bool         // clusterIP None
	ClusterIPs   []netip.Addr // the virtual addresses of a Service that is not headless
	Ports        []Port       // the Service's own ports
	Endpoints    []Endpoint   // of all its slices; answers keep their order
	Groups       [][]Port     // the ports of the endpoints: see [Endpoint].Group
}

// NewService is the Service without its endpoints.
//
// Source: coredns plugin/kubernetes/object/service.go, ToService.
func NewService(svc *model.Service) Service {
	if svc.Spec.Type == model.ServiceExternalName {
		return Service{ExternalName: strings.TrimSuffix(svc.Spec.ExternalName, ".")}
	}
	s := Service{Headless: svc.Spec.Headless(), ClusterIPs: clusterIPs(svc)}
	for _, p := range svc.Spec.Ports {
		s.Ports = append(s.Ports, Port{Name: p.Name, Protocol: protocol(p.Protocol), Number: p.Port})
	}
	return s
}

// clusterIPs are the addresses among a Service's clusterIPs; "None" is none.
func clusterIPs(svc *model.Service) []netip.Addr {
	texts := svc.Spec.ClusterIPs
	if len(texts) == 0 {
		texts = []string{svc.Spec.ClusterIP}
	}
	var out []netip.Addr
	for _, text := range texts {
		if ip, err := netip.ParseAddr(text); err == nil {
			out = append(out, ip)
		}
	}
	return out
}

// ports are the ports of an endpoint. One whose group does not exist has none.
func (s *Service) ports(e *Endpoint) []Port {
	if int(e.Group) >= len(s.Groups) {
		return nil
	}
	return s.Groups[e.Group]
}

// Zone is what CoreDNS sees of the cluster: the caller's own tables. Names are asked
// for in lower case.
type Zone interface {
	// Namespace reports whether the namespace exists.
	Namespace(name string) bool

	// Service returns a Service of a namespace; false if there is no such object, even
	// if slices of it are left. host is "", or the one label that is asked for left of
	// the Service, such as "web-0": a Zone may then leave out endpoints that have
	// another [Endpoint.Label], so that one pod is found without a look at the others.
	Service(namespace, name, host string) (Service, bool)

	// Reverse returns whatever has the address: Services, and endpoints of Services, also
	// of those that are gone if slices of them are left, in an order that is always the
	// same.
	Reverse(addr netip.Addr) []Reference

	// Pod reports whether an address is the first one of a pod of the namespace, which may
	// be terminating but has not ended. It is asked only with [PodsVerified].
	Pod(namespace string, addr netip.Addr) bool
}

// Reference says where an address is in use: as a cluster IP of a Service, or as an
// endpoint of it.
type Reference struct {
	Namespace string
	Service   string
	ClusterIP bool
	Endpoint  Endpoint // if ClusterIP is false
}

// Label is the name of an endpoint within its Service: its hostname; else, where
// the server is told to (podNames), the name of its pod; else its address with
// dashes.
//
// Source: coredns plugin/kubernetes/kubernetes.go, endpointHostname.
func (e *Endpoint) Label(podNames bool) string {
	if name, ok := e.named(podNames); ok {
		return name
	}
	var buf [48]byte
	return string(dashed(buf[:0], e.Addr))
}

// hasLabel reports whether label, in lower case, is the endpoint's.
func (e *Endpoint) hasLabel(label string, podNames bool) bool {
	if name, ok := e.named(podNames); ok {
		return same(name, label)
	}
	var buf [48]byte
	return string(dashed(buf[:0], e.Addr)) == label
}

func (e *Endpoint) named(podNames bool) (string, bool) {
	if e.Hostname != "" {
		return e.Hostname, true
	}
	if podNames && e.Pod != "" && len(e.Pod) <= maxLabel {
		return e.Pod, true
	}
	return "", false
}

// dashed appends an address with dashes for its dots or colons. A label must not end
// in a dash, so "fd00:5::" gets a 0: "fd00-5--0".
func dashed(b []byte, addr netip.Addr) []byte {
	b = addr.AppendTo(b)
	for i, c := range b {
		if c == '.' || c == ':' {
			b[i] = '-'
		}
	}
	if len(b) > 0 && b[len(b)-1] == '-' {
		b = append(b, '0')
	}
	return b
}

// undash reads a label of dashes as an address, as CoreDNS does for names of pods, and
// says whether it is spelled as the address itself would be; the zero Addr if it is none.
// An IPv4 address may come in the form of an IPv6 one.
//
// Source: coredns plugin/kubernetes/kubernetes.go, findPods.
func undash(label string) (addr netip.Addr, canonical bool) {
	mark := ":"
	if strings.Count(label, "-") == 3 && !strings.Contains(label, "--") {
		mark = "."
	}
	text := strings.ReplaceAll(label, "-", mark)
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return netip.Addr{}, false
	}
	addr = addr.Unmap()
	return addr, addr.String() == text
}
