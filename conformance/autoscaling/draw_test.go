package autoscaling

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/autoscaling"
)

// story is an autoscaler and what happens around it. What happens after a look is drawn
// beforehand, so that both sides see the same.
type story struct {
	Autoscaler *model.HorizontalPodAutoscaler
	Replicas   int32
	Looks      [][]disturbance // after each
}

// disturbance is something that happens between two looks.
type disturbance struct {
	What  string
	Pod   int // counts from the pods that there are
	N     int64
	After int // seconds after the look
}

// looks are how many there are in a story.
const looks = 100

func stories() *rapid.Generator[story] {
	return rapid.Custom(func(t *rapid.T) story {
		s := story{Autoscaler: drawAutoscaler(t), Replicas: rapid.Int32Range(0, 12).Draw(t, "replicas")}
		for range looks {
			var all []disturbance
			if rapid.IntRange(0, 9).Draw(t, "quiet") == 0 {
				all = rapid.SliceOfN(rapid.Custom(drawDisturbance), 1, 3).Draw(t, "happens")
			}
			s.Looks = append(s.Looks, all)
		}
		return s
	})
}

func drawDisturbance(t *rapid.T) disturbance {
	return disturbance{
		What: rapid.SampledFrom([]string{
			"load", "load", "load", "scale", "pod", "pending", "ready", "ready", "use", "sample", "delete", "fail", "vanish", "request",
		}).Draw(t, "what"),
		Pod: rapid.IntRange(0, 30).Draw(t, "pod"), N: rapid.Int64Range(0, 400).Draw(t, "n"), After: rapid.IntRange(2, 12).Draw(t, "after"),
	}
}

func drawAutoscaler(t *rapid.T) *model.HorizontalPodAutoscaler {
	least := rapid.Int32Range(1, 4).Draw(t, "min")
	h := &model.HorizontalPodAutoscaler{ObjectMeta: model.ObjectMeta{Name: "web", Namespace: "default"}}
	h.Spec.ScaleTargetRef = model.ScaleTarget{Kind: model.KindStatefulSet, Name: "web", APIVersion: "apps/v1"}
	h.Spec.MinReplicas, h.Spec.MaxReplicas = &least, least+rapid.Int32Range(0, 40).Draw(t, "max")
	for i := range rapid.IntRange(1, 2).Draw(t, "metrics") {
		m := model.MetricSpec{Resource: []string{"cpu", "memory"}[i]}
		target := rapid.Int32Range(1, 200).Draw(t, fmt.Sprint("target ", i))
		if rapid.Bool().Draw(t, fmt.Sprint("amount ", i)) {
			m.AverageValue = model.MilliCPU(target)
		} else {
			m.AverageUtilization = &target
		}
		h.Spec.Metrics = append(h.Spec.Metrics, m)
	}
	if rapid.IntRange(0, 2).Draw(t, "behavior") > 0 {
		h.Spec.Behavior = &model.AutoscalerBehavior{ScaleUp: drawRules(t, "up"), ScaleDown: drawRules(t, "down")}
	}
	h.Default()
	return h
}

func drawRules(t *rapid.T, label string) *model.ScalingRules {
	if rapid.Bool().Draw(t, label+" default") {
		return nil
	}
	window := rapid.SampledFrom([]int32{0, 20, 60, 300, 900}).Draw(t, label+" window")
	r := &model.ScalingRules{
		StabilizationWindowSeconds: &window,
		SelectPolicy:               rapid.SampledFrom([]string{"Max", "Max", "Min", "Disabled"}).Draw(t, label+" select"),
	}
	for i := range rapid.IntRange(1, 2).Draw(t, label+" policies") {
		r.Policies = append(r.Policies, model.ScalingPolicy{
			Type:          rapid.SampledFrom([]string{"Pods", "Percent"}).Draw(t, fmt.Sprint(label, " type ", i)),
			Value:         rapid.Int32Range(1, 120).Draw(t, fmt.Sprint(label, " value ", i)),
			PeriodSeconds: rapid.SampledFrom([]int32{10, 15, 60, 100, 600}).Draw(t, fmt.Sprint(label, " period ", i)),
		})
	}
	if rapid.Bool().Draw(t, label+" tolerates") {
		tolerance := rapid.Int32Range(0, 1200).Draw(t, label+" tolerance")
		r.TolerancePermille = &tolerance
	}
	return r
}

// stage is what an autoscaler scales.
type stage struct {
	replicas int32
	pods     []autoscaling.Pod
	failed   []bool // phase Failed, and not being deleted
	load     int64
	request  int64 // of pods; 0 for none
}

func newStage(replicas int32) *stage {
	g := &stage{replicas: replicas, load: 100, request: 100}
	g.follow(0)
	return g
}

// follow makes pods of the replicas that there are none of yet; it reports whether there
// were such.
func (g *stage) follow(now model.Instant) (grows bool) {
	for grows = len(g.pods) < int(g.replicas); len(g.pods) < int(g.replicas); {
		g.add(autoscaling.Pod{Started: now.Add(time.Second), Since: now.Add(3 * time.Second), Ready: true})
	}
	return grows
}

func (g *stage) add(p autoscaling.Pod) {
	p.Samples, p.Sampled = true, p.Started.Add(15*time.Second)
	for _, use := range []*autoscaling.Use{&p.CPU, &p.Memory} {
		*use = autoscaling.Use{Request: g.request, Known: true, Amount: g.load}
	}
	g.pods, g.failed = append(g.pods, p), append(g.failed, false)
}

// happen is a disturbance at an instant.
func (g *stage) happen(d disturbance, now model.Instant) {
	var p *autoscaling.Pod
	at := 0
	if len(g.pods) > 0 {
		at = d.Pod % len(g.pods)
		p = &g.pods[at]
	}
	switch {
	case d.What == "scale":
		g.replicas = int32(d.N % 20)
	case d.What == "load":
		g.load = d.N
		for i := range g.pods {
			g.pods[i].CPU.Amount, g.pods[i].Memory.Amount = d.N, d.N
		}
	case d.What == "request" && d.N%5 == 0:
		g.request = d.N % 3 * 100
		for i := range g.pods {
			g.pods[i].CPU.Request, g.pods[i].Memory.Request = g.request, g.request
		}
	case d.What == "pod" || p == nil:
		g.add(autoscaling.Pod{Started: now, Since: now.Add(time.Duration(d.N) * time.Second / 10), Ready: d.N%2 == 0})
	case d.What == "pending":
		p.Pending = !p.Pending
	case d.What == "ready":
		p.Ready, p.Since = !p.Ready, now
	case d.What == "use":
		p.CPU.Amount, p.Memory.Amount = d.N, d.N/2
	case d.What == "sample":
		p.Samples = !p.Samples
	case d.What == "delete":
		p.Gone = true
	case d.What == "fail":
		p.Gone, g.failed[at] = true, true
	case d.What == "vanish":
		g.pods = append(g.pods[:at:at], g.pods[at+1:]...)
		g.failed = append(g.failed[:at:at], g.failed[at+1:]...)
	}
}
