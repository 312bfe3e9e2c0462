package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// The external provisioners: one thing that acts for all of them.
//
// A provisioner notices claims of its classes that ask for a volume, makes it, and
// says whose it is. One that Config.AbsentProvisioners lists is run by nobody.
//
// Source: sig-storage-lib-external-provisioner controller/controller.go.

// askProvisioner makes the provisioner of a claim's class begin, if somebody runs it.
func (w *world) askProvisioner(c int32) {
	row := w.claims.at(c)
	class, ok := w.Class(row.Class.Name)
	if !ok || w.settings.absent[class.Provisioner] {
		return
	}
	if acts, notice := storage.ProvisionerActs(&row.Claim, class); !acts {
		if notice.Reason != storage.NoReason {
			w.recordNotice(row.Name, notice)
		}
		return
	}
	if _, made := w.volumes.find(w.provisionedName(row.UID)); made {
		return
	}
	if _, busy := w.queue.armed(purposeProvision, c); !busy {
		w.queue.arm(purposeProvision, c, w.after(&w.settings.latencies.Provision, "provision"))
	}
}

// provision is the provisioner: the volume has been made.
func (w *world) provision(c int32) {
	row := w.claims.at(c)
	class, ok := w.Class(row.Class.Name)
	if !ok {
		return
	}
	name := w.provisionedName(row.UID)
	id := w.stamp(name)
	v := w.volumes.add(volume{
		Volume:  storage.Provisioned(name, id.uid, &row.Claim, w.provisionedSpec(&row.Claim, class)),
		version: id.version, created: id.created, attachments: nowhere,
	})
	w.record(record{kind: recVolumeProvisioned, subject: row.Name, object: name})
	if w.claims.at(c).VolumeName != (model.Name{}) {
		w.queue.arm(purposeReclaim, v, w.soon()) // nobody needs it: the claim has got another
		return
	}
	w.queue.arm(purposeBind, c, w.soon())
}

// provisionedSpec is the spec of a provisioned volume. Claims of one template
// share it.
func (w *world) provisionedSpec(c *storage.Claim, class *model.StorageClass) *model.PersistentVolumeSpec {
	driver, _ := storage.Driver(class.Provisioner)
	if storage.KnownProvisioner(driver).Pinned {
		node := w.rendered(c.SelectedNode)
		return storage.NewVolumeSpec(c.Spec, class, &model.NodeSelector{Terms: []model.NodeSelectorTerm{{
			MatchExpressions: []model.LabelSelectorRequirement{{Key: model.LabelHostname, Operator: model.SelectorIn, Values: []string{node}}},
		}}})
	}
	for i := range w.made {
		if m := &w.made[i]; m.claim == c.Spec && m.class == class {
			return m.volume
		}
	}
	spec := storage.NewVolumeSpec(c.Spec, class, nil)
	w.made = append(w.made[:len(w.made):len(w.made)], madeSpec{c.Spec, class, spec})
	return spec
}

// madeSpec remembers which spec a provisioner gives to the volumes of which claims.
type madeSpec struct {
	claim  *model.PersistentVolumeClaimSpec
	class  *model.StorageClass
	volume *model.PersistentVolumeSpec
}
