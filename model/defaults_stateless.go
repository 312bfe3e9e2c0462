package model

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model/release"
)

// The defaults of the kinds that share nothing with a StatefulSet but the pod
// template. A PodDisruptionBudget has none.

// Default fills in what the manifest left out: one pod, replaced by rolling updates of
// which a quarter may be missing and a quarter too many.
//
// Source: pkg/apis/apps/v1/defaults.go, SetDefaults_Deployment.
func (d *Deployment) Default() {
	d.defaultMeta(true)
	setDefaultPointer(&d.Spec.Replicas, 1)
	d.Spec.Strategy.rollingDefault()
	setDefaultPointer(&d.Spec.RevisionHistoryLimit, 10)
	setDefaultPointer(&d.Spec.ProgressDeadlineSeconds, 600)
	d.Spec.Template.Spec.Default()
}

func (s *DeploymentStrategy) rollingDefault() {
	setDefault(&s.Type, RollingUpdate)
	if s.Type != RollingUpdate {
		return
	}
	block := RollingUpdateDeployment{}
	if s.RollingUpdate != nil {
		block = *s.RollingUpdate
	}
	if s.RollingUpdate == nil || block.MaxUnavailable == nil || block.MaxSurge == nil {
		setDefaultPointer(&block.MaxUnavailable, FromString("25%"))
		setDefaultPointer(&block.MaxSurge, FromString("25%"))
		s.RollingUpdate = &block
	}
}

// Default fills in what the manifest left out.
//
// Source: pkg/apis/apps/v1/defaults.go, SetDefaults_ReplicaSet.
func (r *ReplicaSet) Default() {
	r.defaultMeta(true)
	setDefaultPointer(&r.Spec.Replicas, 1)
	r.Spec.Template.Spec.Default()
}

// Default fills in nothing but the namespace: a budget without a policy for pods that
// are not ready means IfHealthyBudget, and does not say so.
func (b *PodDisruptionBudget) Default() { b.defaultMeta(true) }

// defaultUtilization is the CPU that an autoscaler without metrics aims at, in percent
// of what pods request.
const defaultUtilization = 80

// Default fills in what the manifest left out. A behavior that is left out stays so: how
// fast to go is then up to the controller. One that says something of a direction gets
// the rest of both.
//
// Source: pkg/apis/autoscaling/v2/defaults.go, SetDefaults_HorizontalPodAutoscaler.
func (a *HorizontalPodAutoscaler) Default() {
	a.defaultMeta(true)
	setDefaultPointer(&a.Spec.MinReplicas, 1)
	if len(a.Spec.Metrics) == 0 {
		percent := int32(defaultUtilization)
		a.Spec.Metrics = []MetricSpec{{Resource: "cpu", AverageUtilization: &percent}}
	}
	if a.Spec.Behavior != nil {
		now := int32(0)
		a.Spec.Behavior = &AutoscalerBehavior{
			ScaleUp:   a.Spec.Behavior.ScaleUp.withDefaults(&now, ScalingPolicy{"Pods", 4, 15}, ScalingPolicy{"Percent", 100, 15}),
			ScaleDown: a.Spec.Behavior.ScaleDown.withDefaults(nil, ScalingPolicy{"Percent", 100, 15}),
		}
	}
}

// withDefaults are the rules of a direction with what they left out.
//
// Source: pkg/apis/autoscaling/v2/defaults.go, GenerateHPAScaleUpRules and
// GenerateHPAScaleDownRules.
func (r *ScalingRules) withDefaults(window *int32, policies ...ScalingPolicy) *ScalingRules {
	out := ScalingRules{}
	if r != nil {
		out = *r
	}
	if out.StabilizationWindowSeconds == nil {
		out.StabilizationWindowSeconds = window
	}
	setDefault(&out.SelectPolicy, "Max")
	if out.Policies == nil {
		out.Policies = policies
	}
	return &out
}

// DropDisabled takes out what a release does not store; old is the stored autoscaler,
// nil when a is created.
//
// Source: pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go,
// dropDisabledFields.
func (a *HorizontalPodAutoscaler) DropDisabled(rules release.Rules, old *HorizontalPodAutoscaler) {
	if !rules.Has(release.IgnoresTolerance) || a.Spec.Behavior == nil || old != nil && old.Spec.Behavior.saysTolerance() {
		return
	}
	behavior := *a.Spec.Behavior
	behavior.ScaleUp, behavior.ScaleDown = behavior.ScaleUp.withoutTolerance(), behavior.ScaleDown.withoutTolerance()
	a.Spec.Behavior = &behavior
}

func (b *AutoscalerBehavior) saysTolerance() bool {
	return b != nil && slices.ContainsFunc([]*ScalingRules{b.ScaleUp, b.ScaleDown}, func(r *ScalingRules) bool {
		return r != nil && r.TolerancePermille != nil
	})
}

func (r *ScalingRules) withoutTolerance() *ScalingRules {
	if r == nil || r.TolerancePermille == nil {
		return r
	}
	out := *r
	out.TolerancePermille = nil
	return &out
}
