package sim

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// The node lifecycle controller (package policy/nodelifecycle).
//
// It notices nodes that come and go, and kubelets that fall silent or speak again. It
// declares a node Unknown that it has heard nothing of for too long, says of its pods
// that they are not ready, and taints it: at once so that nothing new comes to it, and, one
// node of a zone after the other, so that its pods are evicted (taints.go). Its looks at
// the nodes every five seconds are events only where they find something.
//
// Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go.

// startLifecycle begins with the nodes that the world begins with. They have been there
// for long enough to be known.
func (w *world) startLifecycle() {
	if w.settings.config.Manual {
		return
	}
	w.lifecycle.Start(nodelifecycle.DefaultTimes(w.rules), 0, 0)
	for n := range w.nodes.all {
		w.joinNode(n)
	}
	w.actions = w.lifecycle.Take(nodelifecycle.Turn{}, 0, w.actions[:0])
	w.planMonitor()
}

// joinNode is a new Node object, of a machine that may be heard.
func (w *world) joinNode(n int32) {
	w.lifecycle.Join(nodelifecycle.Node(n), w.zoneOf(w.nodes.at(n).labels), w.now)
	if w.hears(n) {
		w.speak(n)
	}
}

// speak is a kubelet that begins to renew its lease and to post its status.
func (w *world) speak(n int32) {
	w.nodes.at(n).speaks = w.now
	w.lifecycle.Speak(nodelifecycle.Node(n), w.now)
	w.postStatus(n)
}

// postStatus is a kubelet that says whether its node is ready.
func (w *world) postStatus(n int32) {
	health := healthReady
	if w.nodes.at(n).shutdown != notShutDown {
		health = healthNotReady
	}
	w.lifecycle.Post(nodelifecycle.Node(n), health.ready(), w.now)
	w.setHealth(n, health)
}

// hush is a kubelet that does not do so any more.
func (w *world) hush(n int32) {
	times := nodelifecycle.DefaultTimes(w.rules)
	last := func(period time.Duration) model.Instant {
		at, _ := nodelifecycle.Beat{First: w.nodes.at(n).speaks, Every: period}.Last(w.now)
		return at
	}
	w.lifecycle.Hush(nodelifecycle.Node(n), last(times.Lease), last(times.Status), w.now)
}

// zoneOf is the zone of a node with these labels.
func (w *world) zoneOf(labels model.Labels) nodelifecycle.Zone {
	key := w.symbol(nodelifecycle.ZoneKey(labels))
	if at := slices.Index(w.zones, key); at >= 0 {
		return nodelifecycle.Zone(at)
	}
	w.zones = append(w.zones[:len(w.zones):len(w.zones)], key)
	return nodelifecycle.Zone(len(w.zones) - 1)
}

// nodeRegistered is a node whose object is there, for the first time or again.
func (w *world) nodeRegistered(n int32) {
	if !w.settings.config.Manual {
		w.joinNode(n)
		w.planMonitor()
	}
}

// nodeGone is a node whose object is gone.
func (w *world) nodeGone(n int32) {
	if w.settings.config.Manual {
		return
	}
	if w.hears(n) {
		w.hush(n)
	}
	w.lifecycle.Leave(nodelifecycle.Node(n), w.now)
	w.planMonitor()
}

// nodeSilent is a node whose kubelet is not heard any more.
func (w *world) nodeSilent(n int32) {
	if w.nodes.at(n).inUse() {
		w.hush(n)
		w.planMonitor()
	}
}

// nodeHeard is a node whose kubelet is heard again. It posts its status at once.
func (w *world) nodeHeard(n int32) {
	if w.nodes.at(n).inUse() {
		w.speak(n)
		w.planMonitor()
	}
}

// nodeMoved is a node whose labels have changed: it may be in another zone now, where
// nothing is known of it.
func (w *world) nodeMoved(n int32, before model.Labels) {
	if w.settings.config.Manual || nodelifecycle.ZoneKey(before) == nodelifecycle.ZoneKey(w.nodes.at(n).labels) {
		return
	}
	w.nodeGone(n)
	w.nodeRegistered(n)
}

