package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The hash of StatefulSets, their revisions, and what their controller knows of them.

func (h *hashing) setsHash() (sum uint64) {
	for s := range int32(len(h.sets.rows)) {
		if !h.sets.rows[s].inUse() {
			continue
		}
		set := h.sets.at(s)
		d := digestOf(hashSet)
		d.put(h.staticName(set.name), uint64(set.generation), uint64(set.deleting), h.template(set.template).hash, spec(h, hashSet, set.spec),
			h.labels(set.labels), h.labels(set.annotations), uint64(uint32(set.failures)), h.symbol(set.trouble), h.future(set.shows),
			uint64(set.wait.Because), uint64(uint32(set.wait.Ordinal)), spec(h, hashApplied, set.applied))
		if set.failures > 0 || set.retryAt > h.now {
			d.put(uint64(set.retryAt))
		}
		if ahead := set.looks.ahead(h.now); ahead != (looks{}) {
			d.put(uint64(ahead.next), uint64(ahead.every))
		}
		for _, name := range set.blocked {
			d.put(h.staticName(name))
		}
		d.flags(set.waits, set.collecting)
		h.status(&d, &set.status)
		h.cache(&d, s)
		sum += d.sealed()
	}
	for r := range int32(len(h.revisions.rows)) {
		if !h.revisions.rows[r].inUse() {
			continue
		}
		row := h.revisions.at(r)
		d := digestOf(hashRevision)
		d.put(h.staticName(row.name), uint64(row.number), uint64(row.created), h.template(row.template).hash, h.labels(row.annotations))
		d.flags(row.owner == 0, row.set != nowhere, row.set != nowhere && row.owner == h.sets.at(row.set).uid, row.timestamped)
		sum += d.sealed()
	}
	return sum
}

func (h *hashing) status(d *digest64, s *policy.Status) {
	d.put(uint64(s.ObservedGeneration), uint64(uint32(s.Replicas))<<32|uint64(uint32(s.ReadyReplicas)),
		uint64(uint32(s.AvailableReplicas))<<32|uint64(uint32(s.CurrentReplicas)), uint64(uint32(s.UpdatedReplicas))<<32|uint64(uint32(s.CollisionCount)),
		h.symbol(s.CurrentRevision), h.symbol(s.UpdateRevision), uint64(s.Progress.Reason), uint64(s.Progress.Since))
}

// cache puts in what the controller's cache of a set has otherwise than it is: nothing, mostly,
// for then the cache follows from the objects. The hashes of what it has, less those of what
// there is, are 0 if both are the same.
func (h *hashing) cache(d *digest64, s int32) {
	if !h.lagged {
		return
	}
	set := h.sets.at(s)
	seen := set.view.Set()
	if seen.Spec != set.spec || seen.Generation != set.generation || seen.Deleting != (set.deleting != notDeleted) || seen.UID != set.uid || seen.Status != set.status {
		d.put(uint64(hashView), uint64(seen.Generation), spec(h, hashSet, seen.Spec), uint64(uint32(seen.Hash)))
		if seen.Spec != nil {
			d.put(h.template(seen.Template).hash)
		}
		d.flags(seen.Deleting, seen.UID == set.uid)
		h.status(d, &seen.Status)
	}
	if wrong := h.cachedPods(s) + h.cachedClaims(s) + h.cachedRevisions(s); wrong != 0 {
		d.put(uint64(hashView), wrong)
	}
}

func (h *hashing) cachedPods(s int32) (wrong uint64) {
	h.sets.at(s).view.Pods(func(pod *policy.Pod) { wrong += h.cachedPod(s, pod) })
	for p := range h.pods.all {
		if h.pods.at(p).set == s {
			pod := h.podView(p)
			wrong -= h.cachedPod(s, &pod)
		}
	}
	return wrong
}

// cachedPod is a pod as the controller sees it, and whether that is still the pod of its name.
func (h *hashing) cachedPod(s int32, pod *policy.Pod) uint64 {
	set := h.sets.at(s)
	d := digestOf(hashView)
	d.put(uint64(uint32(pod.Ordinal)), h.symbol(pod.Revision), uint64(pod.ReadySince), uint64(pod.Phase)<<8|uint64(pod.Ownership))
	p, ok := h.pods.find(model.Name{Namespace: set.name.Namespace, Base: set.podBase, Ordinal: pod.Ordinal})
	d.flags(pod.Ready, pod.Terminating, pod.Matches, pod.Named, ok && h.pods.at(p).uid == pod.UID)
	return d.sealed()
}

func (h *hashing) cachedClaims(s int32) (wrong uint64) {
	one := func(ordinal, template int32, claim *policy.Claim) uint64 {
		d := digestOf(hashView)
		d.put(uint64(uint32(ordinal)), uint64(uint32(template)))
		d.flags(claim.Terminating)
		for i := range claim.Owners {
			h.owner(&d, &claim.Owners[i])
		}
		return d.sealed()
	}
	h.sets.at(s).view.Claims(func(ordinal, template int32, claim *policy.Claim) { wrong += one(ordinal, template, claim) })
	for c := range h.claims.all {
		h.tellClaim(c, func(of, ordinal, template int32, claim policy.Claim) {
			if of == s {
				wrong -= one(ordinal, template, &claim)
			}
		})
	}
	return wrong
}

func (h *hashing) cachedRevisions(s int32) (wrong uint64) {
	one := func(r *policy.Revision) uint64 {
		d := digestOf(hashView)
		d.put(h.symbol(r.Name), uint64(r.Number), uint64(r.CreatedAt), h.template(r.Template).hash, uint64(uint32(r.Hash)))
		place, ok := h.revisions.find(h.revisionName(h.sets.at(s).name.Namespace, r.Name))
		d.flags(r.Orphan, r.Timestamped, ok && h.revisions.at(place).uid == r.UID)
		return d.sealed()
	}
	cached := h.sets.at(s).view.Revisions()
	for i := range cached {
		wrong += one(&cached[i])
	}
	for r := range int32(len(h.revisions.rows)) {
		if !h.revisions.rows[r].inUse() {
			continue
		}
		if h.revisions.at(r).set == s {
			seen := h.revisionView(r)
			wrong -= one(&seen)
		}
	}
	return wrong
}

// owner puts in an owner of an object, and whether it is still there.
func (h *hashing) owner(d *digest64, o *model.Owner) {
	d.text(string(o.Kind))
	d.put(h.staticName(o.Name))
	alive := h.alive(*o)
	d.flags(alive, o.Controller, o.BlockOwnerDeletion)
	if alive {
		return
	}
	for i, item := range h.orphaned.Items() { // who is still to be told that it is gone
		if item.item.uid == o.UID {
			d.put(uint64(i) + 1)
		}
	}
}
