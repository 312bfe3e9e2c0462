package sim_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// What a set's claims are, and what becomes of them and of the data.

// The shortest story of a set with storage: its class, and the set.
func withDisks(set *model.StatefulSet, class ...func(*model.StorageClass)) []model.Object {
	ofClass("disks")(set)
	return []model.Object{disksClass(class...), set}
}

var claimCases = []worldCase{
	{"T1", "Three replicas have a claim each, with the labels of the claim template and of the selector", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(3, func(s *model.StatefulSet) {
			s.Spec.VolumeClaimTemplates[0].Labels = model.Labels{"tier": "fast"}
			s.Spec.Template.Labels = model.Labels{"app": "web", "version": "7"} // of pods, not of claims
		}))...)
		w.settles()
		w.claims("www-web-0:Bound www-web-1:Bound www-web-2:Bound")
		w.owners("www-web-0: www-web-1: www-web-2:")
		for i, c := range w.c.Claims().Items {
			require.Equal(w.t, model.Labels{"app": "web", "tier": "fast"}, c.Labels)
			require.Equal(w.t, []model.Volume{{Name: "www", PersistentVolumeClaim: c.Name}}, w.c.Pods("web").Items[i].Spec.Volumes)
		}
		w.event("sts/web", "SuccessfulCreate: Create Claim www-web-0 Pod web-0 in StatefulSet web success")
	}},
	{"T2", "Without a class and a volume the first pod waits, and an ordered set makes no other", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(3))
		w.waits("sts/web: waits: web-0 is pending", "pvc/www-web-0: Pending: no persistent volumes available",
			"it would help to kubectl apply a PersistentVolume that fits",
			"pod/web-0: Pending: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.")
		w.pods("web-0:Pending")
		w.claims("www-web-0:Pending")
		require.Equal(w.t, [2]int32{1, 0}, [2]int32{w.status().Replicas, w.status().ReadyReplicas})
		w.event("pvc/www-web-0", "FailedBinding: no persistent volumes available for this claim and no storage class is set")
		w.event("pod/web-0", "FailedScheduling: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found")
	}},
	{"T3", "The same under Parallel: all pods and all claims, all Pending", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(3, parallel))
		w.waits()
		w.pods("web-0:Pending web-1:Pending web-2:Pending")
		w.claims("www-web-0:Pending www-web-1:Pending www-web-2:Pending")
		require.EqualValues(w.t, 3, w.status().Replicas)
	}},
	{"T4", "As many replicas run as there are volumes; one more volume frees the next", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("a"), byHand("b"), webSet(3))
		w.waits("web-2 is pending")
		w.pods("web-0:Running web-1:Running web-2:Pending")
		w.volumes("a:Bound:www-web-0 b:Bound:www-web-1")
		w.apply(byHand("c"))
		w.settles()
		w.pods("web-0:Running web-1:Running web-2:Running")
	}},
	{"T5", "Local volumes: nothing is bound before the pod is scheduled, and the pod goes to the volume", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 3}, withDisks(webSet(1), onFirstUse, provisionedBy(model.ProvisionerNone))...)
		w.waits("pvc/www-web-0: Pending: waiting for pod web-0 to be scheduled")
		w.pods("web-0:Pending")
		w.event("pod/web-0", "FailedScheduling: 0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind. "+
			"preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.")
		w.event("pvc/www-web-0", "WaitForPodScheduled: waiting for pod web-0 to be scheduled")
		w.apply(byHand("disk", localTo("node-1"), volumeClass("disks")))
		w.settles()
		w.nodes("web-0:node-1")
		w.volumes("disk:Bound:www-web-0")
	}},
	{"T5b", "A claim that nobody uses waits for its first consumer, and that is as it should be", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(onFirstUse), aClaim("free", claimClass("disks")))
		w.settles()
		w.claims("free:Pending")
		w.event("pvc/free", "WaitForFirstConsumer: waiting for first consumer to be created before binding")
	}},
	{"T6", "Scaled in and out again, with the policy Retain, pods find the data of before", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(3))...)
		w.settles()
		w.write("data", "web-0", "web-1", "web-2")
		w.do(w.c.Scale("web", 1))
		w.settles()
		w.claims("www-web-0:Bound www-web-1:Bound www-web-2:Bound")
		w.do(w.c.Scale("web", 3))
		w.settles()
		w.reads("web-0:data of web-0 web-1:data of web-1 web-2:data of web-2", "web-0", "web-1", "web-2")
	}},
	{"T16", "A claim that is deleted while its pod runs goes with the pod; the next pod has an empty volume", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		w.write("old", "web-0")
		w.do(w.c.Delete("pvc/www-web-0"))
		w.waits("pvc/www-web-0: is being deleted, and stays as long as a pod uses it")
		w.pods("web-0:Running")
		w.claims("www-web-0:Terminating")
		w.do(w.c.Delete("pod/web-0"))
		w.settles()
		w.claims("www-web-0:Bound")
		w.reads("web-0:", "web-0")
		w.volumes("new:Bound:www-web-0") // the old one is gone: the class says Delete
	}},
	{"T16b", "As long as the claim is being deleted the pod is not created again, and the set says why", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		w.apply(webSet(1, named("other"), mounting("www-web-0")))
		w.settles()
		w.do(w.c.Delete("pvc/www-web-0"))
		w.do(w.c.Delete("pod/web-0"))
		w.waits("sts/web: the controller cannot go on: pvc www-web-0 is being deleted")
		w.pods("other-0:Running")
		w.event("sts/web", "FailedCreate: Create Pod web-0 in StatefulSet web failed error: pvc www-web-0 is being deleted")
		w.do(w.c.Delete("sts/other"))
		w.settles()
		w.pods("web-0:Running")
		w.reads("web-0:", "web-0")
	}},
	{"T17", "A claim that is deleted while its pod has no node goes at once, and the set makes it again", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1))
		w.waits()
		uid := w.c.Claims().Items[0].UID
		w.do(w.c.Delete("pvc/www-web-0"))
		w.claims("")
		w.waits()
		w.claims("www-web-0:Pending")
		require.NotEqual(w.t, uid, w.c.Claims().Items[0].UID)
		w.apply(byHand("a"))
		w.settles()
	}},
	{"T18", "A pod that has failed still holds its claim, until its object is gone", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.c.Settle()
		w.do(w.c.Do(sim.FailPod{Pod: "web-0"}))
		w.do(w.c.Delete("pvc/www-web-0"))
		w.waits("pvc/www-web-0: is being deleted", "pod/web-0: has ended, its phase is Failed, and nobody replaces it\n  it would help to kubectl delete pod web-0")
		w.pods("web-0:Error")
		w.claims("www-web-0:Terminating")
		w.do(w.c.Delete("pod/web-0"))
		w.settles()
		w.claims("")
	}},
	{"T19", "The claim templates of a set cannot be changed", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		err := w.c.Edit("web", func(s *model.StatefulSet) error {
			s.Spec.VolumeClaimTemplates[0].Spec.Request = 2 * model.Gi
			return nil
		})
		require.ErrorContains(w.t, err, "field is immutable")
		require.ErrorContains(w.t, err, "spec.volumeClaimTemplates: Invalid value")
	}},
	{"T20", "A claim may ask for more where its class allows it; the set does not mind, and new ordinals ask for what the template says", func(w *worldPlay) {
		larger := manifest.Merge(`{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}`)
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		require.ErrorContains(w.t, w.c.Patch("pvc/www-web-0", larger),
			`only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize`)

		w.begin(sim.Config{}, withDisks(webSet(1), func(c *model.StorageClass) { c.AllowVolumeExpansion = true })...)
		w.settles()
		w.do(w.c.Patch("pvc/www-web-0", larger))
		w.do(w.c.Scale("web", 2))
		w.settles()
		require.Equal(w.t, 2*model.Gi, w.c.Claims().Items[0].Spec.Request)
		require.Equal(w.t, model.Gi, w.c.Claims().Items[1].Spec.Request)
		require.ErrorContains(w.t, w.c.Patch("pvc/www-web-0", manifest.Merge(`{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}`)), `status.capacity`)
	}},
	{"T21", "A claim that was made before the set is used as it is, of whatever size and class", func(w *worldPlay) {
		w.begin(sim.Config{}, byHand("large", volumeClass("gold"), func(v *model.PersistentVolume) { v.Spec.Capacity = 9 * model.Gi }),
			aClaim("www-web-0", claimClass("gold"), func(c *model.PersistentVolumeClaim) { c.Spec.Request = 5 * model.Gi }))
		w.c.Run(20 * time.Second)
		w.apply(withDisks(webSet(2))...)
		w.settles()
		w.volumes("large:Bound:www-web-0 new:Bound:www-web-1")
		require.Equal(w.t, 9*model.Gi, w.c.Claims().Items[0].Status.Capacity)
	}},
	{"data", "What is on a volume stays through the replacement of its pod, a move, a rollout, and the deletion of the set; a new volume is empty", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(2))...)
		w.settles()
		w.reads("web-0: web-1:", "web-0", "web-1")
		w.write("data", "web-0", "web-1")
		for _, do := range []func() error{
			func() error { return w.c.Delete("pod/web-1") },
			func() error { return w.c.Do(sim.FailPod{Pod: "web-1"}) },
			func() error { return w.c.Delete("pod/web-0", sim.Force()) },
			func() error { return w.c.Drain("node-0") },
			func() error { return w.c.SetImage("web", "main", "B") },
			func() error { return w.c.Delete("sts/web") },
			func() error { return w.c.Apply(webSet(3, ofClass("disks"))) },
		} {
			w.do(do())
			w.settles()
			if len(w.c.Pods("web").Items) > 0 {
				w.reads("web-0:data of web-0 web-1:data of web-1", "web-0", "web-1")
			}
		}
		w.reads("web-2:", "web-2")
	}},
}

