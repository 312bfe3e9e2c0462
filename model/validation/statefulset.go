package validation

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// StatefulSet says why a set could not be created.
//
// Whether its Service exists, whether two claim templates share a name, and
// whether the names of its pods and claims will be short enough is not asked
// here: the API server does not ask either.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSet.
func StatefulSet(s *model.StatefulSet) field.ErrorList {
	at := field.NewPath("spec")
	errs := objectMeta(&s.ObjectMeta, s.Kind(), dnsLabel)
	errs = append(errs, setSpec(&s.Spec, at)...)
	errs = append(errs, setTemplate(&s.Spec, at)...)
	if s.Spec.ServiceName != "" {
		errs = append(errs, follow(dnsLabel, at.Child("serviceName"), s.Spec.ServiceName)...)
	}
	for i := range s.Spec.VolumeClaimTemplates {
		errs = append(errs, claimSpec(&s.Spec.VolumeClaimTemplates[i].Spec, at.Child("volumeClaimTemplates").Index(i).Child("spec"))...)
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
	return nonNegative(field.NewPath("spec", "replicas"), replicas)
}

// setSpec checks the spec but for what only a new set has to satisfy and for
// the inside of the pod template.
//
// Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetSpec.
func setSpec(s *model.StatefulSetSpec, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch s.PodManagementPolicy {
	case model.OrderedReady, model.Parallel:
	case "":
		errs = append(errs, field.Required(at.Child("podManagementPolicy"), ""))
	default:
		errs = append(errs, field.Invalid(at.Child("podManagementPolicy"), s.PodManagementPolicy,
			fmt.Sprintf("must be '%s' or '%s'", model.OrderedReady, model.Parallel)))
	}
	errs = append(errs, updateStrategy(s.UpdateStrategy, at.Child("updateStrategy"))...)
	if policy := s.PersistentVolumeClaimRetentionPolicy; policy != nil {
		at := at.Child("persistentVolumeClaimRetentionPolicy")
		errs = append(errs, retention(policy.WhenDeleted, at.Child("whenDeleted"))...)
		errs = append(errs, retention(policy.WhenScaled, at.Child("whenScaled"))...)
	}
	if s.Replicas != nil {
		errs = append(errs, nonNegative(at.Child("replicas"), *s.Replicas)...)
	}
	errs = append(errs, nonNegative(at.Child("minReadySeconds"), s.MinReadySeconds)...)
	if s.Ordinals != nil {
		errs = append(errs, nonNegative(at.Child("ordinals", "start"), s.Ordinals.Start)...)
	}
	errs = append(errs, setSelector(s, at)...)

	pod := at.Child("template", "spec")
	if policy := s.Template.Spec.RestartPolicy; policy != "Always" {
		errs = append(errs, field.NotSupported(pod.Child("restartPolicy"), policy, []string{"Always"}))
	}
	if s.Template.Spec.ActiveDeadlineSeconds != nil {
		errs = append(errs, field.Forbidden(pod.Child("activeDeadlineSeconds"),
			"activeDeadlineSeconds in StatefulSet is not Supported"))
	}
	return errs
}

// setSelector checks the selector, and that it selects what the template makes:
// a set without a selector selects nothing. An empty selector would select
// everything, and a malformed one nothing that could be said; neither is held
// against the template.
func setSelector(s *model.StatefulSetSpec, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	if s.Selector == nil {
		errs = append(errs, field.Required(at.Child("selector"), ""))
	} else {
		malformed := labelSelector(s.Selector, at.Child("selector"))
		if s.Selector.Empty() {
			return append(malformed, field.Invalid(at.Child("selector"), s.Selector, "empty selector is invalid for statefulset"))
		}
		if len(malformed) > 0 {
			return append(malformed, field.Invalid(at.Child("selector"), s.Selector, ""))
		}
	}
	if s.Selector == nil || !s.Selector.Matches(s.Template.Labels) {
		errs = append(errs, field.Invalid(at.Child("template", "metadata", "labels"), s.Template.Labels,
			"`selector` does not match template `labels`"))
	}
	return errs
}

func retention(policy model.RetentionPolicyType, at *field.Path) field.ErrorList {
	switch policy {
	case model.RetainClaim, model.DeleteClaim:
		return nil
	default:
		return field.ErrorList{field.NotSupported(at, policy, []model.RetentionPolicyType{model.RetainClaim, model.DeleteClaim})}
	}
}

// updateStrategy refuses Recreate like any unknown type: its gate,
// StatefulSetRecreateStrategy, is alpha in Kubernetes 1.37, and off.
func updateStrategy(s model.UpdateStrategy, at *field.Path) field.ErrorList {
	switch s.Type {
	case "":
		return field.ErrorList{field.Required(at, "")}
	case model.OnDelete:
		if s.RollingUpdate != nil {
			return field.ErrorList{field.Invalid(at.Child("rollingUpdate"), internalRollingUpdateOf(s.RollingUpdate),
				fmt.Sprintf("only allowed for updateStrategy '%s'", model.RollingUpdate))}
		}
		return nil
	case model.RollingUpdate:
		return rollingUpdate(s.RollingUpdate, at.Child("rollingUpdate"))
	default:
		return field.ErrorList{field.Invalid(at, internalUpdateStrategyOf(s),
			fmt.Sprintf("must be '%s' or '%s'", model.RollingUpdate, model.OnDelete))}
	}
}

// rollingUpdate checks the parameters. A maxUnavailable that is no percentage
// counts as 0, so it is refused twice.
//
// Source: pkg/apis/apps/validation/validation.go, validateRollingUpdateStatefulSet.
func rollingUpdate(r *model.RollingUpdateStrategy, at *field.Path) field.ErrorList {
	if r == nil {
		return nil
	}
	var errs field.ErrorList
	if r.Partition != nil {
		errs = append(errs, nonNegative(at.Child("partition"), *r.Partition)...)
	}
	if r.MaxUnavailable == nil {
		return errs
	}
	at = at.Child("maxUnavailable")
	v := *r.MaxUnavailable
	value := v.IntVal
	if v.IsString {
		value, _ = v.Percent()
		for _, message := range validation.IsValidPercent(v.StrVal) {
			errs = append(errs, field.Invalid(at, v, message))
			value = 0
		}
	} else {
		errs = append(errs, nonNegative(at, value)...)
	}
	if value == 0 {
		errs = append(errs, field.Invalid(at, v, "cannot be 0"))
	}
	if v.IsString && value > 100 {
		errs = append(errs, field.Invalid(at, v, "must not be greater than 100%"))
	}
	return errs
}

// setTemplate checks the inside of the pod template, with the volumes that the
// controller will add to it: a claim template is a volume of its name, in the
// place of the template's own volume of that name if there is one. Hostname and
// subdomain are not looked at, since each pod gets its own.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePodTemplateSpec;
// pkg/controller/statefulset/stateful_set_utils.go, updateStorage.
func setTemplate(s *model.StatefulSetSpec, at *field.Path) field.ErrorList {
	at = at.Child("template")
	errs := labels(s.Template.Labels, at.Child("labels"))
	errs = append(errs, annotations(s.Template.Annotations, at.Child("annotations"))...)
	return append(errs, podSpec(&s.Template.Spec, withClaims(s), at.Child("spec"))...)
}

func withClaims(s *model.StatefulSetSpec) []model.Volume {
	own := s.Template.Spec.Volumes
	all := make([]model.Volume, len(own), len(own)+len(s.VolumeClaimTemplates))
	copy(all, own)
	claimed := make(map[string]bool, len(s.VolumeClaimTemplates))
	for i := range s.VolumeClaimTemplates {
		name := s.VolumeClaimTemplates[i].Name
		if claimed[name] {
			continue // of two templates with one name, one volume is made
		}
		claimed[name] = true
		if !hasVolume(own, name) {
			all = append(all, model.Volume{Name: name, PersistentVolumeClaim: name})
		}
	}
	return all
}

func hasVolume(volumes []model.Volume, name string) bool {
	for i := range volumes {
		if volumes[i].Name == name {
			return true
		}
	}
	return false
}
