package sim

import (
	"fmt"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/storage"
)

// The API server, for claims, and what the StatefulSet controller and the
// protection of claims do with them.

// createClaims makes the claims of a pod that do not exist. One that is being
// deleted is an error, for it will not be there when the pod needs it.
//
// Source: pkg/controller/statefulset/stateful_pod_control.go, createPersistentVolumeClaims.
func (w *world) createClaims(s, ordinal int32) error {
	var failed error
	for t := range w.sets.at(s).claimBases {
		set := w.sets.at(s)
		name := model.Name{Namespace: set.name.Namespace, Base: set.claimBases[t], Ordinal: ordinal}
		if claim, exists := set.view.Claim(ordinal, int32(t)); exists {
			if claim.Terminating {
				failed = join(failed, w.errClaimDeleting(name))
			}
			continue
		}
		if err := w.createSetClaim(s, int32(t), name); err != nil {
			failed = join(failed, fmt.Errorf("failed to create PVC %s: %w", w.rendered(name), err))
			if !isAlreadyExists(err) {
				w.note(recClaimCreateFailed, s, name, err)
			}
		}
	}
	return failed
}

// createSetClaim makes a claim from a set's claim template.
func (w *world) createSetClaim(s, t int32, name model.Name) error {
	if err := w.admit(VerbCreate, model.KindPersistentVolumeClaim); err != nil {
		return err
	}
	if _, taken := w.claims.find(name); taken {
		return validation.AlreadyExists(model.KindPersistentVolumeClaim, w.rendered(name))
	}
	set := w.sets.at(s)
	template := &set.spec.VolumeClaimTemplates[t]
	w.record(record{kind: recClaimCreated, subject: set.name, object: name})
	w.addClaim(name, &template.Spec, set.claimLabels[t], template.Annotations, nil)
	w.wrote(s)
	return nil
}

// addClaim puts a claim into the world. A claim that names no class gets the
// default one.
//
// Source: plugin/pkg/admission/storage/storageclass/setdefault.
func (w *world) addClaim(name model.Name, spec *model.PersistentVolumeClaimSpec, labels, annotations model.Labels, owners []model.Owner) int32 {
	id := w.stamp(name)
	class := storage.Class{}
	if spec.StorageClassName != nil {
		class = storage.Class{Name: w.symbol(*spec.StorageClassName), Given: true}
	} else if def, ok := w.DefaultClass(); ok {
		class = storage.Class{Name: def, Given: true}
	}
	row := claim{
		Claim: storage.Claim{
			Name: name, UID: id.uid, Spec: spec, Class: class, Phase: model.ClaimPending,
		},
		version: id.version, created: id.created, labels: labels, owners: owners,
	}
	if spec.VolumeName != "" {
		row.VolumeName = w.name("", spec.VolumeName)
	}
	w.annotateClaim(&row, annotations)
	c := w.claims.add(row)
	w.countUnsettled(c)
	if w.oddScrubs {
		w.resyncVolumesOf(name, model.Name{}) // who still uses the volume of an earlier claim does not count now
	}
	w.claims.at(c).users, w.claims.at(c).refs = w.countPods(name)
	w.feedClaim(c)
	w.queue.arm(purposeBind, c, w.soon())
	w.wakePodsOf(name)
	w.checkOwners(c)
	return c
}

// applyClaim puts a claim that was made by hand into the world.
func (w *world) applyClaim(o *model.PersistentVolumeClaim) {
	spec := o.Spec
	name := w.name(o.Namespace, o.Name)
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindPersistentVolumeClaim), a: 1})
	w.addClaim(name, &spec, o.Labels, o.Annotations, w.handmadeOwners(o))
}

// handmadeOwners are the owners that somebody has given a claim.
func (w *world) handmadeOwners(o *model.PersistentVolumeClaim) []model.Owner {
	var owners []model.Owner
	for _, ref := range o.OwnerReferences {
		owners = append(owners, model.Owner{
			Kind: ref.Kind, Name: w.name(o.Namespace, ref.Name), UID: ref.UID, Controller: ref.Controller, BlockOwnerDeletion: ref.BlockOwnerDeletion,
		})
		w.oddOwners = true
	}
	return owners
}

