package policy

import (
	"cmp"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// The reference's part about revisions, and about adoption.

// history are the revisions, the oldest first.
func (r *reference) history() (out []Revision) {
	for _, rev := range r.revisions {
		out = append(out, rev)
	}
	slices.SortFunc(out, func(a, b Revision) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// equalRevisions mirrors EqualRevision: are the bytes the same? Releases that wrote the
// field creationTimestamp have other bytes for the same template. Up to 1.34.1 labels
// that are numbers, and not the same, were enough to say no.
func (r *reference) equalRevisions(a, b Revision) bool {
	if r.has(release.ComparesHashes) && a.Hash != 0 && b.Hash != 0 && a.Hash != b.Hash {
		return false
	}
	return a.Template == b.Template && a.Timestamped == b.Timestamped
}

// revise mirrors getStatefulSetRevisions.
func (r *reference) revise() RevisionDecision {
	history := r.history()
	wanted := Revision{
		Template: r.set.Template, Hash: r.set.Hash, Number: 1,
		Timestamped: r.has(release.WritesCreationTimestamp),
	}
	var equal []Revision
	for _, rev := range history {
		wanted.Number = max(wanted.Number, rev.Number+1)
		if r.equalRevisions(rev, wanted) {
			equal = append(equal, rev)
		}
	}
	keep := func(rev Revision) RevisionDecision {
		return RevisionDecision{Action: KeepRevision, Name: rev.Name, Number: rev.Number}
	}
	switch {
	case len(history) == 0:
	case len(equal) > 0 && r.equalRevisions(history[len(history)-1], equal[len(equal)-1]):
		return keep(history[len(history)-1])
	case len(equal) > 0:
		return RevisionDecision{Action: BumpRevision, Name: equal[len(equal)-1].Name, Number: wanted.Number}
	case !r.has(release.ComparesBytes) && history[len(history)-1].Template == r.set.Template:
		return keep(history[len(history)-1])
	}
	return RevisionDecision{Action: CreateRevision, Number: wanted.Number}
}

func (r *reference) settle(update model.Symbol) {
	r.update, r.current = update, update
	if _, found := r.revisions[r.set.Status.CurrentRevision]; found {
		r.current = r.set.Status.CurrentRevision
	}
}

// adopt mirrors ClaimObject.
func (r *reference) adopt() (out []Pod) {
	for _, p := range r.pods {
		released := p.Ownership == Ours && !p.Matches
		adopted := p.Ownership == Orphan && p.Matches && !p.Terminating
		if (released || adopted) && !r.set.Deleting {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Pod) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	return out
}

// truncate mirrors truncateHistory.
func (r *reference) truncate(known bool) (out []model.Symbol) {
	limit := 10
	if l := r.set.Spec.RevisionHistoryLimit; l != nil {
		limit = int(*l)
	}
	for _, rev := range r.history() {
		live := known && (rev.Name == r.current || rev.Name == r.update)
		for _, p := range r.members() {
			live = live || p.Revision == rev.Name
		}
		if !live {
			out = append(out, rev.Name)
		}
	}
	if limit < 0 || len(out) <= limit {
		return nil
	}
	return out[:len(out)-limit]
}
