package validation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// taintEffect checks the effect of a taint, which has to have one, and of a toleration,
// which need not.
//
// Source: pkg/apis/core/validation/validation.go, validateTaintEffect.
func taintEffect(effect model.TaintEffect, at fieldPath) field.ErrorList {
	switch effect {
	case model.NoSchedule, model.PreferNoSchedule, model.NoExecute:
		return nil
	case "":
		return field.ErrorList{field.Required(at.field(), "")}
	default:
		return field.ErrorList{field.NotSupported(at.field(), effect, []model.TaintEffect{model.NoSchedule, model.PreferNoSchedule, model.NoExecute})}
	}
}

// tolerations checks what a pod tolerates. A label value that is wrong in several ways
// is one error.
//
// Source: pkg/apis/core/validation/validation.go, ValidateTolerations.
func tolerations(all []model.Toleration, may tolerated, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	for i := range all {
		t, at := &all[i], at.element(i)
		if t.Key != "" {
			errs = append(errs, follow(labelKey, at.child("key"), t.Key)...)
		}
		if t.Key == "" && t.Operator != model.TolerationExists {
			errs = append(errs, field.Invalid(at.child("operator").field(), t.Operator,
				"operator must be Exists when `key` is empty, which means \"match all values and all keys\""))
		}
		if t.TolerationSeconds != nil && t.Effect != model.NoExecute {
			errs = append(errs, field.Invalid(at.child("effect").field(), t.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
		}
		errs = append(errs, tolerationOperator(t, may, at)...)
		if t.Effect != "" {
			errs = append(errs, taintEffect(t.Effect, at.child("effect"))...)
		}
	}
	return errs
}

func tolerationOperator(t *model.Toleration, may tolerated, at fieldPath) field.ErrorList {
	value, at := at.child("value"), at.child("operator")
	switch {
	case t.Operator == model.TolerationEqual, t.Operator == "":
		if wrong := labelValue(t.Value); len(wrong) > 0 {
			return field.ErrorList{field.Invalid(at.field(), t.Value, strings.Join(wrong, ";"))}
		}
	case t.Operator == model.TolerationExists:
		if t.Value != "" {
			return field.ErrorList{field.Invalid(at.field(), t.Value, "value must be empty when `operator` is 'Exists'")}
		}
	case compares(t) && may.comparisons:
		errs := follow(content.IsDecimalInteger, value, t.Value)
		if _, err := strconv.ParseInt(t.Value, 10, 64); err != nil {
			errs = append(errs, field.Invalid(value.field(), t.Value, err.Error()))
		}
		return errs
	case compares(t):
		return field.ErrorList{field.NotSupported(at.field(), t.Operator, []string{model.TolerationEqual, model.TolerationExists, "Lt", "Gt"})}
	default:
		return field.ErrorList{field.NotSupported(at.field(), t.Operator, []string{model.TolerationEqual, model.TolerationExists})}
	}
	return nil
}

// compares reports whether a toleration compares numbers. The gate
// TaintTolerationComparisonOperators, which is off, allows it.
func compares(t *model.Toleration) bool { return t.Operator == "Lt" || t.Operator == "Gt" }

// onlyAddedTolerations checks how the tolerations of a pod change: others may come, and
// for how long they hold may change.
//
// Source: pkg/apis/core/validation/validation.go, validateOnlyAddedTolerations.
func onlyAddedTolerations(updated, old []model.Toleration, at fieldPath) field.ErrorList {
	for _, was := range old {
		if !slices.ContainsFunc(updated, func(is model.Toleration) bool {
			is.TolerationSeconds = was.TolerationSeconds
			return is == was
		}) {
			return field.ErrorList{field.Forbidden(at.field(), "existing toleration can not be modified except its tolerationSeconds")}
		}
	}
	return nil
}

// affinity checks what is required of a pod's place; preferences are taken on trust.
//
// Source: pkg/apis/core/validation/validation.go, validateAffinity.
func affinity(a *model.Affinity, may tolerated, at fieldPath) field.ErrorList {
	if a == nil {
		return nil
	}
	const required = "requiredDuringSchedulingIgnoredDuringExecution"
	var errs field.ErrorList
	if a.NodeAffinity != nil {
		errs = append(errs, nodeSelector(a.NodeAffinity, may.nodeValues, at.child("nodeAffinity").child(required))...)
	}
	errs = append(errs, affinityTerms(a.PodAffinity, may.termValues, at.child("podAffinity").child(required))...)
	return append(errs, affinityTerms(a.PodAntiAffinity, may.termValues, at.child("podAntiAffinity").child(required))...)
}

// Source: pkg/apis/core/validation/validation.go, validatePodAffinityTerm.
func affinityTerms(terms []model.PodAffinityTerm, free anyValue, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	for i := range terms {
		t, at := &terms[i], at.element(i)
		if t.LabelSelector != nil {
			errs = append(errs, labelSelectorBut(t.LabelSelector, free, at.child("labelSelector"))...)
		}
		for _, namespace := range t.Namespaces {
			errs = append(errs, follow(dnsLabel, at.child("namespace"), namespace)...)
		}
		if t.TopologyKey == "" {
			errs = append(errs, field.Required(at.child("topologyKey").field(), "can not be empty"))
		}
		errs = append(errs, follow(labelKey, at.child("topologyKey"), t.TopologyKey)...)
	}
	return errs
}

// spread checks the spread constraints, of which each pair of a label and an answer
// stands once.
//
// Source: pkg/apis/core/validation/validation.go, validateTopologySpreadConstraints.
func spread(all []model.TopologySpreadConstraint, may tolerated, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	for i := range all {
		c, at := &all[i], at.element(i)
		if c.MaxSkew <= 0 {
			errs = append(errs, field.Invalid(at.child("maxSkew").field(), c.MaxSkew, mustBePositive))
		}
		if c.TopologyKey == "" {
			errs = append(errs, field.Required(at.child("topologyKey").field(), "can not be empty"))
		}
		if c.WhenUnsatisfiable != model.DoNotSchedule && c.WhenUnsatisfiable != model.ScheduleAnyway {
			errs = append(errs, field.NotSupported(at.child("whenUnsatisfiable").field(), c.WhenUnsatisfiable, []string{model.DoNotSchedule, model.ScheduleAnyway}))
		}
		for j := i + 1; j < len(all); j++ {
			if all[j].TopologyKey == c.TopologyKey && all[j].WhenUnsatisfiable == c.WhenUnsatisfiable {
				errs = append(errs, field.Duplicate(at.child("{topologyKey, whenUnsatisfiable}").field(),
					fmt.Sprintf("{%s, %s}", c.TopologyKey, c.WhenUnsatisfiable)))
				break
			}
		}
		if c.LabelSelector != nil && !may.spreadSelectors {
			errs = append(errs, labelSelector(c.LabelSelector, at.child("labelSelector"))...)
		}
	}
	return errs
}

// tolerated is what a pod or a template may have wrong because the stored one has it
// wrong already: an older version, which asked less, has stored it.
//
// Source: pkg/api/pod/util.go, GetValidationOptionsFromPodSpecAndMeta.
type tolerated struct {
	termValues, nodeValues             anyValue
	spreadSelectors, cost, comparisons bool
}

// toleratedIn is what is tolerated of the successor of a spec; annotations are those of
// its pod or template.
func toleratedIn(old *model.PodSpec, annotations model.Labels) tolerated {
	at := top("spec")
	out := tolerated{cost: !validCost(annotations)}
	if a := old.Affinity; a != nil {
		out.nodeValues = wrongValues(a.NodeAffinity)
		for _, terms := range [...][]model.PodAffinityTerm{a.PodAffinity, a.PodAntiAffinity} {
			for i := range terms {
				s := terms[i].LabelSelector
				out.termValues = out.termValues || s != nil && len(labelSelector(s, at)) > 0
			}
		}
	}
	for i := range old.Tolerations {
		out.comparisons = out.comparisons || compares(&old.Tolerations[i])
	}
	for i := range old.TopologySpreadConstraints {
		s := old.TopologySpreadConstraints[i].LabelSelector
		out.spreadSelectors = out.spreadSelectors || s != nil && len(labelSelector(s, at)) > 0
	}
	return out
}
