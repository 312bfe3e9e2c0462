package autoscaling

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// naive is the controller as it is: it looks every 15 seconds, keeps every
// recommendation for ever, and computes with floats. One metric only.
type naive struct {
	said     []Recommendation
	up, down []Change
}

// look is one look; it returns the replicas, and where they come from. A change counts
// for the policies whatever made it.
func (n *naive) look(s *Sight) (int32, string) {
	got, what := n.decide(s)
	if s.Spec.Behavior != nil && got > s.Replicas {
		n.up = noted(n.up, s.Spec.Behavior.ScaleUp.Policies, Change{got - s.Replicas, s.Now, false})
	} else if s.Spec.Behavior != nil && got < s.Replicas {
		n.down = noted(n.down, s.Spec.Behavior.ScaleDown.Policies, Change{s.Replicas - got, s.Now, false})
	}
	return got, what
}

// noted is a list of changes and one more, which overwrites the last of those that are
// older than all policies of the direction.
func noted(list []Change, policies []model.ScalingPolicy, c Change) []Change {
	for i := len(list) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(policies, func(p model.ScalingPolicy) bool {
			return c.At.Sub(list[i].At) < time.Duration(p.PeriodSeconds)*time.Second
		}) {
			list[i] = c
			return list
		}
	}
	return append(list, c)
}

func (n *naive) decide(s *Sight) (int32, string) {
	if n.said == nil {
		n.said = []Recommendation{{s.Replicas, s.Now}}
	}
	switch {
	case s.Replicas == 0:
		return 0, "disabled"
	case s.Replicas > s.Spec.MaxReplicas:
		return s.Spec.MaxReplicas, "max"
	case s.Replicas < *s.Spec.MinReplicas:
		return *s.Spec.MinReplicas, "min"
	}
	desired, ok := n.desired(s)
	if !ok {
		return s.Replicas, "failed"
	}
	got := n.limit(s, desired)
	n.said = append(n.said, Recommendation{desired, s.Now})
	return got, "metrics"
}

func (n *naive) desired(s *Sight) (int32, bool) {
	spec := s.Spec.Metrics[0]
	target := float64(0)
	if spec.AverageUtilization != nil {
		target = float64(*spec.AverageUtilization)
	}
	least, most := 0.9, 1.1
	if b := s.Spec.Behavior; b != nil && b.ScaleUp.TolerancePermille != nil {
		most = 1 + float64(*b.ScaleUp.TolerancePermille)*0.001
	}
	if b := s.Spec.Behavior; b != nil && b.ScaleDown.TolerancePermille != nil {
		least = 1 - float64(*b.ScaleDown.TolerancePermille)*0.001
	}
	use, asked := map[int]int64{}, map[int]int64{}
	var missed, started []int
	for i := range s.Pods {
		p := &s.Pods[i]
		asked[i] = p.CPU.Request
		age := s.Now.Sub(p.Started)
		switch {
		case p.Gone:
		case p.Pending:
			started = append(started, i)
		case !p.Samples || p.Sampled > s.Now || !p.CPU.Known:
			missed = append(missed, i)
		case age < 5*time.Minute && (!p.Ready || s.Now.Sub(p.Since) < 15*time.Second),
			age >= 5*time.Minute && !p.Ready && p.Since.Sub(p.Started) < 30*time.Second:
			started = append(started, i)
		default:
			use[i] = p.CPU.Amount
		}
	}
	if len(use) == 0 {
		return 0, false
	}
	ratio := func() float64 {
		total, requests := int64(0), int64(0)
		for i, u := range use {
			total, requests = total+u, requests+asked[i]
		}
		if spec.AverageValue != 0 {
			return float64(total/int64(len(use))) / float64(spec.AverageValue)
		}
		return float64(total*100/requests) / target
	}
	first := ratio()
	if len(missed) == 0 && (len(started) == 0 || first <= 1) {
		if least <= first && first <= most {
			return s.Replicas, true
		}
		return int32(math.Ceil(first * float64(len(use)))), true
	}
	for _, i := range missed {
		if first < 1 && spec.AverageValue != 0 {
			use[i] = int64(spec.AverageValue)
		} else if first < 1 {
			use[i] = asked[i] * int64(max(100, *spec.AverageUtilization)) / 100
		} else if first > 1 {
			use[i] = 0
		}
	}
	if first > 1 {
		for _, i := range started {
			use[i] = 0
		}
	}
	second := ratio()
	replicas := int32(math.Ceil(second * float64(len(use))))
	if least <= second && second <= most || (first-1)*(second-1) < 0 ||
		second < 1 && replicas > s.Replicas || second > 1 && replicas < s.Replicas {
		return s.Replicas, true
	}
	return replicas, true
}

