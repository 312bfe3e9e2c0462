package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// The garbage collector.
//
// It notices that an owner is gone, or is being deleted with its dependents in
// the foreground or without them. A dependent goes when none of its owners is
// left; one that has kept an owner only loses the reference to the other.
//
// Source: pkg/controller/garbagecollector, attemptToDeleteItem.

// departed is an owner whose dependents have to be looked at.
type departed struct {
	kind       model.Kind
	uid        model.UID
	name       model.Name
	how        deletion // of a set that still exists
	set        int32    // its place
	claimBases []model.Symbol
}

// depart tells the garbage collector about an owner.
func (w *world) depart(d departed) {
	at := w.now
	switch {
	case w.settings.config.Latencies.Collect.set:
		at = w.after(&w.settings.latencies.Collect, "collect")
	case !w.settings.config.Manual:
		at = w.soon()
	}
	if w.orphaned.Len() > 0 {
		at = max(at, w.orphaned.Last().at)
	}
	w.orphaned.Push(dated[departed]{at, d})
	if w.orphaned.Len() == 1 {
		w.queue.arm(purposeCollect, 0, at)
	}
}

// collect sees to the dependents of the owners that are due.
func (w *world) collect() {
	for w.orphaned.Len() > 0 && w.orphaned.First().at <= w.now {
		d := w.orphaned.Pop().item
		switch {
		case d.kind == model.KindPod:
			w.collectPod(&d)
		case d.how == orphaning:
			w.orphan(&d)
		case d.how == foreground:
			w.collectForeground(&d)
		default:
			w.collectSet(d.uid)
		}
	}
	if w.orphaned.Len() > 0 {
		w.queue.arm(purposeCollect, 0, w.orphaned.First().at)
	}
}

// collectPod sees to the claims of a pod. Only claims can be owned by a pod, and
// nearly always those that its name gives it.
func (w *world) collectPod(d *departed) {
	if w.oddOwners {
		w.collectClaims(d.uid)
		return
	}
	for _, base := range d.claimBases {
		if c, ok := w.claims.find(model.Name{Namespace: d.name.Namespace, Base: base, Ordinal: d.name.Ordinal}); ok {
			w.collectClaim(c, d.uid)
		}
	}
}

func (w *world) collectSet(uid model.UID) {
	w.collectClaims(uid)
	w.collectPodsAndRevisions(uid)
}

// collectPodsAndRevisions deletes what a set controls; it reports whether a pod is
// still there, on its way out.
func (w *world) collectPodsAndRevisions(uid model.UID) (pods bool) {
	for p := range w.pods.all {
		if r := w.pods.at(p); r.owner == uid {
			pods = true
			if !r.deleting {
				w.deletePod(p, gracefully)
			}
		}
	}
	for r := range w.revisions.all {
		if w.revisions.at(r).owner == uid {
			w.removeRevision(r)
		}
	}
	return pods
}

func (w *world) collectClaims(uid model.UID) {
	for c := range w.claims.all {
		w.collectClaim(c, uid)
	}
}

// collectClaim deletes a claim that has lost its last owner, or takes away what
// refers to nobody.
func (w *world) collectClaim(c int32, uid model.UID) {
	r := w.claims.at(c)
	if !slices.ContainsFunc(r.owners, func(o model.Owner) bool { return o.UID == uid }) {
		return
	}
	living := slices.DeleteFunc(slices.Clone(r.owners), func(o model.Owner) bool { return !w.alive(o) })
	if len(living) == 0 {
		w.deleteClaim(c)
		return
	}
	w.setClaimOwners(c, living)
}

// checkOwners looks at owners that somebody has given a claim by hand: one that
// does not exist is as good as gone.
func (w *world) checkOwners(c int32) {
	if !w.oddOwners {
		return
	}
	for _, o := range w.claims.at(c).owners {
		if o.UID != 0 && !w.alive(o) {
			w.depart(departed{kind: o.Kind, uid: o.UID, name: o.Name})
		}
	}
}

// alive reports whether an owner exists.
func (w *world) alive(o model.Owner) bool {
	switch o.Kind {
	case model.KindStatefulSet:
		s, ok := w.sets.find(o.Name)
		return ok && w.sets.at(s).uid == o.UID
	case model.KindPod:
		p, ok := w.pods.find(o.Name)
		return ok && w.pods.at(p).uid == o.UID
	default:
		return true // not modelled: somebody else's business
	}
}

// orphan lets the dependents of a set go, and then the set.
func (w *world) orphan(d *departed) {
	if w.sets.at(d.set).uid != d.uid {
		return
	}
	for p := range w.pods.all {
		if r := w.pods.at(p); r.owner == d.uid {
			r.owner, r.givenTo = 0, nil
			w.oddMounts = true // no set will say any more which claims it mounts
			w.podChanged(p)
		}
	}
	for r := range w.revisions.all {
		if row := w.revisions.at(r); row.owner == d.uid {
			row.owner, row.version = 0, w.bump()
		}
	}
	for c := range w.claims.all {
		r := w.claims.at(c)
		if slices.ContainsFunc(r.owners, func(o model.Owner) bool { return o.UID == d.uid }) {
			w.setClaimOwners(c, slices.DeleteFunc(slices.Clone(r.owners), func(o model.Owner) bool { return o.UID == d.uid }))
		}
	}
	w.removeSet(d.set)
	for s := range w.sets.all {
		w.offerRevisions(s)
	}
}

// collectForeground deletes the dependents of a set that goes last, and then the
// set. It is called again when one of them is gone.
func (w *world) collectForeground(d *departed) {
	if w.sets.at(d.set).uid != d.uid {
		return
	}
	w.sets.at(d.set).collecting = false
	owned := func(o model.Owner) bool { return o.UID == d.uid }
	blocked := false
	for c := range w.claims.all {
		r := w.claims.at(c)
		if !slices.ContainsFunc(r.owners, owned) {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(r.owners), func(o model.Owner) bool { return owned(o) || !w.alive(o) })
		if len(rest) > 0 {
			w.setClaimOwners(c, rest)
			continue
		}
		blocked = true
		w.deleteClaim(c)
	}
	if pods := w.collectPodsAndRevisions(d.uid); !pods && !blocked {
		w.removeSet(d.set)
	}
}

// foregroundGoesOn looks again at sets that are deleted in the foreground: a
// dependent is gone.
func (w *world) foregroundGoesOn() {
	for s := range w.sets.all {
		if set := w.sets.at(s); set.deleting == foreground && !set.collecting {
			set.collecting = true // once for all that go at one instant
			w.depart(departed{kind: model.KindStatefulSet, uid: set.uid, name: set.name, how: foreground, set: s})
		}
	}
}
