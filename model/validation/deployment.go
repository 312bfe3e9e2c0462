package validation

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// Deployment says why a Deployment could not be created. Its name may have dots,
// although the pods that are named after it then have no good hostnames.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateDeployment.
func Deployment(d *model.Deployment) field.ErrorList {
	errs := objectMeta(&d.ObjectMeta, d.Kind(), dnsSubdomain)
	return append(errs, deploymentSpec(&d.Spec, tolerated{}, top("spec"))...)
}

// DeploymentUpdate says why the Deployment old could not become updated: its selector
// is immutable.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateDeploymentUpdate.
func DeploymentUpdate(updated, old *model.Deployment) field.ErrorList {
	at := top("spec")
	may := toleratedIn(&old.Spec.Template.Spec, old.Spec.Template.Annotations)
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta, updated.Kind())
	errs = append(errs, deploymentSpec(&updated.Spec, may, at)...)
	return append(errs, fixedSelector(updated.Spec.Selector, old.Spec.Selector, at)...)
}

// Source: pkg/apis/apps/validation/validation.go, ValidateDeploymentSpec.
func deploymentSpec(s *model.DeploymentSpec, may tolerated, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if s.Replicas != nil {
		errs = append(errs, nonNegative(at.child("replicas"), *s.Replicas)...)
	}
	errs = append(errs, replicatedTemplate(&s.Template, s.Selector, may, at)...)
	errs = append(errs, deploymentStrategy(&s.Strategy, at.child("strategy"))...)
	errs = append(errs, nonNegative(at.child("minReadySeconds"), s.MinReadySeconds)...)
	if s.RevisionHistoryLimit != nil {
		errs = append(errs, nonNegative(at.child("revisionHistoryLimit"), *s.RevisionHistoryLimit)...)
	}
	if deadline := s.ProgressDeadlineSeconds; deadline != nil {
		at := at.child("progressDeadlineSeconds")
		errs = append(errs, nonNegative(at, *deadline)...)
		if *deadline <= s.MinReadySeconds {
			errs = append(errs, field.Invalid(at.field(), *deadline, "must be greater than minReadySeconds"))
		}
	}
	return errs
}

// Source: pkg/apis/apps/validation/validation.go, ValidateDeploymentStrategy.
func deploymentStrategy(s *model.DeploymentStrategy, at fieldPath) field.ErrorList {
	block := at.child("rollingUpdate")
	switch {
	case s.Type == model.Recreate && s.RollingUpdate != nil:
		return field.ErrorList{field.Forbidden(block.field(), "may not be specified when strategy `type` is 'Recreate'")}
	case s.Type == model.Recreate:
		return nil
	case s.Type != model.RollingUpdate:
		return field.ErrorList{field.NotSupported(at.field(), internalDeploymentStrategyOf(s), []string{string(model.Recreate), string(model.RollingUpdate)})}
	case s.RollingUpdate == nil:
		return field.ErrorList{field.Required(block.field(), "this should be defaulted and never be nil")}
	}
	missing, extra := orZero(s.RollingUpdate.MaxUnavailable), orZero(s.RollingUpdate.MaxSurge)
	errs := intOrPercent(missing, block.child("maxUnavailable"))
	errs = append(errs, intOrPercent(extra, block.child("maxSurge"))...)
	if amount(missing) == 0 && amount(extra) == 0 {
		errs = append(errs, field.Invalid(block.child("maxUnavailable").field(), missing, "may not be 0 when `maxSurge` is 0"))
	}
	return append(errs, notAboveAll(missing, block.child("maxUnavailable"))...)
}

func orZero(v *model.IntOrString) model.IntOrString {
	if v == nil {
		return model.IntOrString{}
	}
	return *v
}

// intOrPercent checks a number of pods, or a share of them.
//
// Source: pkg/apis/apps/validation/validation.go, ValidatePositiveIntOrPercent.
func intOrPercent(v model.IntOrString, at fieldPath) field.ErrorList {
	if !v.IsString {
		return nonNegative(at, v.IntVal)
	}
	var errs field.ErrorList
	for _, message := range validation.IsValidPercent(v.StrVal) {
		errs = append(errs, field.Invalid(at.field(), v, message))
	}
	return errs
}

