package policy

import (
	"slices"

	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Set is what the controller sees of the StatefulSet itself.
type Set struct {
	Name       model.Name
	PodBase    model.Symbol // the whole of the set's name: what its pods' names begin with
	UID        model.UID
	Generation int64
	Spec       *model.StatefulSetSpec // with its defaults; never changes in place
	Template   Template               // of Spec
	Deleting   bool                   // deletionTimestamp is set
	Status     Status                 // as stored
	Hash       int32                  // what the hash of Template is as a decimal number; 0 if it is none
}

// Template is a pod template as an integer: equal templates have equal numbers.
// The caller gives them out.
type Template int32

// View is the controller's cache of one set: the set, its pods, their claims and
// its revisions, as far as their changes have been fed to it. The caller feeds
// each change once ([View.SetChanged], [View.PodChanged], ...) and asks for
// decisions; both cost in proportion to what changed.
//
// The zero View is empty. CopyFrom forks it.
type View struct {
	rules release.Rules
	set   Set

	// What the spec says, read often.
	start, replicas, minReadySeconds int32
	burst                            bool // Parallel
	retention                        model.RetentionPolicy
	templates                        int32 // claim templates

	seats     []seat
	free      []int32 // places in seats that are not in use
	byOrdinal flat.Index[ordinal]
	claims    []Claim // seats × templates

	revisions []Revision // ascending: number, creation, name
	current   model.Symbol
	update    model.Symbol

	grown     int32   // replicas [0,grown) have marks; the ones past it have never had a pod
	marks     marks   // of replicas
	condemned []int32 // seats with a member out of range, by ascending ordinal
	count     counts

	unavailable []waiting // ready pods that are not available yet, by ascending readiness
	waitingHead int32     // those before it are done with

	visited int64
}

// seat is everything about one ordinal. It is in use while there is a pod or a
// claim.
type seat struct {
	pod       Pod
	available bool // the pod counts as available since the last Advance
	inUse     bool
	claims    int32 // how many of its claims exist
}

// waiting is a pod that becomes available by the passing of time.
type waiting struct {
	since model.Instant
	uid   model.UID
	seat  int32
}

// counts are kept as seats change, so that no decision counts.
type counts struct {
	pods               int32 // members
	ready              int32 // running and ready, terminating or not
	available          int32 // of them
	healthyReplicas    int32 // replicas that are healthy and not terminating
	condemnedActive    int32 // condemned, not terminating
	condemnedUnhealthy int32 // condemned, not healthy or terminating
	condemnedClaims    int32 // condemned with claims whose owners are not what the policy asks for
	strays             int32 // to be adopted or released
}

type ordinal int32

// Hash implements flat.Key.
func (o ordinal) Hash() uint64 { return flat.Mix(uint64(uint32(o))) }

// CopyFrom makes v equal to src, in v's own memory.
func (v *View) CopyFrom(src *View) {
	own := *v
	*v = *src
	v.seats = append(own.seats[:0], src.seats...)
	v.free = append(own.free[:0], src.free...)
	v.claims = append(own.claims[:0], src.claims...)
	v.revisions = append(own.revisions[:0], src.revisions...)
	v.condemned = append(own.condemned[:0], src.condemned...)
	v.unavailable = append(own.unavailable[:0], src.unavailable[src.waitingHead:]...)
	v.waitingHead = 0
	v.byOrdinal, v.marks = own.byOrdinal, own.marks
	v.byOrdinal.CopyFrom(&src.byOrdinal)
	v.marks.copyFrom(&src.marks)
}

// SetRules makes the view one of a release of Kubernetes. The rules of the zero View
// are those of the newest, with the strategy Recreate allowed.
func (v *View) SetRules(rules release.Rules) {
	v.rules = rules
	if v.set.Spec != nil {
		v.readSpec()
		v.rebuild()
	}
}

// Set returns the set as the view has it.
func (v *View) Set() *Set { return &v.set }

// Visited is how many seats decisions have looked at so far: the cost of the
// policy, in a unit that does not depend on the machine.
func (v *View) Visited() int64 { return v.visited }

// SetChanged feeds a change of the set itself.
func (v *View) SetChanged(set Set) {
	old := v.set
	v.set = set
	v.readSpec()
	if templates := int32(len(set.Spec.VolumeClaimTemplates)); templates != v.templates {
		if len(v.seats) > 0 {
			panic("policy: the claim templates of a set cannot change")
		}
		v.templates = templates
	}
	if old.Spec != set.Spec || old.UID != set.UID || old.Deleting != set.Deleting {
		v.rebuild()
	}
}

// readSpec takes out of the spec what is read often.
func (v *View) readSpec() {
	spec := v.set.Spec
	v.replicas, v.start, v.retention = spec.DesiredReplicas(), spec.StartOrdinal(), spec.Retention()
	v.minReadySeconds = spec.MinReadySeconds
	v.burst = spec.PodManagementPolicy == model.Parallel
	if v.rules.Has(release.NoStartOrdinal) {
		v.start = 0
	}
	if v.rules.Has(release.NoRetention) {
		v.retention = model.RetentionPolicy{WhenDeleted: model.RetainClaim, WhenScaled: model.RetainClaim}
	}
}

// PodChanged feeds a pod that is new or has changed.
func (v *View) PodChanged(pod Pod) {
	place := v.seatFor(pod.Ordinal)
	v.leave(place)
	old := &v.seats[place].pod
	stillReady := old.Ready && pod.Ready && old.UID == pod.UID && old.ReadySince == pod.ReadySince
	*old = pod
	if !stillReady {
		v.judge(place)
	}
	v.enter(place)
}

// PodGone feeds the end of a pod object.
func (v *View) PodGone(ordinal int32, uid model.UID) {
	place, ok := v.seatOf(ordinal)
	if !ok || v.seats[place].pod.UID != uid {
		return
	}
	v.leave(place)
	v.seats[place].pod = Pod{Ordinal: ordinal}
	v.seats[place].available = false
	v.enter(place)
	v.tidy(place)
}

// ClaimChanged feeds a claim that is new or has changed. The claim belongs to
// the ordinal and the claim template that its name says.
func (v *View) ClaimChanged(ordinal, template int32, claim Claim) {
	claim.exists = true
	place := v.seatFor(ordinal)
	v.leave(place)
	if c := v.claim(place, template); !c.exists {
		v.seats[place].claims++
	}
	*v.claim(place, template) = claim
	v.enter(place)
}

// ClaimGone feeds the end of a claim.
func (v *View) ClaimGone(ordinal, template int32) {
	place, ok := v.seatOf(ordinal)
	if !ok || !v.claim(place, template).exists {
		return
	}
	v.leave(place)
	v.seats[place].claims--
	*v.claim(place, template) = Claim{}
	v.enter(place)
	v.tidy(place)
}

// Pod returns the pod at an ordinal, as the view has it.
func (v *View) Pod(ordinal int32) (Pod, bool) {
	if place, ok := v.seatOf(ordinal); ok && v.seats[place].pod.exists() {
		return v.seats[place].pod, true
	}
	return Pod{}, false
}

// Claim returns the claim that the pod at an ordinal has for a claim template.
func (v *View) Claim(ordinal, template int32) (Claim, bool) {
	if place, ok := v.seatOf(ordinal); ok {
		c := *v.claim(place, template)
		return c, c.exists
	}
	return Claim{}, false
}

// seatOf returns the place of an ordinal that is in use.
func (v *View) seatOf(o int32) (int32, bool) { return v.byOrdinal.Get(ordinal(o)) }

// seatFor returns the place of an ordinal, taking one if it has none.
func (v *View) seatFor(o int32) int32 {
	if place, ok := v.seatOf(o); ok {
		return place
	}
	var place int32
	if n := len(v.free); n > 0 {
		place, v.free = v.free[n-1], v.free[:n-1]
	} else {
		place = int32(len(v.seats))
		v.seats = append(v.seats, seat{})
		for range v.templates {
			v.claims = append(v.claims, Claim{})
		}
	}
	v.seats[place] = seat{pod: Pod{Ordinal: o}, inUse: true}
	v.byOrdinal.Put(ordinal(o), place)
	return place
}

// tidy gives up a seat with neither pod nor claim.
func (v *View) tidy(place int32) {
	if s := &v.seats[place]; !s.pod.exists() && s.claims == 0 {
		v.byOrdinal.Delete(ordinal(s.pod.Ordinal))
		*s = seat{}
		v.free = append(v.free, place)
	}
}

// claim is the claim of a seat for a claim template.
func (v *View) claim(place, template int32) *Claim {
	return &v.claims[place*v.templates+template]
}

// index is an ordinal's place among the replicas; ok is false if it is out of range.
func (v *View) index(ordinal int32) (i int32, ok bool) {
	i = ordinal - v.start
	return i, i >= 0 && i < v.replicas
}

// enter adds what a seat contributes to marks and counts; leave takes it away.
// Between the two a seat may change in any way.
func (v *View) enter(place int32) { v.contribute(place, 1) }
func (v *View) leave(place int32) { v.contribute(place, -1) }

func (v *View) contribute(place, sign int32) {
	s := &v.seats[place]
	p := &s.pod
	i, inRange := v.index(p.Ordinal)
	if p.exists() && v.stray(p) {
		v.count.strays += sign
	}
	if !p.member() {
		if inRange && sign > 0 {
			v.markReplica(i, place)
		}
		return
	}
	v.count.pods += sign
	if p.running() {
		v.count.ready += sign
		if s.available {
			v.count.available += sign
		}
	}
	v.countRevision(p, sign)
	if !inRange {
		v.contributeCondemned(place, sign)
		return
	}
	if v.healthy(s) && !p.Terminating && !v.replaced(p) {
		v.count.healthyReplicas += sign
	}
	if sign > 0 {
		v.markReplica(i, place)
	}
}

func (v *View) contributeCondemned(place, sign int32) {
	s := &v.seats[place]
	if !s.pod.Terminating {
		v.count.condemnedActive += sign
	}
	if !v.healthy(s) || s.pod.Terminating {
		v.count.condemnedUnhealthy += sign
	}
	if !v.claimsFit(place, true) {
		v.count.condemnedClaims += sign
	}
	at, found := slices.BinarySearchFunc(v.condemned, s.pod.Ordinal, func(place, ordinal int32) int {
		return int(v.seats[place].pod.Ordinal) - int(ordinal)
	})
	if sign > 0 {
		v.condemned = slices.Insert(v.condemned, at, place)
	} else if found {
		v.condemned = slices.Delete(v.condemned, at, at+1)
	}
}

// markReplica sets the marks of a replica from its seat.
func (v *View) markReplica(i, place int32) {
	if i >= v.grown {
		v.marks.grow(i + 1)
		for j := v.grown; j <= i; j++ {
			v.marks.put(unsettled, j, true)
			v.marks.put(todo, j, true)
		}
		v.grown = i + 1
	}
	s := &v.seats[place]
	p := &s.pod
	member := p.member()
	v.marks.put(unsettled, i, !member || !p.running() || p.Terminating || !s.available)
	v.marks.put(todo, i, !member || v.needsTurn(place))
	v.markRevision(i, s)
}

// markRevision sets the marks of a replica that depend on the update revision.
func (v *View) markRevision(i int32, s *seat) {
	old := s.pod.member() && v.isOutdated(&s.pod) && !v.replaced(&s.pod)
	v.marks.put(outdated, i, old)
	v.marks.put(broken, i, old && !s.available)
}

// needsTurn reports whether processReplica would do something about a member.
func (v *View) needsTurn(place int32) bool {
	p := &v.seats[place].pod
	if v.finished(p) {
		return !p.Terminating || v.rules.Has(release.RecreatesAtOnce)
	}
	return p.Phase == Pending && v.claimsMissing(place) || !p.Named || !v.claimsFit(place, false)
}

// finished reports whether a pod has ended and is to be replaced: evicted, or its
// containers ended for good; the exit code does not matter.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, isTerminalPhase.
func (v *View) finished(p *Pod) bool {
	return p.Phase == Failed || p.Phase == Succeeded && !v.rules.Has(release.SucceededStays)
}

// replaced reports whether the successor of a pod that has ended comes in the same
// sync, and stands in its place from then on: for the update stage the pod is one that
// is missing. (Recreate has no such stage, and deletes the pod before.)
func (v *View) replaced(p *Pod) bool {
	return v.rules.Has(release.RecreatesAtOnce) && v.finished(p) && !v.recreates()
}

// healthy reports whether scaling down and rolling updates may go on past a pod
// that is not terminating.
//
// Source: isUnavailable; before 1.34 isHealthy.
func (v *View) healthy(s *seat) bool {
	if v.rules.Has(release.ReadyIsHealthy) {
		return s.pod.running()
	}
	return s.available
}

func (v *View) isOutdated(p *Pod) bool { return p.Revision != v.update && !p.Terminating }

// rebuild takes everything anew: for changes of the spec, which may move any seat
// in or out of range.
func (v *View) rebuild() {
	v.count = counts{}
	v.grown = 0
	v.marks.reset(0)
	v.condemned = v.condemned[:0]
	v.unavailable, v.waitingHead = v.unavailable[:0], 0
	for i := range v.revisions {
		v.revisions[i].pods, v.revisions[i].active = 0, 0
	}
	for place := range int32(len(v.seats)) {
		if v.seats[place].inUse {
			v.seats[place].available = false
			v.judge(place)
			v.enter(place)
		}
	}
}
