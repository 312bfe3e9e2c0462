package autoscaling_test

import (
	"fmt"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/autoscaling"
)

// Three pods use all the CPU that they ask for, and should use half of it. Later they
// use nothing.
func ExampleLook() {
	hpa := model.HorizontalPodAutoscaler{Spec: model.HorizontalPodAutoscalerSpec{MaxReplicas: 10}}
	hpa.Default()
	*hpa.Spec.Metrics[0].AverageUtilization = 50
	times := autoscaling.DefaultTimes(0)

	var memory autoscaling.Memory
	replicas, load := int32(3), int64(300)
	for now := time.Hour; now <= time.Hour+400*time.Second; now += times.Period {
		if now > time.Hour+time.Minute {
			load = 0
		}
		sight := autoscaling.Sight{
			Now: model.Instant(now), Times: &times, Spec: &hpa.Spec, Replicas: replicas, Status: &hpa.Status,
			Pods: make([]autoscaling.Pod, replicas),
		}
		for i := range sight.Pods {
			sight.Pods[i] = autoscaling.Pod{Ready: true, Samples: true, CPU: autoscaling.Use{Request: 100, Known: true, Amount: load / int64(replicas)}}
		}
		decision := autoscaling.Look(&sight, memory)
		if decision.Rescales {
			decision.Done()
			fmt.Printf("%v: %d pods, %s\n", now, decision.Replicas, decision.Reason)
		}
		replicas, memory, hpa.Status = decision.Replicas, decision.Memory, decision.Status
	}
	// Output:
	// 1h0m0s: 6 pods, cpu resource utilization (percentage of request) above target
	// 1h6m0s: 1 pods, All metrics below target
}
