package sim

// budgetsHash is the disruption budgets, and the drains that ask them.
func (h *hashing) budgetsHash() (sum uint64) {
	for b := range h.budgets.all {
		row := h.budgets.at(b)
		d := digest64(13)
		d.put(h.name(row.name))
		d.text(jsonText(&row.spec.Spec))
		status := &row.status
		d.put(uint64(row.generation), uint64(uint32(status.ExpectedPods)), uint64(uint32(status.DesiredHealthy)), uint64(uint32(status.CurrentHealthy)),
			uint64(uint32(status.Allowed)), uint64(status.Recheck))
		d.flags(status.Observed)
		d.text(status.Failed)
		for _, e := range status.Disrupted {
			d.put(uint64(e.At))
			d.text(e.Pod)
		}
		sum += uint64(d)
	}
	for _, r := range h.draining {
		d := digest64(17)
		d.put(h.name(h.nodes.at(r.node).name), h.name(r.name), uint64(r.since), uint64(r.next), h.symbol(r.refused))
		d.flags(r.asked, r.failed)
		sum += uint64(d)
	}
	return sum
}
