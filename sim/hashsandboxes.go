package sim

import "github.com/ordinal-sim/ordinal/internal/flat"

// The hash of what kubelets run: sandboxes, containers, probes, programs.

// sandboxesHash works out the hashes of all sandboxes, and adds those to the sums of their
// nodes that are no pod's any more; the others are in the hashes of their pods.
func (h *hashing) sandboxesHash() {
	for s := range h.sandboxes {
		box := &h.sandboxes[s]
		if box.stage == sandboxFree {
			continue
		}
		h.ofSandboxes[s] = h.sandbox(int32(s))
		if box.pod == nowhere {
			h.at(box.node, h.ofSandboxes[s])
		}
	}
	for i := range h.listed {
		h.at(h.listed[i].node, h.listedPod(&h.listed[i]))
	}
}

// listedPod is a pod that an API server goes on to list: which of those of its name it is, and
// what would be started.
func (h *hashing) listedPod(l *listedPod) uint64 {
	d := digestOf(hashListed)
	d.put(h.staticName(l.name), h.template(l.template).hash, h.symbol(l.service))
	d.symbols(h, l.claimBases)
	for _, claim := range l.shared {
		d.put(h.staticName(claim))
	}
	s := h.sandboxOf(l)
	d.flags(h.exists(l), s != nowhere)
	if s != nowhere {
		d.put(h.ofSandboxes[s])
	}
	return d.sealed()
}

// sandbox is what a kubelet runs of a pod.
func (h *hashing) sandbox(s int32) uint64 {
	box := &h.sandboxes[s]
	d := digestOf(hashSandbox)
	d.put(h.staticName(box.name), h.template(box.template).hash, uint64(box.stage)<<40|uint64(box.phase)<<32|uint64(uint32(box.grace)),
		uint64(box.refused), h.timers[s])
	d.flags(box.mounted, box.pod != nowhere, box.again, box.ending, box.ip != 0, box.failure == nil)
	if h.addressesSeen() {
		d.put(uint64(box.ip), uint64(box.leased))
	}
	if box.pod == nowhere {
		d.put(h.symbol(box.service))
		d.symbols(h, box.claimBases)
		for _, claim := range box.shared {
			d.put(h.staticName(claim))
		}
	}
	if f := box.failure; f != nil {
		d.text(f.reason)
		d.text(f.message)
		d.flags(f.rejected, f.disrupts, f.evicts)
	}
	for m := box.mounts; m != nowhere; m = h.mounts[m].next {
		row := &h.mounts[m]
		d.put(uint64(hashMount), h.staticName(row.claim))
		there := h.volumes.at(row.volume).UID == row.uid
		d.flags(row.lost, there)
		if there {
			d.put(h.name(h.volumes.at(row.volume).Name))
		}
	}
	if h.contents.find.Len() > 0 {
		for _, v := range h.template(box.template).spec.Spec.Volumes {
			h.contentAt(&d, scratchOf(box.uid, v.Name))
		}
	}
	for c := box.containers; c != nowhere; c = h.world.containers[c].next {
		row := &h.world.containers[c]
		d.put(h.kept.containers.hash(h, c, row, (*hashing).container), uint64(boolByte(box.busy == c)))
		for p := row.probes; p != nowhere; p = h.probes[p].next {
			h.probe(&d, &h.probes[p])
		}
		if row.process != 0 {
			h.program(&d, row.process-1)
		}
	}
	return d.sealed()
}

// container is a container's row.
func (h *hashing) container(row *container) uint64 {
	d := digestOf(hashContainer)
	d.put(uint64(row.index)<<8|uint64(row.state), uint64(uint32(row.restarts))<<32|uint64(uint32(row.runs)), uint64(uint32(row.exitCode)),
		uint64(row.since), uint64(row.started), uint64(row.backoff.wait), uint64(row.backoff.since), uint64(row.lapse), uint64(uint32(row.left)),
		uint64(row.plan)<<48|uint64(row.failure)<<40|uint64(row.unwell)<<32|uint64(row.hook)<<24|uint64(row.stop)<<16|uint64(row.seen)<<8,
		uint64(uint32(row.last.exitCode))<<8|uint64(row.last.cause), uint64(row.last.started), uint64(row.last.finished))
	d.flags(row.ready, row.lapsed, row.serving, row.alive, row.hung, row.unfit, row.passed, row.watched, row.ran, row.ended)
	return d.sealed()
}

func (h *hashing) probe(d *digest64, p *probe) {
	d.put(uint64(hashProbe), uint64(p.kind)<<16|uint64(p.verdict)<<8|uint64(p.last), uint64(uint32(p.times)), uint64(p.asks), uint64(p.begins))
	d.flags(p.held, p.told)
}

// program puts in a program that runs, and which timers it has set, also those that have come
// while it hung.
func (h *hashing) program(d *digest64, p int32) {
	row := &h.processes.rows[p]
	h.bytes = row.program.AppendState(h.bytes[:0])
	d.put(uint64(hashProgram), bytesHash(h.bytes))
	d.flags(row.begun, row.exiting, row.stopped)
	sum := uint64(0)
	for t := row.timers; t != nowhere; t = h.processes.timers[t].next {
		sum += flat.Mix(uint64(h.processes.timers[t].id) + 1)
	}
	d.put(sum)
}
