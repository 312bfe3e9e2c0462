package sim_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// Claims that ask for more than they have.

func elastic(c *model.StorageClass) { c.AllowVolumeExpansion = true }

// asks makes a claim ask for so many Gi.
func (w *worldPlay) asks(claim string, gi int) error {
	return w.c.Patch("pvc/"+claim, manifest.Merge(fmt.Sprintf(`{"spec":{"resources":{"requests":{"storage":"%dGi"}}}}`, gi)))
}

// sizes wants of the first claim what it asks for, what its volume is being grown to, what
// the volume has, and what the claim shows; then how far that is and the conditions that
// say so: "2Gi 2Gi 2Gi 1Gi NodeResizePending Resizing FileSystemResizePending".
func (w *worldPlay) sizes(want string) {
	w.t.Helper()
	c := w.c.Claims().Items[0]
	var volume model.Bytes
	for _, v := range w.c.Volumes().Items {
		if v.Name == c.Spec.VolumeName {
			volume = v.Spec.Capacity
		}
	}
	shown := []string{c.Spec.Request.String(), c.Status.AllocatedResources.String(), volume.String(), c.Status.Capacity.String()}
	if c.Status.AllocatedResourceStatus != "" {
		shown = append(shown, string(c.Status.AllocatedResourceStatus))
	}
	for _, condition := range c.Status.Conditions {
		if condition.Type != model.ClaimUnused {
			require.Equal(w.t, model.ConditionTrue, condition.Status)
			shown = append(shown, string(condition.Type))
		}
	}
	w.is(want, strings.Join(shown, " "))
}

// said are the events of an object from the n-th on.
func (w *worldPlay) said(object string, from int, want ...string) {
	w.t.Helper()
	require.Equal(w.t, want, w.events(object)[from:], "%s\n%s", w.rule, w.c.Trace())
}

