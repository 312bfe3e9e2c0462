package validation

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// HorizontalPodAutoscaler says why an autoscaler could not be created. Whether its
// target exists is not asked.
//
// Source: pkg/apis/autoscaling/validation/validation.go,
// ValidateHorizontalPodAutoscaler.
func HorizontalPodAutoscaler(a *model.HorizontalPodAutoscaler) field.ErrorList {
	return newAutoscaler(a, newest)
}

func newAutoscaler(a *model.HorizontalPodAutoscaler, rules release.Rules) field.ErrorList {
	errs := objectMeta(&a.ObjectMeta, a.Kind(), dnsSubdomain)
	least := int32(0)
	if rules.Has(release.AutoscalerKeepsOne) {
		least = 1
	}
	errs = append(errs, scaleTarget(a.Spec.ScaleTargetRef, true, top("spec").child("scaleTargetRef"))...)
	return append(errs, autoscalerSpec(&a.Spec, nil, least, top("spec"))...)
}

// HorizontalPodAutoscalerUpdate says why the autoscaler old could not become updated.
// The group of a stored target is not asked for again.
//
// Source: pkg/apis/autoscaling/validation/validation.go,
// ValidateHorizontalPodAutoscalerUpdate;
// pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go,
// validationOptionsForHorizontalPodAutoscaler.
func HorizontalPodAutoscalerUpdate(updated, old *model.HorizontalPodAutoscaler) field.ErrorList {
	return autoscalerUpdate(updated, old, newest)
}

func autoscalerUpdate(updated, old *model.HorizontalPodAutoscaler, rules release.Rules) field.ErrorList {
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta, updated.Kind())
	least := int32(0)
	if rules.Has(release.AutoscalerKeepsOne) && (old.Spec.MinReplicas == nil || *old.Spec.MinReplicas != 0) {
		least = 1
	}
	is, was := updated.Spec.ScaleTargetRef, old.Spec.ScaleTargetRef
	other := is.APIVersion != was.APIVersion || is.Kind != was.Kind
	errs = append(errs, scaleTarget(is, other, top("spec").child("scaleTargetRef"))...)
	return append(errs, autoscalerSpec(&updated.Spec, &old.Spec, least, top("spec"))...)
}

// autoscalerSpec checks the spec of an autoscaler; old is the stored one, if there is
// one. That maxReplicas are missing is said in two ways: since Kubernetes 1.37 the rule
// is declared beside the field, but what is stored so is not held against it.
//
// Source: pkg/apis/autoscaling/validation/validation.go,
// validateHorizontalPodAutoscalerSpec; pkg/apis/autoscaling/v2/zz_generated.validations.go.
func autoscalerSpec(s, old *model.HorizontalPodAutoscalerSpec, least int32, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if s.MinReplicas != nil && *s.MinReplicas < least {
		errs = append(errs, field.Invalid(at.child("minReplicas").field(), *s.MinReplicas, fmt.Sprintf("must be greater than or equal to %d", least)))
	}
	most := at.child("maxReplicas")
	if s.MaxReplicas == 0 {
		detail := ""
		if old != nil && old.MaxReplicas == 0 {
			detail = "must be set and greater than 0"
		}
		errs = append(errs, field.Required(most.field(), detail))
	} else if s.MaxReplicas < 0 {
		errs = append(errs, field.Invalid(most.field(), s.MaxReplicas, "must be greater than or equal to 1"))
	}
	if s.MinReplicas != nil && s.MaxReplicas < *s.MinReplicas {
		errs = append(errs, field.Invalid(most.field(), s.MaxReplicas, "must be greater than or equal to `minReplicas`"))
	}
	errs = append(errs, metrics(s, at.child("metrics"))...)
	if b := s.Behavior; b != nil {
		errs = append(errs, scalingRules(b.ScaleUp, at.child("behavior").child("scaleUp"))...)
		errs = append(errs, scalingRules(b.ScaleDown, at.child("behavior").child("scaleDown"))...)
	}
	return errs
}

// scaleTarget checks what an autoscaler scales: something of a group, for what can be
// scaled of the core group is no longer in use.
//
// Source: pkg/apis/autoscaling/validation/validation.go,
// ValidateCrossVersionObjectReference and ValidateAPIVersion.
func scaleTarget(t model.ScaleTarget, grouped bool, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	for _, part := range [...]struct{ name, value string }{{"kind", string(t.Kind)}, {"name", t.Name}} {
		if part.value == "" {
			errs = append(errs, field.Required(at.child(part.name).field(), ""))
		} else {
			errs = append(errs, follow(pathSegment, at.child(part.name), part.value)...)
		}
	}
	group, version, _ := strings.Cut(t.APIVersion, "/")
	switch at := at.child("apiVersion"); {
	case !grouped:
	case strings.Contains(version, "/"):
		errs = append(errs, field.Invalid(at.field(), t.APIVersion, "unexpected GroupVersion string: "+t.APIVersion))
	case (group == "" || group == t.APIVersion) && t.Kind != "ReplicationController":
		errs = append(errs, field.Invalid(at.field(), t.APIVersion, "apiVersion must specify API group"))
	}
	return errs
}

