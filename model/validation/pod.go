package validation

import (
	"math"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// Pod says why a pod could not be created.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePodCreate.
func Pod(p *model.Pod) field.ErrorList { return pod(p, tolerated{}) }

func pod(p *model.Pod, may tolerated) field.ErrorList {
	at := top("spec")
	errs := objectMeta(&p.ObjectMeta, p.Kind(), dnsSubdomain)
	errs = append(errs, podAnnotations(p.Annotations, may, top("metadata").child("annotations"))...)
	errs = append(errs, podSpec(&p.Spec, nil, may, at)...)
	errs = append(errs, trimmedImages(p.Spec.Containers, at.child("containers"))...)
	errs = append(errs, trimmedImages(p.Spec.InitContainers, at.child("initContainers"))...)
	if p.Spec.HostNetwork {
		errs = append(errs, hostPorts(&p.Spec, at)...)
	}
	return append(errs, hostnames(&p.Spec, at)...)
}

// podAnnotations checks the annotation by which a pod says how dear it is.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePodSpecificAnnotations.
func podAnnotations(a model.Labels, may tolerated, at fieldPath) field.ErrorList {
	if may.cost || validCost(a) {
		return nil
	}
	return field.ErrorList{field.Invalid(at.key(model.AnnotationPodDeletionCost).field(), a[model.AnnotationPodDeletionCost], "must be a 32bit integer")}
}

// validCost reports whether a pod's deletion cost, if it has one, is a number, without
// a plus sign or leading zeros.
//
// Source: pkg/apis/core/helper/helpers.go, GetDeletionCostFromPodAnnotations.
func validCost(a model.Labels) bool {
	cost, ok := a[model.AnnotationPodDeletionCost]
	if !ok {
		return true
	}
	if cost == "" || cost[0] == '+' || cost[0] == '0' && cost != "0" {
		return false
	}
	_, err := strconv.ParseInt(cost, 10, 32)
	return err == nil
}

// PodIdentity says why the pod that a set makes could not be created: pod is its
// name (and hostname, and the value of a label), revision the name of its
// revision (the value of another label). It gives the errors that [Pod] would
// give, in the same order, provided that the set is valid; it costs two
// comparisons and allocates nothing when all is well.
//
// This is where a set with a long name fails. A name of 53 characters is valid,
// but with a dash and the ten characters of a revision's hash it is 64 long, and
// no label holds it. By then the claims of the first pod exist.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, initIdentity and
// setPodRevision; pkg/apis/core/validation/validation.go, ValidatePodCreate.
func PodIdentity(pod, revision string) field.ErrorList {
	if len(pod) <= maxLabel && len(revision) <= maxLabel {
		return nil
	}
	meta := top("metadata")
	errs := follow(dnsSubdomain, meta.child("name"), pod)
	errs = append(errs, follow(labelValue, meta.child("labels"), revision)...) // the label controller-revision-hash
	errs = append(errs, follow(labelValue, meta.child("labels"), pod)...)      // the label statefulset.kubernetes.io/pod-name
	return append(errs, follow(dnsLabel, top("spec").child("hostname"), pod)...)
}

const podIsImmutable = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
	"`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
	"`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

const podHasItsContainers = "pod updates may not add or remove containers"

// PodUpdate says why the pod old could not become updated. Of the spec, images
// may change, a deadline may be set or shortened, and tolerations may be added; a
// grace period changes only from a negative one to 1. The scheduler's assignment of a
// node is no update, but a request of its own.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePodUpdate.
func PodUpdate(updated, old *model.Pod) field.ErrorList {
	at := top("spec")
	errs := immutableMeta(&updated.ObjectMeta, &old.ObjectMeta)
	errs = append(errs, pod(updated, toleratedIn(&old.Spec, old.Annotations))...)
	if len(updated.Spec.Containers) != len(old.Spec.Containers) {
		return append(errs, field.Forbidden(at.child("containers").field(), podHasItsContainers))
	}
	if len(updated.Spec.InitContainers) != len(old.Spec.InitContainers) {
		return append(errs, field.Forbidden(at.child("initContainers").field(), podHasItsContainers))
	}
	wrong, stop := deadline(updated.Spec.ActiveDeadlineSeconds, old.Spec.ActiveDeadlineSeconds, at.child("activeDeadlineSeconds"))
	if errs = append(errs, wrong...); stop {
		return errs
	}
	errs = append(errs, onlyAddedTolerations(updated.Spec.Tolerations, old.Spec.Tolerations, at.child("tolerations"))...)
	if !sameJSON(fixedPart(&updated.Spec, &old.Spec), &old.Spec) {
		errs = append(errs, field.Forbidden(at.field(), podIsImmutable))
	}
	return errs
}

// deadline checks how a deadline changes. It tells the caller to stop where the
// API server does, and looks no further.
func deadline(after, before *int64, at fieldPath) (errs field.ErrorList, stop bool) {
	switch {
	case after != nil && (*after < 0 || *after > math.MaxInt32):
		return field.ErrorList{field.Invalid(at.field(), *after, validation.InclusiveRangeError(0, math.MaxInt32))}, true
	case after != nil && before != nil && *after > *before:
		return field.ErrorList{field.Invalid(at.field(), *after, "must be less than or equal to previous value")}, true
	case after == nil && before != nil:
		return field.ErrorList{field.Invalid(at.field(), after, "must not update from a positive integer to nil value")}, false
	default:
		return nil, false
	}
}

// fixedPart is the spec with the old values of all that may change.
func fixedPart(updated, old *model.PodSpec) *model.PodSpec {
	s := *updated
	s.Containers, s.InitContainers = slices.Clone(s.Containers), slices.Clone(s.InitContainers)
	for i := range s.Containers {
		s.Containers[i].Image = old.Containers[i].Image
	}
	for i := range s.InitContainers {
		s.InitContainers[i].Image = old.InitContainers[i].Image
	}
	s.Tolerations = old.Tolerations
	s.ActiveDeadlineSeconds = old.ActiveDeadlineSeconds
	before, after := old.TerminationGracePeriodSeconds, s.TerminationGracePeriodSeconds
	if before != nil && *before < 0 && after != nil && *after == 1 {
		s.TerminationGracePeriodSeconds = before
	}
	return &s
}
