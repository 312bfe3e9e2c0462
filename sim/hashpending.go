package sim

import (
	"fmt"
	"reflect"

	"github.com/ordinal-sim/ordinal/model"
)

// The hash of what is to come: timers, messages, operations, what has not been heard yet, and
// faults that wait for their occasion.

// timersHash is the timers, in no order. Those of what a kubelet runs are in the hash of the
// sandbox, and those of what is at a node are in the sum of the node.
func (h *hashing) timersHash() (sum uint64) {
	for i := range h.queue.heap {
		e := &h.queue.heap[i]
		d := digestOf(hashTimer)
		d.put(uint64(e.at), uint64(e.purpose))
		switch e.purpose {
		case purposeVolumes, purposeRemove:
			h.timers[e.entity] += d.sealed()
		case purposeProgress, purposeReady, purposeHealth, purposeExit, purposeSignal:
			h.containerTimer(&d, e.entity)
		case purposeProbe:
			d.put(uint64(h.probes[e.entity].kind))
			h.containerTimer(&d, h.probes[e.entity].container)
		case purposeTimer:
			t := h.processes.timers[e.entity]
			d.put(uint64(t.id))
			h.containerTimer(&d, h.processes.rows[t.process].container)
		case purposePressure, purposeShutdown:
			h.at(e.entity, d.sealed())
		case purposeAttach:
			row := &h.attachments[e.entity]
			d.put(h.rowOfVolume(row.volume))
			h.at(row.node, d.sealed())
		case purposeMessage:
			row := &h.world.messages.rows[e.entity]
			d.put(h.kept.messages.hash(h, e.entity, row, (*hashing).message))
			h.at(row.node, d.sealed())
		case purposeOperation:
			d.put(h.kept.operations.hash(h, e.entity, &h.world.operations[e.entity], (*hashing).operation))
			sum += d.sealed()
		default:
			d.put(h.entity(e))
			sum += d.sealed()
		}
	}
	return sum
}

// containerTimer adds a timer to those of a container's sandbox.
func (h *hashing) containerTimer(d *digest64, c int32) {
	row := &h.world.containers[c]
	d.put(uint64(row.index))
	h.timers[row.sandbox] += d.sealed()
}

// entity is whom an event is for that is not at a node.
func (h *hashing) entity(e *event) uint64 {
	switch e.purpose {
	case purposeSync, purposeDelayed:
		return h.staticName(h.sets.at(e.entity).name)
	case purposeReplicaSet:
		return h.staticName(h.replicaSets.at(e.entity).name)
	case purposeDeployment:
		return h.staticName(h.deployments.at(e.entity).name)
	case purposeTurn:
		return h.staticName(h.services.at(e.entity).name)
	case purposeBudget:
		return h.staticName(h.budgets.at(e.entity).name)
	case purposeAutoscale:
		return h.staticName(h.autoscalers.at(e.entity).name)
	case purposeSchedule, purposeEvict, purposeUndisrupt:
		return h.staticName(h.pods.at(e.entity).name)
	case purposeProvision:
		return h.staticName(h.orders.at(e.entity).claim.Name)
	case purposeBind, purposeRetryProvision, purposeProtect, purposeResize, purposeGrow:
		return h.staticName(h.claims.at(e.entity).Name)
	case purposeReclaim:
		return h.rowOfVolume(e.entity)
	case purposePublish, purposeCollect, purposeWatch, purposeMonitor, purposeCleanup, purposeDrain, purposeResync:
		return 0 // of the world
	default:
		panic("sim: a timer of " + e.purpose.String() + " has no hash")
	}
}

func (h *hashing) rowOfVolume(v int32) uint64 {
	return h.kept.volumes.hash(h, v, h.volumes.at(v), (*hashing).volume)
}

// message is a message's row. Its body's words tell all of it.
func (h *hashing) message(m *message) uint64 {
	d := digestOf(hashMessage)
	d.put(uint64(m.from), uint64(m.to))
	d.text(fmt.Sprintf("%T %s", m.body, m.body))
	return d.sealed()
}

// operation is an operation that is to come, with all that it holds.
func (h *hashing) operation(o *operation) uint64 {
	d := digestOf(hashOperation)
	d.text(reflect.TypeOf(o.do).String())
	d.put(valueHash(reflect.ValueOf(o.do)))
	return d.sealed()
}

// pendingHash is the lists of what waits in an order, and the numbers of the world.
func (h *hashing) pendingHash() uint64 {
	d := digestOf(hashLists)
	for _, item := range h.unpublished.Items() {
		d.put(uint64(item.at), h.staticName(item.item.name), uint64(item.item.what))
	}
	d.put(uint64(h.unpublished.Len()))
	for _, item := range h.orphaned.Items() {
		d.put(uint64(item.at), h.staticName(item.item.name), uint64(item.item.how))
		d.text(string(item.item.kind))
		d.symbols(h, item.item.claimBases)
	}
	d.put(uint64(h.orphaned.Len()), uint64(uint32(h.world.messages.loss)), uint64(h.watchDelay), uint64(h.nextVIP))
	for _, l := range h.losing {
		d.put(uint64(uint32(l.times)))
		d.text(string(l.kind))
	}
	d.flags(h.paused)
	for i := range h.failing {
		f := &h.failing[i]
		d.put(uint64(uint32(f.skip)), uint64(uint32(f.times)), h.symbol(f.text))
		d.text(string(f.verb))
		d.text(string(f.kind))
	}
	for _, item := range h.watched.Items() {
		d.put(uint64(item.at))
		h.delivery(&d, &item.item)
	}
	return d.sealed()
}

// delivery puts in what the StatefulSet controller is going to hear.
func (h *hashing) delivery(d *digest64, c *delivery) {
	set := h.sets.at(c.set)
	d.put(uint64(c.kind), h.staticName(set.name), uint64(uint32(c.ordinal)), uint64(uint32(c.template)), h.symbol(c.symbol))
	current := set.uid == c.setUID
	d.flags(current)
	if !current {
		return // nobody hears it
	}
	switch c.kind {
	case setChanged:
		d.put(uint64(c.state.Generation), spec(h, hashSet, c.state.Spec), h.template(c.state.Template).hash, uint64(uint32(c.state.Hash)))
		d.flags(c.state.Deleting)
		h.status(d, &c.state.Status)
	case podChanged:
		d.put(h.cachedPod(c.set, &c.pod))
	case podGone:
		p, ok := h.pods.find(model.Name{Namespace: set.name.Namespace, Base: set.podBase, Ordinal: c.ordinal})
		cached, known := set.view.Pod(c.ordinal)
		d.flags(ok && h.pods.at(p).uid == c.uid, known && cached.UID == c.uid)
	case claimChanged:
		d.flags(c.claim.Terminating)
		for i := range c.claim.Owners {
			h.owner(d, &c.claim.Owners[i])
		}
	case revisionChanged:
		r := &c.revision
		d.put(h.symbol(r.Name), uint64(r.Number), uint64(r.CreatedAt), h.template(r.Template).hash)
		d.flags(r.Orphan, r.Timestamped)
	}
}
