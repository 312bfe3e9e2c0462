package validation

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// StatefulSetStatus says why a controller's report could not be stored. It
// allocates nothing when the report is fine.
//
// A report can be refused in earnest: under some sequences of changes the
// controller counts one pod too often, and reports -1 current replicas.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetStatus and
// ValidateStatefulSetStatusUpdate.
func StatefulSetStatus(updated, old *model.StatefulSetStatus) field.ErrorList {
	var errs field.ErrorList
	for _, count := range [...]struct {
		name  string
		value int32
	}{
		{"replicas", updated.Replicas},
		{"readyReplicas", updated.ReadyReplicas},
		{"currentReplicas", updated.CurrentReplicas},
		{"updatedReplicas", updated.UpdatedReplicas},
		{"availableReplicas", updated.AvailableReplicas},
	} {
		if count.value < 0 {
			errs = append(errs, statusError(count.name, count.value, mustNotBeNegative))
		}
	}
	if updated.ObservedGeneration < 0 {
		errs = append(errs, field.Invalid(top("status").child("observedGeneration").field(), updated.ObservedGeneration, mustNotBeNegative))
	}
	if updated.CollisionCount != nil && *updated.CollisionCount < 0 {
		errs = append(errs, statusError("collisionCount", *updated.CollisionCount, mustNotBeNegative))
	}
	for _, count := range [...]struct {
		name  string
		value int32
	}{
		{"readyReplicas", updated.ReadyReplicas},
		{"currentReplicas", updated.CurrentReplicas},
		{"updatedReplicas", updated.UpdatedReplicas},
		{"availableReplicas", updated.AvailableReplicas},
	} {
		if count.value > updated.Replicas {
			errs = append(errs, statusError(count.name, count.value, "cannot be greater than status.replicas"))
		}
	}
	if updated.AvailableReplicas > updated.ReadyReplicas {
		errs = append(errs, statusError("availableReplicas", updated.AvailableReplicas, "cannot be greater than status.readyReplicas"))
	}
	return append(errs, collisionCount(updated.CollisionCount, old.CollisionCount)...)
}

// collisionCount only ever grows. To forget it counts as setting it to 0.
func collisionCount(updated, old *int32) field.ErrorList {
	value := int32(0)
	if updated != nil {
		value = *updated
	}
	if old == nil || updated != nil && value >= *old {
		return nil
	}
	return field.ErrorList{statusError("collisionCount", value, "cannot be decremented")}
}

func statusError(name string, value int32, detail string) *field.Error {
	return field.Invalid(top("status").child(name).field(), value, detail)
}
