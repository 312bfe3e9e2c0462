package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// The volume controller.
//
// It notices claims and volumes that change. What appears without being one of
// them, a class say, it sees when it looks at everything, every 15 seconds; so a
// claim that can do nothing but wait is looked at at the next of these instants
// after something has appeared, and not at those before.
//
// Source: pkg/controller/volume/persistentvolume.

const volumeResync = 15 * time.Second

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
	return w.firstPodOf(claim, func(p *pod) bool { return p.node == nowhere && !p.ended() })
}

// RunningPod implements storage.View.
func (w *world) RunningPod(claim model.Name) (model.Name, bool) {
	return w.firstPodOf(claim, func(p *pod) bool { return !p.ended() })
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
	d := storage.SyncClaim(&row.Claim, w)
	if row.notice != d.Notice && d.Notice.Reason != storage.NoReason {
		w.recordNotice(row.Name, d.Notice)
	}
	row.notice = d.Notice
	if !d.Changes(&row.Claim) && d.Kind != storage.ClaimProvision {
		if d.Notice.Reason == storage.ProvisionerAsked {
			w.askProvisioner(c) // it was, and may have found no class then
		}
		return
	}
	switch d.Kind {
	case storage.ClaimBind:
		w.bindClaim(c, &d)
	case storage.ClaimSetClass:
		d.WriteClaim(&row.Claim)
		w.claimChanged(c)
		w.queue.arm(purposeBind, c, w.soon())
	case storage.ClaimProvision:
		d.WriteClaim(&row.Claim)
		w.claimChanged(c)
		w.askProvisioner(c)
	default:
		d.WriteClaim(&row.Claim)
		w.claimChanged(c)
	}
}

// bindClaim writes both sides of a binding.
func (w *world) bindClaim(c int32, d *storage.ClaimDecision) {
	v, ok := w.volumes.find(d.Binding.Volume)
	if !ok {
		return
	}
	row, vol := w.claims.at(c), w.volumes.at(v)
	d.Binding.WriteVolume(&vol.Volume)
	w.volumeChanged(v)
	d.Binding.WriteClaim(&row.Claim)
	row.modes = d.Binding.AccessModes
	w.record(record{kind: recClaimBound, subject: row.Name, object: vol.Name})
	w.claimChanged(c)
}

// claimChanged announces a change of a claim: pods wait for it.
func (w *world) claimChanged(c int32) {
	w.claims.at(c).version = w.bump()
	w.feedClaim(c)
	w.wakePodsOf(w.claims.at(c).Name)
	w.checkOwners(c)
}

// listFree keeps the list of volumes that a claim may get: those that were made by
// hand and are not bound.
func (w *world) listFree(v int32, free bool) {
	vol := w.volumes.at(v)
	if vol.Name.Base == w.dynamic {
		return
	}
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

// volumeChanged announces a change of a volume.
func (w *world) volumeChanged(v int32) {
	vol := w.volumes.at(v)
	vol.version = w.bump()
	w.listFree(v, vol.Phase != model.VolumeBound)
}

// resyncClaims lets the claims that wait be looked at when the controller next
// looks at everything.
func (w *world) resyncClaims() {
	next := (w.now/model.Instant(volumeResync) + 1) * model.Instant(volumeResync)
	for c := range w.claims.all {
		if !w.holds(&w.claims.at(c).Claim) {
			if _, armed := w.queue.armed(purposeBind, c); !armed {
				w.queue.arm(purposeBind, c, next)
			}
		}
	}
}

// holds reports whether a claim is bound to a volume that knows it.
func (w *world) holds(c *storage.Claim) bool {
	if !c.BindCompleted || c.Phase != model.ClaimBound {
		return false
	}
	v, ok := w.volumes.find(c.VolumeName)
	return ok && w.volumes.at(v).ClaimRef.UID == c.UID
}

// syncVolume looks at a volume.
func (w *world) syncVolume(v int32) {
	vol := w.volumes.at(v)
	d := storage.SyncVolume(&vol.Volume, w)
	if d.Record {
		w.recordNotice(vol.Name, d.Notice)
	}
	if d.SyncClaim {
		if c, ok := w.claims.find(vol.ClaimRef.Name); ok {
			w.queue.arm(purposeBind, c, w.soon())
		}
	}
	if !d.Changes(&vol.Volume) && !storage.DeleterActs(&vol.Volume) {
		return
	}
	released := vol.Phase != model.VolumeReleased && d.Phase == model.VolumeReleased
	d.WriteVolume(&vol.Volume)
	w.volumeChanged(v)
	if released {
		w.record(record{kind: recVolumeReleased, subject: vol.Name})
	}
	switch {
	case vol.Deleting && vol.Phase != model.VolumeBound:
		w.removeVolume(v)
	case d.Reclaim == storage.ReclaimDestroy, storage.DeleterActs(&vol.Volume):
		w.removeVolume(v)
	case d.Reclaim == storage.ReclaimScrub:
		w.eraseVolume(vol.UID)
		undo := storage.Unbind(&vol.Volume)
		undo.WriteVolume(&vol.Volume)
		w.volumeChanged(v)
		w.volumeIsFree()
	case vol.Phase == model.VolumeAvailable:
		w.volumeIsFree()
	}
}

// volumeIsFree lets those look again who may want it: claims, and the scheduler
// for pods whose claims wait for it.
func (w *world) volumeIsFree() {
	w.resyncClaims()
	if w.unschedulable == 0 {
		return
	}
	for p := range w.pods.all {
		if w.pods.at(p).place.without > 0 {
			w.wakePod(p)
		}
	}
}
