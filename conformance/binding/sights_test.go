package binding

import (
	"strings"

	"github.com/ordinal-sim/ordinal/model/release"
)

// sights are what must have been seen in a good number of drawn worlds: a part of a line
// of a state. Draws that do not come to see them prove little.
func sights() []string {
	out := []string{
		// Of claims.
		"Pending class=nil", `Pending class=""`, "Lost class=", "Bound class=", "Terminating",
		"selected-node=", "storage-provisioner=pd.csi.storage.gke.io",
		// Of volumes.
		"Available capacity", "Released capacity", "Failed capacity", "message=",
		"uid=nobody", "provisioned-by=", "migrated-to=", "policy=Recycle class=",
		// What was said.
		"Normal FailedBinding: ", "Warning FailedBinding: ", "Normal WaitForFirstConsumer: ", "Normal WaitForPodScheduled: ",
		"Normal ExternalProvisioning: ", "Normal Provisioning: ", "Normal ProvisioningSucceeded: ", errSelector.Error(),
		`" not found`, "no volume plugin matched name", "ClaimLost: ", "ClaimMisbound: ", "VolumeFailedDelete: ", "host_path deleter only supports",
		"VolumeFailedRecycle: No recycler", "VolumeRecycled: ",
		"requested PV is too small", "storageClassName does not match", "incompatible accessMode", "due to incompatible volumeMode",
		refusedLine,
	}
	if !ours.Rules().Has(release.NoUnusedCondition) {
		out = append(out, "Unused=True", "Unused=False")
	}
	return out
}

// notice marks what has been seen.
func (v verdict) notice(seen map[string]bool) {
	for _, s := range sights() {
		for i := 0; i < len(v.want) && !seen[s]; i++ {
			for _, line := range v.want[i] {
				seen[s] = seen[s] || strings.Contains(line, s)
			}
		}
	}
}
