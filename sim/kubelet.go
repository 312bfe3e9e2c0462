package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// The kubelets: one thing that acts for all nodes.
//
// A kubelet notices pods that have its node. It waits for their volumes, gives
// them an address, and starts their containers one after the other. It notices
// pods that are being deleted, and stops them. What happens to one container is in
// containers.go.
//
// Source: pkg/kubelet/kubelet.go, SyncPod and SyncTerminatingPod.

// admitPod is a new pod on a node.
func (w *world) admitPod(p int32) {
	w.pods.at(p).stage = stageVolumes
	w.startPod(p)
}

// startPod starts a pod if its volumes are there.
func (w *world) startPod(p int32) {
	r := w.pods.at(p)
	if r.stage != stageVolumes || r.deleting || r.ended() || !w.volumesReady(p) {
		return
	}
	r = w.pods.at(p)
	r.stage = stageRunning
	r.started = w.now
	w.nextIP++
	r.ip = w.nextIP
	w.record(record{kind: recPodStarted, subject: r.name, object: w.nodes.at(r.node).name, a: int64(r.ip)})
	w.publishSoon(p)
	spec := &w.template(r.template).spec.Spec
	last := nowhere
	for i := range spec.Containers {
		c := w.newContainer(container{pod: p, next: nowhere, index: int32(i), state: containerWaiting, since: w.now})
		if last == nowhere {
			w.pods.at(p).containers = c
		} else {
			w.containers[last].next = c
		}
		last = c
	}
	r = w.pods.at(p)
	r.running = int32(len(spec.Containers))
	w.beginContainer(r.containers)
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

// stopPod begins the end of a pod's containers. It is called again when the grace
// period is cut short.
func (w *world) stopPod(p int32) {
	r := w.pods.at(p)
	if r.stage != stageRunning && r.stage != stageStopping {
		w.queue.arm(purposeRemove, p, w.soon())
		return
	}
	if r.stage == stageRunning {
		w.record(record{kind: recPodStopping, subject: r.name, a: int64(r.grace)})
	}
	r.stage = stageStopping
	for c := r.containers; c != nowhere; c = w.containers[c].next {
		w.stopContainer(c, r.grace)
	}
	if w.pods.at(p).running == 0 {
		w.queue.arm(purposeRemove, p, w.now)
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