// updateClaim stores what may change of a claim.
func (w *world) updateClaim(o *model.PersistentVolumeClaim) {
	c, ok := w.claims.find(w.name(o.Namespace, o.Name))
	if !ok {
		return
	}
	row := w.claims.at(c)
	spec := o.Spec
	before := row.Spec.Request
	row.Spec, row.labels, row.owners = &spec, o.Labels, w.handmadeOwners(o)
	if spec.StorageClassName != nil {
		row.Class = storage.Class{Name: w.symbol(*spec.StorageClassName), Given: true}
	}
	w.annotateClaim(row, o.Annotations)
	if spec.VolumeName != "" {
		row.VolumeName = w.name("", spec.VolumeName)
	}
	w.record(record{kind: recApplied, subject: row.Name, why: kindCode(model.KindPersistentVolumeClaim)})
	if row.Deleting && !slices.Contains(o.Finalizers, claimProtection) {
		w.removeClaim(c)
		return
	}
	w.claimChanged(c)
	w.resyncVolumesOf(row.Name, row.VolumeName)
	w.queue.arm(purposeBind, c, w.soon())
	switch request := w.claims.at(c).Spec.Request; {
	case request > before:
		w.askResizer(c)
	case request < before:
		w.retryGrowth(c)
	}
}

// retainClaims gives the claims of a pod the owners that the set's retention
// policy asks for; wrote says whether one was written.
//
// Source: pkg/controller/statefulset/stateful_pod_control.go, UpdatePodClaimForRetentionPolicy.
func (w *world) retainClaims(s int32, pod policy.Pod) (wrote bool, failed error) {
	for t, base := range w.sets.at(s).claimBases {
		set := w.sets.at(s)
		seen, exists := set.view.Claim(pod.Ordinal, int32(t))
		if !exists {
			continue
		}
		name := model.Name{Namespace: set.name.Namespace, Base: base, Ordinal: pod.Ordinal}
		r := set.view.Retain(pod, seen.Owners)
		if r.Conflicting {
			w.record(record{kind: recClaimConflicting, subject: set.name, object: name})
		}
		if !r.Write {
			continue
		}
		if err := w.admitUpdate(VerbUpdate, model.KindPersistentVolumeClaim, name, once); err != nil {
			return wrote, join(failed, fmt.Errorf("could not update claim %s for delete policy ownerRefs: %w", w.rendered(name), err))
		}
		if c, ok := w.claims.find(name); ok {
			w.setClaimOwners(c, r.Owners)
			w.wrote(s)
			wrote = true
		}
	}
	return wrote, failed
}

func (w *world) setClaimOwners(c int32, owners []model.Owner) {
	r := w.claims.at(c)
	r.owners, r.version = owners, w.bump()
	w.feedClaim(c)
}

// deleteClaim begins the end of a claim: it goes when no pod that has a node uses
// it.
//
// Source: pkg/controller/volume/pvcprotection/pvc_protection_controller.go.
func (w *world) deleteClaim(c int32) {
	r := w.claims.at(c)
	if r.Deleting {
		return
	}
	w.noteClaim(c)
	r.Deleting, r.deletedAt, r.version = true, w.now, w.bump()
	if r.users > 0 {
		w.record(record{kind: recClaimTerminating, subject: r.Name})
		w.feedClaim(c)
		if r.unsettled {
			w.queue.arm(purposeBind, c, w.soon()) // the volume controller does not mind that it goes
		}
		return
	}
	w.letGo(c)
}

// letGo lets a claim go that is being deleted and that nobody uses.
//
// Source: pkg/controller/volume/pvcprotection.
func (w *world) letGo(c int32) {
	if !w.settings.config.Latencies.Collect.set {
		w.removeClaim(c)
		return
	}
	w.feedClaim(c)
	w.queue.arm(purposeProtect, c, w.after(&w.settings.latencies.Collect, "collect"))
}

// protect looks whether a claim can go now.
func (w *world) protect(c int32) {
	if r := w.claims.at(c); r.Deleting && r.users == 0 {
		w.removeClaim(c)
	}
}

// removeClaim takes the claim object away. Its volume is looked at.
func (w *world) removeClaim(c int32) {
	gone := w.claims.at(c).Claim
	w.record(record{kind: recDeletedObject, subject: gone.Name, why: kindCode(model.KindPersistentVolumeClaim)})
	w.queue.cancel(purposeBind, c)
	w.queue.cancel(purposeRetryProvision, c)
	w.queue.cancel(purposeProtect, c)
	w.queue.cancel(purposeResize, c)
	w.queue.cancel(purposeGrow, c)
	if w.claims.at(c).unsettled {
		w.claims.at(c).UID = 0 // it waits no more
		w.countUnsettled(c)
	}
	w.claims.remove(c)
	w.feedClaimGone(gone.Name)
	w.unblock(gone.Name)
	w.resyncVolumesOf(gone.Name, gone.VolumeName)
	if v, ok := w.volumes.find(gone.VolumeName); ok && gone.VolumeName != (model.Name{}) {
		w.queue.arm(purposeReclaim, v, w.soon())
	}
	w.wakePodsOf(gone.Name)
	w.foregroundGoesOn()
}

// podClaim is the i-th claim that a pod mounts; ok is false when there are no more.
func (p *pod) podClaim(i int) (name model.Name, ok bool) {
	return nthClaim(p.name, p.claimBases, p.shared, i)
}

