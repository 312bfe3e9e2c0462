package sim_test

import (
	"fmt"
	"log"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// A load that trebles for ten minutes: the autoscaler follows within a minute, and goes
// back only five minutes after the load has.
func ExampleCluster_SetLoad() {
	set := webSet(2, stateless, requesting(500)) // half a CPU each
	c := sim.New(sim.Config{})
	if err := c.Apply(set); err != nil {
		log.Fatal(err)
	}
	c.Run(time.Minute)
	if err := c.Autoscale("sts/web", 2, 10, 60); err != nil {
		log.Fatal(err)
	}
	peak := func(since time.Duration) model.MilliCPU {
		if since >= 10*time.Minute && since < 20*time.Minute {
			return 1500
		}
		return 500
	}
	if err := c.SetLoad("sts/web", peak, time.Hour); err != nil {
		log.Fatal(err)
	}
	c.Settle()
	for _, line := range c.Trace() {
		if line.Who == "hpa/web" && line.At > model.Instant(2*time.Minute) {
			fmt.Printf("%v: %s\n", time.Duration(line.At).Round(time.Second), line.What)
		}
	}
	fmt.Print(c.HorizontalPodAutoscalers())
	// Output:
	// 11m15s: scales web from 2 to 4: cpu resource utilization (percentage of request) above target
	// 11m30s: scales web from 4 to 5
	// 21m15s: holds: recent recommendations were higher than current one, applying the highest recent recommendation
	// 26m0s: scales web from 5 to 2: All metrics below target
	// NAME   REFERENCE         TARGETS        MINPODS   MAXPODS   REPLICAS   AGE
	// web    StatefulSet/web   cpu: 50%/60%   2         10        2          26m
}
