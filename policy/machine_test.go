package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"pgregory.net/rapid"
)

// twins are a View and the reference, fed the same.
type twins struct {
	view  View
	ref   reference
	now   model.Instant
	uids  model.UID
	story []string // what was fed, for whoever reads a failure
	d     Decision // of the last agreed sync
	lag   bool     // the view is not told of the revisions that are written
}

func newTwins(set Set) *twins {
	w := &twins{now: testNow, uids: 1000}
	w.ref = reference{pods: map[int32]Pod{}, claims: map[claimKey]Claim{}, revisions: map[model.Symbol]Revision{}}
	w.feedSet(set)
	return w
}

func (w *twins) tell(format string, args ...any) {
	w.story = append(w.story, fmt.Sprintf(format, args...))
}

func (w *twins) feedSet(set Set) {
	s := set.Spec
	block := "none"
	if ru := s.UpdateStrategy.RollingUpdate; ru != nil {
		block = "{}"
		if ru.Partition != nil {
			block = fmt.Sprintf("partition %d", *ru.Partition)
		}
		if ru.MaxUnavailable != nil {
			block += " max " + ru.MaxUnavailable.String()
		}
	}
	w.tell("set: %s %d from %d, %s %s, template %s, minReady %d, retention %v, deleting %t, uid %d, current %s, c%d", s.PodManagementPolicy,
		*s.Replicas, s.StartOrdinal(), s.UpdateStrategy.Type, block, letterOf(model.Symbol(set.Template)), s.MinReadySeconds, s.Retention(),
		set.Deleting, set.UID, letterOf(set.Status.CurrentRevision), set.Status.CurrentReplicas)
	w.view.SetChanged(set)
	w.ref.set = set
}

func (w *twins) feedPod(p Pod) {
	w.tell("pod %+v", p)
	w.view.PodChanged(p)
	w.ref.pods[p.Ordinal] = p
}

func (w *twins) feedPodGone(ordinal int32, uid model.UID) {
	w.tell("pod %d with uid %d is gone", ordinal, uid)
	w.view.PodGone(ordinal, uid)
	if p, ok := w.ref.pods[ordinal]; ok && p.UID == uid {
		delete(w.ref.pods, ordinal)
	}
}

func (w *twins) feedClaim(key claimKey, c Claim) {
	w.tell("claim %v %+v", key, c)
	w.view.ClaimChanged(key.ordinal, key.template, c)
	w.ref.claims[key] = c
}

func (w *twins) feedClaimGone(key claimKey) {
	w.tell("claim %v is gone", key)
	w.view.ClaimGone(key.ordinal, key.template)
	delete(w.ref.claims, key)
}

func (w *twins) feedRevision(r Revision) {
	w.tell("revision %s: number %d, template %s", letterOf(r.Name), r.Number, letterOf(model.Symbol(r.Template)))
	w.view.RevisionChanged(r)
	w.ref.revisions[r.Name] = r
}

func (w *twins) feedRevisionGone(name model.Symbol) {
	w.tell("revision %s is gone", letterOf(name))
	w.view.RevisionGone(name)
	delete(w.ref.revisions, name)
}

// failer is what rapid's T and testing's have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// equal fails with the story if the view says something else than the reference.
func equal(t failer, w *twins, what string, view, ref any) {
	t.Helper()
	if v, r := fmt.Sprintf("%+v", view), fmt.Sprintf("%+v", ref); v != r {
		t.Fatalf("%s at %v\nview:      %s\nreference: %s\nafter\n  %s", what, w.now.Sub(testNow), v, r, strings.Join(w.story, "\n  "))
	}
}

