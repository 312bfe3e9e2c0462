package policy

import (
	"slices"
	"testing"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"pgregory.net/rapid"
)

// sights are what the random feeding of a view has to come to see, for its comparison
// with the reference to be worth something: each says of the last sync whether it was
// there.
var sights = []struct {
	name string
	saw  func(m *machine) bool
}{
	{"Recreate deletes old pods", func(m *machine) bool { return m.did(func(s Step) bool { return s.Because == OutdatedAll }) }},
	{"Recreate deletes an old pod out of range", func(m *machine) bool {
		return m.did(func(s Step) bool { return s.Because == OutdatedAll && !m.ref.inRange(s.Ordinal) })
	}},
	{"Recreate is refused", func(m *machine) bool { return m.d.Refused }},
	{"Recreate is rolled", func(m *machine) bool {
		return m.ref.set.Spec.UpdateStrategy.Type == model.Recreate && m.did(func(s Step) bool { return s.Updates })
	}},
	{"Recreate completes", func(m *machine) bool {
		return !m.d.Refused && m.view.Final(&m.d, false).Progress == Progress{RecreateCompleted, m.now}
	}},
	{"a pod that has ended and its successor in one sync", func(m *machine) bool {
		return m.did(func(s Step) bool { return s.Do == CreatePod && m.ref.pods[s.Ordinal].Phase == Failed })
	}},
	{"a pod is created and deleted in one sync", func(m *machine) bool {
		return m.did(func(s Step) bool { return s.Updates && !s.Pod.exists() })
	}},
	{"an available pod is left to a budget that an unavailable one has used up", func(m *machine) bool {
		return m.ref.has(release.OneBudget) && m.d.Wait.Because == Budget
	}},
	{"an update replaces one that is unavailable, and another", func(m *machine) bool {
		return m.did(func(s Step) bool { return s.Because == OutdatedDown }) && m.did(func(s Step) bool { return s.Because == Outdated })
	}},
	{"Parallel goes one pod after the other", func(m *machine) bool {
		return m.ref.has(release.SequentialParallel) && len(m.d.Steps) > 2 && m.view.burst
	}},
	{"OnDelete completes", func(m *machine) bool {
		final := m.view.Final(&m.d, false)
		return m.ref.set.Spec.UpdateStrategy.Type == model.OnDelete && len(m.ref.pods) > 0 && final.CurrentRevision != m.view.current
	}},
	{"a revision of other bytes is the present template", func(m *machine) bool {
		at := m.view.revisionAt(m.view.update)
		return at >= 0 && m.view.revisions[at].Timestamped != m.ref.has(release.WritesCreationTimestamp)
	}},
	{"a ready pod is healthy before it is available", func(m *machine) bool {
		return m.ref.has(release.ReadyIsHealthy) && m.d.Status.AvailableReplicas < m.d.Status.ReadyReplicas && m.did(func(s Step) bool { return s.Updates })
	}},
}

// did reports whether a step of the last sync is like this.
func (m *machine) did(like func(Step) bool) bool { return slices.ContainsFunc(m.d.Steps, like) }

// Every sight is seen, by the same draws each time.
func TestMachineReaches(t *testing.T) {
	if testing.Short() {
		t.Skip("rapid takes fewer steps then")
	}
	missing := make([]bool, len(sights))
	for i := range missing {
		missing[i] = true
	}
	for seed := 0; seed < 20_000 && slices.Contains(missing, true); seed++ {
		rapid.Custom(func(t *rapid.T) int {
			m := newMachine(t)
			m.look = func() {
				for i := range sights {
					missing[i] = missing[i] && !sights[i].saw(m)
				}
			}
			t.Repeat(rapid.StateMachineActions(m))
			return 0
		}).Example(seed)
	}
	for i := range sights {
		if missing[i] {
			t.Errorf("never seen: %s", sights[i].name)
		}
	}
}
