package stateless_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/real"
	"github.com/ordinal-sim/ordinal/conformance/stateless"
	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/internal/drawn"
	"github.com/ordinal-sim/ordinal/model/release"
)

// stepsDrawn is how long drawn stories are.
const stepsDrawn = 30

// verdict is the outcome of a story.
type verdict struct {
	story    stateless.Scenario
	compared int
	at       int // the first state that differs; -1 if none does
	want     stateless.State
	got      stateless.State
	states   []stateless.State
	aside    bool // they differ, but the real side does not agree with itself either
}

// differs reports whether the story shows a difference that counts.
func (v verdict) differs() bool { return v.at >= 0 && !v.aside }

// judge plays a story on both sides. Of pods that Kubernetes' comparison puts in a circle it
// deletes now these and now those: such a story is set aside.
func judge(t *testing.T, story stateless.Scenario) verdict {
	t.Helper()
	v := play(t, story)
	for n := 0; v.at >= 0 && !v.aside && n < 10; n++ {
		again := real.RunStateless(t, story)
		for i := range v.at + 1 {
			v.aside = v.aside || again[i].String() != v.states[i].String()
		}
	}
	return v
}

// play plays a story on both sides.
func play(t *testing.T, story stateless.Scenario) (v verdict) {
	t.Helper()
	v = verdict{story: story, at: -1, states: real.RunStateless(t, story)}
	defer func() {
		if r := recover(); r != nil {
			v.at, v.got = v.compared, stateless.State{Status: fmt.Sprint("panic: ", r)}
		}
	}()
	side := stateless.New(story, rules())
	got := side.State()
	for i, want := range v.states {
		if i > 0 {
			got = side.Do(story.Steps[i-1])
		}
		v.compared++
		if want.String() != got.String() {
			v.at, v.want, v.got = i, want, got
			return v
		}
		side.Pair(want)
	}
	return v
}

// rules are those of the release that the test was compiled with.
func rules() release.Rules {
	name := version.Kubernetes()
	if i := strings.LastIndexByte(name, '.'); !strings.HasPrefix(name, "1.35") {
		name = name[:i]
	}
	r, err := release.Parse(name)
	if err != nil {
		panic(err)
	}
	return r.Rules()
}

// String tells the story up to the difference.
func (v verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "slow sets %t, %+v\n", v.story.SlowSets, v.story.Spec)
	for i, step := range v.story.Steps {
		if i < v.at {
			fmt.Fprintf(&b, "%d %v\n", i+1, step)
		}
	}
	if v.at > 0 {
		fmt.Fprintf(&b, "before it:\n%v", v.states[v.at-1])
	}
	fmt.Fprintf(&b, "Kubernetes:\n%vOrdinal:\n%v", v.want, v.got)
	return b.String()
}

// report is what is written for whoever does not read test logs.
type report struct {
	Version     string   `json:"version"`
	Scenarios   int      `json:"scenarios"`
	Steps       int      `json:"steps"`
	States      int      `json:"states"`   // compared
	Aside       int      `json:"setAside"` // scenarios on which the real side does not agree with itself
	Differences int      `json:"differences"`
	Stories     []string `json:"stories,omitempty"` // of the differences
}

// TestDrawn draws stories, plays them on both sides, and compares what the API shows after
// each step. -rapid.checks says how many, 100 by default. ORDINAL_REPORT names a folder for
// a report in JSON.
func TestDrawn(t *testing.T) {
	r := report{Version: version.Kubernetes()}
	seen := map[string]bool{}
	var last *verdict
	passed := t.Run("stories", func(t *testing.T) {
		draw := stateless.Generator(stepsDrawn)
		rapid.Check(t, func(rt *rapid.T) {
			v := judge(t, draw.Draw(rt, "story"))
			if v.differs() {
				last = &v
				rt.Fatalf("state %d differs\n%v", v.at, v)
			}
			if last == nil { // what is tried while shrinking does not count
				r.count(v)
				v.notice(seen)
			}
		})
	})
	if last != nil {
		r.Differences, r.Stories = 1, []string{last.String()}
	}
	t.Logf("Kubernetes %s: %d stories, %d steps, %d states compared, %d set aside, %d differences",
		r.Version, r.Scenarios, r.Steps, r.States, r.Aside, r.Differences)
	for _, s := range sights {
		if passed && enough() && !seen[s.name] {
			t.Errorf("nothing drawn has come to show %s", s.name)
		}
	}
	require.NoError(t, drawn.Report("stateless", r.Version, r))
}

func (r *report) count(v verdict) {
	r.Scenarios++
	r.Steps += len(v.story.Steps)
	r.States += v.compared
	if v.aside {
		r.Aside++
	}
}

// enough reports whether so many stories are drawn that all sights should be seen.
func enough() bool {
	checks, ok := flag.Lookup("rapid.checks").Value.(flag.Getter).Get().(int)
	return ok && checks >= 100 && !testing.Short()
}

// init lets rapid shrink for a few seconds, unless a flag says otherwise.
func init() {
	if err := flag.Set("rapid.shrinktime", "10s"); err != nil {
		panic(err)
	}
}
