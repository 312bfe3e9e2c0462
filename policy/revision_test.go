package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/stretchr/testify/require"
)

// history makes revisions from "B2 A3": the name and, in order, the numbers. The
// template has the name's letter.
func history(words string) (out []Revision) {
	for word := range strings.FieldsSeq(words) {
		name := symbolOf(word)
		out = append(out, Revision{Name: name, Text: letterOf(name), Number: int64(number(word[1:])), Template: Template(name)})
	}
	return out
}

// How the present template becomes a revision.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, getStatefulSetRevisions.
func TestRevise(t *testing.T) {
	for _, c := range []struct {
		rule, history, template string
		want                    RevisionDecision
	}{
		{"the first template is number 1", "", "A", RevisionDecision{CreateRevision, 0, 1}},
		{"the newest is the present one: nothing is written", "A1 B2", "B", RevisionDecision{KeepRevision, 2, 2}},
		{"a new template has the number after the highest", "A1 B7", "C", RevisionDecision{CreateRevision, 0, 8}},
		{"an old template comes back with a new number", "A1 B2", "A", RevisionDecision{BumpRevision, 1, 3}},
		{"and is the newest from then on", "A3 B2", "A", RevisionDecision{KeepRevision, 1, 3}},
		{"the order in which they are heard of does not matter", "C9 A1 B2", "B", RevisionDecision{BumpRevision, 2, 10}},
	} {
		v := &View{}
		set, _, _ := scene{set: "1"}.parseSet()
		set.Template = Template(symbolOf(c.template))
		v.SetChanged(set)
		for _, r := range history(c.history) {
			v.RevisionChanged(r)
		}
		require.Equal(t, c.want, v.Revise(), c.rule)
	}
}

// How releases tell whether a revision is the present template. The revisions are of one
// template; "A3*" carries a creationTimestamp, "A3:25" has a label that looks like that
// number. The present template's bytes are those of the release, without a timestamp.
//
// Source: pkg/controller/history/controller_history.go, EqualRevision, and
// pkg/controller/statefulset/stateful_set_control.go, setMatchesLatestExistingRevision.
func TestReviseOfReleases(t *testing.T) {
	const created, semantic = "created", release.Rules(0)
	bytes := semantic.With(release.ComparesBytes)
	hashes := bytes.With(release.ComparesHashes)
	for _, c := range []struct {
		rule, history, want string
		hash                int32 // of the present template
		rules               release.Rules
	}{
		{"the newest has other bytes and means the same", "A1* B2*", "B", 0, semantic},
		{"an older one has the same bytes, and goes first", "A1 B2*", "A renumbered 3", 0, semantic},
		{"only the newest is asked what it means", "A1* C2", created, 0, semantic},
		{"nobody is asked what it means", "A1*", created, 0, bytes},

		{"the label is another number", "A1:42", created, 25, hashes},
		{"the label is the same number", "A1:25", "A", 25, hashes},
		{"the label is no number", "A1", "A", 25, hashes},
		{"the present label is none", "A1:42", "A", 0, hashes},
		{"nobody looks at labels", "A1:42", "A", 25, bytes},
		{"an older one has the same label", "A1:25 B2:42", "A renumbered 3", 25, hashes},
		{"an older one is equal, and equal to the newest too, which is not equal to the present: the newest is taken", "A1 B2:42", "B", 25, hashes},
	} {
		v := &View{}
		set, _, _ := scene{set: "1"}.parseSet()
		set.Hash = c.hash
		v.SetRules(c.rules)
		v.SetChanged(set)
		for word := range strings.FieldsSeq(c.history) {
			words, hash, hashed := strings.Cut(strings.TrimSuffix(word, "*"), ":")
			r := history(words)[0]
			r.Timestamped = strings.HasSuffix(word, "*")
			if r.Template != 3 { // C is another template
				r.Template = 1
			}
			if hashed {
				r.Hash = number(hash)
			}
			v.RevisionChanged(r)
		}
		got := created
		switch d := v.Revise(); d.Action {
		case KeepRevision:
			got = letterOf(d.Name)
		case BumpRevision:
			got = fmt.Sprintf("%s renumbered %d", letterOf(d.Name), d.Number)
		}
		require.Equal(t, c.want, got, c.rule)
	}
}

// Of several revisions of one template the last counts.
func TestReviseTakesTheLastEqual(t *testing.T) {
	v := scene{set: "1"}.build()
	for _, r := range history("C3 D4 E5") {
		if r.Name != symbolOf("E") {
			r.Template = 1
		}
		v.RevisionChanged(r)
	}
	require.Equal(t, RevisionDecision{BumpRevision, symbolOf("D"), 6}, v.Revise())
}