var retentionCases = []worldCase{
	{"T7", "whenScaled Delete: the pods become the owners of their claims, the pods go from the last, and each claim goes after its pod", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(3, retaining("Retain", "Delete")))...)
		w.settles()
		mark := w.c.TraceLen()
		w.do(w.c.Scale("web", 1))
		w.c.Run(2 * time.Millisecond)
		w.owners("www-web-0: www-web-1:web-1 www-web-2:web-2")
		w.settles()
		w.claims("www-web-0:Bound")
		w.happens(mark, "deletes web-2: it is scaled away", "web-2 is gone", "deletes web-1: it is scaled away", "web-1 is gone")
		w.happens(mark, "web-2 is gone", "www-web-2 persistentvolumeclaim deleted", "web-1 is gone", "www-web-1 persistentvolumeclaim deleted")
	}},
	{"T8", "Scaled out again before the claim is gone: the pod waits for that, and then has an empty volume", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(3, retaining("Retain", "Delete")))...)
		w.settles()
		w.write("old", "web-2")
		w.apply(webSet(1, named("other"), mounting("www-web-2"), image("B")))
		w.settles()
		w.do(w.c.Scale("web", 2))
		w.waits("pvc/www-web-2: is being deleted")
		w.do(w.c.Scale("web", 3))
		w.waits("www-web-2")
		w.pods("other-0:Running web-0:Running web-1:Running")
		w.claims("www-web-0:Bound www-web-1:Bound www-web-2:Terminating")
		w.do(w.c.Delete("sts/other"))
		w.waits("sts/web: waits: a claim of web-2 still belongs to an earlier pod of that name", "its controller does not watch claims")
		w.claims("www-web-0:Bound www-web-1:Bound")
		w.do(w.c.Label("sts/web", []string{"look=again"}))
		w.settles()
		w.pods("web-0:Running web-1:Running web-2:Running")
		w.reads("web-2:", "web-2")
	}},
	{"T8b", "Scaled out again while the pod is terminating: the claim goes with the pod that owns it", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(3, retaining("Retain", "Delete")))...)
		w.settles()
		w.write("old", "web-2")
		w.do(w.c.Scale("web", 2))
		w.c.Run(time.Second)
		w.pods("web-0:Running web-1:Running web-2:Terminating")
		w.do(w.c.Scale("web", 3))
		w.settles()
		w.reads("web-2:", "web-2")
	}},
	{"T9", "A pod that is deleted, not scaled away, keeps its claim", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(2, retaining("Retain", "Delete")))...)
		w.settles()
		w.write("data", "web-1")
		w.do(w.c.Delete("pod/web-1"))
		w.settles()
		w.reads("web-1:data of web-1", "web-1")
	}},
	{"T10", "What becomes of the claims when the set is deleted, in the background, in the foreground, and without its dependents", func(w *worldPlay) {
		for _, row := range []struct {
			whenDeleted  model.RetentionPolicyType
			cascade      sim.Cascade
			pods, claims string
		}{
			{"Delete", sim.CascadeBackground, "", ""},
			{"Delete", sim.CascadeForeground, "", ""},
			{"Delete", sim.CascadeOrphan, "web-0:Running web-1:Running", "www-web-0:Bound www-web-1:Bound"},
			{"Retain", sim.CascadeBackground, "", "www-web-0:Bound www-web-1:Bound"},
			{"Retain", sim.CascadeForeground, "", "www-web-0:Bound www-web-1:Bound"},
			{"Retain", sim.CascadeOrphan, "web-0:Running web-1:Running", "www-web-0:Bound www-web-1:Bound"},
		} {
			w.begin(sim.Config{}, withDisks(webSet(2, retaining(row.whenDeleted, "Retain")))...)
			w.settles()
			w.do(w.c.Delete("sts/web", sim.WithCascade(row.cascade)))
			w.c.Run(time.Second)
			if row.cascade != sim.CascadeOrphan && row.whenDeleted == "Delete" {
				w.claims("www-web-0:Terminating www-web-1:Terminating") // while their pods are
			}
			w.settles()
			w.pods(row.pods)
			w.claims(row.claims)
			require.Empty(w.t, w.c.StatefulSets().Items)
		}
	}},
	{"T11", "A claim of a pod that was scaled away before the policy became Delete survives the set", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(3))...)
		w.settles()
		w.do(w.c.Scale("web", 2))
		w.settles()
		w.do(w.c.Edit("web", func(s *model.StatefulSet) error { retaining("Delete", "Retain")(s); return nil }))
		w.settles()
		w.owners("www-web-0:web www-web-1:web www-web-2:")
		w.do(w.c.Delete("sts/web"))
		w.settles()
		w.claims("www-web-2:Bound")
	}},
	{"T12", "From Delete to Retain: the claims of living pods lose their owner", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(2, retaining("Delete", "Delete")))...)
		w.settles()
		w.owners("www-web-0:web www-web-1:web")
		w.do(w.c.Edit("web", func(s *model.StatefulSet) error { retaining("Retain", "Retain")(s); return nil }))
		w.settles()
		w.owners("www-web-0: www-web-1:")
	}},
	{"T13", "A reference to the set that somebody has added by hand goes under Retain, Retain", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		set, err := w.c.StatefulSet("web")
		w.do(err)
		w.apply(aClaim("www-web-0", claimClass("disks"), ownedBy(model.KindStatefulSet, "web", set.UID, false)))
		w.owners("www-web-0:web")
		w.do(w.c.Delete("pod/web-0")) // the next reconcile of that pod
		w.settles()
		w.owners("www-web-0:")
	}},
	{"T14", "A claim that somebody else controls is left to them", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(), aClaim("www-web-0", claimClass("disks"), ownedBy("Deployment", "other", 77, true)),
			webSet(1, ofClass("disks"), retaining("Delete", "Delete")))
		w.settles()
		w.owners("www-web-0:other")
		w.event("sts/web", "ConflictingController: PersistentVolumeClaim www-web-0 has a conflicting OwnerReference "+
			"that acts as a manging controller, the retention policy is ignored for this claim")
		w.do(w.c.Delete("sts/web"))
		w.settles()
		w.claims("www-web-0:Bound")
	}},
	{"T15", "A claim of an earlier set of that name is garbage: whoever it belonged to is gone", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1, retaining("Delete", "Retain")))...)
		w.settles()
		w.apply(aClaim("www-web-1", claimClass("disks"), ownedBy(model.KindStatefulSet, "web", 4711, true)))
		w.settles()
		w.claims("www-web-0:Bound")
		w.apply(aClaim("www-web-0", claimClass("disks"), ownedBy(model.KindStatefulSet, "web", 4711, true)))
		w.waits("pvc/www-web-0: is being deleted")
		w.pods("web-0:Running")
	}},
}

// ownedBy is an owner that somebody writes into a claim.
func ownedBy(kind model.Kind, name string, uid model.UID, controller bool) func(*model.PersistentVolumeClaim) {
	return func(c *model.PersistentVolumeClaim) {
		c.OwnerReferences = []model.OwnerReference{{Kind: kind, Name: name, UID: uid, Controller: controller}}
	}
}
