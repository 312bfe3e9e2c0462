package autoscaling

import (
	"errors"
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
)

// proposal is how many replicas one metric asks for, and what it measures.
type proposal struct {
	replicas int32
	measured model.MetricSpec
}

// metric is one look at one metric: the usage that is compared with the target. It
// differs between the two kinds of targets in ratio and in what is made up for pods that
// are missing.
type metric struct {
	spec   *model.MetricSpec
	pods   []Pod
	times  *Times
	now    model.Instant
	within tolerance
}

// sums are what pods use and ask for together.
type sums struct{ use, request, pods int64 }

func (s *sums) add(use, request int64) {
	s.use, s.request, s.pods = s.use+use, s.request+request, s.pods+1
}

// propose calculates the replicas that a metric asks for. The ratio of usage and target
// is that of the pods whose usage is known; the same ratio times these pods is the
// number of pods that would bring it to 1. Pods that are missing or unready are then put
// in as what argues against scaling: if that turns the direction, nothing is done.
//
// The error is why the metric cannot be used.
//
// Source: pkg/controller/podautoscaler/replica_calculator.go, GetResourceReplicas,
// GetRawResourceReplicas and calcPlainMetricReplicas.
func (m *metric) propose(current int32) (proposal, error) {
	if err := m.measurable(); err != nil {
		return proposal{}, err
	}
	var known sums
	var missed, started int
	for i := range m.pods {
		switch p, use := &m.pods[i], m.pods[i].use(m.spec.Resource); p.group(m.spec.Resource, m.times, m.now) {
		case counted:
			known.add(use.Amount, use.Request)
		case missing:
			missed++
		case unready:
			started++
		}
	}
	if known.pods == 0 {
		return proposal{}, errors.New("did not receive metrics for targeted pods (pods might be unready)")
	}
	if m.utilization() {
		if what := m.lacking(); what != "" {
			return proposal{}, fmt.Errorf("missing request for %s in %s", m.spec.Resource, what)
		}
		if known.request == 0 {
			return proposal{}, errors.New("no metrics returned matched known pods")
		}
	}
	out := proposal{replicas: current, measured: m.measured(known)}
	ratio := m.ratio(known)
	direction := ratio.compare(one)
	keepsUp := started > 0 && direction > 0
	if !keepsUp && missed == 0 {
		if !m.within.covers(ratio) {
			out.replicas = ratio.times(known.pods).up()
		}
		return out, nil
	}
	all := m.withOthers(known, direction, keepsUp)
	ratio = m.ratio(all)
	if m.within.covers(ratio) || ratio.compare(one)*direction < 0 {
		return out, nil
	}
	replicas := ratio.times(all.pods).up()
	if sign(int64(replicas)-int64(current))*ratio.compare(one) >= 0 {
		out.replicas = replicas
	}
	return out, nil
}

// measurable says why there is no metric at all.
//
// Source: pkg/controller/podautoscaler/metrics/client.go, GetResourceMetric.
func (m *metric) measurable() error {
	for i := range m.pods {
		if p := &m.pods[i]; p.Samples && m.now >= p.Sampled && p.use(m.spec.Resource).Known {
			return nil
		}
	}
	return fmt.Errorf("unable to get metrics for resource %s: no metrics returned from resource metrics API", m.spec.Resource)
}

// lacking is what has no request, of any pod.
func (m *metric) lacking() string {
	for i := range m.pods {
		if lacks := m.pods[i].use(m.spec.Resource).Lacks; lacks != "" {
			return lacks
		}
	}
	return ""
}

// withOthers are the sums with the pods whose usage is not known.
func (m *metric) withOthers(known sums, direction int, keepsUp bool) sums {
	for i := range m.pods {
		request := m.pods[i].use(m.spec.Resource).Request
		switch group := m.pods[i].group(m.spec.Resource, m.times, m.now); {
		case group == missing && direction > 0, group == unready && keepsUp:
			known.add(0, request)
		case group == missing && direction < 0 && m.utilization():
			known.add(request*int64(max(100, *m.spec.AverageUtilization))/100, request)
		case group == missing && direction < 0:
			known.add(int64(m.spec.AverageValue), request)
		}
	}
	return known
}

// utilization reports whether the target is a percentage of what the pods ask for. A
// metric with both targets is compared with the amount.
func (m *metric) utilization() bool { return m.spec.AverageValue == 0 }

// ratio is usage over target.
//
// Source: pkg/controller/podautoscaler/metrics/utilization.go.
func (m *metric) ratio(s sums) double {
	if m.utilization() {
		return whole(percent(s)).over(whole(int64(*m.spec.AverageUtilization)))
	}
	return whole(s.use / s.pods).over(whole(int64(m.spec.AverageValue)))
}

// percent is how much of what they ask for pods use.
func percent(s sums) int64 { return int64(int32(s.use * 100 / s.request)) }

// measured is what the status says of the metric.
func (m *metric) measured(s sums) model.MetricSpec {
	out := model.MetricSpec{Resource: m.spec.Resource, AverageValue: model.MilliCPU(s.use / s.pods)}
	if m.utilization() {
		part := int32(percent(s))
		out.AverageUtilization = &part
	}
	return out
}

// name is how a message calls the metric.
func (m *metric) name() string {
	if m.utilization() {
		return m.spec.Resource + " resource utilization (percentage of request)"
	}
	return m.spec.Resource + " resource"
}