// sync goes through a sync of the controller and holds the view's answers against
// the reference's.
func (w *twins) sync(t failer) {
	t.Helper()
	revise := w.ref.revise()
	equal(t, w, "Revise", w.view.Revise(), revise)
	w.tell("-- sync")
	update := revise.Name
	if revise.Action != KeepRevision {
		if update == 0 {
			update = model.Symbol(w.ref.set.Template)
		}
		if !w.lag {
			w.feedRevision(Revision{Name: update, Text: letterOf(update), Number: revise.Number, CreatedAt: w.now, Template: w.ref.set.Template})
		}
	}
	equal(t, w, "Adopt", w.view.Adopt(nil), w.ref.adopt())
	w.view.Settle(update)
	w.ref.settle(update)

	w.view.Plan(w.now, &w.d)
	plan, groups := w.ref.plan(w.now)
	equal(t, w, "Plan: status", readStatus(w.d.Status), readStatus(plan.Status))
	w.sameSteps(t, plan.Steps, groups)
	equal(t, w, "Plan: wait", readWait(w.d.Wait), readWait(plan.Wait))
	updates := int32(0)
	for _, s := range plan.Steps {
		if s.Updates {
			updates++
		}
	}
	for _, n := range []int32{updates, 0} {
		final := w.ref.final(plan.Status, n)
		equal(t, w, "Final", w.view.Final(&w.d, n), final)
		after, ok := w.ref.recheck(w.now, final)
		viewAfter, viewOK := w.view.Recheck(w.now, final)
		equal(t, w, "Recheck", fmt.Sprint(viewAfter, viewOK), fmt.Sprint(after, ok))
	}
	equal(t, w, "Truncate", w.view.Truncate(true, nil), w.ref.truncate(true))
	equal(t, w, "Truncate, the revisions unknown", w.view.Truncate(false, nil), w.ref.truncate(false))
	for key := range 12 * w.view.templates { // by ordinal
		ordinal, template := key/w.view.templates, key%w.view.templates
		c, ok := w.ref.claims[claimKey{ordinal, template}]
		_, viewOK := w.view.Claim(ordinal, template)
		equal(t, w, "Claim", viewOK, ok)
		pod := w.ref.pods[ordinal]
		pod.Ordinal = ordinal
		got, want := w.view.Retain(pod, c.Owners), w.ref.retain(pod, c.Owners)
		got.upToDate = false // says the same as Write
		equal(t, w, "Retain", got, want)
	}
}

func (w *twins) sameSteps(t failer, steps []Step, groups []string) {
	t.Helper()
	regrouped := slices.Clone(w.d.Steps) // numbered from 0 without gaps
	number := int32(0)
	for i := range regrouped {
		if i > 0 && w.d.Steps[i].Group < w.d.Steps[i-1].Group {
			t.Fatalf("groups fall: %s", read(w.d.Steps))
		}
		if i > 0 && w.d.Steps[i].Group != w.d.Steps[i-1].Group {
			number++
		}
		regrouped[i].Group = number
	}
	number = 0
	for i := range steps {
		if i > 0 && groups[i] != groups[i-1] {
			number++
		}
		steps[i].Group = number
	}
	equal(t, w, "Plan: steps", read(regrouped), read(steps))
	equal(t, w, "Plan: steps in full", regrouped, steps)
}

// machine feeds twins at random.
type machine struct {
	*twins
	rarely int // how many actions there are to a sync
	count  int
}

func drawSet(t *rapid.T) Set {
	n := rapid.Int32Range(0, 8).Draw(t, "replicas")
	spec := &model.StatefulSetSpec{Replicas: &n, VolumeClaimTemplates: make([]model.PersistentVolumeClaim, rapid.IntRange(0, 2).Draw(t, "claim templates"))}
	spec.PodManagementPolicy = rapid.SampledFrom([]model.PodManagementPolicy{model.OrderedReady, model.Parallel}).Draw(t, "policy")
	spec.UpdateStrategy = model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{}}
	return Set{Name: setName, PodBase: firstName, UID: setUID, Generation: 1, Spec: spec, Template: 1}
}

func (m *machine) EditSpec(t *rapid.T) {
	set := m.ref.set
	spec := *set.Spec
	set.Generation++
	set.Spec = &spec
	three := rapid.Int32Range(0, 3)
	switch rapid.SampledFrom([]string{"replicas", "start", "strategy", "block", "minReady", "retention", "limit"}).Draw(t, "field") {
	case "replicas":
		n := rapid.Int32Range(0, 8).Draw(t, "replicas")
		spec.Replicas = &n
	case "start":
		spec.Ordinals = &model.Ordinals{Start: three.Draw(t, "start")}
	case "strategy":
		spec.UpdateStrategy = rapid.SampledFrom([]model.UpdateStrategy{
			{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{}}, {Type: model.RollingUpdate}, {Type: model.OnDelete},
		}).Draw(t, "strategy")
	case "block":
		p := rapid.Int32Range(0, 9).Draw(t, "partition")
		m := model.FromInt(rapid.Int32Range(0, 4).Draw(t, "maxUnavailable"))
		if rapid.Bool().Draw(t, "percent") {
			m = model.FromString(fmt.Sprintf("%d%%", rapid.IntRange(0, 100).Draw(t, "maxUnavailable")))
		}
		spec.UpdateStrategy = model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{Partition: &p, MaxUnavailable: &m}}
	case "minReady":
		spec.MinReadySeconds = rapid.Int32Range(0, 5).Draw(t, "seconds")
	case "retention":
		either := rapid.SampledFrom([]model.RetentionPolicyType{model.RetainClaim, model.DeleteClaim})
		spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{WhenDeleted: either.Draw(t, "whenDeleted"), WhenScaled: either.Draw(t, "whenScaled")}
	case "limit":
		n := rapid.Int32Range(-1, 3).Draw(t, "limit")
		spec.RevisionHistoryLimit = &n
	}
	m.feedSet(set)
}

