package validation

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Service says why a Service could not be created. Its name is a label of RFC
// 1123, and may begin with a digit (gate RelaxedServiceNameValidation).
//
// Source: pkg/apis/core/validation/validation.go, ValidateService.
func Service(s *model.Service) field.ErrorList { return newService(s, newest) }

func newService(s *model.Service, rules release.Rules) field.ErrorList {
	rule := dnsLabel
	if rules.Has(release.ServiceNamesBeginWithLetter) {
		rule = oldServiceName
	}
	errs := objectMeta(&s.ObjectMeta, s.Kind(), rule)
	return append(errs, serviceSpec(&s.Spec, s.Spec.ClusterIP, clusterIPs(&s.Spec), nil)...)
}

// oldServiceName is the rule of Services' names before 1.36: a label of RFC 1035.
func oldServiceName(s string) []string { return validation.IsDNS1035Label(s) }

// serviceSpec checks the spec with the addresses that it comes to, of which the
// stored ones, if there are any, are not judged again.
//
// Source: pkg/apis/core/validation/validation.go, validateService.
func serviceSpec(s *model.ServiceSpec, ip string, ips, stored []string) field.ErrorList {
	at := top("spec")
	headless := len(ips) == 1 && ips[0] == model.ClusterIPNone
	var errs field.ErrorList
	if len(s.Ports) == 0 && !headless && s.Type != model.ServiceExternalName {
		errs = append(errs, field.Required(at.child("ports").field(), ""))
	}
	switch s.Type {
	case model.ServiceClusterIP:
	case model.ServiceNodePort, model.ServiceLoadBalancer:
		if headless {
			errs = append(errs, field.Invalid(at.child("clusterIPs").element(0).field(), ips[0],
				fmt.Sprintf("may not be set to 'None' for %s services", s.Type)))
		}
	case model.ServiceExternalName:
		errs = append(errs, externalName(s, ips, at)...)
	}
	var names seen[string]
	for i := range s.Ports {
		errs = append(errs, servicePort(&s.Ports[i], len(s.Ports) > 1, &names, at.child("ports").element(i))...)
	}
	errs = append(errs, labels(s.Selector, at.child("selector"))...)
	if s.Type != model.ServiceExternalName {
		errs = append(errs, addresses(ip, ips, stored, at.child("clusterIPs"))...)
	}
	errs = append(errs, serviceType(s.Type, at.child("type"))...)
	return append(errs, duplicatePorts(s, at.child("ports"))...)
}

// clusterIPs are the addresses of a Service, however they are written: clusterIP
// is the first of clusterIPs.
//
// Source: pkg/registry/core/service/storage/storage.go, normalizeClusterIPs.
func clusterIPs(s *model.ServiceSpec) []string {
	if len(s.ClusterIPs) == 0 && s.ClusterIP != "" {
		return []string{s.ClusterIP}
	}
	return s.ClusterIPs
}

func externalName(s *model.ServiceSpec, ips []string, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if len(ips) > 0 {
		errs = append(errs, field.Forbidden(at.child("clusterIPs").field(), "may not be set for ExternalName services"))
	}
	name := strings.TrimSuffix(s.ExternalName, ".") // it may be fully qualified
	if name == "" {
		return append(errs, field.Required(at.child("externalName").field(), ""))
	}
	return append(errs, follow(dnsSubdomain, at.child("externalName"), name)...)
}

func serviceType(t model.ServiceType, at fieldPath) field.ErrorList {
	switch t {
	case model.ServiceClusterIP, model.ServiceExternalName, model.ServiceLoadBalancer, model.ServiceNodePort:
		return nil
	case "":
		return field.ErrorList{field.Required(at.field(), "")}
	default:
		return field.ErrorList{field.NotSupported(at.field(), t, []model.ServiceType{
			model.ServiceClusterIP, model.ServiceExternalName, model.ServiceLoadBalancer, model.ServiceNodePort})}
	}
}

