package sim

import (
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/storage"
)

// The volume controller.
//
// It notices claims and volumes that change, and every 15 seconds it looks at
// everything: see resync.go.
//
// Source: pkg/controller/volume/persistentvolume.

// Claim implements storage.View.
func (w *world) Claim(n model.Name) (*storage.Claim, bool) {
	if c, ok := w.claims.find(n); ok {
		return &w.claims.at(c).Claim, true
	}
	return nil, false
}

// Volume implements storage.View.
func (w *world) Volume(n model.Name) (*storage.Volume, bool) {
	if v, ok := w.volumes.find(n); ok {
		return &w.volumes.at(v).Volume, true
	}
	return nil, false
}

// Candidate implements storage.View: the volume that was provisioned for the
// claim, then those that were made by hand and are not bound.
func (w *world) Candidate(c *storage.Claim, i int) (*storage.Volume, bool) {
	if v, ok := w.volumes.find(w.provisionedName(c.UID)); ok {
		if i == 0 {
			return &w.volumes.at(v).Volume, true
		}
		i--
	}
	if i >= len(w.free) {
		return nil, false
	}
	return &w.volumes.at(w.free[i]).Volume, true
}

// Class implements storage.View.
func (w *world) Class(name model.Symbol) (*model.StorageClass, bool) {
	if c, ok := w.classes.find(w.wholeName(name)); ok {
		return w.classes.at(c).spec, true
	}
	return nil, false
}

// DefaultClass implements storage.View.
func (w *world) DefaultClass() (model.Symbol, bool) {
	var classes []*model.StorageClass
	for c := range w.classes.all {
		if spec := w.classes.at(c).spec; spec.IsDefault() {
			classes = append(classes, spec)
		}
	}
	if best := storage.DefaultClass(classes); best != nil {
		return w.known(best.Name)
	}
	return 0, false
}

// UnscheduledPod implements storage.View.
func (w *world) UnscheduledPod(claim model.Name) (model.Name, bool) {
	return w.firstPodOf(claim, func(p *pod) bool { return p.node == nowhere && !w.terminated(p) })
}

// RunningPod implements storage.View.
func (w *world) RunningPod(claim model.Name) (model.Name, bool) {
	return w.firstPodOf(claim, func(p *pod) bool { return !w.terminated(p) })
}

// terminated reports whether nothing of a pod can use a volume any more.
func (w *world) terminated(p *pod) bool {
	running := p.sandbox != nowhere && w.sandboxes[p.sandbox].running > 0 || w.settings.config.Manual && p.phase == policy.Running
	use := storage.PodUse{Phase: p.phase.Model(), Deleting: p.deleting, ContainersRunning: running}
	return use.Terminated()
}

func (w *world) firstPodOf(claim model.Name, match func(*pod) bool) (first model.Name, found bool) {
	for p := range w.podsOf(claim) {
		r := w.pods.at(p)
		if match(r) && (!found || strings.Compare(w.rendered(r.name), w.rendered(first)) < 0) {
			first, found = r.name, true
		}
	}
	return first, found
}

// wholeName is the name of an object outside namespaces whose symbol is its whole
// spelling.
func (w *world) wholeName(sym model.Symbol) model.Name {
	return w.name("", w.text(sym))
}

// provisionedName is the name of the volume that a provisioner makes for a claim.
func (w *world) provisionedName(uid model.UID) model.Name {
	return model.Name{Base: w.dynamic, Ordinal: int32(uid)}
}

// syncClaim looks at a claim.
func (w *world) syncClaim(c int32) {
	row := w.claims.at(c)
	row.doubtful = false
	w.countUnsettled(c)
	d := storage.SyncClaim(&row.Claim, w)
	if row.notice != d.Notice && d.Notice.Reason != storage.NoReason && d.Kind != storage.ClaimSettled {
		w.recordNotice(row.Name, d.Notice)
	}
	row.notice = d.Notice
	if !d.Changes(&row.Claim) {
		return
	}
	if d.Kind == storage.ClaimBind {
		w.bindClaim(c, &d)
		return
	}
	d.WriteClaim(&row.Claim)
	if d.ClearsStatus() {
		row.modes = nil
	}
	w.claimChanged(c)
	if d.Kind == storage.ClaimSetClass {
		w.queue.arm(purposeBind, c, w.soon())
	}
}

