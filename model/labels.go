package model

import (
	"maps"
	"slices"
	"strings"
)

// Labels are the labels (or annotations) of an object. Objects share them:
// replace them, never edit them in place.
type Labels map[string]string

// With returns a copy of the labels in which key has the given value.
func (l Labels) With(key, value string) Labels {
	out := make(Labels, len(l)+1)
	maps.Copy(out, l)
	out[key] = value
	return out
}

// Without returns a copy of the labels that lacks key.
func (l Labels) Without(key string) Labels {
	out := maps.Clone(l)
	delete(out, key)
	return out
}

// Keys returns the keys in ascending order.
func (l Labels) Keys() []string { return slices.Sorted(maps.Keys(l)) }

// String renders the labels as kubectl's LABELS column does: "a=1,b=2".
func (l Labels) String() string {
	if len(l) == 0 {
		return "<none>"
	}
	var b strings.Builder
	for i, key := range l.Keys() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(key + "=" + l[key])
	}
	return b.String()
}

// SelectorOperator says how a requirement relates a key to its values.
type SelectorOperator string

// The operators of a label selector.
const (
	SelectorIn           SelectorOperator = "In"
	SelectorNotIn        SelectorOperator = "NotIn"
	SelectorExists       SelectorOperator = "Exists"
	SelectorDoesNotExist SelectorOperator = "DoesNotExist"
)

// LabelSelectorRequirement is one expression of a selector.
type LabelSelectorRequirement struct {
	Key      string           `json:"key"`
	Operator SelectorOperator `json:"operator"`
	Values   []string         `json:"values,omitempty"`
}

// LabelSelector selects objects by their labels; all of its parts must hold. The
// empty selector matches everything.
type LabelSelector struct {
	MatchLabels      Labels                     `json:"matchLabels,omitempty"`
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty"`
}

// Empty reports whether the selector has no parts.
func (s LabelSelector) Empty() bool {
	return len(s.MatchLabels) == 0 && len(s.MatchExpressions) == 0
}

// Matches reports whether the labels satisfy the selector. An unknown operator
// matches nothing.
//
// Source: apimachinery pkg/labels/selector.go, Requirement.Matches.
func (s LabelSelector) Matches(labels Labels) bool {
	for key, want := range s.MatchLabels {
		if got, ok := labels[key]; !ok || got != want {
			return false
		}
	}
	for _, r := range s.MatchExpressions {
		if !r.matches(labels) {
			return false
		}
	}
	return true
}

func (r LabelSelectorRequirement) matches(labels Labels) bool {
	value, ok := labels[r.Key]
	return r.holds(value, ok)
}

// holds reports whether the requirement holds for the value of its key; ok says
// whether there is one.
func (r LabelSelectorRequirement) holds(value string, ok bool) bool {
	switch r.Operator {
	case SelectorIn:
		return ok && slices.Contains(r.Values, value)
	case SelectorNotIn:
		return !ok || !slices.Contains(r.Values, value)
	case SelectorExists:
		return ok
	case SelectorDoesNotExist:
		return !ok
	default:
		return false
	}
}

// String renders the selector as the scale subresource and `kubectl get -o wide`
// do: "app=nginx,tier in (a,b)".
func (s LabelSelector) String() string {
	if s.Empty() {
		return "<none>"
	}
	var parts []string
	for _, key := range s.MatchLabels.Keys() {
		parts = append(parts, key+"="+s.MatchLabels[key])
	}
	for _, r := range s.MatchExpressions {
		values := "(" + strings.Join(slices.Sorted(slices.Values(r.Values)), ",") + ")"
		switch r.Operator {
		case SelectorIn:
			parts = append(parts, r.Key+" in "+values)
		case SelectorNotIn:
			parts = append(parts, r.Key+" notin "+values)
		case SelectorExists:
			parts = append(parts, r.Key)
		case SelectorDoesNotExist:
			parts = append(parts, "!"+r.Key)
		}
	}
	return strings.Join(parts, ",")
}
