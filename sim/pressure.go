package sim

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// Nodes that run short of memory or disk, and kubelets that evict pods for it.
//
// A kubelet looks at its node every ten seconds; a look is an event only if it finds
// something. As long as the node is short of something it evicts one pod after the other,
// each with a second of grace: first those that use more than they have requested, and of
// these first those that use most above that. (Kubernetes looks at priorities in between,
// of which only those that are never evicted are known here.) A pod that it has evicted
// is Failed, and nobody but its controller deletes it. The condition of the
// node, which keeps new pods away, stays for five minutes after the shortage.
//
// Source: pkg/kubelet/eviction/eviction_manager.go, synchronize.

const (
	lookPeriod     = 10 * time.Second
	pressureStays  = 5 * time.Minute
	cleanupPolls   = time.Second // a pod that was evicted is looked for as often
	evictionGrace  = 1           // seconds
	reasonEvicted  = "Evicted"
	criticalNode   = "system-node-critical"
	criticalSystem = "system-cluster-critical"
)

// Resource is what a node may run short of.
type Resource string

// The resources.
const (
	Memory Resource = "memory"
	Disk   Resource = "ephemeral-storage"
)

// resources are the resources in the order in which a kubelet cares for them.
var resources = [...]Resource{Memory, Disk}

// conditions are the conditions of a node that is short of them.
var pressureConditions = [...]string{nodelifecycle.ConditionMemoryPressure, nodelifecycle.ConditionDiskPressure}

// shortage is how it stands with a resource of a node.
type shortage struct {
	on    bool          // the node is short of it
	felt  bool          // its kubelet has found that, within the last five minutes
	shown bool          // it has said so: the node's condition
	lacks model.Bytes   // how much is lacking; 0 for more than any pod uses
	seen  model.Instant // when its kubelet has last found it
	since model.Instant // of the condition's last transition
}

// Pressure is a fault: a node is short of memory, or of disk. Its kubelet evicts pods
// until what they have used makes up for what is lacking ([Image].Memory and Disk), or
// until [Relieve] if it is not said how much that is.
type Pressure struct {
	Node     string
	Resource Resource    // "" is Memory
	Lacks    model.Bytes // 0 for until it is relieved
}

// String implements [Operation].
func (o Pressure) String() string {
	s := fmt.Sprintf("pressure on the %s of %s", cmp.Or(o.Resource, Memory), o.Node)
	if o.Lacks > 0 {
		s += " by " + o.Lacks.String()
	}
	return s
}

func (o Pressure) prepare(w *world) (func(), error) {
	i, err := o.Resource.index()
	if err != nil {
		return nil, err
	}
	n, err := w.machine(o.Node, func(m *node) string { return unless(!m.short[i].on && !m.down, "cannot come under pressure") })
	return func() {
		s := &w.nodes.at(n).short[i]
		s.on, s.lacks = true, o.Lacks
		w.lookSoon(n)
	}, err
}

// Relieve ends a [Pressure].
type Relieve struct {
	Node     string
	Resource Resource // "" is Memory
}

// String implements [Operation].
func (o Relieve) String() string {
	return fmt.Sprintf("relieve the %s of %s", cmp.Or(o.Resource, Memory), o.Node)
}

func (o Relieve) prepare(w *world) (func(), error) {
	i, err := o.Resource.index()
	if err != nil {
		return nil, err
	}
	n, err := w.machine(o.Node, func(m *node) string { return unless(m.short[i].on, "is not under pressure") })
	return func() { w.relieve(n, i) }, err
}

func (r Resource) index() (int, error) {
	switch r {
	case "", Memory:
		return 0, nil
	case Disk:
		return 1, nil
	default:
		return 0, fmt.Errorf("sim: a node does not run short of %q, only of %s and %s", r, Memory, Disk)
	}
}

// relieve is the end of a shortage. The kubelet has found it with its last look.
func (w *world) relieve(n int32, i int) {
	row := w.nodes.at(n)
	s := &row.short[i]
	if s.on = false; s.felt {
		s.seen = max(s.seen, row.looks.Add(w.now.Sub(row.looks)/lookPeriod*lookPeriod))
	}
	w.planLook(n)
}

// lookSoon plans the next look of a kubelet.
func (w *world) lookSoon(n int32) {
	if row := w.nodes.at(n); w.kubeletActs(n) && !w.evicting(n) {
		w.queue.arm(purposePressure, n, nextTick(row.looks, lookPeriod, w.now))
	}
}

// planLook plans the look at which a condition ends, if there is nothing before it.
func (w *world) planLook(n int32) {
	row := w.nodes.at(n)
	for i := range row.short {
		s := &row.short[i]
		if s.on || !s.felt || !w.kubeletActs(n) || w.evicting(n) {
			continue
		}
		at := nextTick(row.looks, lookPeriod, max(w.now, s.seen.Add(pressureStays)))
		if earlier, armed := w.queue.armed(purposePressure, n); !armed || at < earlier {
			w.queue.arm(purposePressure, n, at)
		}
	}
}

// look is a kubelet that looks at the resources of its node.
func (w *world) look(n int32) {
	row := w.nodes.at(n)
	if !w.kubeletActs(n) {
		return
	}
	row.looks = w.now
	short := -1
	for i := range row.short {
		switch s := &row.short[i]; {
		case s.on:
			s.felt, s.seen = true, w.now
			if short < 0 {
				short = i
			}
		case s.felt && w.now.Sub(s.seen) >= pressureStays:
			s.felt = false
		}
	}
	w.showPressure(n)
	if short >= 0 && w.evictFor(n, short) {
		return // it looks again when that pod has ended
	}
	w.planLook(n)
}

