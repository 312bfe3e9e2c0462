package validation

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// ServiceFamilies says why a cluster whose Services have addresses of these families, its
// own first, has none for this one: it asks for a family that the cluster does not have, or
// for two, or gives one away without saying so. The Service is as it was written, before [model.Service.DefaultFamilies]; old is
// the stored one, nil when it is created.
//
// A headless Service without a selector may be of both families in every cluster: somebody
// else makes its endpoints.
//
// Source: pkg/registry/core/service/storage/alloc.go, initIPFamilyFields.
func ServiceFamilies(s, old *model.Service, cluster ...model.IPFamily) field.ErrorList {
	if s.Spec.Type == model.ServiceExternalName || s.KeepsFamilies(old) {
		return nil
	}
	filled := *s
	filled.DefaultFamilies(old, cluster...)
	spec, at := &filled.Spec, top("spec")
	said := min(len(s.Spec.IPFamilies), len(spec.IPFamilies))
	policy := func(why string) *field.Error {
		return field.Invalid(at.child("ipFamilyPolicy").field(), spec.IPFamilyPolicy, why)
	}
	var errs field.ErrorList
	switch {
	case spec.IPFamilyPolicy == model.SingleStack:
		const two = "must be 'RequireDualStack' or 'PreferDualStack' when multiple %s are specified"
		if len(spec.ClusterIPs) == 2 {
			errs = append(errs, policy(fmt.Sprintf(two, "cluster IPs")))
		}
		if said == 2 {
			errs = append(errs, policy(fmt.Sprintf(two, "IP families")))
		}
	case old != nil:
		const fewer = "must be 'SingleStack' to release the secondary "
		if n := len(spec.ClusterIPs); n > 0 && n < len(old.Spec.ClusterIPs) {
			errs = append(errs, policy(fewer+"cluster IP"))
		}
		if said > 0 && said < len(old.Spec.IPFamilies) {
			errs = append(errs, policy(fewer+"IP family"))
		}
	}
	for i, ip := range clusterIPs(spec) {
		if ip == model.ClusterIPNone {
			break
		}
		if family := model.FamilyOf(ip); i >= said && !slices.Contains(cluster, family) {
			errs = append(errs, field.Invalid(at.child("clusterIPs").element(i).field(), clusterIPs(spec), string(family)+" is not configured on this cluster"))
		}
	}
	if len(errs) > 0 || spec.Headless() && len(spec.Selector) == 0 {
		return errs
	}
	if spec.IPFamilyPolicy == model.RequireDualStack && len(cluster) < 2 {
		errs = append(errs, policy("this cluster is not configured for dual-stack services"))
	}
	for i, family := range spec.IPFamilies {
		if !slices.Contains(cluster, family) {
			errs = append(errs, field.Invalid(at.child("ipFamilies").element(i).field(), family, "not configured on this cluster"))
		}
	}
	return errs
}
