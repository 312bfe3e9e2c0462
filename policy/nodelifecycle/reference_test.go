package nodelifecycle

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// The reference: everything that has a period really happens each period, and each look
// looks at everything. It is written the way Kubernetes' code is, with a map for each of
// its maps.

// tick is the grain of the reference's time, unless a test has a coarser one: everything
// happens at a multiple of it.
const tick = 10 * time.Millisecond

// reference is kubelets, Node objects, and the two loops of the node lifecycle controller.
type reference struct {
	times  Times
	looks  Beat
	passes Beat
	now    model.Instant
	pick   func(at model.Instant, zone Zone, among int) int

	kubelets map[Node]*refKubelet
	nodes    map[Node]*refNode
	leases   map[Node]model.Instant

	known  map[Node]bool
	health map[Node]*refHealth
	states map[Zone]ZoneState
	queues map[Zone]*refQueue

	log []string
}

// refNode is a Node object.
type refNode struct {
	zone      Zone
	created   model.Instant
	ready     Ready
	heartbeat model.Instant
	taints    Taints
}

type refHealth struct {
	probe     model.Instant
	posted    bool // the saved status has a condition Ready
	heartbeat model.Instant
	leased    bool
	lease     model.Instant
}

// refKubelet renews its lease and posts its status as long as it is up.
type refKubelet struct {
	up            bool
	lease, status Beat // the lease's loop and the status's, which is 10 seconds too
	well          bool // what it would post
	posted        model.Instant
}

type refQueue struct {
	queue, set map[Node]bool
	bucket     *refBucket
}

// refBucket is a token bucket of burst 1, in floating point as in golang.org/x/time/rate;
// rate 0 never has a token.
type refBucket struct {
	rate   float32
	tokens float64
	at     model.Instant
}

func (b *refBucket) take(now model.Instant) bool {
	if b.rate == 0 {
		return false
	}
	tokens := min(1, b.tokens+now.Sub(b.at).Seconds()*float64(b.rate))
	if tokens < 1 {
		return false
	}
	b.tokens, b.at = tokens-1, now
	return true
}

func (q *refQueue) swap(rate float32, now model.Instant) {
	if rate == q.bucket.rate && rate > 0 {
		return
	}
	next := &refBucket{rate: rate, tokens: 1, at: now}
	if rate > 0 && !q.bucket.take(now) {
		next.take(now)
	}
	q.bucket = next
}

const refNormal, refReduced = float32(0.1), float32(0.01)

func newReference(times Times, look, pass model.Instant) *reference {
	return &reference{
		times: times, looks: Beat{look, times.Monitor}, passes: Beat{pass, times.Pass},
		kubelets: map[Node]*refKubelet{}, nodes: map[Node]*refNode{}, leases: map[Node]model.Instant{},
		known: map[Node]bool{}, health: map[Node]*refHealth{}, states: map[Zone]ZoneState{}, queues: map[Zone]*refQueue{},
	}
}

// tell notes what is done.
func (r *reference) tell(format string, args ...any) {
	r.log = append(r.log, fmt.Sprintf("%v ", time.Duration(r.now))+fmt.Sprintf(format, args...))
}

// step lets one instant pass, after whatever the test has done in it.
func (r *reference) step(heard func(n Node, ready Ready)) {
	for _, n := range slices.Sorted(maps.Keys(r.kubelets)) {
		r.kubelet(n, heard)
	}
	if r.looks.From(r.now) == r.now {
		r.look()
	}
	if r.passes.From(r.now) == r.now {
		r.pass()
	}
}

// kubelet is what the kubelet of a node does in an instant.
func (r *reference) kubelet(n Node, heard func(n Node, ready Ready)) {
	k, node := r.kubelets[n], r.nodes[n]
	if !k.up || node == nil {
		return
	}
	if k.lease.From(r.now) == r.now {
		r.leases[n] = r.now
	}
	if k.status.From(r.now) != r.now {
		return
	}
	ready := NotReady
	if k.well {
		ready = IsReady
	}
	if node.ready != ready || r.now.Sub(k.posted) >= r.times.Status {
		k.posted, node.heartbeat = r.now, r.now
		node.ready = ready
		heard(n, ready)
	}
}

func (r *reference) look() {
	nodes := map[Node]refNode{} // the list that the look works with: what it does itself it does not see
	for n, node := range r.nodes {
		nodes[n] = *node
	}
	names := slices.Sorted(maps.Keys(nodes))
	for n := range r.known {
		if r.nodes[n] == nil {
			delete(r.known, n)
		}
	}
	for _, n := range names {
		if _, ok := r.states[nodes[n].zone]; !ok {
			r.states[nodes[n].zone] = Initial
			r.queues[nodes[n].zone] = &refQueue{map[Node]bool{}, map[Node]bool{}, &refBucket{rate: refNormal, tokens: 1, at: r.now}}
		}
	}
	for _, n := range names {
		if !r.known[n] {
			r.known[n] = true
			r.reachable(n, nodes[n])
		}
	}
	conditions := map[Zone][]Ready{}
	for _, n := range names {
		observed, current := r.updateHealth(n)
		conditions[nodes[n].zone] = append(conditions[nodes[n].zone], current)
		decisive := current
		if r.times.TaintsNextLook {
			decisive = observed
		}
		r.taintBase(n, nodes[n], decisive)
	}
	r.disruption(conditions, names, nodes)
}

