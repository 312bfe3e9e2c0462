package nodelifecycle

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// Turn is something that the controller does at an instant: it looks at the nodes, or
// it gives one of the nodes that wait for it a NoExecute taint.
type Turn struct {
	At    model.Instant
	Among int32 // how many nodes wait, one of which gets its taint; 0 for a look
	Zone  Zone  // in which zone they do
}

// Do is what the controller does to a node.
type Do uint8

// What the controller does.
const (
	// DeclareUnknown sets the conditions that a kubelet reports to Unknown:
	// [LostConditions].
	DeclareUnknown Do = iota
	// FailPods sets the condition Ready of the node's pods to False, and leaves their phases.
	// The event is NodeNotReady, "Node is not ready".
	FailPods
	// Retaint adds and takes away NoExecute taints.
	Retaint
	// ZoneBecomes says that a zone is in another state.
	ZoneBecomes
)

// Action is one thing that is done in a turn.
type Action struct {
	Do          Do
	Node        Node      // not of ZoneBecomes
	Add, Remove Taints    // of Retaint; a taint that is added has TimeAdded now
	Zone        Zone      // of ZoneBecomes
	State       ZoneState // of ZoneBecomes
}

// Next is the controller's next turn that changes something; ok is false if there is
// none, unless something happens. Of two at one instant a look comes first, then the
// zones by their numbers.
func (c *Controller) Next() (turn Turn, ok bool) {
	turn.At = c.wake
	if len(c.due) > 0 && (turn.At == never || c.due[0].at < turn.At) {
		turn.At = c.due[0].at
	}
	for z := range c.zones {
		if at, among := c.nextTaint(Zone(z)); among > 0 && (turn.At == never || at < turn.At) {
			turn = Turn{at, among, Zone(z)}
		}
	}
	return turn, turn.At != never
}

// Take takes the turn that [Controller.Next] has announced, and adds what is done to the
// actions. Where several nodes wait for a taint pick says which of them gets it, in the
// order of their numbers: from 0 up to Among, exclusive.
func (c *Controller) Take(turn Turn, pick int32, actions []Action) []Action {
	if turn.Among > 0 {
		return c.taint(turn, pick, actions)
	}
	return c.look(turn.At, actions)
}

// look is one look at the nodes: at those, that is, of which there is something new, or
// for too long has not been.
//
// Source: node_lifecycle_controller.go, monitorNodeHealth.
func (c *Controller) look(now model.Instant, actions []Action) []Action {
	if c.emptied {
		c.refill()
	}
	c.last, c.wake = now, never
	c.lookNo++
	c.openZones(now)
	for len(c.due) > 0 && c.due[0].at <= now {
		n := c.due[0].node
		c.due.remove(c.nodes, n)
		c.at(n).lost = true
		c.change(n, now)
	}
	c.wake = never
	slices.Sort(c.changed)
	visit := c.changed
	c.changed = c.changed[len(c.changed):]
	for _, n := range visit {
		c.at(n).changed = false
		actions = c.visit(n, actions)
	}
	if len(c.changed) == 0 { // mostly; if not, they are few
		c.changed = visit[:0]
	}
	return c.handleDisruption(now, actions)
}

// visit sees to one node.
func (c *Controller) visit(n Node, actions []Action) []Action {
	row := c.at(n)
	if !row.exists {
		return actions
	}
	row.before, row.lookNo = row.taints, c.lookNo
	if row.isNew {
		actions = c.untaint(n, actions)
		row.isNew = false
	}
	condition := row.ready
	if row.lost {
		row.lost = false
		actions = append(actions, Action{Do: DeclareUnknown, Node: n})
		if row.ready == IsReady {
			actions = append(actions, Action{Do: FailPods, Node: n})
		}
		c.setReady(row, Unknown)
		if c.times.TaintsNextLook {
			c.change(n, c.last)
		} else {
			condition = Unknown
		}
	}
	row.seen = row.ready
	switch condition {
	case IsReady:
		actions = c.untaint(n, actions)
	case NotReady:
		actions = c.ask(n, TaintNotReady, TaintUnreachable, actions)
	case Unknown:
		actions = c.ask(n, TaintUnreachable, TaintNotReady, actions)
	}
	return actions
}

