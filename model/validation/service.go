package validation

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// Service says why a Service could not be created. Its name is a label of RFC
// 1123, and may begin with a digit (gate RelaxedServiceNameValidation).
//
// Source: pkg/apis/core/validation/validation.go, ValidateService.
func Service(s *model.Service) field.ErrorList {
	return service(s, clusterIPs(&s.Spec))
}

func service(s *model.Service, ips []string) field.ErrorList {
	at := field.NewPath("spec")
	headless := len(ips) > 0 && ips[0] == model.ClusterIPNone
	errs := objectMeta(&s.ObjectMeta, s.Kind(), dnsLabel)
	if len(s.Spec.Ports) == 0 && !headless && s.Spec.Type != model.ServiceExternalName {
		errs = append(errs, field.Required(at.Child("ports"), ""))
	}
	switch s.Spec.Type {
	case model.ServiceClusterIP:
	case model.ServiceNodePort, model.ServiceLoadBalancer:
		if headless {
			errs = append(errs, field.Invalid(at.Child("clusterIPs").Index(0), ips[0],
				fmt.Sprintf("may not be set to 'None' for %s services", s.Spec.Type)))
		}
	case model.ServiceExternalName:
		errs = append(errs, externalName(&s.Spec, ips, at)...)
	}
	names := make(map[string]bool, len(s.Spec.Ports))
	for i := range s.Spec.Ports {
		errs = append(errs, servicePort(&s.Spec.Ports[i], len(s.Spec.Ports) > 1, names, at.Child("ports").Index(i))...)
	}
	errs = append(errs, labels(s.Spec.Selector, at.Child("selector"))...)
	if s.Spec.Type != model.ServiceExternalName {
		errs = append(errs, addresses(ips, at.Child("clusterIPs"))...)
		if s.Spec.ClusterIP != "" && len(ips) > 0 && ips[0] != s.Spec.ClusterIP {
			errs = append(errs, field.Invalid(at.Child("clusterIPs"), ips, "first value must match `clusterIP`"))
		}
	}
	errs = append(errs, serviceType(s.Spec.Type, at.Child("type"))...)
	return append(errs, duplicatePorts(&s.Spec, at.Child("ports"))...)
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

func externalName(s *model.ServiceSpec, ips []string, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	if len(ips) > 0 {
		errs = append(errs, field.Forbidden(at.Child("clusterIPs"), "may not be set for ExternalName services"))
	}
	name := strings.TrimSuffix(s.ExternalName, ".") // it may be fully qualified
	if name == "" {
		return append(errs, field.Required(at.Child("externalName"), ""))
	}
	return append(errs, follow(dnsSubdomain, at.Child("externalName"), name)...)
}

func serviceType(t model.ServiceType, at *field.Path) field.ErrorList {
	switch t {
	case model.ServiceClusterIP, model.ServiceExternalName, model.ServiceLoadBalancer, model.ServiceNodePort:
		return nil
	case "":
		return field.ErrorList{field.Required(at, "")}
	default:
		return field.ErrorList{field.NotSupported(at, t, []model.ServiceType{
			model.ServiceClusterIP, model.ServiceExternalName, model.ServiceLoadBalancer, model.ServiceNodePort})}
	}
}

// addresses checks the cluster IPs: None alone, or an address, or one address of
// each IP family.
//
// Source: pkg/apis/core/validation/validation.go,
// ValidateServiceClusterIPsRelatedFields.
func addresses(ips []string, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	wrong := false
	for i, ip := range ips {
		if i == 0 && ip == model.ClusterIPNone {
			if len(ips) > 1 {
				errs = append(errs, field.Invalid(at, ips, "'None' must be the first and only value"))
				wrong = true
			}
			continue
		}
		malformed := validation.IsValidIPForLegacyField(at.Index(i), ip, false, nil)
		wrong = wrong || len(malformed) > 0
		errs = append(errs, malformed...)
	}
	if len(ips) > 2 {
		errs = append(errs, field.Invalid(at, ips, "may only hold up to 2 values"))
	}
	if !wrong && len(ips) > 1 && !bothFamilies(ips) {
		errs = append(errs, field.Invalid(at, ips, "may specify no more than one IP for each IP family"))
	}
	return errs
}

func bothFamilies(ips []string) bool {
	v4, v6 := 0, 0
	for _, s := range ips {
		if ip, err := netip.ParseAddr(s); err == nil && ip.Is6() {
			v6++
		} else {
			v4++
		}
	}
	return v4 <= 1 && v6 <= 1
}

// servicePort checks one port. Only a Service with one port may leave it
// without a name.
//
// Source: pkg/apis/core/validation/validation.go, validateServicePort.
func servicePort(p *model.ServicePort, needsName bool, names map[string]bool, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch {
	case p.Name == "" && needsName:
		errs = append(errs, field.Required(at.Child("name"), ""))
	case p.Name != "":
		errs = append(errs, follow(dnsLabel, at.Child("name"), p.Name)...)
		if names[p.Name] {
			errs = append(errs, field.Duplicate(at.Child("name"), p.Name))
		}
		names[p.Name] = true
	}
	errs = append(errs, portNumber(p.Port, at.Child("port"))...)
	errs = append(errs, protocol(p.Protocol, at.Child("protocol"))...)
	if p.TargetPort.IsString {
		return append(errs, follow(validation.IsValidPortName, at.Child("targetPort"), p.TargetPort.StrVal)...)
	}
	return append(errs, portNumber(p.TargetPort.IntVal, at.Child("targetPort"))...)
}

// duplicatePorts refuses two ports of one protocol and number, and node ports
// where they mean nothing.
func duplicatePorts(s *model.ServiceSpec, at *field.Path) field.ErrorList {
	type key struct {
		protocol string
		port     int32
	}
	var errs field.ErrorList
	nodePorts := make(map[key]bool)
	for i, p := range s.Ports {
		if p.NodePort == 0 {
			continue
		}
		at := at.Index(i).Child("nodePort")
		if s.Type == model.ServiceClusterIP {
			errs = append(errs, field.Forbidden(at, "may not be used when `type` is 'ClusterIP'"))
		}
		if nodePorts[key{p.Protocol, p.NodePort}] {
			errs = append(errs, field.Duplicate(at, p.NodePort))
		}
		nodePorts[key{p.Protocol, p.NodePort}] = true
	}
	ports := make(map[key]bool, len(s.Ports))
	for i, p := range s.Ports {
		if ports[key{p.Protocol, p.Port}] {
			errs = append(errs, field.Duplicate(at.Index(i), internalServicePort{Protocol: p.Protocol, Port: p.Port}))
		}
		ports[key{p.Protocol, p.Port}] = true
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
	before := clusterIPs(&old.Spec)
	after := clusterIPsAfter(&updated.Spec, &old.Spec)
	errs := immutableMeta(&updated.ObjectMeta, &old.ObjectMeta)
	if updated.Spec.Type != model.ServiceExternalName && old.Spec.Type != model.ServiceExternalName {
		errs = append(errs, sameAddresses(after, before, field.NewPath("spec", "clusterIPs"))...)
	}
	return append(errs, service(updated, after)...)
}

// clusterIPsAfter are the addresses that an update asks for: those that it
// leaves out stay, and those that the new type cannot have go with the old type.
func clusterIPsAfter(updated, old *model.ServiceSpec) []string {
	before, after := clusterIPs(old), clusterIPs(updated)
	if updated.ClusterIP != old.ClusterIP && len(updated.ClusterIPs) > 0 && slices.Equal(updated.ClusterIPs, old.ClusterIPs) {
		after = nil // clusterIP alone was edited, and the list follows it
		if updated.ClusterIP != "" {
			after = []string{updated.ClusterIP}
		}
	}
	switch {
	case old.Type == model.ServiceExternalName:
		return after
	case updated.Type == model.ServiceExternalName && slices.Equal(after, before):
		return nil
	case updated.Type != model.ServiceExternalName && len(after) == 0:
		return before
	default:
		return after
	}
}

// Source: pkg/apis/core/validation/validation.go,
// validateUpgradeDowngradeClusterIPs: a second address may come and go.
func sameAddresses(after, before []string, at *field.Path) field.ErrorList {
	const changed = "may not change once set"
	if len(before) == 0 && len(after) > 0 {
		return field.ErrorList{field.Invalid(at.Index(0), after, changed)}
	}
	var errs field.ErrorList
	for i := range min(len(before), len(after)) {
		if i > 0 && len(before) != len(after) {
			break
		}
		if before[i] != after[i] {
			errs = append(errs, field.Invalid(at.Index(i), after, changed))
		}
	}
	return errs
}