// notAboveAll refuses more than all pods.
//
// Source: pkg/apis/apps/validation/validation.go, IsNotMoreThan100Percent.
func notAboveAll(v model.IntOrString, at fieldPath) field.ErrorList {
	if v.IsString && len(validation.IsValidPercent(v.StrVal)) == 0 && amount(v) > 100 {
		return field.ErrorList{field.Invalid(at.field(), v, "must not be greater than 100%")}
	}
	return nil
}

// amount is the number of pods, or of percent; of a text that is neither, the number
// that it is, or 0.
//
// Source: pkg/apis/apps/validation/validation.go, getIntOrPercentValue.
func amount(v model.IntOrString) int {
	if !v.IsString {
		return int(v.IntVal)
	}
	n, _ := strconv.Atoi(strings.TrimSuffix(v.StrVal, "%")) // the largest number for one that is too large
	if strings.HasSuffix(v.StrVal, "%") && len(validation.IsValidPercent(v.StrVal)) > 0 {
		return 0
	}
	return n
}

// replicatedTemplate checks the pod template of a Deployment or a ReplicaSet, and that
// the selector selects what it makes. An empty selector would select everything, and is
// not held against the template; beside a malformed one the template is not looked at.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateDeploymentSpec and
// ValidatePodTemplateSpecForReplicaSet.
func replicatedTemplate(t *model.PodTemplateSpec, s *model.LabelSelector, may tolerated, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	template, selector := at.child("template"), at.child("selector")
	switch {
	case s == nil:
		errs = append(errs, field.Required(selector.field(), ""))
	default:
		if errs = labelSelector(s, selector); len(errs) > 0 {
			return append(errs, field.Invalid(selector.field(), s, "invalid label selector"))
		}
		if s.Empty() {
			errs = append(errs, field.Invalid(selector.field(), s, "empty selector is invalid for deployment"))
		}
	}
	if s == nil || !s.Matches(t.Labels) {
		errs = append(errs, field.Invalid(template.child("metadata").child("labels").field(), t.Labels, "`selector` does not match template `labels`"))
	}
	spec := template.child("spec")
	errs = append(errs, templateMeta(t, may, template)...)
	errs = append(errs, podSpec(&t.Spec, nil, may, spec)...)
	errs = append(errs, hostnames(&t.Spec, spec)...)
	if t.Spec.RestartPolicy != model.RestartAlways {
		errs = append(errs, field.NotSupported(spec.child("restartPolicy").field(), t.Spec.RestartPolicy, []string{model.RestartAlways}))
	}
	if t.Spec.ActiveDeadlineSeconds != nil {
		errs = append(errs, field.Forbidden(spec.child("activeDeadlineSeconds").field(), "activeDeadlineSeconds in ReplicaSet is not Supported"))
	}
	return errs
}

func fixedSelector(updated, old *model.LabelSelector, at fieldPath) field.ErrorList {
	if sameSelector(updated, old) {
		return nil
	}
	return field.ErrorList{field.Invalid(at.child("selector").field(), updated, isImmutable)}
}

// ReplicaSet says why a ReplicaSet could not be created.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateReplicaSet.
func ReplicaSet(r *model.ReplicaSet) field.ErrorList {
	errs := objectMeta(&r.ObjectMeta, r.Kind(), dnsSubdomain)
	return append(errs, replicaSetSpec(&r.Spec, tolerated{}, top("spec"))...)
}

// ReplicaSetUpdate says why the ReplicaSet old could not become updated: its selector
// is immutable.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateReplicaSetUpdate.
func ReplicaSetUpdate(updated, old *model.ReplicaSet) field.ErrorList {
	at := top("spec")
	may := toleratedIn(&old.Spec.Template.Spec, old.Spec.Template.Annotations)
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta, updated.Kind())
	errs = append(errs, replicaSetSpec(&updated.Spec, may, at)...)
	return append(errs, fixedSelector(updated.Spec.Selector, old.Spec.Selector, at)...)
}

// Source: pkg/apis/apps/validation/validation.go, ValidateReplicaSetSpec.
func replicaSetSpec(s *model.ReplicaSetSpec, may tolerated, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if s.Replicas != nil {
		errs = append(errs, nonNegative(at.child("replicas"), *s.Replicas)...)
	}
	errs = append(errs, nonNegative(at.child("minReadySeconds"), s.MinReadySeconds)...)
	return append(errs, replicatedTemplate(&s.Template, s.Selector, may, at)...)
}
