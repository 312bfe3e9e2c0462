package sim

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/workload"
)

// A look at the programs that run.

// Process is a program that runs in a container of a node.
type Process struct {
	Namespace, Pod, Container string
	Node                      string
	Addr                      netip.Addr
	Ready                     bool
	Stray                     bool // its pod's object is gone, or is another's: it runs on because its kubelet has not heard
	Program                   workload.Program
}

// ProcessList is what runs, as a table.
type ProcessList struct{ List[Process] }

// Processes are all programs that run, on all nodes, by pod and node: also those of pods
// that the API server does not know any more.
func (c *Cluster) Processes() ProcessList {
	w := c.w
	list := ProcessList{List[Process]{table: processTable, now: w.now}}
	for p := range w.processes.rows {
		if row := &w.processes.rows[p]; row.container != nowhere && row.begun {
			list.Items = append(list.Items, w.modelProcess(int32(p)))
		}
	}
	slices.SortFunc(list.Items, func(a, b Process) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Pod, b.Pod), cmp.Compare(a.Container, b.Container), a.Addr.Compare(b.Addr))
	})
	return list
}

func (w *world) modelProcess(p int32) Process {
	row := &w.processes.rows[p]
	c := &w.containers[row.container]
	box := &w.sandboxes[c.sandbox]
	return Process{
		Namespace: w.text(box.name.Namespace), Pod: w.rendered(box.name), Container: w.containerSpec(row.container).Name,
		Node: w.rendered(w.nodes.at(box.node).name), Addr: podAddr(box.ip), Ready: c.ready, Stray: box.pod == nowhere, Program: row.program,
	}
}

func processTable(items []Process, _ model.Instant) *textTable {
	t := newTable("POD", "NODE", "IP", "READY", "PROGRAM")
	for i := range items {
		p := &items[i]
		says := p.Program.String()
		if p.Stray {
			says += " (its pod is gone)"
		}
		t.row(p.Pod, p.Node, p.Addr.String(), fmt.Sprint(p.Ready), says)
	}
	return t
}

// Program is the program that runs in a pod, as it is now; in the first container that
// runs one. It is nil if none runs. The error is Kubernetes' when there is no such pod.
func (c *Cluster) Program(pod string, opts ...Option) (workload.Program, error) {
	p, err := c.w.mustPod(namespaceOf(opts), pod)
	if err != nil {
		return nil, err
	}
	return c.w.programOf(p), nil
}

func (w *world) programOf(p int32) workload.Program {
	for c := range w.containersOf(p) {
		if place := w.containers[c].process; place != 0 {
			return w.processes.rows[place-1].program
		}
	}
	return nil
}

// Logs is `kubectl logs`: the lines that the programs of all pods of that name have
// logged ([workload.Container.Log]), since the world began.
func (c *Cluster) Logs(pod string, opts ...Option) []string {
	n, ok := c.w.lookup(namespaceOf(opts), pod)
	if !ok {
		return nil
	}
	var out []string
	for _, r := range c.w.trace.from(0) {
		if r.kind == recLogged && r.subject == n {
			out = append(out, c.w.text(r.text))
		}
	}
	return out
}
