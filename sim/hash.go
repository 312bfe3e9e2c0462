package sim

import (
	"fmt"
	"hash/fnv"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// StateHash is a hash of what is: of all objects, of what controllers and kubelets
// know about them, of what is pending, and of the time. What has happened before
// does not matter (that is the [Cluster.Fingerprint]), nor do the numbers that
// only count it: UIDs, resource versions, places in tables and the order in which
// simultaneous events were planned; nor what the world will choose. Two histories
// can lead to one state.
//
// It costs as much as there are objects.
func (c *Cluster) StateHash() uint64 {
	h := hashing{world: c.w}
	return h.state()
}

// hashing adds up the hashes of objects, so that their order does not matter.
type hashing struct {
	*world
	strings []uint64 // of symbols, filled as they are met
}

// digest64 is the hash of one object while its fields are put in.
type digest64 uint64

func (d *digest64) put(values ...uint64) {
	for _, v := range values {
		h := (uint64(*d) ^ v) * 0x9e3779b97f4a7c15
		h ^= h >> 32
		*d = digest64(h * 0xd6e8feb86659fd93)
	}
}

func (d *digest64) flags(flags ...bool) {
	bits := uint64(1)
	for _, f := range flags {
		bits = bits<<1 | uint64(boolByte(f))
	}
	d.put(bits)
}

func (d *digest64) text(s string) {
	f := fnv.New64a()
	f.Write([]byte(s))
	d.put(f.Sum64())
}

func (d *digest64) labels(l model.Labels) {
	for _, key := range l.Keys() {
		d.text(key)
		d.text(l[key])
	}
}

// symbol is the hash of a symbol's string.
func (h *hashing) symbol(sym model.Symbol) uint64 {
	for len(h.strings) <= int(sym) {
		var d digest64
		d.text(h.text(model.Symbol(len(h.strings))))
		h.strings = append(h.strings, uint64(d))
	}
	return h.strings[sym]
}

func (h *hashing) name(n model.Name) uint64 {
	var d digest64
	d.put(h.symbol(n.Namespace), uint64(uint32(n.Ordinal)))
	if n.Base != h.dynamic { // the ordinal of a provisioned volume is a UID
		d.put(h.symbol(n.Base))
		return uint64(d)
	}
	if v, ok := h.volumes.find(n); ok {
		d = 0
		d.put(h.name(h.volumes.at(v).ClaimRef.Name))
	}
	return uint64(d)
}

func (h *hashing) state() uint64 {
	var total digest64
	total.put(uint64(h.now))
	sum := h.setsHash() + h.podsHash() + h.storageHash() + h.networkHash() + h.pendingHash()
	for n := range h.nodes.all {
		row := h.nodes.at(n)
		d := digest64(1)
		d.put(h.name(row.name), uint64(row.capacity), uint64(row.pullsDone))
		d.flags(row.cordoned)
		d.labels(row.labels)
		sum += uint64(d)
	}
	for i := range h.images.all {
		row := h.images.at(i)
		d := digest64(2)
		d.put(h.symbol(row.name.Base), h.name(h.nodes.at(row.name.Ordinal).name), uint64(row.ready))
		sum += uint64(d)
	}
	total.put(sum, uint64(h.release))
	return uint64(total)
}

func (h *hashing) setsHash() (sum uint64) {
	for s := range h.sets.all {
		set := h.sets.at(s)
		d := digest64(3)
		d.put(h.name(set.name), uint64(set.generation), uint64(set.deleting), uint64(set.failures), uint64(set.retryAt), uint64(set.wrote), h.symbol(set.trouble))
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

func (h *hashing) podsHash() (sum uint64) {
	for p := range h.pods.all {
		r := h.pods.at(p)
		d := digest64(5)
		d.put(h.name(r.name), h.symbol(r.revision), uint64(r.phase), uint64(r.readySince), uint64(r.grace), uint64(r.deletedAt),
			uint64(r.ip), uint64(r.stage), uint64(r.started), uint64(r.place.last), uint64(r.place.attempts), uint64(r.place.reason))
		d.flags(r.owner == 0, r.set != nowhere && r.owner == h.sets.at(r.set).uid, r.named, r.indexed, r.ready, r.deleting, r.place.binding)
		d.text(h.template(r.template).text)
		d.labels(r.labels)
		if r.givenTo != nil {
			d.text(string(r.givenTo.Kind) + "/" + r.givenTo.Name)
		}
		if r.node != nowhere {
			d.put(h.name(h.nodes.at(r.node).name))
		}
		if r.place.binding {
			d.put(h.name(h.nodes.at(r.place.node).name))
		}
		for c := r.containers; c != nowhere; c = h.containers[c].next {
			row := &h.containers[c]
			d.put(uint64(row.state), uint64(row.restarts), uint64(uint32(row.exitCode)), uint64(row.since), uint64(row.started), uint64(row.backoff))
			d.flags(row.ready, row.stopping)
		}
		sum += uint64(d)
	}
	return sum
}

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
		d.put(uint64(row.provisionFailures), uint64(row.provisionRetry), uint64(row.unusedSince))
		d.text(string(row.unused))
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
		c, ok := h.claims.find(row.ClaimRef.Name)
		d.flags(row.ClaimRef.Set, row.ClaimRef.UID == 0, ok && h.claims.at(c).UID == row.ClaimRef.UID, row.BoundByController, row.Guarded, row.Deleting, row.unprotected)
		for a := row.attachments; a != nowhere; a = h.attachments[a].next {
			d.put(h.name(h.nodes.at(h.attachments[a].node).name))
			d.flags(h.attachments[a].attached, h.attachments[a].detaching)
		}
		if row.files != nil {
			d.labels(row.files.byPath)
		}
		sum += uint64(d)
	}
	for o := range h.orders.all {
		row := h.orders.at(o)
		d := digest64(14)
		d.put(h.name(row.claim.Name), h.name(row.claim.SelectedNode), h.symbol(row.claim.Class.Name))
		d.text(jsonText(row.claim.Spec))
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

func (h *hashing) networkHash() (sum uint64) {
	for s := range h.services.all {
		row := h.services.at(s)
		d := digest64(9)
		d.put(h.name(row.name))
		d.text(row.spec.Spec.ClusterIP)
		d.text(serviceText(row.spec))
		sum += uint64(d)
	}
	for i := range h.caches {
		d := digest64(13)
		for _, e := range h.caches[i].Entries(h.now) {
			d.put(uint64(i), uint64(e.Stored), uint64(e.TTL))
			d.text(fmt.Sprint(e.Question, e.Reply))
		}
		sum += uint64(d)
	}
	for e := range h.endpoints.all {
		row := h.endpoints.at(e)
		d := digest64(10)
		d.put(h.name(h.services.at(row.service).name), h.name(row.pod), uint64(row.ip))
		d.flags(row.hostname, row.ready, row.serving, row.terminating)
		sum += uint64(d)
	}
	return sum
}

// pendingHash is what is to come: the timers, and the lists behind some of them.
func (h *hashing) pendingHash() (sum uint64) {
	for i := range h.queue.heap {
		e := &h.queue.heap[i]
		d := digest64(11)
		d.put(uint64(e.at), uint64(e.purpose), h.entity(e))
		sum += uint64(d)
	}
	d := digest64(12)
	for _, item := range h.unpublished.Items() {
		d.put(uint64(item.at), h.name(item.item))
	}
	for _, item := range h.orphaned.Items() {
		d.put(uint64(item.at), h.name(item.item.name), uint64(item.item.how))
	}
	for i := range h.failing {
		f := &h.failing[i]
		d.put(uint64(f.skip), uint64(f.times), h.symbol(f.text))
		d.text(string(f.verb) + " " + string(f.kind))
	}
	for _, item := range h.watched.Items() {
		c := &item.item
		d.put(uint64(item.at), uint64(c.kind), uint64(uint32(c.ordinal)), uint64(uint32(c.template)), h.symbol(c.symbol),
			uint64(c.pod.Phase), uint64(uint32(c.pod.Ordinal)), uint64(c.pod.ReadySince), uint64(c.state.Generation))
		d.flags(c.pod.Ready, c.pod.Terminating, c.pod.Matches, c.claim.Terminating)
	}
	return sum + uint64(d)
}

// entity is whom an event is for.
func (h *hashing) entity(e *event) uint64 {
	switch e.purpose {
	case purposeSync, purposeDelayed:
		return h.name(h.sets.at(e.entity).name)
	case purposeSchedule, purposeVolumes, purposeRemove:
		return h.name(h.pods.at(e.entity).name)
	case purposeProgress, purposeReady, purposeExit:
		row := &h.containers[e.entity]
		return h.name(h.pods.at(row.pod).name) + uint64(row.index)
	case purposeProvision:
		return h.name(h.orders.at(e.entity).claim.Name)
	case purposeBind, purposeRetryProvision, purposeProtect:
		return h.name(h.claims.at(e.entity).Name)
	case purposeReclaim:
		return h.name(h.volumes.at(e.entity).Name)
	case purposeAttach:
		return h.name(h.volumes.at(h.attachments[e.entity].volume).Name)
	case purposeOperation:
		var d digest64
		d.text(h.operations[e.entity].do.String())
		return uint64(d)
	default:
		return 0
	}
}
