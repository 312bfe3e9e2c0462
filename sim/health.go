package sim

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
)

// What a program would say if it were asked how it is. It says two things: that it
// works, to startup and liveness probes, and that it can serve, to readiness probes. A
// program that hangs says nothing. All of it is a step function of time: set by its
// image, by a fault, or by what the program does itself. Probes (probes.go) count what
// they would be told; where there is no readiness probe, the kubelet knows at once.

// beginProgram is a program that begins to run.
func (w *world) beginProgram(c int32) {
	row, image := &w.containers[c], w.image(c)
	row.serving, row.hung, row.unfit, row.alive = false, false, false, !image.Boot.set
	if image.Program != nil {
		w.startProcess(c, image.Program)
	} else if !image.NeverReady {
		latency := &image.Ready
		if !latency.set {
			latency = &w.settings.latencies.Ready
		}
		w.queue.arm(purposeReady, c, w.after(latency, "ready"))
	}
	if row.alive {
		w.planHang(c)
	} else {
		w.queue.arm(purposeHealth, c, w.after(&image.Boot, "boot"))
	}
	w.planExit(c)
}

// planExit plans when a program that nobody stops ends by itself.
func (w *world) planExit(c int32) {
	row, image := &w.containers[c], w.image(c)
	run := &image.Run
	if row.kind == initContainer && !run.set && !image.NeverReady {
		run = &w.settings.latencies.Init
	}
	if run.set {
		row.exitCode = image.ExitCode
		w.queue.arm(purposeExit, c, w.after(run, "run"))
	}
	if image.Crash.set {
		at := w.after(&image.Crash, "crash")
		if end, armed := w.queue.armed(purposeExit, c); !armed || at < end {
			row.exitCode = exitError
			w.queue.arm(purposeExit, c, at)
		}
	}
}

// planHang plans when a program that works hangs.
func (w *world) planHang(c int32) {
	if hang := &w.image(c).Hang; hang.set {
		w.queue.arm(purposeHealth, c, w.after(hang, "hang"))
	}
}

// containerReady is a program that can serve.
func (w *world) containerReady(c int32) { w.programReady(c, true) }

// programChanges is a program that has booted, or hangs.
func (w *world) programChanges(c int32) {
	if w.containers[c].alive {
		w.hang(c, true)
		return
	}
	w.programHealthy(c, true)
	w.planHang(c)
}

// programReady is a program that can serve from now on, or cannot.
func (w *world) programReady(c int32, ready bool) {
	if w.containers[c].serving != ready {
		w.countProbes(c)
		w.containers[c].serving = ready
		w.healthChanged(c)
	}
}

// programHealthy is a program that works from now on, or does not.
func (w *world) programHealthy(c int32, healthy bool) {
	if w.containers[c].alive != healthy {
		w.countProbes(c)
		w.containers[c].alive = healthy
		w.healthChanged(c)
	}
}

// hang is a program that hangs, or recovers. One that hangs does not end by itself; one
// that recovers takes as long for it as one that has just begun.
func (w *world) hang(c int32, hung bool) {
	row := &w.containers[c]
	if row.hung == hung {
		return
	}
	w.countProbes(c)
	row.hung = hung
	switch {
	case row.stop == stopSignal:
	case hung:
		w.queue.cancel(purposeExit, c)
	default:
		w.planExit(c)
		w.wakeProcess(c)
	}
	w.healthChanged(c)
}

// healthChanged looks at what becomes of what the program says now.
func (w *world) healthChanged(c int32) {
	w.armProbes(c)
	if w.containerSpec(c).ReadinessProbe == nil {
		w.readinessChanged(c)
	}
}

// Hang is a fault: the program of a container hangs. It runs on, answers no probe and
// does not hear SIGTERM. It ends with the container, or by [Recover]. Container "" is
// the first main one.
type Hang struct{ Namespace, Pod, Container string }

// String implements [Operation].
func (o Hang) String() string {
	return "hang " + o.Pod + containerFlag(o.Container) + namespaceFlag(o.Namespace)
}

func (o Hang) prepare(w *world) (func(), error) {
	c, err := w.runningContainer(o.Namespace, o.Pod, o.Container)
	if err == nil && w.containers[c].hung {
		err = fmt.Errorf("sim: container %s of pod %s hangs already", w.containerSpec(c).Name, o.Pod)
	}
	return func() { w.hang(c, true) }, err
}

// Recover ends a [Hang].
type Recover struct{ Namespace, Pod, Container string }

// String implements [Operation].
func (o Recover) String() string {
	return "recover " + o.Pod + containerFlag(o.Container) + namespaceFlag(o.Namespace)
}

func (o Recover) prepare(w *world) (func(), error) {
	c, err := w.runningContainer(o.Namespace, o.Pod, o.Container)
	if err == nil && !w.containers[c].hung {
		err = fmt.Errorf("sim: container %s of pod %s does not hang", w.containerSpec(c).Name, o.Pod)
	}
	return func() { w.hang(c, false) }, err
}

