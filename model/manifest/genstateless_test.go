package manifest

import (
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// Drawn Deployments, ReplicaSets, budgets and autoscalers.

var conditionStatus = named[model.ConditionStatus](word)

func (w world) deployment() *model.Deployment {
	return &model.Deployment{
		ObjectMeta: w.meta(),
		Spec: model.DeploymentSpec{
			Replicas: draw(w, maybe(count)), Selector: draw(w, maybe(selector)), Template: w.template(),
			Strategy: model.DeploymentStrategy{
				Type: draw(w, named[model.UpdateStrategyType](word)),
				RollingUpdate: draw(w, maybe(rapid.Custom(func(t *rapid.T) model.RollingUpdateDeployment {
					return model.RollingUpdateDeployment{MaxSurge: maybe(intOrString).Draw(t, "surge"), MaxUnavailable: maybe(intOrString).Draw(t, "unavailable")}
				}))),
			},
			MinReadySeconds: draw(w, count), RevisionHistoryLimit: draw(w, maybe(count)), Paused: draw(w, rapid.Bool()),
			ProgressDeadlineSeconds: draw(w, maybe(count)),
		},
		Status: model.DeploymentStatus{
			ObservedGeneration: draw(w, rapid.Int64()), Replicas: draw(w, count), UpdatedReplicas: draw(w, count), ReadyReplicas: draw(w, count),
			AvailableReplicas: draw(w, count), UnavailableReplicas: draw(w, count), TerminatingReplicas: draw(w, maybe(count)), CollisionCount: draw(w, maybe(count)),
			Conditions: draw(w, list(rapid.Custom(func(t *rapid.T) model.DeploymentCondition {
				c := condition.Draw(t, "condition")
				c.LastUpdateTime = instant.Draw(t, "update")
				return c
			}))),
		},
	}
}

var condition = rapid.Custom(func(t *rapid.T) model.DeploymentCondition {
	return model.DeploymentCondition{
		Type: word.Draw(t, "type"), Status: conditionStatus.Draw(t, "status"), LastTransitionTime: instant.Draw(t, "time"),
		Reason: word.Draw(t, "reason"), Message: anything.Draw(t, "message"),
	}
})

func (w world) replicaSet() *model.ReplicaSet {
	return &model.ReplicaSet{
		ObjectMeta: w.meta(),
		Spec: model.ReplicaSetSpec{
			Replicas: draw(w, maybe(count)), MinReadySeconds: draw(w, count), Selector: draw(w, maybe(selector)), Template: w.template(),
		},
		Status: model.ReplicaSetStatus{
			Replicas: draw(w, count), FullyLabeledReplicas: draw(w, count), ReadyReplicas: draw(w, count), AvailableReplicas: draw(w, count),
			TerminatingReplicas: draw(w, maybe(count)), ObservedGeneration: draw(w, rapid.Int64()),
			Conditions: draw(w, list(rapid.Map(condition, func(c model.DeploymentCondition) model.ReplicaSetCondition {
				return model.ReplicaSetCondition{Type: c.Type, Status: c.Status, LastTransitionTime: c.LastTransitionTime, Reason: c.Reason, Message: c.Message}
			}))),
		},
	}
}

func (w world) budget() *model.PodDisruptionBudget {
	return &model.PodDisruptionBudget{
		ObjectMeta: w.meta(),
		Spec: model.PodDisruptionBudgetSpec{
			MinAvailable: draw(w, maybe(intOrString)), MaxUnavailable: draw(w, maybe(intOrString)), Selector: draw(w, maybe(selector)),
			UnhealthyPodEvictionPolicy: draw(w, word),
		},
		Status: model.PodDisruptionBudgetStatus{
			ObservedGeneration: draw(w, rapid.Int64()), DisruptionsAllowed: draw(w, count), CurrentHealthy: draw(w, count),
			DesiredHealthy: draw(w, count), ExpectedPods: draw(w, count), DisruptedPods: draw(w, choose(map[string]model.Instant{"web-0": 0, "web-1": 1e9})),
			Conditions: draw(w, list(rapid.Map(condition, func(c model.DeploymentCondition) model.DisruptionCondition {
				return model.DisruptionCondition{Type: c.Type, Status: c.Status, ObservedGeneration: 3, LastTransitionTime: c.LastTransitionTime, Reason: c.Reason, Message: c.Message}
			}))),
		},
	}
}

// metric draws a metric of a resource.
var metric = rapid.Custom(func(t *rapid.T) model.MetricSpec {
	return model.MetricSpec{
		Resource: choose("cpu", "memory", "a").Draw(t, "resource"), AverageUtilization: new(count.Draw(t, "percent")),
		AverageValue: cpu.Draw(t, "value"),
	}
})

var scalingRules = rapid.Custom(func(t *rapid.T) model.ScalingRules {
	return model.ScalingRules{
		StabilizationWindowSeconds: maybe(count).Draw(t, "window"), SelectPolicy: word.Draw(t, "select"), TolerancePermille: maybe(count).Draw(t, "tolerance"),
		Policies: list(rapid.Custom(func(t *rapid.T) model.ScalingPolicy {
			return model.ScalingPolicy{Type: word.Draw(t, "type"), Value: count.Draw(t, "value"), PeriodSeconds: count.Draw(t, "period")}
		})).Draw(t, "policies"),
	}
})

func (w world) autoscaler() *model.HorizontalPodAutoscaler {
	a := &model.HorizontalPodAutoscaler{
		ObjectMeta: w.meta(),
		Spec: model.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: model.ScaleTarget{Kind: draw(w, named[model.Kind](word)), Name: draw(w, word), APIVersion: draw(w, word)},
			MinReplicas:    draw(w, maybe(count)), MaxReplicas: draw(w, count), Metrics: draw(w, list(metric)),
			Behavior: draw(w, maybe(rapid.Custom(func(t *rapid.T) model.AutoscalerBehavior {
				return model.AutoscalerBehavior{ScaleUp: maybe(scalingRules).Draw(t, "up"), ScaleDown: maybe(scalingRules).Draw(t, "down")}
			}))),
		},
		Status: model.HorizontalPodAutoscalerStatus{
			ObservedGeneration: draw(w, rapid.Int64()), CurrentReplicas: draw(w, count), DesiredReplicas: draw(w, count),
			LastScaleTime: draw(w, maybe(instant)), CurrentMetrics: draw(w, list(metric)), Conditions: draw(w, list(condition)),
		},
	}
	if w.unmodelled && len(a.Spec.Metrics) == 1 {
		a.Spec.Metrics[0], a.Spec.Unmodelled = model.MetricSpec{}, `{"metrics":{"0":{"pods":{"metric":{"name":"rate"},"target":{"averageValue":"1","type":"AverageValue"}},"type":"Pods"}}}`
	}
	return a
}
