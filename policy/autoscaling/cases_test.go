package autoscaling

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// newest are the times of the newest release.
var newest = DefaultTimes(release.V1_37.Rules())

// start is long after everything began.
const start = model.Instant(time.Hour)

// scene is an autoscaler that is looked at, and its pods as words: a number is one that
// counts, with what it uses in percent of its requests; "-" has no sample, "u" has just
// become ready, "p" is Pending, "x" is being deleted.
type scene struct {
	hpa      model.HorizontalPodAutoscaler
	replicas int32
	pods     string
	now      model.Instant
	memory   Memory
	times    Times
}

func newScene(replicas, target int32, pods string, changes ...func(*scene)) *scene {
	s := &scene{replicas: replicas, pods: pods, now: start, times: newest}
	s.hpa.Spec.MaxReplicas = 100
	s.hpa.Spec.Metrics = []model.MetricSpec{{Resource: cpu, AverageUtilization: &target}}
	for _, change := range changes {
		change(s)
	}
	s.hpa.Default()
	return s
}

func (s *scene) sight() *Sight {
	out := &Sight{Now: s.now, Times: &s.times, Spec: &s.hpa.Spec, Replicas: s.replicas, Status: &s.hpa.Status}
	for _, word := range strings.Fields(s.pods) {
		p := Pod{Ready: true, Samples: true, CPU: Use{Request: 100, Known: true}, Memory: Use{Request: 100}}
		switch word {
		case "-":
			p.Samples = false
		case "u":
			p.Started, p.Since = s.now-1, s.now-1
		case "p":
			p.Pending = true
		case "x":
			p.Gone = true
		default:
			fmt.Sscan(word, &p.CPU.Amount)
		}
		out.Pods = append(out.Pods, p)
	}
	return out
}

// look is one look after which time passes; it writes what was decided.
func (s *scene) look(pass time.Duration) int32 {
	d := Look(s.sight(), s.memory)
	if d.Rescales {
		d.Done()
	}
	s.replicas, s.memory, s.hpa.Status = d.Replicas, d.Memory, d.Status
	s.now = s.now.Add(pass)
	return s.replicas
}

// after are the replicas after looks for so long.
func (s *scene) after(d time.Duration) int32 {
	for end := s.now.Add(d); s.now < end; {
		s.look(15 * time.Second)
	}
	return s.look(15 * time.Second)
}

// condition is a condition of the status: "ScalingLimited=True ScaleUpLimit".
func (s *scene) condition(kind string) string {
	for _, c := range s.hpa.Status.Conditions {
		if c.Type == kind {
			return string(c.Status) + " " + c.Reason
		}
	}
	return ""
}

func limits(least, most int32) func(*scene) {
	return func(s *scene) { s.hpa.Spec.MinReplicas, s.hpa.Spec.MaxReplicas = &least, most }
}

// rules are the behavior of a direction.
func rules(up bool, window int32, choice string, policies ...model.ScalingPolicy) func(*scene) {
	return func(s *scene) {
		if s.hpa.Spec.Behavior == nil {
			s.hpa.Spec.Behavior = &model.AutoscalerBehavior{}
		}
		r := &model.ScalingRules{StabilizationWindowSeconds: &window, SelectPolicy: choice, Policies: policies}
		if up {
			s.hpa.Spec.Behavior.ScaleUp = r
		} else {
			s.hpa.Spec.Behavior.ScaleDown = r
		}
	}
}

// TestSpec are the numbered rules that one look, or a row of them, decides.
func TestSpec(t *testing.T) {
	for _, row := range []struct {
		id, rule string
		want     int32
		play     func() int32
	}{
		{"P74", "Three pods at 100% of their requests, with a target of 50%, become six", 6, func() int32 {
			return newScene(3, 50, "100 100 100").look(0)
		}},
		{"P75", "A ratio of 1.09 is near enough", 10, func() int32 {
			return newScene(10, 100, strings.Repeat("109 ", 10)).look(0)
		}},
		{"P75", "A ratio of 0.91 is near enough", 10, func() int32 {
			s := newScene(10, 100, strings.Repeat("91 ", 10))
			return s.after(time.Hour)
		}},
		{"P76", "When the load drops to nothing, the pods stay for five minutes", 6, func() int32 {
			s := newScene(6, 50, strings.Repeat("50 ", 6))
			s.after(time.Hour) // the last of these looks has seen the load
			s.pods = strings.Repeat("0 ", 6)
			return s.after(285*time.Second - 15*time.Second)
		}},
		{"P76", "and then go down to minReplicas at once", 1, func() int32 {
			s := newScene(6, 50, strings.Repeat("50 ", 6))
			s.after(time.Hour)
			s.pods = strings.Repeat("0 ", 6)
			return s.after(285 * time.Second)
		}},
		{"P77", "One pod that would have to be ten becomes four in the first step", 4, func() int32 {
			return newScene(1, 50, "500").look(0)
		}},
	} {
		t.Run("pod_lifecycle/"+row.id, func(t *testing.T) { require.Equal(t, row.want, row.play(), row.rule) })
	}
}

