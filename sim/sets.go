package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// The API server, for StatefulSets.

func seconds[T int32 | int64](n T) time.Duration { return time.Duration(n) * time.Second }

// createSet makes a set. Its spec has its defaults and has been validated.
func (w *world) createSet(o *model.StatefulSet) {
	name := w.name(o.Namespace, o.Name)
	spec := o.Spec
	s := w.sets.add(statefulSet{
		identity: w.stamp(name), labels: o.Labels, annotations: o.Annotations,
		podBase: w.symbol(o.Name), serviceName: w.symbol(o.Spec.ServiceName),
		spec: &spec, template: w.learn(&spec.Template), generation: 1,
	})
	set := w.sets.at(s)
	set.view.SetRules(w.rules)
	for i := range spec.VolumeClaimTemplates {
		t := &spec.VolumeClaimTemplates[i]
		set.claimBases = append(set.claimBases, w.symbol(t.Name+"-"+o.Name))
		labels := t.Labels
		for key, value := range spec.Selector.MatchLabels {
			labels = labels.With(key, value)
		}
		set.claimLabels = append(set.claimLabels, labels)
	}
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindStatefulSet), a: 1})
	w.feedSet(s)
	w.reunite(s)
	w.scaleChanged(model.KindStatefulSet, name)
}

// reunite shows a new set what an earlier one of its name may have left: pods,
// claims and revisions.
func (w *world) reunite(s int32) {
	set := w.sets.at(s)
	for p := range w.pods.all {
		r := w.pods.at(p)
		if r.set == nowhere && r.name.Namespace == set.name.Namespace && r.name.Base == set.podBase {
			r.set = s
			r.matches = set.spec.Selector.Matches(w.podLabels(r))
			w.feedPod(p)
		}
	}
	for c := range w.claims.all {
		w.feedClaim(c)
	}
	w.offerRevisions(s)
}

// offerRevisions shows a set the revisions that nobody controls and its selector
// matches, whoever's they were: it will adopt them. One that another set has been
// shown and has not adopted yet is that one's no more: the first to look has it, and
// a new set looks at once.
func (w *world) offerRevisions(s int32) {
	set := w.sets.at(s)
	for r := range w.revisions.all {
		row := w.revisions.at(r)
		if row.owner != 0 || row.set == s || row.name.Namespace != set.name.Namespace ||
			!set.spec.Selector.Matches(w.template(row.template).spec.Labels) {
			continue
		}
		if row.set != nowhere {
			w.feedRevisionGone(row.set, row.name.Base)
		}
		row.set = s
		w.feedRevision(r)
	}
}

// updateSet stores a new spec, or new labels and annotations. The generation
// counts changes of the spec.
func (w *world) updateSet(s int32, o *model.StatefulSet, specChanged bool) {
	set := w.sets.at(s)
	set.labels, set.annotations = o.Labels, o.Annotations
	set.version = w.bump()
	if specChanged {
		spec := o.Spec
		set.spec = &spec
		set.template = w.learn(&spec.Template)
		set.generation++
		if set.failures == 0 && !w.rules.Has(release.CoarseRequeue) {
			// It was for the old minReadySeconds; the sync that follows plans it anew.
			w.queue.cancel(purposeDelayed, s)
		}
	}
	w.record(record{kind: recApplied, subject: set.name, why: kindCode(model.KindStatefulSet), a: set.generation})
	w.feedSet(s)
	w.scaleChanged(model.KindStatefulSet, set.name)
}

// deleteSet begins the end of a set. In the background it goes at once and the
// garbage collector follows; in the foreground its dependents go first; orphaning
// lets them go.
func (w *world) deleteSet(s int32, how deletion) {
	set := w.sets.at(s)
	if how == background {
		w.removeSet(s)
		return
	}
	if set.deleting == notDeleted {
		set.generation++
	}
	set.deleting, set.deletedAt, set.version = how, w.now, w.bump()
	w.feedSet(s)
	w.depart(departed{kind: model.KindStatefulSet, uid: set.uid, name: set.name, how: how, set: s})
}

// removeSet takes the set object away.
func (w *world) removeSet(s int32) {
	set := w.sets.at(s)
	gone := set.identity
	w.record(record{kind: recDeletedObject, subject: gone.name, why: kindCode(model.KindStatefulSet)})
	w.queue.cancel(purposeSync, s)
	w.queue.cancel(purposeDelayed, s)
	for p := range w.pods.all {
		if r := w.pods.at(p); r.set == s {
			r.set = nowhere
		}
	}
	for r := range w.revisions.all {
		if row := w.revisions.at(r); row.set == s {
			row.set = nowhere
		}
	}
	w.sets.remove(s)
	w.scaleChanged(model.KindStatefulSet, gone.name)
	w.depart(departed{kind: model.KindStatefulSet, uid: gone.uid, name: gone.name})
}
