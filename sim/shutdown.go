package sim

import (
	"fmt"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// Pods that a kubelet ends, or does not begin.
//
// A kubelet that is configured for it ([Kubelet]) hears that its machine is shut down
// before it happens. It says that the node is not ready, accepts no pods any more, and
// stops those that run: first the ordinary ones, then those that are critical, each group
// within its part of the time. They are Failed then, so that their controllers create
// them again elsewhere at once, and do not wait for the node.
//
// Source: pkg/kubelet/nodeshutdown/nodeshutdown_manager.go, killPods.

// Kubelet is how the kubelets are configured.
type Kubelet struct {
	// ShutdownGracePeriod is for how long a kubelet puts off the shutdown of its machine
	// to stop the pods on it; 0 means that it does not.
	ShutdownGracePeriod time.Duration
	// ShutdownGracePeriodCriticalPods is the part of it that is for critical pods, at
	// the end.
	ShutdownGracePeriodCriticalPods time.Duration
}

// shutdownStage is how far the shutdown of a machine is.
type shutdownStage uint8

const (
	notShutDown shutdownStage = iota
	shutOrdinary
	shutCritical
	shutDone
)

// ShutdownNode shuts a machine down, as somebody does who maintains it. With
// [Config].Kubelet.ShutdownGracePeriod its pods are stopped first; without, it is like
// [CrashNode]. [RestartNode] brings the machine back.
type ShutdownNode struct{ Node string }

// String implements [Operation].
func (o ShutdownNode) String() string { return "shut down node " + o.Node }

func (o ShutdownNode) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(!m.down && m.shutdown == notShutDown, "is down, or about to be") })
	return func() { w.shutDown(n) }, err
}

func (w *world) shutDown(n int32) {
	if w.settings.config.Kubelet.ShutdownGracePeriod == 0 || !w.kubeletActs(n) {
		w.crashMachine(n)
		return
	}
	w.nodes.at(n).shutdown = notShutDown
	w.record(record{kind: recShutdown, subject: w.nodes.at(n).name})
	w.shutNext(n)
	if w.hears(n) && w.nodes.at(n).inUse() {
		w.postStatus(n)
		w.planMonitor()
	}
}

// shutNext goes on with the next group of pods that has any; after the last one the
// machine goes down.
func (w *world) shutNext(n int32) {
	row := w.nodes.at(n)
	for row.shutdown++; row.shutdown != shutDone; row.shutdown++ {
		config := &w.settings.config.Kubelet
		period := config.ShutdownGracePeriod - config.ShutdownGracePeriodCriticalPods
		if row.shutdown == shutCritical {
			period = config.ShutdownGracePeriodCriticalPods
		}
		for s := range w.sandboxes {
			if w.inGroup(int32(s), n) {
				grace := min(int32(period/time.Second), max(w.podGrace(int32(s)), 1))
				w.endByKubelet(int32(s), grace, &podFailure{
					reason: "Terminated", message: "Pod was terminated in response to imminent node shutdown.", disrupts: true,
				})
			}
		}
		if w.groupRuns(n) {
			w.queue.arm(purposeShutdown, n, w.now.Add(period))
			return
		}
	}
	w.crashMachine(n)
}

// inGroup reports whether a sandbox is one of the pods that are being shut down.
func (w *world) inGroup(s, n int32) bool {
	box := &w.sandboxes[s]
	return box.node == n && (box.stage == sandboxVolumes || box.begun()) &&
		w.template(box.template).critical() == (w.nodes.at(n).shutdown == shutCritical)
}

func (w *world) groupRuns(n int32) bool {
	for s := range w.sandboxes {
		if w.inGroup(int32(s), n) {
			return true
		}
	}
	return false
}

// endByKubelet ends a pod that nobody has deleted.
//
// Source: pkg/kubelet/pod_workers.go, killPodNow.
func (w *world) endByKubelet(s, grace int32, failure *podFailure) {
	box := &w.sandboxes[s]
	if box.stage == sandboxVolumes {
		box.stage, box.phase, box.failure = sandboxEnded, policy.Failed, failure
		w.queue.cancel(purposeVolumes, s)
		w.reportEnd(s)
		w.queue.arm(purposeRemove, s, w.now)
		w.endedByKubelet(s)
		return
	}
	if !box.ending {
		box.failure = failure
	}
	w.stopSandbox(s, grace)
}

// endedByKubelet is the end of a pod for which its kubelet has waited.
func (w *world) endedByKubelet(s int32) {
	box := &w.sandboxes[s]
	if box.failure != nil && box.failure.evicts {
		w.queue.arm(purposePressure, box.node, w.now.Add(cleanupPolls))
	}
	if stage := w.nodes.at(box.node).shutdown; stage != notShutDown && !w.groupRuns(box.node) {
		w.queue.arm(purposeShutdown, box.node, w.now)
	}
}

// refusal is why a kubelet does not accept a pod; nil if it does.
//
// Source: pkg/kubelet/kubelet.go, HandlePodAdditions; pkg/kubelet/eviction/
// eviction_manager.go, Admit; pkg/kubelet/nodeshutdown/nodeshutdown_manager_linux.go, Admit.
func (w *world) refusal(p int32) *podFailure {
	r := w.pods.at(p)
	row, t := w.nodes.at(r.node), w.template(r.template)
	var felt []string
	for i := range row.short {
		if row.short[i].felt {
			felt = append(felt, pressureConditions[i])
		}
	}
	onlyMemory := len(felt) == 1 && felt[0] == nodelifecycle.ConditionMemoryPressure
	tolerates := func() bool {
		for _, toleration := range t.tolerations {
			if toleration.Tolerates(model.Taint{Key: model.TaintMemoryPressure, Effect: model.NoSchedule}) {
				return true
			}
		}
		return false
	}
	if len(felt) > 0 && !t.critical() && !(onlyMemory && (!t.bestEffort() || tolerates())) {
		return rejected(reasonEvicted, fmt.Sprintf("The node had condition: %v. ", felt))
	}
	if reason, message := w.admission(p); reason != "" {
		return rejected(reason, message)
	}
	if row.shutdown != notShutDown {
		return rejected("NodeShutdown", "Pod was rejected as the node is shutting down.")
	}
	return nil
}

// rejected is why a pod has failed that its kubelet has not accepted.
//
// Source: pkg/kubelet/kubelet.go, rejectPod.
func rejected(reason, message string) *podFailure {
	return &podFailure{reason: reason, message: "Pod was rejected: " + message, rejected: true}
}

// rejectPod fails a pod that its kubelet does not accept.
func (w *world) rejectPod(p int32, failure *podFailure) {
	w.record(record{kind: recRejected, subject: w.pods.at(p).name, object: w.nodes.at(w.pods.at(p).node).name, text: w.symbol(failure.reason + "\n" + failure.message)})
	w.endPod(p, policy.Failed, failure)
}
