package policy

import (
	"fmt"
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"pgregory.net/rapid"
)

// machine feeds twins at random.
type machine struct {
	*twins
	rarely int // how many actions there are to a sync
	count  int
	look   func() // after each sync, if anybody looks
}

func newMachine(t *rapid.T) *machine {
	m := &machine{twins: newTwins(drawSet(t)), rarely: rapid.IntRange(1, 3).Draw(t, "actions to a sync")}
	m.feedRules(drawRules(t))
	return m
}

func drawSet(t *rapid.T) Set {
	n := rapid.Int32Range(0, 8).Draw(t, "replicas")
	spec := &model.StatefulSetSpec{Replicas: &n, VolumeClaimTemplates: make([]model.PersistentVolumeClaim, rapid.IntRange(0, 2).Draw(t, "claim templates"))}
	spec.PodManagementPolicy = rapid.SampledFrom([]model.PodManagementPolicy{model.OrderedReady, model.Parallel}).Draw(t, "policy")
	spec.UpdateStrategy = drawStrategy(t)
	set := Set{Name: setName, PodBase: firstName, UID: setUID, Generation: 1, Spec: spec, Template: 1}
	set.Status.CurrentReplicas = rapid.Int32Range(0, n).Draw(t, "currentReplicas")
	return set
}

func drawStrategy(t *rapid.T) model.UpdateStrategy {
	three := model.FromInt(3)
	return rapid.SampledFrom([]model.UpdateStrategy{
		{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{}}, {Type: model.RollingUpdate},
		{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{MaxUnavailable: &three}},
		{Type: model.OnDelete}, {Type: model.Recreate},
	}).Draw(t, "strategy")
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
		spec.UpdateStrategy = drawStrategy(t)
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
	set.Hash = drawHash(t)
	m.feedSet(set)
}

// drawHash draws what a revision's label is as a number; nearly always it is none.
func drawHash(t *rapid.T) int32 { return rapid.SampledFrom([]int32{0, 0, 25, 42}).Draw(t, "hash") }

// drawRules draws a release and its gates, and sometimes one difference that it does
// not have, or has.
func drawRules(t *rapid.T) release.Rules {
	r := rapid.SampledFrom(release.Profiles()).Draw(t, "release")
	for _, g := range r.Gates() {
		if rapid.Bool().Draw(t, g.String()) {
			r = r.With(g)
		} else {
			r = r.Without(g)
		}
	}
	rules := r.Rules()
	if rapid.IntRange(0, 3).Draw(t, "toggle") > 0 {
		return rules
	}
	d := rapid.SampledFrom(release.Differences()).Draw(t, "difference")
	if rules.Has(d) {
		return rules.Without(d)
	}
	return rules.With(d)
}

// Upgrade makes it another release, in the middle of whatever is going on.
func (m *machine) Upgrade(t *rapid.T) { m.feedRules(drawRules(t)) }

func (m *machine) StoreStatus(t *rapid.T) {
	set := m.ref.set
	set.Status.CurrentRevision = model.Symbol(rapid.Int32Range(0, 5).Draw(t, "currentRevision"))
	set.Status.CurrentReplicas = rapid.Int32Range(0, 8).Draw(t, "currentReplicas")
	set.Status.CollisionCount = rapid.Int32Range(0, 1).Draw(t, "collisions")
	set.Status.Progress = Progress{}
	if reason := ProgressReason(rapid.IntRange(0, 3).Draw(t, "progress")); reason != NoProgress {
		set.Status.Progress = Progress{reason, m.now.Add(-time.Second)}
	}
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
	revision := rapid.SampledFrom([]model.Symbol{0, 1, 2, 3, m.view.update}).Draw(t, "revision, or 0 for their own")
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
		"ref", "podref", "friend,ref", "podref,other", "ref,podref", "oldset,ref",
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
		Hash: drawHash(t), Timestamped: rapid.Bool().Draw(t, "timestamped"),
	})
}

func (m *machine) Wait(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 12).Draw(t, "halves")) * time.Second / 2)
	m.tell("it is %v", m.now.Sub(testNow))
}

// Obey does what the last plan said, and stores the status.
func (m *machine) Obey(t *rapid.T) {
	if m.d.Refused {
		t.Skip("nothing was done")
	}
	d := m.d
	for i, s := range m.d.Steps {
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
		m.view.Took(&d, &m.d.Steps[i])
	}
	set := m.ref.set
	set.Status = m.view.Final(&d, false)
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
		if m.look != nil {
			m.look()
		}
	}
}

// A view answers every question as somebody does who looks at everything, whatever
// it was fed and in which order, under the rules of whichever release.
func TestViewIsTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		t.Repeat(rapid.StateMachineActions(newMachine(t)))
	})
}
