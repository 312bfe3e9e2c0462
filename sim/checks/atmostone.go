package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
)

// AtMostOne: containers of at most one pod run for an identity, anywhere.
//
// It is what a StatefulSet promises, and why a pod whose node is silent is not replaced. It
// breaks when somebody deletes such a pod by force: the object is gone, and the containers
// on the node run on until its kubelet hears of it (kubernetes #61832). It breaks too, for two
// seconds on a healthy node, whenever a pod goes whose terminationGracePeriodSeconds is 0:
// deleting it is deleting it by force. It breaks when a node is said to be out of service (its
// taint) that is only cut off: its pods are taken away as by force. And before 1.35 it breaks
// when a kubelet is restarted and lists its pods from an API server that lies behind (kubernetes
// #59848).
//
// Source: pkg/registry/core/pod/strategy.go, CheckGracefulDelete: an API server keeps a pod until
// its kubelet has confirmed its end.
func AtMostOne() sim.Check {
	return sim.Check{Name: "at most one pod runs for an identity", Broken: func(v sim.View) string {
		for one := range v.Running {
			if !one.Orphaned() || !one.OfSet() {
				continue // of two pods with one name at least one has no object any more
			}
			for other := range v.Running {
				if other != one && other.SameIdentity(one) {
					return fmt.Sprintf("%s runs on %s and on %s", one.Pod(), one.Node(), other.Node())
				}
			}
		}
		return ""
	}}
}
