package simtest_test

import (
	"slices"
	"strings"
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

	crashes bool // a crashing image was set
	gentle  bool // as in rest
}

// TestRules holds drawn sets, under drawn operations and latencies, against the
// rules of a StatefulSet, after every event.
func TestRules(t *testing.T) {
	const rounds = 4 // so that even rare cases appear
	cases := map[string]int{}
	for range rounds {
		rapid.Check(t, func(t *rapid.T) { live(t, cases) })
	}
	for _, words := range allRules() {
		t.Logf("%6d cases: %s", cases[words], words)
		require.True(t, cases[words] > 0 || testing.Short(), "never had anything to say: %s", words)
	}
}

// live is the life of one world.
func live(t *rapid.T, cases map[string]int) {
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
		m.crashes = m.crashes || op.Image == simtest.ImageCrashing
		good := []string{simtest.ImageFirst, simtest.ImageSecond, simtest.ImageThird}
		m.gentle = m.gentle && slices.Contains(good, op.Image)
	case sim.Cordon, sim.Drain:
		m.gentle = false
	case sim.Delete:
		m.gentle = m.gentle && strings.HasPrefix(op.Target, "pod/")
	}
	m.observe(op)
}

// mostEvents is more than a world of this size has before it comes to rest.
const mostEvents = 1000

// run lets time pass. Of a world that goes on for ever a part is enough.
func (m *machine) run(d time.Duration) {
	until := m.c.EventCount() + mostEvents
	m.c.RunUntil(func(sim.View) bool {
		m.observe(nil)
		return m.c.EventCount() > until
	}, d)
}

// mayLoop reports whether the world may go on for ever: if a crashing image was set,
// or if a rolling update under Parallel has no block. Then a lost pod may come back
// at the old revision, because the number of current replicas stands in for the
// partition; and it is deleted at once, because it is outdated and not available.
func (m *machine) mayLoop() bool {
	spec := m.last.spec()
	return m.crashes || spec.PodManagementPolicy == model.Parallel &&
		spec.UpdateStrategy.Type == model.RollingUpdate && spec.UpdateStrategy.RollingUpdate == nil
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

// rest waits until nothing happens any more.
func (m *machine) rest() {
	m.run(24 * time.Hour)
	r := &rest{pending: m.c.Pending(), gentle: m.gentle}
	if r.pending > 0 && m.mayLoop() {
		return
	}
	r.outcome, r.seen = m.c.Settle(), look(m.c)
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