func (m *machine) EditTemplate(t *rapid.T) {
	set := m.ref.set
	set.Generation++
	set.Template = Template(rapid.Int32Range(1, 5).Draw(t, "template"))
	m.feedSet(set)
}

func (m *machine) StoreStatus(t *rapid.T) {
	set := m.ref.set
	set.Status.CurrentRevision = model.Symbol(rapid.Int32Range(0, 5).Draw(t, "currentRevision"))
	set.Status.CurrentReplicas = rapid.Int32Range(0, 8).Draw(t, "currentReplicas")
	set.Status.CollisionCount = rapid.Int32Range(0, 1).Draw(t, "collisions")
	m.feedSet(set)
}

func (m *machine) DeleteOrReplaceSet(t *rapid.T) {
	set := m.ref.set
	if rapid.Bool().Draw(t, "another") {
		set.UID = setUID + otherUID - set.UID
	} else {
		set.Deleting = !set.Deleting
	}
	m.feedSet(set)
}

func (m *machine) drawPod(t *rapid.T) Pod {
	p := Pod{Ordinal: rapid.Int32Range(0, 11).Draw(t, "ordinal"), Phase: Running, Ready: true, Matches: true, Named: true, Ownership: Ours}
	old, there := m.ref.pods[p.Ordinal]
	if there && rapid.IntRange(0, 3).Draw(t, "change") > 0 {
		p = old
	} else {
		m.uids++
		p.UID, p.Handle = m.uids, int32(m.uids)
		p.Revision = model.Symbol(rapid.Int32Range(1, 3).Draw(t, "revision"))
		p.ReadySince = m.now
	}
	switch rapid.SampledFrom([]string{"as it is", "phase", "ready", "terminating", "owner", "selector", "name", "revision"}).Draw(t, "edit") {
	case "phase":
		p.Phase = Phase(rapid.IntRange(1, 5).Draw(t, "phase"))
	case "ready":
		p.Ready = !p.Ready
		if rapid.Bool().Draw(t, "stamped") { // a watch may miss the flips between
			p.ReadySince = m.now - model.Instant(rapid.IntRange(0, 6).Draw(t, "seconds ago"))*model.Instant(time.Second)
		}
	case "terminating":
		p.Terminating = true
	case "owner":
		p.Ownership = Ownership(rapid.IntRange(0, 2).Draw(t, "owner"))
	case "selector":
		p.Matches = !p.Matches
	case "name":
		p.Named = !p.Named
	case "revision":
		p.Revision = model.Symbol(rapid.Int32Range(0, 5).Draw(t, "revision"))
	}
	return p
}

func (m *machine) ChangePod(t *rapid.T) { m.feedPod(m.drawPod(t)) }

func (m *machine) EndPod(t *rapid.T) {
	ordinal := rapid.Int32Range(0, 11).Draw(t, "ordinal")
	uid := m.ref.pods[ordinal].UID
	if rapid.IntRange(0, 9).Draw(t, "late") == 0 {
		uid-- // the end of an earlier one, heard late
	}
	m.feedPodGone(ordinal, uid)
}

