package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model/release"
)

// How a kubelet stops containers: one, because a probe or its postStart hook has failed,
// or all of a pod, because the pod is deleted, evicted, or shut down with its node.
//
// All containers of a pod are stopped at once, each by itself: its preStop hook runs;
// then a sidecar waits for the main containers, and for the sidecars that were started
// after it; then comes SIGTERM, and SIGKILL when the grace period is over. Hook and wait
// count against the grace period, in whole seconds, and however little is left of it, two
// seconds are between SIGTERM and SIGKILL.
//
// What has begun goes on as it has begun: a second deletion with a shorter grace period,
// even a forced one, does not reach containers that are being stopped (Kubernetes issue
// 83916).
//
// Source: pkg/kubelet/kubelet.go, SyncTerminatingPod; pkg/kubelet/kuberuntime/
// kuberuntime_container.go, killContainer; kuberuntime_termination_order.go.

// shortestStop is what a program gets between SIGTERM and SIGKILL, in seconds.
const shortestStop = 2

// stopStage is how far the end of a container is.
type stopStage uint8

const (
	notStopped stopStage = iota
	stopHook             // its preStop hook runs
	stopTurn             // it waits for others
	stopSignal           // it got SIGTERM
)

// killReason is why a container is stopped.
type killReason uint8

const (
	killedWithPod killReason = iota
	killedForProbe
	killedForHook
)

// stopPod is a pod whose deletion was asked for, or hastened.
func (w *world) stopPod(p int32) {
	if r := w.pods.at(p); r.sandbox != nowhere && w.hears(r.node) {
		w.stopSandbox(r.sandbox, r.grace)
	}
}

// stopSandbox begins the end of a pod: at once, or when its worker is done with the
// sync that it is in.
//
// Source: pkg/kubelet/pod_workers.go, UpdatePod.
func (w *world) stopSandbox(s int32, grace int32) {
	box := &w.sandboxes[s]
	switch {
	case !box.begun():
		w.queue.arm(purposeRemove, s, w.soon())
	case box.stage == sandboxStopping:
	case box.ending:
		box.grace = min(box.grace, grace)
	default:
		w.record(record{kind: recPodStopping, subject: box.name, a: int64(grace)})
		box.ending, box.grace = true, grace
		w.armProbesOf(s)
		if box.busy == nowhere {
			w.killSandbox(s)
		}
	}
}

// killSandbox stops the containers of a pod.
func (w *world) killSandbox(s int32) {
	box := &w.sandboxes[s]
	box.stage, box.again = sandboxStopping, false
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		row := &w.containers[c]
		row.plan = planNothing
		if row.state == containerRunning {
			w.killContainer(c, killedWithPod, max(box.grace, 1))
		} else {
			w.queue.cancel(purposeProgress, c)
		}
	}
	if w.sandboxes[s].running == 0 {
		w.endSandbox(s)
	}
}

// killContainer stops a container within a grace period.
func (w *world) killContainer(c int32, why killReason, grace int32) {
	row, p := &w.containers[c], w.recipe(c)
	w.record(record{
		kind: recKilling, subject: w.sandboxes[row.sandbox].name, text: p.name, why: uint8(why), a: int64(row.unwell), b: int64(row.kind),
	})
	w.queue.cancel(purposeProgress, c)
	row.left = grace
	hook := time.Duration(0)
	if p.spec.PreStop != nil && grace > 0 {
		hook = min(w.hookTime(p.spec.PreStop, &w.settings.latencies.PreStop, "preStop"), seconds(grace))
	}
	if hook == 0 {
		w.awaitTurn(c)
		return
	}
	row.stop = stopHook
	if !w.rules.Has(release.PreStopDoublesGrace) {
		row.left = grace - int32(hook/time.Second)
	}
	w.queue.arm(purposeProgress, c, w.now.Add(hook))
}

// awaitTurn lets a sidecar wait for those that go before it.
func (w *world) awaitTurn(c int32) {
	row := &w.containers[c]
	if row.left <= 0 || row.kind != sidecar || w.sandboxes[row.sandbox].stage != sandboxStopping || !w.mustWait(c) {
		w.terminate(c)
		return
	}
	row.stop = stopTurn
	w.queue.arm(purposeProgress, c, w.now.Add(seconds(row.left)))
}

// mustWait reports whether a container that goes before a sidecar still runs: a main
// one, or the next sidecar.
func (w *world) mustWait(c int32) bool {
	later := true
	for other := w.containers[c].next; other != nowhere; other = w.containers[other].next {
		row := &w.containers[other]
		if row.state == containerRunning && (row.kind == mainContainer || row.kind == sidecar && later) {
			return true
		}
		if row.kind == sidecar {
			later = false
		}
	}
	return false
}

// containerStopped is the end of a container of a pod that is being stopped. It may be
// the turn of others; with the last one the pod ends.
func (w *world) containerStopped(s int32) {
	if w.sandboxes[s].running == 0 {
		w.endSandbox(s)
		return
	}
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		row := &w.containers[c]
		if row.stop != stopTurn || w.mustWait(c) {
			continue
		}
		end, _ := w.queue.armed(purposeProgress, c)
		waited := seconds(row.left) - end.Sub(w.now)
		row.left -= int32(waited / time.Second)
		w.terminate(c)
	}
}

// terminate sends SIGTERM, and plans the end: when the program exits by itself, or when
// SIGKILL comes. A program that hangs hears no SIGTERM.
func (w *world) terminate(c int32) {
	row := &w.containers[c]
	if row.stop == stopTurn {
		if end, armed := w.queue.armed(purposeProgress, c); !armed || end <= w.now {
			row.left = 0 // it has waited in vain
		}
		w.queue.cancel(purposeProgress, c)
	}
	row.stop = stopSignal
	ends, code := seconds(max(shortestStop, row.left)), int32(exitKilled)
	if !row.hung {
		w.terminateProcess(c)
	}
	if stop := &w.image(c).Stop; stop.set && !row.hung && row.process == 0 {
		if d := w.draw(stop, "stop"); d < ends {
			ends, code = d, exitOK
		}
	}
	at := w.now.Add(ends)
	if earlier, armed := w.queue.armed(purposeExit, c); armed && earlier < at {
		return // it ends by itself before that
	}
	row.exitCode = code
	w.queue.arm(purposeExit, c, at)
}
