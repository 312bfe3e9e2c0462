package validation

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// objectMeta checks the metadata of an object to be created.
//
// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateObjectMeta.
func objectMeta(m *model.ObjectMeta, kind model.Kind, rule nameRule) field.ErrorList {
	at := field.NewPath("metadata")
	var errs field.ErrorList
	if m.Name == "" {
		errs = append(errs, field.Required(at.Child("name"), "name or generateName is required"))
	} else {
		errs = append(errs, follow(rule, at.Child("name"), m.Name)...)
	}
	switch {
	case kind.Namespaced() && m.Namespace == "":
		errs = append(errs, field.Required(at.Child("namespace"), ""))
	case kind.Namespaced():
		errs = append(errs, follow(dnsLabel, at.Child("namespace"), m.Namespace)...)
	case m.Namespace != "":
		errs = append(errs, field.Forbidden(at.Child("namespace"), "not allowed on this type"))
	}
	return append(errs, commonMeta(m, at)...)
}

// objectMetaUpdate checks the metadata of an object that replaces another.
// What the client left out (UID, times) is not compared: the API server copies
// it from the stored object before it validates.
//
// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateObjectMetaUpdate.
func objectMetaUpdate(updated, old *model.ObjectMeta) field.ErrorList {
	return append(immutableMeta(updated, old), commonMeta(updated, field.NewPath("metadata"))...)
}

// immutableMeta is the part of objectMetaUpdate that compares. Kinds whose
// updates are also validated like new objects need no more than this.
func immutableMeta(updated, old *model.ObjectMeta) field.ErrorList {
	at := field.NewPath("metadata")
	var errs field.ErrorList
	if old.DeletedAt != nil {
		errs = append(errs, noNewFinalizers(updated.Finalizers, old.Finalizers, at.Child("finalizers"))...)
	}
	if updated.Name != old.Name {
		errs = append(errs, field.Invalid(at.Child("name"), updated.Name, isImmutable))
	}
	if updated.Namespace != old.Namespace {
		errs = append(errs, field.Invalid(at.Child("namespace"), updated.Namespace, isImmutable))
	}
	return errs
}

func commonMeta(m *model.ObjectMeta, at *field.Path) field.ErrorList {
	errs := nonNegative(at.Child("generation"), m.Generation)
	errs = append(errs, labels(m.Labels, at.Child("labels"))...)
	errs = append(errs, annotations(m.Annotations, at.Child("annotations"))...)
	errs = append(errs, ownerReferences(m.OwnerReferences, at.Child("ownerReferences"))...)
	for _, finalizer := range m.Finalizers {
		errs = append(errs, follow(labelKey, at.Child("finalizers"), finalizer)...)
	}
	return errs
}

// labels checks keys and values. The errors stand in the order of the keys; the
// API server's stand in any order.
//
// Source: apimachinery pkg/apis/meta/v1/validation/validation.go, ValidateLabels.
func labels(l model.Labels, at *field.Path) field.ErrorList {
	if labelsValid(l) {
		return nil
	}
	var errs field.ErrorList
	for _, key := range l.Keys() {
		errs = append(errs, follow(labelKey, at, key)...)
		errs = append(errs, follow(labelValue, at, l[key])...)
	}
	return errs
}

func labelsValid(l model.Labels) bool {
	for key, value := range l { // no order is seen: the answer is one bit
		if !isLabelKey(key) || !isLabelValue(value) {
			return false
		}
	}
	return true
}

// maxAnnotations is how many bytes all annotations of an object may have.
const maxAnnotations = 256 << 10

// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateAnnotations:
// the keys are those of labels, in any case; the values are free.
func annotations(a model.Labels, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	size := 0
	for _, key := range a.Keys() {
		size += len(key) + len(a[key])
		for _, message := range labelKey(strings.ToLower(key)) {
			errs = append(errs, field.Invalid(at, key, message))
		}
	}
	if size > maxAnnotations {
		errs = append(errs, field.TooLong(at, "", maxAnnotations))
	}
	return errs
}

// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateOwnerReferences.
func ownerReferences(refs []model.OwnerReference, at *field.Path) field.ErrorList {
	const missing = "must not be empty"
	var errs field.ErrorList
	controller := ""
	for i, ref := range refs {
		if ref.Kind == "" {
			errs = append(errs, field.Required(at.Index(i).Child("kind"), missing))
		}
		if ref.Name == "" {
			errs = append(errs, field.Required(at.Index(i).Child("name"), missing))
		}
		if ref.UID == 0 {
			errs = append(errs, field.Required(at.Index(i).Child("uid"), missing))
		}
		if !ref.Controller {
			continue
		}
		who := string(ref.Kind) + "/" + ref.Name
		if controller != "" {
			errs = append(errs, field.Invalid(at, refs, fmt.Sprintf("Only one reference can have Controller set to true."+
				` Found "true" in references for %s and %s`, controller, who)))
			continue
		}
		controller = who
	}
	return errs
}

// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateNoNewFinalizers:
// once deletion has begun, finalizers can only go.
func noNewFinalizers(updated, old []string, at *field.Path) field.ErrorList {
	var extra []string
	for _, finalizer := range updated {
		if !slices.Contains(old, finalizer) {
			extra = append(extra, finalizer)
		}
	}
	if extra == nil {
		return nil
	}
	slices.Sort(extra)
	return field.ErrorList{field.Forbidden(at, fmt.Sprintf(
		"no new finalizers can be added if the object is being deleted, found new finalizers %#v", slices.Compact(extra)))}
}

// ControllerRevision says why a revision could not be created.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateControllerRevision.
func ControllerRevision(r *model.ControllerRevision) field.ErrorList {
	errs := objectMeta(&r.ObjectMeta, r.Kind(), dnsSubdomain)
	return append(errs, nonNegative(field.NewPath("revision"), r.Revision)...)
}

// ControllerRevisionUpdate says why a revision could not be replaced: only its
// number and its metadata may change, never what it records.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateControllerRevisionUpdate.
func ControllerRevisionUpdate(updated, old *model.ControllerRevision) field.ErrorList {
	errs := immutableMeta(&updated.ObjectMeta, &old.ObjectMeta)
	errs = append(errs, ControllerRevision(updated)...)
	if updated.Template.Canonical() != old.Template.Canonical() {
		errs = append(errs, field.Invalid(field.NewPath("data"), updated.Template, isImmutable))
	}
	return errs
}