// TestReplicas is the calculation of one look at one metric.
func TestReplicas(t *testing.T) {
	for _, row := range []struct {
		rule        string
		replicas    int32
		target      int32
		pods        string
		want        int32
		utilization int32
	}{
		{"the ratio is rounded up", 3, 50, "60 60 60", 4, 60},
		{"utilization is of all pods together, and cut", 3, 50, "100 50 51", 5, 67},
		{"a ratio of exactly 1.1 is within the tolerance", 10, 100, strings.Repeat("110 ", 10), 10, 110},
		{"1.11 is not", 10, 100, strings.Repeat("111 ", 10), 12, 111},
		{"a pod that is being deleted does not count", 3, 50, "100 100 x", 4, 100},
		{"only pods that count are multiplied, not spec.replicas", 5, 50, "100 100", 4, 100},
		{"a pod that starts counts as idle when the others ask for more", 3, 50, "120 120 u", 5, 120},
		{"which may leave nothing to do", 3, 50, "80 80 u", 3, 80},
		{"or would turn the direction: then nothing is done", 4, 50, "80 u u u", 4, 80},
		{"a pod that is Pending is one that starts", 3, 50, "120 120 p", 5, 120},
		{"when the others ask for fewer, pods that start do not count", 4, 50, "10 10 u u", 1, 10},
		{"a pod without a sample counts as idle when the others ask for more", 3, 50, "120 120 -", 5, 120},
		{"as using all it asked for when they ask for fewer", 4, 100, "10 10 10 -", 2, 10},
		{"or all of the target, if that is more", 4, 200, "10 10 10 -", 2, 10},
		{"and if that turns the direction nothing is done", 3, 50, "45 10 -", 3, 27},
		{"if all that count are too few to tell of so many, nothing is done", 9, 50, "200 u", 9, 200},
		{"a ratio of 1 with a missing pod leaves that out", 3, 50, "50 50 -", 3, 50},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := newScene(row.replicas, row.target, row.pods)
			s.times.Stabilize = 0
			require.Equal(t, row.want, s.look(0))
			require.Equal(t, row.utilization, *s.hpa.Status.CurrentMetrics[0].AverageUtilization)
		})
	}
}

// TestAmounts is the same for a target that is an amount.
func TestAmounts(t *testing.T) {
	for _, row := range []struct {
		rule string
		pods string
		want int32
	}{
		{"the average over the pods is compared", "60 60 60", 4},
		{"a pod without a sample uses the target when the others ask for fewer", "10 10 -", 2},
		{"and nothing when they ask for more", "120 120 -", 5},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := newScene(3, 50, row.pods, func(s *scene) {
				s.hpa.Spec.Metrics = []model.MetricSpec{{Resource: cpu, AverageValue: 50}}
			})
			s.times.Stabilize = 0
			require.Equal(t, row.want, s.look(0))
		})
	}
}

// TestGroups is what a pod's CPU tells while it starts.
func TestGroups(t *testing.T) {
	sec := func(n int) model.Instant { return start.Add(time.Duration(n) * time.Second) }
	pod := func(ready bool, since int) Pod {
		return Pod{Started: sec(0), Ready: ready, Since: sec(since), Sampled: sec(15), Samples: true, CPU: Use{Known: true}, Memory: Use{Known: true}}
	}
	for _, row := range []struct {
		rule     string
		pod      Pod
		resource string
		now      model.Instant
		want     group
	}{
		{"before its first sample it is missing", pod(true, 2), cpu, sec(14), missing},
		{"until it was ready for a whole sample it is starting", pod(true, 2), cpu, sec(16), unready},
		{"then it counts", pod(true, 2), cpu, sec(17), counted},
		{"one that is not ready is starting for five minutes", pod(false, 200), cpu, sec(299), unready},
		{"then it counts if it has been ready before", pod(false, 200), cpu, sec(300), counted},
		{"and never if it has not", pod(false, 29), cpu, sec(3000), unready},
		{"ready late, it counts at once when the five minutes are over", pod(true, 299), cpu, sec(300), counted},
		{"memory tells from the first sample", pod(false, 0), memory, sec(15), counted},
	} {
		t.Run(row.rule, func(t *testing.T) { require.Equal(t, row.want, row.pod.group(row.resource, &newest, row.now)) })
	}
}

