package validation

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// Node says why a node could not be created. Errors about its taints name a path that
// they do not have.
//
// Source: pkg/apis/core/validation/validation.go, ValidateNode.
func Node(n *model.Node) field.ErrorList {
	errs := objectMeta(&n.ObjectMeta, n.Kind(), dnsSubdomain)
	errs = append(errs, taints(n.Spec.Taints, top("metadata").child("taints"))...)
	return append(errs, allocatable(&n.Status)...)
}

// NodeUpdate says why the node old could not become updated. Cordoning, taints and
// labels are free.
//
// Source: pkg/registry/core/node/strategy.go, ValidateUpdate.
func NodeUpdate(updated, old *model.Node) field.ErrorList {
	errs := immutableMeta(&updated.ObjectMeta, &old.ObjectMeta)
	return append(errs, Node(updated)...)
}

// taints checks the taints of a node, of which each pair of a key and an effect stands
// once.
//
// Source: pkg/apis/core/validation/validation.go, validateNodeTaints.
func taints(all []model.Taint, at fieldPath) field.ErrorList {
	type identity struct {
		key    string
		effect model.TaintEffect
	}
	var errs field.ErrorList
	var known seen[identity]
	for i := range all {
		t, at := &all[i], at.element(i)
		errs = append(errs, follow(labelKey, at.child("key"), t.Key)...)
		if wrong := labelValue(t.Value); len(wrong) > 0 {
			errs = append(errs, field.Invalid(at.child("value").field(), t.Value, strings.Join(wrong, ";")))
		}
		errs = append(errs, taintEffect(t.Effect, at.child("effect"))...)
		if known.add(identity{t.Key, t.Effect}) {
			twice := field.Duplicate(at.field(), internalTaintOf(t))
			twice.Detail = "taints must be unique by key and effect pair"
			errs = append(errs, twice)
		}
	}
	return errs
}

// Source: pkg/apis/core/validation/validation.go, ValidateNodeResources.
func allocatable(s *model.NodeStatus) field.ErrorList {
	var errs field.ErrorList
	at := top("status").child("allocatable")
	for _, amount := range [...]struct {
		name     string
		negative bool
		text     func() string
	}{
		{"cpu", s.Allocatable.CPU < 0, s.Allocatable.CPU.String},
		{"memory", s.Allocatable.Memory < 0, s.Allocatable.Memory.String},
		{"pods", s.Pods < 0, func() string { return strconv.Itoa(int(s.Pods)) }},
	} {
		if amount.negative {
			errs = append(errs, field.Invalid(at.child(amount.name).field(), amount.text(), mustNotBeNegative))
		}
	}
	return errs
}
