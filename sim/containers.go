package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
)

// The kubelet, for one container: it pulls the image, starts the program, hears
// from it when it is ready, starts it again when it crashes, and stops it.
//
// Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go and kuberuntime_container.go.

const (
	// The delay between a crash and the restart: nothing, 10s, 20s, ..., 300s. A
	// program that has run for longer than ten minutes has made up for it.
	firstBackOff   = 10
	longestBackOff = 300
	backOffForget  = 600 * time.Second
	// What a program gets between SIGTERM and SIGKILL, however long its preStop
	// hook took.
	shortestStop = 2 * time.Second
)

// Exit codes.
const (
	exitOK     = 0
	exitError  = 1
	exitKilled = 137 // by SIGKILL
)

// image is how a container behaves.
func (w *world) image(c int32) Image {
	return w.settings.config.Images[w.containerSpec(c).Image]
}

func (w *world) containerSpec(c int32) *model.Container {
	row := &w.containers[c]
	return &w.template(w.sandboxes[row.sandbox].template).spec.Spec.Containers[row.index]
}

// move puts a container into a state.
func (w *world) move(c int32, s containerState) {
	w.containers[c].state, w.containers[c].since = s, w.now
}

// beginContainer pulls the image of a container, unless its node has it.
func (w *world) beginContainer(c int32) {
	row := &w.containers[c]
	box := &w.sandboxes[row.sandbox]
	symbol := w.template(box.template).images[row.index]
	name := model.Name{Base: symbol, Ordinal: box.node}
	if i, ok := w.images.find(name); ok {
		if ready := w.images.at(i).ready; ready > w.now {
			w.move(c, containerPulling)
			w.queue.arm(purposeProgress, c, ready)
			return
		}
		w.startContainer(c)
		return
	}
	node := w.nodes.at(box.node)
	ready := max(w.now, node.pullsDone).Add(w.draw(&w.settings.latencies.Pull, "pull"))
	node.pullsDone = ready
	w.move(c, containerPulling)
	if !w.image(c).Missing {
		w.images.add(nodeImage{identity: w.stamp(name), ready: ready})
	}
	w.record(record{kind: recPulling, subject: box.name, text: symbol})
	w.queue.arm(purposeProgress, c, ready)
}

func (w *world) startContainer(c int32) {
	w.move(c, containerStarting)
	w.queue.arm(purposeProgress, c, w.after(&w.settings.latencies.Start, "start"))
}

// progressContainer is the next thing that a container has waited for.
func (w *world) progressContainer(c int32) {
	row := &w.containers[c]
	switch row.state {
	case containerPulling:
		if w.image(c).Missing {
			w.move(c, containerNoImage)
			w.record(record{kind: recPullFailed, subject: w.sandboxes[row.sandbox].name, text: w.imageSymbol(c)})
			return
		}
		w.startContainer(c)
	case containerCrashed:
		row.restarts++
		w.startContainer(c)
	case containerStarting:
		w.containerStarted(c)
	}
}

func (w *world) imageSymbol(c int32) model.Symbol {
	row := &w.containers[c]
	return w.template(w.sandboxes[row.sandbox].template).images[row.index]
}

// containerStarted is a program that runs. The next container of the pod follows;
// with the last one the pod is Running.
func (w *world) containerStarted(c int32) {
	w.move(c, containerRunning)
	row := &w.containers[c]
	row.started = w.now
	if row.stopping {
		return // its end is planned, and nothing follows
	}
	behaviour := w.image(c)
	if behaviour.Program != nil {
		w.startProcess(c, behaviour.Program)
	} else if !behaviour.NeverReady {
		latency := &behaviour.Ready
		if !latency.set {
			latency = &w.settings.latencies.Ready
		}
		w.queue.arm(purposeReady, c, w.after(latency, "ready"))
	}
	if behaviour.Crash.set {
		w.queue.arm(purposeExit, c, w.after(&behaviour.Crash, "crash"))
	}
	if row.restarts > 0 {
		w.record(record{kind: recContainerRestarted, subject: w.sandboxes[row.sandbox].name, a: int64(row.restarts), b: int64(row.index)})
	}
	if row.next != nowhere {
		if w.containers[row.next].state == containerWaiting {
			w.beginContainer(row.next)
		}
		return
	}
	w.sandboxes[row.sandbox].phase = policy.Running
	w.reportPhase(row.sandbox)
}