// nthClaim is the i-th of the claims that a pod of that name mounts: those that its
// set made for it, then those that its template names.
func nthClaim(pod model.Name, bases []model.Symbol, shared []model.Name, i int) (name model.Name, ok bool) {
	if i < len(bases) {
		return model.Name{Namespace: pod.Namespace, Base: bases[i], Ordinal: pod.Ordinal}, true
	}
	if i -= len(bases); i < len(shared) {
		return shared[i], true
	}
	return model.Name{}, false
}

func (p *pod) mounts(claim model.Name) bool {
	for i := 0; ; i++ {
		name, ok := p.podClaim(i)
		if !ok || name == claim {
			return ok
		}
	}
}

// useClaims counts a pod that has got a node among the users of its claims.
func (w *world) useClaims(p *pod) {
	for i := 0; ; i++ {
		name, ok := p.podClaim(i)
		if !ok {
			return
		}
		if c, ok := w.claims.find(name); ok {
			w.claims.at(c).users++
		}
	}
}

// releaseClaims takes a pod that is gone from the users of its claims. A claim
// that is being deleted goes with its last user.
func (w *world) releaseClaims(p *pod) {
	if p.node == nowhere {
		return
	}
	for i := 0; ; i++ {
		name, ok := p.podClaim(i)
		if !ok {
			return
		}
		c, ok := w.claims.find(name)
		if !ok {
			continue
		}
		r := w.claims.at(c)
		r.users--
		if r.users == 0 && r.Deleting {
			w.letGo(c)
		}
	}
}

// countPods counts the pods that mount a claim of that name: those with a node, and those
// that have not ended.
func (w *world) countPods(name model.Name) (users, refs int32) {
	for p := range w.podsOf(name) {
		if w.pods.at(p).node != nowhere {
			users++
		}
		if !w.pods.at(p).ended() {
			refs++
		}
	}
	return users, refs
}

// noteUse keeps the condition Unused of a bound claim.
//
// Source: pkg/controller/volume/pvcprotection/pvc_protection_controller.go,
// updateUnusedCondition.
func (w *world) noteUse(c int32) {
	row := w.claims.at(c)
	if row.Deleting || row.Phase != model.ClaimBound || w.rules.Has(release.NoUnusedCondition) {
		return
	}
	unused := model.ConditionFalse
	if row.refs == 0 {
		unused = model.ConditionTrue
	}
	if row.unused == unused {
		return
	}
	row.unused, row.unusedSince, row.version = unused, w.now.Second(), w.bump()
	if row.doubtful {
		w.queue.arm(purposeBind, c, w.soon()) // the volume controller hears of the change
	}
}

// podsOf yields the pods that mount a claim. A claim of a set's is mounted by the
// one pod that its name says, if no template names it besides.
func (w *world) podsOf(claim model.Name) func(func(int32) bool) {
	return func(yield func(int32) bool) {
		if !w.oddMounts {
			for s := range w.sets.all {
				set := w.sets.at(s)
				if set.name.Namespace != claim.Namespace {
					continue
				}
				for _, base := range set.claimBases {
					if base != claim.Base {
						continue
					}
					p, ok := w.pods.find(model.Name{Namespace: claim.Namespace, Base: set.podBase, Ordinal: claim.Ordinal})
					if ok && !yield(p) {
						return
					}
				}
			}
			return
		}
		for p := range w.pods.all {
			if w.pods.at(p).mounts(claim) && !yield(p) {
				return
			}
		}
	}
}

// mountedClaims are the claims that the pods of a template mount.
func (w *world) mountedClaims(namespace model.Symbol, t policy.Template) []model.Name {
	var out []model.Name
	for i := range w.template(t).spec.Spec.Volumes {
		if v := &w.template(t).spec.Spec.Volumes[i]; v.PersistentVolumeClaim != "" {
			out = append(out, w.name(w.text(namespace), v.PersistentVolumeClaim))
			w.oddMounts = true
		}
	}
	return out
}

// sharedClaims are the claims that a template names itself, in volumes that no
// claim template replaces.
func (w *world) sharedClaims(s int32, t policy.Template) []model.Name {
	var out []model.Name
	for i := range w.template(t).spec.Spec.Volumes {
		v := &w.template(t).spec.Spec.Volumes[i]
		if v.PersistentVolumeClaim == "" {
			continue
		}
		replaced := false
		for j := range w.sets.at(s).spec.VolumeClaimTemplates {
			replaced = replaced || w.sets.at(s).spec.VolumeClaimTemplates[j].Name == v.Name
		}
		if !replaced {
			out = append(out, w.name(w.text(w.sets.at(s).name.Namespace), v.PersistentVolumeClaim))
			w.oddMounts = true
		}
	}
	return out
}
