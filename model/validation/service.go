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
	headless := headless(ips)
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
		errs = append(errs, families(s, at)...)
		errs = append(errs, addresses(s, ip, ips, stored, at.child("clusterIPs"))...)
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

const notExternal = "may not be set for ExternalName services"

func externalName(s *model.ServiceSpec, ips []string, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if len(ips) > 0 {
		errs = append(errs, field.Forbidden(at.child("clusterIPs").field(), notExternal))
	}
	if len(s.IPFamilies) > 0 {
		errs = append(errs, field.Forbidden(at.child("ipFamilies").field(), notExternal))
	}
	if s.IPFamilyPolicy != "" {
		errs = append(errs, field.Forbidden(at.child("ipFamilyPolicy").field(), notExternal))
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

// families checks of which families a Service is. Whether the cluster has them, and as
// many as the policy wants, is asked where addresses are given out.
//
// Source: pkg/apis/core/validation/validation.go,
// ValidateServiceClusterIPsRelatedFields.
func families(s *model.ServiceSpec, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	var known seen[model.IPFamily]
	for i, family := range s.IPFamilies {
		at := at.child("ipFamilies").element(i)
		if family != model.IPv4 && family != model.IPv6 {
			errs = append(errs, field.NotSupported(at.field(), family, []model.IPFamily{model.IPv4, model.IPv6}))
		}
		if known.add(family) {
			errs = append(errs, field.Duplicate(at.field(), family))
		}
	}
	switch s.IPFamilyPolicy {
	case model.SingleStack, model.PreferDualStack, model.RequireDualStack, "":
	default:
		errs = append(errs, field.NotSupported(at.child("ipFamilyPolicy").field(), s.IPFamilyPolicy,
			[]string{model.PreferDualStack, model.RequireDualStack, model.SingleStack}))
	}
	return errs
}

// addresses checks the cluster IPs: None alone, or an address, or one address of
// each IP family; the first of the list is the one. They are of the families that the
// Service says, one by one.
//
// Source: pkg/apis/core/validation/validation.go,
// ValidateServiceClusterIPsRelatedFields.
func addresses(s *model.ServiceSpec, ip string, ips, stored []string, at fieldPath) field.ErrorList {
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
	if wrong {
		return errs
	}
	if len(ips) > 1 {
		errs = append(errs, twoFamilies(ips, at)...)
	}
	if headless(ips) {
		return errs
	}
	for i := range min(len(ips), len(s.IPFamilies)) {
		switch is6 := isIPv6(ips[i]); {
		case s.IPFamilies[i] == model.IPv4 && is6, s.IPFamilies[i] == model.IPv6 && !is6:
			errs = append(errs, field.Invalid(at.element(i).field(), ips[i],
				fmt.Sprintf("expected an %s value as indicated by `ipFamilies[%d]`", s.IPFamilies[i], i)))
		}
	}
	return errs
}

// twoFamilies refuses two addresses of one family.
func twoFamilies(ips []string, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	dual, err := bothFamilies(ips)
	if err != nil {
		errs = append(errs, field.InternalError(at.field(), fmt.Errorf("failed to check for dual stack with error:%w", err)))
	}
	if !dual {
		errs = append(errs, field.Invalid(at.field(), ips, "may specify no more than one IP for each IP family"))
	}
	return errs
}

// bothFamilies reports whether there are addresses of IPv4 and of IPv6. One that is
// none can only be a stored one, which was not judged again.
//
// Source: k8s.io/utils/net, IsDualStackIPStrings.
func bothFamilies(ips []string) (bool, error) {
	v4, v6 := false, false
	for i, s := range ips {
		if len(validation.IsValidIPForLegacyField(nil, s, false, nil)) > 0 {
			return false, fmt.Errorf("invalid IP[%d]: %v", i, s)
		}
		is6 := isIPv6(s)
		v4, v6 = v4 || !is6, v6 || is6
	}
	return v4 && v6, nil
}

// isIPv6 reports whether an address is one of IPv6. One that is written as IPv4 in IPv6
// is not.
func isIPv6(s string) bool {
	ip, err := netip.ParseAddr(s) // which fails for IPv4 with leading zeros
	return err == nil && ip.Is6() && !ip.Is4In6()
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