// TestLimits is what windows, policies and bounds leave of a wish.
func TestLimits(t *testing.T) {
	const up, down = true, false
	for _, row := range []struct {
		rule  string
		scene *scene
		after time.Duration
		want  int32
		shown string // of the condition ScalingLimited, or of another: "AbleToScale: ..."
	}{
		{"no more than maxReplicas", newScene(3, 50, "500 500 500", limits(1, 5)), 0, 5, "True TooManyReplicas"},
		{"no fewer than minReplicas, when the window is over", newScene(4, 50, "0 0 0 0", limits(2, 9)), 300 * time.Second, 2, "True TooFewReplicas"},
		{"too many are cut whatever they use", newScene(9, 50, "500 500", limits(1, 5)), 0, 5, ""},
		{"too few are filled whatever they use", newScene(1, 50, "0", limits(3, 5)), 0, 3, ""},
		{"twice as many at most", newScene(5, 50, "500 500 500 500 500"), 0, 10, "True ScaleUpLimit"},
		{"a new autoscaler remembers what it found", newScene(4, 50, "0 0 0 0"), 285 * time.Second, 4, "AbleToScale: True ScaleDownStabilized"},
		{"and forgets it after five minutes", newScene(4, 50, "0 0 0 0"), 300 * time.Second, 1, "True TooFewReplicas"},
		{"two pods in a minute", newScene(1, 50, "500", rules(up, 0, "Max", model.ScalingPolicy{Type: "Pods", Value: 2, PeriodSeconds: 60})),
			45 * time.Second, 3, "True ScaleUpLimit"},
		{"and two more in the next", newScene(1, 50, "500", rules(up, 0, "Max", model.ScalingPolicy{Type: "Pods", Value: 2, PeriodSeconds: 60})),
			60 * time.Second, 5, "True ScaleUpLimit"},
		{"a tenth in a minute, rounded up", newScene(1, 50, "500", rules(up, 0, "Max", model.ScalingPolicy{Type: "Percent", Value: 10, PeriodSeconds: 60})),
			0, 2, "True ScaleUpLimit"},
		{"down, a tenth is rounded in favour of going", newScene(9, 50, strings.Repeat("0 ", 9),
			rules(down, 0, "Max", model.ScalingPolicy{Type: "Percent", Value: 10, PeriodSeconds: 60})), 0, 8, "True ScaleDownLimit"},
		{"Max is the policy that allows most", newScene(9, 50, strings.Repeat("500 ", 9), rules(up, 0, "Max",
			model.ScalingPolicy{Type: "Pods", Value: 2, PeriodSeconds: 60}, model.ScalingPolicy{Type: "Pods", Value: 5, PeriodSeconds: 60})), 0, 14, "True ScaleUpLimit"},
		{"Min the one that allows least", newScene(9, 50, strings.Repeat("500 ", 9), rules(up, 0, "Min",
			model.ScalingPolicy{Type: "Pods", Value: 2, PeriodSeconds: 60}, model.ScalingPolicy{Type: "Pods", Value: 5, PeriodSeconds: 60})), 0, 11, "True ScaleUpLimit"},
		{"down, too", newScene(9, 50, strings.Repeat("0 ", 9), rules(down, 0, "Min",
			model.ScalingPolicy{Type: "Pods", Value: 2, PeriodSeconds: 60}, model.ScalingPolicy{Type: "Pods", Value: 5, PeriodSeconds: 60})), 0, 7, "True ScaleDownLimit"},
		{"Disabled is not at all", newScene(9, 50, strings.Repeat("500 ", 9), rules(up, 0, "Disabled")), time.Hour, 9, "True ScaleUpLimit"},
		{"with a behavior a new autoscaler waits for its window to go up", newScene(1, 50, "100", rules(up, 60, "Max")), 45 * time.Second, 1, "AbleToScale: True ScaleUpStabilized"},
		{"and then goes", newScene(1, 50, "100", rules(up, 60, "Max", model.ScalingPolicy{Type: "Pods", Value: 4, PeriodSeconds: 15})),
			60 * time.Second, 2, "False DesiredWithinRange"},
		{"a behavior has the usual window down", newScene(4, 50, "0 0 0 0", rules(up, 0, "Max")), 285 * time.Second, 4, "AbleToScale: True ScaleDownStabilized"},
		{"nothing is scaled that somebody has scaled to nothing", newScene(0, 50, "500"), time.Hour, 0, "ScalingActive: False ScalingDisabled"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			require.Equal(t, row.want, row.scene.after(row.after))
			kind, shown, other := strings.Cut(row.shown, ": ")
			if !other {
				kind, shown = "ScalingLimited", row.shown
			}
			require.Equal(t, shown, row.scene.condition(kind))
		})
	}
}

