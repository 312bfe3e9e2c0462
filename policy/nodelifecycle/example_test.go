package nodelifecycle_test

import (
	"fmt"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// A node of two crashes at 27 seconds, having renewed its lease at 20.
func ExampleController() {
	const a, b = 0, 1
	at := func(seconds int) model.Instant { return model.Instant(0).Add(time.Duration(seconds) * time.Second) }

	var c nodelifecycle.Controller
	c.Start(nodelifecycle.DefaultTimes(0), 0, 0)
	for _, n := range []nodelifecycle.Node{a, b} {
		c.Join(n, 0, 0)
		c.Speak(n, 0)
		c.Post(n, nodelifecycle.IsReady, 0)
	}
	c.Hush(a, at(20), at(0), at(27))

	var taints []model.Taint
	for turn, ok := c.Next(); ok; turn, ok = c.Next() {
		for _, action := range c.Take(turn, 0, nil) {
			switch action.Do {
			case nodelifecycle.DeclareUnknown:
				fmt.Println(time.Duration(turn.At), "a is Unknown")
			case nodelifecycle.FailPods:
				fmt.Println(time.Duration(turn.At), "its pods are not ready")
			case nodelifecycle.Retaint:
				taints = action.Apply(taints, turn.At)
				fmt.Println(time.Duration(turn.At), "it is tainted", taints[0].Key)
				e := nodelifecycle.Eviction{}.Next(taints, model.WithDefaultTolerations(nil), turn.At)
				fmt.Println(time.Duration(e.At), "its pods will be deleted")
			}
		}
	}
	// Output:
	// 1m10s a is Unknown
	// 1m10s its pods are not ready
	// 1m10s it is tainted node.kubernetes.io/unreachable
	// 6m10s its pods will be deleted
}
