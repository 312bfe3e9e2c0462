package sim

// nodesHash is the machines, what the API server knows of them, and the images that they have.
func (h *hashing) nodesHash() (sum uint64) {
	for n := range h.nodes.rows {
		row := &h.nodes.rows[n]
		d := digest64(1)
		d.put(h.name(row.name), uint64(row.capacity), uint64(row.allocatable.CPU), uint64(row.allocatable.Memory), uint64(row.pullsDone), uint64(row.health), uint64(row.healthSince), uint64(row.deletedAt))
		d.flags(row.cordoned, row.down, row.cut, row.stopped, row.holding, row.clinging, row.deleted, row.forgetful)
		d.put(uint64(row.shutdown), uint64(row.looks))
		for _, s := range row.short {
			d.put(uint64(s.lacks), uint64(s.seen), uint64(s.since))
			d.flags(s.on, s.felt, s.shown)
		}
		d.labels(row.labels)
		for _, t := range row.taints {
			d.text(t.Key + "=" + t.Value + ":" + string(t.Effect))
		}
		sum += uint64(d)
	}
	for i := range h.images.all {
		row := h.images.at(i)
		d := digest64(2)
		d.put(h.symbol(row.name.Base), h.name(h.nodes.at(row.name.Ordinal).name), uint64(row.ready))
		sum += uint64(d)
	}
	for _, c := range h.imageChanges {
		d := digest64(14)
		d.put(h.symbol(c.image))
		d.flags(c.missing)
		sum += uint64(d)
	}
	return sum
}
