package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// A sandbox is what a kubelet runs of a pod: its containers, its address, its
// mounts. The pod's object is the API server's, the sandbox is the node's, and the
// two come apart whenever they cannot talk: the object is gone, by force, and its
// containers run on; the object is there, and its machine is not. What the API shows
// of a pod is what the kubelet has last been able to say.

// sandbox begins when a kubelet hears of a pod and ends when the kubelet has
// cleared away what it ran.
type sandbox struct {
	pod        int32 // the pod's object; nowhere once it is gone
	next       int32 // of those not in use: the next
	node       int32
	name       model.Name // of the pod
	uid        model.UID  // of the pod
	template   policy.Template
	claimBases []model.Symbol
	shared     []model.Name
	service    model.Symbol // the pod's spec.subdomain
	ip         uint32       // 0 before its network is there
	leased     uint32       // the same, where others may get it later; also while its machine is down
	containers int32        // the first; nowhere before they are begun
	running    int32        // containers that run
	busy       int32        // the container that its worker has in hand; nowhere if it has none
	again      bool         // the worker is to look once more
	ending     bool         // it is to be stopped, when the worker has the time
	failure    *podFailure  // what it has done that for, other than that it is deleted
	grace      int32        // seconds with which it is being stopped, or would be if its object were gone
	stage      sandboxStage
	phase      policy.Phase // as the kubelet sees it
	mounted    bool         // its volumes are mounted
	mounts     int32        // the first of them; nowhere if there is none

	refused model.Instant // since when one cannot be mounted because another pod has it
}

// sandboxStage is how far a kubelet has got with a pod.
type sandboxStage uint8

const (
	sandboxFree     sandboxStage = iota // not in use
	sandboxVolumes                      // waits for its volumes
	sandboxRunning                      // its containers are started, one after the other
	sandboxStopping                     // its containers are being stopped
	sandboxEnded                        // they have stopped
	sandboxLost                         // its machine went down under it
)

// newSandbox is a pod that its kubelet has heard of.
func (w *world) newSandbox(p int32) int32 {
	r := w.pods.at(p)
	r.sandbox = w.placeSandbox(sandbox{
		pod: p, node: r.node, name: r.name, uid: r.uid, template: r.template,
		claimBases: r.claimBases, shared: r.shared, service: r.service,
	})
	return r.sandbox
}

// placeSandbox finds room for the sandbox of a pod, of which nothing runs yet.
func (w *world) placeSandbox(row sandbox) int32 {
	row.next, row.containers, row.busy, row.mounts = nowhere, nowhere, nowhere, nowhere
	row.stage, row.phase = sandboxVolumes, policy.Pending
	row.grace = int32(min(max(w.template(row.template).grace, 1), 1<<31-1))
	if s := w.freeBox; s != nowhere {
		w.freeBox = w.sandboxes[s].next
		w.sandboxes[s] = row
		return s
	}
	w.sandboxes = append(doubled(w.sandboxes), row)
	return int32(len(w.sandboxes) - 1)
}

// claim is the i-th claim that the pod mounts; ok is false when there are no more.
func (s *sandbox) claim(i int) (name model.Name, ok bool) {
	return nthClaim(s.name, s.claimBases, s.shared, i)
}

// begun reports whether there are containers that may run.
func (s *sandbox) begun() bool { return s.stage == sandboxRunning || s.stage == sandboxStopping }

// clearSandbox ends a sandbox: whatever still runs is killed, and its volumes are
// not in use any more.
func (w *world) clearSandbox(s int32) {
	w.endContainers(s)
	w.unmount(s)
	w.returnAddress(s)
	w.eraseScratch(s)
	w.queue.cancel(purposeVolumes, s)
	w.queue.cancel(purposeRemove, s)
	if p := w.sandboxes[s].pod; p != nowhere {
		w.pods.at(p).sandbox = nowhere
	}
	w.sandboxes[s] = sandbox{pod: nowhere, node: nowhere, containers: nowhere, busy: nowhere, mounts: nowhere, next: w.freeBox}
	w.freeBox = s
}

// leaveSandbox is the end of a pod's object while its sandbox may still run. The
// kubelet that hears of it kills what is left without delay, unless it is about to
// stop it anyway; one that does not hear of it lets it run.
//
// Source: pkg/kubelet/pod_workers.go, calculateEffectiveGracePeriod: a pod that is
// gone gets a grace period of one second.
func (w *world) leaveSandbox(p int32) {
	s := w.pods.at(p).sandbox
	if s == nowhere {
		return
	}
	row := &w.sandboxes[s]
	holds := row.mounted && w.nodes.at(row.node).holding
	if row.running == 0 && row.busy == nowhere && !holds && (row.stage != sandboxLost || w.hears(row.node)) {
		w.clearSandbox(s)
		return
	}
	row.pod = nowhere
	w.pods.at(p).sandbox = nowhere
	if row.running == 0 && row.busy == nowhere && holds {
		return
	}
	if row.stage == sandboxLost {
		return // nothing of it runs
	}
	w.record(record{kind: recSandboxLeft, subject: row.name, object: w.nodes.at(row.node).name, a: int64(boolByte(w.hears(row.node)))})
	if w.hears(row.node) {
		w.stopSandbox(s, 1)
	}
}

// endContainers takes the containers of a sandbox away, whatever they do.
func (w *world) endContainers(s int32) {
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		w.cancelContainer(c)
	}
	for c := w.sandboxes[s].containers; c != nowhere; {
		next := w.containers[c].next
		w.endProbes(c)
		w.containers[c] = container{next: w.freeCont}
		w.freeCont = c
		c = next
	}
	w.sandboxes[s].containers, w.sandboxes[s].running = nowhere, 0
	w.moves++
}

// cancelContainer lets nothing more happen to a container by itself.
func (w *world) cancelContainer(c int32) {
	w.queue.cancel(purposeProgress, c)
	w.queue.cancel(purposeReady, c)
	w.queue.cancel(purposeHealth, c)
	w.queue.cancel(purposeExit, c)
	w.endProcess(c)
	for p := w.containers[c].probes; p != nowhere; p = w.probes[p].next {
		w.queue.cancel(purposeProbe, p)
	}
}

func (w *world) newContainer(row container) int32 {
	if c := w.freeCont; c != nowhere {
		w.freeCont = w.containers[c].next
		w.containers[c] = row
		return c
	}
	w.containers = append(doubled(w.containers), row)
	return int32(len(w.containers) - 1)
}

// containersOf yields the containers of a pod that has any.
func (w *world) containersOf(p int32) func(func(int32) bool) {
	return func(yield func(int32) bool) {
		s := w.pods.at(p).sandbox
		if s == nowhere {
			return
		}
		for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
			if !yield(c) {
				return
			}
		}
	}
}
