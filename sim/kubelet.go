package sim

import (
	"github.com/ordinal-sim/ordinal/policy"
)

// The kubelets: one thing that acts for all nodes.
//
// A kubelet notices pods that have its node. It waits for their volumes, gives
// them an address, and leaves them to a worker that keeps their containers running
// (worker.go). It notices pods that are being deleted, and stops them (stopping.go).
// What it sees it reports (status.go). A kubelet that the API server cannot hear goes on
// with what it knows, and reports when it is heard again.
//
// Source: pkg/kubelet/kubelet.go, SyncPod and SyncTerminatingPod.

// admitPod is a new pod on a node. A kubelet that does not hear of it finds it when
// it is back.
func (w *world) admitPod(p int32) {
	if n := w.pods.at(p).node; w.hears(n) {
		if failure := w.refusal(p); failure != nil {
			w.rejectPod(p, failure)
			return
		}
		if w.nodes.at(n).short != ([len(resources)]shortage{}) {
			w.lookSoon(n)
		}
		s := w.newSandbox(p)
		if r := w.pods.at(p); r.started == 0 {
			r.started = w.now
		}
		w.report(s)
		w.startSandbox(s)
	}
}

// startSandbox starts a pod if its volumes are there.
func (w *world) startSandbox(s int32) {
	box := &w.sandboxes[s]
	if box.stage != sandboxVolumes || !w.hears(box.node) || !w.mayStart(s) || !w.mayMount(s) {
		return
	}
	box = &w.sandboxes[s]
	box.stage = sandboxRunning
	w.mount(s)
	w.leaseAddress(s)
	w.record(record{kind: recPodStarted, subject: box.name, object: w.nodes.at(box.node).name, a: int64(box.ip), why: boolByte(box.containers != nowhere)})
	if box.pod != nowhere {
		w.pods.at(box.pod).ip = box.ip
		w.publishSoon(box.pod)
	}
	if box.containers == nowhere {
		w.makeContainers(s)
	}
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		w.makeProbes(c)
	}
	w.syncSandbox(s)
}

// mayStart reports whether a pod is to run, and its volumes are there. One that is gone runs if
// its kubelet does not know that.
func (w *world) mayStart(s int32) bool {
	box := &w.sandboxes[s]
	if box.pod == nowhere {
		return w.isListed(box.node, box.uid) && w.volumesThere(s)
	}
	r := w.pods.at(box.pod)
	return !r.deleting && !r.ended() && w.volumesReady(box.pod)
}

// makeContainers makes the containers of a sandbox, in the order in which they are
// started.
func (w *world) makeContainers(s int32) {
	programs := w.template(w.sandboxes[s].template).containers
	last := nowhere
	for i := range programs {
		c := w.newContainer(container{
			sandbox: s, next: nowhere, index: int32(i), kind: programs[i].kind, probes: nowhere, state: containerWaiting, since: w.now,
		})
		if last == nowhere {
			w.sandboxes[s].containers = c
		} else {
			w.containers[last].next = c
		}
		last = c
	}
}

// volumesReady reports whether the pod can start, and asks for the attachments
// that it lacks.
func (w *world) volumesReady(p int32) bool {
	ready := true
	for i := 0; ; i++ {
		r := w.pods.at(p)
		name, ok := r.podClaim(i)
		if !ok {
			return ready
		}
		c, ok := w.Claim(name)
		if !ok || !c.Bound() {
			ready = false
			continue
		}
		v, ok := w.volumes.find(c.VolumeName)
		if !ok || !w.attach(p, v) {
			ready = false
		}
	}
}

// endSandbox is the end of a pod's last container. The pod shows how it has ended
// until its object goes; nobody sees that if the object goes at the same instant.
//
// Source: pkg/kubelet/kubelet.go, SyncTerminatedPod; since 1.27 all pods get there,
// pull request 115331.
func (w *world) endSandbox(s int32) {
	box := &w.sandboxes[s]
	box.stage, box.phase = sandboxEnded, policy.Succeeded
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		row := &w.containers[c]
		if row.kind == mainContainer && (!row.ended || row.last.exitCode != exitOK) {
			box.phase = policy.Failed
		}
		if row.ended {
			row.seen, row.ready = seenEnded, false
		}
	}
	if box.failure != nil && box.phase == policy.Succeeded {
		box.failure = &podFailure{disrupts: true, evicts: box.failure.evicts} // that is all that is left of it
	}
	w.endedByKubelet(s)
	w.returnAddress(s)
	at := w.now
	if box.pod != nowhere {
		at = w.after(&w.settings.latencies.Remove, "remove")
	}
	if at > w.now || box.pod != nowhere && !w.pods.at(box.pod).deleting {
		w.reportEnd(s)
	}
	w.queue.arm(purposeRemove, s, at)
}

// finishSandbox clears a sandbox away, and with it, if it was being deleted, the
// pod's object. A kubelet that is not heard keeps it in mind until it is.
func (w *world) finishSandbox(s int32) {
	box := &w.sandboxes[s]
	switch p := box.pod; {
	case box.mounted && w.nodes.at(box.node).holding:
		// until its volumes are unmounted
	case p == nowhere:
		if box.containers != nowhere { // it was started
			w.record(record{kind: recSandboxCleared, subject: box.name, object: w.nodes.at(box.node).name})
		}
		w.clearSandbox(s)
	case !w.hears(box.node):
	case w.pods.at(p).deleting:
		w.endContainers(s) // nothing of it runs, even if its machine went down under it
		w.sandboxes[s].stage = sandboxEnded
		w.removePod(p)
	}
}

// reportEnd tells the API server how a pod has ended.
func (w *world) reportEnd(s int32) {
	if box := &w.sandboxes[s]; box.pod != nowhere && w.hears(box.node) {
		w.endPod(box.pod, box.phase, box.failure)
	}
}
