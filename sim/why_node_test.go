package sim_test

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// lost are worlds of so many nodes in which that of web-0 has not answered for a while.
func lost(nodes int, fault func(node string) sim.Operation, objects ...model.Object) func(w *worldPlay) {
	return func(w *worldPlay) {
		w.begin(sim.Config{Nodes: nodes}, objects...)
		w.settles()
		w.deed(fault(w.pod("web-0").Spec.NodeName))
		w.c.Run(10 * time.Minute)
	}
}

func crash(node string) sim.Operation { return sim.CrashNode{Node: node} }
func cut(node string) sim.Operation   { return sim.PartitionNode{Node: node} }
func stop(node string) sim.Operation  { return sim.StopKubelet{Node: node} }

var whyNodeCases = []whyCase{
	{"K28", "a machine is down", "web", sim.Stuck, 4, lost(2, crash, webSet(1, stateless))},
	{"K28", "the same, seen from the node", "node/node-0", sim.Stuck, 1, lost(2, crash, webSet(1, stateless))},
	{"K28", "a cluster of one node: its pods are not even deleted", "web", sim.Stuck, 1, lost(1, crash, webSet(1, stateless))},
	{"K29", "a node's network is cut", "web", sim.Stuck, 4, lost(2, cut, webSet(1, stateless))},
	{"", "a kubelet does not run", "pod/web-0", sim.Stuck, 4, lost(2, stop, webSet(1, stateless))},
	{"", "a node has just gone down", "web", sim.Stuck, 4, func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, webSet(1, stateless))
		w.settles()
		w.deed(sim.CrashNode{Node: w.pod("web-0").Spec.NodeName})
		w.c.Run(time.Minute)
	}},
	{"K38", "a volume stays with a node that is down", "web", sim.Passing, 2, func(w *worldPlay) {
		lost(2, crash, withDisks(webSet(1))...)(w)
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.c.Run(time.Second)
	}},
	{"", "a node cannot unmount its volumes", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(1))...)
		w.settles()
		w.deed(sim.HoldVolumes{Node: "node-0"})
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(10 * time.Minute)
	}},
	{"", "the driver of a volume hangs", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(1))...)
		w.settles()
		node := w.pod("web-0").Spec.NodeName
		w.deed(sim.HoldDetach{Node: node})
		w.do(w.c.Cordon(node))
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(10 * time.Minute)
	}},
	{"", "a budget allows no eviction", "node/node-0", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, webSet(2, stateless), pdb("web", unavailable(0)))
		w.settles()
		w.do(w.c.Drain("node-0"))
		w.c.Settle()
	}},
	{"", "the same, because a pod is not ready", "node/node-0", sim.Stuck, 3, func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, webSet(2, stateless), pdb("web", unavailable(1)))
		w.settles()
		w.deed(sim.Hang{Pod: "web-1"})
		w.c.Settle()
		w.do(w.c.Drain(w.pod("web-0").Spec.NodeName))
		w.c.Settle()
	}},
	{"", "a node that is being drained", "node/node-0", sim.Passing, 0, func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, webSet(2, stateless))
		w.settles()
		w.do(w.c.Drain("node-0"))
		w.c.Run(time.Second)
	}},
}
