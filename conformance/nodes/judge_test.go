package nodes

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/internal/drawn"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// lines are notes as text, those of one instant by the alphabet.
func lines(notes []note) []string {
	notes = slices.Clone(notes)
	slices.SortStableFunc(notes, func(a, b note) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return strings.Compare(a.text, b.text)
	})
	var out []string
	for _, n := range notes {
		out = append(out, fmt.Sprintf("%v %s", n.at, n.text))
	}
	return out
}

// report is what is written for whoever does not read test logs.
type report struct {
	Version     string         `json:"version"`
	Scenarios   int            `json:"scenarios"`
	Lost        int            `json:"lost"`     // how often a node was declared Unknown
	Notes       int            `json:"notes"`    // what was compared, each with its instant
	Aside       int            `json:"setAside"` // scenarios on which the real side does not agree with itself
	Sights      map[string]int `json:"sights"`
	Differences int            `json:"differences"`
}

// sights are what is worth having been seen: words of notes, and states of zones.
var sights = []string{
	"Ready=Unknown", "never posted", "Ready=False", "+unreachable:NoSchedule", "+unreachable:NoExecute", "+not-ready:NoExecute",
	"Normal", "PartialDisruption", "FullDisruption", "-unreachable:NoExecute", "-not-ready:NoExecute", "DeletionByTaintManager", "DeletionByPodGC", "by force, Failed; DeletionByTaintManager",
}

// TestDrawn draws scenarios, plays them on both sides, and compares what is written, and when.
// -rapid.checks says how many, 400 by default. ORDINAL_REPORT names a folder for a report.
func TestDrawn(t *testing.T) {
	r := report{Version: version.Of(nodelifecycleOf), Sights: map[string]int{}}
	times := nodelifecycle.DefaultTimes(0)
	passed := t.Run("all", func(t *testing.T) {
		failed := false
		rapid.Check(t, func(rt *rapid.T) {
			s := scenarios.Draw(rt, "scenario")
			want, got, w := compare(t, s, times)
			for try := 0; try < 3 && !slices.Equal(want, got); try++ {
				if again, ours, _ := compare(t, s, times); slices.Equal(again, ours) {
					r.Aside++
					t.Logf("set aside: Kubernetes does not agree with itself on\n%v%s", s, strings.Join(differ(want, got), "\n"))
					return
				}
			}
			if !slices.Equal(want, got) {
				failed = true
				require.Equal(rt, strings.Join(want, "\n"), strings.Join(got, "\n"), "Kubernetes, and Ordinal, of\n%v", s)
			}
			if !failed {
				r.count(want)
				for state := nodelifecycle.Normal; state <= nodelifecycle.FullDisruption; state++ {
					r.Sights[state.String()] += w.states[state]
				}
			}
		})
	})
	if !passed {
		r.Differences++
	}
	t.Logf("Kubernetes %s: %d scenarios, %d notes compared, %d set aside, %d differences; %v",
		r.Version, r.Scenarios, r.Notes, r.Aside, r.Differences, r.Sights)
	if passed && r.Scenarios >= 90 {
		for _, s := range sights {
			require.NotZero(t, r.Sights[s], "nothing drawn has come to show %s", s)
		}
	}
	require.NoError(t, drawn.Report("nodes", r.Version, r))
}

// compare plays a scenario on both sides.
func compare(t *testing.T, s scenario, times nodelifecycle.Times) (kubernetes, ordinal []string, w *world) {
	real := runReal(t, s)
	w = runOrdinal(s, times, real)
	return lines(real.notes), lines(w.notes), w
}

// differ are the lines that only one of two has.
func differ(a, b []string) (out []string) {
	for _, line := range a {
		if !slices.Contains(b, line) {
			out = append(out, "only Kubernetes: "+line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			out = append(out, "only Ordinal: "+line)
		}
	}
	return out
}

func (r *report) count(notes []string) {
	r.Scenarios++
	r.Notes += len(notes)
	for _, line := range notes {
		for _, s := range sights {
			if strings.Contains(line, s) {
				r.Sights[s]++
			}
		}
	}
	r.Lost = r.Sights["Ready=Unknown"]
}

// TestMain draws more scenarios than rapid does by itself, unless somebody asks for a number.
func TestMain(m *testing.M) {
	drawn.Checks(400)
	os.Exit(m.Run())
}
