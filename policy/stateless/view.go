package stateless

import (
	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
)

// View is the controller's cache of one ReplicaSet: the ReplicaSet and its pods, as far
// as their changes have been fed to it. The caller feeds each change once and asks for
// decisions.
//
// The zero View is empty. CopyFrom forks it.
type View struct {
	set    ReplicaSet
	expect expectations

	seats  []seat
	free   []int32 // places in seats that are not in use
	byUID  flat.Index[key]
	class  [classes]list // active pods, by how far they have got
	nodes  flat.Index[nodeKey]
	onNode []int32 // active pods by places that nodes has
	count  counts

	unavailable []waiting // ready pods that are not available yet, by ascending readiness
	waitingHead int32     // those before it are done with

	visited int64
}

// seat is everything about one pod.
type seat struct {
	pod        Pod
	available  bool // the pod counts as available since the last Advance
	next, prev int32
}

// list is a doubly linked list of seats.
type list struct{ first, last, size int32 } // places plus one; 0 is none

// waiting is a pod that becomes available by the passing of time.
type waiting struct {
	since model.Instant
	uid   model.UID
	seat  int32
}

// counts are kept as pods change, so that no decision counts.
type counts struct {
	active    int32
	labelled  int32 // of them, with all labels of the template
	ready     int32 // of the active
	available int32 // of the ready
	leaving   int32
	alive     int32 // of the ReplicaSet's and not ended, terminating or not, whatever their labels
	astray    int32 // of these, with other labels
	strays    int32 // to be adopted or released
}

type nodeKey int32

// Hash implements flat.Key.
func (n nodeKey) Hash() uint64 { return flat.Mix(uint64(uint32(n))) }

// CopyFrom makes v equal to src, in v's own memory.
func (v *View) CopyFrom(src *View) {
	own := *v
	*v = *src
	v.expect.deletions = append(own.expect.deletions[:0], src.expect.deletions...)
	v.seats = append(own.seats[:0], src.seats...)
	v.free = append(own.free[:0], src.free...)
	v.onNode = append(own.onNode[:0], src.onNode...)
	v.unavailable = append(own.unavailable[:0], src.unavailable[src.waitingHead:]...)
	v.waitingHead = 0
	v.byUID, v.nodes = own.byUID, own.nodes
	v.byUID.CopyFrom(&src.byUID)
	v.nodes.CopyFrom(&src.nodes)
}

// Set returns the ReplicaSet as the view has it.
func (v *View) Set() *ReplicaSet { return &v.set }

// Visited is how many pods decisions have looked at so far: the cost of the policy, in a
// unit that does not depend on the machine.
func (v *View) Visited() int64 { return v.visited }

// Alive is how many pods of the ReplicaSet's have not ended, those included that are
// being deleted. The strategy Recreate waits for them; with the rules of some releases only
// for those that have the labels of the selector.
//
// Source: pkg/controller/deployment/deployment_controller.go, getPodMapForDeployment.
func (v *View) Alive(rules release.Rules) int32 {
	if rules.Has(release.RecreateGoesByLabels) {
		return v.count.alive - v.count.astray
	}
	return v.count.alive
}

// SetChanged feeds a change of the ReplicaSet itself.
func (v *View) SetChanged(set ReplicaSet) {
	old := v.set
	v.set = set
	switch {
	case old.UID != set.UID && old.UID != 0:
		v.expect = expectations{deletions: v.expect.deletions[:0]} // another one of the name begins clean
	case old.MinReadySeconds == set.MinReadySeconds && old.Deleting == set.Deleting:
		return
	}
	v.rejudge()
}