// metrics checks what an autoscaler looks at. A metric that is not of a resource is
// taken on trust, and may be the one that lets it scale to nothing.
//
// Source: pkg/apis/autoscaling/validation/validation.go, validateMetrics,
// validateResourceSource and validateMetricTarget.
func metrics(s *model.HorizontalPodAutoscalerSpec, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	trusted := false
	for i := range s.Metrics {
		m, at := &s.Metrics[i], at.element(i).child("resource")
		if *m == (model.MetricSpec{}) {
			trusted = true
			continue
		}
		if m.Resource == "" {
			errs = append(errs, field.Required(at.child("name").field(), "must specify a resource name"))
		}
		target := at.child("target")
		if m.AverageValue < 0 {
			errs = append(errs, field.Invalid(target.child("averageValue").field(), m.AverageValue.String(), "must be positive"))
		}
		if m.AverageUtilization != nil && *m.AverageUtilization < 1 {
			errs = append(errs, field.Invalid(target.child("averageUtilization").field(), *m.AverageUtilization, "must be greater than 0"))
		}
		switch {
		case m.AverageUtilization == nil && m.AverageValue == 0:
			errs = append(errs, field.Required(target.child("averageUtilization").field(), "must set either a target raw value or a target utilization"))
		case m.AverageUtilization != nil && m.AverageValue != 0:
			errs = append(errs, field.Forbidden(target.child("averageValue").field(), "may not set both a target raw value and a target utilization"))
		}
	}
	if s.MinReplicas != nil && *s.MinReplicas == 0 && !trusted {
		errs = append(errs, field.Forbidden(at.field(), "must specify at least one Object or External metric to support scaling to zero replicas"))
	}
	return errs
}

// How far back, and over how long, the rules of an autoscaler may look.
const (
	maxStabilizationSeconds = 3600
	maxPolicySeconds        = 1800
)

// Source: pkg/apis/autoscaling/validation/validation.go, validateScalingRules and
// validateScalingPolicy.
func scalingRules(r *model.ScalingRules, at fieldPath) field.ErrorList {
	if r == nil {
		return nil
	}
	var errs field.ErrorList
	if window := r.StabilizationWindowSeconds; window != nil && *window < 0 {
		errs = append(errs, field.Invalid(at.child("stabilizationWindowSeconds").field(), *window, "must be greater than or equal to zero"))
	} else if window != nil && *window > maxStabilizationSeconds {
		errs = append(errs, field.Invalid(at.child("stabilizationWindowSeconds").field(), *window, fmt.Sprintf("must be less than or equal to %d", maxStabilizationSeconds)))
	}
	if selects := []string{"Disabled", "Max", "Min"}; r.SelectPolicy != "" && !slices.Contains(selects, r.SelectPolicy) {
		errs = append(errs, field.NotSupported(at.child("selectPolicy").field(), r.SelectPolicy, selects))
	}
	if len(r.Policies) == 0 {
		errs = append(errs, field.Required(at.child("policies").field(), "must specify at least one Policy"))
	}
	for i, p := range r.Policies {
		at := at.child("policies").element(i)
		if p.Type != "Pods" && p.Type != "Percent" {
			errs = append(errs, field.NotSupported(at.child("type").field(), p.Type, []string{"Percent", "Pods"}))
		}
		if p.Value <= 0 {
			errs = append(errs, field.Invalid(at.child("value").field(), p.Value, mustBePositive))
		}
		if p.PeriodSeconds <= 0 {
			errs = append(errs, field.Invalid(at.child("periodSeconds").field(), p.PeriodSeconds, mustBePositive))
		} else if p.PeriodSeconds > maxPolicySeconds {
			errs = append(errs, field.Invalid(at.child("periodSeconds").field(), p.PeriodSeconds, fmt.Sprintf("must be less than or equal to %d", maxPolicySeconds)))
		}
	}
	if tolerance := r.TolerancePermille; tolerance != nil && *tolerance < 0 {
		errs = append(errs, field.Invalid(at.child("tolerance").field(), model.MilliCPU(*tolerance).String(), mustNotBeNegative))
	}
	return errs
}
