package sim_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// How a claim gets its volume, by hand or from a provisioner; what becomes of the
// volume; and on which node it can be used.

var volumeCases = []worldCase{
	{"S30", "A volume that appears is noticed when the controller next looks at everything, within 15 s", func(w *worldPlay) {
		w.begin(sim.Config{}, aClaim("c"))
		w.c.Run(20 * time.Second)
		w.apply(byHand("a"))
		w.c.Run(9 * time.Second)
		w.claims("c:Pending")
		w.volumes("a:Available:")
		w.c.Run(2 * time.Second)
		w.claims("c:Bound")
		w.volumes("a:Bound:c")
	}},
	{"S31", "A claim of the same name is another claim: the released volume keeps its data and is not given again", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a"), aClaim("c"))
		w.settles()
		w.volumes("a:Bound:c")
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.volumes("a:Released:c")
		w.apply(aClaim("c"))
		w.waits("pvc/c: Pending: no persistent volumes available")
		w.volumes("a:Released:c")
		w.apply(byHand("b"))
		w.settles()
		w.volumes("a:Released:c b:Bound:c")
		// An administrator gives the volume back.
		w.apply(aClaim("d"))
		w.do(w.c.Patch("pv/a", manifest.Merge(`{"spec":{"claimRef":null}}`)))
		w.settles()
		w.volumes("a:Bound:d b:Bound:c")
	}},
	{"S32", "A volume that is deleted while it is bound waits for the claim; then both go", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a"), aClaim("c"))
		w.settles()
		w.do(w.c.Delete("pv/a"))
		w.c.Settle()
		w.volumes("a:Terminating:c")
		w.claims("c:Bound")
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.volumes("")
		w.claims("")
	}},
	{"S32b", "So it is for a volume that is to be recycled", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a", func(v *model.PersistentVolume) { v.Spec.ReclaimPolicy = model.ReclaimRecycle }), aClaim("c"))
		w.settles()
		w.do(w.c.Delete("pv/a"))
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.volumes("")
	}},
	{"S33", "A claim that has lost its volume recovers when a volume of that name is there again", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a"), aClaim("c"))
		w.settles()
		w.do(w.c.Patch("pv/a", manifest.Merge(`{"spec":{"claimRef":null}}`))) // or else it would wait for the claim
		w.do(w.c.Delete("pv/a"))
		w.waits("pvc/c: Lost: Bound claim has lost its PersistentVolume. Data on the volume is lost!")
		w.volumes("")
		w.claims("c:Lost")
		w.event("pvc/c", "ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!")
		w.apply(byHand("a"))
		w.settles()
		w.claims("c:Bound")
		w.volumes("a:Bound:c")
	}},
	{"S16", "A bound claim whose volume forgets it is bound to it again", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a"), aClaim("c"))
		w.settles()
		w.do(w.c.Patch("pv/a", manifest.Merge(`{"spec":{"claimRef":null}}`)))
		w.settles()
		w.volumes("a:Bound:c")
	}},
	{"S34", "A class that becomes the default later is given to claims that name none, and not to those that want none", func(w *worldPlay) {
		w.begin(sim.Config{}, aClaim("none"), aClaim("empty", claimClass("")))
		w.c.Run(20 * time.Second)
		w.apply(disksClass(isDefault))
		w.c.Run(9 * time.Second)
		w.claims("empty:Pending none:Pending")
		w.waits("pvc/empty: Pending: no persistent volumes available")
		w.claims("empty:Pending none:Bound")
		require.Equal(w.t, "disks", *w.c.Claims().Items[1].Spec.StorageClassName)
	}},
	{"S35", "Of two default classes the newest wins", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(isDefault))
		w.c.Run(time.Second)
		w.apply(disksClass(isDefault, func(c *model.StorageClass) { c.Name = "a-newer-one" }))
		w.apply(aClaim("c"))
		w.settles()
		require.Equal(w.t, "a-newer-one", *w.c.Claims().Items[0].Spec.StorageClassName)
	}},
	{"by hand/a", "A class that is only a name: claims and volumes that say it find each other", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a", volumeClass("manual")), byHand("b"), webSet(1, ofClass("manual")))
		w.settles()
		w.volumes("a:Bound:www-web-0 b:Available:")
	}},
	{"by hand/b", "Local volumes, with a class that waits: each pod goes where its volume is", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 3}, append(withDisks(webSet(2), onFirstUse, provisionedBy(model.ProvisionerNone)),
			byHand("x", volumeClass("disks"), localTo("node-2")), byHand("y", volumeClass("disks"), localTo("node-1")))...)
		w.settles()
		w.nodes("web-0:node-1 web-1:node-2") // node-0 has none; of node-1 and node-2 the first
		w.volumes("x:Bound:www-web-1 y:Bound:www-web-0")
	}},
	{"by hand/c", "No class at all, though there is a default one", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(isDefault), byHand("a"), webSet(1, ofClass("")))
		w.settles()
		w.volumes("a:Bound:www-web-0")
	}},
	{"by hand/d", "Volumes that are reserved: each claim gets its own, whatever the class", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a", reservedFor("www-web-1"), volumeClass("x")), byHand("b", reservedFor("www-web-0")), webSet(2))
		w.settles()
		w.volumes("a:Bound:www-web-1 b:Bound:www-web-0")
		w.begin(sim.Config{}, disksClass(onFirstUse), byHand("a", reservedFor("c")), aClaim("c", claimClass("disks")))
		w.settles()
		w.claims("c:Bound") // without any pod
	}},
	{"by hand/pitfall", "A template that names a volume makes all ordinals ask for it, and one gets it", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a"), webSet(2, parallel, func(s *model.StatefulSet) {
			s.Spec.VolumeClaimTemplates[0].Spec.VolumeName = "a"
		}))
		w.waits(`pvc/www-web-1: Pending: volume "a" already bound to a different claim.`)
		w.claims("www-web-0:Bound www-web-1:Pending")
		w.begin(sim.Config{}, aClaim("c", func(c *model.PersistentVolumeClaim) { c.Spec.VolumeName = "b" }))
		w.waits(`pvc/c: Pending: the requested volume "b" does not exist`)
	}},
	{"provisioned/class later", "A class that is missing, and is made later", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, ofClass("disks")))
		w.waits(`pvc/www-web-0: Pending: storageclass.storage.k8s.io "disks" not found`,
			"kubectl apply a StorageClass named disks, or a PersistentVolume of that class that fits")
		w.event("pvc/www-web-0", `ProvisioningFailed: storageclass.storage.k8s.io "disks" not found`)
		w.apply(disksClass())
		w.settles()

		w.begin(sim.Config{}, webSet(1, ofClass("disks")))
		w.waits()
		w.apply(disksClass(onFirstUse)) // now it is for the scheduler to choose
		w.settles()
	}},
	{"provisioned/absent", "A provisioner that nobody runs: the claim waits, until somebody makes a volume by hand", func(w *worldPlay) {
		w.begin(sim.Config{AbsentProvisioners: []string{"ebs.csi.aws.com"}}, withDisks(webSet(1))...)
		w.waits("it would help to run the provisioner, or kubectl apply a PersistentVolume that fits")
		w.event("pvc/www-web-0", "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' "+
			"or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.")
		w.apply(byHand("a", volumeClass("disks")))
		w.settles()
		w.volumes("a:Bound:www-web-0")
	}},
	{"provisioned/absent, on first use", "The same where the scheduler has chosen a node and waits for the volume", func(w *worldPlay) {
		w.begin(sim.Config{AbsentProvisioners: []string{"ebs.csi.aws.com"}}, withDisks(webSet(1), onFirstUse)...)
		w.waits("pod/web-0: waits for its volumes to be bound")
	}},
	{"provisioned/none", "The provisioner that makes nothing", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), provisionedBy(model.ProvisionerNone))...)
		w.waits("pvc/www-web-0: Pending: no volume plugin matched name: kubernetes.io/no-provisioner\n  it would help to kubectl apply a PersistentVolume that fits")
	}},
	{"provisioned/selector", "Provisioners make no volume to a selector", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1, func(s *model.StatefulSet) {
			s.Spec.VolumeClaimTemplates[0].Spec.Selector = &model.LabelSelector{MatchLabels: model.Labels{"disk": "fast"}}
		}))...)
		w.waits()
		w.event("pvc/www-web-0", `ProvisioningFailed: claim Selector is not supported`)
	}},
	{"provisioned/class deleted meanwhile", "A class that goes while the volume is being made, and comes back", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(), aClaim("c", claimClass("disks")))
		w.c.Run(500 * time.Millisecond)
		w.do(w.c.Delete("sc/disks"))
		w.c.Settle()
		w.apply(disksClass())
		w.settles()
		w.claims("c:Bound")
	}},
	{"provisioned/too late", "A volume that is made for a claim which has got another in the meantime is deleted", func(w *worldPlay) {
		w.begin(sim.Config{Latencies: sim.Latencies{Provision: sim.Fixed(time.Minute)}}, disksClass(), aClaim("c", claimClass("disks")))
		w.c.Run(20 * time.Second)
		w.apply(byHand("a", volumeClass("disks")))
		w.settles()
		w.volumes("a:Bound:c")
	}},
	{"provisioned/on first use", "A volume on a node's own disk is made where the scheduler wants the pod, and keeps it there", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(2), onFirstUse, provisionedBy("rancher.io/local-path"))...)
		w.settles()
		w.nodes("web-0:node-0 web-1:node-1")
		w.do(w.c.Drain("node-1"))
		w.waits("pod/web-1: Pending: 0/2 nodes are available:", "uncordon a node, or add one")
		w.nodes("web-0:node-0 web-1:")
		w.do(w.c.Uncordon("node-1"))
		w.settles()
		w.nodes("web-0:node-0 web-1:node-1")
	}},
	{"provisioned/room", "While the volumes of a pod are made on a node, the pod has its place there", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2, PodsPerNode: 1}, withDisks(webSet(3, parallel), onFirstUse, provisionedBy("rancher.io/local-path"))...)
		w.waits("pod/web-2: Pending: 0/2 nodes are available: 2 Too many pods.", "add a node")
		w.nodes("web-0:node-0 web-1:node-1 web-2:")
		w.do(w.c.Scale("web", 2))
		w.settles()
	}},
	{"provisioned/cordoned meanwhile", "A node that is cordoned while the volumes are made gets the pod all the same", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(1), onFirstUse)...)
		w.c.Run(500 * time.Millisecond)
		w.do(w.c.Cordon("node-0"))
		w.settles()
		w.nodes("web-0:node-0")
	}},
	{"provisioned/deleted meanwhile", "A pod that is deleted while its volumes are made leaves its place", func(w *worldPlay) {
		w.begin(sim.Config{PodsPerNode: 1}, withDisks(webSet(1), onFirstUse)...)
		w.c.Run(500 * time.Millisecond)
		w.do(w.c.Delete("pod/web-0"))
		w.settles()
		w.pods("web-0:Running")
		w.do(w.c.Scale("web", 0))
		w.settles()
		w.apply(webSet(1, named("other"), stateless))
		w.settles()
	}},
	{"reclaim/Delete", "The volume of a class with Delete goes with its claim, and the data with it", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		w.do(w.c.Delete("sts/web"))
		w.settles()
		w.volumes("new:Bound:www-web-0")
		w.do(w.c.Delete("pvc/www-web-0"))
		w.settles()
		w.volumes("")
	}},
	{"reclaim/Retain", "The volume of a class with Retain stays, released, and a new claim gets a new one", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), func(c *model.StorageClass) { c.ReclaimPolicy = model.ReclaimRetain })...)
		w.settles()
		w.write("data", "web-0")
		w.do(w.c.Delete("sts/web"))
		w.settles()
		w.do(w.c.Delete("pvc/www-web-0"))
		w.settles()
		w.volumes("new:Released:www-web-0")
		w.apply(webSet(1, ofClass("disks")))
		w.settles()
		w.volumes("new:Released:www-web-0 new:Bound:www-web-0")
		w.reads("web-0:", "web-0")
	}},
	{"reclaim/Recycle", "A volume that is recycled is emptied, and given again", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a", func(v *model.PersistentVolume) { v.Spec.ReclaimPolicy = model.ReclaimRecycle }), webSet(1))
		w.settles()
		w.write("data", "web-0")
		w.do(w.c.Delete("sts/web"))
		w.settles()
		w.do(w.c.Delete("pvc/www-web-0"))
		w.settles()
		w.volumes("a:Available:")
		w.apply(webSet(1))
		w.settles()
		w.reads("web-0:", "web-0")
	}},
	{"reclaim/Failed", "A volume that nobody can delete is Failed, says so once, and is tried no more often than that helps", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a", func(v *model.PersistentVolume) { v.Spec.ReclaimPolicy = model.ReclaimDelete }), aClaim("c"))
		w.settles()
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.volumes("a:Failed:c")
		said := strings.Join(w.events("pv/a"), "\n")
		require.Equal(w.t, `VolumeFailedDelete: error getting deleter volume plugin for volume "a": no deletable volume plugin matched`, said)
	}},
}

