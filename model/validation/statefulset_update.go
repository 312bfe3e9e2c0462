package validation

import (
	"bytes"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// StatefulSetUpdate says why the set old could not become updated.
//
// Four fields of the spec are immutable: selector, serviceName,
// podManagementPolicy and volumeClaimTemplates. The others may change, and have
// to be valid; but what cannot change is not validated again, and a pod
// template is not either when the stored spec was already invalid, so that a set
// from an older and laxer version can still be scaled.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate;
// pkg/registry/apps/statefulset/strategy.go, ValidateUpdate.
func StatefulSetUpdate(updated, old *model.StatefulSet) field.ErrorList {
	at := field.NewPath("spec")
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta)
	errs = append(errs, setSpec(&updated.Spec, at)...)
	if wrong := setTemplate(&updated.Spec, at); len(wrong) > 0 && setSpecValid(&old.Spec, at) {
		errs = append(errs, wrong...)
	}
	if !sameSelector(updated.Spec.Selector, old.Spec.Selector) {
		errs = append(errs, field.Invalid(at.Child("selector"), updated.Spec.Selector, isImmutable))
	}
	if updated.Spec.ServiceName != old.Spec.ServiceName {
		errs = append(errs, field.Invalid(at.Child("serviceName"), updated.Spec.ServiceName, isImmutable))
	}
	if updated.Spec.PodManagementPolicy != old.Spec.PodManagementPolicy {
		errs = append(errs, field.Invalid(at.Child("podManagementPolicy"), updated.Spec.PodManagementPolicy, isImmutable))
	}
	if !sameClaimTemplates(updated.Spec.VolumeClaimTemplates, old.Spec.VolumeClaimTemplates) {
		errs = append(errs, field.Invalid(at.Child("volumeClaimTemplates"),
			internalClaimsOf(updated.Spec.VolumeClaimTemplates), isImmutable))
	}
	return errs
}

func setSpecValid(s *model.StatefulSetSpec, at *field.Path) bool {
	return len(setSpec(s, at)) == 0 && len(setTemplate(s, at)) == 0
}

// sameClaimTemplates compares everything, labels and status too. Most updates
// share the list with the stored set, and need no look into it.
func sameClaimTemplates(a, b []model.PersistentVolumeClaim) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 || &a[0] == &b[0] {
		return true
	}
	return sameJSON(a, b)
}

// sameJSON compares as the API server does, for which a missing list or map is
// an empty one: both marshal to nothing.
func sameJSON(a, b any) bool {
	return bytes.Equal(mustMarshal(a), mustMarshal(b))
}

func mustMarshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("validation: a %T cannot be marshalled: %v", v, err))
	}
	return b
}