// ask asks for a NoExecute taint. It is there at once if it takes the place of the other
// one; otherwise the node waits for it.
//
// Source: processTaintBaseEviction and markNodeForTainting.
func (c *Controller) ask(n Node, want, other Taints, actions []Action) []Action {
	row := c.at(n)
	if row.before&other != 0 {
		if !row.member { // somebody else has set the other one: the next look has it wait
			c.change(n, c.last)
		}
		return c.retaint(n, want, other, actions)
	}
	if row.before&want == 0 {
		c.dequeue(n)
	}
	c.enqueue(n)
	return actions
}

// untaint takes the controller's taints away, as far as the node had them when the look
// began, and with them its place in the queue.
//
// Source: markNodeAsReachable.
func (c *Controller) untaint(n Node, actions []Action) []Action {
	row := c.at(n)
	had := row.taints
	if row.lookNo == c.lookNo {
		had = row.before
	}
	c.dequeue(n)
	return c.retaint(n, 0, had, actions)
}

// retaint adds and takes away taints.
func (c *Controller) retaint(n Node, add, remove Taints, actions []Action) []Action {
	row := c.at(n)
	remove &= row.taints
	if add|remove == 0 {
		return actions
	}
	row.taints = row.taints&^remove | add
	return append(actions, Action{Do: Retaint, Node: n, Add: add, Remove: remove})
}

// openZones gives zones that have no state yet, or whose nodes had all gone, one and a
// limiter.
//
// Source: addPodEvictorForNewZone.
func (c *Controller) openZones(now model.Instant) {
	for z := range c.zones {
		zone := &c.zones[z]
		if zone.nodes == 0 || zone.known {
			continue
		}
		zone.known, zone.state, zone.limiter = true, Initial, limiter{every: c.times.Normal, at: now}
		for i := len(c.queue) - 1; i >= 0; i-- {
			if c.at(c.queue[i]).zone == Zone(z) {
				c.dequeue(c.queue[i])
			}
		}
	}
}

// handleDisruption gives each zone the state of its counts. When the last ready node is
// gone it is taken for the control plane's fault: all taints go, and none are given any
// more, until the first node is ready again.
//
// Source: handleDisruption.
func (c *Controller) handleDisruption(now model.Instant, actions []Action) []Action {
	allAre, allWere := true, true
	for z := range c.zones {
		switch zone := &c.zones[z]; {
		case zone.nodes == 0:
			zone.known, zone.state = false, Initial
		case zone.known:
			allAre = allAre && zone.now() == FullDisruption
			allWere = allWere && zone.state == FullDisruption
		}
	}
	if allAre && allWere {
		return actions
	}
	switch {
	case allAre:
		actions = c.stopAll(now, actions)
	case allWere:
		c.forgive(now)
	}
	for z := range c.zones {
		zone := &c.zones[z]
		before, after := zone.state, zone.now()
		if !zone.known || before == after && !allAre && !allWere {
			continue
		}
		if allAre {
			zone.limiter.swap(0, now)
			zone.state = FullDisruption
		} else {
			c.setLimiter(zone, after, now)
		}
		if before != after {
			actions = append(actions, Action{Do: ZoneBecomes, Zone: Zone(z), State: after})
		}
	}
	return actions
}

// stopAll takes all taints away. The queue is empty until the next look.
func (c *Controller) stopAll(now model.Instant, actions []Action) []Action {
	for n := range c.nodes {
		if c.nodes[n].exists {
			actions = c.untaint(Node(n), actions)
		}
	}
	c.emptied = true
	return actions
}

// forgive treats all nodes as if something had just been noticed about them.
func (c *Controller) forgive(now model.Instant) {
	for n := range c.nodes {
		if row := &c.nodes[n]; row.exists {
			row.floor = now
			if row.silent {
				c.await(Node(n), now)
			}
		}
	}
}

// catchUp takes note of the look after the one that has emptied the queue, which puts all
// nodes that are not ready back. Since no taint is given meanwhile that look is not taken,
// but made up for as soon as it could matter.
func (c *Controller) catchUp(now model.Instant) {
	if c.emptied && c.nextLook(c.last) < now {
		c.refill()
	}
}

func (c *Controller) refill() {
	c.emptied = false
	for n := range c.nodes {
		if row := &c.nodes[n]; row.exists && (row.ready == NotReady || row.ready == Unknown) {
			c.enqueue(Node(n))
		}
	}
}