func (n *naive) limit(s *Sight, desired int32) int32 {
	extreme := func(seconds int32, better func(a, b int32) int32) int32 {
		out := desired
		for _, r := range n.said {
			if s.Now.Sub(r.At) < time.Duration(seconds)*time.Second {
				out = better(out, r.Replicas)
			}
		}
		return out
	}
	smaller, larger := func(a, b int32) int32 { return min(a, b) }, func(a, b int32) int32 { return max(a, b) }
	b := s.Spec.Behavior
	if b == nil {
		return max(min(extreme(300, larger), s.Spec.MaxReplicas, max(2*s.Replicas, 4)), *s.Spec.MinReplicas)
	}
	window := int32(300)
	if b.ScaleDown.StabilizationWindowSeconds != nil {
		window = *b.ScaleDown.StabilizationWindowSeconds
	}
	want := max(s.Replicas, extreme(*b.ScaleUp.StabilizationWindowSeconds, smaller))
	want = min(want, extreme(window, larger))
	reach := func(rules *model.ScalingRules, sign int32) int32 {
		var all []int32
		for _, p := range rules.Policies {
			began := s.Replicas
			for _, c := range n.up {
				if s.Now.Sub(c.At) < time.Duration(p.PeriodSeconds)*time.Second {
					began -= c.Pods
				}
			}
			for _, c := range n.down {
				if s.Now.Sub(c.At) < time.Duration(p.PeriodSeconds)*time.Second {
					began += c.Pods
				}
			}
			switch {
			case p.Type == "Pods":
				all = append(all, began+sign*p.Value)
			case sign > 0:
				all = append(all, int32(math.Ceil(float64(began)*(1+float64(p.Value)/100))))
			default:
				all = append(all, int32(float64(began)*(1-float64(p.Value)/100)))
			}
		}
		if rules.SelectPolicy == "Disabled" {
			return s.Replicas
		} else if (rules.SelectPolicy == "Max") == (sign > 0) {
			return slices.Max(all)
		}
		return slices.Min(all)
	}
	if want > s.Replicas {
		return min(want, s.Spec.MaxReplicas, max(s.Replicas, reach(b.ScaleUp, +1)))
	}
	if want < s.Replicas {
		return max(want, *s.Spec.MinReplicas, min(s.Replicas, reach(b.ScaleDown, -1)))
	}
	return want
}

// drawRules are the rules of a direction; nil now and then.
func drawRules(t *rapid.T, label string) *model.ScalingRules {
	if rapid.Bool().Draw(t, label+" default") {
		return nil
	}
	window := rapid.SampledFrom([]int32{0, 20, 60, 300, 900}).Draw(t, label+" window")
	r := &model.ScalingRules{
		StabilizationWindowSeconds: &window,
		SelectPolicy:               rapid.SampledFrom([]string{"Max", "Min", "Disabled"}).Draw(t, label+" select"),
	}
	for i := range rapid.IntRange(1, 2).Draw(t, label+" policies") {
		r.Policies = append(r.Policies, model.ScalingPolicy{
			Type:          rapid.SampledFrom([]string{"Pods", "Percent"}).Draw(t, fmt.Sprint(label, " type ", i)),
			Value:         rapid.Int32Range(1, 120).Draw(t, fmt.Sprint(label, " value ", i)) % 60,
			PeriodSeconds: rapid.SampledFrom([]int32{10, 15, 60, 100, 600}).Draw(t, fmt.Sprint(label, " period ", i)),
		})
		r.Policies[i].Value = max(1, r.Policies[i].Value)
	}
	if rapid.Bool().Draw(t, label+" tolerates") {
		tolerance := rapid.Int32Range(0, 1200).Draw(t, label+" tolerance")
		r.TolerancePermille = &tolerance
	}
	return r
}

