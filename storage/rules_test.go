package storage

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
)

func TestSchedulable(t *testing.T) {
	rows := []struct {
		rule  string
		world func(w *world)
		says  string // "" if the pod may be scheduled
	}{
		{"a bound claim", func(w *world) { w.addClaim("c", gi, boundTo("pv")) }, ""},
		{"no claim", func(*world) {}, `persistentvolumeclaim "c" not found`},
		{"a lost claim", func(w *world) { w.addClaim("c", gi, boundTo("pv")).Phase = model.ClaimLost },
			`persistentvolumeclaim "c" bound to non-existent persistentvolume "pv"`},
		{"a claim that is being deleted, though bound", func(w *world) { w.addClaim("c", gi, boundTo("pv")).Deleting = true },
			`persistentvolumeclaim "c" is being deleted`},
		{"an unbound claim without class", func(w *world) { w.addClaim("c", gi) }, "pod has unbound immediate PersistentVolumeClaims"},
		{"an unbound claim of an Immediate class", func(w *world) {
			w.addClass("fast", "x", model.BindImmediate)
			w.addClaim("c", gi, ofClass("fast"))
		}, "pod has unbound immediate PersistentVolumeClaims"},
		{"an unbound claim of a class that does not exist", func(w *world) { w.addClaim("c", gi, ofClass("gone")) },
			"pod has unbound immediate PersistentVolumeClaims"},
		{"an unbound claim that waits for a consumer", func(w *world) {
			w.addClass("local", "x", model.BindWaitForFirstConsumer)
			w.addClaim("c", gi, ofClass("local"))
		}, ""},
		{"but names a volume", func(w *world) {
			w.addClass("local", "x", model.BindWaitForFirstConsumer)
			w.addClaim("c", gi, ofClass("local"), wants("pv"))
		}, "pod has unbound immediate PersistentVolumeClaims"},
		{"what concerns existence is said before what concerns binding", func(w *world) {
			w.addClaim("a", gi)
		}, `persistentvolumeclaim "c" not found`},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			w := newWorld()
			row.world(w)
			uses := []model.Name{named("c")}
			if _, ok := w.claims[named("a")]; ok {
				uses = []model.Name{named("a"), named("c")}
			}
			assert.Equal(t, row.says, Schedulable(uses, w).Message(names))
		})
	}
}

