package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Each template that a set has had is kept in a ControllerRevision, numbered in
// the order in which the templates were in force. Going back to an old template
// does not make a new revision; the old one gets a new number, which is why
// `kubectl rollout history` shows a gap after an undo.

// Revision is what the controller sees of one ControllerRevision that its
// selector matches, controlled by the set or by nobody.
type Revision struct {
	Name      model.Symbol
	Text      string // Name as a string: the last rule of the order
	UID       model.UID
	Number    int64 // field revision
	CreatedAt model.Instant
	Template  Template
	Hash      int32 // what its label controller.kubernetes.io/hash is as a decimal number; 0 if it is none
	Orphan    bool
	// Timestamped: its data carries a field creationTimestamp, null, in the
	// template, as releases before 1.34 wrote it.
	Timestamped bool

	pods   int32 // members that carry its name
	active int32 // of them, not terminating
}

// RevisionChanged feeds a revision that is new or has changed.
func (v *View) RevisionChanged(r Revision) {
	if i := v.revisionAt(r.Name); i >= 0 {
		r.pods, r.active = v.revisions[i].pods, v.revisions[i].active
		v.revisions = slices.Delete(v.revisions, i, i+1)
	} else {
		r.pods, r.active = v.carrying(r.Name)
	}
	at, _ := slices.BinarySearchFunc(v.revisions, r, compareRevisions)
	v.revisions = slices.Insert(v.revisions, at, r)
}

// RevisionGone feeds the end of a revision.
func (v *View) RevisionGone(name model.Symbol) {
	if i := v.revisionAt(name); i >= 0 {
		v.revisions = slices.Delete(v.revisions, i, i+1)
	}
}

// Revisions are the set's revisions, the oldest first. The slice belongs to the view.
func (v *View) Revisions() []Revision { return v.revisions }

// compareRevisions is the order of a history.
//
// Source: pkg/controller/history/controller_history.go, byRevision.
func compareRevisions(a, b Revision) int {
	if c := cmp.Compare(a.Number, b.Number); c != 0 {
		return c
	}
	if c := cmp.Compare(a.CreatedAt, b.CreatedAt); c != 0 {
		return c
	}
	return strings.Compare(a.Text, b.Text)
}

func (v *View) revisionAt(name model.Symbol) int {
	for i := range v.revisions {
		if v.revisions[i].Name == name {
			return i
		}
	}
	return -1
}

// countRevision keeps the number of pods of each revision.
func (v *View) countRevision(p *Pod, sign int32) {
	if i := v.revisionAt(p.Revision); i >= 0 {
		v.revisions[i].pods += sign
		if !p.Terminating {
			v.revisions[i].active += sign
		}
	}
}

// carrying counts the members that carry a revision's name.
func (v *View) carrying(name model.Symbol) (pods, active int32) {
	for i := range v.seats {
		if p := &v.seats[i].pod; p.member() && p.Revision == name {
			pods++
			if !p.Terminating {
				active++
			}
		}
	}
	return pods, active
}

// at is how many members carry a revision, terminating ones included.
func (v *View) at(name model.Symbol) int32 {
	if i := v.revisionAt(name); i >= 0 {
		return v.revisions[i].pods
	}
	pods, _ := v.carrying(name)
	return pods
}

// active is how many pods count as being at a revision: those that are not terminating.
func (v *View) active(name model.Symbol) int32 {
	if i := v.revisionAt(name); i >= 0 {
		return v.revisions[i].active
	}
	_, active := v.carrying(name) // the watch has yet to show the revision that was just written
	return active
}

// RevisionAction says what has to be written before the revision of the present
// template can be used.
type RevisionAction uint8

// What to do about the revision of the present template.
const (
	KeepRevision   RevisionAction = iota // it is the newest already
	BumpRevision                         // it is an old one: give it the next number
	CreateRevision                       // there is none
)

// RevisionDecision is how the present template becomes the update revision.
type RevisionDecision struct {
	Action RevisionAction
	Name   model.Symbol // of the revision; 0 for CreateRevision
	Number int64        // the number to write
}

// Revise decides which revision the present template is. What it asks for has to
// be written and fed back before [View.Plan].
//
// Source: pkg/controller/statefulset/stateful_set_control.go, getStatefulSetRevisions.
func (v *View) Revise() RevisionDecision {
	next := int64(1)
	if n := len(v.revisions); n > 0 {
		next = v.revisions[n-1].Number + 1
	}
	newest := len(v.revisions) - 1
	for i := newest; i >= 0; i-- {
		if r := &v.revisions[i]; v.isPresent(r) {
			if n := &v.revisions[newest]; v.equal(n, r) {
				return RevisionDecision{Action: KeepRevision, Name: n.Name, Number: n.Number}
			}
			return RevisionDecision{Action: BumpRevision, Name: r.Name, Number: next}
		}
	}
	if newest >= 0 && v.meansPresent(&v.revisions[newest]) {
		r := &v.revisions[newest]
		return RevisionDecision{Action: KeepRevision, Name: r.Name, Number: r.Number}
	}
	return RevisionDecision{Action: CreateRevision, Number: next}
}

// isPresent reports whether a revision is the present template, byte for byte as
// this release writes it.
func (v *View) isPresent(r *Revision) bool {
	return v.equal(r, &Revision{
		Template: v.set.Template, Hash: v.set.Hash, Timestamped: v.rules.Has(release.WritesCreationTimestamp),
	})
}

// equal reports whether two revisions have the same bytes.
//
// Source: pkg/controller/history/controller_history.go, EqualRevision.
func (v *View) equal(a, b *Revision) bool {
	if v.rules.Has(release.ComparesHashes) && a.Hash != 0 && b.Hash != 0 && a.Hash != b.Hash {
		return false
	}
	return a.Template == b.Template && a.Timestamped == b.Timestamped
}

// meansPresent reports whether a revision comes out as the present template when it
// is read and written anew.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, setMatchesLatestExistingRevision.
func (v *View) meansPresent(r *Revision) bool {
	return !v.rules.Has(release.ComparesBytes) && r.Template == v.set.Template
}

// Settle tells the view which revision the present template turned out to be. The
// current revision is the one that the status names; if that is gone (the first
// sync, a status that was lost, a revision deleted by hand) it is the update
// revision. That is how a partition is forgotten.
func (v *View) Settle(update model.Symbol) {
	v.current = v.set.Status.CurrentRevision
	if v.revisionAt(v.current) < 0 {
		v.current = update
	}
	if v.update != update {
		v.update = update
		v.remark()
	}
}

// remark sets the marks that depend on the update revision.
func (v *View) remark() {
	for place := range int32(len(v.seats)) {
		s := &v.seats[place]
		i, inRange := v.index(s.pod.Ordinal)
		if !inRange || !s.pod.member() {
			continue
		}
		v.markRevision(i, s)
	}
}

// Truncate lists the revisions that are history and too many: neither current nor
// wanted nor carried by a pod, the oldest beyond revisionHistoryLimit. If the
// revision stage failed, current and update are not known and do not count.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, truncateHistory.
func (v *View) Truncate(known bool, out []model.Symbol) []model.Symbol {
	out = out[:0]
	limit := int32(10)
	if l := v.set.Spec.RevisionHistoryLimit; l != nil {
		limit = *l
	}
	if limit < 0 || int32(len(v.revisions)) <= limit {
		return out
	}
	for i := range v.revisions {
		r := &v.revisions[i]
		if known && (r.Name == v.current || r.Name == v.update) || r.pods > 0 {
			continue
		}
		out = append(out, r.Name)
	}
	return out[:max(0, int32(len(out))-limit)]
}
