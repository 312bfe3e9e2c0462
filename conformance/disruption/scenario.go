package disruption

import (
	"fmt"
	"strings"
	"time"
)

// Step is something that happens.
type Step struct {
	Op    Op
	Pod   int    // web-0 and so on
	Other int    // another pod
	N     int32  // a number of replicas
	Value string // an owner, a budget
}

// Op is what a step does.
type Op string

// The steps.
const (
	Wait       Op = "wait"
	Create     Op = "create"     // a pod, of an owner: see Owners
	Ready      Op = "ready"      // it runs and is ready
	Unready    Op = "unready"    // it runs and is not ready
	Finish     Op = "finish"     // it has succeeded
	Delete     Op = "delete"     // gracefully
	Gone       Op = "gone"       // one that is being deleted
	Relabel    Op = "relabel"    // from one budget's selector to the other's, or to both
	ScaleOwner Op = "scale"      // Value: the owner; N: to how many
	Budget     Op = "budget"     // Value: "a max 30%", "b min 2 always": created or changed
	DropBudget Op = "drop"       // Value: which
	Evict      Op = "evict"      // a pod
	EvictTwo   Op = "evict two"  // Pod and Other, at one instant
	EvictFails Op = "evict fail" // a pod, whose deletion then fails
)

// Those who control pods: a StatefulSet, the ReplicaSet of a Deployment, another one of it, a
// ReplicaSet that nobody controls, nobody.
var Owners = []string{"set", "deployment", "deployment-2", "bare", ""}

// Labels are what pods are labelled with: which budgets' selectors match them.
var Labels = []string{"a", "a", "a", "b", "ab", ""}

// StepTime is how long a step takes. Two minutes, for which an eviction is remembered, do not
// end where a step begins.
const StepTime = 19 * time.Second

// Pods is how many names of pods there are.
const Pods = 6

// String is the step as a line of a story.
func (s Step) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s pod %d, %d, n %d, %s", s.Op, s.Pod, s.Other, s.N, s.Value))
}

// Name is the name of a pod.
func Name(pod int) string { return fmt.Sprintf("web-%d", pod) }

// Evictions lists the pods that a step evicts.
func (s Step) Evictions() []int {
	switch s.Op {
	case Evict, EvictFails:
		return []int{s.Pod}
	case EvictTwo:
		return []int{s.Pod, s.Other}
	}
	return nil
}

// BudgetSpec is what a step says of a budget.
type BudgetSpec struct {
	Name, Value string // the budget's name, and "30%" or "2"
	Max         bool   // maxUnavailable
	Always      bool   // unhealthyPodEvictionPolicy AlwaysAllow
}

// Parse reads the Value of a step about a budget.
func Parse(value string) BudgetSpec {
	words := strings.Fields(value)
	return BudgetSpec{Name: words[0], Max: words[1] == "max", Value: words[2], Always: len(words) > 3}
}

// State is what the API shows, and what evictions were answered.
type State struct {
	Budgets []string // by name
	Pods    []string // by name
	Answers []string
}

// String shows the state as a page.
func (s State) String() string {
	return strings.Join(s.Budgets, "\n") + "\n" + strings.Join(s.Pods, "\n") + "\n" + strings.Join(s.Answers, "\n") + "\n"
}

// BudgetLine is a budget's status as a line.
func BudgetLine(name string, observed bool, expected, desired, healthy, allowed int32, disrupted []string, condition string) string {
	return fmt.Sprintf("budget %s: observed %t, %d expected, %d desired, %d healthy, %d allowed, disrupted %v, %s", name, observed, expected,
		desired, healthy, allowed, disrupted, condition)
}

// PodLine is a pod as a line.
func PodLine(name, phase string, ready, terminating, target bool) string {
	return fmt.Sprintf("%s: %s, ready %t, terminating %t, disruption target %t", name, phase, ready, terminating, target)
}

// Answer is the answer to an eviction as a line.
func Answer(code int, message, cause string, retryAfter int32) string {
	if code < 300 {
		return fmt.Sprint(code)
	}
	return fmt.Sprintf("%d %s (%s) again in %d s", code, message, cause, retryAfter)
}
