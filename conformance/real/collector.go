package real

import (
	"slices"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// collect is what the garbage collector and the protection of claims do when they
// look: sets that leave orphans go, then what has lost all its owners, then claims
// that nobody mounts any more.
func (s *server) collect() {
	for _, name := range s.namesOf(s.sets) {
		s.orphan(name)
	}
	for _, t := range []*table{s.pods, s.claims, s.revisions} {
		for _, name := range s.namesOf(t) {
			s.collectOne(t, name)
		}
	}
	for _, name := range s.namesOf(s.claims) {
		s.releaseClaim(name)
	}
}

// orphan takes the owner references to a set that is being deleted without its
// dependents away from them, and lets the set go.
//
// Source: pkg/controller/garbagecollector/garbagecollector.go, attemptToOrphanWorker.
func (s *server) orphan(name string) {
	set, err := s.get(s.sets, name)
	if err != nil || set.GetDeletionTimestamp() == nil || !slices.Contains(set.GetFinalizers(), metav1.FinalizerOrphanDependents) {
		return
	}
	for _, t := range []*table{s.pods, s.claims, s.revisions} {
		for _, dependent := range s.namesOf(t) {
			s.edit(t, dependent, func(o object) {
				o.SetOwnerReferences(without(o.GetOwnerReferences(), func(ref metav1.OwnerReference) bool { return ref.UID == set.GetUID() }))
			})
		}
	}
	s.edit(s.sets, name, func(o object) { o.SetFinalizers(nil) })
}

// without is a list of owner references without some of them; nil if none is left.
func without(refs []metav1.OwnerReference, unwanted func(metav1.OwnerReference) bool) (kept []metav1.OwnerReference) {
	for _, ref := range refs {
		if !unwanted(ref) {
			kept = append(kept, ref)
		}
	}
	return kept
}

// collectOne deletes an object whose owners are all gone; one that has kept an owner
// loses the references to the others.
//
// Source: pkg/controller/garbagecollector/garbagecollector.go, attemptToDeleteItem.
func (s *server) collectOne(t *table, name string) {
	o, err := s.get(t, name)
	if err != nil || o.GetDeletionTimestamp() != nil {
		return
	}
	refs := o.GetOwnerReferences()
	kept := without(refs, func(ref metav1.OwnerReference) bool { return !s.exists(ref) })
	switch {
	case len(kept) == len(refs):
	case len(kept) > 0:
		s.edit(t, name, func(o object) { o.SetOwnerReferences(kept) })
	default:
		_ = s.delete(t, name, metav1.DeleteOptions{}) // it is there: we have just seen it
	}
}

// exists reports whether an owner is there. Owners of kinds that nobody keeps here are.
func (s *server) exists(ref metav1.OwnerReference) bool {
	t := map[string]*table{"StatefulSet": s.sets, "Pod": s.pods}[ref.Kind]
	if t == nil {
		return true
	}
	owner, err := s.get(t, ref.Name)
	return err == nil && owner.GetUID() == ref.UID
}

// releaseClaim lets a claim go that is being deleted, unless a pod with a node mounts it.
//
// Source: pkg/controller/volume/pvcprotection/pvc_protection_controller.go.
func (s *server) releaseClaim(name string) {
	claim, err := s.get(s.claims, name)
	if err != nil || claim.GetDeletionTimestamp() == nil {
		return
	}
	for _, pod := range s.namesOf(s.pods) {
		if p, err := s.get(s.pods, pod); err == nil && mounts(p.(*v1.Pod), name) {
			return
		}
	}
	s.edit(s.claims, name, func(o object) { o.SetFinalizers(nil) })
}

// mounts reports whether a pod with a node mounts a claim.
func mounts(pod *v1.Pod, claim string) bool {
	return pod.Spec.NodeName != "" && slices.ContainsFunc(pod.Spec.Volumes, func(v v1.Volume) bool {
		return v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName == claim
	})
}
