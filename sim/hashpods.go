package sim

import (
	"reflect"

	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// The hash of pods: what the API shows of them, and how far the scheduler and the eviction
// for taints have got with them.

// podsHash is the pods. What a kubelet runs of one is in its hash, so that the two belong
// together.
func (h *hashing) podsHash() (sum uint64) {
	for p := range int32(len(h.pods.rows)) {
		if !h.pods.rows[p].inUse() {
			continue
		}
		r := h.pods.at(p)
		d := digestOf(hashPod)
		d.put(h.kept.pods.hash(h, p, r, (*hashing).pod))
		d.flags(r.set != nowhere && r.owner == h.sets.at(r.set).uid, r.replicaSet != nowhere && r.owner == h.replicaSets.at(r.replicaSet).uid, r.node != nowhere)
		if r.replicaSet != nowhere {
			d.put(h.staticName(h.replicaSets.at(r.replicaSet).name))
			h.replica(&d, p)
		}
		if r.sandbox != nowhere {
			d.put(h.ofSandboxes[r.sandbox])
		}
		if r.sandbox == nowhere || h.sandboxes[r.sandbox].ip != r.ip {
			d.put(h.address(r.ip))
		}
		switch {
		case r.node != nowhere:
			h.at(r.node, d.sealed())
		case r.place.binding:
			h.at(r.place.node, d.sealed())
		default:
			sum += d.sealed()
		}
	}
	return sum
}

// pod is a pod's row.
func (h *hashing) pod(r *pod) uint64 {
	d := digestOf(hashPod)
	d.put(h.staticName(r.name), h.symbol(r.revision), h.template(r.template).hash, uint64(r.readySince), uint64(r.deletedAt),
		uint64(r.phase)<<40|uint64(r.disrupted)<<32|uint64(uint32(r.grace)), uint64(r.disruptedAt), uint64(r.started), h.symbol(r.service))
	d.flags(r.owner == 0, r.matches, r.named, r.indexed, r.ready, r.deleting, r.labels == nil, r.givenTo == nil, r.failure == nil)
	d.put(h.labels(r.labels))
	d.symbols(h, r.claimBases)
	for _, claim := range r.shared {
		d.put(h.staticName(claim))
	}
	for _, f := range r.flags {
		d.put(uint64(f.since))
		d.flags(f.on, f.set)
	}
	for i := range r.conditions {
		c := &r.conditions[i]
		d.text(c.Type)
		d.text(c.Reason)
		d.text(c.Message)
		d.put(uint64(c.LastTransitionTime), uint64(boolByte(c.Status)))
	}
	if f := r.failure; f != nil {
		d.text(f.reason)
		d.text(f.message)
		d.flags(f.rejected, f.disrupts, f.evicts)
	}
	if r.givenTo != nil {
		d.text(string(r.givenTo.Kind))
		d.text(r.givenTo.Name)
	}
	if r.shown != nil {
		d.put(valueHash(reflect.ValueOf(r.shown)))
	}
	if r.eviction != (nodelifecycle.Eviction{}) {
		d.put(uint64(r.eviction.At), uint64(r.eviction.Since))
	}
	if r.replicaSet != nowhere {
		d.put(uint64(r.created)) // by which its controller chooses
	}
	if r.node == nowhere {
		h.placing(&d, &r.place)
	}
	return d.sealed()
}

// placing puts in how far the scheduler is with a pod that has no node.
func (h *hashing) placing(d *digest64, p *placement) {
	d.put(uint64(hashPlacing), uint64(uint32(p.attempts)), uint64(p.last), h.symbol(p.message), uint64(p.reason), uint64(p.why))
	d.flags(p.unreachable, p.without, p.waiting, p.binding)
}
