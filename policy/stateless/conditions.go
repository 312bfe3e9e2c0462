package stateless

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
)

// Condition is a condition of a Deployment. The zero Condition is none.
type Condition struct {
	Type    ConditionType
	Status  ConditionStatus
	Reason  Reason
	Set     model.Symbol  // the name of the ReplicaSet that the message is about; 0 if it is about the Deployment
	Text    model.Symbol  // an error in the message
	Updated model.Instant // lastUpdateTime
	Changed model.Instant // lastTransitionTime
}

// ConditionType is what a condition is about.
type ConditionType uint8

// The types of conditions.
const (
	NoCondition    ConditionType = iota
	Available                    // enough pods are available
	Progressing                  // the rollout goes on, or is complete, or has exceeded its deadline
	ReplicaFailure               // pods could not be created or deleted
)

// String is the type as the API spells it.
func (t ConditionType) String() string {
	return [...]string{"", "Available", "Progressing", "ReplicaFailure"}[t]
}

// ConditionStatus is whether a condition holds.
type ConditionStatus uint8

// The statuses of a condition.
const (
	Unknown ConditionStatus = iota
	True
	False
)

// String is the status as the API spells it.
func (s ConditionStatus) String() string { return [...]string{"Unknown", "True", "False"}[s] }

// Reason is why a condition has its status.
type Reason uint8

// The reasons of conditions.
const (
	NoReason         Reason = iota
	MinimumAvailable        // of Available
	MinimumUnavailable
	NewReplicaSetCreated // of Progressing, in the course of a rollout
	FoundNewReplicaSet
	ReplicaSetUpdated
	NewReplicaSetAvailable
	ReplicaSetCreateError
	ProgressDeadlineExceeded
	DeploymentPaused
	DeploymentResumed
	PodsNotCreated // of ReplicaFailure
	PodsNotDeleted
)

var reasonNames = [...]string{
	"", "MinimumReplicasAvailable", "MinimumReplicasUnavailable", "NewReplicaSetCreated", "FoundNewReplicaSet", "ReplicaSetUpdated",
	"NewReplicaSetAvailable", "ReplicaSetCreateError", "ProgressDeadlineExceeded", "DeploymentPaused", "DeploymentResumed",
	"FailedCreate", "FailedDelete",
}

// String is the reason as the API spells it.
func (r Reason) String() string { return reasonNames[r] }

// Names spells symbols.
type Names interface {
	Symbol(model.Symbol) string
}

// Message is the message of a condition of the Deployment with a name.
//
// Source: pkg/controller/deployment, sync.go and progress.go.
func (c *Condition) Message(deployment string, names Names) string {
	who := fmt.Sprintf("Deployment %q", deployment)
	if c.Set != 0 {
		who = fmt.Sprintf("ReplicaSet %q", names.Symbol(c.Set))
	}
	switch c.Reason {
	case MinimumAvailable:
		return "Deployment has minimum availability."
	case MinimumUnavailable:
		return "Deployment does not have minimum availability."
	case NewReplicaSetCreated:
		return fmt.Sprintf("Created new replica set %q", names.Symbol(c.Set))
	case FoundNewReplicaSet:
		return fmt.Sprintf("Found new replica set %q", names.Symbol(c.Set))
	case ReplicaSetUpdated:
		return who + " is progressing."
	case NewReplicaSetAvailable:
		return who + " has successfully progressed."
	case ReplicaSetCreateError:
		return fmt.Sprintf("Failed to create new replica set %q: %s", names.Symbol(c.Set), names.Symbol(c.Text))
	case ProgressDeadlineExceeded:
		return who + " has timed out progressing."
	case DeploymentPaused:
		return "Deployment is paused"
	case DeploymentResumed:
		return "Deployment is resumed"
	default:
		return names.Symbol(c.Text)
	}
}

// Model is the condition as the API shows it.
func (c *Condition) Model(deployment string, names Names) model.DeploymentCondition {
	return model.DeploymentCondition{
		Type: c.Type.String(), Status: model.ConditionStatus(c.Status.String()), LastUpdateTime: c.Updated,
		LastTransitionTime: c.Changed, Reason: c.Reason.String(), Message: c.Message(deployment, names),
	}
}

// Conditions are the conditions of a Deployment in the order in which the API shows them:
// the one that was set last is the last.
type Conditions [3]Condition

// Get returns the condition of a type; ok is false if there is none.
func (cs *Conditions) Get(t ConditionType) (c Condition, ok bool) {
	for _, c := range cs {
		if c.Type == t {
			return c, true
		}
	}
	return Condition{}, false
}

// set sets a condition, unless one with the same status and reason is there. The time of
// its last transition is that of the last change of its status.
//
// Source: pkg/controller/deployment/util/deployment_util.go, SetDeploymentCondition.
func (cs *Conditions) set(c Condition) {
	old, there := cs.Get(c.Type)
	if there && old.Status == c.Status && old.Reason == c.Reason {
		return
	}
	if there && old.Status == c.Status {
		c.Changed = old.Changed
	}
	cs.remove(c.Type)
	for i := range cs {
		if cs[i].Type == NoCondition {
			cs[i] = c
			return
		}
	}
}

// remove takes a condition away, and closes the gap.
func (cs *Conditions) remove(t ConditionType) {
	kept := 0
	for _, c := range cs {
		if c.Type != t && c.Type != NoCondition {
			cs[kept] = c
			kept++
		}
	}
	clear(cs[kept:])
}
