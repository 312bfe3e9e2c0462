package simtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// machine is a world that is looked at after every event and every operation.
type machine struct {
	t     *rapid.T
	c     *sim.Cluster
	last  seen
	cases map[string]int // by the words of a rule, how often it had something to say

	loops  bool // a crashing image was set: the world does not come to rest
	gentle bool // as in rest
}

// TestRules holds drawn sets, under drawn operations and latencies, against the
// rules of a StatefulSet, after every event.
func TestRules(t *testing.T) {
	cases := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		set := simtest.StatefulSet().Draw(t, "set")
		options := []simtest.Option{simtest.Nodes(3)}
		if rapid.Bool().Draw(t, "latencies vary") {
			options = append(options, simtest.VaryingLatencies())
		}
		m := &machine{t: t, c: simtest.Cluster(t, options...), cases: cases, gentle: true}
		require.NoError(t, m.c.Apply(simtest.Objects(set)...))
		m.last = look(m.c)
		for range rapid.IntRange(0, 12).Draw(t, "operations") {
			m.run(simtest.Pause().Draw(t, "pause"))
			m.do(simtest.Operation("web").Draw(t, "operation"))
		}
		m.rest()
	})
	if t.Failed() {
		return
	}
	for words, n := range cases {
		t.Logf("%6d cases: %s", n, words)
	}
	for _, words := range allRules() {
		require.Positive(t, cases[words], "never had anything to say: %s", words)
	}
}

func allRules() []string {
	var out []string
	for _, r := range append(objectRules, controllerRules...) {
		out = append(out, r.words)
	}
	for _, r := range restRules {
		out = append(out, r.words)
	}
	return out
}

// do does an operation, unless it is refused.
func (m *machine) do(op sim.Operation) {
	if m.c.Do(op) != nil {
		return
	}
	switch op := op.(type) {
	case sim.SetImage:
		m.loops = m.loops || op.Image == simtest.ImageCrashing
		m.gentle = m.gentle && (op.Image == simtest.ImageFirst || op.Image == simtest.ImageSecond || op.Image == simtest.ImageThird)
	case sim.Cordon, sim.Drain:
		m.gentle = false
	case sim.Delete:
		m.gentle = m.gentle && op.Target[:4] == "pod/"
	}
	m.observe(op)
}

// run lets time pass.
func (m *machine) run(d time.Duration) {
	m.c.RunUntil(func(sim.View) bool {
		m.observe(nil)
		return false
	}, d)
}

// observe holds what has happened since the last look against the rules.
func (m *machine) observe(done sim.Operation) {
	now := look(m.c)
	s := newStep(m.last, now, done)
	m.last = now
	for _, r := range objectRules {
		n, broken := r.check(s)
		m.judge(r.words, n, broken)
	}
	if done != nil {
		return
	}
	for _, r := range controllerRules {
		n, broken := r.check(s)
		m.judge(r.words, n, broken)
	}
}

// rest waits until nothing happens any more. A crash loop never ends: of that, half
// an hour is enough.
func (m *machine) rest() {
	if m.loops {
		m.run(30 * time.Minute)
		return
	}
	m.run(24 * time.Hour)
	pending := m.c.Pending()
	r := &rest{outcome: m.c.Settle(), pending: pending, gentle: m.gentle}
	r.seen = look(m.c)
	for _, rule := range restRules {
		n, broken := rule.check(r)
		m.judge(rule.words, n, broken)
	}
}

func (m *machine) judge(words string, n int, broken string) {
	m.cases[words] += n
	if broken != "" {
		story := m.c.Trace()
		m.t.Fatalf("%s\nbut at %s %s\nThe end of the story:\n%s%s", words, time.Duration(m.c.Now()), broken,
			story[max(0, len(story)-40):], m.c.Pods("web"))
	}
}

var _ = model.Epoch
