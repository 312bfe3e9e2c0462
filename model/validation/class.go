package validation

import (
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// What the parameters of a class may add up to.
const (
	maxParameters     = 512
	maxParameterBytes = 256 << 10
)

// StorageClass says why a class could not be created.
//
// Source: pkg/apis/storage/validation/validation.go, ValidateStorageClass.
func StorageClass(c *model.StorageClass) field.ErrorList {
	errs := objectMeta(&c.ObjectMeta, c.Kind(), dnsSubdomain)
	if at := field.NewPath("provisioner"); c.Provisioner == "" {
		errs = append(errs, field.Required(at, ""))
	} else {
		for _, message := range labelKey(strings.ToLower(c.Provisioner)) {
			errs = append(errs, field.Invalid(at, c.Provisioner, message))
		}
	}
	errs = append(errs, parameters(c.Parameters, field.NewPath("parameters"))...)
	switch c.ReclaimPolicy {
	case model.ReclaimDelete, model.ReclaimRetain, "":
	default:
		errs = append(errs, field.NotSupported(field.NewPath("reclaimPolicy"), c.ReclaimPolicy,
			[]model.ReclaimPolicy{model.ReclaimDelete, model.ReclaimRetain}))
	}
	switch at := field.NewPath("volumeBindingMode"); c.VolumeBindingMode {
	case model.BindImmediate, model.BindWaitForFirstConsumer:
	case "":
		errs = append(errs, field.Required(at, ""))
	default:
		errs = append(errs, field.NotSupported(at, c.VolumeBindingMode,
			[]model.VolumeBindingMode{model.BindImmediate, model.BindWaitForFirstConsumer}))
	}
	return errs
}

func parameters(p map[string]string, at *field.Path) field.ErrorList {
	if len(p) > maxParameters {
		return field.ErrorList{field.TooLong(at, "", maxParameters)}
	}
	var errs field.ErrorList
	if _, ok := p[""]; ok {
		errs = append(errs, field.Invalid(at, "", "field can not be empty."))
	}
	size := 0
	for key, value := range p { // no order is seen: the sizes are added up
		size += len(key) + len(value)
	}
	if size > maxParameterBytes {
		errs = append(errs, field.TooLong(at, "", maxParameterBytes))
	}
	return errs
}

// StorageClassUpdate says why the class old could not become updated. What
// decides about volumes is immutable: make another class.
//
// Source: pkg/apis/storage/validation/validation.go, ValidateStorageClassUpdate.
func StorageClassUpdate(updated, old *model.StorageClass) field.ErrorList {
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta)
	if !maps.Equal(updated.Parameters, old.Parameters) {
		errs = append(errs, field.Invalid(field.NewPath("parameters"), updated.Parameters, isImmutable))
	}
	if updated.Provisioner != old.Provisioner {
		errs = append(errs, field.Invalid(field.NewPath("provisioner"), updated.Provisioner, isImmutable))
	}
	if updated.ReclaimPolicy != old.ReclaimPolicy {
		errs = append(errs, field.Invalid(field.NewPath("reclaimPolicy"), updated.ReclaimPolicy, isImmutable))
	}
	if updated.VolumeBindingMode != old.VolumeBindingMode {
		errs = append(errs, field.Invalid(field.NewPath("volumeBindingMode"), updated.VolumeBindingMode, isImmutable))
	}
	return errs
}