// containerReady is a program that can serve. The pod is ready when all of its
// containers are.
func (w *world) containerReady(c int32) {
	w.containers[c].ready = true
	w.reportReady(w.containers[c].sandbox)
}

// containerExits is the end of a program: it was stopped, or it crashes and will be
// started again.
func (w *world) containerExits(c int32) {
	row := &w.containers[c]
	if row.stopping {
		w.containerGone(c, row.exitCode)
		return
	}
	code := int32(exitError)
	if w.exited(c) {
		code = row.exitCode
	}
	w.crashContainer(c, code)
}

// crashContainer ends a program that nobody asked to stop.
func (w *world) crashContainer(c int32, code int32) {
	row := &w.containers[c]
	ran := w.now.Sub(row.started)
	if row.restarts > 0 && ran > backOffForget {
		row.backoff = 0
	}
	delay := row.backoff
	row.backoff = min(max(firstBackOff, 2*row.backoff), longestBackOff)
	row.exitCode, row.ready = code, false
	w.move(c, containerCrashed)
	w.cancelContainer(c)
	if !w.nodes.at(w.sandboxes[row.sandbox].node).stopped {
		w.queue.arm(purposeProgress, c, w.now.Add(seconds(delay)))
	}
	w.record(record{kind: recContainerCrashed, subject: w.sandboxes[row.sandbox].name, a: int64(delay), b: int64(row.index)})
	w.reportReady(row.sandbox)
}

// stopContainer runs the preStop hook, sends SIGTERM and, when the grace period
// is over, SIGKILL. All within the grace period, except that a program whose hook
// took all of it still gets two seconds; before 1.28 whatever had a hook got the whole grace period after it.
//
// Source: pkg/kubelet/kuberuntime/kuberuntime_container.go, killContainer.
func (w *world) stopContainer(c int32, grace int32) {
	row := &w.containers[c]
	first := !row.stopping
	row.stopping = true
	if row.state != containerRunning && row.state != containerStarting {
		if row.state != containerExited {
			w.containerGone(c, exitOK)
		}
		return
	}
	if w.exited(c) {
		return // at this instant
	}
	w.queue.cancel(purposeReady, c)
	hook := time.Duration(0)
	if first {
		hook = min(w.preStop(w.containerSpec(c)), seconds(grace))
		w.terminate(c, w.now.Add(hook))
	}
	left := max(shortestStop, seconds(grace)-hook)
	if w.rules.Has(release.PreStopDoublesGrace) && hook > 0 {
		left = seconds(grace)
	}
	ends, code := hook+left, int32(exitKilled)
	if stop := w.image(c).Stop; stop.set && w.containers[c].process == 0 {
		if d := hook + w.draw(&stop, "stop"); d < ends {
			ends, code = d, exitOK
		}
	}
	at := w.now.Add(ends)
	if earlier, armed := w.queue.armed(purposeExit, c); !first && armed && earlier < at {
		return
	}
	row.exitCode = code
	w.queue.arm(purposeExit, c, at)
}

// containerGone is the end of a container for good. The pod ends with the last one.
func (w *world) containerGone(c int32, code int32) {
	w.cancelContainer(c)
	w.move(c, containerExited)
	row := &w.containers[c]
	row.exitCode, row.ready = code, false
	box := &w.sandboxes[row.sandbox]
	box.running--
	if box.running == 0 {
		w.endSandbox(row.sandbox)
		return
	}
	w.reportReady(row.sandbox)
}

// resumeContainers is a kubelet that runs again: it restarts what has crashed
// meanwhile, and looks whether what runs is ready.
func (w *world) resumeContainers(s int32) {
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		row := &w.containers[c]
		if _, armed := w.queue.armed(purposeProgress, c); row.state == containerCrashed && !armed {
			w.queue.arm(purposeProgress, c, w.now)
		}
	}
}
