package sim

import (
	"fmt"
	"maps"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
)

// Nodes, and the verbs that are about them.

// addNode makes the i-th of the nodes that a world begins with.
func (w *world) addNode(i int) {
	name := fmt.Sprintf("node-%d", i)
	config := &w.settings.config
	labels := model.Labels{model.LabelHostname: name}
	if config.Zones > 0 {
		labels[model.LabelZone] = fmt.Sprintf("zone-%d", i%config.Zones)
	}
	w.feedNode(w.nodes.add(node{
		identity: w.stamp(w.name("", name)), labels: labels, capacity: int32(config.PodsPerNode), allocatable: config.Allocatable,
	}))
}

// nodeCount is how many Node objects there are.
func (w *world) nodeCount() (n int) {
	for range w.nodes.all {
		n++
	}
	return n
}

// applyNode stores a node. The machine of a node that was deleted is that of the new
// one.
func (w *world) applyNode(o *model.Node) {
	name := w.name("", o.Name)
	n, exists := w.nodes.find(name)
	if !exists {
		n = w.registerNode(name)
	}
	row := w.nodes.at(n)
	before := row.labels
	row.labels, row.cordoned, row.version = o.Labels.With(model.LabelHostname, o.Name), o.Spec.Unschedulable, w.bump()
	room := row.room()
	row.resize(&o.Status)
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindNode), a: int64(2 - boolByte(!exists))})
	if exists {
		w.nodeMoved(n, before)
	} else {
		w.nodeRegistered(n)
	}
	w.setTaints(n, o.Spec.Taints)
	w.editTaints(n)
	w.feedNode(n)
	if !exists {
		w.mayHelp(scheduling.NodeAdded)
		return
	}
	if !maps.Equal(before, w.nodes.at(n).labels) {
		w.mayHelp(scheduling.NodeLabelled)
	}
	if room != w.nodes.at(n).room() {
		w.nodeMayHelp(scheduling.NodeResized, n)
	}
	w.nodeMayHelp(scheduling.NodeTainted, n) // or uncordoned
}

// nodeRoom is what a node has room for.
type nodeRoom struct {
	allocatable model.ResourceList
	pods        int32
}

func (n *node) room() nodeRoom { return nodeRoom{n.allocatable, n.capacity} }

// resize takes over what a status says of the room on a node.
func (n *node) resize(status *model.NodeStatus) {
	if status.Pods > 0 {
		n.capacity = status.Pods
	}
	if cpu := status.Allocatable.CPU; cpu > 0 {
		n.allocatable.CPU = cpu
	}
	if memory := status.Allocatable.Memory; memory > 0 {
		n.allocatable.Memory = memory
	}
}

// registerNode makes the object of a machine, new or known.
func (w *world) registerNode(name model.Name) int32 {
	for n := range w.nodes.rows {
		row := &w.nodes.rows[n]
		if !row.deleted || row.name != name {
			continue
		}
		row.identity, row.deleted, row.health = w.stamp(name), false, healthReady
		w.nodes.names.Put(name, int32(n))
		w.endpointsRetry()
		return int32(n)
	}
	return w.nodes.add(node{identity: w.stamp(name)})
}

// registerAnew is a kubelet that is started and finds that its node is not there. One that
// runs on does not look.
//
// Source: pkg/kubelet/kubelet_node_status.go, registerWithAPIServer.
func (w *world) registerAnew(n int32) {
	name := w.nodes.at(n).name
	w.registerNode(name)
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindNode), a: 1})
	w.lifecycle.Join(nodelifecycle.Node(n), w.zoneOf(w.nodes.at(n).labels), w.now)
	w.planCleanup()
	w.feedNode(n)
	w.mayHelp(scheduling.NodeAdded)
}

// deleteNode takes a node's object away. The machine does not notice, and neither do
// the pods on it, until somebody cleans up.
func (w *world) deleteNode(n int32) {
	row := w.nodes.at(n)
	w.record(record{kind: recDeletedObject, subject: row.name, why: kindCode(model.KindNode)})
	row.deleted, row.deletedAt, row.taints, row.cordoned = true, w.now, nil, false
	w.nodes.names.Delete(row.name)
	w.places.RemoveNode(scheduling.Node(n))
	w.mayHelp(scheduling.NodeRemoved)
	w.nodeGone(n)
	w.reviewNode(n)
	w.planCleanup()
	for p := range w.pods.all {
		if w.pods.at(p).node == n {
			w.publishSometime(p)
		}
	}
}

// Cordon is `kubectl cordon`: no pod is assigned to the node from now on.
func (c *Cluster) Cordon(node string) error { return c.Do(Cordon{Node: node}) }

// Uncordon is `kubectl uncordon`.
func (c *Cluster) Uncordon(node string) error { return c.Do(Cordon{Node: node, Undo: true}) }

// Cordon is [Cluster.Cordon] as an operation; with Undo it is [Cluster.Uncordon].
type Cordon struct {
	Node string
	Undo bool
}

// String implements [Operation].
func (o Cordon) String() string {
	if o.Undo {
		return "kubectl uncordon " + o.Node
	}
	return "kubectl cordon " + o.Node
}

func (o Cordon) prepare(w *world) (func(), error) {
	n, err := must(w, &w.nodes, model.KindNode, "", o.Node)
	if err != nil {
		return nil, err
	}
	return func() {
		w.cordon(n, !o.Undo)
	}, nil
}

// cordon marks a node as one that gets no pods, or takes the mark away. The taint that
// says the same follows at once.
//
// Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go, doNoScheduleTaintingPass.
func (w *world) cordon(n int32, on bool) {
	row := w.nodes.at(n)
	row.cordoned = on
	row.version = w.bump()
	taints := withoutTaint(row.taints, model.TaintUnschedulable, model.NoSchedule)
	if on {
		taints = append(taints, model.Taint{Key: model.TaintUnschedulable, Effect: model.NoSchedule})
	}
	w.setTaints(n, taints)
	w.feedNode(n)
	w.nodeMayHelp(scheduling.NodeTainted, n)
}

// FailPod is a fault: the pod ends with phase Failed, as if it had been evicted
// by its kubelet. The object stays until somebody deletes it, which is what the
// StatefulSet controller does.
type FailPod struct{ Namespace, Pod string }

// String implements [Operation].
func (o FailPod) String() string { return "fail " + o.Pod + namespaceFlag(o.Namespace) }

func (o FailPod) prepare(w *world) (func(), error) {
	p, err := w.mustPod(o.Namespace, o.Pod)
	if err != nil {
		return nil, err
	}
	if r := w.pods.at(p); r.ended() || r.node == nowhere || !w.hears(r.node) {
		return nil, fmt.Errorf("sim: pod %s has no kubelet that could end it", o.Pod)
	}
	return func() {
		w.failPod(p)
	}, nil
}
