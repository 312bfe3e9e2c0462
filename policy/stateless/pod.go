package stateless

import (
	"time"

	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// NoNode is the node of a pod that has none.
const NoNode int32 = -1

// Pod is what the ReplicaSet controller sees of one pod: one that it controls, or one
// that nobody controls and the selector matches.
type Pod struct {
	Handle     int32 // the caller's name for the pod; only handed back
	Node       int32 // the caller's name for its node, or NoNode
	UID        model.UID
	Lot        uint64        // decides between pods that nothing else tells apart; Kubernetes takes the UID, which is random
	Created    model.Instant // creationTimestamp
	ReadySince model.Instant // last transition of the condition Ready
	Cost       int32         // annotation controller.kubernetes.io/pod-deletion-cost
	Restarts   int32         // the most that any of its containers has had
	Sidecars   int32         // the most restarts that any of its sidecars has had

	Phase       policy.Phase
	Ownership   policy.Ownership
	Ready       bool // the condition Ready is True
	Terminating bool // deletionTimestamp is set
	Matches     bool // the selector matches its labels
	Labelled    bool // it has all labels of the template
}

// exists reports whether there is a pod at all.
func (p *Pod) exists() bool { return p.Phase != policy.NoPod }

// ended reports whether the pod's phase is Failed or Succeeded.
func (p *Pod) ended() bool { return p.Phase == policy.Failed || p.Phase == policy.Succeeded }

// active reports whether the pod counts as one of the replicas. A pod that has ended
// does not: it is left where it is, and replaced.
//
// Source: pkg/controller/controller_utils.go, IsPodActive.
func (p *Pod) active() bool {
	return p.exists() && p.Ownership == policy.Ours && p.Matches && !p.ended() && !p.Terminating
}

// leaving reports whether the pod counts as a terminating replica.
//
// Source: pkg/controller/controller_utils.go, IsPodTerminating.
func (p *Pod) leaving() bool {
	return p.exists() && p.Ownership == policy.Ours && p.Matches && !p.ended() && p.Terminating
}

// availableFrom is the instant from which a ready pod is available.
func (p *Pod) availableFrom(minReadySeconds int32) model.Instant {
	return p.ReadySince.Add(time.Duration(minReadySeconds) * time.Second)
}

// key is a UID as a key of an index.
type key model.UID

// Hash implements flat.Key.
func (k key) Hash() uint64 { return flat.Mix(uint64(k)) }