func TestFilterNode(t *testing.T) {
	const local, fast = "local", "fast"
	rows := []struct {
		rule    string
		world   func(w *world) []*Claim
		plan    map[string]string // claim to volume; "new" is one to be made
		unbound Reason
		bound   Reason
	}{
		{rule: "of the reachable volumes the smallest", world: func(w *world) []*Claim {
			w.addVolume("a", gi, volClass(local), onNodes("other"))
			w.addVolume("b", 3*gi, volClass(local), onNodes("n"))
			w.addVolume("d", 2*gi, volClass(local), onNodes("n", "other"))
			return []*Claim{w.addClaim("c", gi, ofClass(local))}
		}, plan: map[string]string{"c": "d"}},
		{rule: "the smallest claim chooses first, and no volume is given twice", world: func(w *world) []*Claim {
			w.addVolume("a", 2*gi, volClass(local))
			w.addVolume("b", 5*gi, volClass(local))
			return []*Claim{w.addClaim("large", 2*gi, ofClass(local)), w.addClaim("small", gi, ofClass(local))}
		}, plan: map[string]string{"small": "a", "large": "b"}},
		{rule: "nothing fits and nothing is made", world: func(w *world) []*Claim {
			w.addVolume("a", gi, volClass(local), offers(rwx))
			return []*Claim{w.addClaim("c", gi, ofClass(local))}
		}, unbound: NoVolumeOnNode},
		{rule: "nothing fits, but one is made", world: func(w *world) []*Claim {
			return []*Claim{w.addClaim("c", gi, ofClass(fast))}
		}, plan: map[string]string{"c": "new"}},
		{rule: "a volume is being made for this node", world: func(w *world) []*Claim {
			w.addVolume("a", gi, volClass(fast))
			return []*Claim{w.addClaim("c", gi, ofClass(fast), func(c *Claim) { c.SelectedNode = named("n") })}
		}, plan: map[string]string{"c": "new"}},
		{rule: "a volume is being made for another node", world: func(w *world) []*Claim {
			w.addVolume("a", gi, volClass(fast))
			return []*Claim{w.addClaim("c", gi, ofClass(fast), func(c *Claim) { c.SelectedNode = named("other") })}
		}, unbound: NoVolumeOnNode},
		{rule: "a reserved volume that the node cannot reach ends the search", world: func(w *world) []*Claim {
			w.addVolume("a", gi, volClass(local))
			w.addVolume("b", gi, volClass(local), claimRef("c", 0), onNodes("other"))
			return []*Claim{w.addClaim("c", gi, ofClass(local))}
		}, unbound: NoVolumeOnNode},
		{rule: "a reserved volume wins", world: func(w *world) []*Claim {
			w.addVolume("a", gi, volClass(local))
			w.addVolume("b", 9*gi, volClass(local), claimRef("c", 0), onNodes("n"))
			return []*Claim{w.addClaim("c", gi, ofClass(local))}
		}, plan: map[string]string{"c": "b"}},
		{rule: "but not one of another class", world: func(w *world) []*Claim {
			w.addVolume("a", gi, volClass(local))
			w.addVolume("b", gi, claimRef("c", 0))
			return []*Claim{w.addClaim("c", gi, ofClass(local))}
		}, plan: map[string]string{"c": "a"}},
		{rule: "a node was chosen for a volume that nobody makes", world: func(w *world) []*Claim {
			w.addVolume("a", gi, volClass(local))
			return []*Claim{w.addClaim("c", gi, ofClass(local), func(c *Claim) { c.SelectedNode = named("n") })}
		}, unbound: NoVolumeOnNode},
		{rule: "the bound claim's volume is gone", world: func(w *world) []*Claim {
			return []*Claim{w.addClaim("c", gi, boundTo("pv"))}
		}, bound: VolumeGone},
		{rule: "two reasons on one node", world: func(w *world) []*Claim {
			w.addVolume("pv", gi, onNodes("other"))
			return []*Claim{w.addClaim("c", gi, boundTo("pv")), w.addClaim("d", gi, ofClass(local))}
		}, bound: NodeAffinity, unbound: NoVolumeOnNode},
		{rule: "an Immediate claim is not the scheduler's", world: func(w *world) []*Claim {
			return []*Claim{w.addClaim("c", gi)}
		}, unbound: UnboundImmediate},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			w := newWorld()
			w.addClass(local, model.ProvisionerNone, model.BindWaitForFirstConsumer)
			w.addClass(fast, "ebs.csi.aws.com", model.BindWaitForFirstConsumer)
			plan, bound, unbound := FilterNode(row.world(w), node("n"), w, nil)
			assert.Equal(t, row.bound, bound.Reason)
			require.Equal(t, row.unbound, unbound.Reason)
			if unbound.Reason != NoReason || bound.Reason != NoReason {
				return
			}
			got := map[string]string{}
			for _, a := range plan {
				got[names.Name(a.Claim)] = names.Name(a.Volume)
				if (a.Volume == model.Name{}) {
					got[names.Name(a.Claim)] = "new"
				}
			}
			assert.Equal(t, row.plan, got)
		})
	}
}

// TestReserve: what the scheduler writes, the volume controller completes.
func TestReserve(t *testing.T) {
	w := newWorld()
	w.addClass("local", model.ProvisionerNone, model.BindWaitForFirstConsumer)
	vol := w.addVolume("pv", gi, volClass("local"))
	c := w.addClaim("c", gi, ofClass("local"))
	require.True(t, w.settle())
	assert.Equal(t, "Pending", w.claim("c"))
	Bind(c, vol).Reserve(vol)
	assert.Equal(t, "Available for c (by-controller)", w.volume("pv"))
	w.queue = append(w.queue, vol.Name)
	require.True(t, w.settle())
	assert.Equal(t, "Bound to pv with 1Gi (bind-completed, by-controller)", w.claim("c"))
}

