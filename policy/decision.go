package policy

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Action is what a step does.
type Action uint8

// What the controller does to a pod or its claims.
const (
	CreatePod    Action = iota // the claims that are missing, the pod, the claims' owners
	DeletePod                  // gracefully
	CreateClaims               // those that a pending pod lacks, and their owners
	RepairPod                  // its label, its claims' owners; the pod is written even if only a claim differed
	RetainClaims               // the owners of a condemned pod's claims
)

// Because is why a step is taken or none is.
type Because uint8

// Why a step is taken.
const (
	Missing      Because = iota + 1 // no pod is there
	Finished                        // it is Failed or Succeeded
	Unclaimed                       // it is pending and lacks a claim
	Mislabelled                     // it has lost its identity, or its claims have other owners than the policy asks for
	OutOfRange                      // its ordinal is not in the set's range
	Outdated                        // its revision is not the update revision
	OutdatedDown                    // the same, and it is not available, so that replacing it costs nothing
	OutdatedAll                     // its revision is not the update revision, under Recreate
)

// Why no further step is taken. The pod that the wait is for is in Wait.Ordinal.
const (
	JustCreated        Because = iota + 32 // the next sync goes on from the new pod
	Deleting                               // the set is being deleted
	Terminating                            // the pod is on its way out
	NotRunning                             // the pod is pending
	NotReady                               // the pod is not ready
	NotAvailable                           // the pod has not been ready for minReadySeconds
	StaleClaim                             // the pod's claim belongs to an earlier pod of its name
	Replacing                              // the pod has ended and is being deleted
	CondemnedFirst                         // the pod is scaled away first
	CondemnedUnhealthy                     // the pod is condemned, unhealthy, and not the only one
	Budget                                 // maxUnavailable pods are unavailable already
	BelowPartition                         // all outdated pods are below the partition
	ByHand                                 // OnDelete: outdated pods wait for their deletion
	OldPods                                // Recreate: outdated pods have to be gone before new ones come
	NotAllowed                             // Recreate: the feature gate is off, and nothing is done at all
)

// Step is one thing to do.
type Step struct {
	Do       Action
	Because  Because
	Ordinal  int32
	Pod      Pod          // as seen; without UID for CreatePod
	Revision model.Symbol // of the pod to create
	// Group orders the steps: when a step fails, the others of its group are
	// still taken, and those of all later groups are not.
	Group int32
	// Updates marks the deletions of the update stage.
	Updates bool
}

// Wait is why the controller does nothing more for now.
type Wait struct {
	Because Because // 0: nothing is left to do
	Ordinal int32   // of the pod it is about; -1 if it is about none
}

// Decision is what one sync does. Its slice belongs to the caller, who hands the
// Decision back to be filled anew.
type Decision struct {
	Steps  []Step
	Status Status // as observed; [View.Took] follows the steps
	Wait   Wait
	// Refused means that the sync fails before it has done anything: the status is
	// not written either.
	Refused bool

	now      model.Instant
	deleting bool // Recreate: the steps delete old pods
}

// Took tells a decision that one of its steps has succeeded. The status is one of
// the pods as they were before; only the deletions of the update stage lower
// currentReplicas, whatever revision the pod had.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet.
func (v *View) Took(d *Decision, s *Step) {
	switch {
	case s.Updates:
		d.Status.CurrentReplicas--
	case v.rules.Has(release.CountsOwnWork):
		v.countOwnWork(&d.Status, s)
	}
}

// countOwnWork is how 1.27 kept the status up while it went.
func (v *View) countOwnWork(status *Status, s *Step) {
	revision, sign := s.Revision, int32(1)
	switch {
	case s.Do == CreatePod:
		status.Replicas++
	case s.Do == DeletePod && s.Because != OutdatedAll:
		revision, sign = s.Pod.Revision, -1
		if s.Because == Finished {
			status.Replicas--
		}
	default:
		return
	}
	if revision == v.current {
		status.CurrentReplicas += sign
	}
	if revision == v.update {
		status.UpdatedReplicas += sign
	}
}

// Final is the status to store once the steps have been taken, or one of them has
// failed. It may be one that the API rejects: currentReplicas can become -1.
func (v *View) Final(d *Decision, failed bool) Status {
	s := d.Status
	if d.deleting && !failed {
		s.Progress.become(RecreateDeleting, d.now)
	}
	v.complete(&s, d.now)
	return s
}
