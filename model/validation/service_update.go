package validation

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

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
// pkg/registry/core/service/storage/storage.go, patchAllocatedValues and
// normalizeClusterIPs; pkg/registry/core/service/strategy.go,
// dropTypeDependentFields.
func ServiceUpdate(updated, old *model.Service) field.ErrorList {
	spec := updated.Spec // a copy, which gets what the update leaves out
	before := clusterIPs(&old.Spec)
	after := clusterIPsAfter(&spec, &old.Spec)
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta, updated.Kind())
	if spec.Type != model.ServiceExternalName && old.Spec.Type != model.ServiceExternalName {
		errs = append(errs, sameAddresses(after, before, spec.IPFamilyPolicy, top("spec"))...)
		errs = append(errs, sameFamilies(&spec, &old.Spec, after, before, top("spec"))...)
	}
	dropFamilies(&spec, &old.Spec)
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

const changedOnce = "may not change once set"

// sameAddresses compares, unless both are headless. A second address may come; it goes
// only if one family is asked for.
//
// Source: pkg/apis/core/validation/validation.go,
// validateUpgradeDowngradeClusterIPs.
func sameAddresses(after, before []string, policy string, spec fieldPath) field.ErrorList {
	at := spec.child("clusterIPs")
	if len(before) == 0 && len(after) > 0 {
		return field.ErrorList{field.Invalid(at.element(0).field(), after, changedOnce)}
	}
	var errs field.ErrorList
	for i := range min(len(before), len(after)) {
		if i > 0 && len(before) != len(after) {
			break
		}
		if before[i] != after[i] {
			errs = append(errs, field.Invalid(at.element(i).field(), after, changedOnce))
		}
	}
	if len(before) > len(after) && len(after) == 1 {
		errs = append(errs, released(policy, "clusterIP", spec)...)
	}
	return errs
}

// released refuses to give up a second address, or family, without saying so.
func released(policy, what string, spec fieldPath) field.ErrorList {
	if policy == model.SingleStack {
		return nil
	}
	var said *string
	if policy != "" {
		said = &policy
	}
	return field.ErrorList{field.Invalid(spec.child("ipFamilyPolicy").field(), said,
		"must be set to 'SingleStack' when releasing the secondary "+what)}
}

// sameFamilies compares, unless one of the two is headless: such a Service may change
// its families. Some of the errors tell the addresses where families are meant.
//
// Source: pkg/apis/core/validation/validation.go,
// validateUpgradeDowngradeIPFamilies.
func sameFamilies(updated, old *model.ServiceSpec, after, before []string, spec fieldPath) field.ErrorList {
	if headless(after) || headless(before) {
		return nil
	}
	is, was, first := updated.IPFamilies, old.IPFamilies, spec.child("ipFamilies").element(0)
	var errs field.ErrorList
	if len(is) == len(was) {
		for i := range is {
			if is[i] != was[i] {
				errs = append(errs, field.Invalid(first.field(), is, changedOnce))
			}
		}
		return errs
	}
	if len(is) < len(was) && len(after) == 0 {
		errs = append(errs, field.Invalid(first.field(), is, "primary ipFamily can not be unset"))
	}
	if len(is) > 0 && len(was) > 0 && is[0] != was[0] {
		errs = append(errs, field.Invalid(first.field(), after, changedOnce))
	}
	if len(is) < len(was) && len(is) == 1 {
		errs = append(errs, released(updated.IPFamilyPolicy, "ipFamily", spec)...)
	}
	return errs
}

func headless(ips []string) bool { return len(ips) == 1 && ips[0] == model.ClusterIPNone }

// dropFamilies takes away the families of a Service whose new type has none, unless the
// update speaks of them.
//
// Source: pkg/registry/core/service/strategy.go, dropTypeDependentFields.
func dropFamilies(updated, old *model.ServiceSpec) {
	if updated.Type != model.ServiceExternalName || old.Type == model.ServiceExternalName {
		return
	}
	if slices.Equal(updated.IPFamilies, old.IPFamilies) {
		updated.IPFamilies = nil
	}
	if updated.IPFamilyPolicy == old.IPFamilyPolicy {
		updated.IPFamilyPolicy = ""
	}
}
