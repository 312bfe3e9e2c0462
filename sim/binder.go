package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// The volume controller, and the provisioners beside it.
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
	vol.version = w.bump()
	w.setFree(v)
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

// askProvisioner makes the provisioner of a claim's class begin, if somebody runs it.
func (w *world) askProvisioner(c int32) {
	row := w.claims.at(c)
	class, ok := w.Class(row.Class.Name)
	if !ok || w.settings.absent[class.Provisioner] {
		return
	}
	if acts, notice := storage.ProvisionerActs(&row.Claim, class); !acts {
		if notice.Reason != storage.NoReason {
			w.recordNotice(row.Name, notice)
		}
		return
	}
	if _, made := w.volumes.find(w.provisionedName(row.UID)); made {
		return
	}
	if _, busy := w.queue.armed(purposeProvision, c); !busy {
		w.queue.arm(purposeProvision, c, w.after(&w.settings.latencies.Provision, "provision"))
	}
}

// provision is the provisioner: the volume has been made.
func (w *world) provision(c int32) {
	row := w.claims.at(c)
	class, ok := w.Class(row.Class.Name)
	if !ok {
		return
	}
	name := w.provisionedName(row.UID)
	id := w.stamp(name)
	v := w.volumes.add(volume{
		Volume:  storage.Provisioned(name, id.uid, &row.Claim, w.provisionedSpec(&row.Claim, class)),
		version: id.version, created: id.created, attachments: nowhere,
	})
	w.record(record{kind: recVolumeProvisioned, subject: row.Name, object: name})
	if w.claims.at(c).VolumeName != (model.Name{}) {
		w.queue.arm(purposeReclaim, v, w.soon()) // nobody needs it: the claim has got another
		return
	}
	w.queue.arm(purposeBind, c, w.soon())
}

// provisionedSpec is the spec of a provisioned volume. Claims of one template
// share it.
func (w *world) provisionedSpec(c *storage.Claim, class *model.StorageClass) *model.PersistentVolumeSpec {
	driver, _ := storage.Driver(class.Provisioner)
	if storage.KnownProvisioner(driver).Pinned {
		node := w.rendered(c.SelectedNode)
		return storage.NewVolumeSpec(c.Spec, class, &model.NodeSelector{Terms: []model.NodeSelectorTerm{{
			MatchExpressions: []model.LabelSelectorRequirement{{Key: labelHostname, Operator: model.SelectorIn, Values: []string{node}}},
		}}})
	}
	for i := range w.made {
		if m := &w.made[i]; m.claim == c.Spec && m.class == class {
			return m.volume
		}
	}
	spec := storage.NewVolumeSpec(c.Spec, class, nil)
	w.made = append(w.made[:len(w.made):len(w.made)], madeSpec{c.Spec, class, spec})
	return spec
}

// madeSpec remembers which spec a provisioner gives to the volumes of which claims.
type madeSpec struct {
	claim  *model.PersistentVolumeClaimSpec
	class  *model.StorageClass
	volume *model.PersistentVolumeSpec
}

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
	v := w.volumes.add(row)
	w.setFree(v)
	w.record(record{kind: recApplied, subject: id.name, why: kindCode(model.KindPersistentVolume), a: 1})
	w.queue.arm(purposeReclaim, v, w.soon())
	w.resyncClaims()
}

// setFree keeps the list of volumes that a claim may get.
func (w *world) setFree(v int32) {
	vol := w.volumes.at(v)
	name := w.rendered(vol.Name)
	at, found := slices.BinarySearchFunc(w.free, name, func(v int32, name string) int {
		return strings.Compare(w.rendered(w.volumes.at(v).Name), name)
	})
	free := vol.Name.Base != w.dynamic && vol.Phase != model.VolumeBound
	switch {
	case free && !found:
		w.free = slices.Insert(w.free, at, v)
	case !free && found:
		w.free = slices.Delete(w.free, at, at+1)
	}
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
	vol.version = w.bump()
	if released {
		w.record(record{kind: recVolumeReleased, subject: vol.Name})
	}
	w.setFree(v)
	switch {
	case vol.Deleting && vol.Phase != model.VolumeBound:
		w.removeVolume(v)
	case d.Reclaim == storage.ReclaimDestroy, storage.DeleterActs(&vol.Volume):
		w.removeVolume(v)
	case d.Reclaim == storage.ReclaimScrub:
		vol.files = nil
		undo := storage.Unbind(&vol.Volume)
		undo.WriteVolume(&vol.Volume)
		w.setFree(v)
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

// deleteVolume begins the end of a volume: it goes when it is not bound.
//
// Source: pkg/controller/volume/pvprotection/pv_protection_controller.go.
func (w *world) deleteVolume(v int32) {
	vol := w.volumes.at(v)
	vol.Deleting, vol.deletedAt, vol.version = true, w.now, w.bump()
	if vol.Phase == model.VolumeBound {
		return
	}
	w.removeVolume(v)
}

// removeVolume takes a volume away, with what is on it.
func (w *world) removeVolume(v int32) {
	gone := w.volumes.at(v).Volume
	vol := w.volumes.at(v)
	vol.Phase = model.VolumeBound // not free
	w.setFree(v)
	w.record(record{kind: recDeletedObject, subject: gone.Name, why: kindCode(model.KindPersistentVolume)})
	for a := vol.attachments; a != nowhere; {
		next := w.attachments[a].next
		w.freeAttachment(a)
		a = next
	}
	w.queue.cancel(purposeReclaim, v)
	w.volumes.remove(v)
	if !gone.ClaimRef.Set {
		w.resyncClaims() // whoever was bound to it finds out by itself
	}
	if c, ok := w.claims.find(gone.ClaimRef.Name); ok && gone.ClaimRef.Set && w.claims.at(c).VolumeName == gone.Name {
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
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindStorageClass), a: 1})
	w.resyncClaims()
	w.wakePods()
}
