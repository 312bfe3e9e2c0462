package nodelifecycle

import "github.com/ordinal-sim/ordinal/model"

// Node is a node as a number from 0 on. The caller gives them out, one to each name: a
// node that is deleted and created again keeps it.
type Node int32

// Zone is a zone as a number from 0 on, one to each value of [ZoneKey].
type Zone int32

// Ready is the condition Ready of a node, as the API shows it.
type Ready uint8

// The values of the condition.
const (
	NeverPosted Ready = iota // there is no condition yet: the kubelet has never posted a status
	IsReady                  // True
	NotReady                 // False: the kubelet says so itself
	Unknown                  // the controller has declared it
)

// Taints are those of the two NoExecute taints that the controller sets which a node
// has. It never has both for longer than an instant.
type Taints uint8

// The taints.
const (
	TaintNotReady    Taints = 1 << iota // node.kubernetes.io/not-ready:NoExecute
	TaintUnreachable                    // node.kubernetes.io/unreachable:NoExecute
)

// Controller is what the node lifecycle controller knows. Feed it what happens to nodes
// ([Controller.Join], [Controller.Speak], [Controller.Post], [Controller.Hush],
// [Controller.Leave], [Controller.Edit]), each at its instant and in order, and let it take
// its turns ([Controller.Next], [Controller.Take]) when they are due. What it decides, it
// takes for done.
//
// [Controller.Start] begins. CopyFrom forks.
type Controller struct {
	times  Times
	looks  Beat
	passes Beat

	nodes []node
	zones []zone
	queue []Node // wait for a NoExecute taint, by their numbers; some may be gone or ready again
	due   timers // silent nodes, by when they are declared Unknown

	changed []Node        // nodes that the next look has to see to
	wake    model.Instant // the look that has something to do, apart from what is due; never if none
	last    model.Instant // the last look; never before the first
	lookNo  int32         // how many there have been

	// emptied: the last look has emptied the queue, and the next will fill it again with all
	// nodes that are not ready.
	emptied bool
}

// node is what is known of a node. The zero node does not exist.
type node struct {
	zone    Zone
	exists  bool
	known   bool // a look has seen it, or an earlier one of its name
	isNew   bool // the next look notices that it is new
	silent  bool // its lease is not renewed
	changed bool // is in Controller.changed
	lost    bool // is declared Unknown in this look
	queued  bool // is in Controller.queue
	member  bool // has been put into the queue and not been taken back: it is not put there again
	ready   Ready
	seen    Ready // what the last look saw
	taints  Taints
	before  Taints // the taints when the look lookNo began
	lookNo  int32

	// heard is what stands for the last news of a node that has neither renewed a lease nor
	// posted a status: when it was created, or what was last noticed of one of its name.
	heard  model.Instant
	lease  model.Instant // the last renewal of a silent node; never if there was none
	status model.Instant // the last posting of a status
	floor  model.Instant // something has been noticed then, whatever the kubelet did
	left   model.Instant // when one of its name went
	place  int32         // in Controller.due, plus one; 0 if it is not there
}

// Start begins with no nodes. The first look and the first pass over the nodes that wait
// for a taint are at the given instants.
func (c *Controller) Start(times Times, look, pass model.Instant) {
	*c = Controller{
		times: times, looks: Beat{look, times.Monitor}, passes: Beat{pass, times.Pass},
		nodes: c.nodes[:0], zones: c.zones[:0], queue: c.queue[:0], changed: c.changed[:0], due: c.due[:0],
		wake: never, last: never,
	}
}

// CopyFrom makes c equal to src, in c's own memory.
func (c *Controller) CopyFrom(src *Controller) {
	own := *c
	*c = *src
	c.nodes = append(own.nodes[:0], src.nodes...)
	c.zones = append(own.zones[:0], src.zones...)
	c.queue = append(own.queue[:0], src.queue...)
	c.changed = append(own.changed[:0], src.changed...)
	c.due = append(own.due[:0], src.due...)
}

// Ready is the condition of a node.
func (c *Controller) Ready(n Node) Ready { return c.at(n).ready }

// Taints are the NoExecute taints of the controller that a node has.
func (c *Controller) Taints(n Node) Taints { return c.at(n).taints }

// Waiting reports whether a node waits for a NoExecute taint.
func (c *Controller) Waiting(n Node) bool { return c.at(n).queued }

// FailsNewPod reports whether a pod that is bound to the node now has its condition Ready
// set to False at once, if it has one: the last look has found the node not ready.
//
// Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go, processPod.
func (c *Controller) FailsNewPod(n Node) bool {
	row := c.at(n)
	return row.exists && (row.seen == NotReady || row.seen == Unknown)
}

// DeclaredAt is when a silent node will be declared Unknown, if nothing is heard of it
// until then; ok is false if it is not silent, or is Unknown already.
func (c *Controller) DeclaredAt(n Node) (at model.Instant, ok bool) {
	if place := c.at(n).place; place > 0 {
		return c.due[place-1].at, true
	}
	return never, false
}

// at is what is known of a node, also of one that was never heard of.
func (c *Controller) at(n Node) *node {
	for int(n) >= len(c.nodes) {
		c.nodes = append(c.nodes, node{})
	}
	return &c.nodes[n]
}

