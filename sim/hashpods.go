package sim

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