func TestReclaim(t *testing.T) {
	csi := source(model.VolumeSource{Type: model.SourceCSI, Driver: "ebs.csi.aws.com"})
	nfs := source(model.VolumeSource{Type: model.SourceNFS})
	path := func(p string) func(*Volume) {
		return source(model.VolumeSource{Type: model.SourceHostPath, Path: p})
	}
	rows := []struct {
		rule   string
		policy model.ReclaimPolicy
		volume func(*Volume)
		phase  model.VolumePhase
		do     Reclaim
		reason Reason
	}{
		{"Retain keeps", model.ReclaimRetain, csi, model.VolumeReleased, ReclaimNothing, Retained},
		{"Delete leaves CSI to its driver", model.ReclaimDelete, csi, model.VolumeReleased, ReclaimNothing, DeletedExternally},
		{"Delete leaves any volume to the external provisioner that made it", model.ReclaimDelete,
			func(v *Volume) { nfs(v); provisioned(v) }, model.VolumeReleased, ReclaimNothing, DeletedExternally},
		{"Delete destroys hostPath in /tmp", model.ReclaimDelete, path("/tmp/x"), model.VolumeReleased, ReclaimDestroy, NoReason},
		{"but not /tmp itself", model.ReclaimDelete, path("/tmp/"), model.VolumeFailed, ReclaimNothing, HostPathNotInTmp},
		{"nor elsewhere", model.ReclaimDelete, path("/data"), model.VolumeFailed, ReclaimNothing, HostPathNotInTmp},
		{"Delete cannot delete NFS", model.ReclaimDelete, nfs, model.VolumeFailed, ReclaimNothing, NotDeletable},
		{"nor a local disk", model.ReclaimDelete, source(model.VolumeSource{Type: model.SourceLocal}), model.VolumeFailed, ReclaimNothing, NoDeleterPlugin},
		{"Recycle scrubs hostPath", model.ReclaimRecycle, path("/data"), model.VolumeReleased, ReclaimScrub, NoReason},
		{"and NFS", model.ReclaimRecycle, nfs, model.VolumeReleased, ReclaimScrub, NoReason},
		{"nothing else", model.ReclaimRecycle, csi, model.VolumeFailed, ReclaimNothing, NoRecyclerPlugin},
		{"an unknown policy", "Burn", csi, model.VolumeFailed, ReclaimNothing, UnknownPolicy},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			w := newWorld()
			vol := w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7), policy(row.policy), row.volume)
			d := SyncVolume(vol, w)
			assert.Equal(t, row.phase, d.Phase)
			assert.Equal(t, row.do, d.Reclaim)
			assert.Equal(t, row.reason, d.Notice.Reason)
			assert.Equal(t, row.phase == model.VolumeFailed, d.Record)
			d.WriteVolume(vol)
			again := SyncVolume(vol, w)
			assert.Equal(t, row.phase, again.Phase, "a Failed volume stays Failed")
			assert.Equal(t, row.do, again.Reclaim, "and is tried again")
			assert.False(t, again.Record, "but says so once")
		})
	}
	t.Run("Recycle waits for the pods", func(t *testing.T) {
		w := newWorld()
		w.pods = []pod{{use: PodUse{Pod: web0, HasNode: true, ContainersRunning: true}, claim: named("c")}}
		vol := w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7), policy(model.ReclaimRecycle))
		d := SyncVolume(vol, w)
		assert.Equal(t, ReclaimNothing, d.Reclaim)
		assert.Equal(t, "Volume is used by pods: /web-0", d.Notice.Message(names))
		assert.True(t, d.Record)
	})
	t.Run("and does not, once the name is another claim's", func(t *testing.T) {
		w := newWorld()
		w.pods = []pod{{use: PodUse{Pod: web0, HasNode: true, ContainersRunning: true}, claim: named("c")}}
		vol := w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7), policy(model.ReclaimRecycle))
		w.addClaim("c", gi, withUID(8))
		assert.Equal(t, ReclaimScrub, SyncVolume(vol, w).Reclaim)
	})
	t.Run("what was made for a claim that got another volume is deleted", func(t *testing.T) {
		w := newWorld()
		vol := w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7), policy(model.ReclaimDelete), csi, provisioned)
		w.addClaim("c", gi, withUID(7), boundTo("else"))
		d := SyncVolume(vol, w)
		assert.Equal(t, model.VolumeReleased, d.Phase)
		d.WriteVolume(vol)
		by, acts := DeleterActs(vol)
		assert.True(t, acts)
		assert.Equal(t, "ebs.csi.aws.com", by)
		vol.ProvisionedBy = "kubernetes.io/gce-pd"
		by, acts = DeleterActs(vol)
		assert.True(t, acts)
		assert.Equal(t, "pd.csi.storage.gke.io", by, "the driver that replaced the plugin")
		vol.ProvisionedBy = ""
		by, acts = DeleterActs(vol)
		assert.True(t, acts)
		assert.Equal(t, "ebs.csi.aws.com", by, "a volume of the driver that was made by hand")
		vol = w.addVolume("share", gi, phase(model.VolumeReleased), claimRef("c", 7), policy(model.ReclaimDelete), source(model.VolumeSource{Type: model.SourceNFS}))
		_, acts = DeleterActs(vol)
		assert.False(t, acts, "nobody deletes another that was made by hand")
	})
}

