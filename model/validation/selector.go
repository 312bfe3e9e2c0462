package validation

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

const badOperator = "not a valid selector operator"

// labelSelector checks a selector of objects by label.
//
// Source: apimachinery pkg/apis/meta/v1/validation/validation.go,
// ValidateLabelSelector.
func labelSelector(s *model.LabelSelector, at fieldPath) field.ErrorList {
	return labelSelectorBut(s, anyValue(false), at)
}

// anyValue says that the values of expressions are not looked at, because what is
// stored has wrong ones already.
type anyValue bool

func labelSelectorBut(s *model.LabelSelector, free anyValue, at fieldPath) field.ErrorList {
	errs := labels(s.MatchLabels, at.child("matchLabels"))
	for i, r := range s.MatchExpressions {
		at := at.child("matchExpressions").element(i)
		errs = append(errs, operands(r, at)...)
		errs = append(errs, follow(labelKey, at.child("key"), r.Key)...)
		errs = append(errs, operandValues(r.Values, free, at.child("values"))...)
	}
	return errs
}

func operandValues(values []string, free anyValue, at fieldPath) field.ErrorList {
	if free {
		return nil
	}
	var errs field.ErrorList
	for i, value := range values {
		errs = append(errs, follow(labelValue, at.element(i), value)...)
	}
	return errs
}

// operands checks that an expression has values if and only if its operator
// compares with some.
func operands(r model.LabelSelectorRequirement, at fieldPath) field.ErrorList {
	switch r.Operator {
	case model.SelectorIn, model.SelectorNotIn:
		if len(r.Values) == 0 {
			return field.ErrorList{field.Required(at.child("values").field(), "must be specified when `operator` is 'In' or 'NotIn'")}
		}
	case model.SelectorExists, model.SelectorDoesNotExist:
		if len(r.Values) > 0 {
			return field.ErrorList{field.Forbidden(at.child("values").field(),
				"may not be specified when `operator` is 'Exists' or 'DoesNotExist'")}
		}
	default:
		return field.ErrorList{field.Invalid(at.child("operator").field(), r.Operator, badOperator)}
	}
	return nil
}

// nodeSelector checks a selector of nodes by label, which knows two operators
// more.
//
// Source: pkg/apis/core/validation/validation.go, ValidateNodeSelector.
func nodeSelector(s *model.NodeSelector, free anyValue, at fieldPath) field.ErrorList {
	at = at.child("nodeSelectorTerms")
	if len(s.Terms) == 0 {
		return field.ErrorList{field.Required(at.field(), "must have at least one node selector term")}
	}
	var errs field.ErrorList
	for i, term := range s.Terms {
		for j, r := range term.MatchFields {
			errs = append(errs, nodeField(r, at.element(i).child("matchFields").element(j))...)
		}
		for j, r := range term.MatchExpressions {
			at := at.element(i).child("matchExpressions").element(j)
			switch r.Operator {
			case model.NodeSelectorGt, model.NodeSelectorLt:
				if len(r.Values) != 1 {
					errs = append(errs, field.Required(at.child("values").field(), "must be specified single value when `operator` is 'Lt' or 'Gt'"))
				}
			default:
				errs = append(errs, operands(r, at)...)
			}
			errs = append(errs, follow(labelKey, at.child("key"), r.Key)...)
			errs = append(errs, operandValues(r.Values, free, at.child("values"))...)
		}
	}
	return errs
}

// nodeField checks what a selector asks of a node's fields: its name.
//
// Source: pkg/apis/core/validation/validation.go, ValidateNodeFieldSelectorRequirement.
func nodeField(r model.LabelSelectorRequirement, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	switch r.Operator {
	case model.SelectorIn, model.SelectorNotIn:
		if len(r.Values) != 1 {
			errs = append(errs, field.Required(at.child("values").field(), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
		}
	default:
		errs = append(errs, field.Invalid(at.child("operator").field(), r.Operator, badOperator))
	}
	if r.Key != model.FieldNodeName {
		return append(errs, field.Invalid(at.child("key").field(), r.Key, "not a valid field selector key"))
	}
	for i, name := range r.Values {
		errs = append(errs, follow(dnsSubdomain, at.child("values").element(i), name)...)
	}
	return errs
}

// wrongValues reports whether one of the values is none of a label.
//
// Source: pkg/apis/core/helper/helpers.go, HasInvalidLabelValueInNodeSelectorTerms.
func wrongValues(s *model.NodeSelector) anyValue {
	if s == nil {
		return false
	}
	for _, term := range s.Terms {
		for _, r := range term.MatchExpressions {
			if slices.ContainsFunc(r.Values, func(v string) bool { return !isLabelValue(v) }) {
				return true
			}
		}
	}
	return false
}

func sameRequirement(a, b model.LabelSelectorRequirement) bool {
	return a.Key == b.Key && a.Operator == b.Operator && slices.Equal(a.Values, b.Values)
}

// sameSelector compares as the API server does: a missing list is an empty one,
// but a missing selector is not an empty one.
func sameSelector(a, b *model.LabelSelector) bool {
	if a == nil || b == nil {
		return a == b
	}
	return maps.Equal(a.MatchLabels, b.MatchLabels) &&
		slices.EqualFunc(a.MatchExpressions, b.MatchExpressions, sameRequirement)
}

func sameNodeSelector(a, b *model.NodeSelector) bool {
	return slices.EqualFunc(a.Terms, b.Terms, func(a, b model.NodeSelectorTerm) bool {
		return slices.EqualFunc(a.MatchExpressions, b.MatchExpressions, sameRequirement) &&
			slices.EqualFunc(a.MatchFields, b.MatchFields, sameRequirement)
	})
}
