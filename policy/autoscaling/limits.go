package autoscaling

import (
	"math"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// What keeps an autoscaler from doing at once what its metrics ask for: windows, in
// which an earlier recommendation counts, and limits, which are numbers of pods.

// limited is how many replicas are left of a wish, and the reason and the message of the
// conditions AbleToScale and ScalingLimited.
type limited struct {
	replicas   int32
	stabilized int32 // before the limits
	able, rate reason
}

// reason is why a condition is as it is.
type reason struct{ reason, message string }

var (
	readyForNewScale    = reason{"ReadyForNewScale", "recommended size matches current size"}
	scaleUpStabilized   = reason{"ScaleUpStabilized", "recent recommendations were lower than current one, applying the lowest recent recommendation"}
	scaleDownStabilized = reason{"ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation"}

	withinRange    = reason{"DesiredWithinRange", "the desired count is within the acceptable range"}
	scaleUpLimit   = reason{"ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate"}
	scaleDownLimit = reason{"ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate"}
	tooMany        = reason{"TooManyReplicas", "the desired replica count is more than the maximum replica count"}
	tooFew         = reason{"TooFewReplicas", "the desired replica count is less than the minimum replica count"}
)

// windows are how long recommendations count that are lower, and that are higher, than
// the one of now.
//
// Source: pkg/controller/podautoscaler/horizontal.go, maybeInitScaleDownStabilizationWindow.
func (t *Times) windows(b *model.AutoscalerBehavior) (up, down time.Duration) {
	down = t.Stabilize
	if b == nil {
		return 0, down
	}
	if b.ScaleUp.StabilizationWindowSeconds != nil {
		up = seconds(*b.ScaleUp.StabilizationWindowSeconds)
	}
	if b.ScaleDown.StabilizationWindowSeconds != nil {
		down = seconds(*b.ScaleDown.StabilizationWindowSeconds)
	}
	return up, down
}

// plain limits a wish of an autoscaler without a behavior: the highest recommendation of
// the last five minutes counts, and in one step the pods at most double, or become four.
//
// Source: pkg/controller/podautoscaler/horizontal.go, normalizeDesiredReplicas and
// convertDesiredReplicasWithRules.
func (m *Memory) plain(s *Sight, desired int32) limited {
	out := limited{stabilized: m.highest(desired, s.Times.Stabilize, s.Now), able: readyForNewScale}
	if out.stabilized != desired {
		out.able = scaleDownStabilized
	}
	least, most, why := s.least(), s.Spec.MaxReplicas, tooMany
	if fastest := max(2*int64(s.Replicas), 4); int64(most) > fastest {
		most, why = int32(fastest), scaleUpLimit
	}
	switch out.replicas, out.rate = out.stabilized, withinRange; {
	case out.stabilized < least:
		out.replicas, out.rate = least, tooFew
	case out.stabilized > most:
		out.replicas, out.rate = most, why
	}
	return out
}

// behaved limits a wish by the rules of a behavior. The present replicas are brought
// between the lowest and the highest of the recent recommendations, each in a window of
// its own, and as far towards that as the policies allow.
//
// Without a change of direction neither minReplicas nor maxReplicas is looked at, as in
// Kubernetes: replicas beyond them never come here.
//
// Source: pkg/controller/podautoscaler/horizontal.go, stabilizeRecommendationWithBehaviors
// and convertDesiredReplicasWithBehaviorRate.
func (m *Memory) behaved(s *Sight, desired int32) limited {
	b := s.Spec.Behavior
	up, down := s.Times.windows(b)
	out := limited{stabilized: min(max(s.Replicas, m.lowest(desired, up, s.Now)), m.highest(desired, down, s.Now)), able: readyForNewScale}
	if out.stabilized != desired {
		out.able = scaleDownStabilized
		if desired >= s.Replicas {
			out.able = scaleUpStabilized
		}
	}
	out.replicas, out.rate = out.stabilized, withinRange
	if out.stabilized > s.Replicas {
		most, why := s.Spec.MaxReplicas, tooMany
		if fastest := max(s.Replicas, m.allowed(s, b.ScaleUp, +1)); most > fastest {
			most, why = fastest, scaleUpLimit
		}
		if out.stabilized > most {
			out.replicas, out.rate = most, why
		}
	} else if out.stabilized < s.Replicas {
		least, why := s.least(), tooFew
		if fastest := min(s.Replicas, m.allowed(s, b.ScaleDown, -1)); least < fastest {
			least, why = fastest, scaleDownLimit
		}
		if out.stabilized < least {
			out.replicas, out.rate = least, why
		}
	}
	return out
}

// allowed is how far the policies of a direction, +1 or -1, let the replicas go. Each
// counts from how many there were when its period began.
//
// Source: pkg/controller/podautoscaler/horizontal.go,
// calculateScaleUpLimitWithScalingRules and calculateScaleDownLimitWithBehaviors.
func (m *Memory) allowed(s *Sight, rules *model.ScalingRules, direction int32) int32 {
	if rules.SelectPolicy == "Disabled" {
		return s.Replicas
	}
	least, most := int32(math.MaxInt32), int32(math.MinInt32)
	for _, p := range rules.Policies {
		began := s.Replicas - recent(m.Up, p.PeriodSeconds, s.Now) + recent(m.Down, p.PeriodSeconds, s.Now)
		part := whole(int64(p.Value)).over(whole(100))
		reach := clamp(int64(began) + int64(direction)*int64(p.Value))
		switch {
		case p.Type == "Percent" && direction > 0:
			reach = part.onePlus().times(int64(began)).up()
		case p.Type == "Percent":
			reach = part.oneMinus().times(int64(began)).down()
		}
		least, most = min(least, reach), max(most, reach)
	}
	if (rules.SelectPolicy == "Min") == (direction > 0) {
		return least // the smallest step up, or the largest down
	}
	return most
}

// clamp is a number as an int32.
func clamp(n int64) int32 { return int32(min(max(n, math.MinInt32), math.MaxInt32)) }

// lets yields the instants at which a policy forgets a change and allows another.
func (m *Memory) lets(b *model.AutoscalerBehavior, yield func(model.Instant)) {
	if b == nil {
		return
	}
	for _, rules := range []*model.ScalingRules{b.ScaleUp, b.ScaleDown} {
		for _, p := range rules.Policies {
			for _, changes := range [][]Change{m.Up, m.Down} {
				for _, c := range changes {
					yield(c.At.Add(seconds(p.PeriodSeconds)))
				}
			}
		}
	}
}
