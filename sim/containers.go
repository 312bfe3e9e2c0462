package sim

import (
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// The kubelet, for one container: it starts the program, runs its postStart hook,
// hears of its end, and starts it again after a back-off. When it does so is for the
// pod's worker to say (worker.go), where the image comes from is in pulls.go, how a
// program is stopped in stopping.go, and what it says when it is asked in health.go
// and probes.go.
//
// Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go and kuberuntime_container.go.

// Exit codes.
const (
	exitOK     = 0
	exitError  = 1
	exitKilled = 137 // by SIGKILL
	exitLost   = 255 // nobody knows: its machine went down
)

// exitCause is why a container has ended, where its exit code does not say it.
type exitCause uint8

const (
	endedItself  exitCause = iota
	endedByOOM             // it used more memory than it may
	endedByCrash           // of its machine
	endedUnseen            // nobody knows how
)

// hookStage is how far a container's postStart hook is.
type hookStage uint8

const (
	noHook     hookStage = iota
	hookRuns             // nothing else of the pod is started meanwhile
	hookFailed           // the container is killed for it
)

// recipe is a container of a template and what is worked out from it once. It never
// changes.
type recipe struct {
	spec      *model.Container
	kind      containerKind
	name      model.Symbol
	image     model.Symbol
	pull      model.PullPolicy
	behaviour *Image
}

// learnRecipe works out what a container of a template is.
func (w *world) learnRecipe(spec *model.Container, kind containerKind) recipe {
	if kind == initContainer && spec.Sidecar() {
		kind = sidecar
	}
	behaviour := w.settings.config.Images[spec.Image]
	return recipe{
		spec: spec, kind: kind, name: w.symbol(spec.Name), image: w.symbol(spec.Image),
		pull: pullPolicy(spec), behaviour: &behaviour,
	}
}

// pullPolicy is when the image of a container is pulled.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_Container.
func pullPolicy(c *model.Container) model.PullPolicy {
	if c.ImagePullPolicy != "" {
		return c.ImagePullPolicy
	}
	rest := c.Image[strings.LastIndexByte(c.Image, '/')+1:]
	if _, tag, tagged := strings.Cut(rest, ":"); tagged && tag != "latest" {
		return model.PullIfNotPresent
	}
	return model.PullAlways
}

// recipe is what a container is made from.
func (w *world) recipe(c int32) *recipe {
	row := &w.containers[c]
	return &w.template(w.sandboxes[row.sandbox].template).containers[row.index]
}

// image is how a container behaves.
func (w *world) image(c int32) *Image { return w.recipe(c).behaviour }

func (w *world) containerSpec(c int32) *model.Container { return w.recipe(c).spec }

// findContainer is the container of a pod with a name; the first main one for "".
func (w *world) findContainer(p int32, name string) (int32, bool) {
	for c := range w.containersOf(p) {
		if spec := w.recipe(c); name == "" && spec.kind == mainContainer || name != "" && spec.spec.Name == name {
			return c, true
		}
	}
	return nowhere, false
}

// move puts a container into a state.
func (w *world) move(c int32, s containerState) {
	w.containers[c].state, w.containers[c].since = s, w.now
	w.moves++
	w.usageChanges(w.containers[c].sandbox)
}

// startContainer creates and starts a container whose image is there.
func (w *world) startContainer(c int32) {
	w.move(c, containerStarting)
	w.queue.arm(purposeProgress, c, w.after(&w.settings.latencies.Start, "start"))
}

// progressContainer is the next thing that a container has waited for.
func (w *world) progressContainer(c int32) {
	row := &w.containers[c]
	switch {
	case row.stop == stopHook:
		w.awaitTurn(c)
	case row.stop == stopTurn:
		w.terminate(c)
	case row.state == containerPulling:
		w.pulled(c)
	case row.state == containerNoImage:
		w.pullAgain(c)
	case row.state == containerStarting:
		w.containerStarted(c)
	case row.state == containerCrashed:
		w.syncSandbox(row.sandbox) // its back-off is over
	case row.hook == hookRuns:
		w.hookDone(c)
	}
}

// containerStarted is a program that runs. Until its postStart hook is done nothing
// else of the pod is started.
func (w *world) containerStarted(c int32) {
	w.move(c, containerRunning)
	row := &w.containers[c]
	spec := w.recipe(c)
	row.started, row.ran, row.watched, row.failure, row.stop = w.now, true, false, startedWell, notStopped
	row.runs++
	row.passed = spec.spec.StartupProbe == nil
	w.sandboxes[row.sandbox].running++
	w.record(record{
		kind: recContainerStarted, subject: w.sandboxes[row.sandbox].name, text: spec.name, a: int64(row.runs - 1), why: uint8(row.kind),
	})
	w.beginProgram(c)
	if hook := spec.spec.PostStart; hook != nil {
		if d := w.hookTime(hook, &w.settings.latencies.PostStart, "postStart"); d > 0 {
			row.hook = hookRuns
			w.queue.arm(purposeProgress, c, w.now.Add(d))
			return
		}
		w.hookDone(c)
		return
	}
	w.stepDone(row.sandbox)
}

// hookTime is how long a hook takes.
func (w *world) hookTime(hook *model.LifecycleHandler, other *Latency, label string) time.Duration {
	if hook.SleepSeconds != nil {
		return seconds(*hook.SleepSeconds)
	}
	return w.draw(other, label)
}

// hookDone is the end of a postStart hook. A container whose hook fails is killed.
func (w *world) hookDone(c int32) {
	row := &w.containers[c]
	row.hook = noHook
	if !w.image(c).PostStartFails {
		w.stepDone(row.sandbox)
		return
	}
	row.hook = hookFailed
	w.record(record{kind: recHookFailed, subject: w.sandboxes[row.sandbox].name, text: w.recipe(c).name})
	w.killContainer(c, killedForHook, w.podGrace(row.sandbox))
}

// podGrace is the grace period that a pod asks for, in seconds.
func (w *world) podGrace(s int32) int32 {
	grace := w.template(w.sandboxes[s].template).grace
	if grace < 0 {
		return 1
	}
	return int32(min(grace, 1<<31-1))
}

// containerExits is the end of a program, which was planned: it was stopped, or it
// ends by itself.
func (w *world) containerExits(c int32) {
	w.containerEnds(c, w.containers[c].exitCode, endedItself)
}

// containerEnds is the end of a program, whoever has ended it.
func (w *world) containerEnds(c int32, code int32, cause exitCause) {
	row := &w.containers[c]
	box := &w.sandboxes[row.sandbox]
	asked := row.stop != notStopped
	w.cancelContainer(c)
	row.last = containerEnd{exitCode: code, cause: cause, started: row.started, finished: w.now}
	row.ended, row.unwell, row.stop = true, well, notStopped
	row.serving, row.alive, row.hung, row.unfit = false, false, false, false
	box.running--
	switch {
	case box.stage == sandboxStopping:
		w.move(c, containerExited)
		w.containerStopped(row.sandbox)
		return
	case row.kind == initContainer && code == exitOK && row.hook == noHook:
		w.move(c, containerExited)
	default:
		w.move(c, containerCrashed)
	}
	if row.hook != noHook {
		w.hookKilled(c)
		return
	}
	if asked && box.busy == c {
		w.stepDone(row.sandbox)
		return
	}
	if row.state == containerCrashed {
		w.recordCrash(c)
	}
	w.syncSandbox(row.sandbox)
}

// hookKilled is the end of a container whose postStart hook has failed, or was cut
// short by that end.
func (w *world) hookKilled(c int32) {
	row := &w.containers[c]
	if row.hook == hookRuns {
		w.record(record{kind: recHookFailed, subject: w.sandboxes[row.sandbox].name, text: w.recipe(c).name})
	}
	row.hook = noHook
	w.startFailed(c, failedHook)
	w.stepDone(row.sandbox)
}

// recordCrash tells of a program that nobody has asked to stop, and when it is going
// to run again.
func (w *world) recordCrash(c int32) {
	row := &w.containers[c]
	r := record{kind: recContainerCrashed, subject: w.sandboxes[row.sandbox].name, a: nobodyRestarts, b: int64(row.index), why: uint8(row.last.cause)}
	if len(w.template(w.sandboxes[row.sandbox].template).containers) > 1 {
		r.text = w.recipe(c).name
	}
	if w.kubeletActs(w.sandboxes[row.sandbox].node) {
		_, wait := row.backoff.until(row.last.finished, w.now)
		r.a = int64(wait / time.Second)
	}
	w.record(r)
}

// nobodyRestarts stands for the seconds until a restart when there is nobody who does it.
const nobodyRestarts = -1
