package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The kubelets: one thing that acts for all nodes.
//
// A kubelet notices pods that have its node. It waits for their volumes, gives
// them an address, and starts their containers one after the other. It notices
// pods that are being deleted, and stops them. What it sees it reports: the phase,
// the readiness, the end. A kubelet that the API server cannot hear goes on with
// what it knows, and reports when it is heard again. What happens to one container
// is in containers.go.
//
// Source: pkg/kubelet/kubelet.go, SyncPod and SyncTerminatingPod.

// admitPod is a new pod on a node. A kubelet that does not hear of it finds it when
// it is back.
func (w *world) admitPod(p int32) {
	if w.hears(w.pods.at(p).node) {
		w.startSandbox(w.newSandbox(p))
	}
}

// startSandbox starts a pod if its volumes are there.
func (w *world) startSandbox(s int32) {
	box := &w.sandboxes[s]
	if box.stage != sandboxVolumes || box.pod == nowhere || !w.hears(box.node) {
		return
	}
	if r := w.pods.at(box.pod); r.deleting || r.ended() || !w.volumesReady(box.pod) {
		return
	}
	box = &w.sandboxes[s]
	box.stage = sandboxRunning
	w.mount(s)
	w.nextIP++
	box.ip = w.nextIP
	r := w.pods.at(box.pod)
	r.ip = box.ip
	if r.started == 0 {
		r.started = w.now
	}
	w.record(record{kind: recPodStarted, subject: box.name, object: w.nodes.at(box.node).name, a: int64(box.ip)})
	w.publishSoon(box.pod)
	if box.containers == nowhere {
		w.makeContainers(s)
	}
	w.beginContainer(w.sandboxes[s].containers)
}

// makeContainers makes the containers of a sandbox, which wait for each other.
func (w *world) makeContainers(s int32) {
	spec := &w.template(w.sandboxes[s].template).spec.Spec
	last := nowhere
	for i := range spec.Containers {
		c := w.newContainer(container{sandbox: s, next: nowhere, index: int32(i), state: containerWaiting, since: w.now})
		if last == nowhere {
			w.sandboxes[s].containers = c
		} else {
			w.containers[last].next = c
		}
		last = c
	}
	w.sandboxes[s].running = int32(len(spec.Containers))
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

// stopPod is a pod whose deletion was asked for, or hastened.
func (w *world) stopPod(p int32) {
	if r := w.pods.at(p); r.sandbox != nowhere && w.hears(r.node) {
		w.stopSandbox(r.sandbox, r.grace)
	}
}

// stopSandbox begins the end of a pod's containers. It is called again when the
// grace period is cut short.
func (w *world) stopSandbox(s int32, grace int32) {
	box := &w.sandboxes[s]
	if !box.begun() {
		w.queue.arm(purposeRemove, s, w.soon())
		return
	}
	if box.stage == sandboxRunning {
		w.record(record{kind: recPodStopping, subject: box.name, a: int64(grace)})
	}
	box.stage, box.grace = sandboxStopping, grace
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		w.stopContainer(c, grace)
	}
	if w.sandboxes[s].running == 0 {
		w.queue.arm(purposeRemove, s, w.now)
	}
}

// preStop is how long the preStop hook of a container takes.
func (w *world) preStop(spec *model.Container) time.Duration {
	switch hook := spec.PreStop; {
	case hook == nil:
		return 0
	case hook.SleepSeconds != nil:
		return seconds(*hook.SleepSeconds)
	default:
		return w.draw(&w.settings.latencies.PreStop, "preStop")
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
		if w.containers[c].exitCode != exitOK {
			box.phase = policy.Failed
		}
	}
	at := w.now
	if box.pod != nowhere {
		at = w.after(&w.settings.latencies.Remove, "remove")
	}
	if at > w.now {
		w.reportPhase(s)
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
		w.record(record{kind: recSandboxCleared, subject: box.name, object: w.nodes.at(box.node).name})
		w.clearSandbox(s)
	case !w.hears(box.node):
	case w.pods.at(p).deleting:
		w.endContainers(s) // nothing of it runs, even if its machine went down under it
		w.sandboxes[s].stage = sandboxEnded
		w.removePod(p)
	}
}

// reportPhase tells the API server the phase that the kubelet sees.
func (w *world) reportPhase(s int32) {
	if box := &w.sandboxes[s]; box.pod != nowhere && w.hears(box.node) {
		w.setPhase(box.pod, box.phase)
	}
}

// reportReady tells the API server whether the pod is ready: when all of its
// containers are.
func (w *world) reportReady(s int32) {
	box := &w.sandboxes[s]
	if box.pod == nowhere || !w.hears(box.node) {
		return
	}
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		if !w.containers[c].ready {
			w.setReady(box.pod, false)
			return
		}
	}
	w.setReady(box.pod, box.containers != nowhere)
}
