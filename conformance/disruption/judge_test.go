package disruption_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/disruption"
	"github.com/ordinal-sim/ordinal/conformance/real"
	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/internal/drawn"
)

// stepsDrawn is how long drawn stories are, after their beginning.
const stepsDrawn = 30

// report is what is written for whoever does not read test logs.
type report struct {
	Version     string         `json:"version"`
	Stories     int            `json:"stories"`
	States      int            `json:"states"`    // compared
	Evictions   int            `json:"evictions"` // answered on both sides
	Codes       map[string]int `json:"codes"`     // of the answers
	Differences int            `json:"differences"`
}

// TestDrawn draws stories, plays them on both sides, and compares what the API shows after
// each step. -rapid.checks says how many, 100 by default. ORDINAL_REPORT names a folder for
// a report in JSON.
func TestDrawn(t *testing.T) {
	r := report{Version: version.Kubernetes(), Codes: map[string]int{}}
	failed := false
	passed := t.Run("stories", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			story := disruption.Generator(stepsDrawn).Draw(rt, "story")
			states := real.RunDisruption(t, story, eviction)
			side := disruption.New()
			for i, step := range story {
				if got := side.Do(step); got.String() != states[i].String() {
					failed = true
					rt.Fatalf("%s\nKubernetes:\n%vOrdinal:\n%v", tell(story[:i+1]), states[i], got)
				}
			}
			if !failed { // what is tried while shrinking does not count
				r.count(states)
			}
		})
	})
	if !passed {
		r.Differences = 1
	}
	t.Logf("Kubernetes %s: %d stories, %d states compared, %d evictions %v, %d differences", r.Version, r.Stories, r.States, r.Evictions, r.Codes, r.Differences)
	if passed && r.Stories >= 100 {
		for _, code := range []string{"201", "404", "429", "500"} {
			require.Positive(t, r.Codes[code], "evictions that are answered with %s", code)
		}
	}
	require.NoError(t, drawn.Report("disruption", r.Version, r))
}

func (r *report) count(states []disruption.State) {
	r.Stories++
	r.States += len(states)
	for _, s := range states {
		for _, answer := range s.Answers {
			r.Evictions++
			r.Codes[answer[:3]]++
		}
	}
}

func tell(story []disruption.Step) string {
	var b strings.Builder
	for i, step := range story {
		fmt.Fprintf(&b, "%d %v\n", i, step)
	}
	return b.String()
}

// TestFound: an eviction is judged by the status that the controller has written, not by
// what there is. One that has ended goes without asking a budget, and until the controller
// has looked again its StatefulSet is still asked for three pods more.
func TestFound(t *testing.T) {
	story := []disruption.Step{{Op: disruption.Budget, Value: "a max 1"}}
	for pod, owner := range []string{"deployment", "set", "deployment", "deployment"} {
		story = append(story, disruption.Step{Op: disruption.Create, Pod: pod, Value: owner}, disruption.Step{Op: disruption.Ready, Pod: pod})
	}
	story = append(story, disruption.Step{Op: disruption.Finish, Pod: 1}, disruption.Step{Op: disruption.EvictTwo, Pod: 1})
	states := real.RunDisruption(t, story, eviction)
	side := disruption.New()
	for i, step := range story {
		require.Equal(t, states[i].String(), side.Do(step).String(), "after step %d of\n%s", i, tell(story))
	}
	require.Contains(t, states[len(states)-1].Answers[1], "429 ")
}