var expansionCases = []worldCase{
	{"expand/mounted", "A disk grows, then the kubelet grows the file system on it under the pod, then the claim shows it", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), elastic)...)
		w.settles()
		claimEvents, podEvents := len(w.events("pvc/www-web-0")), len(w.events("pod/web-0"))
		w.do(w.asks("www-web-0", 2))
		w.sizes("2Gi 0 1Gi 1Gi")
		w.c.Run(time.Millisecond)
		w.sizes("2Gi 2Gi 1Gi 1Gi ControllerResizeInProgress Resizing")
		w.c.Run(time.Second)
		w.sizes("2Gi 2Gi 2Gi 1Gi NodeResizePending Resizing FileSystemResizePending")
		require.Equal(w.t, "Waiting for user to (re-)start a pod to finish file system resize of volume on node.",
			w.c.Claims().Items[0].Status.Conditions[2].Message)
		volume := w.c.Volumes().Items[0]
		require.Equal(w.t, "1Gi", volume.Annotations["volume.alpha.kubernetes.io/pre-resize-capacity"])
		grown := w.c.Now()
		w.until(func(sim.View) bool { return w.c.Claims().Items[0].Status.Capacity == 2*model.Gi })
		require.Equal(w.t, time.Minute, w.c.Now().Sub(grown))
		w.settles()
		w.sizes("2Gi 2Gi 2Gi 2Gi")
		require.NotContains(w.t, w.c.Volumes().Items[0].Annotations, "volume.alpha.kubernetes.io/pre-resize-capacity")
		done := `FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "` + volume.Name + `" node-0`
		w.said("pod/web-0", podEvents, done)
		w.said("pvc/www-web-0", claimEvents,
			"ExternalExpanding: waiting for an external controller to expand this PVC",
			"Resizing: External resizer is resizing volume "+volume.Name,
			"FileSystemResizeRequired: Require file system resize of volume on node", done)
		w.pods("web-0:Running") // nobody has restarted it
	}},
	{"expand/not mounted", "Where no pod has the volume mounted, the file system waits for the next that mounts it", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(elastic), aClaim("c", claimClass("disks")))
		w.settles()
		w.do(w.asks("c", 2))
		w.settles() // as it should be: nobody needs the room
		w.sizes("2Gi 2Gi 2Gi 1Gi NodeResizePending Resizing FileSystemResizePending")
		w.apply(webSet(1, mounting("c")))
		w.until(func(v sim.View) bool { return w.c.Claims().Items[0].Status.Capacity == 2*model.Gi })
		w.pods("web-0:ContainerCreating")
		w.settles()
		w.sizes("2Gi 2Gi 2Gi 2Gi")
	}},
	{"expand/share", "The file system of a share is its server's: when the volume is larger, that is all", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), elastic, provisionedBy("efs.csi.aws.com"))...)
		w.settles()
		before := len(w.events("pvc/www-web-0"))
		w.do(w.asks("www-web-0", 3))
		w.settles()
		w.sizes("3Gi 3Gi 3Gi 3Gi")
		w.said("pvc/www-web-0", before, "ExternalExpanding: waiting for an external controller to expand this PVC",
			"Resizing: External resizer is resizing volume "+w.c.Volumes().Items[0].Name, "VolumeResizeSuccessful: Resize volume succeeded")
	}},
	{"expand/block", "So it is for a block device", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(elastic), aClaim("c", claimClass("disks"), func(c *model.PersistentVolumeClaim) { c.Spec.VolumeMode = model.Block }))
		w.settles()
		w.do(w.asks("c", 2))
		w.settles()
		w.sizes("2Gi 2Gi 2Gi 2Gi")
	}},
	{"expand/nobody", "Where nobody grows volumes of the kind, the claim waits, and what it asks for may be taken back, but for what it has", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(elastic), byHand("a", volumeClass("disks")), aClaim("c", claimClass("disks")))
		w.settles()
		w.volumes("a:Bound:c")
		w.do(w.asks("c", 9))
		w.waits("pvc/c: asks for 9Gi and has 1Gi: waiting for an external controller to expand this PVC")
		w.do(w.asks("c", 2))
		w.waits("pvc/c: asks for 2Gi and has 1Gi")
		require.ErrorContains(w.t, w.asks("c", 1), "field can not be less than status.capacity")
	}},
	{"expand/absent", "A driver that nobody runs grows nothing either, nor one without a resizer", func(w *worldPlay) {
		for _, config := range []sim.Config{{AbsentProvisioners: []string{"ebs.csi.aws.com"}}, {AbsentResizers: []string{"ebs.csi.aws.com"}}} {
			w.begin(config, disksClass(elastic), byHand("a", volumeClass("disks"), csiDisk), aClaim("c", claimClass("disks")))
			w.settles()
			w.do(w.asks("c", 2))
			w.waits("waiting for an external controller to expand this PVC\n  it would help to run the resizer of ebs.csi.aws.com")
			w.sizes("2Gi 0 1Gi 1Gi")
		}
	}},
	{"expand/silent", "A kubelet that cannot be heard grows the file system when it is back", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), elastic)...)
		w.settles()
		w.do(w.c.Do(sim.StopKubelet{Node: "node-0"}))
		w.do(w.asks("www-web-0", 2))
		w.c.Run(time.Hour)
		w.sizes("2Gi 2Gi 2Gi 1Gi NodeResizePending Resizing FileSystemResizePending")
		w.do(w.c.Do(sim.StartKubelet{Node: "node-0"}))
		w.c.Run(time.Minute)
		w.sizes("2Gi 2Gi 2Gi 2Gi")
	}},
	{"expand/again", "Who asks for still more meanwhile gets it after what has begun is done", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), elastic)...)
		w.settles()
		w.do(w.asks("www-web-0", 2))
		w.c.Run(500 * time.Millisecond)
		w.do(w.asks("www-web-0", 3))
		w.c.Run(10 * time.Second)
		w.sizes("3Gi 2Gi 2Gi 1Gi NodeResizePending Resizing FileSystemResizePending")
		w.c.Run(51 * time.Second)
		w.sizes("3Gi 3Gi 2Gi 2Gi ControllerResizeInProgress Resizing")
		w.settles()
		w.sizes("3Gi 3Gi 3Gi 3Gi")
	}},
	{"expand/reserved", "A claim that is given a smaller disk than it asks for has it grown, whatever its class says", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a", reservedFor("c"), csiDisk),
			aClaim("c", claimClass(""), func(c *model.PersistentVolumeClaim) { c.Spec.Request = 5 * model.Gi; c.Spec.VolumeName = "a" }))
		w.settles()
		w.sizes("5Gi 5Gi 5Gi 1Gi NodeResizePending Resizing FileSystemResizePending")
	}},
	{"expand/deleted", "A claim that goes while its volume grows", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(elastic), aClaim("c", claimClass("disks")))
		w.settles()
		w.do(w.asks("c", 2))
		w.c.Run(500 * time.Millisecond)
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.claims("")
		w.volumes("")
	}},
	{"expand/described", "What kubectl describes of a claim that grows, of its volume and of its class", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), elastic, isDefault)...)
		w.settles()
		w.do(w.asks("www-web-0", 2))
		w.c.Run(2 * time.Second)
		for target, want := range map[string][]string{
			"pvc/www-web-0": {
				"StorageClass: disks", "Status: Bound", "Finalizers: [kubernetes.io/pvc-protection]", "Capacity: 1Gi", "Access Modes: RWO", "Used By: web-0",
				"Condition Resizing: True", "Condition FileSystemResizePending: True Waiting for user to (re-)start a pod to finish file system resize of volume on node.",
			},
			"pv/" + w.c.Volumes().Items[0].Name: {
				"StorageClass: disks", "Claim: default/www-web-0", "Reclaim Policy: Delete", "Capacity: 2Gi", "Node Affinity: <none>", "Source: csi ebs.csi.aws.com pvc-",
				"Finalizers: [kubernetes.io/pv-protection external-provisioner.volume.kubernetes.io/finalizer]",
			},
			"sc/disks": {
				"IsDefaultClass: Yes", "Provisioner: ebs.csi.aws.com", "Parameters: <none>", "AllowVolumeExpansion: True", "ReclaimPolicy: Delete", "VolumeBindingMode: Immediate",
			},
		} {
			text, err := w.c.Describe(target)
			w.do(err)
			for _, line := range want {
				require.Contains(w.t, spaces.ReplaceAllString(text, " "), "\n"+line, target)
			}
		}
	}},
	{"expand/moved", "A pod that moves before its kubelet has looked finds a larger file system where it goes", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(1, grace(1)), elastic)...)
		w.settles()
		w.do(w.asks("www-web-0", 2))
		w.c.Run(5 * time.Second)
		w.do(w.c.Drain("node-0"))
		w.until(func(v sim.View) bool { return v.PodReady("web-0") })
		w.sizes("2Gi 2Gi 2Gi 2Gi")
		w.nodes("web-0:node-1")
		require.Contains(w.t, strings.Join(w.events("pod/web-0"), "\n"), `NodeExpandVolume succeeded for volume "`+w.c.Volumes().Items[0].Name+`" node-1`)
		w.settles()
	}},
}

// csiDisk is a volume on a disk of the driver of the class disks.
func csiDisk(v *model.PersistentVolume) {
	v.Spec.Source = model.VolumeSource{Type: model.SourceCSI, Driver: "ebs.csi.aws.com", Handle: v.Name}
}
