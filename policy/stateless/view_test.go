package stateless

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
)

// reference decides what a View decides, and looks at every pod each time.
type reference struct {
	set    ReplicaSet
	pods   map[model.UID]Pod
	expect struct { // what the cache has yet to show
		creations int32
		deletions map[model.UID]bool
		since     model.Instant
	}
}

func (r *reference) count(holds func(Pod) bool) (n int32) {
	for _, p := range r.pods {
		if holds(p) {
			n++
		}
	}
	return n
}

func (r *reference) counts(p Pod) bool {
	return p.Ownership == policy.Ours && p.Matches && !p.Terminating && p.Phase != policy.Failed && p.Phase != policy.Succeeded
}

func (r *reference) available(p Pod, now model.Instant) bool {
	wait := time.Duration(r.set.MinReadySeconds) * time.Second
	return r.counts(p) && p.Ready && (wait == 0 || p.ReadySince.Add(wait) <= now)
}

func (r *reference) status(now model.Instant) ReplicaStatus {
	ended := func(p Pod) bool { return p.Phase == policy.Failed || p.Phase == policy.Succeeded }
	return ReplicaStatus{
		ObservedGeneration: r.set.Generation,
		Replicas:           r.count(r.counts),
		FullyLabeled:       r.count(func(p Pod) bool { return r.counts(p) && p.Labelled }),
		Ready:              r.count(func(p Pod) bool { return r.counts(p) && p.Ready }),
		Available:          r.count(func(p Pod) bool { return r.available(p, now) }),
		Terminating:        r.count(func(p Pod) bool { return p.Ownership == policy.Ours && p.Matches && p.Terminating && !ended(p) }),
		Failure:            r.set.Status.Failure,
	}
}

// next is when the next pod becomes available.
func (r *reference) next(now model.Instant) (after time.Duration, ok bool) {
	for _, p := range r.pods {
		at := p.ReadySince.Add(time.Duration(r.set.MinReadySeconds) * time.Second)
		if r.counts(p) && p.Ready && at > now && (!ok || at.Sub(now) < after) {
			after, ok = at.Sub(now), true
		}
	}
	return after, ok
}

func (r *reference) waits(now model.Instant) bool {
	pending := r.expect.creations > 0 || len(r.expect.deletions) > 0
	return pending && now.Sub(r.expect.since) <= 5*time.Minute
}

// machine feeds a View and the reference the same, at random.
type machine struct {
	view  View
	ref   reference
	now   model.Instant
	uids  model.UID
	d     Decision
	story []string
}

func newMachine() *machine {
	m := &machine{now: testNow, uids: 10}
	m.ref.pods, m.ref.expect.deletions = map[model.UID]Pod{}, map[model.UID]bool{}
	m.feedSet(ReplicaSet{UID: 1, Generation: 1, Replicas: 3})
	return m
}

func (m *machine) tell(format string, args ...any) {
	m.story = append(m.story, fmt.Sprintf(format, args...))
}

func (m *machine) feedSet(set ReplicaSet) {
	m.tell("set %+v", set)
	if set.UID != m.ref.set.UID {
		m.ref.expect.creations = 0
		clear(m.ref.expect.deletions)
	}
	m.ref.set = set
	m.view.SetChanged(set)
}

func (m *machine) feedPod(p Pod) {
	m.tell("pod %+v", p)
	_, known := m.ref.pods[p.UID]
	if p.Terminating {
		delete(m.ref.expect.deletions, p.UID)
	} else if !known && p.Ownership == policy.Ours {
		m.ref.expect.creations--
	}
	m.ref.pods[p.UID] = p
	m.view.PodChanged(p)
}

func (m *machine) pick(t *rapid.T) (Pod, bool) {
	uid := rapid.Map(rapid.IntRange(11, 30), func(n int) model.UID { return model.UID(n) }).Draw(t, "uid")
	p, ok := m.ref.pods[uid]
	return p, ok
}

func (m *machine) NewPod(t *rapid.T) {
	m.uids++
	p := drawPod(t, m.uids)
	p.ReadySince, p.Created = m.now, m.now
	p.Ownership = rapid.SampledFrom([]policy.Ownership{policy.Ours, policy.Ours, policy.Orphan}).Draw(t, "owner")
	m.feedPod(p)
}

