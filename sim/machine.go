package sim

import (
	"fmt"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// Machines: what can happen to one, whatever the API server knows of it. A node
// that does not answer looks the same from outside whether its machine is off, its
// network is cut or its kubelet has stopped. What differs is what runs on it
// meanwhile, and what the kubelet does when it is heard again.

// hears reports whether a node's kubelet and the API server hear each other.
func (w *world) hears(n int32) bool {
	row := w.nodes.at(n)
	return !row.down && !row.cut && !row.stopped
}

// CrashNode is a fault: the machine of a node goes down, with everything that runs
// on it. Its disks stay. [RestartNode] brings it back.
type CrashNode struct{ Node string }

// String implements [Operation].
func (o CrashNode) String() string { return "crash node " + o.Node }

func (o CrashNode) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(!m.down, "is down") })
	return func() { w.crashMachine(n) }, err
}

// RestartNode brings the machine of a node up: after [CrashNode], or by a reboot. Its
// pods are still its pods, if nobody has deleted them: they get new addresses and
// start again.
type RestartNode struct{ Node string }

// String implements [Operation].
func (o RestartNode) String() string { return "restart node " + o.Node }

func (o RestartNode) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, nil)
	return func() {
		if !w.nodes.at(n).down {
			w.crashMachine(n)
		}
		w.changeMachine(n, func(m *node) { m.down, m.stopped, m.shutdown = false, false, notShutDown })
	}, err
}

// PartitionNode is a fault: the network of a node is cut. Nothing on it reaches the
// API server or another node, and it goes on to run what it runs, for ever.
// [HealNode] mends it.
type PartitionNode struct{ Node string }

// String implements [Operation].
func (o PartitionNode) String() string { return "partition node " + o.Node }

func (o PartitionNode) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(!m.cut, "is partitioned") })
	return func() { w.changeMachine(n, func(m *node) { m.cut = true }) }, err
}

// HealNode ends a [PartitionNode].
type HealNode struct{ Node string }

// String implements [Operation].
func (o HealNode) String() string { return "heal node " + o.Node }

func (o HealNode) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(m.cut, "is not partitioned") })
	return func() { w.changeMachine(n, func(m *node) { m.cut = false }) }, err
}

// StopKubelet is a fault: the kubelet of a node ends, and the containers run on;
// nobody probes or restarts them. [StartKubelet] starts it again.
type StopKubelet struct{ Node string }

// String implements [Operation].
func (o StopKubelet) String() string { return "stop kubelet " + o.Node }

func (o StopKubelet) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string {
		return unless(!m.stopped && !m.down && m.shutdown == notShutDown, "has no kubelet that runs on")
	})
	return func() { w.changeMachine(n, func(m *node) { m.stopped = true }) }, err
}

// StartKubelet starts the kubelet of a node after [StopKubelet], or restarts it. It
// has forgotten what it ran: it takes over the containers of pods that it is told
// of, and kills those of others.
type StartKubelet struct{ Node string }

// String implements [Operation].
func (o StartKubelet) String() string { return "start kubelet " + o.Node }

func (o StartKubelet) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(!m.down && m.shutdown == notShutDown, "is down, or about to be") })
	return func() {
		w.forgetGrace(n)
		if !w.nodes.at(n).stopped {
			w.changeMachine(n, func(m *node) { m.stopped = true })
		}
		w.changeMachine(n, func(m *node) { m.stopped = false })
	}, err
}

// HoldVolumes is a fault: a node cannot unmount volumes any more. Pods that end there
// stay Terminating, and what has been attached stays so. [ReleaseVolumes] ends it.
type HoldVolumes struct{ Node string }

// String implements [Operation].
func (o HoldVolumes) String() string { return "hold volumes of " + o.Node }

func (o HoldVolumes) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(!m.holding, "holds its volumes") })
	return func() { w.nodes.at(n).holding = true }, err
}

// ReleaseVolumes ends a [HoldVolumes].
type ReleaseVolumes struct{ Node string }

// String implements [Operation].
func (o ReleaseVolumes) String() string { return "release volumes of " + o.Node }

