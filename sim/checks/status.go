package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
)

// StatusAgrees: when the controller has nothing to do, the counts in a set's status are
// those of its pods.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatus.
func StatusAgrees() sim.Check {
	return sim.Check{Name: "the status agrees with the pods", Broken: func(v sim.View) string {
		for set := range v.Sets {
			if set.Looking() || set.Deleted() {
				continue
			}
			if says, is := set.Counted(), set.Counts(); says != is {
				return fmt.Sprintf("the status of %s says %+v, and the pods are %+v", set.Name(), says, is)
			}
		}
		return ""
	}}
}
