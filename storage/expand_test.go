package storage

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ordinal-sim/ordinal/model"
)

// TestResizerActs: what the resizer grows a volume to, of a claim that asks for 4Gi and has 2Gi.
func TestResizerActs(t *testing.T) {
	const began, refused = model.ControllerResizeInProgress, model.ControllerResizeInfeasible
	for _, row := range []struct {
		rule             string
		volume, capacity model.Bytes
		growth           Growth
		size             model.Bytes
	}{
		{"nothing to do, though the volume was made larger by hand", 9 * gi, 4 * gi, Growth{}, 0},
		{"it grows the volume to what is asked for", 2 * gi, 2 * gi, Growth{}, 4 * gi},
		{"so it does where that was made larger by hand", 9 * gi, 2 * gi, Growth{}, 4 * gi},
		{"an earlier growth does not matter", 2 * gi, 2 * gi, Growth{Allocated: 2 * gi}, 4 * gi},
		{"what has begun goes on, whatever is asked for meanwhile", 2 * gi, 2 * gi, Growth{Allocated: 3 * gi, Status: began}, 3 * gi},
		{"unless it has failed", 2 * gi, 2 * gi, Growth{Allocated: 9 * gi, Status: began, Failed: true}, 4 * gi},
		{"or is out of the question", 2 * gi, 2 * gi, Growth{Allocated: 9 * gi, Status: refused}, 4 * gi},
		{"what was grown and then taken back is brought to its end", 9 * gi, 2 * gi, Growth{Allocated: 9 * gi, Status: began, Failed: true}, 9 * gi},
		{"the node is waited for", 4 * gi, 2 * gi, Growth{Allocated: 4 * gi, Status: model.NodeResizePending}, 0},
		{"also before the next growth", 3 * gi, 2 * gi, Growth{Allocated: 3 * gi, Status: model.NodeResizeInProgress}, 0},
		{"not one that cannot do it", 3 * gi, 2 * gi, Growth{Allocated: 3 * gi, Status: model.NodeResizeInfeasible}, 3 * gi},
	} {
		t.Run(row.rule, func(t *testing.T) {
			w := newWorld()
			c := w.addClaim("c", 4*gi, boundTo("pv"))
			c.Phase, c.Capacity = model.ClaimBound, row.capacity
			vol := w.addVolume("pv", row.volume, claimRef("c", c.UID))
			size, acts := ResizerActs(c, row.growth, vol)
			assert.Equal(t, row.size, size)
			assert.Equal(t, row.size != 0, acts)
			vol.ClaimRef.UID++
			_, acts = ResizerActs(c, row.growth, vol)
			assert.False(t, acts, "the volume is another's")
			c.Phase = model.ClaimLost
			_, acts = ResizerActs(c, row.growth, w.addVolume("pv2", row.volume, claimRef("c", c.UID)))
			assert.False(t, acts, "the claim is lost")
		})
	}
}

// TestNodeGrows: of which volumes the kubelet has to grow a file system.
func TestNodeGrows(t *testing.T) {
	csi := func(driver string) model.VolumeSource {
		return model.VolumeSource{Type: model.SourceCSI, Driver: driver}
	}
	for _, row := range []struct {
		rule   string
		source model.VolumeSource
		mode   model.VolumeMode
		grows  bool
	}{
		{"a disk has one", csi("ebs.csi.aws.com"), "", true},
		{"a disk of the node's own has one", csi("topolvm.io"), model.Filesystem, true},
		{"a block device has none", csi("ebs.csi.aws.com"), model.Block, false},
		{"that of a share is its server's", csi("efs.csi.aws.com"), "", false},
		{"what is no CSI volume nobody grows", model.VolumeSource{Type: model.SourceNFS}, "", false},
	} {
		t.Run(row.rule, func(t *testing.T) {
			assert.Equal(t, row.grows, NodeGrows(&model.PersistentVolumeSpec{Source: row.source, VolumeMode: row.mode}))
		})
	}
	c := &Claim{Phase: model.ClaimBound}
	for status, acts := range map[model.ClaimResizeStatus]bool{
		"": false, model.ControllerResizeInProgress: false, model.NodeResizePending: true, model.NodeResizeInProgress: true, model.NodeResizeInfeasible: false,
	} {
		assert.Equal(t, acts, KubeletActs(c, Growth{Status: status}), status)
	}
}