// updateHealth finds out whether a node has been silent for too long.
func (r *reference) updateHealth(n Node) (observed, current Ready) {
	node := r.nodes[n]
	h := r.health[n]
	grace := r.times.Grace
	if node.ready == NeverPosted {
		grace = r.times.Startup
		if h == nil {
			h = &refHealth{probe: node.created.Second()}
		}
		h.posted = false
	}
	var lease *model.Instant
	if h != nil && h.leased {
		lease = new(model.Instant)
		*lease = h.lease
	}
	switch posted := node.ready != NeverPosted; {
	case h == nil, !h.posted && posted, h.posted && posted && h.heartbeat != node.heartbeat:
		h = &refHealth{probe: r.now, posted: posted, heartbeat: node.heartbeat}
	}
	if renewed, ok := r.leases[n]; ok && (lease == nil || *lease < renewed) {
		h.leased, h.lease, h.probe = true, renewed, r.now
	}
	r.health[n] = h
	observed = node.ready
	if r.now >= h.probe.Add(grace) && node.ready != Unknown {
		r.tell("node %d is Unknown", n)
		if node.ready == IsReady {
			r.tell("pods of node %d are not ready", n)
		}
		node.ready = Unknown
		_, leased := r.leases[n]
		h = &refHealth{probe: h.probe, posted: true, heartbeat: node.heartbeat, leased: leased, lease: r.leases[n]}
		r.health[n] = h
	}
	return observed, node.ready
}

// taintBase taints, or has a node wait for it.
func (r *reference) taintBase(n Node, stale refNode, ready Ready) {
	want, other := TaintNotReady, TaintUnreachable
	switch ready {
	case NeverPosted:
		return
	case IsReady:
		r.reachable(n, stale)
		return
	case Unknown:
		want, other = other, want
	}
	if stale.taints&other != 0 {
		r.retaint(n, want, other)
		return
	}
	q := r.queues[stale.zone]
	if stale.taints&want == 0 {
		delete(q.queue, n)
		delete(q.set, n)
	}
	if !q.set[n] {
		q.set[n], q.queue[n] = true, true
	}
}

func (r *reference) reachable(n Node, stale refNode) {
	r.retaint(n, 0, stale.taints)
	q := r.queues[stale.zone]
	delete(q.queue, n)
	delete(q.set, n)
}

func (r *reference) retaint(n Node, add, remove Taints) {
	node := r.nodes[n]
	remove &= node.taints
	if add|remove != 0 {
		node.taints = node.taints&^remove | add
		r.tell("node %d: taints +%d -%d", n, add, remove)
	}
}

func (r *reference) disruption(conditions map[Zone][]Ready, names []Node, nodes map[Node]refNode) {
	zones := slices.Sorted(maps.Keys(r.states))
	next := map[Zone]ZoneState{}
	allAre, allWere := true, true
	for _, z := range zones {
		if len(conditions[z]) == 0 {
			delete(r.states, z)
			continue
		}
		next[z] = refState(conditions[z])
		allAre = allAre && next[z] == FullDisruption
		allWere = allWere && r.states[z] == FullDisruption
	}
	if allAre && allWere {
		return
	}
	if allAre {
		for _, n := range names {
			r.reachable(n, nodes[n])
		}
	}
	if allWere {
		for _, n := range names {
			r.health[n].probe = r.now
		}
	}
	for _, z := range slices.Sorted(maps.Keys(r.states)) {
		if r.states[z] == next[z] && !allWere && !allAre {
			continue
		}
		rate := refNormal
		switch {
		case allAre:
			rate = 0
		case next[z] == PartialDisruption && len(conditions[z]) <= int(r.times.Large):
			rate = 0
		case next[z] == PartialDisruption:
			rate = refReduced
		}
		r.queues[z].swap(rate, r.now)
		if r.states[z] != next[z] {
			r.tell("zone %d is %v", z, next[z])
		}
		r.states[z] = next[z]
	}
}

func refState(conditions []Ready) ZoneState {
	ready := 0
	for _, c := range conditions {
		if c == IsReady {
			ready++
		}
	}
	bad := len(conditions) - ready
	switch {
	case ready == 0:
		return FullDisruption
	case bad > 2 && float32(bad)/float32(len(conditions)) >= float32(0.55):
		return PartialDisruption
	default:
		return Normal
	}
}

// pass gives taints to nodes that wait, as long as there are tokens.
func (r *reference) pass() {
	for _, z := range slices.Sorted(maps.Keys(r.queues)) {
		q := r.queues[z]
		for len(q.queue) > 0 && q.bucket.take(r.now) {
			waiting := slices.Sorted(maps.Keys(q.queue))
			n := waiting[r.pick(r.now, z, len(waiting))]
			delete(q.queue, n)
			switch node := r.nodes[n]; {
			case node == nil:
				r.tell("token of zone %d is lost", z)
			case node.ready == NotReady:
				r.retaint(n, TaintNotReady, TaintUnreachable)
			case node.ready == Unknown:
				r.retaint(n, TaintUnreachable, TaintNotReady)
			default:
				r.tell("token of zone %d is lost", z)
			}
		}
	}
}
