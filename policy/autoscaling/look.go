package autoscaling

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// Sight is what the controller sees when it looks at an autoscaler.
type Sight struct {
	Now   model.Instant
	Times *Times
	Spec  *model.HorizontalPodAutoscalerSpec // with its defaults

	// Broken is why the target's scale cannot be read; "" if it can.
	Broken string
	// Rivals is why the target's pods are not the autoscaler's alone; "" if they are.
	Rivals   string
	Replicas int32 // of the target's spec
	Pods     []Pod // that the target's selector matches

	Status *model.HorizontalPodAutoscalerStatus // as it is stored
}

// least is minReplicas.
func (s *Sight) least() int32 {
	if s.Spec.MinReplicas != nil {
		return *s.Spec.MinReplicas
	}
	return 1
}

// Notice is an event about the autoscaler: a reason and a message.
type Notice struct{ Reason, Message string }

// Decision is what the controller does after a look.
type Decision struct {
	Replicas int32  // what the target's spec.replicas are to be
	Rescales bool   // they are to be written
	Reason   string // why, as the event says; "" where Kubernetes has no words
	Status   model.HorizontalPodAutoscalerStatus
	Memory   Memory
	Trouble  []Notice // warnings; none if all is well

	limited bool // by the speed that policies allow
	sight   *Sight
}

// Look decides. What becomes of a decision that rescales the caller then says with
// [Decision.Done] or [Decision.Refused]; the status is whole only after that.
//
// Source: pkg/controller/podautoscaler/horizontal.go, reconcileAutoscaler.
func Look(s *Sight, m Memory) Decision {
	d := Decision{Replicas: s.Replicas, Memory: m.catchUp(s.Times, s.Now), sight: s, Status: *s.Status}
	d.Status.Conditions = slices.Clone(s.Status.Conditions)
	if s.Broken != "" {
		d.Trouble = []Notice{{"FailedGetScale", s.Broken}}
		d.set("AbleToScale", model.ConditionFalse, reason{"FailedGetScale", "the HPA controller was unable to get the target's current scale: " + s.Broken})
		return d
	}
	d.set("AbleToScale", model.ConditionTrue, reason{"SucceededGetScale", "the HPA controller was able to get the target's current scale"})
	d.Memory.begin(s.Replicas, s.Now)
	switch {
	case s.Replicas == 0:
		d.set("ScalingActive", model.ConditionFalse, reason{"ScalingDisabled", "scaling is disabled since the replica count of the target is zero"})
		d.measured(nil)
	case s.Replicas > s.Spec.MaxReplicas:
		d.want(s.Spec.MaxReplicas, "Current number of replicas above Spec.MaxReplicas")
		d.measured(nil)
	case s.Replicas < s.least():
		d.want(s.least(), "Current number of replicas below Spec.MinReplicas")
		d.measured(nil)
	default:
		d.measure()
	}
	return d
}

func (d *Decision) want(replicas int32, why string) {
	d.Replicas, d.Reason = replicas, why
	d.Rescales = replicas != d.sight.Replicas
}

// measured writes the status of a look that came to a decision.
func (d *Decision) measured(metrics []model.MetricSpec) {
	d.Status.CurrentReplicas, d.Status.DesiredReplicas, d.Status.CurrentMetrics = d.sight.Replicas, d.Replicas, metrics
}

// measure asks the metrics, and brings what they ask for within the limits.
func (d *Decision) measure() {
	s := d.sight
	desired, name, metrics, err := d.ask()
	if err != nil {
		d.Trouble = append(d.Trouble, Notice{"FailedComputeMetricsReplicas", err.Error()})
		d.Status.CurrentReplicas, d.Status.CurrentMetrics = s.Replicas, metrics
		return
	}
	d.set("ScalingActive", model.ConditionTrue, reason{"ValidMetricFound", "the HPA was able to successfully calculate a replica count from " + name})
	if desired > s.Replicas {
		d.Reason = name + " above target"
	} else if desired < s.Replicas {
		d.Reason = "All metrics below target"
	}
	limit := d.Memory.plain
	if s.Spec.Behavior != nil {
		limit = d.Memory.behaved
	}
	out := limit(s, desired)
	up, down := s.Times.windows(s.Spec.Behavior)
	d.Memory.recommend(desired, max(up, down), s.Now)
	d.set("AbleToScale", model.ConditionTrue, out.able)
	status := model.ConditionFalse
	if out.replicas != out.stabilized {
		status = model.ConditionTrue
	}
	d.set("ScalingLimited", status, out.rate)
	d.limited = out.rate == scaleUpLimit || out.rate == scaleDownLimit
	d.want(out.replicas, d.Reason)
	d.measured(metrics)
}

