package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// KeepsClaims: a pod's claim never changes. The claims of a pod that has a node are there and
// stay as long as it does, whoever deletes them; what it has mounted is what they are bound
// to; and the claims of a set stay when their pods go. They are deleted by hand, or because
// whenScaled says so (or whenDeleted, with the set).
//
// Under whenScaled: Delete a set that is scaled down and up again while the pod still
// terminates loses the claim, though its ordinal is wanted. That is how it is meant, and
// nothing is said of it here.
//
// Source: pkg/controller/volume/pvcprotection/pvc_protection_controller.go;
// pkg/controller/statefulset/stateful_set_utils.go, updateClaimOwnerRefForSetAndPod.
func KeepsClaims() sim.Check {
	return sim.Check{Name: "a pod keeps its claims", Broken: func(v sim.View) string {
		for claim := range v.DeletedClaims {
			set := claim.Set()
			if set.Deleted() || set.Spec().Retention().WhenScaled == model.DeleteClaim {
				continue
			}
			return fmt.Sprintf("claim %s of %s is deleted, nobody has asked for that, and whenScaled is Retain", claim.Name(), set.Name())
		}
		for set := range v.Sets {
			for p := range set.Pods {
				if p.Node() == "" || p.Ended() {
					continue
				}
				if claim := p.MissingClaim(); claim != "" {
					return fmt.Sprintf("claim %s is gone, and %s mounts it", claim, p.Name())
				}
				if claim := p.Mismounted(); claim != "" {
					return fmt.Sprintf("%s has mounted another volume than the one of its claim %s", p.Name(), claim)
				}
			}
		}
		return ""
	}}
}
