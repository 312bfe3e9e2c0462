package sim

import (
	"github.com/ordinal-sim/ordinal/policy"
)

func (h *hashing) setsHash() (sum uint64) {
	for s := range h.sets.all {
		set := h.sets.at(s)
		d := digest64(3)
		d.put(h.name(set.name), uint64(set.generation), uint64(set.deleting), uint64(set.failures), uint64(set.retryAt), uint64(set.shows), uint64(boolByte(set.waits)), h.symbol(set.trouble))
		for _, name := range set.blocked {
			d.put(h.name(name))
		}
		d.put(h.status(&set.status), uint64(set.wait.Because), uint64(uint32(set.wait.Ordinal)))
		d.text(h.template(set.template).text)
		d.text(specText(set.spec))
		d.labels(set.labels)
		d.labels(set.annotations)
		sum += uint64(d)
	}
	for r := range h.revisions.all {
		row := h.revisions.at(r)
		d := digest64(4)
		d.put(h.name(row.name), uint64(row.number))
		d.flags(row.owner == 0, row.set != nowhere && row.owner == h.sets.at(row.set).uid, row.timestamped)
		d.text(h.template(row.template).text)
		sum += uint64(d)
	}
	return sum
}

func (h *hashing) status(s *policy.Status) uint64 {
	var d digest64
	d.put(uint64(s.ObservedGeneration), uint64(uint32(s.Replicas)), uint64(uint32(s.ReadyReplicas)), uint64(uint32(s.AvailableReplicas)),
		uint64(uint32(s.CurrentReplicas)), uint64(uint32(s.UpdatedReplicas)), h.symbol(s.CurrentRevision), h.symbol(s.UpdateRevision),
		uint64(uint32(s.CollisionCount)), uint64(s.Progress.Reason), uint64(s.Progress.Since))
	return uint64(d)
}

// deploymentsHash is the Deployments and ReplicaSets.
func (h *hashing) deploymentsHash() (sum uint64) {
	for i := range h.deployments.all {
		row := h.deployments.at(i)
		d := digest64(15)
		d.put(h.name(row.name), uint64(row.generation), uint64(row.revision), uint64(row.deleting), uint64(row.status.ObservedGeneration),
			uint64(uint32(row.status.Replicas)), uint64(uint32(row.status.Updated)), uint64(uint32(row.status.Ready)), uint64(uint32(row.status.Available)),
			uint64(uint32(row.status.CollisionCount)), uint64(row.failures), uint64(row.polls))
		d.text(jsonText(row.spec))
		for _, c := range row.status.Conditions {
			d.put(uint64(c.Type), uint64(c.Status), uint64(c.Reason), uint64(c.Updated), uint64(c.Changed))
		}
		sum += uint64(d)
	}
	for i := range h.replicaSets.all {
		row := h.replicaSets.at(i)
		d := digest64(16)
		d.put(h.name(row.name), uint64(row.generation), uint64(uint32(row.replicas)), uint64(row.revision), uint64(row.deleting), uint64(row.failures),
			uint64(uint32(row.desired)), uint64(uint32(row.most)), uint64(uint32(row.status.Replicas)), uint64(uint32(row.status.Ready)),
			uint64(uint32(row.status.Available)), uint64(row.status.ObservedGeneration))
		d.text(h.template(row.template).text)
		sum += uint64(d)
	}
	return sum
}
