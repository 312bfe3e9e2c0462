package manifest

import (
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/ordinal-sim/ordinal/model"
)

// PodDisruptionBudgets, in both directions.

func budgetToAPI(b *model.PodDisruptionBudget) *policyv1.PodDisruptionBudget {
	status := &b.Status
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   typeMeta(model.KindPodDisruptionBudget),
		ObjectMeta: metaToAPI(&b.ObjectMeta),
		Spec: policyv1.PodDisruptionBudgetSpec{
			MinAvailable:   convertPointer(b.Spec.MinAvailable, intToAPI),
			MaxUnavailable: convertPointer(b.Spec.MaxUnavailable, intToAPI),
			Selector:       selectorToAPI(b.Spec.Selector),
			UnhealthyPodEvictionPolicy: nonZero(b.Spec.UnhealthyPodEvictionPolicy, func(s string) policyv1.UnhealthyPodEvictionPolicyType {
				return policyv1.UnhealthyPodEvictionPolicyType(s)
			}),
		},
		Status: policyv1.PodDisruptionBudgetStatus{
			ObservedGeneration: status.ObservedGeneration,
			DisruptedPods:      convertMap(status.DisruptedPods, timeToAPI),
			DisruptionsAllowed: status.DisruptionsAllowed,
			CurrentHealthy:     status.CurrentHealthy,
			DesiredHealthy:     status.DesiredHealthy,
			ExpectedPods:       status.ExpectedPods,
			Conditions: each(status.Conditions, func(c model.DisruptionCondition) metav1.Condition {
				return metav1.Condition{
					Type: c.Type, Status: metav1.ConditionStatus(c.Status), ObservedGeneration: c.ObservedGeneration,
					LastTransitionTime: timeToAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
}

func budgetFromAPI(b *policyv1.PodDisruptionBudget) *model.PodDisruptionBudget {
	status := &b.Status
	return &model.PodDisruptionBudget{
		ObjectMeta: metaFromAPI(&b.ObjectMeta),
		Spec: model.PodDisruptionBudgetSpec{
			MinAvailable:               convertPointer(b.Spec.MinAvailable, intFromAPI),
			MaxUnavailable:             convertPointer(b.Spec.MaxUnavailable, intFromAPI),
			Selector:                   selectorFromAPI(b.Spec.Selector),
			UnhealthyPodEvictionPolicy: string(deref(b.Spec.UnhealthyPodEvictionPolicy)),
		},
		Status: model.PodDisruptionBudgetStatus{
			ObservedGeneration: status.ObservedGeneration,
			DisruptedPods:      convertMap(status.DisruptedPods, timeFromAPI),
			DisruptionsAllowed: status.DisruptionsAllowed,
			CurrentHealthy:     status.CurrentHealthy,
			DesiredHealthy:     status.DesiredHealthy,
			ExpectedPods:       status.ExpectedPods,
			Conditions: each(status.Conditions, func(c metav1.Condition) model.DisruptionCondition {
				return model.DisruptionCondition{
					Type: c.Type, Status: model.ConditionStatus(c.Status), ObservedGeneration: c.ObservedGeneration,
					LastTransitionTime: timeFromAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
}
