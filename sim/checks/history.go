package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
)

// LimitsHistory: when the controller has nothing to do, a set keeps no more revisions than
// revisionHistoryLimit. Those that are current, wanted, or carried by a pod do not count.
// A controller that is paused, or has missed something, has nothing to do as far as it knows.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, truncateHistory.
func LimitsHistory() sim.Check {
	return sim.Check{Name: "there is no more history than revisionHistoryLimit", Broken: func(v sim.View) string {
		for set := range v.Sets {
			if set.Looking() || set.Deleted() || set.Spec().RevisionHistoryLimit == nil {
				continue
			}
			if n, most := set.History(), int(*set.Spec().RevisionHistoryLimit); most >= 0 && n > most {
				return fmt.Sprintf("%s keeps %d revisions, and the limit is %d", set.Name(), n, most)
			}
		}
		return ""
	}}
}
