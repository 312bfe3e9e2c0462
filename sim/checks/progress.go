package checks

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// ProgressName is the rule that [Progress] asks about, in words.
const ProgressName = "a world without faults reaches its spec, or says why it cannot"

// Progress lets a world settle in which faults have stopped, and returns how it has come to
// rest, and what is wrong with that; nil if nothing is:
//
//   - A world that is Settled is what its specs ask for: each set has its pods and no
//     others, all available, at the newest revision but for those below the partition; and
//     `kubectl rollout status` says that it is done.
//   - A world that is Waiting has a reason for each set that is not. What the reasons say may
//     be a bug of Kubernetes' own; that there is one is what this asks for.
//   - A world goes on for ever only if a program crashes again and again, or if Kubernetes is
//     known to go in circles: under Parallel a rolling update without a block rollingUpdate
//     brings a lost pod back at the old revision, because the number of current replicas
//     stands in for the partition, and deletes it at once, because it is outdated and not
//     available.
//
// Faults that have no end by themselves (a cordon, a node that is down, an image that is
// missing) need not be undone: then the world says that it waits for that.
func Progress(c *sim.Cluster) (sim.Outcome, error) {
	out := c.Settle()
	var err error
	c.RunUntil(func(v sim.View) bool {
		err = progress(v, out)
		return true
	}, 0)
	return out, err
}

func progress(v sim.View, out sim.Outcome) error {
	if out.State == sim.Limit {
		if loops(v) {
			return nil
		}
		return fmt.Errorf("%s: nothing is known to go on for ever, and the world is %s", ProgressName, out)
	}
	if (out.State == sim.Waiting) != (len(out.Reasons) > 0) {
		return fmt.Errorf("%s: the world is %s for %d reasons", ProgressName, out.State, len(out.Reasons))
	}
	for set := range v.Sets {
		if set.Deleted() {
			continue
		}
		if why := unfinished(v, set); why != "" && !explained(out, set) {
			return fmt.Errorf("%s: %s, and the world is %s", ProgressName, why, out)
		}
	}
	return nil
}

// explained reports whether there is a reason for a set.
func explained(out sim.Outcome, set sim.SetView) bool {
	name := set.Name()
	object := "sts/" + name[strings.LastIndexByte(name, '/')+1:]
	for _, r := range out.Reasons {
		if r.Object == object {
			return true
		}
	}
	return false
}

// unfinished is what keeps a set from being what its spec asks for; "" if it is.
func unfinished(v sim.View, set sim.SetView) string {
	spec := set.Spec()
	if n := v.Replicas(set.Name()); n != int(spec.DesiredReplicas()) {
		return fmt.Sprintf("%s has %d pods and asks for %d", set.Name(), n, spec.DesiredReplicas())
	}
	if low, ok := unhealthyBelow(set, spec.DesiredReplicas()); ok {
		return fmt.Sprintf("the pod of %s at ordinal %d is not available", set.Name(), low)
	}
	if spec.UpdateStrategy.Type == model.OnDelete {
		return ""
	}
	for p := range set.Pods {
		index, _ := set.Index(p.Ordinal())
		below := spec.UpdateStrategy.Type == model.RollingUpdate && index < spec.Partition()
		if !below && p.Revision() != set.NewestRevision() {
			return fmt.Sprintf("%s is at revision %s, and nothing holds it back", p.Name(), p.Revision())
		}
	}
	if spec.UpdateStrategy.Type != model.RollingUpdate {
		return ""
	}
	if message, done, _ := set.RolloutStatus(); !done {
		return fmt.Sprintf("%s has been rolled out, and kubectl rollout status says: %s", set.Name(), message)
	}
	return ""
}

// loops reports whether something is known to go on for ever.
func loops(v sim.View) bool {
	const often = 5 // the back-off is over two minutes long by then
	for set := range v.Sets {
		if !set.Ordered() && blockless(set) {
			return true
		}
		for p := range set.Pods {
			if p.Restarts() >= often {
				return true
			}
		}
	}
	return false
}