// PodChanged feeds a pod that is new or has changed.
func (v *View) PodChanged(pod Pod) {
	place, known := v.byUID.Get(key(pod.UID))
	switch {
	case pod.Terminating:
		v.expect.deleted(pod.UID)
	case !known && pod.Ownership == policy.Ours:
		v.expect.creations--
	}
	if !known {
		place = v.seatFor(pod.UID)
	}
	v.contribute(place, -1)
	old := &v.seats[place].pod
	stillReady := old.Ready && pod.Ready && old.ReadySince == pod.ReadySince
	*old = pod
	if !stillReady {
		v.judge(place)
	}
	v.contribute(place, 1)
}

// PodGone feeds the end of a pod object, or that it has become another's.
func (v *View) PodGone(uid model.UID) {
	v.expect.deleted(uid)
	place, known := v.byUID.Get(key(uid))
	if !known {
		return
	}
	v.contribute(place, -1)
	v.byUID.Delete(key(uid))
	v.seats[place] = seat{}
	v.free = append(v.free, place)
}

// Pod returns a pod as the view has it.
func (v *View) Pod(uid model.UID) (Pod, bool) {
	if place, ok := v.byUID.Get(key(uid)); ok {
		return v.seats[place].pod, true
	}
	return Pod{}, false
}

func (v *View) seatFor(uid model.UID) int32 {
	var place int32
	if n := len(v.free); n > 0 {
		place, v.free = v.free[n-1], v.free[:n-1]
	} else {
		place = int32(len(v.seats))
		v.seats = append(v.seats, seat{})
	}
	v.byUID.Put(key(uid), place)
	return place
}

// contribute adds what a seat contributes to counts and classes, or takes it away. Between
// the two a seat may change in any way.
func (v *View) contribute(place, sign int32) {
	s := &v.seats[place]
	p := &s.pod
	if !p.exists() {
		return
	}
	if v.stray(p) {
		v.count.strays += sign
	}
	if p.Ownership == policy.Ours && !p.ended() {
		v.count.alive += sign
		if !p.Matches {
			v.count.astray += sign
		}
	}
	if p.leaving() {
		v.count.leaving += sign
	}
	if !p.active() {
		return
	}
	v.count.active += sign
	if p.Labelled {
		v.count.labelled += sign
	}
	if p.Ready {
		v.count.ready += sign
		if s.available {
			v.count.available += sign
		}
	}
	v.crowd(p.Node, sign)
	if sign > 0 {
		v.link(classOf(p), place)
	} else {
		v.unlink(classOf(p), place)
	}
}

// crowd counts the active pods on a node.
func (v *View) crowd(node, sign int32) {
	place, ok := v.nodes.Get(nodeKey(node))
	if !ok {
		place = int32(len(v.onNode))
		v.onNode = append(v.onNode, 0)
		v.nodes.Put(nodeKey(node), place)
	}
	v.onNode[place] += sign
}

// crowdOn is how many active pods a node has.
func (v *View) crowdOn(node int32) int32 {
	if place, ok := v.nodes.Get(nodeKey(node)); ok {
		return v.onNode[place]
	}
	return 0
}

func (v *View) link(class, place int32) {
	l, s := &v.class[class], &v.seats[place]
	s.next, s.prev = 0, l.last
	if l.last != 0 {
		v.seats[l.last-1].next = place + 1
	} else {
		l.first = place + 1
	}
	l.last = place + 1
	l.size++
}

func (v *View) unlink(class, place int32) {
	l, s := &v.class[class], &v.seats[place]
	if s.prev != 0 {
		v.seats[s.prev-1].next = s.next
	} else {
		l.first = s.next
	}
	if s.next != 0 {
		v.seats[s.next-1].prev = s.prev
	} else {
		l.last = s.prev
	}
	l.size--
}

// rejudge takes everything anew, for changes of the ReplicaSet.
func (v *View) rejudge() {
	v.unavailable, v.waitingHead = v.unavailable[:0], 0
	v.count, v.class = counts{}, [classes]list{}
	clear(v.onNode)
	for place := range int32(len(v.seats)) {
		if v.seats[place].pod.exists() {
			v.seats[place].available = false
			v.judge(place)
			v.contribute(place, 1)
		}
	}
}
