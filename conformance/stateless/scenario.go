package stateless

import (
	"fmt"
	"strings"
	"time"
)

// Spec is a Deployment as it is created.
type Spec struct {
	Replicas       int32
	Image          string // the template: one letter
	Strategy       string // RollingUpdate or Recreate
	MaxSurge       string // "1", "25%"
	MaxUnavailable string
	MinReady       int32
	Deadline       int32 // progressDeadlineSeconds; 0 for none
	HistoryLimit   int32
	Paused         bool
}

// Step is something that somebody does. Steps about a pod have the place of the pod in the
// last state; where that has fewer, nothing is done.
type Step struct {
	Op    Op
	Pod   int
	N     int32
	Value string
}

// Op is what a step does.
type Op string

// What the user does to the Deployment.
const (
	Wait         Op = "wait"     // nothing
	Scale        Op = "scale"    // to N
	Image        Op = "image"    // Value: to another template, or back to one
	Pause        Op = "pause"    // spec.paused
	Resume       Op = "resume"   // the opposite
	Strategy     Op = "strategy" // Value: "RollingUpdate 1 25%", "Recreate"
	MinReady     Op = "minReady"
	Deadline     Op = "deadline"
	HistoryLimit Op = "history"
	Annotate     Op = "annotate" // Value: the annotation cause
)

// What somebody does to a ReplicaSet, which is said by its Value.
const (
	ScaleSet Op = "scale set"  // to N, by hand
	Tamper   Op = "tamper"     // its annotations about sizes are removed
	FailSet  Op = "fail sets"  // the next N writes of ReplicaSets fail
	Refuse   Op = "refuse"     // from now on pods cannot be created
	Allow    Op = "allow"      // they can again, and the controllers look
	FailPod  Op = "fail a pod" // the next creation of a pod fails
)

// What happens to a pod.
const (
	Schedule Op = "schedule" // Value: the node
	Run      Op = "run"
	Ready    Op = "ready"
	Unready  Op = "unready"
	Fail     Op = "fail"
	Succeed  Op = "succeed"
	Delete   Op = "delete"
	Gone     Op = "gone" // one that is being deleted
	Restarts Op = "restarts"
	Cost     Op = "cost"    // N: its deletion cost
	Release  Op = "release" // its labels are changed, so that the selector does not match
	Adopt    Op = "adopt"   // and back again
	AllReady Op = "all"     // all pods run and are ready, on the nodes a, b, c in turn
)

// StepTime is how long a step takes. It is far from any power of two nanoseconds, and so
// are its multiples: ages are compared by those.
const StepTime = 10 * time.Second

// How long a look takes of a controller that is quick, and of one that is slow. Both
// controllers look at what the other one writes, and with real latencies who sees what is a
// race. So one is slow: it always finds the other one at rest. It is slow enough for two
// attempts of the quick one to fail meanwhile, when a Deployment that has lost pods after its
// deadline has used up what its work queue may do in a burst.
const (
	Quick = 4 * time.Millisecond
	Slow  = 250 * time.Millisecond
)

// Pauses are how long the looks of both controllers take.
func (s Scenario) Pauses() (deployments, sets time.Duration) {
	if s.SlowSets {
		return Quick, Slow
	}
	return Slow, Quick
}

// Late in each step the ReplicaSet controller is made to look once more, so that it does not
// depend on how long it has been failing what it has seen.
const Late = 8500 * time.Millisecond

// Scenario is a story.
type Scenario struct {
	SlowSets bool // the ReplicaSet controller is the slow one
	Spec     Spec
	Steps    []Step
}

// String is the step as a line of a story.
func (s Step) String() string {
	parts := []string{string(s.Op)}
	if s.aboutPod() {
		parts = append(parts, fmt.Sprintf("pod %d", s.Pod))
	}
	if s.N != 0 || s.Op == Scale || s.Op == ScaleSet {
		parts = append(parts, fmt.Sprint(s.N))
	}
	if s.Value != "" {
		parts = append(parts, s.Value)
	}
	return strings.Join(parts, " ")
}

func (s Step) aboutPod() bool {
	switch s.Op {
	case Schedule, Run, Ready, Unready, Fail, Succeed, Delete, Gone, Restarts, Cost, Release, Adopt:
		return true
	}
	return false
}

// Edit is the spec after a step by the user; ok is false for other steps.
func (s Spec) Edit(step Step) (Spec, bool) {
	switch step.Op {
	case Scale:
		s.Replicas = step.N
	case Image:
		s.Image = step.Value
	case Pause, Resume:
		s.Paused = step.Op == Pause
	case Strategy:
		words := strings.Fields(step.Value)
		s.Strategy, s.MaxSurge, s.MaxUnavailable = words[0], "", ""
		if len(words) == 3 {
			s.MaxSurge, s.MaxUnavailable = words[1], words[2]
		}
	case MinReady:
		s.MinReady = step.N
	case Deadline:
		s.Deadline = step.N
	case HistoryLimit:
		s.HistoryLimit = step.N
	default:
		return s, false
	}
	return s, true
}