func TestGuard(t *testing.T) {
	rows := []struct {
		rule    string
		policy  model.ReclaimPolicy
		phase   model.VolumePhase
		guarded bool
		going   bool
		want    bool
	}{
		{"what is to be destroyed is guarded when it is bound", model.ReclaimDelete, model.VolumeBound, false, false, true},
		{"and not before", model.ReclaimDelete, model.VolumeAvailable, false, false, false},
		{"nor while it is going", model.ReclaimDelete, model.VolumeBound, false, true, false},
		{"it stays so when it is released", model.ReclaimDelete, model.VolumeReleased, true, false, true},
		{"and when it is going", model.ReclaimDelete, model.VolumeReleased, true, true, true},
		{"what is to be kept is not guarded", model.ReclaimRetain, model.VolumeBound, true, false, false},
		{"nor what is to be recycled", model.ReclaimRecycle, model.VolumeBound, true, true, false},
		{"of an unknown policy nothing is known", "Burn", model.VolumeBound, true, false, true},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			vol := newWorld().addVolume("pv", gi, disk, phase(row.phase), policy(row.policy))
			vol.Guarded, vol.Deleting = row.guarded, row.going
			assert.Equal(t, row.want, Guard(vol))
		})
	}
	t.Run("what is going and is guarded no more has been destroyed", func(t *testing.T) {
		vol := newWorld().addVolume("pv", gi, disk, phase(model.VolumeReleased), policy(model.ReclaimDelete))
		vol.Deleting = true
		_, acts := DeleterActs(vol)
		assert.False(t, acts)
		vol.Guarded = true
		_, acts = DeleterActs(vol)
		assert.True(t, acts)
	})
}

