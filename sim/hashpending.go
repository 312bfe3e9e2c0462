package sim

import (
	"fmt"
)

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
