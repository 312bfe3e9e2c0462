package scheduling

import (
	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Node is a node as a number from 0 on. The caller gives them out.
type Node int32

// NodeSpec is what the scheduler sees of a node.
type NodeSpec struct {
	Name          string
	Labels        model.Labels // never changed in place
	Taints        []model.Taint
	Unschedulable bool               // cordoned
	Allocatable   model.ResourceList // 0 means no limit
	Pods          int32              // how many pods fit; 0 means no limit
}

// Kind is a kind of pod as a number, from [View.AddKind]: pods that are equal to the
// scheduler.
type Kind int32

// KindSpec is what the scheduler sees of the pods of a kind.
type KindSpec struct {
	Namespace string
	Labels    model.Labels   // never changed in place
	Spec      *model.PodSpec // never changed in place
	// Group is the same for kinds whose pods are spread over zones if there is nothing
	// against it, such as the revisions of one set; 0 is no group.
	Group int32
}

// View is the scheduler's cache of nodes and of where pods are, as far as their changes
// have been fed to it. The zero View is empty. CopyFrom forks it.
type View struct {
	rules release.Rules
	nodes []node
	kinds []kind
	free  []Kind // kinds that are not in use

	stride int32   // how many nodes there is room for in the tables below
	placed []tally // kinds × stride: how many pods of a kind are on a node

	topologies []topology
	domains    []int32 // topologies × stride: the domain of a node; nowhere if it lacks the label
	byValue    flat.Index[value]

	refusers int32 // kinds in use whose pods want other pods away, and of which there is a pod

	visited int64
}

const nowhere int32 = -1

// node is a node and what is used of it.
type node struct {
	NodeSpec
	exists bool
	pods   int32
	used   Request
}

// kind is a kind of pod.
type kind struct {
	KindSpec
	inUse   bool
	request Request
	refuses bool // its pods want other pods away
	pods    int32
}

// tally is how many pods of a kind are on a node.
type tally struct {
	pods    int32
	leaving int32 // of them, being deleted
}

// topology is a label of nodes that divides them into domains.
type topology struct {
	label   string
	domains int32 // how many values there have been
}

// value is a value of a topology's label.
type value struct {
	topology int32
	text     string
}

// Hash implements flat.Key.
func (v value) Hash() uint64 {
	h := uint64(uint32(v.topology)) ^ 0xcbf29ce484222325
	for i := range len(v.text) {
		h = (h ^ uint64(v.text[i])) * 0x100000001b3
	}
	return flat.Mix(h)
}

// CopyFrom makes v equal to src, in v's own memory.
func (v *View) CopyFrom(src *View) {
	own := *v
	*v = *src
	v.nodes = append(own.nodes[:0], src.nodes...)
	v.kinds = append(own.kinds[:0], src.kinds...)
	v.free = append(own.free[:0], src.free...)
	v.placed = append(own.placed[:0], src.placed...)
	v.topologies = append(own.topologies[:0], src.topologies...)
	v.domains = append(own.domains[:0], src.domains...)
	v.byValue = own.byValue
	v.byValue.CopyFrom(&src.byValue)
}

// SetRules makes the view one of a release of Kubernetes.
func (v *View) SetRules(rules release.Rules) { v.rules = rules }

// Visited is how many nodes and kinds have been looked at so far: the cost of questions.
func (v *View) Visited() int64 { return v.visited }

// SetNode feeds a node that is new or has changed.
func (v *View) SetNode(n Node, spec NodeSpec) {
	v.growNodes(int(n) + 1)
	row := &v.nodes[n]
	row.NodeSpec, row.exists = spec, true
	for t := range v.topologies {
		v.place(int32(t), n)
	}
}

// RemoveNode feeds the end of a node. Pods that are still bound to it are not forgotten.
func (v *View) RemoveNode(n Node) {
	row := &v.nodes[n]
	row.NodeSpec, row.exists = NodeSpec{}, false
	for t := range v.topologies {
		v.domains[int32(t)*v.stride+int32(n)] = nowhere
	}
}

// AddKind makes a kind.
func (v *View) AddKind(spec KindSpec) Kind {
	k := Kind(len(v.kinds))
	if n := len(v.free); n > 0 {
		k, v.free = v.free[n-1], v.free[:n-1]
	} else {
		v.kinds = append(v.kinds, kind{})
		v.placed = append(v.placed, make([]tally, v.stride)...)
	}
	v.kinds[k] = kind{
		KindSpec: spec, inUse: true, request: RequestOf(spec.Spec),
		refuses: spec.Spec.Affinity != nil && len(spec.Spec.Affinity.PodAntiAffinity) > 0,
	}
	return k
}

// RemoveKind forgets a kind. It panics if there are pods of that kind.
func (v *View) RemoveKind(k Kind) {
	if v.kinds[k].pods != 0 {
		panic("scheduling: a kind is removed of which there are pods")
	}
	v.kinds[k] = kind{}
	v.free = append(v.free, k)
}

// Request is how much room a pod of a kind takes.
func (v *View) Request(k Kind) Request { return v.kinds[k].request }

// Pods is how many pods of a kind there are.
func (v *View) Pods(k Kind) int32 { return v.kinds[k].pods }

// Node is what has been fed of a node, which the caller must not change.
func (v *View) Node(n Node) *NodeSpec { return &v.nodes[n].NodeSpec }

// Used is how many pods a node has, and how much room they take.
func (v *View) Used(n Node) (pods int32, used Request) { return v.nodes[n].pods, v.nodes[n].used }

// Bind feeds a pod that has come to a node, or is on its way there.
func (v *View) Bind(k Kind, n Node) { v.move(k, n, 1, 0) }

// Leave feeds that a pod on a node is being deleted. It takes its room until it is gone,
// but it is not counted when pods are spread.
func (v *View) Leave(k Kind, n Node) { v.move(k, n, 0, 1) }

// Unbind feeds that a pod has left a node: its object is gone, or it has ended. leaving says
// whether [View.Leave] came before.
func (v *View) Unbind(k Kind, n Node, leaving bool) {
	if leaving {
		v.move(k, n, -1, -1)
	} else {
		v.move(k, n, -1, 0)
	}
}

func (v *View) move(k Kind, n Node, pods, leaving int32) {
	v.growNodes(int(n) + 1)
	there := &v.placed[int32(k)*v.stride+int32(n)]
	there.pods += pods
	there.leaving += leaving
	if there.pods < 0 || there.leaving < 0 || there.leaving > there.pods {
		panic("scheduling: a pod leaves a node that it is not on")
	}
	row, of := &v.nodes[n], &v.kinds[k]
	row.pods += pods
	switch pods {
	case 1:
		row.used.add(of.request)
	case -1:
		row.used.sub(of.request)
	}
	before := of.pods
	of.pods += pods
	if of.refuses && (before == 0) != (of.pods == 0) {
		v.refusers += pods
	}
}

// growNodes makes room for n nodes.
func (v *View) growNodes(n int) {
	for len(v.nodes) < n {
		v.nodes = append(v.nodes, node{})
	}
	if int32(n) <= v.stride {
		return
	}
	stride := max(4, 2*v.stride, int32(n))
	v.placed = widened(v.placed, len(v.kinds), v.stride, stride, tally{})
	v.domains = widened(v.domains, len(v.topologies), v.stride, stride, nowhere)
	v.stride = stride
}

// widened is a table with longer rows.
func widened[T any](table []T, rows int, from, to int32, empty T) []T {
	out := make([]T, 0, int32(rows)*to)
	for r := range int32(rows) {
		out = append(out, table[r*from:(r+1)*from]...)
		for range to - from {
			out = append(out, empty)
		}
	}
	return out
}

// topology is the place of the topology of a label.
func (v *View) topology(label string) int32 {
	for t := range v.topologies {
		if v.topologies[t].label == label {
			return int32(t)
		}
	}
	t := int32(len(v.topologies))
	v.topologies = append(v.topologies, topology{label: label})
	for range v.stride {
		v.domains = append(v.domains, nowhere)
	}
	for n := range v.nodes {
		if v.nodes[n].exists {
			v.place(t, Node(n))
		}
	}
	return t
}

// place finds the domain of a node.
func (v *View) place(t int32, n Node) {
	at := &v.domains[t*v.stride+int32(n)]
	text, ok := v.nodes[n].Labels[v.topologies[t].label]
	if !ok {
		*at = nowhere
		return
	}
	key := value{t, text}
	d, known := v.byValue.Get(key)
	if !known {
		d = v.topologies[t].domains
		v.topologies[t].domains++
		v.byValue.Put(key, d)
	}
	*at = d
}

// domain is the domain of a node in a topology; nowhere if it lacks the label.
func (v *View) domain(t int32, n Node) int32 { return v.domains[t*v.stride+int32(n)] }

// on is how many pods of a kind are on a node.
func (v *View) on(k int, n Node) tally { return v.placed[int32(k)*v.stride+int32(n)] }