// OOMKill is a fault: a container that runs has used more memory than it may, and the
// kernel kills it: exit code 137, reason OOMKilled. It is restarted like another.
// Container "" is the first main one.
type OOMKill struct{ Namespace, Pod, Container string }

// String implements [Operation].
func (o OOMKill) String() string {
	return "kill " + o.Pod + " for its memory" + containerFlag(o.Container) + namespaceFlag(o.Namespace)
}

func (o OOMKill) prepare(w *world) (func(), error) {
	c, err := w.runningContainer(o.Namespace, o.Pod, o.Container)
	return func() { w.containerEnds(c, exitKilled, endedByOOM) }, err
}

// CrashContainer is a fault: a container that runs exits with code 1, and its
// kubelet starts it again after its back-off. Container "" is the first main one.
type CrashContainer struct{ Namespace, Pod, Container string }

// String implements [Operation].
func (o CrashContainer) String() string {
	return "crash " + o.Pod + containerFlag(o.Container) + namespaceFlag(o.Namespace)
}

func (o CrashContainer) prepare(w *world) (func(), error) {
	c, err := w.runningContainer(o.Namespace, o.Pod, o.Container)
	if err == nil && w.containers[c].stop != notStopped {
		err = fmt.Errorf("sim: container %s of pod %s does not run", w.containerSpec(c).Name, o.Pod)
	}
	return func() { w.containerEnds(c, exitError, endedItself) }, err
}

// runningContainer finds the container of a fault, which has to run. A pod whose object
// is gone has no name any more.
func (w *world) runningContainer(namespace, pod, name string) (int32, error) {
	p, err := w.mustPod(namespace, pod)
	if err != nil {
		return nowhere, err
	}
	c, ok := w.findContainer(p, name)
	switch {
	case !ok && name != "":
		return nowhere, fmt.Errorf("container %s not found in pod %s", name, pod)
	case !ok || w.containers[c].state != containerRunning:
		spec := w.template(w.pods.at(p).template).spec.Spec.Containers[0]
		if name == "" {
			name = spec.Name
		}
		return nowhere, fmt.Errorf("sim: container %s of pod %s does not run", name, pod)
	}
	return c, nil
}

// SetCondition is what the controller of a readiness gate does: it sets a condition of a
// pod, which its kubelet reads but does not own. The types that Kubernetes itself sets
// are refused.
func (c *Cluster) SetCondition(pod, kind string, status bool, opts ...Option) error {
	return c.Do(SetCondition{Namespace: namespaceOf(opts), Pod: pod, Type: kind, Status: status})
}

// SetCondition is [Cluster.SetCondition] as an operation.
type SetCondition struct {
	Namespace, Pod, Type string
	Status               bool
	Reason, Message      string
}

// String implements [Operation].
func (o SetCondition) String() string {
	condition := model.PodCondition{Type: o.Type, Status: o.Status, Reason: o.Reason, Message: o.Message}
	return "kubectl patch pod " + o.Pod + namespaceFlag(o.Namespace) + " --subresource=status -p " + quoted(conditionPatch(condition))
}

// conditionWord is how the API spells a status.
func conditionWord(status bool) string {
	if status {
		return "True"
	}
	return "False"
}

func (o SetCondition) prepare(w *world) (func(), error) {
	p, err := w.mustPod(o.Namespace, o.Pod)
	if err != nil {
		return nil, err
	}
	switch o.Type {
	case "":
		return nil, fmt.Errorf("sim: SetCondition: a condition needs a type")
	case conditionScheduled, conditionSandbox, conditionInitialized, conditionContainers, conditionReady, conditionDisrupted:
		return nil, fmt.Errorf("sim: SetCondition: the condition %s is Kubernetes' own", o.Type)
	}
	return func() { w.setCondition(p, o) }, nil
}

// setCondition stores a condition of a pod. Its kubelet looks whether the pod is ready
// now.
//
// Source: pkg/kubelet/kubelet.go, HandlePodReconcile.
func (w *world) setCondition(p int32, o SetCondition) {
	r := w.pods.at(p)
	set := model.PodCondition{Type: o.Type, Status: o.Status, Reason: o.Reason, Message: o.Message, LastTransitionTime: w.conditionTime()}
	conditions := make([]model.PodCondition, 0, len(r.conditions)+1)
	for _, c := range r.conditions {
		if c.Type != o.Type {
			conditions = append(conditions, c)
		} else if c.Status == o.Status {
			set.LastTransitionTime = c.LastTransitionTime
		}
	}
	r.conditions = append(conditions, set)
	w.podChanged(p)
	if r.sandbox != nowhere {
		w.report(r.sandbox)
	}
}
