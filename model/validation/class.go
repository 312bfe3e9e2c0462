package validation

import (
	"maps"
	"slices"
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
	if at := top("provisioner"); c.Provisioner == "" {
		errs = append(errs, field.Required(at.field(), ""))
	} else {
		errs = append(errs, follow(labelKey, at, strings.ToLower(c.Provisioner))...)
	}
	errs = append(errs, parameters(c.Parameters, top("parameters"))...)
	switch c.ReclaimPolicy {
	case model.ReclaimDelete, model.ReclaimRetain, "":
	default:
		errs = append(errs, field.NotSupported(top("reclaimPolicy").field(), c.ReclaimPolicy,
			[]model.ReclaimPolicy{model.ReclaimDelete, model.ReclaimRetain}))
	}
	switch at := top("volumeBindingMode"); c.VolumeBindingMode {
	case model.BindImmediate, model.BindWaitForFirstConsumer:
	case "":
		errs = append(errs, field.Required(at.field(), ""))
	default:
		errs = append(errs, field.NotSupported(at.field(), c.VolumeBindingMode,
			[]model.VolumeBindingMode{model.BindImmediate, model.BindWaitForFirstConsumer}))
	}
	return append(errs, topologies(c.AllowedTopologies, top("allowedTopologies"))...)
}

// topologies checks where a class makes volumes: its terms are different, the keys of a
// term are, and the values of a key. A term that says nothing counts as a repetition,
// even the first.
//
// Source: pkg/apis/storage/validation/validation.go, validateAllowedTopologies;
// pkg/apis/core/validation/validation.go, ValidateTopologySelectorTerm.
func topologies(terms []model.TopologySelectorTerm, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	for i, term := range terms {
		at := at.element(i).child("matchLabelExpressions")
		var keys seen[string]
		for j, r := range term.MatchLabelExpressions {
			at := at.element(j)
			if len(r.Values) == 0 {
				errs = append(errs, field.Required(at.child("values").field(), ""))
			}
			var values seen[string]
			for k, value := range r.Values {
				if values.add(value) {
					errs = append(errs, field.Duplicate(at.child("values").element(k).field(), value))
				}
			}
			errs = append(errs, follow(labelKey, at.child("key"), r.Key)...)
			if keys.add(r.Key) {
				errs = append(errs, field.Duplicate(at.child("key").field(), r.Key))
			}
		}
		if len(term.MatchLabelExpressions) == 0 ||
			slices.ContainsFunc(terms[:i], func(other model.TopologySelectorTerm) bool { return sameTopology(term, other) }) {
			errs = append(errs, field.Duplicate(at.field(), ""))
		}
	}
	return errs
}

// sameTopology reports whether two terms say the same, in whatever order; of a key that
// stands twice, the last counts.
func sameTopology(a, b model.TopologySelectorTerm) bool {
	sets := func(term model.TopologySelectorTerm) map[string]map[string]bool {
		out := map[string]map[string]bool{}
		for _, r := range term.MatchLabelExpressions {
			out[r.Key] = map[string]bool{}
			for _, value := range r.Values {
				out[r.Key][value] = true
			}
		}
		return out
	}
	return maps.EqualFunc(sets(a), sets(b), maps.Equal[map[string]bool, map[string]bool])
}

func parameters(p map[string]string, at fieldPath) field.ErrorList {
	if len(p) > maxParameters {
		return field.ErrorList{field.TooLong(at.field(), "", maxParameters)}
	}
	var errs field.ErrorList
	if _, ok := p[""]; ok {
		errs = append(errs, field.Invalid(at.field(), "", "field can not be empty."))
	}
	size := 0
	for key, value := range p { // no order is seen: the sizes are added up
		size += len(key) + len(value)
	}
	if size > maxParameterBytes {
		errs = append(errs, field.TooLong(at.field(), "", maxParameterBytes))
	}
	return errs
}

// StorageClassUpdate says why the class old could not become updated. What
// decides about volumes is immutable: make another class.
//
// Since Kubernetes 1.37 the rules are declared beside the fields, and the errors
// no longer tell the value: it is null.
//
// Source: pkg/apis/storage/validation/validation.go, ValidateStorageClassUpdate;
// pkg/apis/storage/v1/zz_generated.validations.go, Validate_StorageClass;
// apimachinery pkg/api/validate/immutable.go, Immutable.
func StorageClassUpdate(updated, old *model.StorageClass) field.ErrorList {
	errs := immutableMeta(&updated.ObjectMeta, &old.ObjectMeta)
	errs = append(errs, StorageClass(updated)...)
	if !maps.Equal(updated.Parameters, old.Parameters) {
		errs = append(errs, field.Invalid(top("parameters").field(), nil, isImmutable))
	}
	if updated.Provisioner != old.Provisioner {
		errs = append(errs, field.Invalid(top("provisioner").field(), nil, isImmutable))
	}
	if updated.ReclaimPolicy != old.ReclaimPolicy {
		errs = append(errs, field.Invalid(top("reclaimPolicy").field(), nil, isImmutable))
	}
	if updated.VolumeBindingMode != old.VolumeBindingMode {
		errs = append(errs, field.Invalid(top("volumeBindingMode").field(), nil, isImmutable))
	}
	return errs
}
