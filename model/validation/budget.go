package validation

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// PodDisruptionBudget says why a budget could not be created. Its name is free, as long
// as it fits into a URL. Its metadata are looked at only when its spec is in order.
//
// Source: pkg/apis/policy/validation/validation.go, ValidatePodDisruptionBudget;
// apiserver pkg/registry/rest/create.go, ValidateCreate.
func PodDisruptionBudget(b *model.PodDisruptionBudget) field.ErrorList {
	if errs := budgetSpec(&b.Spec, false, top("spec")); len(errs) > 0 {
		return errs
	}
	return objectMeta(&b.ObjectMeta, b.Kind(), pathSegment)
}

// PodDisruptionBudgetUpdate says why the budget old could not become updated. Nothing
// of it is immutable.
//
// Source: pkg/registry/policy/poddisruptionbudget/strategy.go, ValidateUpdate.
func PodDisruptionBudgetUpdate(updated, old *model.PodDisruptionBudget) field.ErrorList {
	at, s := top("spec"), old.Spec.Selector
	free := anyValue(s != nil && len(labelSelector(s, at)) > 0)
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta, updated.Kind())
	return append(errs, budgetSpec(&updated.Spec, free, at)...)
}

// Source: pkg/apis/policy/validation/validation.go, ValidatePodDisruptionBudgetSpec.
func budgetSpec(s *model.PodDisruptionBudgetSpec, free anyValue, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if s.MinAvailable != nil && s.MaxUnavailable != nil {
		errs = append(errs, field.Invalid(at.field(), internalBudgetSpecOf(s), "minAvailable and maxUnavailable cannot be both set"))
	}
	if s.MinAvailable != nil {
		errs = append(errs, intOrPercent(*s.MinAvailable, at.child("minAvailable"))...)
		errs = append(errs, notAboveAll(*s.MinAvailable, at.child("minAvailable"))...)
	}
	if s.MaxUnavailable != nil {
		errs = append(errs, intOrPercent(*s.MaxUnavailable, at.child("maxUnavailable"))...)
		errs = append(errs, notAboveAll(*s.MaxUnavailable, at.child("maxUnavailable"))...)
	}
	if s.Selector != nil {
		errs = append(errs, labelSelectorBut(s.Selector, free, at.child("selector"))...)
	}
	switch s.UnhealthyPodEvictionPolicy {
	case model.IfHealthyBudget, model.AlwaysAllow, "":
	default:
		errs = append(errs, field.NotSupported(at.child("unhealthyPodEvictionPolicy").field(), s.UnhealthyPodEvictionPolicy,
			[]string{model.AlwaysAllow, model.IfHealthyBudget}))
	}
	return errs
}
