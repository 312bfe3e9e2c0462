package sim

import (
	"fmt"
	"hash/fnv"

	"github.com/ordinal-sim/ordinal/dnsmodel"
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
	bytes   []byte   // of a program
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
	sum += h.autoscalersHash() + h.addressesHash()
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
	for _, r := range h.draining {
		d := digest64(17)
		d.put(h.name(h.nodes.at(r.node).name), h.name(r.name), uint64(r.since), uint64(r.next), h.symbol(r.refused))
		d.flags(r.asked, r.failed)
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
	total.put(sum, uint64(h.release))
	return uint64(total)
}

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

func (h *hashing) podsHash() (sum uint64) {
	for p := range h.pods.all {
		r := h.pods.at(p)
		d := digest64(5)
		d.put(h.name(r.name), h.symbol(r.revision), uint64(r.phase), uint64(r.readySince), uint64(r.grace), uint64(r.deletedAt),
			uint64(r.ip), uint64(r.disrupted), uint64(r.started), uint64(r.place.last), uint64(r.place.attempts), h.symbol(r.place.message))
		d.flags(r.owner == 0, r.set != nowhere && r.owner == h.sets.at(r.set).uid, r.named, r.indexed, r.ready, r.deleting, r.place.binding)
		d.text(h.template(r.template).text)
		d.labels(r.labels)
		d.put(h.conditions(r), uint64(r.disruptedAt))
		if r.givenTo != nil {
			d.text(string(r.givenTo.Kind) + "/" + r.givenTo.Name)
		}
		if r.node != nowhere {
			d.put(h.name(h.nodes.at(r.node).name))
		}
		if r.place.binding {
			d.put(h.name(h.nodes.at(r.place.node).name))
		}
		if r.sandbox != nowhere {
			d.put(h.sandbox(r.sandbox))
		}
		sum += uint64(d)
	}
	for s := range h.sandboxes {
		if h.sandboxes[s].stage != sandboxFree && h.sandboxes[s].pod == nowhere {
			sum += h.sandbox(int32(s))
		}
	}
	return sum
}

// sandbox is what a kubelet runs of a pod.
func (h *hashing) sandbox(s int32) uint64 {
	box := &h.sandboxes[s]
	d := digest64(12)
	d.put(h.name(box.name), h.name(h.nodes.at(box.node).name), uint64(box.ip), uint64(box.stage), uint64(box.grace), uint64(box.phase))
	d.flags(box.mounted, box.pod != nowhere, box.again, box.ending)
	if box.refused != 0 {
		d.put(uint64(box.refused))
	}
	if h.contents.find.Len() > 0 {
		for _, v := range h.template(box.template).spec.Spec.Volumes {
			h.contentAt(&d, scratchOf(box.uid, v.Name))
		}
	}
	if box.failure != nil {
		d.text(box.failure.reason + " " + box.failure.message)
	}
	for c := box.containers; c != nowhere; c = h.containers[c].next {
		row := &h.containers[c]
		d.put(uint64(row.state), uint64(row.restarts), uint64(row.runs), uint64(uint32(row.exitCode)), uint64(row.since), uint64(row.started),
			uint64(row.backoff.wait), uint64(row.backoff.since), uint64(row.lapse), uint64(row.left), uint64(row.plan)<<8|uint64(row.failure),
			uint64(row.unwell)<<24|uint64(row.hook)<<16|uint64(row.stop)<<8|uint64(row.seen), h.end(&row.last))
		d.flags(row.ready, row.lapsed, row.serving, row.alive, row.hung, row.unfit, row.passed, row.watched, row.ran, row.ended, box.busy == c)
		for p := row.probes; p != nowhere; p = h.probes[p].next {
			probe := &h.probes[p]
			d.put(uint64(probe.kind), uint64(probe.verdict)<<8|uint64(probe.last), uint64(probe.times), uint64(probe.asks), uint64(probe.begins))
			d.flags(probe.held, probe.told)
		}
		if row.process != 0 {
			h.process(&d, row.process-1)
		}
	}
	return uint64(d)
}

// end is how a run of a container has ended.
func (h *hashing) end(e *containerEnd) uint64 {
	var d digest64
	d.put(uint64(uint32(e.exitCode)), uint64(e.cause), uint64(e.started), uint64(e.finished))
	return uint64(d)
}

// condition is what is known of a pod beside its row's numbers.
func (h *hashing) conditions(r *pod) uint64 {
	var d digest64
	for _, f := range r.flags {
		d.put(uint64(f.since))
		d.flags(f.on, f.set)
	}
	for _, c := range r.conditions {
		d.text(c.Type + " " + c.Reason + " " + c.Message)
		d.put(uint64(c.LastTransitionTime), uint64(boolByte(c.Status)))
	}
	if r.failure != nil {
		d.text(r.failure.reason + " " + r.failure.message)
	}
	return uint64(d)
}

// process puts in a program that runs.
func (h *hashing) process(d *digest64, p int32) {
	row := &h.processes.rows[p]
	h.bytes = row.program.AppendState(h.bytes[:0])
	d.text(string(h.bytes))
	d.flags(row.begun, row.exiting, row.stopped)
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

func (h *hashing) networkHash() (sum uint64) {
	for s := range h.services.all {
		row := h.services.at(s)
		d := digest64(9)
		d.put(h.name(row.name))
		d.text(row.spec.Spec.ClusterIP)
		d.text(serviceText(row.spec))
		sum += uint64(d)
	}
	for i, server := range h.dns.replicas {
		if server.down || h.dns.turn > 0 {
			d := digest64(18)
			d.put(uint64(i), uint64(h.dns.turn))
			d.flags(server.down)
			if server.down {
				d.put(uint64(server.since))
			}
			sum += uint64(d)
		}
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
	return sum + h.endpointsHash()
}

// endpointsHash is what the endpoints controller has not done yet, and what nobody has seen
// yet of what it has.
func (h *hashing) endpointsHash() (sum uint64) {
	for s := range h.services.all {
		row := h.services.at(s)
		turns := row.turns
		if row.lacking {
			turns.Skip(h.now)
		} else {
			turns.Take(h.now)
		}
		if turns = turns.Current(h.now); turns != (dnsmodel.SyncQueue{}) {
			d := digest64(15)
			d.put(h.name(row.name))
			d.text(fmt.Sprint(turns))
			sum += uint64(d)
		}
	}
	for _, o := range h.owed.rows {
		d := digest64(16)
		d.put(h.name(h.services.at(o.service).name), h.name(o.pod))
		d.flags(o.lacking)
		sum += uint64(d)
	}
	live := 0
	for _, u := range h.unseen {
		if u.until <= h.now {
			continue
		}
		live++
		d := digest64(17)
		d.put(uint64(live), uint64(u.until), h.name(h.services.at(u.endpoint.service).name), h.name(u.endpoint.pod), uint64(u.endpoint.ip))
		d.flags(u.was, u.endpoint.ready, u.endpoint.hostname)
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
		d.put(uint64(item.at), h.name(item.item.name))
		d.put(uint64(item.item.what))
	}
	for _, item := range h.orphaned.Items() {
		d.put(uint64(item.at), h.name(item.item.name), uint64(item.item.how))
	}
	if h.messages.loss > 0 {
		d.put(uint64(h.messages.loss))
	}
	for _, l := range h.messages.cuts {
		cut := digest64(14)
		cut.put(h.name(h.nodes.at(l.a).name) + h.name(h.nodes.at(l.b).name))
		sum += uint64(cut)
	}
	for _, l := range h.losing {
		d.put(uint64(l.times))
		d.text(string(l.kind))
	}
	d.put(uint64(h.watchDelay), uint64(boolByte(h.paused)))
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
	case purposeReplicaSet:
		return h.name(h.replicaSets.at(e.entity).name)
	case purposeDeployment:
		return h.name(h.deployments.at(e.entity).name)
	case purposeTurn:
		return h.name(h.services.at(e.entity).name)
	case purposeBudget:
		return h.name(h.budgets.at(e.entity).name)
	case purposeSchedule, purposeEvict, purposeUndisrupt:
		return h.name(h.pods.at(e.entity).name)
	case purposeVolumes, purposeRemove:
		return h.name(h.sandboxes[e.entity].name)
	case purposePressure, purposeShutdown:
		return h.name(h.nodes.at(e.entity).name)
	case purposeProbe:
		row := &h.containers[h.probes[e.entity].container]
		return h.name(h.sandboxes[row.sandbox].name) + uint64(row.index)<<2 + uint64(h.probes[e.entity].kind)
	case purposeProgress, purposeReady, purposeHealth, purposeExit, purposeSignal:
		row := &h.containers[e.entity]
		return h.name(h.sandboxes[row.sandbox].name) + uint64(row.index)
	case purposeTimer:
		t := h.processes.timers[e.entity]
		c := &h.containers[h.processes.rows[t.process].container]
		d := digest64(c.index)
		d.put(uint64(h.sandboxes[c.sandbox].ip), uint64(t.id))
		return uint64(d)
	case purposeMessage:
		m := &h.messages.rows[e.entity]
		d := digest64(m.from)
		d.put(uint64(m.to), h.name(h.nodes.at(m.node).name))
		d.text(fmt.Sprintf("%T %s", m.body, m.body))
		return uint64(d)
	case purposeProvision:
		return h.name(h.orders.at(e.entity).claim.Name)
	case purposeBind, purposeRetryProvision, purposeProtect:
		return h.name(h.claims.at(e.entity).Name)
	case purposeAutoscale:
		return h.name(h.autoscalers.at(e.entity).name)
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
