package sim

import (
	"hash/fnv"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// The external provisioners: one thing that acts for all of them.
//
// A provisioner notices claims that ask it for a volume, makes it, and says whose it is.
// Once it has begun it goes on, even if the claim is deleted meanwhile. An attempt that
// fails is made again, a second later, two seconds after that, and so on; one that would
// fail in the same way waits for what it fails at to change. A provisioner also notices
// volumes of its own that are released, and destroys them. One that
// Config.AbsentProvisioners lists is run by nobody.
//
// Source: sig-storage-lib-external-provisioner controller/controller.go, syncClaim and
// syncVolume; kubernetes-csi external-provisioner cmd/csi-provisioner, for its back-off.

// order is a volume that is being made: its name, and for whom.
type order struct {
	name  model.Name
	claim storage.Claim
	class *model.StorageClass
}

func (o order) rowName() model.Name { return o.name }
func (o order) inUse() bool         { return o.class != nil }

// runsProvisioner reports whether somebody runs a provisioner.
func (w *world) runsProvisioner(provisioner string) bool {
	return provisioner != "" && !w.settings.absent[provisioner]
}

// askProvisioner lets the provisioner of a claim look at it, if somebody runs it.
func (w *world) askProvisioner(c int32) {
	row := w.claims.at(c)
	if !w.runsProvisioner(row.Provisioner) {
		return
	}
	name := w.provisionedName(row.UID)
	if _, busy := w.orders.find(name); busy {
		return
	}
	w.queue.cancel(purposeRetryProvision, c)
	if row.VolumeName != (model.Name{}) {
		row.provisioning.failures = 0
		return
	}
	row.provisioning.pass(w.now)
	class, ok := w.Class(row.Class.Name)
	if !ok {
		row.provisioning.fail(w.now)
		return
	}
	driver, _ := storage.Driver(class.Provisioner)
	acts, notice := storage.ProvisionerActs(&row.Claim, class)
	_, made := w.volumes.find(name)
	if made || driver != row.Provisioner || !acts && notice.Reason == storage.NoReason {
		row.provisioning.failures = 0
		return
	}
	w.record(record{kind: recProvisioning, subject: row.Name})
	if !acts {
		w.recordNotice(row.Name, notice)
		row.provisioning.fail(w.now)
		return
	}
	o := w.orders.add(order{name: name, claim: row.Claim, class: class})
	w.queue.arm(purposeProvision, o, w.after(&w.settings.latencies.Provision, "provision"))
}

// retryProvisioning plans the next attempts of those that have failed: something has
// changed.
func (w *world) retryProvisioning() {
	for c := range w.claims.all {
		row := w.claims.at(c)
		if row.provisioning.failures == 0 {
			continue
		}
		row.provisioning.pass(w.now)
		if _, armed := w.queue.armed(purposeRetryProvision, c); !armed {
			w.queue.arm(purposeRetryProvision, c, row.provisioning.retry)
		}
	}
}

// provision is the provisioner: the volume has been made, or cannot be.
func (w *world) provision(o int32) {
	made := *w.orders.at(o)
	w.orders.remove(o)
	if fault, fails := w.driverFails(toProvision, &made.claim, made.claim.Spec.Request); fails {
		w.notProvisioned(&made.claim, &fault)
		return
	}
	id := w.stamp(made.name)
	v := w.volumes.add(volume{
		Volume:  storage.Provisioned(made.name, id.uid, &made.claim, made.class, w.provisionedSpec(&made.claim, made.class)),
		version: id.version, created: id.created, attachments: nowhere,
	})
	w.record(record{kind: recVolumeProvisioned, subject: made.claim.Name, object: made.name})
	c, ok := w.claims.find(made.claim.Name)
	if ok && w.claims.at(c).UID == made.claim.UID {
		w.claims.at(c).provisioning.failures = 0
		if (w.claims.at(c).VolumeName == model.Name{}) {
			w.queue.arm(purposeBind, c, w.soon())
			return
		}
	}
	w.queue.arm(purposeReclaim, v, w.soon()) // nobody needs it: the claim is gone, or has got another
}

// notProvisioned is a volume that could not be made. If there is no room for it where the
// scheduler wants it, the provisioner takes the node from the claim again, which tells the
// scheduler to choose once more; else it tries again itself.
//
// Source: sig-storage-lib-external-provisioner controller/controller.go,
// provisionClaimOperation and rescheduleProvisioning; external-provisioner
// pkg/controller/controller.go, checkError.
func (w *world) notProvisioned(asked *storage.Claim, fault *driverFault) {
	c, ok := w.claims.find(asked.Name)
	if !ok || w.claims.at(c).UID != asked.UID {
		return
	}
	row := w.claims.at(c)
	w.recordNotice(row.Name, storage.Notice{Reason: storage.ProvisioningFailed, Class: asked.Class.Name, Detail: w.text(fault.text)})
	if row.VolumeName != (model.Name{}) {
		return // it has got another
	}
	if fault.exhausted && row.SelectedNode != (model.Name{}) {
		row.SelectedNode, row.moved = model.Name{}, true
		w.claimChanged(c)
		w.queue.arm(purposeBind, c, w.soon())
		return
	}
	row.provisioning.fail(w.now)
	if !w.driverIsBroken(toProvision, &row.Claim, row.Spec.Request) {
		w.queue.arm(purposeRetryProvision, c, row.provisioning.retry)
	}
}

// choosesAgain reports whether the scheduler has to choose a node again for a pod because
// the provisioner has given up a volume where it was wanted. The pod then waits for its
// back-off, as if it had found no node.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/binder.go, checkBindings.
func (w *world) choosesAgain(p int32, claims []model.Name) bool {
	for _, name := range claims {
		c, ok := w.claims.find(name)
		if !ok {
			continue
		}
		row := w.claims.at(c)
		if !row.moved || row.Bound() || row.SelectedNode != (model.Name{}) {
			continue
		}
		r := w.pods.at(p)
		w.leaveNode(r)
		r.place = placement{attempts: r.place.attempts, last: w.now, reason: storage.ProvisioningMoved}
		row.moved = w.waitsForVolumes(name)
		w.unschedule(p, w.symbol(storage.Notice{Reason: storage.ProvisioningMoved, Claim: name}.Message(spelling{w})))
		w.wakePod(p)
		return true
	}
	return false
}

// waitsForVolumes reports whether a pod of a claim has a node, and waits for its volumes.
func (w *world) waitsForVolumes(claim model.Name) bool {
	for p := range w.podsOf(claim) {
		if w.pods.at(p).place.binding {
			return true
		}
	}
	return false
}

// guardVolume is the provisioner of a volume that has changed: its finalizer comes and
// goes.
func (w *world) guardVolume(v int32) {
	vol := w.volumes.at(v)
	if driver, _ := storage.DeleterActs(&vol.Volume); w.runsProvisioner(driver) {
		vol.Guarded = storage.Guard(&vol.Volume)
	}
}

// destroys reports whether the provisioner of a volume destroys it now.
func (w *world) destroys(v int32) bool {
	driver, acts := storage.DeleterActs(&w.volumes.at(v).Volume)
	return acts && w.runsProvisioner(driver)
}

// provisionedSpec is the spec of a provisioned volume. Claims of one template
// share it.
func (w *world) provisionedSpec(c *storage.Claim, class *model.StorageClass) *model.PersistentVolumeSpec {
	driver, _ := storage.Driver(class.Provisioner)
	if storage.KnownProvisioner(driver).Pinned {
		return storage.NewVolumeSpec(c.Spec, class, where(model.LabelHostname, w.rendered(c.SelectedNode)))
	}
	zone := ""
	if storage.KnownProvisioner(driver).Zonal {
		zone = w.volumeZone(c, class)
	}
	for i := range w.made {
		if m := &w.made[i]; m.claim == c.Spec && m.class == class && m.zone == zone {
			return m.volume
		}
	}
	var affinity *model.NodeSelector
	if zone != "" {
		affinity = where(model.LabelZone, zone)
	}
	spec := storage.NewVolumeSpec(c.Spec, class, affinity)
	w.made = append(w.made[:len(w.made):len(w.made)], madeSpec{c.Spec, class, zone, spec})
	return spec
}

// where selects the nodes with a label.
func where(label, value string) *model.NodeSelector {
	return &model.NodeSelector{Terms: []model.NodeSelectorTerm{{
		MatchExpressions: []model.LabelSelectorRequirement{{Key: label, Operator: model.SelectorIn, Values: []string{value}}},
	}}}
}

// volumeZone is the zone in which a volume is made; "" where there are no zones. It is that
// of the node which the scheduler has chosen. If it has not been asked, the volumes of a set
// go to one zone after the other.
//
// Source: kubernetes-csi external-provisioner pkg/controller/topology.go,
// GenerateAccessibilityRequirements and getPVCNameHashAndIndexOffset.
func (w *world) volumeZone(c *storage.Claim, class *model.StorageClass) string {
	if n, ok := w.nodes.find(c.SelectedNode); ok && c.SelectedNode != (model.Name{}) {
		return w.nodes.at(n).labels[model.LabelZone]
	}
	var zones []string
	for n := range w.nodes.all {
		labels := w.nodes.at(n).labels
		if zone, ok := labels[model.LabelZone]; ok && class.AllowsTopology(labels) && !slices.Contains(zones, zone) {
			zones = append(zones, zone)
		}
	}
	if len(zones) == 0 {
		return ""
	}
	slices.Sort(zones)
	base, ordinal := w.text(c.Name.Base), uint32(0)
	if c.Name.Ordinal >= 0 {
		ordinal = uint32(c.Name.Ordinal)
	}
	hash := fnv.New32()
	hash.Write([]byte(base)) // never fails
	return zones[(hash.Sum32()+ordinal)%uint32(len(zones))]
}

// madeSpec remembers which spec a provisioner gives to the volumes of which claims.
type madeSpec struct {
	claim  *model.PersistentVolumeClaimSpec
	class  *model.StorageClass
	zone   string // "" for none
	volume *model.PersistentVolumeSpec
}
