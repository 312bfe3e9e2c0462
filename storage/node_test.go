package storage

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/ordinal-sim/ordinal/model"
)

var (
	disk = source(model.VolumeSource{Type: model.SourceCSI, Driver: "ebs.csi.aws.com"})
	web0 = named("web-0")
)

// TestSpecAttach has N1 to N4, N10 and N11 as far as one decision shows them.
func TestSpecAttach(t *testing.T) {
	const used = `Waiting for detach for volume "pv" Volume is already used by pod(s) web-0`
	rows := []struct {
		id, rule string
		volume   []func(*Volume)
		attached []Attachment
		says     string // "" if the volume may be attached to node-1
	}{
		{"N1", "a ReadWriteOnce volume is attached to one node at a time",
			[]func(*Volume){disk}, []Attachment{{Node: named("node-0"), Pod: web0}}, used},
		{"N1-gone", "the other pod is gone, but its node still has the volume",
			[]func(*Volume){disk}, []Attachment{{Node: named("node-0")}},
			`Waiting for detach for volume "pv" Volume is already exclusively attached to one node, waiting on detach before it can be attached to another node`},
		{"N1-two", "a pod in the way is named before a node",
			[]func(*Volume){disk}, []Attachment{{Node: named("node-3")}, {Node: named("node-0"), Pod: web0}, {Node: named("node-4")}}, used},
		{"N1-free", "nobody has it", []func(*Volume){disk}, nil, ""},
		{"N2", "two pods of one node share a ReadWriteOnce volume",
			[]func(*Volume){disk}, []Attachment{{Node: named("node-1"), Pod: web0}}, ""},
		{"N3", "a volume that offers ReadWriteMany is attached anywhere",
			[]func(*Volume){disk, offers(rwo, rwx)}, []Attachment{{Node: named("node-0"), Pod: web0}}, ""},
		{"N3-rox", "so is one that offers ReadOnlyMany",
			[]func(*Volume){disk, offers(rwo, rox)}, []Attachment{{Node: named("node-0"), Pod: web0}}, ""},
		{"N4-attach", "ReadWriteOncePod is one node, as well",
			[]func(*Volume){disk, offers(rwop)}, []Attachment{{Node: named("node-0"), Pod: web0}}, used},
		{"N11", "hostPath is not attached, so nothing waits",
			nil, []Attachment{{Node: named("node-0"), Pod: web0}}, ""},
		{"N11-nfs", "nor is NFS",
			[]func(*Volume){source(model.VolumeSource{Type: model.SourceNFS})}, []Attachment{{Node: named("node-0"), Pod: web0}}, ""},
		{"N11-csi", "nor what a CSI driver without attachment makes",
			[]func(*Volume){source(model.VolumeSource{Type: model.SourceCSI, Driver: "efs.csi.aws.com"})}, []Attachment{{Node: named("node-0"), Pod: web0}}, ""},
	}
	for _, row := range rows {
		t.Run("storage/"+row.id, func(t *testing.T) {
			vol := newWorld().addVolume("pv", gi, row.volume...)
			ok, why := MayAttach(vol, named("node-1"), row.attached)
			assert.Equal(t, row.says, why.Message(names), row.rule)
			assert.Equal(t, row.says == "", ok, row.rule)
		})
	}
	t.Run("storage/N4", func(t *testing.T) {
		c := newWorld().addClaim("c", gi, asks(rwop))
		assert.Equal(t, PodExclusive, ExclusivePod(c, true).Reason, "a second pod is not scheduled")
		assert.Equal(t, NoReason, ExclusivePod(c, false).Reason)
		assert.Equal(t, NoReason, ExclusivePod(newWorld().addClaim("c", gi), true).Reason, "ReadWriteOnce is no matter of scheduling")
	})
	t.Run("storage/N4-mount", func(t *testing.T) {
		w := newWorld()
		ok, why := MayMount(w.addVolume("pv", gi, offers(rwop)), true)
		assert.False(t, ok)
		assert.Equal(t, `MountVolume.SetUp failed for volume "pv" : volume uses the ReadWriteOncePod access mode and is already in use by another pod`, why.Message(names))
		ok, _ = MayMount(w.addVolume("pv", gi, offers(rwop, rwo)), true)
		assert.True(t, ok, "only if it is the sole mode")
		ok, _ = MayMount(w.addVolume("pv", gi, offers(rwop)), false)
		assert.True(t, ok)
	})
	t.Run("storage/N10", func(t *testing.T) {
		w := newWorld()
		w.addVolume("pv", gi, onNodes("node-0"), claimRef("c", 0))
		c := w.addClaim("c", gi, boundTo("pv"))
		_, bound, _ := FilterNode([]*Claim{c}, node("node-1"), w, nil)
		assert.Equal(t, "node(s) didn't match PersistentVolume's node affinity", bound.Message(names))
		_, bound, _ = FilterNode([]*Claim{c}, node("node-0"), w, nil)
		assert.Equal(t, NoReason, bound.Reason)
	})
}