// bindClaim writes both sides of a binding.
func (w *world) bindClaim(c int32, d *storage.ClaimDecision) {
	v, ok := w.volumes.find(d.Binding.Volume)
	if !ok {
		return
	}
	row, vol := w.claims.at(c), w.volumes.at(v)
	row.modes = d.Binding.AccessModes
	d.Binding.WriteVolume(&vol.Volume)
	vol.trouble = storage.Notice{}
	w.volumeChanged(v)
	d.Binding.WriteClaim(&row.Claim)
	w.record(record{kind: recClaimBound, subject: row.Name, object: d.Binding.Volume})
	w.listFree(v, true) // it is the claim's now
	w.claimChanged(c)
	w.resyncVolumesOf(row.Name, d.Binding.Volume)
	w.resyncNamers()
	w.askResizer(c) // it may have got less than it asks for
}

// claimChanged announces a change of a claim: pods wait for it, and its provisioner may
// have been asked for a volume.
func (w *world) claimChanged(c int32) {
	w.claims.at(c).version = w.bump()
	w.countUnsettled(c)
	w.feedClaim(c)
	w.wakePodsOf(w.claims.at(c).Name)
	w.checkOwners(c)
	w.askProvisioner(c)
	if w.claims.at(c).unused == "" {
		w.noteUse(c)
	}
}

// listFree keeps the list of volumes that a claim may get: those that are not bound,
// apart from those that a provisioner has just made, which Candidate finds by name.
func (w *world) listFree(v int32, free bool) {
	vol := w.volumes.at(v)
	free = free && !w.taken(&vol.Volume)
	name := w.rendered(vol.Name)
	at, found := slices.BinarySearchFunc(w.free, name, func(v int32, name string) int {
		return strings.Compare(w.rendered(w.volumes.at(v).Name), name)
	})
	switch {
	case free && !found:
		w.free = slices.Insert(w.free, at, v)
	case !free && found:
		w.free = slices.Delete(w.free, at, at+1)
	}
}

// taken reports whether a volume is not to be had: the claim that it is bound to names
// it, or a provisioner has made it for a claim, which finds it by name.
func (w *world) taken(vol *storage.Volume) bool {
	if vol.Name.Base == w.dynamic && vol.Name == w.provisionedName(vol.ClaimRef.UID) {
		return true
	}
	c, ok := w.Claim(vol.ClaimRef.Name)
	return ok && vol.Phase == model.VolumeBound && c.UID == vol.ClaimRef.UID && c.VolumeName == vol.Name
}

// volumeChanged announces a change of a volume. One that is being deleted goes if
// nothing keeps it any more; the result is false then.
func (w *world) volumeChanged(v int32) bool {
	w.volumes.at(v).version = w.bump()
	w.listFree(v, true)
	w.guardVolume(v)
	vol := w.volumes.at(v)
	released, _ := storage.ReleaseVolume(&vol.Volume)
	vol.unprotected = vol.unprotected || released
	if vol.unprotected && !vol.Guarded || w.destroys(v) {
		w.removeVolume(v)
		return false
	}
	return true
}

// syncVolume looks at a volume.
func (w *world) syncVolume(v int32) {
	vol := w.volumes.at(v)
	d := storage.SyncVolume(&vol.Volume, w)
	if d.Record {
		w.recordNotice(vol.Name, d.Notice)
		if d.ClaimNotice.Reason != storage.NoReason {
			w.recordNotice(vol.ClaimRef.Name, d.ClaimNotice)
		}
	}
	if d.SyncClaim {
		if c, ok := w.claims.find(vol.ClaimRef.Name); ok {
			w.queue.arm(purposeBind, c, w.soon())
		}
	}
	if !d.Changes(&vol.Volume) && !w.destroys(v) {
		return
	}
	if vol.Phase != model.VolumeReleased && d.Phase == model.VolumeReleased {
		w.record(record{kind: recVolumeReleased, subject: vol.Name})
	}
	switch {
	case d.Phase != model.VolumeFailed:
		vol.trouble = storage.Notice{}
	case vol.Phase != model.VolumeFailed:
		vol.trouble = d.Notice
	}
	if d.Reclaim == storage.ReclaimScrub {
		w.record(record{kind: recVolumeRecycled, subject: vol.Name})
	}
	d.WriteVolume(&vol.Volume)
	if !w.volumeChanged(v) {
		return
	}
	switch d.Reclaim {
	case storage.ReclaimDestroy:
		w.removeVolume(v)
	case storage.ReclaimScrub:
		w.scrub(v)
	case storage.ReclaimNothing:
		if w.volumes.at(v).Phase == model.VolumeAvailable {
			w.volumeIsFree()
		}
	}
}

// scrub empties a volume and gives it back.
func (w *world) scrub(v int32) {
	vol := w.volumes.at(v)
	w.eraseVolume(vol.UID)
	vol.trouble = storage.Notice{}
	undo := storage.Unbind(&vol.Volume)
	undo.WriteVolume(&vol.Volume)
	if w.volumeChanged(v) {
		w.volumeIsFree()
	}
}
