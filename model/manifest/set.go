package manifest

import (
	"encoding/json"
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/ordinal-sim/ordinal/model"
)

// StatefulSets and their revisions, in both directions.

func setToAPI(s *model.StatefulSet) *appsv1.StatefulSet {
	spec, status := &s.Spec, &s.Status
	out := &appsv1.StatefulSet{
		TypeMeta:   typeMeta(model.KindStatefulSet),
		ObjectMeta: metaToAPI(&s.ObjectMeta),
		Spec: appsv1.StatefulSetSpec{
			Replicas:             copyPointer(spec.Replicas),
			Selector:             selectorToAPI(spec.Selector),
			Template:             templateToAPI(&spec.Template),
			ServiceName:          spec.ServiceName,
			PodManagementPolicy:  appsv1.PodManagementPolicyType(spec.PodManagementPolicy),
			UpdateStrategy:       strategyToAPI(&spec.UpdateStrategy),
			RevisionHistoryLimit: copyPointer(spec.RevisionHistoryLimit),
			MinReadySeconds:      spec.MinReadySeconds,
		},
		Status: appsv1.StatefulSetStatus{
			ObservedGeneration: status.ObservedGeneration,
			Replicas:           status.Replicas,
			ReadyReplicas:      status.ReadyReplicas,
			CurrentReplicas:    status.CurrentReplicas,
			UpdatedReplicas:    status.UpdatedReplicas,
			AvailableReplicas:  status.AvailableReplicas,
			CurrentRevision:    status.CurrentRevision,
			UpdateRevision:     status.UpdateRevision,
			CollisionCount:     copyPointer(status.CollisionCount),
			Conditions: each(status.Conditions, func(c model.StatefulSetCondition) appsv1.StatefulSetCondition {
				return appsv1.StatefulSetCondition{
					Type: appsv1.StatefulSetConditionType(c.Type), Status: corev1.ConditionStatus(c.Status),
					LastTransitionTime: timeToAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
	out.Spec.VolumeClaimTemplates = each(spec.VolumeClaimTemplates, func(c model.PersistentVolumeClaim) corev1.PersistentVolumeClaim {
		return corev1.PersistentVolumeClaim{ObjectMeta: metaToAPI(&c.ObjectMeta), Spec: claimSpecToAPI(&c.Spec)}
	})
	if p := spec.PersistentVolumeClaimRetentionPolicy; p != nil {
		out.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
			WhenDeleted: appsv1.PersistentVolumeClaimRetentionPolicyType(p.WhenDeleted),
			WhenScaled:  appsv1.PersistentVolumeClaimRetentionPolicyType(p.WhenScaled),
		}
	}
	if o := spec.Ordinals; o != nil {
		out.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: o.Start}
	}
	return out
}

func setFromAPI(s *appsv1.StatefulSet) *model.StatefulSet {
	spec, status := &s.Spec, &s.Status
	out := &model.StatefulSet{
		ObjectMeta: metaFromAPI(&s.ObjectMeta),
		Spec: model.StatefulSetSpec{
			Replicas:             copyPointer(spec.Replicas),
			Selector:             selectorFromAPI(spec.Selector),
			Template:             templateFromAPI(&spec.Template),
			ServiceName:          spec.ServiceName,
			PodManagementPolicy:  model.PodManagementPolicy(spec.PodManagementPolicy),
			UpdateStrategy:       strategyFromAPI(&spec.UpdateStrategy),
			RevisionHistoryLimit: copyPointer(spec.RevisionHistoryLimit),
			MinReadySeconds:      spec.MinReadySeconds,
		},
		Status: model.StatefulSetStatus{
			ObservedGeneration: status.ObservedGeneration,
			Replicas:           status.Replicas,
			ReadyReplicas:      status.ReadyReplicas,
			CurrentReplicas:    status.CurrentReplicas,
			UpdatedReplicas:    status.UpdatedReplicas,
			AvailableReplicas:  status.AvailableReplicas,
			CurrentRevision:    status.CurrentRevision,
			UpdateRevision:     status.UpdateRevision,
			CollisionCount:     copyPointer(status.CollisionCount),
			Conditions: each(status.Conditions, func(c appsv1.StatefulSetCondition) model.StatefulSetCondition {
				return model.StatefulSetCondition{
					Type: string(c.Type), Status: string(c.Status),
					LastTransitionTime: timeFromAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
	out.Spec.VolumeClaimTemplates = each(spec.VolumeClaimTemplates, func(c corev1.PersistentVolumeClaim) model.PersistentVolumeClaim {
		return model.PersistentVolumeClaim{ObjectMeta: metaFromAPI(&c.ObjectMeta), Spec: claimSpecFromAPI(&c.Spec)}
	})
	if p := spec.PersistentVolumeClaimRetentionPolicy; p != nil {
		out.Spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{
			WhenDeleted: model.RetentionPolicyType(p.WhenDeleted),
			WhenScaled:  model.RetentionPolicyType(p.WhenScaled),
		}
	}
	if o := spec.Ordinals; o != nil {
		out.Spec.Ordinals = &model.Ordinals{Start: o.Start}
	}
	return out
}

func strategyToAPI(s *model.UpdateStrategy) appsv1.StatefulSetUpdateStrategy {
	out := appsv1.StatefulSetUpdateStrategy{Type: appsv1.StatefulSetUpdateStrategyType(s.Type)}
	if ru := s.RollingUpdate; ru != nil {
		out.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{
			Partition: copyPointer(ru.Partition), MaxUnavailable: convertPointer(ru.MaxUnavailable, intToAPI),
		}
	}
	return out
}

func strategyFromAPI(s *appsv1.StatefulSetUpdateStrategy) model.UpdateStrategy {
	out := model.UpdateStrategy{Type: model.UpdateStrategyType(s.Type)}
	if ru := s.RollingUpdate; ru != nil {
		out.RollingUpdate = &model.RollingUpdateStrategy{
			Partition: copyPointer(ru.Partition), MaxUnavailable: convertPointer(ru.MaxUnavailable, intFromAPI),
		}
	}
	return out
}

func intToAPI(v model.IntOrString) intstr.IntOrString {
	if v.IsString {
		return intstr.FromString(v.StrVal)
	}
	return intstr.FromInt32(v.IntVal)
}

func intFromAPI(v intstr.IntOrString) model.IntOrString {
	if v.Type == intstr.String {
		return model.FromString(v.StrVal)
	}
	return model.FromInt(v.IntVal)
}

// revisionData is the patch that a ControllerRevision of a StatefulSet holds: it
// replaces the template.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, getPatch.
type revisionData struct {
	Spec struct {
		Template struct {
			Patch string `json:"$patch,omitempty"`
			corev1.PodTemplateSpec
		} `json:"template"`
	} `json:"spec"`
}

// write is the patch as the controller stores it: with sorted keys. kubectl compares
// these bytes when it asks whether a set is at a revision already.
//
// Source: kubectl pkg/polymorphichelpers/rollback.go, getStatefulSetPatch.
func (d *revisionData) write() runtime.RawExtension {
	data, err := asTree(d)
	if err != nil {
		panic("manifest: a template cannot be marshalled: " + err.Error())
	}
	raw, err := json.Marshal(data)
	if err != nil {
		panic("manifest: a template cannot be marshalled: " + err.Error())
	}
	return runtime.RawExtension{Raw: raw}
}

func readRevision(r *appsv1.ControllerRevision) (*revisionData, error) {
	raw, err := asTree(r.Data)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	data := &revisionData{}
	if faults := decode(raw, data); len(faults) > 0 {
		return nil, errors.New("data: " + faults[0].message)
	}
	return data, nil
}

func revisionToAPI(r *model.ControllerRevision) *appsv1.ControllerRevision {
	data := &revisionData{}
	data.Spec.Template.Patch = "replace"
	data.Spec.Template.PodTemplateSpec = templateToAPI(&r.Template)
	return &appsv1.ControllerRevision{
		TypeMeta:   typeMeta(model.KindControllerRevision),
		ObjectMeta: metaToAPI(&r.ObjectMeta),
		Data:       data.write(),
		Revision:   r.Revision,
	}
}

func revisionFromAPI(r *appsv1.ControllerRevision) (*model.ControllerRevision, error) {
	data, err := readRevision(r)
	if err != nil {
		return nil, err
	}
	return &model.ControllerRevision{
		ObjectMeta: metaFromAPI(&r.ObjectMeta),
		Template:   templateFromAPI(&data.Spec.Template.PodTemplateSpec),
		Revision:   r.Revision,
	}, nil
}
