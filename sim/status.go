package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// What a kubelet says of a pod: its phase, its conditions, the states of its containers.
// The status is made at the beginning of each sync of the pod's worker, from what is so
// then; between syncs only readiness follows what probes find. The API server has it as
// long as it hears the kubelet.
//
// Source: pkg/kubelet/kubelet_pods.go, generateAPIPodStatus and getPhase; pkg/kubelet/
// status/generate.go.

// containerSeen is what a pod's status says of a container.
type containerSeen uint8

const (
	seenNothing containerSeen = iota // it has not been started
	seenRunning
	seenEnded
	seenWaiting // it should have been started, and was not
)

// The conditions of a pod that Kubernetes sets.
const (
	conditionScheduled   = "PodScheduled"
	conditionSandbox     = "PodReadyToStartContainers"
	conditionInitialized = "Initialized"
	conditionContainers  = "ContainersReady"
	conditionReady       = "Ready"
	conditionDisrupted   = "DisruptionTarget"
)

// flag is a condition that only its kubelet sets, and when that was.
type flag struct {
	on    bool
	set   bool // the kubelet has said something of it
	since model.Instant
}

// The flags of a pod. Ready is not among them: everybody looks at it, and not only the
// kubelet sets it.
const (
	flagSandbox = iota
	flagInitialized
	flagContainers

	kubeletConditions
)

// podFailure is why a kubelet has ended a pod, or has not begun it.
type podFailure struct {
	reason, message string
	rejected        bool // it never was the kubelet's
	disrupts        bool // it says DisruptionTarget
	evicts          bool // the kubelet waits for its end, and looks whether that was enough
}

// notice is the status that a worker makes at the beginning of a sync. Containers that
// it sees running for the first time are probed from now on.
func (w *world) notice(s int32) {
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		row := &w.containers[c]
		switch row.state {
		case containerRunning:
			if !row.watched {
				row.watched, row.seen = true, seenRunning
				w.beginProbes(c)
			}
		case containerCrashed, containerExited, containerLost:
			if row.seen = seenEnded; row.failure != startedWell {
				row.seen = seenWaiting
			}
		}
		row.restarts, row.ready = max(row.runs-1, 0), w.isReady(c)
	}
	w.report(s)
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		if p := w.readinessProbeOf(c); p != nowhere && !w.containers[c].ready {
			w.askNow(p)
		}
	}
}

// isReady reports whether a container is ready: it runs, its startup probe has
// succeeded, and so has its readiness probe; without one its program says so itself.
//
// Source: pkg/kubelet/prober/prober_manager.go, UpdatePodStatus. In Kubernetes a
// container without a readiness probe is ready as soon as it runs.
func (w *world) isReady(c int32) bool {
	row := &w.containers[c]
	if row.state != containerRunning || !row.watched || !row.passed {
		return false
	}
	if p := w.readinessProbeOf(c); p != nowhere {
		return w.probes[p].verdict == yes
	}
	return row.serves() && !row.hung
}

// readinessChanged is a container that is ready from now on, or is not any more.
//
// Source: pkg/kubelet/status/status_manager.go, SetContainerReadiness.
func (w *world) readinessChanged(c int32) {
	row := &w.containers[c]
	if ready := w.isReady(c); ready != row.ready {
		row.ready = ready
		w.report(row.sandbox)
	}
}

// report tells the API server how a pod is.
func (w *world) report(s int32) {
	box := &w.sandboxes[s]
	initialized, ready := w.initializedNow(s), w.containersReady(s)
	if box.stage != sandboxEnded {
		box.phase = w.phaseOf(s)
	}
	if box.pod == nowhere || !w.hears(box.node) {
		return
	}
	r := w.pods.at(box.pod)
	if r.ended() {
		return
	}
	w.setFlag(r, flagSandbox, box.ip != 0 && box.begun())
	w.setFlag(r, flagInitialized, initialized)
	w.setFlag(r, flagContainers, ready)
	w.setPhase(box.pod, box.phase)
	w.setReady(box.pod, ready && w.gatesOpen(box.pod))
}

// setFlag sets a condition. Its time is that of the last flip.
func (w *world) setFlag(r *pod, i int, on bool) {
	if f := &r.flags[i]; f.on != on || !f.set {
		*f = flag{on: on, set: true, since: w.conditionTime()}
		r.version = w.bump()
	}
}

// gatesOpen reports whether the conditions that a pod's readiness gates name are True.
func (w *world) gatesOpen(p int32) bool {
	r := w.pods.at(p)
	for _, gate := range w.template(r.template).spec.Spec.ReadinessGates {
		if !slices.ContainsFunc(r.conditions, func(c model.PodCondition) bool { return c.Type == gate && c.Status }) {
			return false
		}
	}
	return true
}

// containersReady reports whether all containers are ready that are to run.
func (w *world) containersReady(s int32) bool {
	box := &w.sandboxes[s]
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		if row := &w.containers[c]; !row.ready && row.kind != initContainer {
			return false
		}
	}
	return box.containers != nowhere
}

// initializedNow reports whether a pod's init containers are done: for good, once a main
// container has been started.
//
// Source: pkg/kubelet/status/generate.go, GeneratePodInitializedCondition.
func (w *world) initializedNow(s int32) bool {
	box := &w.sandboxes[s]
	if box.containers == nowhere {
		return len(w.template(box.template).spec.Spec.InitContainers) == 0
	}
	done := true
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		switch row := &w.containers[c]; {
		case row.kind == mainContainer && (row.seen == seenRunning || row.ended):
			return true
		case row.kind == sidecar && !(row.seen == seenRunning && row.passed):
			done = false
		case row.kind == initContainer && !(row.seen == seenEnded && row.last.exitCode == exitOK):
			done = false
		}
	}
	return done
}

// phaseOf is the phase of a pod that its kubelet has not ended: Running once every
// container was started, however it has fared since.
//
// Source: pkg/kubelet/kubelet_pods.go, getPhase.
func (w *world) phaseOf(s int32) policy.Phase {
	box := &w.sandboxes[s]
	if box.containers == nowhere {
		return policy.Pending
	}
	begun, initializing := false, false
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		row := &w.containers[c]
		never := row.seen != seenRunning && !row.ended
		switch {
		case row.kind == initContainer && (never || row.seen == seenRunning):
			return policy.Pending
		case row.kind != initContainer && never:
			return policy.Pending
		case row.kind == sidecar && row.seen == seenRunning && !row.passed:
			initializing = true
		case row.kind == mainContainer && row.ran:
			begun = true
		}
	}
	if initializing && !begun {
		return policy.Pending
	}
	return policy.Running
}
