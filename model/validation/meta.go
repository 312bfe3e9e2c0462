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
	at := top("metadata")
	var errs field.ErrorList
	if m.Name == "" {
		errs = append(errs, field.Required(at.child("name").field(), "name or generateName is required"))
	} else {
		errs = append(errs, follow(rule, at.child("name"), m.Name)...)
	}
	return append(errs, commonMeta(m, kind, at)...)
}

// objectMetaUpdate checks the metadata of an object that replaces another. Its
// name is only compared: a stored one is not judged again. What the client left
// out (UID, times) is not compared: the API server copies it from the stored
// object before it validates.
//
// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateObjectMetaUpdate;
// apiserver pkg/registry/rest/update.go, validateCommonFields.
func objectMetaUpdate(updated, old *model.ObjectMeta, kind model.Kind) field.ErrorList {
	return append(immutableMeta(updated, old), commonMeta(updated, kind, top("metadata"))...)
}

// immutableMeta is the part of objectMetaUpdate that compares. Kinds whose
// updates are also validated like new objects need no more than this.
func immutableMeta(updated, old *model.ObjectMeta) field.ErrorList {
	at := top("metadata")
	var errs field.ErrorList
	if old.DeletedAt != nil {
		errs = append(errs, noNewFinalizers(updated.Finalizers, old.Finalizers, at.child("finalizers"))...)
	}
	if updated.Name != old.Name {
		errs = append(errs, field.Invalid(at.child("name").field(), updated.Name, isImmutable))
	}
	if updated.Namespace != old.Namespace {
		errs = append(errs, field.Invalid(at.child("namespace").field(), updated.Namespace, isImmutable))
	}
	return errs
}

func commonMeta(m *model.ObjectMeta, kind model.Kind, at fieldPath) field.ErrorList {
	errs := namespace(m.Namespace, kind, at.child("namespace"))
	errs = append(errs, nonNegative(at.child("generation"), m.Generation)...)
	errs = append(errs, labels(m.Labels, at.child("labels"))...)
	errs = append(errs, annotations(m.Annotations, at.child("annotations"))...)
	errs = append(errs, ownerReferences(m.OwnerReferences, at.child("ownerReferences"))...)
	return append(errs, finalizers(m.Finalizers, kind, at.child("finalizers"))...)
}

func namespace(name string, kind model.Kind, at fieldPath) field.ErrorList {
	switch {
	case kind.Namespaced() && name == "":
		return field.ErrorList{field.Required(at.field(), "")}
	case kind.Namespaced():
		return follow(dnsLabel, at, name)
	case name != "":
		return field.ErrorList{field.Forbidden(at.field(), "not allowed on this type")}
	default:
		return nil
	}
}

// The finalizers that Kubernetes itself knows, and the only ones without a domain.
const (
	finalizeKubernetes = "kubernetes"
	finalizeOrphans    = "orphan"
	finalizeForeground = "foregroundDeletion"
)

// finalizers checks the names of finalizers, which are those of labels, but with a
// domain. Only that of budgets nobody asks for.
//
// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateFinalizers;
// pkg/apis/core/validation/validation.go, validateKubeFinalizerName.
func finalizers(names []string, kind model.Kind, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	for i, name := range names {
		errs = append(errs, follow(labelKey, at, name)...)
		switch name {
		case finalizeKubernetes, finalizeOrphans, finalizeForeground:
		default:
			if !strings.Contains(name, "/") && kind != model.KindPodDisruptionBudget {
				errs = append(errs, field.Invalid(at.element(i).field(), name,
					"name is neither a standard finalizer name nor is it fully qualified"))
			}
		}
	}
	if slices.Contains(names, finalizeOrphans) && slices.Contains(names, finalizeForeground) {
		errs = append(errs, field.Invalid(at.field(), names,
			fmt.Sprintf("finalizer %s and %s cannot be both set", finalizeOrphans, finalizeForeground)))
	}
	return errs
}

// labels checks keys and values. The errors stand in the order of the keys; the
// API server's stand in any order.
//
// Source: apimachinery pkg/apis/meta/v1/validation/validation.go, ValidateLabels.
func labels(l model.Labels, at fieldPath) field.ErrorList {
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
func annotations(a model.Labels, at fieldPath) field.ErrorList {
	size, wrong := 0, false
	for key, value := range a { // no order is seen: the sizes are added up
		size += len(key) + len(value)
		wrong = wrong || !isLabelKey(strings.ToLower(key))
	}
	if !wrong && size <= maxAnnotations {
		return nil
	}
	var errs field.ErrorList
	for _, key := range a.Keys() {
		for _, message := range labelKey(strings.ToLower(key)) {
			errs = append(errs, field.Invalid(at.field(), key, message))
		}
	}
	if size > maxAnnotations {
		errs = append(errs, field.TooLong(at.field(), "", maxAnnotations))
	}
	return errs
}

// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateOwnerReferences.
func ownerReferences(refs []model.OwnerReference, at fieldPath) field.ErrorList {
	const missing = "must not be empty"
	var errs field.ErrorList
	controller := ""
	for i, ref := range refs {
		if ref.Kind == "" {
			errs = append(errs, field.Required(at.element(i).child("kind").field(), missing))
		}
		if ref.Name == "" {
			errs = append(errs, field.Required(at.element(i).child("name").field(), missing))
		}
		if ref.UID == 0 {
			errs = append(errs, field.Required(at.element(i).child("uid").field(), missing))
		}
		if !ref.Controller {
			continue
		}
		who := string(ref.Kind) + "/" + ref.Name
		if controller != "" {
			errs = append(errs, field.Invalid(at.field(), apiOwnersOf(refs), fmt.Sprintf("Only one reference can have Controller set to true."+
				` Found "true" in references for %s and %s`, controller, who)))
			continue
		}
		controller = who
	}
	return errs
}

// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateNoNewFinalizers:
// once deletion has begun, finalizers can only go.
func noNewFinalizers(updated, old []string, at fieldPath) field.ErrorList {
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
	return field.ErrorList{field.Forbidden(at.field(), fmt.Sprintf(
		"no new finalizers can be added if the object is being deleted, found new finalizers %#v", slices.Compact(extra)))}
}

// ControllerRevision says why a revision could not be created.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateControllerRevision.
func ControllerRevision(r *model.ControllerRevision) field.ErrorList {
	errs := objectMeta(&r.ObjectMeta, r.Kind(), dnsSubdomain)
	return append(errs, nonNegative(top("revision"), r.Revision)...)
}

// ControllerRevisionUpdate says why a revision could not be replaced: only its
// number and its metadata may change, never what it records.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateControllerRevisionUpdate.
func ControllerRevisionUpdate(updated, old *model.ControllerRevision) field.ErrorList {
	errs := immutableMeta(&updated.ObjectMeta, &old.ObjectMeta)
	errs = append(errs, ControllerRevision(updated)...)
	if updated.Template.Canonical() != old.Template.Canonical() {
		errs = append(errs, field.Invalid(top("data").field(), updated.Template, isImmutable))
	}
	return errs
}
