package statefulset

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/real"
	"github.com/ordinal-sim/ordinal/conformance/scenario"
	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/internal/drawn"
)

// stepsDrawn is how long drawn scenarios are.
const stepsDrawn = 40

// report is what is written for whoever does not read test logs.
type report struct {
	Version     string    `json:"version"`
	Scenarios   int       `json:"scenarios"`
	Steps       int       `json:"steps"`
	States      int       `json:"states"`   // compared
	Endless     int       `json:"endless"`  // scenarios that end in a loop, on both sides
	Aside       int       `json:"setAside"` // scenarios on which the real side does not agree with itself
	Differences int       `json:"differences"`
	Stories     []string  `json:"stories,omitempty"` // of the differences
	AsideOnes   []verdict `json:"-"`
}

// TestDrawn draws scenarios of each profile, plays them on both sides, and compares what
// the API shows after each step. -rapid.checks says how many of each, 100 by default.
// ORDINAL_REPORT names a folder for a report in JSON.
func TestDrawn(t *testing.T) {
	r := report{Version: version.Kubernetes()}
	seen := map[string]bool{}
	for _, profile := range scenario.Profiles {
		r.drawn(t, profile, seen)
	}
	t.Logf("Kubernetes %s: %d scenarios, %d steps, %d states compared, %d endless, %d set aside, %d differences",
		r.Version, r.Scenarios, r.Steps, r.States, r.Endless, r.Aside, r.Differences)
	for _, v := range r.AsideOnes {
		t.Logf("set aside: the real side does not agree with itself\n%v", v)
	}
	require.NoError(t, drawn.Report("statefulset", r.Version, r))
}

// init lets rapid shrink for a few seconds, unless a flag says otherwise: what the
// difference does not need is left out afterwards, faster.
func init() {
	if err := flag.Set("rapid.shrinktime", "5s"); err != nil {
		panic(err)
	}
}

// drawn judges scenarios of one profile. When one differs, rapid shrinks it; what it
// leaves is shrunk once more, step by step, and told.
func (r *report) drawn(t *testing.T, profile scenario.Profile, seen map[string]bool) {
	draw := scenario.Draw{Profile: profile, Steps: stepsDrawn, Release: real.Release()}.Generator()
	var last *verdict
	passed := t.Run(string(profile), func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			s := draw.Draw(rt, "scenario")
			v := judge(t, s.Spec, s.Steps)
			if v.differs() {
				last = &v
				rt.Fatalf("state %d differs", v.at)
			}
			if last == nil { // what is tried while shrinking does not count
				r.count(v)
				v.notice(seen)
			}
		})
	})
	if !passed && last != nil {
		r.Differences++
		story := shrink(t, *last).String()
		r.Stories = append(r.Stories, story)
		t.Errorf("a scenario of the profile %s differs\n%s", profile, story)
		return
	}
	for _, s := range sights {
		if passed && profile == scenario.Wild && enough() && !seen[s.name] {
			t.Errorf("nothing drawn has come to show %s", s.name)
		}
	}
}

func (r *report) count(v verdict) {
	r.Scenarios++
	r.Steps += len(v.steps)
	r.States += v.compared
	if v.endless {
		r.Endless++
	}
	if v.aside {
		r.Aside++
		r.AsideOnes = append(r.AsideOnes, v)
	}
}

// enough reports whether so many scenarios are drawn that all sights should be seen.
func enough() bool {
	checks, ok := flag.Lookup("rapid.checks").Value.(flag.Getter).Get().(int)
	return ok && checks >= 100 && !testing.Short()
}
