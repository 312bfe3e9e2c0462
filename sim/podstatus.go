package sim

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// The status of a pod as the API shows it.
//
// Source: pkg/kubelet/kubelet_pods.go, convertToAPIContainerStatuses; pkg/kubelet/status/
// generate.go and status_manager.go.

// The states of a container.
const (
	stateWaiting    = "waiting"
	stateRunning    = "running"
	stateTerminated = "terminated"
)

// Why a container waits that has not begun.
const (
	reasonCreating     = "ContainerCreating"
	reasonInitializing = "PodInitializing"
)

// Why a pod is not ready whose containers are.
const reasonGates = "ReadinessGatesNotReady"

// reason is why a container has ended.
func (e containerEnd) reason() string {
	switch {
	case e.cause == endedByOOM:
		return "OOMKilled"
	case e.cause == endedByCrash:
		return "Unknown"
	case e.cause == endedUnseen:
		return "ContainerStatusUnknown"
	case e.exitCode == exitOK:
		return "Completed"
	default:
		return "Error"
	}
}

// termination is how a run of a container has ended, as the API shows it.
func (e containerEnd) termination() *model.Termination {
	return &model.Termination{ExitCode: e.exitCode, Reason: e.reason(), StartedAt: e.started, FinishedAt: e.finished}
}

// endPod moves a pod to the phase in which it ends, and says why if its kubelet is to
// blame.
func (w *world) endPod(p int32, phase policy.Phase, failure *podFailure) {
	r := w.pods.at(p)
	if r.ended() {
		return
	}
	r.failure = failure
	if failure != nil && failure.disrupts {
		w.disrupt(r, disruptedByKubelet)
	}
	w.setPhase(p, phase)
}

// disrupt sets the condition DisruptionTarget of a pod.
func (w *world) disrupt(r *pod, why disruptionCause) {
	if r.disrupted == notDisrupted || r.disrupted == disruptedNot {
		r.disruptedAt = w.conditionTime()
	}
	r.disrupted = why
}

// endAtOnce ends a container that nobody waits for.
func (w *world) endAtOnce(c int32) {
	row := &w.containers[c]
	if row.state == containerRunning {
		row.last = containerEnd{exitCode: exitKilled, started: row.started, finished: w.now}
		row.ended = true
	}
	if row.ended {
		row.seen = seenEnded
	}
	w.move(c, containerExited)
	row.ready = false
}

// statuses are the states of a pod's containers, as far as its kubelet was heard; nil
// if that has said nothing yet.
func (w *world) statuses(p int32) *shownStatus {
	r := w.pods.at(p)
	if r.shown != nil {
		return r.shown
	}
	if r.started == 0 || r.failure != nil && r.failure.rejected {
		return nil
	}
	out := &shownStatus{}
	add := func(program *recipe, status model.ContainerStatus) {
		if program.kind == mainContainer {
			out.containers = append(out.containers, status)
		} else {
			out.inits = append(out.inits, status)
		}
	}
	seen := false
	for c := range w.containersOf(p) {
		seen = true
		add(w.recipe(c), w.modelContainer(c))
	}
	if programs := w.template(r.template).containers; !seen {
		for i := range programs {
			row := container{kind: programs[i].kind}
			add(&programs[i], w.containerStatus(&row, &programs[i], r))
		}
	}
	return out
}

func (w *world) modelContainer(c int32) model.ContainerStatus {
	row := &w.containers[c]
	var r *pod
	if p := w.sandboxes[row.sandbox].pod; p != nowhere {
		r = w.pods.at(p)
	}
	return w.containerStatus(row, w.recipe(c), r)
}

// containerStatus is the state of a container that the status has last shown.
func (w *world) containerStatus(row *container, p *recipe, r *pod) model.ContainerStatus {
	out := model.ContainerStatus{Name: p.spec.Name, Image: p.spec.Image, Ready: row.ready, RestartCount: row.restarts, State: stateWaiting}
	inits := w.template(r.template).containers[0].kind != mainContainer
	switch end := row.last; {
	case row.seen == seenRunning:
		out.State, out.StartedAt, out.Started = stateRunning, row.started, row.passed
		if !row.watched || row.state != containerRunning {
			out.StartedAt = row.last.started // of the run that the status knows of
		}
	case row.seen == seenEnded || r.ended() && row.ended:
		out.State, out.Reason, out.ExitCode, out.StartedAt, out.FinishedAt = stateTerminated, end.reason(), end.exitCode, end.started, end.finished
		out.Ready = p.kind == initContainer && end.exitCode == exitOK
	case r.ended() && (p.kind == mainContainer && r.flags[flagInitialized].on):
		end = containerEnd{exitCode: exitKilled, cause: endedUnseen}
		out.State, out.Reason, out.ExitCode = stateTerminated, end.reason(), end.exitCode
	case row.seen == seenWaiting:
		out.Reason, out.Message = row.failure.reason(), w.waitingMessage(row, p, r)
	case inits:
		out.Reason = reasonInitializing
	default:
		out.Reason = reasonCreating
	}
	if row.ended && out.State != stateTerminated {
		out.LastState = row.last.termination()
	}
	return out
}

// waitingMessage says why a container was not started.
func (w *world) waitingMessage(row *container, p *recipe, r *pod) string {
	image := p.spec.Image
	switch row.failure {
	case failedBackOff:
		return fmt.Sprintf("back-off %s restarting failed container=%s pod=%s", row.backoff.wait, p.spec.Name, w.fullName(r.name, r.uid))
	case failedPull:
		return pullError(image)
	case failedPullBackOff:
		return fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %s", image, pullError(image))
	case failedNever:
		return neverPulledMessage(image)
	default:
		return ""
	}
}

