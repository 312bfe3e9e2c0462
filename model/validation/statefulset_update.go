package validation

import (
	"bytes"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
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
	return statefulSetUpdate(updated, old, newest)
}

func statefulSetUpdate(updated, old *model.StatefulSet, rules release.Rules) field.ErrorList {
	at := top("spec")
	recreate := allowsRecreate(rules) || old.Spec.UpdateStrategy.Type == model.Recreate && !rules.Has(release.RecreateIsUnknown)
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta, updated.Kind())
	errs = append(errs, setSpec(&updated.Spec, at, recreate)...)
	may := toleratedIn(&old.Spec.Template.Spec, old.Spec.Template.Annotations)
	errs = append(errs, setTemplate(&updated.Spec, may, at)...)
	if wrong := setPodSpec(&updated.Spec, may, at); len(wrong) > 0 && setSpecValid(&old.Spec, may, at, recreate) {
		errs = append(errs, wrong...)
	}
	if rules.Has(release.OneWordForImmutable) {
		return append(errs, immutableInOneWord(&updated.Spec, &old.Spec, at, rules)...)
	}
	return append(errs, immutable(&updated.Spec, &old.Spec, at)...)
}

// immutable says which fields have changed that must not.
func immutable(updated, old *model.StatefulSetSpec, at fieldPath) (errs field.ErrorList) {
	if !sameSelector(updated.Selector, old.Selector) {
		errs = append(errs, field.Invalid(at.child("selector").field(), updated.Selector, isImmutable))
	}
	if updated.ServiceName != old.ServiceName {
		errs = append(errs, field.Invalid(at.child("serviceName").field(), updated.ServiceName, isImmutable))
	}
	if updated.PodManagementPolicy != old.PodManagementPolicy {
		errs = append(errs, field.Invalid(at.child("podManagementPolicy").field(), updated.PodManagementPolicy, isImmutable))
	}
	if !sameClaimTemplates(updated.VolumeClaimTemplates, old.VolumeClaimTemplates) {
		errs = append(errs, field.Invalid(at.child("volumeClaimTemplates").field(),
			internalClaimsOf(updated.VolumeClaimTemplates), isImmutable))
	}
	return errs
}

// immutableInOneWord is how releases before 1.37 said it.
func immutableInOneWord(updated, old *model.StatefulSetSpec, at fieldPath, rules release.Rules) field.ErrorList {
	limit, fixed := "'revisionHistoryLimit', ", false
	if rules.Has(release.HistoryLimitIsImmutable) {
		limit, fixed = "", !sameJSON(updated.RevisionHistoryLimit, old.RevisionHistoryLimit)
	}
	if len(immutable(updated, old, at)) == 0 && !fixed {
		return nil
	}
	return field.ErrorList{field.Forbidden(at.field(), "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "+
		"'updateStrategy', "+limit+"'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")}
}

func setSpecValid(s *model.StatefulSetSpec, may tolerated, at fieldPath, recreate bool) bool {
	return len(setSpec(s, at, recreate)) == 0 && len(setTemplate(s, may, at)) == 0 && len(setPodSpec(s, may, at)) == 0
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
