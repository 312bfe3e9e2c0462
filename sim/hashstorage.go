package sim

import (
	"reflect"

	"github.com/ordinal-sim/ordinal/model"
)

// The hash of storage: claims, volumes and where they are, what is stored, and what drivers
// are about.

func (h *hashing) storageHash() (sum uint64) {
	for c := range int32(len(h.claims.rows)) {
		if !h.claims.rows[c].inUse() {
			continue
		}
		row := h.claims.at(c)
		d := digestOf(hashClaim)
		d.put(h.kept.claims.hash(h, c, row, (*hashing).claim))
		if row.VolumeName.Base == h.dynamic && row.VolumeName != h.provisionedName(row.UID) {
			d.put(h.dynamicName(row.VolumeName))
		}
		h.laterAttempt(&d, &row.provisioning)
		h.laterAttempt(&d, &row.resizing)
		for i := range row.owners {
			h.owner(&d, &row.owners[i])
		}
		sum += d.sealed()
		if row.SelectedNode != (model.Name{}) {
			at := digestOf(hashSelected)
			at.put(h.staticName(row.Name))
			sum += h.atName(row.SelectedNode, at.sealed())
		}
	}
	for o := range h.orders.all {
		row := h.orders.at(o)
		c, ok := h.claims.find(row.claim.Name)
		d := digestOf(hashOrder)
		d.put(h.staticName(row.claim.Name), h.symbol(row.claim.Class.Name), spec(h, hashClaim, row.claim.Spec), h.class(row.class))
		d.flags(ok && h.claims.at(c).UID == row.claim.UID)
		if row.claim.SelectedNode != (model.Name{}) {
			sum += h.atName(row.claim.SelectedNode, d.sealed())
		} else {
			sum += d.sealed()
		}
	}
	for i := range h.faulty {
		f := &h.faulty[i]
		d := digestOf(hashDriverFault)
		d.put(uint64(i), uint64(f.task), h.symbol(f.class), h.staticName(f.claim), uint64(f.above), uint64(uint32(f.times)), h.symbol(f.text))
		d.flags(f.endless, f.exhausted)
		if f.node != (model.Name{}) {
			sum += h.atName(f.node, d.sealed())
		} else {
			sum += d.sealed()
		}
	}
	for c := range h.classes.all {
		d := digestOf(hashClass)
		d.put(h.staticName(h.classes.at(c).name), h.class(h.classes.at(c).spec))
		sum += d.sealed()
	}
	return sum + h.volumesHash() + h.directoriesHash()
}

// claim is a claim's row. The volume that was made for it has its UID for a name.
func (h *hashing) claim(row *claim) uint64 {
	d := digestOf(hashClaim)
	d.put(h.staticName(row.Name), h.symbol(row.Class.Name), uint64(row.Capacity), uint64(row.notice.Reason), spec(h, hashClaim, row.Spec),
		h.labels(row.labels), h.labels(row.annotations), uint64(uint32(row.provisioning.failures)), uint64(row.unusedSince))
	switch {
	case row.VolumeName == (model.Name{}):
	case row.VolumeName.Base == h.dynamic:
		d.put(uint64(hashOwnVolume))
	default:
		d.put(h.staticName(row.VolumeName))
	}
	d.text(string(row.Phase))
	d.text(row.Provisioner)
	d.text(string(row.unused))
	for _, mode := range row.modes {
		d.text(string(mode))
	}
	d.flags(row.Class.Given, row.BindCompleted, row.BoundByController, row.Deleting, row.moved, row.doubtful, row.SelectedNode != (model.Name{}))
	if row.growth.Allocated != 0 { // or it has never been grown
		d.put(uint64(row.growth.Allocated), uint64(uint32(row.resizing.failures)))
		d.text(string(row.growth.Status))
		d.flags(row.growth.Failed, row.growing)
		for _, condition := range row.growings {
			d.text(string(condition.Type))
			d.text(condition.Message)
			d.put(uint64(condition.LastTransitionTime))
		}
	}
	return d.sealed()
}

// laterAttempt puts in when the next of failed attempts is. What has succeeded has none, but
// if it fails again soon, keeps an earlier time.
func (h *hashing) laterAttempt(d *digest64, a *attempts) {
	if a.failures > 0 || a.retry > h.now {
		d.put(uint64(a.retry))
	}
}