// fullName is how a kubelet names a pod in its messages.
//
// Source: pkg/kubelet/util/format/pod.go, Pod.
func (w *world) fullName(name model.Name, uid model.UID) string {
	return fmt.Sprintf("%s_%s(%s)", w.rendered(name), w.text(name.Namespace), uid)
}

// podConditions are the conditions of a pod.
func (w *world) podConditions(r *pod, shown *shownStatus) []model.PodCondition {
	scheduled := model.PodCondition{Type: conditionScheduled, Status: r.node != nowhere}
	if r.place.waiting {
		scheduled.Reason, scheduled.Message = "Unschedulable", w.text(r.place.message)
	}
	out := []model.PodCondition{scheduled}
	if r.flags[flagSandbox].set {
		out = append(out, w.kubeletConditions(r, shown)...)
	}
	ready := model.PodCondition{Type: conditionReady, Status: r.ready, LastTransitionTime: r.readySince}
	if r.flags[flagContainers].set && !r.ready {
		ready.Reason, ready.Message = w.unreadyReason(r, shown)
	}
	out = append(out, ready)
	if r.disrupted != notDisrupted {
		out = append(out, model.PodCondition{
			Type: conditionDisrupted, Status: r.disrupted != disruptedNot, Reason: r.disrupted.reason(), LastTransitionTime: r.disruptedAt,
			Message: r.disruptionMessage(),
		})
	}
	return append(out, r.conditions...)
}

// disruptionMessage is the message of the condition DisruptionTarget.
//
// Source: pkg/registry/core/pod/storage/eviction.go; pkg/controller/podgc/gc_controller.go;
// pkg/controller/tainteviction/taint_eviction.go; pkg/kubelet/eviction/eviction_manager.go.
func (p *pod) disruptionMessage() string {
	switch p.disrupted {
	case disruptedByTaint:
		return nodelifecycle.EvictionMessage
	case disruptedByGC:
		return "PodGC: node no longer exists"
	case disruptedByEviction:
		return "Eviction API: evicting"
	case disruptedByKubelet:
		return p.failure.text()
	default:
		return ""
	}
}

// text is what the failure says; nothing for none.
func (f *podFailure) text() string {
	if f == nil {
		return ""
	}
	return f.message
}

// kubeletConditions are those that only its kubelet sets.
func (w *world) kubeletConditions(r *pod, shown *shownStatus) []model.PodCondition {
	condition := func(kind string, i int, reason, message string) model.PodCondition {
		c := model.PodCondition{Type: kind, Status: r.flags[i].on, LastTransitionTime: r.flags[i].since}
		if !c.Status {
			c.Reason, c.Message = reason, message
		}
		return c
	}
	var incomplete []string
	for i, status := range initsOf(shown) {
		if !initialized(&w.template(r.template).containers[i], &status) {
			incomplete = append(incomplete, status.Name)
		}
	}
	reason, message := w.unreadyContainers(r, shown)
	return []model.PodCondition{
		condition(conditionSandbox, flagSandbox, "PodSandboxNotReady", ""),
		condition(conditionInitialized, flagInitialized, "ContainersNotInitialized", listed("containers with incomplete status: ", incomplete)),
		condition(conditionContainers, flagContainers, reason, message),
	}
}

func initsOf(s *shownStatus) []model.ContainerStatus {
	if s == nil {
		return nil
	}
	return s.inits
}

// initialized reports whether an init container lets the next one begin, as its status
// has it.
func initialized(p *recipe, s *model.ContainerStatus) bool {
	if p.kind == sidecar {
		return s.Started
	}
	return s.Ready
}

// unreadyContainers says why a pod's containers are not ready.
func (w *world) unreadyContainers(r *pod, shown *shownStatus) (reason, message string) {
	switch r.phase {
	case policy.Failed:
		return "PodFailed", ""
	case policy.Succeeded:
		return "PodCompleted", ""
	}
	var unready []string
	if shown != nil {
		programs := w.template(r.template).containers
		for i, s := range shown.inits {
			if programs[i].kind == sidecar && !s.Ready {
				unready = append(unready, s.Name)
			}
		}
		for _, s := range shown.containers {
			if !s.Ready {
				unready = append(unready, s.Name)
			}
		}
	}
	return "ContainersNotReady", listed("containers with unready status: ", unready)
}

// unreadyReason says why a pod is not ready: for its containers, or for its gates.
//
// Source: pkg/kubelet/status/generate.go, GeneratePodReadyCondition.
func (w *world) unreadyReason(r *pod, shown *shownStatus) (reason, message string) {
	if !r.flags[flagContainers].on {
		return w.unreadyContainers(r, shown)
	}
	var closed []string
	for _, gate := range w.template(r.template).spec.Spec.ReadinessGates {
		words := fmt.Sprintf("corresponding condition of pod readiness gate %q does not exist.", gate)
		for _, c := range r.conditions {
			if c.Type == gate && !c.Status {
				words = fmt.Sprintf(`the status of pod readiness gate %q is not "True", but False`, gate)
			} else if c.Type == gate {
				words = ""
			}
		}
		if words != "" {
			closed = append(closed, words)
		}
	}
	if len(closed) == 0 {
		return "", "" // the node of the pod is not heard of
	}
	return reasonGates, strings.Join(closed, ", ")
}

// listed is a list of names as Go prints it, with words before it; nothing for none.
func listed(words string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return words + fmt.Sprint(names)
}
