package statefulset

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ordinal-sim/ordinal/conformance/real"
	"github.com/ordinal-sim/ordinal/conformance/scenario"
	"github.com/ordinal-sim/ordinal/conformance/simulated"
)

// verdict is the outcome of one scenario.
type verdict struct {
	spec     scenario.Spec
	steps    []scenario.Step
	compared int            // how many states were compared
	at       int            // the first state that differs; -1 if none does
	want     scenario.State // there, on the real side
	got      scenario.State // there, on Ordinal's
	aside    bool           // they differ, but the real side does not agree with itself either
	endless  bool           // both sides end in the same loop
	states   []scenario.State
}

// differs reports whether the scenario shows a difference that counts.
func (v verdict) differs() bool { return v.at >= 0 && !v.aside }

// judge plays a scenario on both sides.
func judge(t *testing.T, spec scenario.Spec, steps []scenario.Step) verdict {
	t.Helper()
	v := verdict{spec: spec, steps: steps, at: -1}
	want, got := real.Run(t, spec, steps), run(spec, steps)
	v.at, v.compared = firstDifference(want, got)
	v.states = want
	if v.at < 0 {
		v.endless = len(want[v.compared-1].Endless) > 0
		return v
	}
	v.want, v.got = stateAt(want, v.at), stateAt(got, v.at)
	for range 2 {
		again := real.Run(t, spec, steps)
		if at, _ := firstDifference(want, again); at >= 0 {
			v.aside = true
		}
	}
	return v
}

// notice marks the sights that the scenario has come to see.
func (v verdict) notice(seen map[string]bool) {
	for i := 1; i < len(v.states); i++ {
		for _, s := range sights {
			if !seen[s.name] && s.is(v.states[i-1], v.states[i]) {
				seen[s.name] = true
			}
		}
	}
}

// run plays a scenario on Ordinal. A panic is a difference like others: an empty list.
func run(spec scenario.Spec, steps []scenario.Step) (states []scenario.State) {
	defer func() {
		if r := recover(); r != nil {
			states = []scenario.State{{Progressing: fmt.Sprint("panic: ", r)}}
		}
	}()
	return simulated.Run(spec, steps)
}

// firstDifference is the index of the first states that differ, -1 if none do, and how
// many were compared. Where both sides go round for ever in the same pods they agree,
// and nothing is compared beyond.
func firstDifference(a, b []scenario.State) (at, compared int) {
	for i := range max(len(a), len(b)) {
		x, y := stateAt(a, i), stateAt(b, i)
		if len(x.Endless) > 0 && slices.Equal(x.Endless, y.Endless) {
			return -1, i + 1
		}
		if !x.Equal(y) {
			return i, i + 1
		}
	}
	return -1, len(a)
}

// stateAt is a state, or none.
func stateAt(states []scenario.State, i int) scenario.State {
	if i < len(states) {
		return states[i]
	}
	return scenario.State{}
}

// shrink leaves out of a scenario what its difference does not need: the steps after
// it, and then each step that can be spared.
func shrink(t *testing.T, v verdict) verdict {
	t.Helper()
	if v.at < len(v.steps) {
		if cut := judge(t, v.spec, v.steps[:v.at]); cut.differs() {
			v = cut
		}
	}
	for size := max(1, len(v.steps)/2); size > 0; size /= 2 {
		for from := 0; from+size <= len(v.steps); {
			fewer := slices.Delete(slices.Clone(v.steps), from, from+size)
			if without := judge(t, v.spec, fewer); without.differs() {
				v = without
			} else {
				from += size
			}
		}
	}
	return v
}

// String tells the story of a difference.
func (v verdict) String() string {
	var b strings.Builder
	b.WriteString(scenario.Scenario{Spec: v.spec, Steps: v.steps[:min(v.at, len(v.steps))]}.String())
	fmt.Fprintf(&b, "state %d differs; Kubernetes shows\n%vOrdinal shows\n%v", v.at, v.want, v.got)
	if v.at <= len(v.steps) {
		fmt.Fprintf(&b, "Ordinal's story of that step\n%s", story(v))
	}
	return b.String()
}

func story(v verdict) (text string) {
	defer func() {
		if recover() != nil {
			text = "it panics"
		}
	}()
	return simulated.Story(v.spec, v.steps, v.at)
}