// drawAutoscaler is an autoscaler with one metric of CPU.
func drawAutoscaler(t *rapid.T) *model.HorizontalPodAutoscaler {
	least := rapid.Int32Range(1, 4).Draw(t, "min")
	percent := rapid.Int32Range(1, 150).Draw(t, "target")
	hpa := &model.HorizontalPodAutoscaler{}
	hpa.Spec.MinReplicas, hpa.Spec.MaxReplicas = &least, least+rapid.Int32Range(0, 40).Draw(t, "max")
	hpa.Spec.Metrics = []model.MetricSpec{{Resource: cpu, AverageUtilization: &percent}}
	if rapid.Bool().Draw(t, "amount") {
		hpa.Spec.Metrics = []model.MetricSpec{{Resource: cpu, AverageValue: model.MilliCPU(percent)}}
	}
	if rapid.Bool().Draw(t, "behavior") {
		hpa.Spec.Behavior = &model.AutoscalerBehavior{ScaleUp: drawRules(t, "up"), ScaleDown: drawRules(t, "down")}
	}
	hpa.Default()
	return hpa
}

// stage is what an autoscaler scales: pods that come and go, and a load.
type stage struct {
	t        *rapid.T
	replicas int32
	pods     []Pod
}

// disturb changes something between two looks.
func (g *stage) disturb(now model.Instant) {
	draw := rapid.IntRange(0, 6)
	pick := func() *Pod { return &g.pods[rapid.IntRange(0, len(g.pods)-1).Draw(g.t, "pod")] }
	switch what := draw.Draw(g.t, "what"); {
	case what == 0:
		load := rapid.Int64Range(0, 300).Draw(g.t, "load")
		for i := range g.pods {
			g.pods[i].CPU.Amount = load
		}
	case what == 1:
		g.replicas = rapid.Int32Range(0, 20).Draw(g.t, "by hand")
	case what == 2 || len(g.pods) == 0:
		g.pods = append(g.pods, Pod{
			Started: now, Since: now, Sampled: now.Add(15 * time.Second), Samples: true,
			Pending: rapid.Bool().Draw(g.t, "pending"), CPU: Use{Request: rapid.Int64Range(1, 200).Draw(g.t, "request"), Known: true},
		})
	case what == 3:
		p := pick()
		p.Ready, p.Since, p.Pending = !p.Ready, now.Second(), false
	case what == 4:
		pick().CPU.Amount = rapid.Int64Range(0, 300).Draw(g.t, "use")
	case what == 5:
		p := pick()
		p.Samples = !p.Samples
	default:
		pick().Gone = true
	}
}

// follow makes pods of most of the replicas.
func (g *stage) follow(now model.Instant) {
	for int32(len(g.pods)) < g.replicas {
		g.pods = append(g.pods, Pod{
			Started: now, Since: now.Add(2 * time.Second), Ready: true, Sampled: now.Add(16 * time.Second), Samples: true,
			CPU: Use{Request: 100, Known: true, Amount: 100},
		})
	}
}

// Looks that are taken only when something may have changed find what a controller
// finds that looks every 15 seconds.
func TestLooksThatAreLeftOut(t *testing.T) {
	taken, all, rescaled := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		hpa := drawAutoscaler(t)
		reference := naive{}
		var memory Memory
		g := &stage{t: t, replicas: rapid.Int32Range(0, 12).Draw(t, "replicas")}
		g.follow(0)
		next, status := model.Instant(0), hpa.Status
		for tick := range 150 {
			now := model.Instant(tick) * model.Instant(newest.Period)
			s := &Sight{Now: now, Times: &newest, Spec: &hpa.Spec, Replicas: g.replicas, Pods: g.pods, Status: &status}
			want, what := reference.look(s)
			all++
			if next == now {
				taken++
				d := Look(s, memory)
				if d.Rescales {
					d.Done()
					rescaled++
				}
				require.Equal(t, want, d.Replicas, "%v: %s", time.Duration(now), what)
				memory, status, next = d.Memory, d.Status, -1
				if at, ok := d.Next(); ok {
					next = at
				}
			}
			require.Equal(t, want != s.Replicas, status.LastScaleTime != nil && *status.LastScaleTime == now.Second(),
				"%v: %s: a look that was left out would have scaled to %d", time.Duration(now), what, want)
			if want != g.replicas {
				g.replicas = want
				g.follow(now)
				next = now.Add(newest.Period)
			}
			if rapid.IntRange(0, 19).Draw(t, "quiet") == 0 {
				g.disturb(now.Add(time.Duration(rapid.IntRange(1, 14_999).Draw(t, "ms")) * time.Millisecond))
				next = now.Add(newest.Period)
			}
		}
	})
	t.Logf("%d of %d looks taken, %d changes", taken, all, rescaled)
	require.Positive(t, rescaled)
	require.Less(t, taken, all/2, "most looks are left out")
}
