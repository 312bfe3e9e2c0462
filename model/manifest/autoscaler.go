package manifest

import (
	"math"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ordinal-sim/ordinal/model"
)

// HorizontalPodAutoscalers, in both directions. Of metrics the model has those of
// resources; of another it knows only that there is one.

func autoscalerToAPI(a *model.HorizontalPodAutoscaler) *autoscalingv2.HorizontalPodAutoscaler {
	out := &autoscalingv2.HorizontalPodAutoscaler{
		TypeMeta:   typeMeta(model.KindHorizontalPodAutoscaler),
		ObjectMeta: metaToAPI(&a.ObjectMeta),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{
				Kind: string(a.Spec.ScaleTargetRef.Kind), Name: a.Spec.ScaleTargetRef.Name, APIVersion: a.Spec.ScaleTargetRef.APIVersion,
			},
			MinReplicas: copyPointer(a.Spec.MinReplicas),
			MaxReplicas: a.Spec.MaxReplicas,
			Metrics:     each(a.Spec.Metrics, metricToAPI),
		},
		Status: autoscalingv2.HorizontalPodAutoscalerStatus{
			ObservedGeneration: nonZeroInt(a.Status.ObservedGeneration),
			LastScaleTime:      convertPointer(a.Status.LastScaleTime, timeToAPI),
			CurrentReplicas:    a.Status.CurrentReplicas,
			DesiredReplicas:    a.Status.DesiredReplicas,
			CurrentMetrics:     each(a.Status.CurrentMetrics, measureToAPI),
			Conditions: each(a.Status.Conditions, func(c model.DeploymentCondition) autoscalingv2.HorizontalPodAutoscalerCondition {
				return autoscalingv2.HorizontalPodAutoscalerCondition{
					Type: autoscalingv2.HorizontalPodAutoscalerConditionType(c.Type), Status: corev1.ConditionStatus(c.Status),
					LastTransitionTime: timeToAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
	if b := a.Spec.Behavior; b != nil {
		out.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{
			ScaleUp: convertPointer(b.ScaleUp, rulesToAPI), ScaleDown: convertPointer(b.ScaleDown, rulesToAPI),
		}
	}
	return out
}

func autoscalerFromAPI(a *autoscalingv2.HorizontalPodAutoscaler) *model.HorizontalPodAutoscaler {
	out := &model.HorizontalPodAutoscaler{
		ObjectMeta: metaFromAPI(&a.ObjectMeta),
		Spec: model.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: model.ScaleTarget{
				Kind: model.Kind(a.Spec.ScaleTargetRef.Kind), Name: a.Spec.ScaleTargetRef.Name, APIVersion: a.Spec.ScaleTargetRef.APIVersion,
			},
			MinReplicas: copyPointer(a.Spec.MinReplicas),
			MaxReplicas: a.Spec.MaxReplicas,
			Metrics:     each(a.Spec.Metrics, metricFromAPI),
		},
		Status: model.HorizontalPodAutoscalerStatus{
			ObservedGeneration: deref(a.Status.ObservedGeneration),
			LastScaleTime:      convertPointer(a.Status.LastScaleTime, timeFromAPI),
			CurrentReplicas:    a.Status.CurrentReplicas,
			DesiredReplicas:    a.Status.DesiredReplicas,
			CurrentMetrics:     each(a.Status.CurrentMetrics, measureFromAPI),
			Conditions: each(a.Status.Conditions, func(c autoscalingv2.HorizontalPodAutoscalerCondition) model.DeploymentCondition {
				return model.DeploymentCondition{
					Type: string(c.Type), Status: model.ConditionStatus(c.Status),
					LastTransitionTime: timeFromAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
				}
			}),
		},
	}
	if b := a.Spec.Behavior; b != nil {
		out.Spec.Behavior = &model.AutoscalerBehavior{
			ScaleUp: convertPointer(b.ScaleUp, rulesFromAPI), ScaleDown: convertPointer(b.ScaleDown, rulesFromAPI),
		}
	}
	return out
}

// metricToAPI writes the type of a target that follows from what the target has.
func metricToAPI(m model.MetricSpec) autoscalingv2.MetricSpec {
	if m == (model.MetricSpec{}) {
		return autoscalingv2.MetricSpec{}
	}
	target := autoscalingv2.MetricTarget{
		Type: autoscalingv2.UtilizationMetricType, AverageUtilization: copyPointer(m.AverageUtilization), AverageValue: amountToAPI(m.AverageValue),
	}
	if m.AverageUtilization == nil && m.AverageValue != 0 {
		target.Type = autoscalingv2.AverageValueMetricType
	}
	return autoscalingv2.MetricSpec{
		Type:     autoscalingv2.ResourceMetricSourceType,
		Resource: &autoscalingv2.ResourceMetricSource{Name: corev1.ResourceName(m.Resource), Target: target},
	}
}

func metricFromAPI(m autoscalingv2.MetricSpec) model.MetricSpec {
	if m.Type != autoscalingv2.ResourceMetricSourceType || m.Resource == nil {
		return model.MetricSpec{}
	}
	return model.MetricSpec{
		Resource:           string(m.Resource.Name),
		AverageUtilization: copyPointer(m.Resource.Target.AverageUtilization),
		AverageValue:       amountFromAPI(m.Resource.Target.AverageValue),
	}
}

func measureToAPI(m model.MetricSpec) autoscalingv2.MetricStatus {
	if m == (model.MetricSpec{}) {
		return autoscalingv2.MetricStatus{}
	}
	return autoscalingv2.MetricStatus{
		Type: autoscalingv2.ResourceMetricSourceType,
		Resource: &autoscalingv2.ResourceMetricStatus{Name: corev1.ResourceName(m.Resource), Current: autoscalingv2.MetricValueStatus{
			AverageUtilization: copyPointer(m.AverageUtilization), AverageValue: amountToAPI(m.AverageValue),
		}},
	}
}

func measureFromAPI(m autoscalingv2.MetricStatus) model.MetricSpec {
	if m.Resource == nil {
		return model.MetricSpec{}
	}
	return model.MetricSpec{
		Resource:           string(m.Resource.Name),
		AverageUtilization: copyPointer(m.Resource.Current.AverageUtilization),
		AverageValue:       amountFromAPI(m.Resource.Current.AverageValue),
	}
}

// amountToAPI writes thousandths of a CPU, or of a byte; none for 0.
func amountToAPI(amount model.MilliCPU) *resource.Quantity {
	if amount == 0 {
		return nil
	}
	return resource.NewMilliQuantity(int64(amount), resource.DecimalSI)
}

func amountFromAPI(q *resource.Quantity) model.MilliCPU {
	return model.MilliCPU(number(deref(q), mostCPUs, (*resource.Quantity).MilliValue))
}

func rulesToAPI(r model.ScalingRules) autoscalingv2.HPAScalingRules {
	return autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: copyPointer(r.StabilizationWindowSeconds),
		SelectPolicy: nonZero(r.SelectPolicy, func(s string) autoscalingv2.ScalingPolicySelect {
			return autoscalingv2.ScalingPolicySelect(s)
		}),
		Policies: each(r.Policies, func(p model.ScalingPolicy) autoscalingv2.HPAScalingPolicy {
			return autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.HPAScalingPolicyType(p.Type), Value: p.Value, PeriodSeconds: p.PeriodSeconds}
		}),
		Tolerance: convertPointer(r.TolerancePermille, func(n int32) resource.Quantity {
			return *resource.NewMilliQuantity(int64(n), resource.DecimalSI)
		}),
	}
}

func rulesFromAPI(r autoscalingv2.HPAScalingRules) model.ScalingRules {
	return model.ScalingRules{
		StabilizationWindowSeconds: copyPointer(r.StabilizationWindowSeconds),
		SelectPolicy:               string(deref(r.SelectPolicy)),
		Policies: each(r.Policies, func(p autoscalingv2.HPAScalingPolicy) model.ScalingPolicy {
			return model.ScalingPolicy{Type: string(p.Type), Value: p.Value, PeriodSeconds: p.PeriodSeconds}
		}),
		TolerancePermille: convertPointer(r.Tolerance, func(q resource.Quantity) int32 {
			return int32(number(q, math.MaxInt32/1000, (*resource.Quantity).MilliValue))
		}),
	}
}