// TestClearsStatus: a claim that is nobody's shows no capacity.
func TestClearsStatus(t *testing.T) {
	left := func(c *Claim) { c.Capacity, c.Phase = gi, model.ClaimBound }
	t.Run("a claim that is lost", func(t *testing.T) {
		w := newWorld()
		c := w.addClaim("c", gi, boundTo("pv"))
		d := SyncClaim(c, w)
		d.WriteClaim(c)
		assert.Equal(t, model.ClaimLost, c.Phase)
		assert.Zero(t, c.Capacity)
	})
	t.Run("a claim that was bound and forgot it", func(t *testing.T) {
		w := newWorld()
		c := w.addClaim("c", gi, left)
		d := SyncClaim(c, w)
		assert.True(t, d.Changes(c))
		d.WriteClaim(c)
		assert.Equal(t, model.ClaimPending, c.Phase)
		assert.Zero(t, c.Capacity)
	})
	t.Run("not if it waits for a provisioner", func(t *testing.T) {
		w := newWorld()
		c := w.addClaim("c", gi, ofClass("absent"), left)
		d := SyncClaim(c, w)
		assert.False(t, d.Changes(c))
		d.WriteClaim(c)
		assert.Equal(t, model.ClaimBound, c.Phase)
	})
	t.Run("nor if the controller chose its volume, which is another's now", func(t *testing.T) {
		w := newWorld()
		w.addVolume("pv", gi, claimRef("other", 7))
		c := w.addClaim("c", gi, left, wants("pv"), func(c *Claim) { c.BoundByController = true })
		assert.False(t, new(SyncClaim(c, w)).Changes(c))
		c.BoundByController = false
		assert.True(t, new(SyncClaim(c, w)).Changes(c))
	})
}

func TestProvisionerActs(t *testing.T) {
	waits := &model.StorageClass{VolumeBindingMode: model.BindWaitForFirstConsumer}
	now := &model.StorageClass{VolumeBindingMode: model.BindImmediate}
	asked := func(c *Claim) { c.Provisioner = "ebs.csi.aws.com" }
	chosen := func(c *Claim) { c.SelectedNode = named("n") }
	rows := []struct {
		rule    string
		class   *model.StorageClass
		changes []func(*Claim)
		acts    bool
		why     Reason
	}{
		{"asked", now, []func(*Claim){asked}, true, NoReason},
		{"not asked", now, nil, false, NoReason},
		{"the claim names a volume", now, []func(*Claim){asked, wants("pv")}, false, NoReason},
		{"no node is chosen", waits, []func(*Claim){asked}, false, NoReason},
		{"a node is chosen", waits, []func(*Claim){asked, chosen}, true, NoReason},
		{"a selector", now, []func(*Claim){asked, selecting(model.Labels{"a": "b"})}, false, SelectorUnsupported},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			acts, why := ProvisionerActs(newWorld().addClaim("c", gi, row.changes...), row.class)
			assert.Equal(t, row.acts, acts)
			assert.Equal(t, row.why, why.Reason)
		})
	}
}

