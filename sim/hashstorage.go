package sim

import (
	"github.com/ordinal-sim/ordinal/model"
)

func (h *hashing) storageHash() (sum uint64) {
	for c := range h.claims.all {
		row := h.claims.at(c)
		d := digest64(6)
		d.put(h.name(row.Name), h.symbol(row.Class.Name), h.name(row.SelectedNode), uint64(row.Capacity), uint64(row.notice.Reason), uint64(row.users))
		if row.VolumeName != (model.Name{}) {
			d.put(h.name(row.VolumeName))
		}
		d.text(string(row.Phase) + jsonText(row.Spec))
		d.labels(row.labels)
		d.flags(row.Class.Given, row.BindCompleted, row.BoundByController, row.Deleting)
		d.text(row.Provisioner)
		d.put(uint64(row.provisioning.failures), uint64(row.provisioning.retry), uint64(row.unusedSince))
		d.text(string(row.unused))
		if row.moved {
			d.flags(row.moved)
		}
		if row.growth.Allocated != 0 { // or it has never been grown
			h.growth(&d, row)
		}
		d.labels(row.annotations)
		for _, o := range row.owners {
			d.put(h.name(o.Name))
			d.text(string(o.Kind))
			d.flags(h.alive(o), o.Controller)
		}
		sum += uint64(d)
	}
	for v := range h.volumes.all {
		row := h.volumes.at(v)
		d := digest64(7)
		d.put(h.name(row.Name), h.symbol(row.Class), h.name(row.ClaimRef.Name))
		spec := *row.Spec
		spec.ClaimRef = nil // it may hold a UID, and the row's counts
		d.text(string(row.Phase) + jsonText(&spec))
		d.labels(row.Labels)
		d.labels(row.annotations)
		d.text(row.ProvisionedBy)
		d.put(uint64(row.trouble.Reason))
		if row.PreResize != 0 {
			d.put(uint64(row.PreResize))
		}
		c, ok := h.claims.find(row.ClaimRef.Name)
		d.flags(row.ClaimRef.Set, row.ClaimRef.UID == 0, ok && h.claims.at(c).UID == row.ClaimRef.UID, row.BoundByController, row.Guarded, row.Deleting, row.unprotected)
		for a := row.attachments; a != nowhere; a = h.attachments[a].next {
			d.put(h.name(h.nodes.at(h.attachments[a].node).name))
			row := &h.attachments[a]
			d.put(uint64(row.state), uint64(row.mounts), uint64(row.since))
			d.flags(row.inUse, row.unwanted, row.forced)
		}
		if h.contents.find.Len() > 0 {
			h.contentAt(&d, contentKey{Volume: row.UID})
			for n := range h.nodes.rows {
				h.contentAt(&d, contentKey{Volume: row.UID, Node: h.nodes.rows[n].name})
			}
		}
		sum += uint64(d)
	}
	for i := range h.contents.rows {
		if key := h.contents.rows[i].key; key.Volume == 0 { // a directory of a node
			d := digest64(7)
			h.contentAt(&d, key)
			sum += uint64(d)
		}
	}
	for o := range h.orders.all {
		row := h.orders.at(o)
		d := digest64(14)
		d.put(h.name(row.claim.Name), h.name(row.claim.SelectedNode), h.symbol(row.claim.Class.Name))
		d.text(jsonText(row.claim.Spec))
		sum += uint64(d)
	}
	for i := range h.faulty {
		f := &h.faulty[i]
		d := digest64(19)
		d.put(uint64(f.task), h.symbol(f.class), h.name(f.claim), h.name(f.node), uint64(f.above), uint64(f.times), h.symbol(f.text))
		d.flags(f.endless, f.exhausted)
		sum += uint64(d)
	}
	for c := range h.classes.all {
		d := digest64(8)
		d.put(h.name(h.classes.at(c).name))
		spec := *h.classes.at(c).spec
		spec.ObjectMeta = model.ObjectMeta{Annotations: spec.Annotations}
		d.text(jsonText(&spec))
		sum += uint64(d)
	}
	return sum
}

// growth puts in how far the growth of a claim's volume has got.
func (h *hashing) growth(d *digest64, c *claim) {
	d.put(uint64(c.growth.Allocated), uint64(c.resizing.failures), uint64(c.resizing.retry))
	d.text(string(c.growth.Status))
	d.flags(c.growth.Failed, c.growing)
	for _, condition := range c.growings {
		d.text(string(condition.Type) + condition.Message)
		d.put(uint64(condition.LastTransitionTime))
	}
}

// contentAt puts in what is stored at a place.
func (h *hashing) contentAt(d *digest64, key contentKey) {
	for _, f := range h.contents.at(key) {
		d.text(key.Path)
		d.text(f.path)
		d.put(uint64(f.data.Len()), f.data.Digest())
		if key.Node != (model.Name{}) {
			d.put(h.name(key.Node))
		}
	}
}
