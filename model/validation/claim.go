package validation

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// PersistentVolumeClaim says why a claim could not be created. A request of 0
// counts as none.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePersistentVolumeClaim.
func PersistentVolumeClaim(c *model.PersistentVolumeClaim) field.ErrorList {
	return claim(c, false)
}

func claim(c *model.PersistentVolumeClaim, free anyValue) field.ErrorList {
	errs := objectMeta(&c.ObjectMeta, c.Kind(), dnsSubdomain)
	return append(errs, claimSpec(&c.Spec, free, top("spec"))...)
}

// claimSpec checks what a claim and a claim template have in common.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePersistentVolumeClaimSpec.
func claimSpec(s *model.PersistentVolumeClaimSpec, free anyValue, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if len(s.AccessModes) == 0 {
		errs = append(errs, field.Required(at.child("accessModes").field(), "at least 1 access mode is required"))
	}
	if s.Selector != nil {
		errs = append(errs, labelSelectorBut(s.Selector, free, at.child("selector"))...)
	}
	errs = append(errs, accessModes(s.AccessModes, at.child("accessModes"))...)
	request := at.child("resources").key("storage")
	if s.Request == 0 {
		errs = append(errs, field.Required(request.field(), ""))
	} else if s.Request < 0 {
		errs = append(errs, field.Invalid(request.field(), s.Request.String(), mustBePositive))
	}
	if s.StorageClassName != nil && *s.StorageClassName != "" {
		errs = append(errs, follow(dnsSubdomain, at.child("storageClassName"), *s.StorageClassName)...)
	}
	return append(errs, volumeMode(s.VolumeMode, at.child("volumeMode"))...)
}

func accessModes(modes []model.AccessMode, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	alone, others := false, false
	for _, mode := range modes {
		switch mode {
		case model.ReadWriteOncePod:
			alone = true
		case model.ReadOnlyMany, model.ReadWriteMany, model.ReadWriteOnce:
			others = true
		default:
			errs = append(errs, field.NotSupported(at.field(), mode, []model.AccessMode{
				model.ReadOnlyMany, model.ReadWriteMany, model.ReadWriteOnce, model.ReadWriteOncePod}))
		}
	}
	if alone && others {
		errs = append(errs, field.Forbidden(at.field(), "may not use ReadWriteOncePod with other access modes"))
	}
	return errs
}

func volumeMode(mode model.VolumeMode, at fieldPath) field.ErrorList {
	switch mode {
	case model.Filesystem, model.Block, "":
		return nil
	default:
		return field.ErrorList{field.NotSupported(at.field(), mode, []model.VolumeMode{model.Block, model.Filesystem})}
	}
}

// PersistentVolumeClaimUpdate says why the claim old could not become updated.
// Its phase and capacity are read from old, as the API server does: an update
// of the spec does not bring a status.
//
// A claim changes in three ways: its volume's name is set once (by the volume
// controller), a missing class is set once (when a default class appears), and,
// while it is Bound, its request moves, up at will and down as long as it stays
// above what the claim has. Whether its class allows the request to grow is
// asked by [ClaimResize].
//
// Source: pkg/apis/core/validation/validation.go, ValidatePersistentVolumeClaimUpdate.
func PersistentVolumeClaimUpdate(updated, old *model.PersistentVolumeClaim) field.ErrorList {
	at := top("spec")
	errs := immutableMeta(&updated.ObjectMeta, &old.ObjectMeta)
	selector := old.Spec.Selector
	free := anyValue(selector != nil && len(labelSelector(selector, at)) > 0)
	errs = append(errs, claim(updated, free)...)
	if !upgradesClass(updated, old) && updated.Annotations[annotationBetaClass] != old.Annotations[annotationBetaClass] {
		errs = append(errs, field.Invalid(top("metadata").child("annotations").child(annotationBetaClass).field(),
			updated.Annotations[annotationBetaClass], isImmutable))
	}
	if !sameClaimSpec(updated, old) {
		errs = append(errs, field.Forbidden(at.field(),
			"spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"))
	}
	if updated.Spec.Request < old.Spec.Request && updated.Spec.Request <= old.Status.Capacity {
		errs = append(errs, field.Forbidden(at.child("resources").child("requests").child("storage").field(), "field can not be less than status.capacity"))
	}
	if updated.Spec.VolumeMode != old.Spec.VolumeMode {
		errs = append(errs, field.Invalid(top("volumeMode").field(), updated.Spec.VolumeMode, isImmutable))
	}
	return errs
}

// annotationBetaClass named the class before there was a field for it.
const annotationBetaClass = "volume.beta.kubernetes.io/storage-class"

// upgradesClass reports whether a class moves from the annotation to the field.
//
// Source: pkg/apis/core/validation/validation.go, validateStorageClassUpgradeFromAnnotation.
func upgradesClass(updated, old *model.PersistentVolumeClaim) bool {
	before, annotated := old.Annotations[annotationBetaClass]
	after, still := updated.Annotations[annotationBetaClass]
	name := updated.Spec.StorageClassName
	return annotated && old.Spec.StorageClassName == nil && name != nil && *name == before && (!still || after == before)
}

// sameClaimSpec reports whether the specs differ in nothing but what may differ.
func sameClaimSpec(updated, old *model.PersistentVolumeClaim) bool {
	a, b := updated.Spec, old.Spec // copies
	if b.VolumeName == "" {
		a.VolumeName = ""
	}
	if annotated, ok := old.Annotations[annotationBetaClass]; b.StorageClassName == nil && a.StorageClassName != nil &&
		(!ok || annotated == *a.StorageClassName) {
		a.StorageClassName = nil
	}
	if old.Status.Phase == model.ClaimBound && a.Request != 0 && b.Request != 0 {
		a.Request = b.Request
	}
	return slices.Equal(a.AccessModes, b.AccessModes) && sameSelector(a.Selector, b.Selector) &&
		a.Request == b.Request && samePointee(a.StorageClassName, b.StorageClassName) &&
		a.VolumeMode == b.VolumeMode && a.VolumeName == b.VolumeName && a.Unmodelled == b.Unmodelled
}

func samePointee(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// ClaimResize says why a claim that passed [PersistentVolumeClaimUpdate] may not
// grow: nil if it may, or does not. The class is the one that the claim names,
// nil if there is none of that name. That the claim's volume was provisioned by
// the class is, whatever the message says, not asked.
//
// Source: plugin/pkg/admission/storage/persistentvolume/resize/admission.go,
// Validate.
func ClaimResize(updated, old *model.PersistentVolumeClaim, class *model.StorageClass) error {
	if updated.Spec.Request <= old.Spec.Request {
		return nil
	}
	if old.Status.Phase != model.ClaimBound {
		return Forbidden(updated.Kind(), updated.Name, "Only bound persistent volume claims can be expanded")
	}
	before, after := old.Spec.StorageClassName, updated.Spec.StorageClassName
	if before == nil || *before == "" || !samePointee(before, after) || class == nil || !class.AllowVolumeExpansion {
		return Forbidden(updated.Kind(), updated.Name, "only dynamically provisioned pvc can be resized and"+
			" the storageclass that provisions the pvc must support resize")
	}
	return nil
}