// TestSpecDetach has N9 and the rules of N6 to N8 that are one decision.
func TestSpecDetach(t *testing.T) {
	const since = model.Instant(time.Hour)
	dead := Detach{Since: since, Now: since, Mounted: true, MaxWait: MaxWaitForUnmount}
	rows := []struct {
		id, rule string
		change   func(d *Detach)
		want     DetachDecision
	}{
		{"wanted", "what a pod wants stays", func(d *Detach) { d.Wanted, d.Mounted = true, false }, DetachDecision{}},
		{"unmounted", "what is unmounted goes at once", func(d *Detach) { d.Mounted, d.NodeHealthy = false, true }, DetachDecision{Detach: true}},
		{"N9", "a healthy node is never forced, after a year",
			func(d *Detach) { d.NodeHealthy = true; d.Now = since.Add(365 * 24 * time.Hour) },
			DetachDecision{Notice: Notice{Reason: NeverForced}}},
		{"N6-wait", "an unhealthy node has six minutes, to the end",
			func(d *Detach) { d.Now = since.Add(6 * time.Minute) },
			DetachDecision{Notice: Notice{Reason: StillMounted}, Deadline: since.Add(6 * time.Minute)}},
		{"N6", "and not a nanosecond more",
			func(d *Detach) { d.Now = since.Add(6*time.Minute + 1) }, DetachDecision{Detach: true, Forced: true}},
		{"N7", "a node out of service is not asked", func(d *Detach) { d.OutOfService = true }, DetachDecision{Detach: true, Forced: true}},
		{"N7-ready", "not even if it is Ready", func(d *Detach) { d.OutOfService, d.NodeHealthy = true, true }, DetachDecision{Detach: true, Forced: true}},
		{"flag", "force can be switched off",
			func(d *Detach) { d.NeverForce = true; d.Now = since.Add(time.Hour) }, DetachDecision{Notice: Notice{Reason: NeverForced}}},
	}
	for _, row := range rows {
		t.Run("storage/"+row.id, func(t *testing.T) {
			d := dead
			row.change(&d)
			assert.Equal(t, row.want, MayDetach(d), row.rule)
		})
	}
}

func TestProtection(t *testing.T) {
	rows := []struct {
		rule             string
		use              PodUse
		released, unused bool
		wantsVolume      bool
	}{
		{"a running pod", PodUse{Phase: model.PodRunning, HasNode: true, ContainersRunning: true}, false, false, true},
		{"a pod that waits for its volume", PodUse{Phase: model.PodPending, HasNode: true}, false, false, true},
		{"a pod without a node", PodUse{Phase: model.PodPending}, true, false, false},
		{"a Succeeded pod's object blocks", PodUse{Phase: model.PodSucceeded, HasNode: true}, false, true, false},
		{"a Failed pod's object blocks", PodUse{Phase: model.PodFailed, HasNode: true}, false, true, false},
		{"a pod whose containers are being stopped", PodUse{Phase: model.PodRunning, HasNode: true, Deleting: true, ContainersRunning: true}, false, false, true},
		{"a pod whose containers have stopped", PodUse{Phase: model.PodRunning, HasNode: true, Deleting: true}, false, false, false},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			row.use.Pod = web0
			c := newWorld().addClaim("c", gi, boundTo("pv"))
			assert.Equal(t, row.unused, Unused(c, []PodUse{row.use}), "condition Unused")
			assert.Equal(t, row.wantsVolume, WantsVolume(&row.use, c), "wants the volume attached")
			ok, _ := ReleaseClaim(c, nil)
			assert.False(t, ok, "nobody deletes the claim")
			c.Deleting = true
			ok, why := ReleaseClaim(c, []PodUse{{Pod: named("web-9")}, row.use})
			assert.Equal(t, row.released, ok, "finalizer")
			if !ok {
				assert.Equal(t, Notice{Reason: ClaimUsed, Claim: c.Name, Pod: web0}, why)
			}
		})
	}
	t.Run("an unbound claim", func(t *testing.T) {
		c := newWorld().addClaim("c", gi)
		assert.False(t, Unused(c, nil))
		assert.False(t, WantsVolume(&PodUse{HasNode: true}, c))
	})
	for _, p := range []model.VolumePhase{model.VolumeAvailable, model.VolumeReleased, model.VolumeFailed, model.VolumeBound} {
		t.Run("a volume that is "+string(p), func(t *testing.T) {
			vol := newWorld().addVolume("pv", gi, phase(p))
			ok, _ := ReleaseVolume(vol)
			assert.False(t, ok, "nobody deletes it")
			vol.Deleting = true
			ok, why := ReleaseVolume(vol)
			assert.Equal(t, p != model.VolumeBound, ok)
			assert.Equal(t, p == model.VolumeBound, why.Reason == VolumeBound)
		})
	}
}

func TestContent(t *testing.T) {
	w := newWorld()
	a, b := named("node-0"), named("node-1")
	at := func(path string) func(*Volume) {
		return source(model.VolumeSource{Type: model.SourceHostPath, Path: path})
	}
	rows := []struct {
		rule        string
		one, other  *Volume
		first, then model.Name
		same        bool
	}{
		{"a disk has its data with it", w.addVolume("d", gi, disk), w.volumes[named("d")], a, b, true},
		{"two disks are two", w.volumes[named("d")], w.addVolume("e", gi, disk), a, a, false},
		{"hostPath seems empty on another node", w.addVolume("h", gi, at("/x")), w.volumes[named("h")], a, b, false},
		{"hostPath is there again on the first", w.volumes[named("h")], w.volumes[named("h")], a, a, true},
		{"two volumes of one path are one", w.volumes[named("h")], w.addVolume("i", gi, at("/x")), a, a, true},
		{"two paths are two", w.volumes[named("h")], w.addVolume("j", gi, at("/y")), a, a, false},
		{"a provisioner gives each volume a path of its own", w.addVolume("k", gi, at(""), provisioned), w.addVolume("l", gi, at(""), provisioned), a, a, false},
		{"and does not take it to another node", w.volumes[named("k")], w.volumes[named("k")], a, b, false},
		{"a pinned one is where its node is", w.addVolume("m", gi, at("/x"), onNodes("node-0")), w.volumes[named("m")], a, a, true},
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			assert.Equal(t, row.same, ContentOf(row.one, row.first) == ContentOf(row.other, row.then))
		})
	}
}
