package sim

import "github.com/ordinal-sim/ordinal/model"

// The worker of a pod, the one thing of a kubelet that acts on it.
//
// It does one thing after the other. A sync begins with the pod's status, as it is then;
// decides from it what is to be done; and does that, step by step, however long a step
// takes: kill what a probe has found unwell, then start what is to run. An image is
// pulled, a container is started and its postStart hook runs before the worker turns to
// the next one. Whatever happens meanwhile waits until the sync is over. So a container
// counts as started, and is probed, when the sync has started its last one; and a pod
// that is deleted in the middle of a sync is only stopped at its end.
//
// Init containers come first, one by one. Each has to end well; a sidecar among them has
// only to be started, which takes its startup probe, and runs on. A container that
// cannot be started does not keep others from it, except that an init container does.
//
// Source: pkg/kubelet/pod_workers.go; pkg/kubelet/kuberuntime/kuberuntime_manager.go,
// computePodActions and SyncPod; kuberuntime_container.go, computeInitContainerActions.

// containerPlan is what a worker is going to do with a container in this sync.
type containerPlan uint8

const (
	planNothing containerPlan = iota
	planKill                  // and start it again
	planStart
)

// startFailure is why a container was not started.
type startFailure uint8

const (
	startedWell startFailure = iota
	failedBackOff
	failedPull
	failedPullBackOff
	failedNever
	failedHook
)

// reason is the word for it in a container's state.
//
// Source: pkg/kubelet/images/types.go, pkg/kubelet/container/sync_result.go and
// pkg/kubelet/kuberuntime/kuberuntime_container.go.
func (f startFailure) reason() string {
	return [...]string{"", "CrashLoopBackOff", "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "PostStartHookError"}[f]
}

// kubeletActs reports whether a node's kubelet does anything: it runs, and knows which
// pods are its own. One that is started hears that from the API server.
func (w *world) kubeletActs(n int32) bool {
	row := w.nodes.at(n)
	return !row.down && !row.stopped && !row.forgetful
}

// syncSandbox asks the worker of a pod for a sync.
func (w *world) syncSandbox(s int32) {
	box := &w.sandboxes[s]
	if box.busy != nowhere || box.stage != sandboxRunning || !w.kubeletActs(box.node) {
		box.again = true
		return
	}
	w.beginSync(s)
	w.goOn(s)
}

// beginSync makes the pod's status and decides what is to be done.
func (w *world) beginSync(s int32) {
	w.sandboxes[s].again = false
	w.notice(s)
	w.plan(s)
}

// goOn does what is planned until something takes time. When all is done, a sync that
// was asked for meanwhile follows, or the pod's end.
func (w *world) goOn(s int32) {
	for {
		if c := w.nextStep(s); c != nowhere {
			if !w.doStep(c) {
				w.sandboxes[s].busy = c
				return
			}
			continue
		}
		switch box := &w.sandboxes[s]; {
		case box.ending:
			w.killSandbox(s)
			return
		case box.again:
			w.beginSync(s)
		default:
			return
		}
	}
}

// stepDone is the end of a step that has taken time. What it has changed is looked at
// in another sync.
func (w *world) stepDone(s int32) {
	box := &w.sandboxes[s]
	box.busy, box.again = nowhere, true
	w.goOn(s)
}

// nextStep is the container whose turn it is; nowhere if this sync is over. Killing
// comes before starting.
func (w *world) nextStep(s int32) int32 {
	first := nowhere
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		switch w.containers[c].plan {
		case planKill:
			return c
		case planStart:
			if first == nowhere {
				first = c
			}
		}
	}
	return first
}

// doStep does what is planned for a container; it reports false if that takes time.
func (w *world) doStep(c int32) (done bool) {
	row := &w.containers[c]
	if row.plan == planKill {
		row.plan = planStart
		grace := w.podGrace(row.sandbox)
		if probe := w.unwellProbe(c); probe.TerminationGracePeriodSeconds != nil {
			grace = int32(min(max(*probe.TerminationGracePeriodSeconds, 0), 1<<31-1))
		}
		w.killContainer(c, killedForProbe, grace)
		return false
	}
	row.plan = planNothing
	if row.lapsed {
		if at, wait := row.backoff.until(row.lapse, w.now); wait > 0 && at > w.now {
			if row.failure != failedBackOff {
				w.record(record{kind: recBackOff, subject: w.sandboxes[row.sandbox].name, text: w.recipe(c).name, a: int64(w.sandboxes[row.sandbox].uid)})
			}
			w.queue.arm(purposeProgress, c, at)
			w.startFailed(c, failedBackOff)
			return true
		}
		row.backoff.next(row.lapse, w.now)
	}
	return w.ensureImage(c)
}

// startFailed is a container that could not be started. What follows an init container
// is not started then.
func (w *world) startFailed(c int32, why startFailure) {
	row := &w.containers[c]
	row.failure, row.seen = why, seenWaiting
	if row.kind == initContainer {
		w.forgetPlans(row.sandbox)
	}
}

func (w *world) forgetPlans(s int32) {
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		w.containers[c].plan = planNothing
	}
}

// plan decides what this sync does.
func (w *world) plan(s int32) {
	w.forgetPlans(s)
	c, initialized := w.planInit(s)
	if !initialized {
		return
	}
	for ; c != nowhere; c = w.containers[c].next {
		w.planContainer(c)
	}
}

// planContainer plans for a container that is to run.
func (w *world) planContainer(c int32) {
	row := &w.containers[c]
	switch row.state {
	case containerRunning:
		if row.unwell == well {
			return
		}
		row.plan = planKill
	case containerNoImage:
		if !w.mayPull(c) {
			return
		}
		row.plan = planStart
	case containerWaiting, containerCrashed:
		row.plan = planStart
	default:
		return
	}
	row.lapsed, row.lapse = row.ended, row.last.finished
}

// planInit plans for the init containers. It returns the first main container, and
// whether it is their turn: all init containers have ended well or, as sidecars, have
// been started; or that was so once, since the sandbox was made.
func (w *world) planInit(s int32) (mains int32, initialized bool) {
	box := &w.sandboxes[s]
	if w.containers[box.containers].kind == mainContainer {
		return box.containers, true
	}
	last := nowhere // the last container that was started here
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		if w.containers[c].ran {
			last = c
		}
	}
	passed := last == nowhere // all containers up to the last are behind us
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		row := &w.containers[c]
		if row.kind == mainContainer {
			return c, true
		}
		if !passed && c != last { // it has been initialized
			if row.kind == sidecar {
				w.planContainer(c)
			}
			continue
		}
		passed = true
		if !w.initialized(c) {
			w.planContainer(c)
			return nowhere, false
		}
		if row.kind == sidecar {
			w.planContainer(c)
		}
	}
	return nowhere, false
}

// initialized reports whether what comes after an init container may be started.
func (w *world) initialized(c int32) bool {
	row := &w.containers[c]
	if row.kind == sidecar {
		return row.state == containerRunning && row.passed && row.unwell != unwellAtStart
	}
	return row.state == containerExited
}

// unwellProbe is the probe for which a container is to be killed.
func (w *world) unwellProbe(c int32) *model.Probe {
	if spec := w.containerSpec(c); w.containers[c].unwell == unwellAtStart {
		return spec.StartupProbe
	} else {
		return spec.LivenessProbe
	}
}
