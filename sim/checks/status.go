package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
)

// StatusAgrees: when the controller has nothing to do, a set's status tells of its present
// spec and of the newest revision, and its counts are those of the pods.
// A controller that is paused, or has missed something, has nothing to do as far as it knows.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatus.
func StatusAgrees() sim.Check {
	return sim.Check{Name: "the status agrees with the pods", Broken: func(v sim.View) string {
		for set := range v.Sets {
			if set.Looking() || set.Deleted() {
				continue
			}
			if !set.Observed() {
				return fmt.Sprintf("the status of %s tells of an older spec", set.Name())
			}
			if says, is := set.UpdateRevision(), set.NewestRevision(); says != is {
				return fmt.Sprintf("the status of %s tells of revision %q, and the newest is %q", set.Name(), says, is)
			}
			if says, is := set.Counted(), set.Counts(); says != is {
				return fmt.Sprintf("the status of %s says %+v, and the pods are %+v", set.Name(), says, is)
			}
		}
		return ""
	}}
}