func (o ReleaseVolumes) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(m.holding, "does not hold its volumes") })
	return func() {
		w.nodes.at(n).holding = false
		for s := range w.sandboxes {
			lost := w.sandboxes[s].stage == sandboxLost && w.hears(n)
			if box := &w.sandboxes[s]; box.node == n && (box.stage == sandboxEnded || lost) {
				w.queue.arm(purposeRemove, int32(s), w.now)
			}
		}
	}, err
}

// RunningAt are the nodes on which containers of a pod of that name run, in order of
// their names. It is one node at most as long as nobody takes a pod's object away by
// force.
func (c *Cluster) RunningAt(pod string, opts ...Option) []string {
	var out []string
	name, _ := c.w.lookup(namespaceOf(opts), pod)
	for s := range c.w.sandboxes {
		if box := &c.w.sandboxes[s]; box.begun() && box.name == name && box.running > 0 {
			out = append(out, c.w.rendered(c.w.nodes.at(box.node).name))
		}
	}
	slices.Sort(out)
	return out
}

func unless(ok bool, complaint string) string {
	if ok {
		return ""
	}
	return complaint
}

// machine finds the node of a fault, which may say that it cannot befall it. A
// machine is there even when its Node object has been deleted.
func (w *world) machine(name string, complaint func(*node) string) (int32, error) {
	if w.settings.config.Manual {
		return nowhere, fmt.Errorf("sim: in manual mode nodes do not fail: SetPhase and SetReady play the kubelet")
	}
	want := w.name("", name)
	for n := range w.nodes.rows {
		row := &w.nodes.rows[n]
		if row.uid == 0 || row.name != want {
			continue
		}
		if complaint != nil {
			if why := complaint(row); why != "" {
				return nowhere, fmt.Errorf("sim: node %s %s", name, why)
			}
		}
		return int32(n), nil
	}
	_, err := must(w, &w.nodes, model.KindNode, "", name)
	return nowhere, err
}

// changeMachine changes a machine, and lets API server and kubelet find each other
// or lose each other. A kubelet that is started knows nothing before it has heard the
// API server.
func (w *world) changeMachine(n int32, change func(*node)) {
	heard, acted := w.hears(n), w.kubeletActs(n)
	row := w.nodes.at(n)
	change(row)
	row.forgetful = row.forgetful || row.down || row.stopped
	if acted && !w.kubeletActs(n) {
		w.haltKubelet(n)
	}
	w.metricsChange(n)
	switch hears := w.hears(n); {
	case heard && !hears:
		w.loseNode(n)
	case !heard && hears:
		w.reconcileNode(n)
	}
}

// haltKubelet is the end of a kubelet. What it was about is left as it is: a program that
// has got SIGTERM may exit, but nobody sends SIGKILL; an image is pulled by half.
func (w *world) haltKubelet(n int32) {
	for s := range w.sandboxes {
		box := &w.sandboxes[s]
		if box.stage == sandboxFree || box.node != n {
			continue
		}
		box.busy, box.again, box.ending = nowhere, false, false
		if box.stage != sandboxEnded {
			box.failure = nil
		}
		if box.stage == sandboxStopping {
			box.stage = sandboxRunning
		}
		for c := box.containers; c != nowhere; c = w.containers[c].next {
			w.haltContainer(c)
		}
	}
	w.dropPulls(n)
}

// haltContainer leaves a container to itself.
func (w *world) haltContainer(c int32) {
	row := &w.containers[c]
	w.queue.cancel(purposeProgress, c)
	if row.stop == stopSignal && row.exitCode == exitKilled {
		w.queue.cancel(purposeExit, c)
	}
	row.plan, row.failure, row.hook, row.stop, row.unwell, row.backoff = planNothing, startedWell, noHook, notStopped, well, backOff{}
	switch row.state {
	case containerExited: // what has ended with its pod is to run again, now that the pod goes on
		if row.kind != initContainer || row.last.exitCode != exitOK {
			w.move(c, containerCrashed)
		}
	case containerPulling, containerStarting, containerNoImage:
		w.move(c, containerWaiting)
		if row.ran {
			w.move(c, containerCrashed)
		}
	}
	w.armProbes(c)
}

