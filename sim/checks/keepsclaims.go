package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
)

// KeepsClaims: the claims of a pod that has a node are there, and stay as long as it
// does, whoever deletes them and whatever whenScaled and whenDeleted say.
//
// Source: pkg/controller/volume/pvcprotection/pvc_protection_controller.go.
func KeepsClaims() sim.Check {
	return sim.Check{Name: "a pod keeps its claims", Broken: func(v sim.View) string {
		for set := range v.Sets {
			for p := range set.Pods {
				if p.Node() == "" || p.Ended() {
					continue
				}
				if claim := p.MissingClaim(); claim != "" {
					return fmt.Sprintf("claim %s is gone, and %s mounts it", claim, p.Name())
				}
			}
		}
		return ""
	}}
}
