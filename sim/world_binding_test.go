package sim_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// What the controllers of storage write on claims and volumes, and what somebody does by
// taking it away; and what the provisioners do besides making volumes.

// aDisk is a volume of 1Gi that an administrator makes, on a disk of the driver of the
// class disks, and that is destroyed when it is released.
func aDisk(name string) *model.PersistentVolume {
	return byHand(name, func(v *model.PersistentVolume) {
		v.Spec.Source = model.VolumeSource{Type: model.SourceCSI, Driver: "ebs.csi.aws.com", Handle: name}
		v.Spec.ReclaimPolicy = model.ReclaimDelete
	})
}

func retained(c *model.StorageClass) { c.ReclaimPolicy = model.ReclaimRetain }

// claim is the claim of a name.
func (w *worldPlay) claim(name string) *model.PersistentVolumeClaim {
	w.t.Helper()
	for _, c := range w.c.Claims().Items {
		if c.Name == name {
			return &c
		}
	}
	require.Fail(w.t, "there is no claim "+name, "%s\n%s", w.rule, w.c.Trace())
	return nil
}

// unprotected takes the finalizers away.
var unprotected = manifest.Merge(`{"metadata":{"finalizers":null}}`)

var bindingCases = []worldCase{
	{"annotations", "Claims and volumes say who bound them, and who was asked for a volume", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(), byHand("a"), aClaim("c", claimClass("")), aClaim("d", claimClass("disks")))
		w.settles()
		require.Equal(w.t, model.Labels{"pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes"}, w.claim("c").Annotations)
		require.Equal(w.t, model.Labels{
			"pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes",
			"volume.kubernetes.io/storage-provisioner": "ebs.csi.aws.com", "volume.beta.kubernetes.io/storage-provisioner": "ebs.csi.aws.com",
		}, w.claim("d").Annotations)
		volumes := w.c.Volumes().Items
		require.Equal(w.t, model.Labels{"pv.kubernetes.io/bound-by-controller": "yes"}, volumes[0].Annotations)
		require.Equal(w.t, model.Labels{"pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com"}, volumes[1].Annotations)
		require.Equal(w.t, []string{"kubernetes.io/pv-protection", "external-provisioner.volume.kubernetes.io/finalizer"}, volumes[1].Finalizers)
	}},
	{"annotations/old plugins", "A volume of a plugin that Kubernetes has no more says which driver has taken it over", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(provisionedBy("kubernetes.io/gce-pd")), aClaim("c", claimClass("disks")))
		w.settles()
		require.Equal(w.t, "pd.csi.storage.gke.io", w.claim("c").Annotations["volume.kubernetes.io/storage-provisioner"])
		require.Equal(w.t, model.Labels{
			"pv.kubernetes.io/provisioned-by": "kubernetes.io/gce-pd", "pv.kubernetes.io/migrated-to": "pd.csi.storage.gke.io",
		}, w.c.Volumes().Items[0].Annotations)
	}},
	{"annotations/the user's", "The annotations of a claim template are the claims', and applying a manifest again takes none away", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a"), webSet(1, func(s *model.StatefulSet) {
			s.Spec.VolumeClaimTemplates[0].Annotations = model.Labels{"backup": "nightly"}
		}))
		w.settles()
		w.apply(aClaim("www-web-0", func(c *model.PersistentVolumeClaim) {
			c.Annotations = model.Labels{"team": "b"}
			c.Labels = model.Labels{"app": "web"}
		}))
		w.settles()
		require.Equal(w.t, model.Labels{
			"backup": "nightly", "team": "b", "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes",
		}, w.claim("www-web-0").Annotations)
		w.claims("www-web-0:Bound")
	}},
	{"annotations/forgotten", "A claim that was made to forget that it is bound is bound again", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a"), aClaim("c"))
		w.settles()
		w.do(w.c.Patch("pvc/c", manifest.Merge(`{"metadata":{"annotations":null}}`)))
		w.claims("c:Bound")
		w.settles()
		require.Equal(w.t, model.Labels{"pv.kubernetes.io/bind-completed": "yes"}, w.claim("c").Annotations, "it names its volume, so nobody has chosen it")
	}},
	{"annotations/node", "Somebody chooses the node instead of the scheduler", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, disksClass(onFirstUse), aClaim("c", claimClass("disks")))
		w.settles()
		w.claims("c:Pending")
		w.do(w.c.Patch("pvc/c", manifest.Merge(`{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":"node-1"}}}`)))
		w.settles()
		w.claims("c:Bound")
	}},
	{"lost", "A claim that is lost shows no capacity", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a"), aClaim("c"))
		w.settles()
		require.Equal(w.t, model.Gi, w.claim("c").Status.Capacity)
		w.do(w.c.Delete("pv/a"))
		w.do(w.c.Patch("pv/a", unprotected)) // it is gone, though it was bound
		w.volumes("")
		w.c.Settle()
		w.claims("c:Lost")
		require.Zero(w.t, w.claim("c").Status.Capacity)
		require.Empty(w.t, w.claim("c").Status.AccessModes)
	}},
	{"finalizers/claim", "A claim whose finalizer somebody takes away goes under its pod's feet", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		w.do(w.c.Patch("pvc/www-web-0", unprotected))
		w.claims("www-web-0:Bound") // nobody has deleted it: the finalizer is back at once
		w.do(w.c.Delete("pvc/www-web-0"))
		w.claims("www-web-0:Terminating")
		w.do(w.c.Patch("pvc/www-web-0", unprotected))
		w.claims("")
		w.pods("web-0:Running")
		w.settles()
		w.volumes("") // released, and destroyed
		w.do(w.c.Delete("pod/web-0"))
		w.settles()
		w.volumes("new:Bound:www-web-0")
	}},
	{"provisioners/by hand", "A released volume of a CSI driver is destroyed by it, though somebody made it by hand", func(w *worldPlay) {
		w.begin(sim.Config{}, aDisk("a"), aClaim("c"))
		w.settles()
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.volumes("")
		w.begin(sim.Config{AbsentProvisioners: []string{"ebs.csi.aws.com"}}, aDisk("a"), aClaim("c"))
		w.settles()
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.volumes("a:Released:c") // nobody runs the driver
	}},
	{"provisioners/finalizer", "A volume that is to be destroyed does not go before it is, unless its policy changes", func(w *worldPlay) {
		w.begin(sim.Config{}, aDisk("a"), aClaim("c"))
		w.settles()
		w.do(w.c.Patch("pv/a", manifest.Merge(`{"spec":{"claimRef":{"name":"other","uid":null}}}`)))
		w.c.Run(time.Second)
		w.do(w.c.Delete("pv/a"))
		w.c.Settle()
		w.volumes("a:Terminating:other")
		w.do(w.c.Patch("pv/a", manifest.Merge(`{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}`)))
		w.volumes("")
	}},
	{"provisioners/claim gone", "A volume is made to the end, though its claim is deleted meanwhile", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(retained), aClaim("c", claimClass("disks")))
		w.c.Run(500 * time.Millisecond)
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.volumes("new:Released:c")
		w.begin(sim.Config{}, disksClass(), aClaim("c", claimClass("disks")))
		w.c.Run(500 * time.Millisecond)
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.volumes("") // made, and destroyed
	}},
	{"provisioners/retry", "A provisioner whose class is gone tries again after 1s, 2s, 4s, 8s: it begins at the first of these once the class is back", func(w *worldPlay) {
		w.begin(sim.Config{AbsentProvisioners: []string{"x"}}, disksClass(), aClaim("c", claimClass("disks"), func(c *model.PersistentVolumeClaim) {
			c.Annotations = model.Labels{"volume.kubernetes.io/storage-provisioner": "ebs.csi.aws.com"}
		}))
		w.do(w.c.Delete("sc/disks"))
		w.c.Run(2500 * time.Millisecond)
		w.do(w.c.Patch("pvc/c", manifest.Merge(`{"metadata":{"annotations":{"a":"b"}}}`))) // it looks, and fails for the first time
		w.c.Run(9 * time.Second)
		w.volumes("")
		mark := w.c.TraceLen()
		w.apply(disksClass())
		w.settles()
		w.claims("c:Bound")
		w.happens(mark, "+11.5s you kubectl apply sc/disks", "+18.5s c gets volume") // 2.5s + 1s + 2s + 4s + 8s, and a second to make it
	}},
	{"unused", "A bound claim says since when no pod uses it", func(w *worldPlay) {
		condition := func() model.ClaimCondition {
			w.t.Helper()
			require.Len(w.t, w.claim("www-web-0").Status.Conditions, 1)
			return w.claim("www-web-0").Status.Conditions[0]
		}
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		require.Equal(w.t, model.ClaimCondition{
			Type: model.ClaimUnused, Status: model.ConditionFalse, LastTransitionTime: model.Instant(time.Second),
			Reason: "PodUsingPVC", Message: "A pod is currently referencing this PVC",
		}, condition())
		w.do(w.c.Scale("web", 0))
		w.settles()
		require.Equal(w.t, model.ConditionTrue, condition().Status)
		require.Equal(w.t, "NoPodsUsingPVC", condition().Reason)
		w.do(w.c.Scale("web", 1))
		w.c.Run(2 * time.Millisecond)
		require.Equal(w.t, model.ConditionFalse, condition().Status, "a pod that has no node counts")
		w.begin(sim.Config{Release: release.V1_36}, withDisks(webSet(1))...)
		w.settles()
		require.Empty(w.t, w.claim("www-web-0").Status.Conditions)
	}},
	{"unused/Deployment", "The pods of a Deployment are pods like others", func(w *worldPlay) {
		d := webDeployment(2, "A")
		d.Spec.Template.Spec.Volumes = []model.Volume{{Name: "shared", PersistentVolumeClaim: "shared"}}
		w.begin(sim.Config{}, byHand("a"), aClaim("shared"), d)
		w.settles()
		require.Equal(w.t, model.ConditionFalse, w.claim("shared").Status.Conditions[0].Status)
		w.do(w.c.Delete("deploy/web"))
		w.settles()
		require.Equal(w.t, model.ConditionTrue, w.claim("shared").Status.Conditions[0].Status)
	}},
	{"default/one second", "Two default classes of one second are of one age: the first by name wins", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(isDefault))
		w.c.Run(500 * time.Millisecond)
		w.apply(disksClass(isDefault, func(c *model.StorageClass) { c.Name = "later" }))
		w.apply(aClaim("c"))
		w.settles()
		require.Equal(w.t, "disks", *w.claim("c").Spec.StorageClassName)
	}},
	{"failed", "A volume that cannot be deleted says why", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a", func(v *model.PersistentVolume) { v.Spec.ReclaimPolicy = model.ReclaimDelete }), aClaim("c"))
		w.settles()
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.volumes("a:Failed:c")
		require.Equal(w.t, `error getting deleter volume plugin for volume "a": no deletable volume plugin matched`, w.c.Volumes().Items[0].Status.Message)
		w.do(w.c.Patch("pv/a", manifest.Merge(`{"spec":{"claimRef":null}}`)))
		w.settles()
		w.volumes("a:Available:")
		require.Empty(w.t, w.c.Volumes().Items[0].Status.Message)
	}},
	{"edited", "A volume that a provisioner has made can be edited", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		name := w.c.Volumes().Items[0].Name
		w.do(w.c.Patch("pv/"+name, manifest.Merge(`{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}`)))
		w.do(w.c.Delete("sts/web"))
		w.do(w.c.Delete("pvc/www-web-0"))
		w.settles()
		w.volumes("new:Released:www-web-0")
		w.do(w.c.Patch("pv/"+name, manifest.Merge(`{"spec":{"claimRef":null}}`)))
		w.apply(aClaim("heir", claimClass("disks")))
		w.settles()
		w.is(name, w.claim("heir").Spec.VolumeName) // what was kept is given again
	}},
}