func (h *hashing) volumesHash() (sum uint64) {
	for v := range int32(len(h.volumes.rows)) {
		if !h.volumes.rows[v].inUse() {
			continue
		}
		row := h.volumes.at(v)
		c, ok := h.claims.find(row.ClaimRef.Name)
		d := digestOf(hashVolume)
		d.put(h.kept.volumes.hash(h, v, row, (*hashing).volume))
		d.flags(ok && h.claims.at(c).UID == row.ClaimRef.UID)
		if h.contents.find.Len() > 0 {
			h.contentAt(&d, contentKey{Volume: row.UID})
			for n := range h.nodes.rows {
				h.directory(int32(n), contentKey{Volume: row.UID, Node: h.nodes.rows[n].name}, h.volumeName(row))
			}
		}
		whole := d.sealed()
		sum += whole
		for a := row.attachments; a != nowhere; a = h.attachments[a].next {
			row := &h.attachments[a]
			d := digestOf(hashAttachment)
			d.put(whole, uint64(row.state), uint64(uint32(row.mounts)))
			d.flags(row.inUse, row.unwanted, row.forced)
			if row.unwanted {
				d.put(uint64(row.since))
			}
			h.at(row.node, d.sealed())
		}
	}
	return sum
}

// volumeName is the hash of a volume's name, for its own row.
func (h *hashing) volumeName(row *volume) uint64 {
	if row.Name.Base != h.dynamic {
		return h.staticName(row.Name)
	}
	d := digestOf(hashOwnVolume)
	d.put(h.staticName(row.ClaimRef.Name))
	return uint64(d)
}

// volume is a volume's row.
func (h *hashing) volume(row *volume) uint64 {
	d := digestOf(hashVolume)
	d.put(h.volumeName(row), h.symbol(row.Class), h.staticName(row.ClaimRef.Name), h.volumeSpec(row.Spec), h.labels(row.Labels), h.labels(row.annotations),
		uint64(row.trouble.Reason), uint64(row.PreResize))
	d.text(string(row.Phase))
	d.text(row.ProvisionedBy)
	d.flags(row.ClaimRef.Set, row.ClaimRef.UID == 0, row.BoundByController, row.Guarded, row.Deleting, row.unprotected)
	return d.sealed()
}

// volumeSpec is a volume's spec without the claim that it names: that is in the row.
func (h *hashing) volumeSpec(p *model.PersistentVolumeSpec) uint64 {
	if p.ClaimRef == nil {
		return spec(h, hashVolume, p)
	}
	without := *p
	without.ClaimRef = nil
	return valueHash(reflect.ValueOf(&without).Elem())
}

// class is a class without its identity.
func (h *hashing) class(o *model.StorageClass) uint64 {
	key := constantOf(hashClass, o)
	if hash, ok := h.constants.known[key]; ok {
		return hash
	}
	without := *o
	without.ObjectMeta = model.ObjectMeta{Annotations: o.Annotations}
	return h.constants.learn(key, valueHash(reflect.ValueOf(&without).Elem()))
}

// contentAt puts in what is stored at a place.
func (h *hashing) contentAt(d *digest64, key contentKey) {
	for _, f := range h.contents.at(key) {
		d.put(uint64(hashContent), uint64(f.data.Len()), f.data.Digest())
		d.text(key.Path)
		d.text(f.path)
	}
}

// directory adds what is stored in a directory of a node.
func (h *hashing) directory(n int32, key contentKey, of uint64) {
	if len(h.contents.at(key)) > 0 {
		d := digestOf(hashContent)
		d.put(of)
		h.contentAt(&d, key)
		h.at(n, d.sealed())
	}
}

// directoriesHash is what is stored in the directories of nodes that belong to no volume.
func (h *hashing) directoriesHash() (sum uint64) {
	for i := range h.contents.rows {
		row := &h.contents.rows[i]
		if row.key.Volume != 0 || len(row.files) == 0 {
			continue
		}
		d := digestOf(hashContent)
		h.contentAt(&d, row.key)
		if row.key.Node == (model.Name{}) {
			sum += d.sealed()
		} else {
			sum += h.atName(row.key.Node, d.sealed())
		}
	}
	return sum
}