// Join feeds a new Node object. Its kubelet is silent until [Controller.Speak]. (If one of
// its name has gone from another zone, where it still waits for a taint, its place in that
// queue goes with it; in Kubernetes it stays, and the new node is tainted after both.)
func (c *Controller) Join(n Node, z Zone, now model.Instant) {
	row := c.at(n)
	if row.exists {
		panic("nodelifecycle: a node joins that is there")
	}
	if row.queued {
		c.zoneAt(row.zone).waiting--
		c.zoneAt(z).waiting++
	}
	if !row.known {
		row.heard = now.Second()
	}
	*row = node{
		zone: z, exists: true, silent: true, queued: row.queued, member: row.member, changed: row.changed,
		isNew: !row.known || c.looks.From(row.left) < now, // else nobody has noticed that it was gone
		known: row.known, heard: row.heard, seen: row.seen, left: row.left, lease: never, status: never,
	}
	c.count(row, 1)
	c.change(n, now)
	c.await(n, now)
}

// Leave feeds the end of a Node object, of whose kubelet the controller must have heard
// the last ([Controller.Hush]). If the node waits for a taint its place in the queue stays,
// as in Kubernetes, and costs the others a turn. And the controller goes on remembering
// when it has last noticed something about a node of that name. (It is taken to be the last
// look before the end, if the last renewal came after that.)
func (c *Controller) Leave(n Node, now model.Instant) {
	c.mustExist(n)
	c.catchUp(now)
	row := c.at(n)
	if !row.silent {
		panic("nodelifecycle: a node leaves whose kubelet speaks")
	}
	c.count(row, -1)
	c.due.remove(c.nodes, n)
	if !row.isNew {
		look, _ := c.looks.Last(now)
		row.known, row.heard, row.left = true, min(c.noticed(row), max(look, row.heard)), now
	}
	*row = node{
		zone: row.zone, queued: row.queued, member: row.member, changed: row.changed,
		known: row.known, heard: row.heard, seen: row.seen, left: row.left,
	}
	c.wakeAt(now)
}

// Speak feeds the first renewal of a lease after a silence; from now on the kubelet goes
// on renewing it.
func (c *Controller) Speak(n Node, now model.Instant) {
	c.mustExist(n)
	row := c.at(n)
	row.silent, row.lease = false, now
	c.due.remove(c.nodes, n)
}

// Post feeds that a kubelet posts a status of its node, with a condition Ready: [IsReady]
// or [NotReady]. Postings that change nothing need not be fed while the kubelet speaks.
func (c *Controller) Post(n Node, ready Ready, now model.Instant) {
	c.mustExist(n)
	c.catchUp(now)
	row := c.at(n)
	row.status = now
	if row.ready != ready {
		c.setReady(row, ready)
		c.change(n, now)
	}
	if row.silent {
		c.await(n, now)
	}
}

// Hush feeds that a kubelet falls silent: it has last renewed its lease and last posted
// its status at the given instants, which are not later than now. (An instant below 0
// means never.)
func (c *Controller) Hush(n Node, lease, status, now model.Instant) {
	c.mustExist(n)
	row := c.at(n)
	row.silent, row.lease, row.status = true, max(row.lease, lease), max(row.status, status)
	c.await(n, now)
}

// Edit feeds that somebody else has changed which of the controller's taints a node has.
func (c *Controller) Edit(n Node, taints Taints, now model.Instant) {
	c.mustExist(n)
	c.at(n).taints = taints
	c.change(n, now)
}

func (c *Controller) mustExist(n Node) {
	if !c.at(n).exists {
		panic("nodelifecycle: a node that is not there")
	}
}

// setReady changes the condition of a node, and the counts of its zone.
func (c *Controller) setReady(row *node, ready Ready) {
	c.count(row, -1)
	row.ready = ready
	c.count(row, 1)
}

// change has the next look see to a node.
func (c *Controller) change(n Node, now model.Instant) {
	if row := c.at(n); !row.changed {
		row.changed = true
		c.changed = append(c.changed, n)
	}
	c.wakeAt(now)
}

// wakeAt has the controller look after something that happens now.
func (c *Controller) wakeAt(now model.Instant) {
	if c.wake == never {
		c.wake = c.nextLook(now)
	}
}

// nextLook is the first look that sees what happens now.
func (c *Controller) nextLook(now model.Instant) model.Instant {
	return c.looks.From(max(now, c.last+1))
}

// await works out when a silent node will be declared Unknown.
//
// Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go, tryUpdateNodeHealth.
func (c *Controller) await(n Node, now model.Instant) {
	row := c.at(n)
	if row.ready == Unknown {
		c.due.remove(c.nodes, n)
		return
	}
	grace := c.times.Grace
	if row.ready == NeverPosted {
		grace = c.times.Startup
	}
	at := c.looks.From(c.noticed(row).Add(grace))
	c.due.put(c.nodes, n, max(at, c.nextLook(now)))
}

// noticed is when the controller has last noticed something new about a silent node: at
// the first look after it. A status that is noticed later than the last renewal makes the
// controller forget that it has seen the lease, so that at the next look the lease counts
// as new.
func (c *Controller) noticed(row *node) model.Instant {
	seen := row.heard
	if row.lease != never {
		seen = c.looks.From(row.lease)
	}
	if row.status != never {
		status := c.looks.From(row.status)
		switch {
		case row.lease == never:
			seen = status
		case status > seen:
			seen = status.Add(c.times.Monitor)
		}
	}
	return max(seen, row.floor)
}
