package sim_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// whyCase is a world in which something waits, and what is asked about.
type whyCase struct {
	id       string
	what     string
	target   string
	standing sim.Standing
	remedies int
	play     func(w *worldPlay)
}

// whyCases are the roots that an explanation can have, by what they are of. Their words
// stand in testdata/why.txt, which
//
//	go test ./sim -run TestWhyWords -update
//
// writes anew.
var whyCases = slices.Concat(whySetCases, whyPodCases, whyNodeCases, whyStorageCases)

// TestWhyWords holds what is said about each case, word for word, and that each remedy does
// what is said of it.
func TestWhyWords(t *testing.T) {
	var words strings.Builder
	for _, row := range whyCases {
		t.Run(row.id+" "+row.what, func(t *testing.T) {
			words.WriteString(row.answer(t))
		})
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/why.txt", []byte(words.String()), 0o644))
		return
	}
	want, err := os.ReadFile("testdata/why.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), words.String())
}

// answer is what is said about a case.
func (row *whyCase) answer(t *testing.T) string {
	w := &worldPlay{t: t, rule: row.id + " " + row.what}
	row.play(w)
	before := stateOf(w.c)
	e, err := w.c.Why(row.target)
	require.NoError(t, err, w.rule)
	require.Equal(t, before, stateOf(w.c), w.rule)
	require.Equal(t, row.standing, e.Standing, "%s\n%s\n%s", w.rule, e, w.c.Trace())
	require.Len(t, e.Remedies, row.remedies, "%s\n%s", w.rule, e)
	w.keepsWord(row.target, e)
	return fmt.Sprintf("== %s\n%s\n\n", strings.TrimSpace(row.id+" "+row.what), strings.ReplaceAll(e.String(), "; ", ";\n  "))
}

// keepsWord does each remedy in a fork and wants to see what was said of it.
func (w *worldPlay) keepsWord(target string, e sim.Explanation) {
	w.t.Helper()
	if e.Standing == sim.Passing {
		fork, err := w.c.Clone()
		w.do(err)
		fork.Run(e.Until.Sub(fork.Now()) - 1)
		require.False(w.t, stands(fork, target), "%s: %s", w.rule, e)
		fork.Run(1)
		require.True(w.t, stands(fork, target), "%s: %s\n%s", w.rule, e, fork.Trace())
	}
	for _, r := range e.Remedies {
		fork, err := w.c.Clone()
		w.do(err)
		fork.Run(e.At.Sub(fork.Now()))
		at := fork.Now()
		for _, op := range r.Do {
			for fork.Do(op) != nil && fork.Now() < at.Add(time.Minute) {
				require.True(w.t, fork.Step(), "%s: %s is never accepted", w.rule, op)
			}
		}
		if e.Standing == sim.Held {
			fork.Run(r.After)
			after, err := fork.Why(target)
			w.do(err)
			require.Equal(w.t, sim.AsAsked, after.Standing, "%s: %s", w.rule, after)
			continue
		}
		if !r.Settles {
			continue // a table's words say what comes then
		}
		if left := at.Add(r.After).Sub(fork.Now()); left > 0 {
			fork.Run(left - 1)
			require.False(w.t, stands(fork, target), "%s: %s is faster", w.rule, r)
			fork.Run(1)
		}
		require.True(w.t, stands(fork, target), "%s: %s\n%s", w.rule, r, fork.Trace())
	}
}

func minReady(seconds int32) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) { s.Spec.MinReadySeconds = seconds }
}

// strategy is a set's.
func strategy(kind model.UpdateStrategyType) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) { s.Spec.UpdateStrategy = model.UpdateStrategy{Type: kind} }
}

// with is a world in which the image "bad" is one that behaves so.
func with(bad sim.Image) sim.Config { return sim.Config{Images: map[string]sim.Image{"bad": bad}} }

// formed is a world at rest with three pods of the image A.
func (w *worldPlay) formed(config sim.Config, changes ...func(*model.StatefulSet)) {
	w.t.Helper()
	w.begin(config, webSet(3, append([]func(*model.StatefulSet){stateless}, changes...)...))
	w.settles()
}

// updated gives the set web another image, and a while.
func (w *worldPlay) updated(image string) {
	w.t.Helper()
	w.do(w.c.SetImage("web", "main", image))
	w.c.Run(10 * time.Minute)
}

// deed is something that is done.
func (w *worldPlay) deed(op sim.Operation) {
	w.t.Helper()
	w.do(w.c.Do(op))
}
