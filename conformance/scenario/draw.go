package scenario

import (
	"math/bits"
	"slices"

	"pgregory.net/rapid"
)

// Profile says what varies in drawn scenarios.
type Profile string

// The profiles. The first three are those of the recordings, each with all of the one
// before it.
const (
	// Basic: replicas, policy, strategy, partition, image; pods come, go and fail.
	Basic Profile = "basic"
	// Specs: also claims, the start ordinal, minReadySeconds, maxUnavailable,
	// retention, the history limit, pods released and adopted, claims deleted.
	Specs Profile = "spec"
	// Full: also deleting the set, with and without its dependents, and creating it again.
	Full Profile = "full"
	// Wild: what recordings lack. Feature gates, the strategy Recreate where there is its
	// gate, no rollingUpdate block, labels and owners changed by hand, writes that fail, and a
	// controller that is restarted.
	Wild Profile = "wild"
)

// Profiles are all profiles.
var Profiles = []Profile{Basic, Specs, Full, Wild}

// includes reports whether a profile has what another one adds.
func (p Profile) includes(other Profile) bool {
	return slices.Index(Profiles, p) >= slices.Index(Profiles, other)
}

// Draw says what kind of scenarios to draw.
type Draw struct {
	Profile Profile
	Steps   int
	Release string   // "1.37", "1.36" or "1.35"
	Without []string // the Ops that are left out
}

// Generator draws scenarios, without states. They shrink towards a small set and towards
// steps that only wait.
func (d Draw) Generator() *rapid.Generator[Scenario] {
	return rapid.Custom(func(t *rapid.T) Scenario {
		s := Scenario{Name: string(d.Profile), Spec: d.spec(t)}
		// In a calm scenario rollouts end; in a hectic one everything happens at once.
		g := newGuess(s.Spec, pick(t, "pace", []int{1, 4, 16}))
		for range d.Steps {
			step := d.step(t, g)
			g.do(step)
			s.Steps = append(s.Steps, step)
		}
		return s
	})
}

// images are few, so that templates come back.
var images = []string{"a", "b", "c"}

// The values that are drawn.
var (
	policies    = []string{"OrderedReady", "Parallel"}
	retentions  = []string{"Delete Delete", "Retain Delete", "Delete Retain", "Retain Retain"}
	unavailable = []string{"1", "2", "3", "50%", "100%"}
)

// The feature gates that are drawn.
//
// Source: pkg/features/kube_features.go.
const (
	GateRecreate           = "StatefulSetRecreateStrategy"
	GateMaxUnavailable     = "MaxUnavailableStatefulSet"
	GateSemanticComparison = "StatefulSetSemanticRevisionComparison"
	GateConsistency        = "StaleControllerConsistencyStatefulSet"
)

// strategies are the strategies that are drawn. The first is the most frequent.
func (d Draw) strategies() []string {
	if d.recreates() {
		return []string{"RollingUpdate", "RollingUpdate", "Recreate", "OnDelete"}
	}
	return []string{"RollingUpdate", "RollingUpdate", "RollingUpdate", "OnDelete"}
}

func (d Draw) recreates() bool { return d.Profile == Wild && d.Release == "1.37" }

func (d Draw) spec(t *rapid.T) Spec {
	s := Spec{
		Replicas:             number(t, "replicas", 4),
		PodManagementPolicy:  pick(t, "policy", policies),
		Strategy:             pick(t, "strategy", d.strategies()),
		RevisionHistoryLimit: 10,
		Claims:               upTo(t, "claims", 1),
		Image:                images[0],
		Release:              d.Release,
	}
	maybe := func(label string) bool { return coin.Draw(t, label) }
	if maybe("partitioned") {
		s.Partition = number(t, "partition", 4)
	}
	if d.Profile.includes(Specs) {
		s.Claims = upTo(t, "claim templates", 2)
		s.RevisionHistoryLimit = number(t, "revisionHistoryLimit", 3)
		if maybe("start ordinal") {
			s.Start = number(t, "start", 3)
		}
		if maybe("minReadySeconds or not") {
			s.MinReadySeconds = number(t, "minReadySeconds", 4)
		}
		if maybe("some unavailable") {
			s.MaxUnavailable = pick(t, "maxUnavailable", unavailable)
		}
		if maybe("retention policy") {
			set, _ := NewSet(s).Edit(Step{Op: Retention, Value: pick(t, "retention", retentions)})
			s = set.Spec
		}
	}
	if d.Profile.includes(Wild) {
		if s.NoRollingUpdate = maybe("no rollingUpdate block"); s.NoRollingUpdate {
			s.Partition, s.MaxUnavailable = 0, ""
		}
	}
	if d.Profile.includes(Wild) {
		s.Gates = d.gates(t)
	}
	return s
}

// gates draws the gates that are not at their default: at most one, and Recreate's.
func (d Draw) gates(t *rapid.T) map[string]bool {
	gates := map[string]bool{}
	if d.recreates() {
		gates[GateRecreate] = true
	}
	switch upTo(t, "gate", 7) {
	case 1, 2:
		gates[GateMaxUnavailable] = d.Release != "1.37" // the other way round
	case 3:
		gates[GateSemanticComparison] = false
	case 4:
		if d.Release != "1.35" {
			gates[GateConsistency] = false
		}
	}
	return gates
}

// pick draws one of some values.
func pick[T any](t *rapid.T, label string, from []T) T { return from[upTo(t, label, len(from)-1)] }

// number draws a number from 0 to most.
func number(t *rapid.T, label string, most int32) int32 { return int32(upTo(t, label, int(most))) }

// upTo draws a number from 0 to most, all alike and smaller when it shrinks. Rapid's own
// ranges prefer small numbers and bounds, which suits arithmetic; here it would make sets
// of one replica, and steps that wait.
func upTo(t *rapid.T, label string, most int) int {
	const spare = 5 // bits more than needed: how even the draw is
	size := bits.Len(uint(most)) + spare
	n := 0
	for range size {
		n <<= 1
		if coin.Draw(t, label) {
			n++
		}
	}
	return n * (most + 1) >> size
}

var coin = rapid.Bool()
