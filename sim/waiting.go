package sim

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
	"github.com/ordinal-sim/ordinal/storage"
)

// Pods that found no node.
//
// They wait. What changes in the cluster lets those of them try again that it may help, in
// the order of their last attempts; the others are not disturbed, and while nothing changes
// nothing happens. (The scheduler of Kubernetes also tries each once in five minutes, in case
// it has missed something. Here nothing is missed.)
//
// Source: pkg/scheduler/backend/queue/scheduling_queue.go.

// unschedule lets a pod wait.
func (w *world) unschedule(p int32, message model.Symbol) {
	r := w.pods.at(p)
	r.place.waiting, r.place.message = true, message
	w.waiting = append(w.waiting, p)
	if r.place.attempts > 0 {
		w.record(record{kind: recUnschedulable, subject: r.name, text: r.place.message})
	}
}

// unaskedFor is what the scheduler last said of a pod that was refused before any node was
// asked, and of what: the pods of a set are refused for the same, one after the other.
type unaskedFor struct {
	notice  storage.Notice
	rules   release.Rules
	nodes   int
	message model.Symbol
}

// unasked is what the scheduler says of a pod that is refused for its claims.
func (w *world) unasked(n storage.Notice) model.Symbol {
	if n.Reason == storage.UnboundImmediate {
		n.Claim = model.Name{} // not in the words
	}
	about := unaskedFor{notice: n, rules: w.rules, nodes: w.nodeCount(), message: w.refused.message}
	if about != w.refused {
		about.message = w.symbol(scheduling.WithoutAsking(w.rules, about.nodes, n.Message(spelling{w})))
		w.refused = about
	}
	return w.refused.message
}

// stopWaiting takes a pod off the list of those that wait, if it is there.
func (w *world) stopWaiting(p int32) {
	r := w.pods.at(p)
	if !r.place.waiting {
		return
	}
	r.place.waiting = false
	at := slices.Index(w.waiting, p)
	w.waiting = slices.Delete(w.waiting, at, at+1)
}

// mayHelp lets the pods try again that an event may help.
func (w *world) mayHelp(e scheduling.Event) {
	for _, p := range w.waiting {
		if place := &w.pods.at(p).place; place.helpedBy(e) {
			w.wakePod(p)
		}
	}
}

// nodeMayHelp lets the pods try again that a change of a node may help: what keeps pods off,
// or its room. It helps nobody while the node itself is not possible.
func (w *world) nodeMayHelp(e scheduling.Event, n int32) {
	for _, p := range w.waiting {
		if place := &w.pods.at(p).place; place.helpedBy(e) && w.places.Possible(w.kindOf(p), scheduling.Node(n)) {
			w.wakePod(p)
		}
	}
}

// helpedBy reports whether an event may help a pod that waits. What keeps a pod from a node
// because of its volumes is helped by new nodes and new labels.
//
// Source: plugins/volumebinding/volume_binding.go, EventsToRegister.
func (p *placement) helpedBy(e scheduling.Event) bool {
	switch e {
	case scheduling.NodeAdded:
		return true
	case scheduling.NodeLabelled:
		return p.forVolumes() || p.why.HelpedBy(e)
	default:
		return p.why.HelpedBy(e)
	}
}

// forVolumes reports whether volumes and claims are among the reasons why a pod waits.
func (p *placement) forVolumes() bool {
	return p.reason != storage.NoReason || p.unreachable || p.without
}

// classMayHelp lets pods try again after a class has come or changed.
func (w *world) classMayHelp() {
	for _, p := range w.waiting {
		if w.pods.at(p).place.forVolumes() {
			w.wakePod(p)
		}
	}
}

// volumeMayHelp lets pods try again that lack volumes.
func (w *world) volumeMayHelp() {
	for _, p := range w.waiting {
		if w.pods.at(p).place.without {
			w.wakePod(p)
		}
	}
}

// wakePodsOf lets the pods of a claim try again.
func (w *world) wakePodsOf(claim model.Name) {
	for p := range w.podsOf(claim) {
		w.wakePod(p)
		if s := w.pods.at(p).sandbox; s != nowhere && w.sandboxes[s].stage == sandboxVolumes {
			w.queue.arm(purposeVolumes, s, w.now)
		}
	}
}

// wakePod plans the next attempt of a pod that has none planned. A pod whose volumes are
// being bound is looked at each second.
//
// Source: plugins/volumebinding/binder.go, BindPodVolumes.
func (w *world) wakePod(p int32) {
	r := w.pods.at(p)
	if w.settings.config.Manual || r.node != nowhere || !r.place.waiting && !r.place.binding {
		return
	}
	if _, armed := w.queue.armed(purposeSchedule, p); armed {
		return
	}
	if r.place.binding {
		polls := (w.now.Sub(r.place.last) + time.Second - 1) / time.Second
		w.queue.arm(purposeSchedule, p, r.place.last.Add(max(1, polls)*time.Second))
		return
	}
	w.queue.arm(purposeSchedule, p, scheduling.RetryAt(w.rules, r.place.attempts, r.place.last, w.now))
}

// remedy is what would free a pod that waits, if the user can do something about its nodes.
func (p *placement) remedy() string {
	for _, r := range [...]struct {
		reason scheduling.Reason
		remedy string
	}{
		{scheduling.Cordoned, "uncordon a node, or add one"},
		{scheduling.Tainted, "take the taint away, or let the pod tolerate it"},
		{scheduling.TooManyPods, "add a node"},
		{scheduling.InsufficientCPU, "add a node, or let the pods ask for less"},
		{scheduling.InsufficientMemory, "add a node, or let the pods ask for less"},
		{scheduling.NotSelected, "label a node as the pod asks for, or add one"},
		{scheduling.TooNear, "add a node where none of these pods is"},
		{scheduling.Unwelcome, "add a node where none of these pods is"},
		{scheduling.NotNear, "run a pod that this one wants to be near"},
		{scheduling.Uneven, "make room where there are fewer of these pods"},
		{scheduling.NoTopology, "label the nodes by which pods are to be spread"},
	} {
		if p.why.Has(r.reason) {
			return r.remedy
		}
	}
	return ""
}