// showPressure writes the conditions of a node, and the taints that say the same.
func (w *world) showPressure(n int32) {
	row := w.nodes.at(n)
	if !w.hears(n) || !row.inUse() {
		return
	}
	changed := false
	for i := range row.short {
		s := &row.short[i]
		if s.shown != s.felt {
			s.shown, s.since, changed = s.felt, w.now.Second(), true
			w.record(record{kind: recPressure, subject: row.name, a: int64(boolByte(s.shown)), b: int64(i)})
		}
	}
	if changed {
		row.version = w.bump()
		w.retaint(n, nodelifecycle.ConditionTaints(row.taints, w.modelNode(n).Status.Conditions, row.cordoned, w.now))
	}
}

// restartLooks is a kubelet that was restarted: it has forgotten what it has found.
func (w *world) restartLooks(n int32) {
	row := w.nodes.at(n)
	row.looks = w.now
	for i := range row.short {
		s := &row.short[i]
		s.felt = false
		if s.on {
			w.lookSoon(n)
		}
	}
	w.showPressure(n)
}

// evicting reports whether a pod is being evicted from a node.
func (w *world) evicting(n int32) bool {
	for s := range w.sandboxes {
		if box := &w.sandboxes[s]; box.node == n && box.begun() && box.failure != nil && box.failure.evicts {
			return true
		}
	}
	return false
}

// evictFor evicts the pod that comes first; it reports false if there is none.
//
// Source: pkg/kubelet/eviction/helpers.go, rankMemoryPressure and rankDiskPressureFunc.
// Of equals Kubernetes takes any.
func (w *world) evictFor(n int32, i int) bool {
	best := nowhere
	for s := range w.sandboxes {
		box := &w.sandboxes[s]
		active := box.stage == sandboxVolumes || box.stage == sandboxRunning && !box.ending
		if !active || box.node != n || box.pod == nowhere || w.pods.at(box.pod).deleting || w.template(box.template).critical() {
			continue
		}
		if best == nowhere || w.evictedBefore(int32(s), best, i) {
			best = int32(s)
		}
	}
	if best == nowhere {
		return false
	}
	if s := &w.nodes.at(n).short[i]; s.lacks > 0 {
		if s.lacks -= w.usage(best, i); s.lacks <= 0 {
			s.on = false
		}
	}
	failure := w.eviction(best, i)
	w.record(record{kind: recPressed, subject: w.sandboxes[best].name, text: w.symbol(failure.message), b: int64(i)})
	w.endByKubelet(best, evictionGrace, failure)
	return true
}

// evictedBefore reports whether a pod is evicted before another.
func (w *world) evictedBefore(a, b int32, i int) bool {
	excess := func(s int32) model.Bytes { return w.usage(s, i) - w.requested(s, i) }
	if x, y := excess(a) > 0, excess(b) > 0; x != y {
		return x
	}
	if excess(a) != excess(b) {
		return excess(a) > excess(b)
	}
	return strings.Compare(w.rendered(w.sandboxes[a].name), w.rendered(w.sandboxes[b].name)) < 0
}

// usage is how much a pod uses: what the images of its containers say that run.
func (w *world) usage(s int32, i int) (sum model.Bytes) {
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		if w.containers[c].state == containerRunning {
			sum += w.image(c).uses(i)
		}
	}
	return sum
}

// uses is how much a container of the image uses.
func (m *Image) uses(i int) model.Bytes {
	if resources[i] == Memory {
		return m.Memory
	}
	return m.Disk
}

// requested is how much a pod has requested. Disk is not requested here.
func (w *world) requested(s int32, i int) model.Bytes {
	if resources[i] != Memory {
		return 0
	}
	return w.template(w.sandboxes[s].template).memoryRequest()
}

// memoryRequest is the memory that a pod requests: of all containers that run at the
// same time.
//
// Source: component-helpers resource/helpers.go, PodRequests.
func (t *template) memoryRequest() model.Bytes {
	running, most := model.Bytes(0), model.Bytes(0)
	for i := range t.containers {
		request := t.containers[i].spec.Resources.Requests.Memory
		if request == 0 {
			request = t.containers[i].spec.Resources.Limits.Memory
		}
		if t.containers[i].kind == initContainer {
			most = max(most, running+request)
		} else {
			running += request
		}
	}
	return max(most, running)
}

// critical reports whether a pod is one that a node cannot do without.
//
// Source: pkg/kubelet/types/pod_update.go, IsCriticalPod.
func (t *template) critical() bool {
	class := t.spec.Spec.PriorityClassName
	return class == criticalNode || class == criticalSystem
}

// bestEffort reports whether a pod requests nothing.
func (t *template) bestEffort() bool {
	for i := range t.containers {
		if r := &t.containers[i].spec.Resources; r.Requests != (model.ResourceList{}) || r.Limits != (model.ResourceList{}) {
			return false
		}
	}
	return true
}

// evicted is why a pod has failed that its kubelet has evicted.
//
// Source: pkg/kubelet/eviction/helpers.go, evictionMessage.
func evicted(r Resource) *podFailure {
	return &podFailure{reason: reasonEvicted, message: fmt.Sprintf("The node was low on resource: %s. ", r), disrupts: true, evicts: true}
}

// eviction is evicted, with what the containers of the pod have used.
func (w *world) eviction(s int32, i int) *podFailure {
	failure := evicted(resources[i])
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		used, request := w.image(c).uses(i), model.Bytes(0)
		if resources[i] == Memory {
			request = w.containerSpec(c).Resources.Requests.Memory
		}
		if w.containers[c].state == containerRunning && used > request {
			failure.message += fmt.Sprintf("Container %s was using %v, request is %v, has larger consumption of %s. ",
				w.containerSpec(c).Name, used, request, resources[i])
		}
	}
	return failure
}
