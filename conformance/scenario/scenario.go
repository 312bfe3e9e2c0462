package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// How a step passes, in virtual time. See the package's essay.
const (
	Settle = 1150 * time.Millisecond // from a step until the state is read
	Rest   = 100 * time.Millisecond  // from there until the next step
	First  = 160 * time.Millisecond  // from a step until the collector first acts
	Every  = 100 * time.Millisecond  // from there until it acts again
)

// Scenario is a story: states[0] is what the API shows after the set was created,
// states[i+1] what it shows after steps[i].
type Scenario struct {
	Name   string  `json:"name,omitempty"`
	Spec   Spec    `json:"spec"`
	Steps  []Step  `json:"steps"`
	States []State `json:"states,omitempty"`
}

// String tells what is done: the spec in one line, and each step in another.
func (s Scenario) String() string {
	lines := []string{"the set: " + s.Spec.String()}
	for i, step := range s.Steps {
		lines = append(lines, fmt.Sprintf("  %d. %s", i+1, step))
	}
	return strings.Join(lines, "\n") + "\n"
}

// GoString is String: what rapid prints of what it has drawn.
func (s Scenario) GoString() string { return s.String() }

// Spec is the set as it is created, and the Kubernetes that it is created in.
type Spec struct {
	Replicas             int32  `json:"replicas"`
	PodManagementPolicy  string `json:"podManagementPolicy"`
	Strategy             string `json:"strategy"`                 // RollingUpdate, OnDelete or Recreate
	Partition            int32  `json:"partition,omitempty"`      // how many ordinals, counted from the first, keep the old revision
	MaxUnavailable       string `json:"maxUnavailable,omitempty"` // a number or a percentage; "" writes none
	MinReadySeconds      int32  `json:"minReadySeconds,omitempty"`
	WhenDeleted          string `json:"whenDeleted,omitempty"` // "" together with WhenScaled: the set has no retention policy
	WhenScaled           string `json:"whenScaled,omitempty"`
	Start                int32  `json:"start,omitempty"` // spec.ordinals.start
	RevisionHistoryLimit int32  `json:"revisionHistoryLimit"`
	Claims               int    `json:"claims"` // how many claim templates
	Image                string `json:"image"`
	// NoRollingUpdate leaves updateStrategy.rollingUpdate out, which is not the same
	// as an empty block: see Kubernetes' SetDefaults_StatefulSet.
	NoRollingUpdate bool `json:"noRollingUpdate,omitempty"`
	// Release is the minor version of Kubernetes: "1.37", "1.36" or "1.35"; "" is 1.37.
	Release string `json:"release,omitempty"`
	// Gates are the feature gates that are not at the release's default.
	Gates map[string]bool `json:"gates,omitempty"`
}

// String renders the spec in one line: what is at its default is not said.
func (s Spec) String() string {
	words := []string{fmt.Sprintf("%d replicas, %s, %s", s.Replicas, s.PodManagementPolicy, s.Strategy)}
	say := func(when bool, format string, args ...any) {
		if when {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	say(s.NoRollingUpdate, "no rollingUpdate block")
	say(s.Partition != 0, "partition %d", s.Partition)
	say(s.MaxUnavailable != "", "maxUnavailable %s", s.MaxUnavailable)
	say(s.MinReadySeconds != 0, "minReadySeconds %d", s.MinReadySeconds)
	say(s.WhenDeleted != "", "whenDeleted %s, whenScaled %s", s.WhenDeleted, s.WhenScaled)
	say(s.Start != 0, "start %d", s.Start)
	say(s.RevisionHistoryLimit != 10, "revisionHistoryLimit %d", s.RevisionHistoryLimit)
	say(s.Claims != 0, "%d claim templates", s.Claims)
	say(true, "image %s", s.Image)
	say(s.Release != "", "Kubernetes %s", s.Release)
	for _, gate := range s.GateNames() {
		words = append(words, fmt.Sprintf("%s=%t", gate, s.Gates[gate]))
	}
	return strings.Join(words, ", ")
}

// GateNames are the names of the gates that the spec sets, in order.
func (s Spec) GateNames() []string {
	var names []string
	for name := range s.Gates {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