// planMonitor plans the controller's next turn.
func (w *world) planMonitor() {
	if turn, ok := w.lifecycle.Next(); ok {
		w.queue.arm(purposeMonitor, 0, max(w.now, turn.At))
	} else {
		w.queue.cancel(purposeMonitor, 0)
	}
}

// monitor is a turn of the controller. Of nodes that wait for a taint the first gets it, or
// any one, if that is left to choice: they wait in a heap, ordered by when they came.
//
// Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go, TimedQueue.
func (w *world) monitor() {
	turn, ok := w.lifecycle.Next()
	if !ok {
		return
	}
	pick := int32(0)
	if turn.Among > 1 && w.settings.config.AnyOrder {
		pick = int32(w.choose("taint", int(turn.Among)))
	}
	w.actions = w.lifecycle.Take(turn, pick, w.actions[:0])
	for i := range w.actions {
		a := &w.actions[i]
		n := int32(a.Node)
		switch a.Do {
		case nodelifecycle.DeclareUnknown:
			w.setHealth(n, healthUnknown)
		case nodelifecycle.FailPods:
			w.failReadiness(n)
		case nodelifecycle.Retaint:
			w.retaint(n, a.Apply(w.nodes.at(n).taints, w.now))
		case nodelifecycle.ZoneBecomes:
			w.record(record{kind: recZone, text: w.zones[a.Zone], a: int64(a.State)})
		}
	}
	w.planMonitor()
}

// setHealth sets the condition Ready of a node, and the taint that says the same.
func (w *world) setHealth(n int32, health nodeHealth) {
	row := w.nodes.at(n)
	if row.health == health {
		return
	}
	row.health, row.healthSince, row.version = health, w.now.Second(), w.bump()
	w.record(record{kind: recNodeHealth, subject: row.name, a: int64(health)})
	w.retaint(n, nodelifecycle.ConditionTaints(row.taints, w.modelNode(n).Status.Conditions, row.cordoned, w.now))
	w.reviewNode(n)
	w.planCleanup()
}

// failReadiness says of the pods of a node that they are not ready. Their phases stay.
//
// Source: pkg/controller/util/node/controller_utils.go, MarkPodsNotReady.
func (w *world) failReadiness(n int32) {
	for p := range w.pods.all {
		r := w.pods.at(p)
		if r.node != n || r.ended() || !r.ready {
			continue
		}
		w.record(record{kind: recNodeNotReady, subject: r.name, object: w.nodes.at(n).name})
		w.setReady(p, false)
	}
}

// retaint replaces the taints of a node as the controller does.
func (w *world) retaint(n int32, taints []model.Taint) {
	row := w.nodes.at(n)
	for _, t := range row.taints {
		if !slices.ContainsFunc(taints, func(u model.Taint) bool { return u.Key == t.Key && u.Effect == t.Effect }) {
			w.record(record{kind: recTainted, subject: row.name, text: w.symbol(t.Key + ":" + string(t.Effect))})
		}
	}
	for _, t := range taints {
		if !slices.ContainsFunc(row.taints, func(u model.Taint) bool { return u.Key == t.Key && u.Effect == t.Effect }) {
			w.record(record{kind: recTainted, subject: row.name, text: w.symbol(t.Key + ":" + string(t.Effect)), a: 1})
		}
	}
	w.setTaints(n, taints)
}

// editTaints is a node whose taints somebody else has changed.
func (w *world) editTaints(n int32) {
	if w.settings.config.Manual {
		return
	}
	w.lifecycle.Edit(nodelifecycle.Node(n), nodelifecycle.Own(w.nodes.at(n).taints), w.now)
	w.retaint(n, nodelifecycle.ConditionTaints(w.nodes.at(n).taints, w.modelNode(n).Status.Conditions, w.nodes.at(n).cordoned, w.now))
	w.planMonitor()
}