// addresses checks the cluster IPs: None alone, or an address, or one address of
// each IP family; the first of the list is the one.
//
// Source: pkg/apis/core/validation/validation.go,
// ValidateServiceClusterIPsRelatedFields.
func addresses(ip string, ips, stored []string, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	switch {
	case ip == "" && len(ips) > 0:
		errs = append(errs, field.Invalid(at.field(), ips, "must be empty when `clusterIP` is not specified"))
	case ip != "" && len(ips) == 0:
		errs = append(errs, field.Required(at.field(), ""))
	case ip != "" && ips[0] != ip:
		errs = append(errs, field.Invalid(at.field(), ips, "first value must match `clusterIP`"))
	}
	wrong := false
	for i, ip := range ips {
		if i == 0 && ip == model.ClusterIPNone {
			if len(ips) > 1 {
				errs = append(errs, field.Invalid(at.field(), ips, "'None' must be the first and only value"))
				wrong = true
			}
			continue
		}
		if slices.Contains(stored, ip) {
			continue
		}
		malformed := ipAddress(ip, at.element(i))
		wrong = wrong || len(malformed) > 0
		errs = append(errs, malformed...)
	}
	if len(ips) > 2 {
		errs = append(errs, field.Invalid(at.field(), ips, "may only hold up to 2 values"))
	}
	if wrong || len(ips) < 2 {
		return errs
	}
	dual, err := bothFamilies(ips)
	if err != nil {
		errs = append(errs, field.InternalError(at.field(), fmt.Errorf("failed to check for dual stack with error:%w", err)))
	}
	if !dual {
		errs = append(errs, field.Invalid(at.field(), ips, "may specify no more than one IP for each IP family"))
	}
	return errs
}

// bothFamilies reports whether there are addresses of IPv4 and of IPv6. Only None
// can be none: a stored one is not judged again, wherever it stands now.
func bothFamilies(ips []string) (bool, error) {
	v4, v6 := false, false
	for i, s := range ips {
		if s == model.ClusterIPNone {
			return false, fmt.Errorf("invalid IP[%d]: %v", i, s)
		}
		ip, err := netip.ParseAddr(s)
		is6 := err == nil && ip.Is6() && !ip.Is4In6()
		v4, v6 = v4 || !is6, v6 || is6
	}
	return v4 && v6, nil
}

// servicePort checks one port. Only a Service with one port may leave it
// without a name.
//
// Source: pkg/apis/core/validation/validation.go, validateServicePort.
func servicePort(p *model.ServicePort, needsName bool, names *seen[string], at fieldPath) field.ErrorList {
	var errs field.ErrorList
	switch {
	case p.Name == "" && needsName:
		errs = append(errs, field.Required(at.child("name").field(), ""))
	case p.Name != "":
		errs = append(errs, follow(dnsLabel, at.child("name"), p.Name)...)
		if names.add(p.Name) {
			errs = append(errs, field.Duplicate(at.child("name").field(), p.Name))
		}
	}
	errs = append(errs, portNumber(p.Port, at.child("port"))...)
	errs = append(errs, protocol(p.Protocol, at.child("protocol"))...)
	if p.TargetPort.IsString {
		return append(errs, follow(portName, at.child("targetPort"), p.TargetPort.StrVal)...)
	}
	return append(errs, portNumber(p.TargetPort.IntVal, at.child("targetPort"))...)
}

// duplicatePorts refuses two ports of one protocol and number, and node ports
// where they mean nothing.
func duplicatePorts(s *model.ServiceSpec, at fieldPath) field.ErrorList {
	type key struct {
		protocol string
		port     int32
	}
	var errs field.ErrorList
	var ports, nodePorts seen[key]
	for i, p := range s.Ports {
		if p.NodePort == 0 {
			continue
		}
		at := at.element(i).child("nodePort")
		if s.Type == model.ServiceClusterIP {
			errs = append(errs, field.Forbidden(at.field(), "may not be used when `type` is 'ClusterIP'"))
		}
		if nodePorts.add(key{p.Protocol, p.NodePort}) {
			errs = append(errs, field.Duplicate(at.field(), p.NodePort))
		}
	}
	for i, p := range s.Ports {
		if ports.add(key{p.Protocol, p.Port}) {
			errs = append(errs, field.Duplicate(at.element(i).field(), internalServicePort{Protocol: p.Protocol, Port: p.Port}))
		}
	}
	return errs
}

