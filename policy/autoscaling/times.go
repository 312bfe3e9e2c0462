package autoscaling

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Times are the flags of the controller: its periods, and how far off the target is
// still on it.
type Times struct {
	Period    time.Duration // from one look at an autoscaler to the next
	Stabilize time.Duration // for how long a higher recommendation keeps pods, unless the autoscaler says another time
	Starting  time.Duration // for how long the CPU of a pod that is not ready tells nothing
	Readiness time.Duration // a pod that became unready within this time of its start never was ready
	Sample    time.Duration // over which a sample of the metrics API is taken
	Tolerance int32         // in thousandths of the target, unless the autoscaler says another

	ignoresTolerance bool // of the autoscaler's behavior
	keepsOne         bool // no autoscaler scales to zero
}

// DefaultTimes are those of a release with the default flags, and a metrics-server that
// scrapes the kubelets every 15 seconds.
//
// Source: pkg/controller/podautoscaler/config/v1alpha1/defaults.go,
// RecommendedDefaultHPAControllerConfiguration.
func DefaultTimes(rules release.Rules) Times {
	return Times{
		Period: 15 * time.Second, Stabilize: 5 * time.Minute,
		Starting: 5 * time.Minute, Readiness: 30 * time.Second,
		Sample: 15 * time.Second, Tolerance: 100,
		ignoresTolerance: rules.Has(release.IgnoresTolerance), keepsOne: rules.Has(release.AutoscalerKeepsOne),
	}
}

// tolerance is how far from the target the ratio may be without anything being done.
type tolerance struct{ least, most double }

// tolerance is the one of an autoscaler.
//
// Source: pkg/controller/podautoscaler/horizontal.go, tolerancesForHpa.
func (t *Times) tolerance(spec *model.HorizontalPodAutoscalerSpec) tolerance {
	up, down := t.Tolerance, t.Tolerance
	if b := spec.Behavior; b != nil && !t.ignoresTolerance {
		if b.ScaleUp != nil && b.ScaleUp.TolerancePermille != nil {
			up = *b.ScaleUp.TolerancePermille
		}
		if b.ScaleDown != nil && b.ScaleDown.TolerancePermille != nil {
			down = *b.ScaleDown.TolerancePermille
		}
	}
	return tolerance{least: thousandths(down).oneMinus(), most: thousandths(up).onePlus()}
}

// thousandths is a quantity of so many thousandths, as apimachinery's
// Quantity.AsApproximateFloat64 has it.
func thousandths(n int32) double { return one.over(whole(1000)).times(int64(n)) }

// covers reports whether a ratio is within the tolerance. A tolerance of more than the
// whole target has nothing below it.
//
// Source: pkg/controller/podautoscaler/replica_calculator.go, isWithin.
func (t tolerance) covers(ratio double) bool {
	return (t.least.m < 0 || t.least.compare(ratio) <= 0) && ratio.compare(t.most) <= 0
}
