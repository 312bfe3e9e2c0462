package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// ClaimView is a claim that a StatefulSet has made for one of its pods.
type ClaimView struct {
	w    *world
	name model.Name
	set  int32
}

// Name is the claim's name. It is made when it is asked for.
func (c ClaimView) Name() string { return c.w.rendered(c.name) }

// Set is the set that has made it.
func (c ClaimView) Set() SetView { return SetView{c.w, c.set} }

// DeletedClaims yields the claims of sets whose deletion has begun in the event that has just
// happened, in order. Those that somebody has deleted by hand, in an operation, are not among
// them, nor are those whose set is gone.
func (v View) DeletedClaims(yield func(ClaimView) bool) {
	for _, c := range v.w.claimChanges {
		if s, ok := v.w.setOfClaim(c); ok && !yield(ClaimView{v.w, c, s}) {
			return
		}
	}
}

// setOfClaim is the set that a claim has its name from.
func (w *world) setOfClaim(claim model.Name) (int32, bool) {
	for s := range w.sets.all {
		if set := w.sets.at(s); set.name.Namespace == claim.Namespace && slices.Contains(set.claimBases, claim.Base) {
			return s, true
		}
	}
	return nowhere, false
}

// noteClaim keeps what checks are going to be told of: that a claim begins to go. One that
// goes with a set that is gone may bear the name of a new set's.
func (w *world) noteClaim(c int32) {
	if len(w.checks) == 0 || w.byHand {
		return
	}
	row := w.claims.at(c)
	if !slices.ContainsFunc(row.owners, func(o model.Owner) bool { return o.Kind == model.KindStatefulSet && !w.alive(o) }) {
		w.claimChanges = append(w.claimChanges, row.Name)
	}
}

// ClaimGoes reports whether a claim that the pod mounts is being deleted.
func (p PodView) ClaimGoes() bool {
	for i := 0; ; i++ {
		name, ok := p.row.podClaim(i)
		if !ok {
			return false
		}
		if c, exists := p.w.claims.find(name); exists && p.w.claims.at(c).Deleting {
			return true
		}
	}
}

// Mismounted is a claim that is bound to another volume than the one that the pod has
// mounted for it; "" if there is none.
func (p PodView) Mismounted() string {
	if p.row.sandbox == nowhere {
		return ""
	}
	for m := p.w.sandboxes[p.row.sandbox].mounts; m != nowhere; m = p.w.mounts[m].next {
		row := &p.w.mounts[m]
		if c, ok := p.w.claims.find(row.claim); ok && !p.w.boundTo(c, row.volume, row.uid) {
			return p.w.rendered(row.claim)
		}
	}
	return ""
}

// boundTo reports whether a claim is bound to a volume.
func (w *world) boundTo(c, v int32, uid model.UID) bool {
	bound, ok := w.volumes.find(w.claims.at(c).VolumeName)
	return ok && bound == v && w.volumes.at(v).UID == uid
}
