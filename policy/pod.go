package policy

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Phase is a pod's phase as a small integer. The zero Phase is that of a pod
// that does not exist.
type Phase uint8

// The phases of a pod.
const (
	NoPod Phase = iota
	Pending
	Running
	Succeeded
	Failed
	Unknown
)

// PhaseOf returns the small integer of an API phase.
func PhaseOf(p model.PodPhase) Phase {
	switch p {
	case model.PodPending:
		return Pending
	case model.PodRunning:
		return Running
	case model.PodSucceeded:
		return Succeeded
	case model.PodFailed:
		return Failed
	case model.PodUnknown:
		return Unknown
	default:
		return NoPod
	}
}

// Model returns the phase as the API spells it.
func (p Phase) Model() model.PodPhase {
	return [...]model.PodPhase{"", model.PodPending, model.PodRunning, model.PodSucceeded, model.PodFailed, model.PodUnknown}[p]
}

// Ownership says who controls a pod.
type Ownership uint8

// The ways in which a pod can be owned, seen from one set.
const (
	Orphan  Ownership = iota // nobody controls it
	Ours                     // the set's UID is in its controller reference
	Foreign                  // somebody else controls it
)

// Pod is what the controller sees of one pod whose name makes it a member of the
// set, whoever owns it.
type Pod struct {
	Ordinal     int32
	Handle      int32         // the caller's name for the pod; policy only hands it back
	UID         model.UID     // of this incarnation
	Revision    model.Symbol  // label controller-revision-hash; 0 if absent
	ReadySince  model.Instant // last transition of the condition Ready
	Phase       Phase
	Ownership   Ownership
	Ready       bool // the condition Ready is True
	Terminating bool // deletionTimestamp is set
	Matches     bool // the set's selector matches its labels
	Named       bool // it carries its own name in the label statefulset.kubernetes.io/pod-name
}

// exists reports whether there is a pod at all.
func (p *Pod) exists() bool { return p.Phase != NoPod }

// member reports whether the controller counts the pod as its own.
//
// Source: pkg/controller/controller_ref_manager.go, ClaimObject.
func (p *Pod) member() bool { return p.exists() && p.Ownership == Ours && p.Matches }

// running mirrors isRunningAndReady.
func (p *Pod) running() bool { return p.Phase == Running && p.Ready }

// availableFrom is the instant from which a ready pod is available. The phase is
// not looked at, as isRunningAndAvailable does not.
func (p *Pod) availableFrom(minReadySeconds int32) model.Instant {
	return p.ReadySince.Add(time.Duration(minReadySeconds) * time.Second)
}