// dropPulls forgets the images that a node has not pulled to the end: half an image is
// none.
func (w *world) dropPulls(n int32) {
	for i := range w.images.rows {
		if row := &w.images.rows[i]; row.inUse() && row.name.Ordinal == n && row.ready > w.now {
			w.images.remove(int32(i))
		}
	}
	w.nodes.at(n).pullsDone = min(w.nodes.at(n).pullsDone, w.now)
}

// crashMachine ends everything that runs on a machine.
func (w *world) crashMachine(n int32) {
	w.changeMachine(n, func(m *node) { m.down = true })
	for s := range w.sandboxes {
		box := &w.sandboxes[s]
		if box.stage == sandboxFree || box.node != n {
			continue
		}
		w.queue.cancel(purposeVolumes, int32(s))
		w.queue.cancel(purposeRemove, int32(s))
		for c := box.containers; c != nowhere; c = w.containers[c].next {
			w.loseContainer(c)
		}
		box.stage, box.ip, box.running = sandboxLost, 0, 0
	}
	w.dropPulls(n)
	w.queue.cancel(purposeShutdown, n)
	w.queue.cancel(purposePressure, n)
}

// loseContainer is a container whose machine goes down.
func (w *world) loseContainer(c int32) {
	row := &w.containers[c]
	w.cancelContainer(c)
	if row.state == containerRunning {
		row.ended, row.last = true, containerEnd{exitCode: exitLost, cause: endedByCrash, started: row.started, finished: w.now}
	}
	w.move(c, containerLost)
	row.ready, row.watched = false, false
	if row.ended {
		row.seen = seenEnded
	}
}

// loseNode is a node that the API server does not hear any more. What it has said
// last of its pods is what the API shows.
func (w *world) loseNode(n int32) {
	w.record(record{kind: recNodeSilent, subject: w.nodes.at(n).name})
	for s := range w.sandboxes {
		box := &w.sandboxes[s]
		if box.stage == sandboxFree || box.node != n || box.pod == nowhere {
			continue
		}
		r := w.pods.at(box.pod)
		r.shown = w.statuses(box.pod)
	}
	w.nodeSilent(n)
}

// reconcileNode is a kubelet that is heard again: it compares what it runs with the
// pods that it is told of, and says how they are.
//
// Source: pkg/kubelet/kubelet.go, HandlePodCleanups and syncLoopIteration.
func (w *world) reconcileNode(n int32) {
	w.record(record{kind: recNodeHeard, subject: w.nodes.at(n).name})
	restarted := w.nodes.at(n).forgetful
	w.nodes.at(n).forgetful = false
	if restarted {
		w.readAnew(n)
	}
	if restarted && w.nodes.at(n).deleted {
		w.registerAnew(n)
	}
	for s := range w.sandboxes {
		if box := &w.sandboxes[s]; box.stage != sandboxFree && box.node == n {
			w.reconcileSandbox(int32(s), restarted)
		}
	}
	for p := range w.pods.all {
		r := w.pods.at(p)
		if r.node != n || r.sandbox != nowhere {
			continue
		}
		if r.ended() {
			if r.deleting {
				w.removePod(p)
			}
			continue
		}
		w.admitPod(p)
		if r = w.pods.at(p); r.deleting && r.sandbox != nowhere {
			w.stopSandbox(r.sandbox, r.grace)
		}
	}
	if restarted {
		w.startListed(n)
	}
	for a := range w.attachments {
		if w.attachments[a].volume != nowhere && w.attachments[a].node == n {
			w.reportMounts(int32(a))
		}
	}
	w.resumeGrowths(n)
	if restarted {
		w.restartLooks(n)
	} else {
		w.showPressure(n)
	}
	w.nodeHeard(n)
}

