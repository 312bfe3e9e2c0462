package scenario

import "strings"

// Set is the set as its users want it at some point of a scenario. It is what both
// sides write into their own objects.
type Set struct {
	Spec
	scenario Spec // as the scenario began
}

// NewSet is the set that a scenario begins with.
func NewSet(s Spec) Set { return Set{Spec: s, scenario: s} }

// Edit is the set after a step; ok says whether the step is an edit at all.
//
// The partition, maxUnavailable, the strategy and whether there is a rollingUpdate
// block are remembered beyond the life of the set; an edit of anything else while
// there is no set is lost.
func (s Set) Edit(step Step) (edited Set, ok bool) {
	switch step.Op {
	case Scale:
		s.Replicas = step.N
	case Image:
		s.Image = step.Value
	case Partition:
		s.Partition, s.NoRollingUpdate = step.N, false
	case MaxUnavailable:
		s.MaxUnavailable, s.NoRollingUpdate = step.Value, false
	case RollingUpdate:
		s.NoRollingUpdate = true
	case Strategy:
		s.Strategy = step.Value
	case MinReady:
		s.MinReadySeconds = step.N
	case Start:
		s.Start = step.N
	case Retention:
		s.WhenDeleted, s.WhenScaled, _ = strings.Cut(step.Value, " ")
	default:
		return s, false
	}
	return s, true
}

// Recreated is the set as a [CreateSet] makes it: the scenario's spec with the step's
// replicas and image, and what is remembered.
func (s Set) Recreated(step Step) Set {
	again := NewSet(s.scenario)
	again.Replicas, again.Image = step.N, step.Value
	again.Partition, again.MaxUnavailable, again.Strategy, again.NoRollingUpdate = s.Partition, s.MaxUnavailable, s.Strategy, s.NoRollingUpdate
	return again
}

// Block reports whether the set has a block updateStrategy.rollingUpdate.
func (s Set) Block() bool { return s.Strategy == "RollingUpdate" && !s.NoRollingUpdate }