func (m *machine) ChangePod(t *rapid.T) {
	p, ok := m.pick(t)
	if !ok {
		t.Skip("no such pod")
	}
	switch rapid.SampledFrom([]string{"phase", "ready", "node", "terminating", "labels", "owner", "selector"}).Draw(t, "edit") {
	case "phase":
		p.Phase = policy.Phase(rapid.IntRange(1, 5).Draw(t, "phase"))
	case "ready":
		p.Ready = !p.Ready
		if rapid.Bool().Draw(t, "stamped") {
			p.ReadySince = m.now - model.Instant(rapid.IntRange(0, 6).Draw(t, "seconds ago"))*model.Instant(time.Second)
		}
	case "node":
		p.Node = rapid.Int32Range(-1, 2).Draw(t, "node")
	case "terminating":
		p.Terminating = true
	case "labels":
		p.Labelled = !p.Labelled
	case "owner":
		p.Ownership = policy.Ownership(rapid.IntRange(0, 2).Draw(t, "owner"))
	case "selector":
		p.Matches = !p.Matches
	}
	m.feedPod(p)
}

func (m *machine) EndPod(t *rapid.T) {
	if p, ok := m.pick(t); ok {
		m.tell("pod %d is gone", p.UID)
		delete(m.ref.pods, p.UID)
		delete(m.ref.expect.deletions, p.UID)
		m.view.PodGone(p.UID)
	}
}

func (m *machine) EditSet(t *rapid.T) {
	set := m.ref.set
	set.Generation++
	switch rapid.SampledFrom([]string{"replicas", "minReadySeconds", "deleting", "another", "status"}).Draw(t, "edit") {
	case "replicas":
		set.Replicas = rapid.SampledFrom([]int32{0, 1, 2, 3, 5, 8, 600}).Draw(t, "replicas")
	case "minReadySeconds":
		set.MinReadySeconds = rapid.Int32Range(0, 4).Draw(t, "seconds")
	case "deleting":
		set.Deleting = !set.Deleting
	case "another":
		set.UID++
	case "status":
		set.Status.Failure = Failure{Reason: FailureReason(rapid.IntRange(0, 2).Draw(t, "failure"))}
	}
	m.feedSet(set)
}

func (m *machine) Wait(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.SampledFrom([]int{1, 2, 3, 5, 300, 400}).Draw(t, "seconds")) * time.Second)
	m.tell("it is %v", m.now.Sub(testNow))
}

// Obey does some of what the last plan said.
func (m *machine) Obey(t *rapid.T) {
	m.tell("obey")
	m.view.Expect(&m.d)
	if m.d.Create > 0 || len(m.d.Delete) > 0 {
		m.ref.expect.creations, m.ref.expect.since = m.d.Create, m.now
		clear(m.ref.expect.deletions)
		for _, p := range m.d.Delete {
			m.ref.expect.deletions[p.UID] = true
		}
	}
	failed := rapid.Int32Range(0, m.d.Create).Draw(t, "not created")
	m.view.NotCreated(failed)
	m.ref.expect.creations -= failed
	for range min(m.d.Create-failed, 10) {
		if rapid.Bool().Draw(t, "seen") {
			m.NewPod(t)
		}
	}
	for _, p := range m.d.Delete {
		switch rapid.SampledFrom([]string{"marked", "refused", "unseen"}).Draw(t, "deletion") {
		case "marked":
			p = m.ref.pods[p.UID]
			p.Terminating = true
			m.feedPod(p)
		case "refused":
			m.view.NotDeleted(p.UID)
			delete(m.ref.expect.deletions, p.UID)
		}
	}
	m.d = Decision{}
}

// Fork goes on with a copy, and spoils the original.
func (m *machine) Fork(t *rapid.T) {
	original := m.view
	var copied View
	copied.CopyFrom(&original)
	for range 3 {
		m.uids++
		original.PodChanged(drawPod(t, m.uids))
	}
	original.PodGone(11)
	original.SetChanged(ReplicaSet{UID: 99, Replicas: 1})
	m.view = copied
	m.tell("fork")
}

