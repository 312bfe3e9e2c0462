package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
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

func (w *twins) feedRules(rules release.Rules) {
	w.tell("rules: %s", readRules(rules))
	w.view.SetRules(rules)
	w.ref.rules = rules
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
	w.tell("set: %s %d from %d, %s %s, template %s, minReady %d, retention %v, deleting %t, uid %d, current %s, c%d, %s, hash %d", s.PodManagementPolicy,
		*s.Replicas, s.StartOrdinal(), s.UpdateStrategy.Type, block, letterOf(model.Symbol(set.Template)), s.MinReadySeconds, s.Retention(),
		set.Deleting, set.UID, letterOf(set.Status.CurrentRevision), set.Status.CurrentReplicas,
		readProgress(set.Status.Progress), set.Hash)
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
	w.tell("revision %s: number %d, template %s, hash %d, timestamped %t", letterOf(r.Name), r.Number,
		letterOf(model.Symbol(r.Template)), r.Hash, r.Timestamped)
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
	update := w.written(revise)
	equal(t, w, "Adopt", w.view.Adopt(nil), w.ref.adopt())
	w.view.Settle(update)
	w.ref.settle(update)

	w.view.Plan(w.now, &w.d)
	plan, groups := w.ref.plan(w.now)
	equal(t, w, "Plan: refused", w.d.Refused, plan.Refused)
	equal(t, w, "Plan: wait", readWait(w.d.Wait), readWait(plan.Wait))
	w.sameSteps(t, plan.Steps, groups)
	if !plan.Refused {
		equal(t, w, "Plan: status", w.d.Status, plan.Status)
		w.sameEnds(t, plan)
	}
	equal(t, w, "ReadyRecheck", w.view.ReadyRecheck() > time.Duration(w.ref.set.Spec.MinReadySeconds)*time.Second, w.ref.has(release.CoarseRequeue))
	equal(t, w, "Truncate", w.view.Truncate(true, nil), w.ref.truncate(true))
	equal(t, w, "Truncate, the revisions unknown", w.view.Truncate(false, nil), w.ref.truncate(false))
	w.sameClaims(t)
}

// written carries out what the revision stage asks for, and is the update revision.
func (w *twins) written(d RevisionDecision) (update model.Symbol) {
	if d.Action == KeepRevision {
		return d.Name
	}
	timestamped := w.ref.has(release.WritesCreationTimestamp)
	r := Revision{
		Name: d.Name, Number: d.Number, CreatedAt: w.now,
		Template: w.ref.set.Template, Hash: w.ref.set.Hash, Timestamped: timestamped,
	}
	if d.Action == BumpRevision {
		r = w.ref.revisions[d.Name] // only its number changes
		r.Number = d.Number
	} else {
		r.Name = model.Symbol(r.Template)
		if timestamped {
			r.Name += 5 // other bytes, another name
		}
	}
	r.Text = letterOf(r.Name)
	if !w.lag {
		w.feedRevision(r)
	}
	return r.Name
}

// sameEnds compares how a sync ends if all steps succeed, if none does, and if every
// other one does.
func (w *twins) sameEnds(t failer, plan Decision) {
	t.Helper()
	for _, c := range []struct {
		name   string
		takes  func(i int) bool
		failed bool
	}{
		{"all steps succeed", func(int) bool { return true }, false},
		{"no step succeeds", func(int) bool { return false }, true},
		{"every other step succeeds", func(i int) bool { return i%2 == 0 }, true},
	} {
		d := w.d
		var taken []Step
		for i := range d.Steps {
			if c.takes(i) {
				w.view.Took(&d, &d.Steps[i])
				taken = append(taken, plan.Steps[i])
			}
		}
		final := w.ref.final(plan, taken, c.failed)
		equal(t, w, "Final: "+c.name, w.view.Final(&d, c.failed), final)
		equal(t, w, "Differs: "+c.name, w.view.Differs(final), w.ref.differs(final))
		after, ok := w.ref.recheck(w.now, final)
		viewAfter, viewOK := w.view.Recheck(w.now, final)
		equal(t, w, "Recheck: "+c.name, fmt.Sprint(viewAfter, viewOK), fmt.Sprint(after, ok))
	}
}

func (w *twins) sameClaims(t failer) {
	t.Helper()
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
