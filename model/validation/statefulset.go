package validation

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// StatefulSet says why a set could not be created.
//
// Whether its Service exists, whether two claim templates share a name, and
// whether the names of its pods and claims will be short enough is not asked
// here: the API server does not ask either.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSet.
func StatefulSet(s *model.StatefulSet) field.ErrorList { return statefulSet(s, newest) }

func statefulSet(s *model.StatefulSet, rules release.Rules) field.ErrorList {
	at := top("spec")
	errs := objectMeta(&s.ObjectMeta, s.Kind(), dnsLabel)
	errs = append(errs, setSpec(&s.Spec, at, allowsRecreate(rules))...)
	errs = append(errs, setTemplate(&s.Spec, tolerated{}, at)...)
	errs = append(errs, setPodSpec(&s.Spec, tolerated{}, at)...)
	if s.Spec.ServiceName != "" {
		errs = append(errs, follow(dnsLabel, at.child("serviceName"), s.Spec.ServiceName)...)
	}
	for i := range s.Spec.VolumeClaimTemplates {
		errs = append(errs, claimSpec(&s.Spec.VolumeClaimTemplates[i].Spec, false, at.child("volumeClaimTemplates").element(i).child("spec"))...)
	}
	return errs
}

// Warnings are what the API server accepts with a raised eyebrow: kubectl prints
// each after "Warning: ".
//
// Source: pkg/registry/apps/statefulset/strategy.go, WarningsOnCreate.
func Warnings(s *model.StatefulSet) []string {
	if limit := s.Spec.RevisionHistoryLimit; limit != nil && *limit < 0 {
		return []string{"spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"}
	}
	return nil
}

// Scale says why a set could not be asked, by its subresource scale, for this
// number of replicas. The refusal names the kind "Scale.autoscaling".
//
// Source: pkg/apis/autoscaling/validation/validation.go, ValidateScale.
func Scale(replicas int32) field.ErrorList {
	return nonNegative(top("spec").child("replicas"), replicas)
}

// setSpec checks the spec but for what only a new set has to satisfy and for
// the inside of the pod template.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetSpec.
func setSpec(s *model.StatefulSetSpec, at fieldPath, recreate bool) field.ErrorList {
	var errs field.ErrorList
	switch s.PodManagementPolicy {
	case model.OrderedReady, model.Parallel:
	case "":
		errs = append(errs, field.Required(at.child("podManagementPolicy").field(), ""))
	default:
		errs = append(errs, field.Invalid(at.child("podManagementPolicy").field(), s.PodManagementPolicy,
			fmt.Sprintf("must be '%s' or '%s'", model.OrderedReady, model.Parallel)))
	}
	errs = append(errs, updateStrategy(s.UpdateStrategy, at.child("updateStrategy"), recreate)...)
	if policy := s.PersistentVolumeClaimRetentionPolicy; policy != nil {
		at := at.child("persistentVolumeClaimRetentionPolicy")
		errs = append(errs, retention(policy.WhenDeleted, at.child("whenDeleted"))...)
		errs = append(errs, retention(policy.WhenScaled, at.child("whenScaled"))...)
	}
	if s.Replicas != nil {
		errs = append(errs, nonNegative(at.child("replicas"), *s.Replicas)...)
	}
	errs = append(errs, nonNegative(at.child("minReadySeconds"), s.MinReadySeconds)...)
	if s.Ordinals != nil {
		errs = append(errs, nonNegative(at.child("ordinals").child("start"), s.Ordinals.Start)...)
	}
	errs = append(errs, setSelector(s, at)...)

	pod := at.child("template").child("spec")
	if policy := s.Template.Spec.RestartPolicy; policy != "Always" {
		errs = append(errs, field.NotSupported(pod.child("restartPolicy").field(), policy, []string{"Always"}))
	}
	if s.Template.Spec.ActiveDeadlineSeconds != nil {
		errs = append(errs, field.Forbidden(pod.child("activeDeadlineSeconds").field(),
			"activeDeadlineSeconds in StatefulSet is not Supported"))
	}
	return errs
}

// malformed reports whether the selector of a set says nothing that a template
// could be held against. Then the API server does not look at the template.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetSpec.
func malformed(s *model.StatefulSetSpec) bool {
	return s.Selector != nil && len(labelSelector(s.Selector, top("selector"))) > 0
}

// setSelector checks the selector, and that it selects what the template makes:
// a set without a selector selects nothing. An empty selector would select
// everything, and a malformed one nothing that could be said; neither is held
// against the template.
func setSelector(s *model.StatefulSetSpec, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if s.Selector == nil {
		errs = append(errs, field.Required(at.child("selector").field(), ""))
	} else {
		malformed := labelSelector(s.Selector, at.child("selector"))
		if s.Selector.Empty() {
			return append(malformed, field.Invalid(at.child("selector").field(), s.Selector, "empty selector is invalid for statefulset"))
		}
		if len(malformed) > 0 {
			return append(malformed, field.Invalid(at.child("selector").field(), s.Selector, ""))
		}
	}
	if s.Selector == nil || !s.Selector.Matches(s.Template.Labels) {
		errs = append(errs, field.Invalid(at.child("template").child("metadata").child("labels").field(), s.Template.Labels,
			"`selector` does not match template `labels`"))
	}
	return errs
}