// Heal makes all pods healthy, so that the later stages of a plan are reached.
func (m *machine) Heal(t *rapid.T) {
	revision := model.Symbol(rapid.Int32Range(0, 3).Draw(t, "revision, or 0 for their own"))
	extra := rapid.Int32Range(0, 2).Draw(t, "condemned")
	first := m.ref.set.Spec.StartOrdinal()
	for ordinal := first; ordinal < min(12, first+*m.ref.set.Spec.Replicas+extra); ordinal++ {
		p, there := m.ref.pods[ordinal]
		if !there {
			m.uids++
			p = Pod{Ordinal: ordinal, UID: m.uids, Handle: int32(m.uids), Revision: 1, ReadySince: m.now}
		}
		p.Phase, p.Ready, p.Matches, p.Named, p.Terminating, p.Ownership = Running, true, true, true, false, Ours
		if revision != 0 {
			p.Revision = revision
		}
		m.feedPod(p)
	}
}

func (m *machine) ChangeClaim(t *rapid.T) {
	if m.view.templates == 0 {
		t.Skip("no claims")
	}
	key := claimKey{rapid.Int32Range(0, 11).Draw(t, "ordinal"), rapid.Int32Range(0, m.view.templates-1).Draw(t, "template")}
	if rapid.IntRange(0, 3).Draw(t, "gone") == 0 {
		m.feedClaimGone(key)
		return
	}
	owners := rapid.SampledFrom([]string{
		"-", "-", "set", "pod", "set,pod", "loose", "loosepod", "oldset", "oldpod", "other", "friend", "set,other", "pod,friend", "oldpod,other", "set,set",
	}).Draw(t, "owners")
	c := Claim{Owners: parseOwners(owners, key.ordinal), Terminating: rapid.IntRange(0, 5).Draw(t, "terminating") == 0}
	if p, there := m.ref.pods[key.ordinal]; there {
		for i := range c.Owners { // the pod that is there, where the words say so
			if c.Owners[i].UID == podUIDs+model.UID(key.ordinal) {
				c.Owners[i].UID = p.UID
			}
		}
	}
	m.feedClaim(key, c)
}

func (m *machine) ChangeRevision(t *rapid.T) {
	name := model.Symbol(rapid.Int32Range(1, 5).Draw(t, "name"))
	if rapid.IntRange(0, 3).Draw(t, "gone") == 0 {
		m.feedRevisionGone(name)
		return
	}
	m.feedRevision(Revision{
		Name: name, Text: letterOf(name), Number: rapid.Int64Range(1, 4).Draw(t, "number"),
		CreatedAt: model.Instant(rapid.IntRange(0, 1).Draw(t, "created")), Template: Template(rapid.Int32Range(1, 5).Draw(t, "template")),
	})
}

func (m *machine) Wait(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 12).Draw(t, "halves")) * time.Second / 2)
	m.tell("it is %v", m.now.Sub(testNow))
}

// Obey does what the last plan said, and stores the status.
func (m *machine) Obey(t *rapid.T) {
	updates := int32(0)
	for _, s := range m.d.Steps {
		switch p, there := m.ref.pods[s.Ordinal]; {
		case s.Do == CreatePod && !there:
			m.uids++
			m.feedPod(Pod{Ordinal: s.Ordinal, UID: m.uids, Revision: s.Revision, Phase: Pending, Matches: true, Named: true, Ownership: Ours})
		case s.Do == DeletePod && there && rapid.Bool().Draw(t, "gracefully"):
			p.Terminating = true
			m.feedPod(p)
		case s.Do == DeletePod && there:
			m.feedPodGone(s.Ordinal, p.UID)
		}
		if s.Updates {
			updates++
		}
	}
	set := m.ref.set
	set.Status = m.view.Final(&m.d, updates)
	m.feedSet(set)
}

func (m *machine) Lag(*rapid.T) { m.lag = !m.lag }

// Fork goes on with a copy, and spoils the original.
func (m *machine) Fork(t *rapid.T) {
	original := m.view
	var copied View
	copied.CopyFrom(&original)
	set := m.ref.set
	spec := *set.Spec
	n := int32(3)
	spec.Replicas, spec.Ordinals, set.Spec = &n, nil, &spec
	for range 3 {
		original.PodChanged(m.drawPod(t))
	}
	original.RevisionGone(1)
	original.SetChanged(set)
	m.view = copied
	m.tell("fork")
}

func (m *machine) Check(t *rapid.T) {
	if m.count++; m.count%m.rarely == 0 {
		m.sync(t)
	}
}

// A view answers every question as somebody does who looks at everything, whatever
// it was fed and in which order.
func TestViewIsTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{twins: newTwins(drawSet(t)), rarely: rapid.IntRange(1, 3).Draw(t, "actions to a sync")}
		t.Repeat(rapid.StateMachineActions(m))
	})
}
