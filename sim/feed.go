package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
)

// What the StatefulSet controller hears. Its cache of a set is the set's view;
// each write feeds it, at once or, if the watch lags, after the delay and in
// order. Sets and pods also make the controller look; claims and revisions do not.

// delivery is one change on its way to the controller's cache.
type delivery struct {
	kind     deliveryKind
	set      int32
	setUID   model.UID
	ordinal  int32
	template int32
	symbol   model.Symbol
	uid      model.UID
	state    policy.Set
	pod      policy.Pod
	claim    policy.Claim
	revision policy.Revision
}

type deliveryKind uint8

const (
	setChanged deliveryKind = iota
	podChanged
	podGone
	claimChanged
	claimGone
	revisionChanged
	revisionGone
)

func (w *world) feedSet(s int32) {
	w.send(delivery{kind: setChanged, set: s, state: w.setView(s)})
}

func (w *world) feedPod(p int32) {
	r := w.pods.at(p)
	if r.replicaSet != nowhere {
		w.feedReplica(p)
	}
	if r.set == nowhere {
		return
	}
	if w.live() {
		w.hearPod(r.set, w.podView(p))
		return
	}
	w.send(delivery{kind: podChanged, set: r.set, pod: w.podView(p)})
}

func (w *world) feedPodGone(s, ordinal int32, uid model.UID) {
	if w.live() {
		w.hearPodGone(s, ordinal, uid)
		return
	}
	w.send(delivery{kind: podGone, set: s, ordinal: ordinal, uid: uid})
}

// feedClaim feeds a claim to the sets whose claim templates name it. Two sets can.
func (w *world) feedClaim(c int32) {
	w.tellClaim(c, func(s, ordinal, template int32, claim policy.Claim) {
		if w.live() {
			w.sets.at(s).view.ClaimChanged(ordinal, template, claim)
			return
		}
		w.send(delivery{kind: claimChanged, set: s, ordinal: ordinal, template: template, claim: claim})
	})
}

func (w *world) feedClaimGone(name model.Name) {
	w.setsOfClaim(name, func(s, template int32) {
		w.send(delivery{kind: claimGone, set: s, ordinal: name.Ordinal, template: template})
	})
}

// tellClaim tells of a claim to the sets that it may be of.
func (w *world) tellClaim(c int32, tell func(s, ordinal, template int32, claim policy.Claim)) {
	r := w.claims.at(c)
	w.setsOfClaim(r.Name, func(s, template int32) {
		tell(s, r.Name.Ordinal, template, policy.Claim{Owners: r.owners, Terminating: r.Deleting})
	})
}

// setsOfClaim are the sets whose claim templates name a claim. Two sets can.
func (w *world) setsOfClaim(name model.Name, tell func(s, template int32)) {
	if name.Ordinal == model.NoOrdinal {
		return
	}
	for s := range w.sets.all {
		set := w.sets.at(s)
		if set.name.Namespace != name.Namespace {
			continue
		}
		for t, base := range set.claimBases {
			if base == name.Base {
				tell(s, int32(t))
			}
		}
	}
}

func (w *world) feedRevision(r int32) {
	if row := w.revisions.at(r); row.set != nowhere {
		w.send(delivery{kind: revisionChanged, set: row.set, revision: w.revisionView(r)})
	}
}

func (w *world) feedRevisionGone(s int32, name model.Symbol) {
	w.send(delivery{kind: revisionGone, set: s, symbol: name})
}

// send delivers a change now, or puts it on its way.
func (w *world) send(d delivery) {
	if w.missesEvent(d.kind.object()) {
		return
	}
	if w.prompt() {
		w.hear(&d)
		return
	}
	w.lagged = true
	d.setUID = w.sets.at(d.set).uid
	at := w.now.Add(w.watchDelay)
	if w.watched.Len() > 0 {
		at = max(at, w.watched.Last().at) // a watch delivers in order
	}
	w.watched.Push(dated[delivery]{at, d})
	w.planDelivery()
}

// deliver is the watch: what is due reaches the cache.
func (w *world) deliver() {
	for w.watched.Len() > 0 && w.watched.First().at <= w.now && !w.paused {
		d := w.watched.Pop().item
		if w.sets.at(d.set).uid == d.setUID {
			w.hear(&d)
		}
	}
	w.planDelivery()
}

// planDelivery plans the next delivery. A controller that is paused takes none.
func (w *world) planDelivery() {
	if w.watched.Len() > 0 && !w.paused {
		w.queue.arm(purposeWatch, 0, max(w.now, w.watched.First().at))
	}
}

func (w *world) hear(d *delivery) {
	view := &w.sets.at(d.set).view
	switch d.kind {
	case setChanged:
		view.SetChanged(d.state)
		w.enqueue(d.set)
	case podChanged:
		w.hearPod(d.set, d.pod)
	case podGone:
		w.hearPodGone(d.set, d.ordinal, d.uid)
	case claimChanged:
		view.ClaimChanged(d.ordinal, d.template, d.claim)
	case claimGone:
		view.ClaimGone(d.ordinal, d.template)
	case revisionChanged:
		view.RevisionChanged(d.revision)
	case revisionGone:
		view.RevisionGone(d.symbol)
	}
}

// hearPod is the controller's handler of pod events: a pod that has become ready
// is looked at once more when minReadySeconds have passed.
//
// Source: pkg/controller/statefulset/stateful_set.go, updatePod.
func (w *world) hearPod(s int32, pod policy.Pod) {
	set := w.sets.at(s)
	old, known := set.view.Pod(pod.Ordinal)
	set.view.PodChanged(pod)
	if !concerns(&pod, &old, known && old.UID == pod.UID) {
		return
	}
	w.enqueue(s)
	if known && pod.Ready && !old.Ready && set.spec.MinReadySeconds > 0 {
		after := w.afterAttempts(set, set.view.ReadyRecheck())
		if w.rules.Has(release.CoarseRequeue) {
			w.lookOnceReady(s, after)
			return
		}
		w.enqueueAfter(s, after)
	}
}

// concerns reports whether a change of a pod that has the name of a set's makes
// the set's controller look: a pod of the set's, one that was, or an orphan that the
// selector matches and did not, or not yet.
func concerns(pod, old *policy.Pod, same bool) bool {
	switch {
	case pod.Ownership == policy.Ours, same && old.Ownership == policy.Ours:
		return true
	case pod.Ownership == policy.Orphan && pod.Matches:
		return !same || old.Ownership != policy.Orphan || !old.Matches
	default:
		return false
	}
}

// hearPodGone is the controller's handler of a pod's end. That of an orphan does
// not concern anybody.
//
// Source: pkg/controller/statefulset/stateful_set.go, deletePod.
func (w *world) hearPodGone(s, ordinal int32, uid model.UID) {
	view := &w.sets.at(s).view
	pod, known := view.Pod(ordinal)
	view.PodGone(ordinal, uid)
	if known && pod.UID == uid && pod.Ownership == policy.Ours {
		w.enqueue(s)
	}
}

// setView is what the controller sees of a set.
func (w *world) setView(s int32) policy.Set {
	set := w.sets.at(s)
	view := policy.Set{
		Name: set.name, PodBase: set.podBase, UID: set.uid, Generation: set.generation, Spec: set.spec,
		Template: set.template, Deleting: set.deleting != notDeleted, Status: set.status,
	}
	if w.rules.Has(release.ComparesHashes) {
		view.Hash = hashNumber(w.proposedName(s))
	}
	return view
}