func retention(policy model.RetentionPolicyType, at fieldPath) field.ErrorList {
	switch policy {
	case model.RetainClaim, model.DeleteClaim:
		return nil
	default:
		return field.ErrorList{field.NotSupported(at.field(), policy, []model.RetentionPolicyType{model.RetainClaim, model.DeleteClaim})}
	}
}

// allowsRecreate reports whether a release has the strategy Recreate, and its gate,
// StatefulSetRecreateStrategy, is on.
func allowsRecreate(rules release.Rules) bool {
	return !rules.Has(release.RecreateIsUnknown) && !rules.Has(release.RecreateIsRefused)
}

// updateStrategy refuses Recreate like any unknown type unless it is allowed.
func updateStrategy(s model.UpdateStrategy, at fieldPath, recreate bool) field.ErrorList {
	switch {
	case s.Type == "":
		return field.ErrorList{field.Required(at.field(), "")}
	case s.Type == model.OnDelete, s.Type == model.Recreate && recreate:
		if s.RollingUpdate != nil {
			return field.ErrorList{field.Invalid(at.child("rollingUpdate").field(), internalRollingUpdateOf(s.RollingUpdate),
				fmt.Sprintf("only allowed for updateStrategy '%s'", model.RollingUpdate))}
		}
		return nil
	case s.Type == model.RollingUpdate:
		return rollingUpdate(s.RollingUpdate, at.child("rollingUpdate"))
	default:
		types := fmt.Sprintf("must be '%s' or '%s'", model.RollingUpdate, model.OnDelete)
		if recreate {
			types = fmt.Sprintf("must be '%s', '%s', or '%s'", model.RollingUpdate, model.OnDelete, model.Recreate)
		}
		return field.ErrorList{field.Invalid(at.field(), internalUpdateStrategyOf(s), types)}
	}
}

// rollingUpdate checks the parameters. A maxUnavailable that is neither a
// percentage nor the text of a number counts as 0, so it is refused twice.
//
// Source: pkg/apis/apps/validation/validation.go, validateRollingUpdateStatefulSet,
// ValidatePositiveIntOrPercent and getIntOrPercentValue.
func rollingUpdate(r *model.RollingUpdateStrategy, at fieldPath) field.ErrorList {
	if r == nil {
		return nil
	}
	var errs field.ErrorList
	if r.Partition != nil {
		errs = append(errs, nonNegative(at.child("partition"), *r.Partition)...)
	}
	if r.MaxUnavailable == nil {
		return errs
	}
	return append(errs, maxUnavailable(*r.MaxUnavailable, at.child("maxUnavailable"))...)
}

func maxUnavailable(v model.IntOrString, at fieldPath) field.ErrorList {
	if !v.IsString {
		if v.IntVal == 0 {
			return field.ErrorList{field.Invalid(at.field(), v, "cannot be 0")}
		}
		return nonNegative(at, v.IntVal)
	}
	errs := follow(validation.IsValidPercent, at, v.StrVal)
	number, percent := strings.CutSuffix(v.StrVal, "%")
	if len(errs) > 0 {
		number, percent = v.StrVal, false
	}
	value, _ := strconv.Atoi(number) // 0 for what is no number
	if value == 0 {
		errs = append(errs, field.Invalid(at.field(), v, "cannot be 0"))
	}
	if percent && value > 100 {
		errs = append(errs, field.Invalid(at.field(), v, "must not be greater than 100%"))
	}
	return errs
}

// setTemplate checks the metadata of the pod template.
//
// Source: pkg/apis/apps/validation/validation.go, ValidatePodTemplateSpecForStatefulSet.
func setTemplate(s *model.StatefulSetSpec, may tolerated, at fieldPath) field.ErrorList {
	if malformed(s) {
		return nil
	}
	return templateMeta(&s.Template, may, at.child("template"))
}

// templateMeta checks the metadata of any pod template.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePodTemplateSpec.
func templateMeta(t *model.PodTemplateSpec, may tolerated, at fieldPath) field.ErrorList {
	errs := labels(t.Labels, at.child("labels"))
	errs = append(errs, annotations(t.Annotations, at.child("annotations"))...)
	return append(errs, podAnnotations(t.Annotations, may, at.child("annotations"))...)
}

// setPodSpec checks the inside of the pod template, with the volumes that the
// controller will add to it: a claim template is a volume of its name. Hostname
// and subdomain are not looked at, since each pod gets its own.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePodTemplateSpec;
// pkg/controller/statefulset/stateful_set_utils.go, updateStorage.
func setPodSpec(s *model.StatefulSetSpec, may tolerated, at fieldPath) field.ErrorList {
	if malformed(s) {
		return nil
	}
	return podSpec(&s.Template.Spec, s.VolumeClaimTemplates, may, at.child("template").child("spec"))
}