// The order of a history: by number, then by creation, then by name.
//
// Source: pkg/controller/history/controller_history.go, byRevision.
func TestHistoryOrder(t *testing.T) {
	v := &View{}
	for _, r := range []Revision{
		{Name: 1, Text: "web-b", Number: 2, CreatedAt: 5},
		{Name: 2, Text: "web-a", Number: 2, CreatedAt: 5},
		{Name: 3, Text: "web-z", Number: 2, CreatedAt: 4},
		{Name: 4, Text: "web-c", Number: 1, CreatedAt: 9},
	} {
		v.RevisionChanged(r)
	}
	order := func() (out []string) {
		for _, r := range v.Revisions() {
			out = append(out, r.Text)
		}
		return out
	}
	require.Equal(t, []string{"web-c", "web-z", "web-a", "web-b"}, order())
	v.RevisionChanged(Revision{Name: 4, Text: "web-c", Number: 3, CreatedAt: 9})
	require.Equal(t, []string{"web-z", "web-a", "web-b", "web-c"}, order(), "a new number moves it")
	v.RevisionGone(3)
	v.RevisionGone(3)
	require.Equal(t, []string{"web-a", "web-b", "web-c"}, order())
}

// Which revisions are deleted as history.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, truncateHistory.
func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		rule    string
		scene   scene
		unknown bool // the revision stage has failed
		gone    string
	}{
		{"within the limit: nothing", scene{set: "1 limit=2 was=D update=E old=5", pods: "0:Cr"}, false, ""},
		{"beyond the limit: the oldest first", scene{set: "1 limit=1 was=D update=E old=5", pods: "0:Cr"}, false, "A"},
		{"limit 0: what is current, wanted or carried by a pod stays", scene{set: "1 limit=0 was=D update=E old=5", pods: "0:Cr"}, false, "AB"},
		{"so there can be limit + live", scene{set: "2 limit=1 was=A update=E old=5", pods: "0:Br 1:Dr"}, false, ""},
		{"a pod on its way out keeps its revision", scene{set: "1 limit=0 update=C", pods: "0:ArX"}, false, "B"},
		{"a condemned pod keeps its revision", scene{set: "1 limit=0 update=C", pods: "7:Ar"}, false, "B"},
		{"somebody else's pod does not", scene{set: "1 limit=0 update=C", pods: "0:Arx 1:Bro"}, false, "AB"},
		{"a negative limit keeps all", scene{set: "1 limit=-1 update=E"}, false, ""},
		{"the default limit is 10: of 13, B is wanted", scene{set: "1 update=B old=13"}, false, "AC"},
		{"current and wanted are not known: only the pods' count", scene{set: "1 limit=0 was=A update=C", pods: "0:Br"}, true, "AC"},
		{"the same with a limit", scene{set: "1 limit=1 was=A update=C", pods: "0:Br"}, true, "A"},
	} {
		var gone string
		for _, name := range c.scene.build().Truncate(!c.unknown, nil) {
			gone += letterOf(name)
		}
		require.Equal(t, c.gone, gone, c.rule)
	}
}

// History limit 1, the templates A, B, C, B, D in turn, each rolled out: what is left
// each time.
func TestTruncateAsTemplatesComeAndGo(t *testing.T) {
	v := scene{set: "1 limit=1"}.build()
	v.RevisionGone(1)
	var left []string
	for _, template := range []string{"A", "B", "C", "B", "D"} {
		set := *v.Set()
		set.Template = Template(symbolOf(template))
		set.Status.CurrentRevision = v.update
		v.SetChanged(set)
		name := symbolOf(template)
		if d := v.Revise(); d.Action != KeepRevision {
			v.RevisionChanged(Revision{Name: name, Text: template, Number: d.Number, Template: set.Template})
		}
		v.Settle(name)
		set.Status.CurrentRevision = name // the rollout is over
		v.SetChanged(set)
		v.Settle(name)
		v.PodChanged(parsePod("0:" + template + "r"))
		for _, gone := range v.Truncate(true, nil) {
			v.RevisionGone(gone)
		}
		var names strings.Builder
		for _, r := range v.Revisions() {
			fmt.Fprintf(&names, "%s%d ", r.Text, r.Number)
		}
		left = append(left, strings.TrimSpace(names.String()))
	}
	require.Equal(t, []string{"A1", "A1 B2", "B2 C3", "C3 B4", "B4 D5"}, left)
}

// The current revision is the one that the status names, or else what is wanted.
func TestSettle(t *testing.T) {
	for _, c := range []struct {
		rule, set string
		current   model.Symbol
	}{
		{"the status names one that is there", "1 was=A update=C", 1},
		{"the first sync: it names none", "1 update=C", 3},
		{"it names one that is gone", "1 was=H update=C", 3},
	} {
		v := scene{set: c.set}.build()
		require.Equal(t, c.current, v.observe().CurrentRevision, c.rule)
		require.Equal(t, model.Symbol(3), v.observe().UpdateRevision, c.rule)
	}
}
