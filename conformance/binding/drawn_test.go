package binding

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/internal/drawn"
)

// report is what is written for whoever does not read test logs.
type report struct {
	Version     string `json:"version"`
	Worlds      int    `json:"worlds"`
	Steps       int    `json:"steps"`
	Refused     int    `json:"refused"` // steps that the API server refused, on both sides
	States      int    `json:"states"`  // compared: what is shown of one claim or one volume after one step
	Events      int    `json:"events"`  // compared
	Ties        int    `json:"ties"`    // worlds in which Kubernetes does now this and now that
	Pods        int    `json:"pods"`    // that were to be scheduled
	Verdicts    int    `json:"verdicts"`
	Differences int    `json:"differences"`
}

// counts are the counts of this run. The tests of this package run one after the other.
var counts = report{Version: version.Kubernetes()}

// mostSteps is how long a story is at most: 27 of them are 81 seconds.
const mostSteps = 27

// TestDrawn draws worlds, plays them on both sides, and compares what the API shows
// after each step.
func TestDrawn(t *testing.T) {
	seen := map[string]bool{}
	var last *verdict
	passed := t.Run("worlds", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			steps := drawStory(rt, rapid.SampledFrom([]int{5, 10, 15, 20, mostSteps}).Draw(rt, "steps"))
			v := compare(t, steps)
			if v.at >= 0 && last == nil {
				v = judge(t, steps) // what is tried while shrinking need not be so sure
			}
			if v.differs() {
				last = &v
				rt.Fatalf("what is shown after step %d differs", v.at+1)
			}
			if last == nil { // what is tried while shrinking does not count
				v.count()
				v.notice(seen)
			}
		})
	})
	t.Logf("Kubernetes %s: %d worlds, %d steps, %d of them refused, %d states and %d events compared, %d ties",
		counts.Version, counts.Worlds, counts.Steps, counts.Refused, counts.States, counts.Events, counts.Ties)
	if !passed && last != nil {
		counts.Differences++
		t.Errorf("a world differs\n%v", shrink(t, *last))
		return
	}
	if counts.Worlds < 1000 || testing.Short() {
		return
	}
	for _, s := range sights() {
		if !seen[s] {
			t.Errorf("nothing drawn has come to show %q", s)
		}
	}
}

// verdict is the outcome of one story.
type verdict struct {
	steps []step
	at    int // the first step after which the sides differ; -1 if they never do
	want  []state
	got   []state
	tie   bool // they differ, and Kubernetes may do what Ordinal does
}

func (v verdict) differs() bool { return v.at >= 0 && !v.tie }

// runsOfKubernetes is how often Kubernetes may try to do what Ordinal does: of two equal
// volumes it takes the first of a map, which of a small one is the same seven times out of
// eight.
const runsOfKubernetes = 100

// compare plays a story on both sides.
func compare(t *testing.T, steps []step) verdict {
	v := verdict{steps: steps, want: onKubernetes(t, steps, resync), got: onOrdinal(steps, nil)}
	v.at = firstDifference(v.want, v.got)
	return v
}

// judge compares, and finds out whether a difference is a tie.
func judge(t *testing.T, steps []step) verdict {
	v := compare(t, steps)
	for range runsOfKubernetes {
		if v.at < 0 || v.tie {
			break
		}
		again := onKubernetes(t, steps, resync)
		v.tie = firstDifference(again, v.got) < 0
	}
	return v
}

func firstDifference(a, b []state) int {
	for i := range a {
		if !slices.Equal(a[i], b[i]) {
			return i
		}
	}
	return -1
}

func (v verdict) count() {
	counts.Worlds++
	counts.Steps += len(v.steps)
	if v.tie {
		counts.Ties++
	}
	for i := range v.want {
		for _, line := range v.want[i] {
			switch {
			case line == refusedLine:
				counts.Refused++
			case strings.HasPrefix(line, "event of "):
				if i+1 == len(v.want) { // they stay, so that the last state has them all
					counts.Events++
				}
			default:
				counts.States++
			}
		}
	}
}

// shrink leaves out what the difference does not need.
func shrink(t *testing.T, v verdict) verdict {
	if cut := compare(t, v.steps[:v.at+1]); cut.differs() {
		v = cut
	}
	for i := 0; i < len(v.steps); {
		if without := compare(t, slices.Delete(slices.Clone(v.steps), i, i+1)); without.differs() {
			v = without
		} else {
			i++
		}
	}
	return v
}

// String tells the story, and what is shown after its last step.
func (v verdict) String() string {
	var b strings.Builder
	for i, s := range v.steps[:v.at+1] {
		fmt.Fprintf(&b, "%6.1fs  %s\n", stepAt(i).Seconds(), s)
	}
	for _, line := range v.want[v.at] {
		if !slices.Contains(v.got[v.at], line) {
			fmt.Fprintln(&b, "Kubernetes shows", line)
		}
	}
	for _, line := range v.got[v.at] {
		if !slices.Contains(v.want[v.at], line) {
			fmt.Fprintln(&b, "Ordinal shows   ", line)
		}
	}
	return b.String()
}

// TestMain draws more worlds than rapid does by itself, unless somebody asks for a
// number, and leaves a report.
func TestMain(m *testing.M) {
	drawn.Checks(1000)
	code := m.Run()
	if err := writeReport(); err != nil {
		fmt.Fprintln(os.Stderr, "binding:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func writeReport() error {
	if counts.Worlds == 0 {
		return nil
	}
	return drawn.Report("binding", counts.Version, counts)
}

// TestSameTwice holds that Kubernetes' side does not depend on luck: a story that has no
// ties is told the same way each time.
func TestSameTwice(t *testing.T) {
	for seed := range 20 {
		steps := rapid.Custom(func(rt *rapid.T) []step { return drawStory(rt, mostSteps) }).Example(seed)
		first := onKubernetes(t, steps, resync)
		require.Equal(t, first, onKubernetes(t, steps, resync), "seed %d", seed)
	}
	require.Positive(t, turns.claims.Load(), "the syncs of claims wait for their turns")
	require.Positive(t, turns.volumes.Load(), "and those of volumes")
}
