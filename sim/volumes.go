package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// The API server, for volumes and classes.

// addVolume puts a volume that was made by hand into the world.
func (w *world) addVolume(o *model.PersistentVolume) {
	id := w.stamp(w.name("", o.Name))
	spec := o.Spec
	row := volume{
		Volume: storage.Volume{
			Name: id.name, UID: id.uid, Spec: &spec, Labels: o.Labels,
			Class: w.symbol(spec.StorageClassName), Phase: model.VolumePending,
		},
		version: id.version, created: id.created, attachments: nowhere,
	}
	if ref := spec.ClaimRef; ref != nil {
		row.ClaimRef = storage.ClaimRef{Name: w.name(ref.Namespace, ref.Name), UID: ref.UID, Set: true}
	}
	w.annotateVolume(&row, o.Annotations)
	w.oddScrubs = w.oddScrubs || spec.ReclaimPolicy == model.ReclaimRecycle
	v := w.volumes.add(row)
	w.listFree(v, true)
	w.guardVolume(v)
	w.record(record{kind: recApplied, subject: id.name, why: kindCode(model.KindPersistentVolume), a: 1})
	w.queue.arm(purposeReclaim, v, w.soon())
	w.resyncClaims()
}

// updateVolume stores what may change of a volume.
func (w *world) updateVolume(o *model.PersistentVolume) {
	v, ok := w.volumes.find(w.name("", o.Name))
	if !ok {
		return
	}
	vol := w.volumes.at(v)
	spec := o.Spec
	vol.Spec, vol.Labels, vol.Class = &spec, o.Labels, w.symbol(spec.StorageClassName)
	w.annotateVolume(vol, o.Annotations)
	w.oddScrubs = w.oddScrubs || spec.ReclaimPolicy == model.ReclaimRecycle
	w.resyncOwner(v)
	vol.ClaimRef = storage.ClaimRef{}
	if ref := spec.ClaimRef; ref != nil {
		vol.ClaimRef = storage.ClaimRef{Name: w.name(ref.Namespace, ref.Name), UID: ref.UID, Set: true}
	}
	w.record(record{kind: recApplied, subject: vol.Name, why: kindCode(model.KindPersistentVolume)})
	if vol.Deleting {
		vol.unprotected = !slices.Contains(o.Finalizers, volumeProtection)
		vol.Guarded = vol.Guarded && slices.Contains(o.Finalizers, provisionerProtection)
	}
	if w.volumeChanged(v) {
		w.resyncOwner(v)
		w.queue.arm(purposeReclaim, v, w.soon())
		w.resyncClaims()
	}
}

// resyncOwner lets the claim that a volume is bound to be looked at when the volume
// controller next looks at everything: it may have lost its volume.
func (w *world) resyncOwner(v int32) {
	vol := w.volumes.at(v)
	c, ok := w.claims.find(vol.ClaimRef.Name)
	if !ok || w.claims.at(c).VolumeName != vol.Name {
		return
	}
	w.claims.at(c).doubtful = true
	w.countUnsettled(c)
	w.resyncClaims()
}

// deleteVolume begins the end of a volume: it goes when it is not bound.
//
// Source: pkg/controller/volume/pvprotection/pv_protection_controller.go.
func (w *world) deleteVolume(v int32) {
	vol := w.volumes.at(v)
	if vol.Deleting {
		return
	}
	vol.Deleting, vol.deletedAt = true, w.now
	if w.volumeChanged(v) {
		w.queue.arm(purposeReclaim, v, w.soon())
		w.resyncNamers()
	}
}

// removeVolume takes a volume away, with what is on it.
func (w *world) removeVolume(v int32) {
	gone := w.volumes.at(v).Volume
	vol := w.volumes.at(v)
	w.listFree(v, false)
	w.record(record{kind: recDeletedObject, subject: gone.Name, why: kindCode(model.KindPersistentVolume)})
	for a := vol.attachments; a != nowhere; {
		next := w.attachments[a].next
		w.freeAttachment(a)
		a = next
	}
	w.queue.cancel(purposeReclaim, v)
	w.eraseVolume(gone.UID)
	w.volumes.remove(v)
	w.resyncNamers() // whoever was bound to it finds out by itself
	if c, ok := w.claims.find(gone.ClaimRef.Name); ok && gone.ClaimRef.Set {
		w.queue.arm(purposeBind, c, w.soon())
	}
}

// addClass puts a class into the world. Nobody watches for classes but the
// scheduler.
func (w *world) addClass(o *model.StorageClass) {
	spec := *o
	name := w.name("", o.Name)
	id := w.stamp(name)
	spec.CreatedAt = id.created
	w.symbol(o.Name)
	w.classes.add(class{identity: id, spec: &spec})
	w.retryProvisioning()
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindStorageClass), a: 1})
	w.resyncClaims()
	w.classMayHelp()
}

// updateClass stores what may change of a class.
func (w *world) updateClass(o *model.StorageClass) {
	if c, ok := w.classes.find(w.name("", o.Name)); ok {
		spec := *o
		spec.CreatedAt = w.classes.at(c).created
		w.classes.at(c).spec = &spec
		w.record(record{kind: recApplied, subject: w.classes.at(c).name, why: kindCode(model.KindStorageClass)})
		w.resyncClaims()
		w.retryProvisioning()
	}
}