// ask asks all metrics. The one that asks for most counts; one that cannot be used only
// forbids to scale down.
//
// Source: pkg/controller/podautoscaler/horizontal.go, computeReplicasForMetrics.
func (d *Decision) ask() (desired int32, name string, measured []model.MetricSpec, err error) {
	s := d.sight
	measured = make([]model.MetricSpec, len(s.Spec.Metrics))
	if s.Rivals != "" {
		d.Trouble = append(d.Trouble, Notice{"AmbiguousSelector", s.Rivals})
		d.set("ScalingActive", model.ConditionFalse, reason{"AmbiguousSelector", s.Rivals})
		return 0, "", nil, errors.New(s.Rivals)
	}
	invalid := 0
	var first error
	var inactive reason
	for i := range s.Spec.Metrics {
		m := metric{spec: &s.Spec.Metrics[i], pods: s.Pods, times: s.Times, now: s.Now, within: s.Times.tolerance(s.Spec)}
		p, failed, err := m.tried(s.Replicas)
		if err != nil {
			invalid++
			d.Trouble = append(d.Trouble, failed)
			if first == nil {
				first, inactive = err, reason{failed.Reason, "the HPA was unable to compute the replica count: " + failed.Message}
			}
			continue
		}
		measured[i] = p.measured
		if name == "" || p.replicas > desired || desired == 0 {
			desired, name = p.replicas, m.name()
		}
	}
	if first != nil && (invalid == len(s.Spec.Metrics) || desired < s.Replicas) {
		d.set("ScalingActive", model.ConditionFalse, inactive)
		return 0, "", measured, fmt.Errorf("invalid metrics (%d invalid out of %d), first error is: %w", invalid, len(s.Spec.Metrics), first)
	}
	return desired, name, measured, nil
}

// tried is a proposal, or why there is none: as an event, and as an error.
//
// Source: pkg/controller/podautoscaler/horizontal.go, computeReplicasForMetric and
// computeStatusForResourceMetric.
func (m *metric) tried(current int32) (proposal, Notice, error) {
	if m.spec.Resource != cpu && m.spec.Resource != memory {
		err := errors.New("unable to get metrics: the simulator has only those of the resources cpu and memory")
		return proposal{}, Notice{"FailedGetPodsMetric", err.Error()}, fmt.Errorf("failed to get pods metric value: %w", err)
	}
	p, err := proposal{}, errors.New("invalid resource metric source: neither an average utilization target nor an average value (usage) target was set")
	if m.spec.AverageValue > 0 || m.spec.AverageUtilization != nil && *m.spec.AverageUtilization > 0 {
		p, err = m.propose(current)
	}
	if err == nil {
		return p, Notice{}, nil
	}
	what := "usage"
	if m.utilization() {
		what = "utilization"
	}
	err = fmt.Errorf("failed to get %s %s: %w", m.spec.Resource, what, err)
	return p, Notice{"FailedGetResourceMetric", err.Error()}, fmt.Errorf("failed to get %s resource metric value: %w", m.spec.Resource, err)
}

// Done says that the replicas were written.
func (d *Decision) Done() {
	s := d.sight
	d.set("AbleToScale", model.ConditionTrue, reason{"SucceededRescale",
		fmt.Sprintf("the HPA controller was able to update the target scale to %d", d.Replicas)})
	d.Memory.changed(s.Spec.Behavior, s.Replicas, d.Replicas, s.Now)
	if !s.Times.keepsOne {
		d.set("ScaledToZero", model.ConditionFalse, reason{"NotScaledToZero", "the HPA controller did not scale the workload to zero"})
	}
	at := s.Now.Second()
	d.Status.LastScaleTime = &at
}

// Refused says that they could not be.
func (d *Decision) Refused(err error) {
	s := d.sight
	d.Trouble = append(d.Trouble, Notice{"FailedRescale", fmt.Sprintf("New size: %d; reason: %s; error: %v", d.Replicas, d.Reason, err)})
	d.set("AbleToScale", model.ConditionFalse, reason{"FailedUpdateScale", "the HPA controller was unable to update the target scale: " + err.Error()})
	d.Replicas, d.Rescales = s.Replicas, false
	d.Status.DesiredReplicas = s.Status.DesiredReplicas
}

// set sets a condition. Its time is that of the last change of its status.
//
// Source: pkg/controller/podautoscaler/horizontal.go, setConditionInList.
func (d *Decision) set(condition string, status model.ConditionStatus, why reason) {
	list := d.Status.Conditions
	i := slices.IndexFunc(list, func(c model.DeploymentCondition) bool { return c.Type == condition })
	if i < 0 {
		i = len(list)
		list = append(list, model.DeploymentCondition{Type: condition})
	}
	if list[i].Status != status {
		list[i].LastTransitionTime = d.sight.Now.Second()
	}
	list[i].Status, list[i].Reason, list[i].Message = status, why.reason, why.message
	d.Status.Conditions = list
}

// Next is the first look after this one that may find something else, though nobody
// touches anything and the pods use what they use; ok is false if there is none.
func (d *Decision) Next() (at model.Instant, ok bool) {
	s := d.sight
	beat := d.Memory.Beat(s.Times)
	consider := func(instant model.Instant) {
		if instant > s.Now && (!ok || beat.From(instant) < at) {
			at, ok = beat.From(instant), true
		}
	}
	starts := slices.ContainsFunc(s.Spec.Metrics, func(m model.MetricSpec) bool { return m.Resource == cpu })
	for i := range s.Pods {
		s.Pods[i].turns(s.Times, starts, consider)
	}
	if d.Memory.Repeats {
		up, down := s.Times.windows(s.Spec.Behavior)
		d.Memory.forgets(up, down, consider)
	}
	if d.limited {
		d.Memory.lets(s.Spec.Behavior, consider)
	}
	return at, ok
}