func (m *machine) Check(t *rapid.T) {
	same := func(what string, view, ref any) {
		if v, r := fmt.Sprintf("%+v", view), fmt.Sprintf("%+v", ref); v != r {
			t.Fatalf("%s\nview:      %s\nreference: %s\nafter\n  %s", what, v, r, strings.Join(m.story, "\n  "))
		}
	}
	r := &m.ref
	m.view.Plan(m.now, []*View{&m.view}, &m.d)
	status := r.status(m.now)
	same("status", m.view.Final(&m.d, false, 0), func() ReplicaStatus { s := status; s.Failure = Failure{}; return s }())
	same("differs", m.view.Differs(status), status != r.set.Status)
	alive := func(p Pod) bool {
		return p.Ownership == policy.Ours && p.Phase != policy.Failed && p.Phase != policy.Succeeded
	}
	same("alive", m.view.Alive(0), r.count(alive))
	same("alive by labels", m.view.Alive(release.Rules(0).With(release.RecreateGoesByLabels)), r.count(func(p Pod) bool { return alive(p) && p.Matches }))
	same("expecting", m.d.Expecting, r.waits(m.now))
	missing := r.set.Replicas - status.Replicas
	acts := !m.d.Expecting && !r.set.Deleting
	create, remove := int32(0), int32(0)
	if acts {
		create, remove = min(500, max(0, missing)), max(0, -missing)
	}
	same("create", m.d.Create, create)
	same("delete", len(m.d.Delete), remove)
	failure := r.set.Status.Failure
	if failure.Reason == NoFailure && missing != 0 {
		if failure = (Failure{FailedCreate, 7, m.now}); missing < 0 {
			failure.Reason = FailedDelete
		}
	}
	if !acts {
		failure = Failure{}
	}
	same("failure", m.view.Final(&m.d, true, 7).Failure, failure)
	if after, ok := r.next(m.now); ok {
		got, _ := m.view.Recheck(m.now, status)
		same("recheck", got, after)
	} else if status.Ready == status.Available {
		_, again := m.view.Recheck(m.now, status)
		same("no recheck", again, false)
	}
	same("adopt", len(m.view.Adopt(nil)), r.count(func(p Pod) bool {
		live := !p.Terminating && p.Phase != policy.Failed && p.Phase != policy.Succeeded && !r.set.Deleting
		return live && (p.Ownership == policy.Ours && !p.Matches || p.Ownership == policy.Orphan && p.Matches)
	}))
}

// A view answers every question as somebody does who looks at everything, whatever it was
// fed and in which order.
func TestViewIsTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { t.Repeat(rapid.StateMachineActions(newMachine())) })
}

// A decision looks at the pods that it deletes, and beyond them only at those among which it
// has to choose.
func TestCostFollowsChange(t *testing.T) {
	visits := func(words string) int64 {
		v := viewOf(1000, 0)
		for uid := range model.UID(1000) {
			p := parsePod("ready=1h")
			p.UID, p.Lot = uid+1, uint64(uid)
			v.PodChanged(p)
		}
		p := parsePod(words)
		p.UID = 5000
		v.PodChanged(p)
		before := v.Visited()
		var d Decision
		v.Plan(testNow, []*View{v}, &d)
		if len(d.Delete) != 1 {
			t.Fatalf("%d pods go", len(d.Delete))
		}
		return v.Visited() - before
	}
	if n := visits("pending on=-"); n != 1 {
		t.Errorf("to delete the one pod that is pending %d pods are looked at", n)
	}
	if n := visits("ready=1h"); n != 1001 {
		t.Errorf("to delete one of 1001 pods that are all ready %d pods are looked at", n)
	}
}

// The batches in which pods are created.
func TestBatch(t *testing.T) {
	next := int32(0)
	for number, size := range []int32{1, 2, 4, 8, 16, 32, 64, 128, 245} {
		for range size {
			if got := Batch(next); got != int32(number) {
				t.Fatalf("pod %d is in batch %d, not %d", next, got, number)
			}
			next++
		}
	}
}
