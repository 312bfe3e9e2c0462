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