// ServiceUpdate says why the Service old could not become updated.
//
// An address does not change once it is given, and None is an address: a
// Service is headless for life. The only way around it are two updates, through
// the type ExternalName, which has no address.
//
// The API server gives an address to each Service that asks for none. A stored
// Service of the model may lack it; then it has one that nobody knows, and that
// no update can hit.
//
// Source: pkg/apis/core/validation/validation.go, ValidateServiceUpdate;
// pkg/registry/core/service/strategy.go, patchAllocatedValues and
// dropTypeDependentFields.
func ServiceUpdate(updated, old *model.Service) field.ErrorList {
	spec := updated.Spec // a copy, which gets what the update leaves out
	before := clusterIPs(&old.Spec)
	after := clusterIPsAfter(&spec, &old.Spec)
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta, updated.Kind())
	if spec.Type != model.ServiceExternalName && old.Spec.Type != model.ServiceExternalName {
		errs = append(errs, sameAddresses(after, before, top("spec").child("clusterIPs"))...)
	}
	spec.Ports = portsAfter(&spec, &old.Spec)
	return append(errs, serviceSpec(&spec, spec.ClusterIP, after, before)...)
}

// clusterIPsAfter are the addresses that an update asks for: those that it
// leaves out stay, and those that the new type cannot have go with the old type.
// It brings updated.ClusterIP to where the list is.
func clusterIPsAfter(updated, old *model.ServiceSpec) []string {
	before, after := clusterIPs(old), updated.ClusterIPs
	if updated.Type != model.ServiceExternalName && old.Type != model.ServiceExternalName {
		if updated.ClusterIP == "" {
			updated.ClusterIP = old.ClusterIP
		}
		if len(after) == 0 {
			after = before
		}
	}
	same := slices.Equal(after, before)
	switch {
	case updated.ClusterIP == old.ClusterIP && len(after) == 0:
		after = before
	case updated.ClusterIP != old.ClusterIP && same && updated.ClusterIP == "":
		after = nil
	case updated.ClusterIP != old.ClusterIP && same: // clusterIP alone was edited, and the list follows it
		after = []string{updated.ClusterIP}
	}
	if updated.Type == model.ServiceExternalName && old.Type != model.ServiceExternalName &&
		updated.ClusterIP == old.ClusterIP && slices.Equal(after, before) {
		updated.ClusterIP = ""
		return nil
	}
	return after
}

// portsAfter are the ports of an update with their ports on the nodes: those that
// it leaves out stay, by the name of the port, and those that the new type cannot
// have go with the old type, unless the update adds another one.
//
// Source: pkg/registry/core/service/storage/storage.go, patchAllocatedValues;
// pkg/registry/core/service/strategy.go, dropTypeDependentFields.
func portsAfter(updated, old *model.ServiceSpec) []model.ServicePort {
	if !onNodes(old.Type) {
		return updated.Ports
	}
	before, after := nodePorts(old.Ports), nodePorts(updated.Ports)
	ports := slices.Clone(updated.Ports)
	foreign := func(port int32) bool { return !slices.Contains(before, port) }
	switch {
	case onNodes(updated.Type):
		for i := range ports {
			kept := nodePortOf(old.Ports, ports[i].Name)
			if ports[i].NodePort == 0 && !slices.Contains(after, kept) {
				ports[i].NodePort = kept
			}
		}
	case !slices.ContainsFunc(after, foreign):
		for i := range ports {
			ports[i].NodePort = 0
		}
	}
	return ports
}

func onNodes(t model.ServiceType) bool {
	return t == model.ServiceNodePort || t == model.ServiceLoadBalancer
}

func nodePorts(ports []model.ServicePort) []int32 {
	var out []int32
	for _, p := range ports {
		if p.NodePort != 0 {
			out = append(out, p.NodePort)
		}
	}
	return out
}

// nodePortOf is the port on the nodes of the last port of a name.
func nodePortOf(ports []model.ServicePort, name string) int32 {
	for _, p := range slices.Backward(ports) {
		if p.Name == name {
			return p.NodePort
		}
	}
	return 0
}

// sameAddresses compares, unless both are headless.
//
// Source: pkg/apis/core/validation/validation.go,
// validateUpgradeDowngradeClusterIPs: a second address may come and go.
func sameAddresses(after, before []string, at fieldPath) field.ErrorList {
	const changed = "may not change once set"
	if len(before) == 0 && len(after) > 0 {
		return field.ErrorList{field.Invalid(at.element(0).field(), after, changed)}
	}
	var errs field.ErrorList
	for i := range min(len(before), len(after)) {
		if i > 0 && len(before) != len(after) {
			break
		}
		if before[i] != after[i] {
			errs = append(errs, field.Invalid(at.element(i).field(), after, changed))
		}
	}
	return errs
}