// TestTolerance is the tolerance of a behavior, and of a release that ignores it.
func TestTolerance(t *testing.T) {
	permille := int32(50)
	tight := func(s *scene) {
		s.hpa.Spec.Behavior = &model.AutoscalerBehavior{ScaleUp: &model.ScalingRules{TolerancePermille: &permille}}
	}
	require.EqualValues(t, 11, newScene(10, 100, strings.Repeat("106 ", 10), tight).look(0))
	s := newScene(10, 100, strings.Repeat("106 ", 10), tight)
	s.times = DefaultTimes(release.V1_34_4.Rules())
	require.EqualValues(t, 10, s.look(0), "before 1.35 it is 10%% always")
}

// TestTrouble is what a look says that comes to nothing.
func TestTrouble(t *testing.T) {
	percent := int32(50)
	for _, row := range []struct {
		rule   string
		change func(*Sight)
		want   int32
		says   string
	}{
		{"no target", func(s *Sight) { s.Broken = "gone" }, 3, "FailedGetScale gone"},
		{"somebody else scales the pods", func(s *Sight) { s.Rivals = "two" }, 3, "AmbiguousSelector two; FailedComputeMetricsReplicas two"},
		{"no pods", func(s *Sight) { s.Pods = nil }, 3, "FailedGetResourceMetric failed to get cpu utilization: " +
			"unable to get metrics for resource cpu: no metrics returned from resource metrics API; FailedComputeMetricsReplicas " +
			"invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: " +
			"unable to get metrics for resource cpu: no metrics returned from resource metrics API"},
		{"none is ready", func(s *Sight) {
			for i := range s.Pods {
				s.Pods[i].Ready, s.Pods[i].Started, s.Pods[i].Since = false, start, start
			}
		}, 3, "did not receive metrics for targeted pods (pods might be unready)"},
		{"no request", func(s *Sight) { s.Pods[2].CPU.Lacks = "container main of Pod web-2" }, 3, "missing request for cpu in container main of Pod web-2"},
		{"one metric of two cannot be read, and the other asks for more", func(s *Sight) {
			s.Spec.Metrics = append(s.Spec.Metrics, model.MetricSpec{Resource: memory, AverageUtilization: &percent})
		}, 6, "unable to get metrics for resource memory"},
		{"or for fewer", func(s *Sight) {
			*s.Spec.Metrics[0].AverageUtilization = 500
			s.Spec.Metrics = append(s.Spec.Metrics, model.MetricSpec{})
		}, 3, "FailedGetPodsMetric"},
		{"no target value", func(s *Sight) { s.Spec.Metrics[0].AverageUtilization = nil }, 3, "neither an average utilization target"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := newScene(3, 50, "100 100 100").sight()
			s.Times.Stabilize = 0
			row.change(s)
			d := Look(s, Memory{})
			require.Equal(t, row.want, d.Replicas)
			var said []string
			for _, n := range d.Trouble {
				said = append(said, n.Reason+" "+n.Message)
			}
			require.Contains(t, strings.Join(said, "; "), row.says)
		})
	}
}

// A scale that is refused is remembered by nobody, and is tried again.
func TestRefused(t *testing.T) {
	s := newScene(1, 50, "500", rules(true, 0, "Max", model.ScalingPolicy{Type: "Pods", Value: 1, PeriodSeconds: 60}))
	d := Look(s.sight(), s.memory)
	d.Refused(errors.New("no"))
	require.EqualValues(t, 1, d.Replicas)
	require.Equal(t, []Notice{{"FailedRescale", "New size: 2; reason: cpu resource utilization (percentage of request) above target; error: no"}}, d.Trouble)
	s.memory, s.hpa.Status = d.Memory, d.Status
	require.Equal(t, "False FailedUpdateScale", s.condition("AbleToScale"))
	s.now = s.now.Add(15 * time.Second)
	require.EqualValues(t, 2, s.look(0))
}
