package storage

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
)

// TestSpecStories has the rules that take several syncs.
func TestSpecStories(t *testing.T) {
	const both = " (bind-completed, by-controller)"

	t.Run("storage/S30", func(t *testing.T) {
		w := newWorld()
		w.addClaim("c", gi)
		require.True(t, w.settle())
		w.addVolume("pv", gi, phase(model.VolumePending))
		require.True(t, w.settle())
		assert.Equal(t, "Available", w.volume("pv"))
		assert.Equal(t, "Pending", w.claim("c"), "a new volume wakes no claim")
		require.True(t, w.resync())
		assert.Equal(t, "Bound to pv with 1Gi"+both, w.claim("c"), "the resync does")
	})
	t.Run("storage/S30-uid", func(t *testing.T) {
		w := newWorld()
		c := w.addClaim("c", gi)
		require.True(t, w.settle())
		w.addVolume("pv", gi, phase(model.VolumePending), claimRef("c", c.UID))
		require.True(t, w.settle())
		assert.Equal(t, "Bound to pv with 1Gi"+both, w.claim("c"), "a new volume with the claim's UID wakes it at once")
	})
	t.Run("storage/S31", func(t *testing.T) {
		w := newWorld()
		w.addClaim("c", gi)
		w.addVolume("pv", gi)
		require.True(t, w.resync())
		w.deleteClaim("c")
		require.True(t, w.settle())
		assert.Equal(t, "gone", w.claim("c"))
		w.addClaim("c", gi)
		require.True(t, w.resync())
		assert.Equal(t, "Pending", w.claim("c"), "the new claim is somebody else")
		assert.Equal(t, "Released for c (by-controller)", w.volume("pv"))
		w.addVolume("pv2", gi)
		require.True(t, w.resync())
		assert.Equal(t, "Bound to pv2 with 1Gi"+both, w.claim("c"))
		assert.Equal(t, "Released for c (by-controller)", w.volume("pv"))
	})
	t.Run("storage/S32", func(t *testing.T) {
		w := newWorld()
		w.addClaim("c", gi)
		w.addVolume("pv", gi)
		require.True(t, w.resync())
		w.deleteVolume("pv")
		require.True(t, w.resync())
		assert.Equal(t, "Bound for c (by-controller, terminating)", w.volume("pv"))
		assert.Equal(t, "Bound to pv with 1Gi"+both, w.claim("c"), "a volume that is being deleted is still the claim's")
		w.deleteClaim("c")
		require.True(t, w.settle())
		assert.Equal(t, "gone", w.claim("c"))
		assert.Equal(t, "gone", w.volume("pv"), "and goes with it")
	})
	t.Run("storage/S33", func(t *testing.T) {
		w := newWorld()
		c := w.addClaim("c", gi)
		w.addVolume("pv", gi)
		require.True(t, w.resync())
		w.removeVolume(w.volumes[named("pv")])
		require.True(t, w.settle())
		assert.Equal(t, "Lost to pv"+both, w.claim("c"))
		assert.Equal(t, Notice{Reason: VolumeLost, Claim: c.Name, Volume: named("pv")}, SyncClaim(c, w).Notice, "and still says why")
		w.addVolume("pv", 2*gi)
		require.True(t, w.resync())
		assert.Equal(t, "Bound to pv with 2Gi"+both, w.claim("c"), "a volume of that name brings it back")
	})
	t.Run("storage/S34", func(t *testing.T) {
		w := newWorld()
		w.served = []string{"ebs.csi.aws.com"}
		w.addClaim("c", gi, classNil)
		w.addClaim("none", gi)
		require.True(t, w.resync())
		assert.Equal(t, "Pending", w.claim("c"))
		w.addClass("fast", "ebs.csi.aws.com", model.BindImmediate, func(c *model.StorageClass) {
			c.Annotations = model.Labels{model.AnnotationDefaultClass: "true"}
		})
		require.True(t, w.settle())
		assert.Equal(t, "Pending", w.claim("c"), "a new class wakes no claim")
		w.events = nil
		require.True(t, w.resync())
		assert.Equal(t, Class{Name: sym("fast"), Given: true}, w.claims[named("c")].Class)
		assert.Equal(t, model.ClaimBound, w.claims[named("c")].Phase)
		assert.Equal(t, "Pending", w.claim("none"), `the class "" is not defaulted`)
		assert.Contains(t, w.events, "Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.")
	})
	t.Run("provisioned and deleted", func(t *testing.T) {
		w := newWorld()
		w.served = []string{"ebs.csi.aws.com"}
		w.addClass("fast", "kubernetes.io/aws-ebs", model.BindImmediate)
		w.addClaim("c", 3*gi, ofClass("fast"))
		require.True(t, w.resync())
		vol := w.volumes[w.claims[named("c")].VolumeName]
		require.NotNil(t, vol)
		assert.Equal(t, "ebs.csi.aws.com", vol.Spec.Source.Driver, "the driver that replaced the class's plugin")
		assert.Equal(t, 3*gi, vol.Spec.Capacity)
		assert.Equal(t, model.ReclaimDelete, vol.Spec.ReclaimPolicy)
		assert.False(t, vol.BoundByController, "the provisioner wrote the claimRef")
		w.deleteClaim("c")
		require.True(t, w.settle())
		assert.Empty(t, w.volumes, "policy Delete: the external provisioner destroys it")
	})
	t.Run("not served", func(t *testing.T) {
		w := newWorld()
		w.addClass("fast", "example.com/absent", model.BindImmediate)
		c := w.addClaim("c", gi, ofClass("fast"))
		require.True(t, w.resync())
		assert.Equal(t, "Pending", w.claim("c"))
		assert.Equal(t, "example.com/absent", c.Provisioner)
		d := SyncClaim(c, w)
		assert.Equal(t, ProvisionerAsked, d.Notice.Reason)
		assert.False(t, d.Changes(c), "it waits for ever")
	})
	t.Run("died between the writes", func(t *testing.T) {
		w := newWorld()
		c := w.addClaim("c", gi)
		vol := w.addVolume("pv", gi)
		Bind(c, vol).WriteVolume(vol)
		w.addVolume("earlier", gi) // would be matched now, if pv were not reserved
		require.True(t, w.resync())
		assert.Equal(t, "Bound to pv with 1Gi"+both, w.claim("c"))
		assert.Equal(t, "Bound for c (by-controller)", w.volume("pv"))
	})
	t.Run("recycled", func(t *testing.T) {
		w := newWorld()
		w.addClaim("c", gi)
		w.addVolume("pv", gi, policy(model.ReclaimRecycle))
		require.True(t, w.resync())
		w.deleteClaim("c")
		w.addClaim("c2", gi)
		require.True(t, w.resync())
		assert.Equal(t, "Bound to pv with 1Gi"+both, w.claim("c2"))
	})
}
