package sim

import (
	"errors"
	"math"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
)

// The StatefulSet controller's history: ControllerRevisions.

// revise makes sure that the template has a revision, the newest one, and returns
// its name.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, getStatefulSetRevisions.
func (w *world) revise(s int32) (model.Symbol, error) {
	set := w.sets.at(s)
	d := set.view.Revise()
	switch d.Action {
	case policy.BumpRevision:
		if slices.Contains(w.scratch.owned, d.Name) {
			return 0, errBumpOfAdopted
		}
		name := w.revisionName(set.name.Namespace, d.Name)
		if err := w.admitUpdate(VerbUpdate, model.KindControllerRevision, name, defaultBackoff); err != nil {
			return 0, err
		}
		r, ok := w.revisions.find(name)
		if !ok {
			return 0, errStale
		}
		row := w.revisions.at(r)
		row.number, row.version = d.Number, w.bump()
		w.feedRevision(r)
		w.record(record{kind: recRevisionBumped, subject: set.name, text: d.Name, a: d.Number})
		return d.Name, nil
	case policy.CreateRevision:
		return w.createRevision(s, d.Number)
	default:
		return d.Name, nil
	}
}

// errBumpOfAdopted says that a revision cannot get a new number in the sync that has
// adopted it: the cache does not show the adoption yet, so that the write conflicts,
// and the retry is made with the empty object that a client returns with an error.
//
// Source: pkg/controller/history/controller_history.go, UpdateControllerRevision.
var errBumpOfAdopted = errors.New("resource name may not be empty")

// createRevision makes a revision of the present template. A name that is taken
// by another template is a collision: the count goes up, and with it another name.
//
// Source: pkg/controller/history/controller_history.go, CreateControllerRevision.
func (w *world) createRevision(s int32, number int64) (model.Symbol, error) {
	timestamped := w.rules.Has(release.WritesCreationTimestamp)
	for {
		if err := w.admit(VerbCreate, model.KindControllerRevision); err != nil {
			return 0, err
		}
		set := w.sets.at(s)
		symbol := w.symbol(w.proposedName(s))
		name := w.revisionName(set.name.Namespace, symbol)
		if r, taken := w.revisions.find(name); taken {
			if row := w.revisions.at(r); row.template == set.template && row.timestamped == timestamped {
				return symbol, nil
			}
			set.status.CollisionCount++
			continue
		}
		r := w.revisions.add(revision{
			identity: w.stamp(name), set: s, owner: set.uid, number: number, template: set.template, annotations: set.annotations,
			timestamped: timestamped,
		})
		w.feedRevision(r)
		w.record(record{kind: recRevisionCreated, subject: set.name, text: symbol, a: number})
		return symbol, nil
	}
}

// proposedName is the name that a revision of a set's present template would get.
func (w *world) proposedName(s int32) string {
	set := w.sets.at(s)
	data := w.template(set.template).text
	if w.rules.Has(release.WritesCreationTimestamp) {
		data = `{"creationTimestamp":null}` + data
	}
	return model.RevisionNameOf(w.text(set.podBase), data, set.status.CollisionCount)
}

// ownRevision adopts an orphan revision.
func (w *world) ownRevision(s int32, name model.Symbol) error {
	if err := w.admit(VerbUpdate, model.KindControllerRevision); err != nil {
		return err
	}
	if r, ok := w.revisions.find(w.revisionName(w.sets.at(s).name.Namespace, name)); ok {
		row := w.revisions.at(r)
		row.set, row.owner, row.version = s, w.sets.at(s).uid, w.bump()
		w.feedRevision(r)
	}
	return nil
}

// truncate deletes history that is too long.
func (w *world) truncate(s int32, known bool) error {
	set := w.sets.at(s)
	w.scratch.truncated = set.view.Truncate(known, w.scratch.truncated)
	for _, name := range w.scratch.truncated {
		if err := w.admit(VerbDelete, model.KindControllerRevision); err != nil {
			return err
		}
		if r, ok := w.revisions.find(w.revisionName(set.name.Namespace, name)); ok {
			w.record(record{kind: recRevisionTruncated, subject: set.name, text: name})
			w.removeRevision(r)
		}
	}
	return nil
}

func (w *world) removeRevision(r int32) {
	gone := *w.revisions.at(r)
	w.revisions.remove(r)
	if gone.set != nowhere {
		w.feedRevisionGone(gone.set, gone.name.Base)
	}
}

// revisionView is what the StatefulSet controller sees of a revision.
func (w *world) revisionView(r int32) policy.Revision {
	row := w.revisions.at(r)
	text := w.text(row.name.Base)
	return policy.Revision{
		Name: row.name.Base, Text: text, UID: row.uid, Number: row.number, CreatedAt: row.created, Template: row.template,
		Hash: hashNumber(text), Orphan: row.owner == 0, Timestamped: row.timestamped,
	}
}

// hashNumber is what the hash at the end of a revision's name is as a decimal
// number; 0 if it is none.
func hashNumber(name string) int32 {
	n := int64(0)
	for _, digit := range []byte(revisionHash(name)) {
		if digit < '0' || digit > '9' {
			return 0
		}
		if n = 10*n + int64(digit-'0'); n > math.MaxInt32 {
			return 0
		}
	}
	return int32(n)
}