var attachCases = []worldCase{
	{"N1", "A disk is at one node at a time: the second pod waits there until the first is gone", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, disksClass(), aClaim("shared", claimClass("disks")), webSet(2, mounting("shared")))
		w.waits("pod/web-1: waits for its volumes")
		w.nodes("web-0:node-0 web-1:node-1")
		w.pods("web-0:Running web-1:ContainerCreating")
		volume := w.c.Volumes().Items[0].Name
		w.event("pod/web-1", `FailedAttachVolume: Waiting for detach for volume "`+volume+`" Volume is already used by pod(s) web-0`)
		w.do(w.c.Cordon("node-0"))
		w.do(w.c.Delete("pod/web-0"))
		w.settles() // both are on node-1 now
		w.nodes("web-0:node-1 web-1:node-1")
	}},
	{"N1b", "The pod that has the disk is named, though its name comes later", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, disksClass(), aClaim("shared", claimClass("disks")), webSet(1, mounting("shared")))
		w.settles()
		w.apply(webSet(1, named("a"), mounting("shared")))
		w.waits("pod/a-0: waits for its volumes")
		volume := w.c.Volumes().Items[0].Name
		w.event("pod/a-0", `FailedAttachVolume: Waiting for detach for volume "`+volume+`" Volume is already used by pod(s) web-0`)
	}},
	{"N1c", "Releases before 1.37 call it an error", func(w *worldPlay) {
		for _, r := range []struct {
			release release.Release
			used    string
			left    string
		}{
			{release.V1_36, `Multi-Attach error for volume "%s" Volume is already used by pod(s) web-0`,
				`Multi-Attach error for volume "%s" Volume is already exclusively attached to one node and can't be attached to another`},
			{release.V1_37, `Waiting for detach for volume "%s" Volume is already used by pod(s) web-0`,
				`Waiting for detach for volume "%s" Volume is already exclusively attached to one node, waiting on detach before it can be attached to another node`},
		} {
			slow := sim.Latencies{Detach: sim.Fixed(time.Minute)}
			w.begin(sim.Config{Nodes: 2, Release: r.release, Latencies: slow}, disksClass(), aClaim("shared", claimClass("disks")), webSet(2, mounting("shared")))
			w.waits("pod/web-1: waits for its volumes")
			volume := w.c.Volumes().Items[0].Name
			w.event("pod/web-1", "FailedAttachVolume: "+fmt.Sprintf(r.used, volume))
			w.do(w.c.Cordon("node-0"))
			w.do(w.c.Scale("web", 1))
			w.do(w.c.Delete("pod/web-0"))
			w.settles()
			w.event("pod/web-0", "FailedAttachVolume: "+fmt.Sprintf(r.left, volume))
		}
	}},
	{"N2", "Two pods of one node share a disk", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(), aClaim("shared", claimClass("disks")), webSet(2, mounting("shared")))
		w.settles()
		w.write("data", "web-0")
		w.reads("web-1:data of web-0", "web-1")
		w.do(w.c.Scale("web", 1))
		w.settles()
		w.do(w.c.Do(sim.CrashContainer{Pod: "web-0"}))
		w.settles()
	}},
	{"N2b", "A pod that has ended does not hold a disk, though its object is there", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, disksClass(), aClaim("shared", claimClass("disks")))
		w.do(w.c.Cordon("node-1"))
		w.apply(webSet(2, mounting("shared")))
		w.settles()
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.settles()
		w.do(w.c.Do(sim.FailPod{Pod: "web-1"}))
		w.do(w.c.Delete("pod/web-0"))
		w.do(w.c.Cordon("node-0"))
		w.do(w.c.Uncordon("node-1"))
		w.apply(webSet(1, named("other"), mounting("shared")))
		w.waits("pod/web-1: has ended")
		w.pods("other-0:Running web-1:Error")
	}},
	{"N3", "A volume that offers ReadWriteMany is at many nodes", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, disksClass(), aClaim("shared", claimClass("disks"), func(c *model.PersistentVolumeClaim) {
			c.Spec.AccessModes = []model.AccessMode{model.ReadWriteMany}
		}), webSet(2, mounting("shared")))
		w.settles()
		w.nodes("web-0:node-0 web-1:node-1")
	}},
	{"N4", "A volume for one pod alone keeps the second from being scheduled, on whatever node", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, disksClass(), aClaim("one", claimClass("disks"), onePod), webSet(2, mounting("one")))
		w.waits("pod/web-1: Pending")
		w.event("pod/web-1", "FailedScheduling: 0/2 nodes are available: 2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode "+
			"already in-use by another pod. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.")
		w.do(w.c.Scale("web", 1))
		w.settles()
	}},
	{"N4b", "The kubelet has the last word: a pod whose object is gone has its volume until it is unmounted", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1, func(s *model.StatefulSet) { onePod(&s.Spec.VolumeClaimTemplates[0]) }))...)
		w.settles()
		forced := w.c.Now()
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.c.Run(500 * time.Millisecond)
		w.pods("web-0:ContainerCreating")
		w.event("pod/web-0", `FailedMount: MountVolume.SetUp failed for volume "`+w.c.Volumes().Items[0].Name+
			`" : volume uses the ReadWriteOncePod access mode and is already in use by another pod`)
		w.until(func(v sim.View) bool { return v.PodReady("web-0") })
		require.Equal(w.t, 4511*time.Millisecond, w.c.Now().Sub(forced),
			"refused at 11 ms, then 0.5 and 1 s later; unmounted after 2 s, and mounted 2 s after the last attempt; start and ready 1 s")
		w.settles()
		w.do(w.c.Do(sim.HoldVolumes{Node: "node-0"}))
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.waits("pod/web-0: waits for its volumes")
		w.do(w.c.Do(sim.ReleaseVolumes{Node: "node-0"}))
		w.settles()
	}},
	{"N4d", "So it is for pods that are bound by name, which the scheduler does not see", func(w *worldPlay) {
		there := func(s *model.StatefulSet) { s.Spec.Template.Spec.NodeName = "node-1" }
		w.begin(sim.Config{Nodes: 2}, disksClass(), aClaim("one", claimClass("disks"), onePod), webSet(1, grace(5), mounting("one"), there))
		w.settles()
		w.apply(webSet(1, named("other"), mounting("one"), there))
		w.waits("pod/other-0: waits for its volumes")
		w.nodes("other-0:node-1 web-0:node-1")
		w.event("pod/other-0", `FailedMount: MountVolume.SetUp failed for volume "`+w.c.Volumes().Items[0].Name+
			`" : volume uses the ReadWriteOncePod access mode and is already in use by another pod`)
		w.do(w.c.Delete("pod/web-0"))
		w.waits("pod/other-0: waits for its volumes") // the successor asks at once, and this one has its back-off
		w.do(w.c.Delete("sts/web"))
		w.settles()
		w.pods("other-0:Running")
	}},
	{"N4c", "A volume that offers more than that is mounted for as many as there are", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.settles()
		w.noEvent("pod/web-0", "FailedMount")
	}},
	{"N10", "A local volume whose node takes no pods: the pod stays Pending", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 3}, append(withDisks(webSet(1), onFirstUse, provisionedBy(model.ProvisionerNone)),
			byHand("disk", volumeClass("disks"), localTo("node-1")))...)
		w.settles()
		w.do(w.c.Drain("node-1"))
		w.waits("2 node(s) didn't match PersistentVolume's node affinity", "1 node(s) were unschedulable")
		w.do(w.c.Uncordon("node-1"))
		w.settles()
		w.nodes("web-0:node-1")
	}},
	{"N11", "A file share is mounted at once, wherever the pod goes", func(w *worldPlay) {
		slow := sim.Latencies{Attach: sim.Fixed(time.Hour), Detach: sim.Fixed(time.Hour)}
		for _, provisioner := range []string{"nfs.csi.k8s.io", "k8s.io/minikube-hostpath", "k8s-sigs.io/nfs-subdir-external-provisioner"} {
			w.begin(sim.Config{Nodes: 2, Latencies: slow}, append(withDisks(webSet(1), provisionedBy(provisioner)),
				aClaim("shared", claimClass("disks")), webSet(2, named("share"), mounting("shared")))...)
			w.settles()
			w.do(w.c.Drain("node-0"))
			w.settles()
			require.Less(w.t, time.Duration(w.c.Now()), 2*time.Minute)
		}
	}},
	{"move", "A pod that moves waits until its disk is detached there and attached here", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2, Latencies: sim.Latencies{Detach: sim.Fixed(20 * time.Second)}}, withDisks(webSet(1, grace(1)))...)
		w.settles()
		w.write("data", "web-0")
		w.do(w.c.Drain("node-0"))
		w.until(func(v sim.View) bool { return !v.PodExists("web-0") })
		gone := w.c.Now()
		w.c.Run(10 * time.Second)
		w.pods("web-0:ContainerCreating")
		volume := w.c.Volumes().Items[0].Name
		w.event("pod/web-0", `FailedAttachVolume: Waiting for detach for volume "`+volume+
			`" Volume is already exclusively attached to one node, waiting on detach before it can be attached to another node`)
		w.until(func(v sim.View) bool { return v.PodReady("web-0") })
		require.Equal(w.t, 24*time.Second, w.c.Now().Sub(gone), "detach 20s, attach 1s, pull 2s, start and ready 1s")
		w.reads("web-0:data of web-0", "web-0")
		w.settles()
	}},
	{"hold", "A detach that hangs keeps a pod from its volume on another node, however long that takes", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2, Latencies: sim.Latencies{Detach: sim.Fixed(20 * time.Second)}}, withDisks(webSet(1, grace(1)))...)
		w.settles()
		w.fault(sim.HoldDetach{Node: "node-0"})
		require.EqualError(w.t, w.c.Do(sim.HoldDetach{Node: "node-0"}), "sim: node node-0 holds what is to be detached")
		require.EqualError(w.t, w.c.Do(sim.ReleaseDetach{Node: "node-1"}), "sim: node node-1 does not hold what is to be detached")
		w.do(w.c.Drain("node-0"))
		w.c.Run(time.Hour)
		w.pods("web-0:ContainerCreating")
		w.nodes("web-0:node-1")
		w.waits("pod/web-0: waits for its volumes")
		released := w.c.Now()
		w.fault(sim.ReleaseDetach{Node: "node-0"})
		w.until(func(v sim.View) bool { return v.PodReady("web-0") })
		require.Equal(w.t, 24*time.Second, w.c.Now().Sub(released), "detach 20s, attach 1s, pull 2s, start and ready 1s")
		w.settles()
		// One that is under way when the driver begins to hang hangs, too.
		w.do(w.c.Uncordon("node-0"))
		w.do(w.c.Drain("node-1"))
		w.until(func(v sim.View) bool { return !v.PodExists("web-0") })
		w.c.Run(10 * time.Second)
		w.fault(sim.HoldDetach{Node: "node-1"})
		w.waits("pod/web-0: waits for its volumes")
		w.fault(sim.ReleaseDetach{Node: "node-1"})
		w.settles()
	}},
	{"hold2", "A detach by force hangs as well, when its driver does", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(1, grace(1)))...)
		w.settles()
		w.fault(sim.HoldDetach{Node: "node-0"})
		w.fault(sim.CrashNode{Node: "node-0"})
		w.c.Run(2 * time.Minute)
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.waits("pod/web-0: waits for its volumes")
		w.fault(sim.ReleaseDetach{Node: "node-0"})
		w.settles()
		w.nodes("web-0:node-1")
	}},
	{"hold4", "What a machine had mounted when it went down is unmounted as soon as it can be, though it came up before that", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(1, grace(0)))...)
		w.settles()
		w.fault(sim.CrashNode{Node: "node-0"})
		w.fault(sim.HoldVolumes{Node: "node-0"})
		w.do(w.c.Cordon("node-0"))
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.c.Run(time.Second)
		w.fault(sim.RestartNode{Node: "node-0"})
		w.waits("pod/web-0: waits for its volumes")
		w.fault(sim.ReleaseVolumes{Node: "node-0"})
		w.settles()
		w.nodes("web-0:node-1")
	}},
	{"hold5", "So is what a pod had mounted that is terminating", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(1, grace(10)))...)
		w.settles()
		w.fault(sim.HoldVolumes{Node: "node-0"})
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(time.Second)
		w.fault(sim.CrashNode{Node: "node-0"})
		w.c.Run(time.Second)
		w.fault(sim.RestartNode{Node: "node-0"})
		w.waits("pod/web-0: is terminating")
		w.fault(sim.ReleaseVolumes{Node: "node-0"})
		w.settles()
	}},
	{"hold3", "A volume that is unmounted before the six minutes are over is not taken away when they are", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(1, grace(1)))...)
		w.settles()
		w.fault(sim.HoldDetach{Node: "node-0"})
		w.fault(sim.StopKubelet{Node: "node-0"})
		w.c.Run(2 * time.Minute)
		w.do(w.c.Cordon("node-0"))
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.c.Run(3 * time.Minute)
		w.fault(sim.StartKubelet{Node: "node-0"})
		w.waits("pod/web-0: waits for its volumes")
		w.fault(sim.ReleaseDetach{Node: "node-0"})
		w.settles()
		w.nodes("web-0:node-1")
	}},
	{"stay", "A pod that comes back to its node finds the disk still there", func(w *worldPlay) {
		w.begin(sim.Config{Latencies: sim.Latencies{Detach: sim.Fixed(20 * time.Second), Attach: sim.Fixed(time.Minute)}}, withDisks(webSet(1, grace(1)))...)
		w.settles()
		w.do(w.c.Delete("pod/web-0"))
		w.until(func(v sim.View) bool { return !v.PodExists("web-0") })
		gone := w.c.Now()
		w.until(func(v sim.View) bool { return v.PodReady("web-0") })
		require.Equal(w.t, 1011*time.Millisecond, w.c.Now().Sub(gone), "seen 1ms, scheduled 10ms, start and ready 1s")
		w.settles()
	}},
}

// onePod asks for a volume that one pod at a time may use.
func onePod(c *model.PersistentVolumeClaim) {
	c.Spec.AccessModes = []model.AccessMode{model.ReadWriteOncePod}
}