// reconcileSandbox is what a kubelet does about something that it runs once it is
// heard again. One that was restarted looks at everything anew.
func (w *world) reconcileSandbox(s int32, restarted bool) {
	box := &w.sandboxes[s]
	if box.pod == nowhere {
		w.reconcileStray(s, restarted)
		return
	}
	r := w.pods.at(box.pod)
	r.shown = nil
	switch {
	case r.ended() && r.deleting:
		w.queue.arm(purposeRemove, s, w.soon())
	case r.ended():
		w.clearSandbox(s)
	case r.deleting && box.stage == sandboxLost:
		w.queue.arm(purposeRemove, s, w.soon())
	case box.stage == sandboxEnded:
		w.reportEnd(s)
		w.queue.arm(purposeRemove, s, w.soon())
	case box.stage == sandboxStopping:
		w.report(s) // it had heard of that
	case r.deleting:
		w.report(s)
		w.stopSandbox(s, r.grace)
	case box.stage == sandboxLost:
		w.rebootSandbox(s)
	case box.stage == sandboxVolumes:
		w.queue.arm(purposeVolumes, s, w.now)
	case restarted:
		w.takeOver(s)
	default:
		w.report(s)
	}
}

// takeOver is a kubelet that goes on with what another has begun: itself, before it was
// restarted.
func (w *world) takeOver(s int32) {
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		if w.containers[c].watched {
			w.resumeProbes(c)
		}
	}
	w.syncSandbox(s)
}

// reconcileStray is what a kubelet does about something that it runs of a pod that is gone. It
// goes on with it if it does not know that.
func (w *world) reconcileStray(s int32, restarted bool) {
	box := &w.sandboxes[s]
	switch {
	case !w.isListed(box.node, box.uid) || box.stage == sandboxEnded:
		w.stopStray(s)
	case box.stage == sandboxStopping: // it had heard of that
	case box.stage == sandboxLost:
		w.rebootSandbox(s)
	case box.stage == sandboxVolumes:
		w.queue.arm(purposeVolumes, s, w.now)
	case restarted:
		w.takeOver(s)
	}
}

// rebootSandbox starts a pod again whose machine has been down. It is the same pod,
// with a new address, and begins with its init containers.
func (w *world) rebootSandbox(s int32) {
	box := &w.sandboxes[s]
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		row := &w.containers[c]
		row.ran = false
		if row.kind != mainContainer {
			row.ended, row.seen = false, seenNothing
		}
		w.move(c, containerWaiting)
		w.endProbes(c)
	}
	box.stage = sandboxVolumes
	w.report(s)
	w.queue.arm(purposeVolumes, s, w.now)
}

// stopStray ends a sandbox whose pod's object is gone. A kubelet that knew the pod
// gives it the grace period that it knew; one that has been restarted meanwhile
// gives an orphan next to none.
//
// Source: pkg/kubelet/kubelet_pods.go, HandlePodCleanups: orphans are killed with a
// grace period of one second.
func (w *world) stopStray(s int32) {
	box := &w.sandboxes[s]
	switch {
	case box.stage == sandboxLost || box.stage == sandboxEnded || box.running == 0:
		w.queue.arm(purposeRemove, s, w.soon())
	case box.stage == sandboxStopping:
	default:
		w.stopSandbox(s, box.grace)
	}
}

// forgetGrace is a kubelet that is restarted: of pods that are gone it does not know
// how long they may take to end.
func (w *world) forgetGrace(n int32) {
	for s := range w.sandboxes {
		if box := &w.sandboxes[s]; box.stage == sandboxRunning && box.node == n {
			box.grace = 1
		}
	}
}

// failPod ends a pod at once, as if its kubelet had evicted it.
func (w *world) failPod(p int32) {
	if s := w.pods.at(p).sandbox; s != nowhere {
		box := &w.sandboxes[s]
		for c := box.containers; c != nowhere; c = w.containers[c].next {
			w.cancelContainer(c)
			w.endAtOnce(c)
		}
		w.unmount(s)
		w.returnAddress(s)
		box.running, box.busy, box.ending = 0, nowhere, false
		box.stage, box.phase = sandboxEnded, policy.Failed
		w.queue.arm(purposeRemove, s, w.now)
	}
	w.endPod(p, policy.Failed, evicted(Memory))
}
