package manifest

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/ordinal-sim/ordinal/model"
)

// Deployments and ReplicaSets, in both directions.

func deploymentToAPI(d *model.Deployment) *appsv1.Deployment {
	spec, status := &d.Spec, &d.Status
	out := &appsv1.Deployment{
		TypeMeta:   typeMeta(model.KindDeployment),
		ObjectMeta: metaToAPI(&d.ObjectMeta),
		Spec: appsv1.DeploymentSpec{
			Replicas:                copyPointer(spec.Replicas),
			Selector:                selectorToAPI(spec.Selector),
			Template:                templateToAPI(&spec.Template),
			Strategy:                appsv1.DeploymentStrategy{Type: appsv1.DeploymentStrategyType(spec.Strategy.Type)},
			MinReadySeconds:         spec.MinReadySeconds,
			RevisionHistoryLimit:    copyPointer(spec.RevisionHistoryLimit),
			Paused:                  spec.Paused,
			ProgressDeadlineSeconds: copyPointer(spec.ProgressDeadlineSeconds),
		},
		Status: appsv1.DeploymentStatus{
			ObservedGeneration:  status.ObservedGeneration,
			Replicas:            status.Replicas,
			UpdatedReplicas:     status.UpdatedReplicas,
			ReadyReplicas:       status.ReadyReplicas,
			AvailableReplicas:   status.AvailableReplicas,
			UnavailableReplicas: status.UnavailableReplicas,
			TerminatingReplicas: copyPointer(status.TerminatingReplicas),
			CollisionCount:      copyPointer(status.CollisionCount),
			Conditions: each(status.Conditions, func(c model.DeploymentCondition) appsv1.DeploymentCondition {
				return appsv1.DeploymentCondition{
					Type: appsv1.DeploymentConditionType(c.Type), Status: corev1.ConditionStatus(c.Status),
					LastUpdateTime: timeToAPI(c.LastUpdateTime), LastTransitionTime: timeToAPI(c.LastTransitionTime),
					Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
	if ru := spec.Strategy.RollingUpdate; ru != nil {
		out.Spec.Strategy.RollingUpdate = &appsv1.RollingUpdateDeployment{
			MaxSurge: convertPointer(ru.MaxSurge, intToAPI), MaxUnavailable: convertPointer(ru.MaxUnavailable, intToAPI),
		}
	}
	return out
}

func deploymentFromAPI(d *appsv1.Deployment) *model.Deployment {
	spec, status := &d.Spec, &d.Status
	out := &model.Deployment{
		ObjectMeta: metaFromAPI(&d.ObjectMeta),
		Spec: model.DeploymentSpec{
			Replicas:                copyPointer(spec.Replicas),
			Selector:                selectorFromAPI(spec.Selector),
			Template:                templateFromAPI(&spec.Template),
			Strategy:                model.DeploymentStrategy{Type: model.UpdateStrategyType(spec.Strategy.Type)},
			MinReadySeconds:         spec.MinReadySeconds,
			RevisionHistoryLimit:    copyPointer(spec.RevisionHistoryLimit),
			Paused:                  spec.Paused,
			ProgressDeadlineSeconds: copyPointer(spec.ProgressDeadlineSeconds),
		},
		Status: model.DeploymentStatus{
			ObservedGeneration:  status.ObservedGeneration,
			Replicas:            status.Replicas,
			UpdatedReplicas:     status.UpdatedReplicas,
			ReadyReplicas:       status.ReadyReplicas,
			AvailableReplicas:   status.AvailableReplicas,
			UnavailableReplicas: status.UnavailableReplicas,
			TerminatingReplicas: copyPointer(status.TerminatingReplicas),
			CollisionCount:      copyPointer(status.CollisionCount),
			Conditions: each(status.Conditions, func(c appsv1.DeploymentCondition) model.DeploymentCondition {
				return model.DeploymentCondition{
					Type: string(c.Type), Status: model.ConditionStatus(c.Status),
					LastUpdateTime: timeFromAPI(c.LastUpdateTime), LastTransitionTime: timeFromAPI(c.LastTransitionTime),
					Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
	if ru := spec.Strategy.RollingUpdate; ru != nil {
		out.Spec.Strategy.RollingUpdate = &model.RollingUpdateDeployment{
			MaxSurge: convertPointer(ru.MaxSurge, intFromAPI), MaxUnavailable: convertPointer(ru.MaxUnavailable, intFromAPI),
		}
	}
	return out
}

func replicaSetToAPI(r *model.ReplicaSet) *appsv1.ReplicaSet {
	return &appsv1.ReplicaSet{
		TypeMeta:   typeMeta(model.KindReplicaSet),
		ObjectMeta: metaToAPI(&r.ObjectMeta),
		Spec: appsv1.ReplicaSetSpec{
			Replicas:        copyPointer(r.Spec.Replicas),
			MinReadySeconds: r.Spec.MinReadySeconds,
			Selector:        selectorToAPI(r.Spec.Selector),
			Template:        templateToAPI(&r.Spec.Template),
		},
		Status: appsv1.ReplicaSetStatus{
			Replicas:             r.Status.Replicas,
			FullyLabeledReplicas: r.Status.FullyLabeledReplicas,
			ReadyReplicas:        r.Status.ReadyReplicas,
			AvailableReplicas:    r.Status.AvailableReplicas,
			TerminatingReplicas:  copyPointer(r.Status.TerminatingReplicas),
			ObservedGeneration:   r.Status.ObservedGeneration,
			Conditions: each(r.Status.Conditions, func(c model.ReplicaSetCondition) appsv1.ReplicaSetCondition {
				return appsv1.ReplicaSetCondition{
					Type: appsv1.ReplicaSetConditionType(c.Type), Status: corev1.ConditionStatus(c.Status),
					LastTransitionTime: timeToAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
}

func replicaSetFromAPI(r *appsv1.ReplicaSet) *model.ReplicaSet {
	return &model.ReplicaSet{
		ObjectMeta: metaFromAPI(&r.ObjectMeta),
		Spec: model.ReplicaSetSpec{
			Replicas:        copyPointer(r.Spec.Replicas),
			MinReadySeconds: r.Spec.MinReadySeconds,
			Selector:        selectorFromAPI(r.Spec.Selector),
			Template:        templateFromAPI(&r.Spec.Template),
		},
		Status: model.ReplicaSetStatus{
			Replicas:             r.Status.Replicas,
			FullyLabeledReplicas: r.Status.FullyLabeledReplicas,
			ReadyReplicas:        r.Status.ReadyReplicas,
			AvailableReplicas:    r.Status.AvailableReplicas,
			TerminatingReplicas:  copyPointer(r.Status.TerminatingReplicas),
			ObservedGeneration:   r.Status.ObservedGeneration,
			Conditions: each(r.Status.Conditions, func(c appsv1.ReplicaSetCondition) model.ReplicaSetCondition {
				return model.ReplicaSetCondition{
					Type: string(c.Type), Status: model.ConditionStatus(c.Status),
					LastTransitionTime: timeFromAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
}