func TestProvisioners(t *testing.T) {
	rows := []struct {
		name               string
		driver             string // "" if none serves it
		attachable, pinned bool
	}{
		{"ebs.csi.aws.com", "ebs.csi.aws.com", true, false},
		{"pd.csi.storage.gke.io", "pd.csi.storage.gke.io", true, false},
		{"disk.csi.azure.com", "disk.csi.azure.com", true, false},
		{"example.com/unheard-of", "example.com/unheard-of", true, false},
		{"kubernetes.io/gce-pd", "pd.csi.storage.gke.io", true, false},
		{"kubernetes.io/azure-file", "file.csi.azure.com", false, false},
		{"k8s-sigs.io/nfs-subdir-external-provisioner", "k8s-sigs.io/nfs-subdir-external-provisioner", false, false},
		{"cluster.local/my-nfs-client", "cluster.local/my-nfs-client", false, false},
		{"nfs.csi.k8s.io", "nfs.csi.k8s.io", false, false},
		{"efs.csi.aws.com", "efs.csi.aws.com", false, false},
		{"filestore.csi.storage.gke.io", "filestore.csi.storage.gke.io", false, false},
		{"rook-ceph.cephfs.csi.ceph.com", "rook-ceph.cephfs.csi.ceph.com", false, false},
		{"rook-ceph.rbd.csi.ceph.com", "rook-ceph.rbd.csi.ceph.com", true, false},
		{"k8s.io/minikube-hostpath", "k8s.io/minikube-hostpath", false, false},
		{"rancher.io/local-path", "rancher.io/local-path", false, true},
		{model.ProvisionerNone, "", false, false},
		{"kubernetes.io/glusterfs", "", false, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld()
			w.addClass("fast", row.name, model.BindImmediate)
			c := w.addClaim("c", gi, ofClass("fast"))
			d := SyncClaim(c, w)
			if row.driver == "" {
				assert.Equal(t, ClaimWait, d.Kind)
				assert.Equal(t, "no volume plugin matched name: "+row.name, d.Notice.Message(names))
				return
			}
			assert.Equal(t, ClaimProvision, d.Kind)
			assert.Equal(t, row.driver, d.Provisioner)
			assert.Equal(t, row.pinned, KnownProvisioner(d.Provisioner).Pinned)
			assert.Equal(t, row.attachable, Attachable(NewVolumeSpec(c.Spec, w.classes[sym("fast")], nil)), "the volume it makes")
		})
	}
	t.Run("a class that does not exist", func(t *testing.T) {
		w := newWorld()
		d := SyncClaim(w.addClaim("c", gi, ofClass("fast")), w)
		assert.Equal(t, ClaimWait, d.Kind)
		assert.Equal(t, `storageclass.storage.k8s.io "fast" not found`, d.Notice.Message(names))
	})
}

func TestResize(t *testing.T) {
	const size, status = 4 * gi, 2 * gi // a growth from 2 to 4 that has not happened
	rows := []struct {
		rule    string
		class   string
		phase   model.ClaimPhase
		request model.Bytes
		why     Reason
	}{
		{"grow", "elastic", model.ClaimBound, 5 * gi, NoReason},
		{"grow against the class", "stiff", model.ClaimBound, 5 * gi, ResizeForbidden},
		{"grow without a class", "", model.ClaimBound, 5 * gi, ResizeForbidden},
		{"grow before it is bound", "elastic", model.ClaimPending, 5 * gi, ResizeUnbound},
		{"no change", "stiff", model.ClaimPending, 4 * gi, NoReason},
		{"take back a part of a growth that failed", "stiff", model.ClaimBound, 3 * gi, NoReason},
		{"not all of it", "elastic", model.ClaimBound, 2 * gi, ResizeBelowStatus},
		{"nor more", "elastic", model.ClaimBound, gi, ResizeBelowStatus},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			w := newWorld()
			w.addClass("elastic", "x", model.BindImmediate, func(c *model.StorageClass) { c.AllowVolumeExpansion = true })
			w.addClass("stiff", "x", model.BindImmediate)
			c := w.addClaim("c", size, ofClass(row.class), boundTo("pv"))
			c.Phase, c.Capacity = row.phase, status
			ok, why := AdmitResize(c, row.request, w)
			assert.Equal(t, row.why, why.Reason)
			assert.Equal(t, row.why == NoReason, ok)
		})
	}
}

// TestWordings: every reason has a name and words, and leaves no brace unfilled.
func TestWordings(t *testing.T) {
	for r := range numReasons {
		n := Notice{Reason: r, Claim: named("c"), Volume: named("pv"), Pod: web0, Class: sym("fast"), Provisioner: "p", Detail: "/x"}
		assert.NotEmpty(t, r.String(), "reason %d", r)
		assert.Equal(t, r == NoReason, n.Message(names) == "", "reason %v", r)
		assert.False(t, strings.ContainsAny(n.Message(names), "{}"), n.Message(names))
	}
	assert.Equal(t, "Unknown", numReasons.String())
	assert.Equal(t, `host_path deleter only supports /tmp/.+ but received provided /x`,
		Notice{Reason: HostPathNotInTmp, Detail: "/x"}.Message(names))
}
