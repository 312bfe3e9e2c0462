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
func labelSelector(s *model.LabelSelector, at *field.Path) field.ErrorList {
	errs := labels(s.MatchLabels, at.Child("matchLabels"))
	for i, r := range s.MatchExpressions {
		at := at.Child("matchExpressions").Index(i)
		errs = append(errs, operands(r, at)...)
		errs = append(errs, follow(labelKey, at.Child("key"), r.Key)...)
		for j, value := range r.Values {
			errs = append(errs, follow(labelValue, at.Child("values").Index(j), value)...)
		}
	}
	return errs
}

// operands checks that an expression has values if and only if its operator
// compares with some.
func operands(r model.LabelSelectorRequirement, at *field.Path) field.ErrorList {
	switch r.Operator {
	case model.SelectorIn, model.SelectorNotIn:
		if len(r.Values) == 0 {
			return field.ErrorList{field.Required(at.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'")}
		}
	case model.SelectorExists, model.SelectorDoesNotExist:
		if len(r.Values) > 0 {
			return field.ErrorList{field.Forbidden(at.Child("values"),
				"may not be specified when `operator` is 'Exists' or 'DoesNotExist'")}
		}
	default:
		return field.ErrorList{field.Invalid(at.Child("operator"), r.Operator, badOperator)}
	}
	return nil
}

// nodeSelector checks a selector of nodes by label, which knows two operators
// more.
//
// Source: pkg/apis/core/validation/validation.go, ValidateNodeSelector.
func nodeSelector(s *model.NodeSelector, at *field.Path) field.ErrorList {
	at = at.Child("nodeSelectorTerms")
	if len(s.Terms) == 0 {
		return field.ErrorList{field.Required(at, "must have at least one node selector term")}
	}
	var errs field.ErrorList
	for i, term := range s.Terms {
		for j, r := range term.MatchExpressions {
			at := at.Index(i).Child("matchExpressions").Index(j)
			switch r.Operator {
			case "Gt", "Lt":
				if len(r.Values) != 1 {
					errs = append(errs, field.Required(at.Child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"))
				}
			default:
				errs = append(errs, operands(r, at)...)
			}
			errs = append(errs, follow(labelKey, at.Child("key"), r.Key)...)
			for k, value := range r.Values {
				errs = append(errs, follow(labelValue, at.Child("values").Index(k), value)...)
			}
		}
	}
	return errs
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
		return slices.EqualFunc(a.MatchExpressions, b.MatchExpressions, sameRequirement)
	})
}
