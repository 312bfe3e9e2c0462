package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// recordKind is what a record of the trace tells. narrate.go has its words, and
// events.go the Kubernetes event that it is, if it is one.
type recordKind uint8

const (
	_ recordKind = iota // a record that was never written

	// What the user does.
	recOperation     // a: place in the world's list of what was done
	recApplied       // an object was created (a = 1) or changed; why: its kind
	recDeletedObject // an object is gone; why: its kind

	// What the StatefulSet controller does: subject is the set, object the pod or claim.
	recPodCreated // text: revision
	recPodDeleted // why: policy.Because; text: revision; a: partition
	recPodRepaired
	recCreateFailed // text: the error
	recDeleteFailed
	recUpdateFailed
	recClaimCreated
	recClaimCreateFailed
	recClaimConflicting
	recRevisionCreated // text: name; a: number
	recRevisionBumped
	recRevisionTruncated
	recPromoted        // text: the current revision
	recWaits           // why: policy.Because; a: ordinal
	recSyncFailed      // text: the error
	recUnknownStrategy // text: the message
	recRecreating      // a Failed pod is replaced; releases before 1.31 said so
	recUpgraded        // a: the release
	recPodAdopted      // subject is the pod, object the set
	recPodReleased

	// What happens to pods: subject is the pod.
	recUnschedulable // text: the message
	recScheduled     // object: the node
	recPulling       // text: the image; why: 1 if the node has it already
	recPulled        // text: the image; a: how long it took, or alreadyPresent; b: container
	recPullFailed    // text: the image
	recPullBackOff   // text: the image
	recNeverPulled   // text: the image
	recPodStarted    // object: the node; a: address; why: 1 if it had one before
	recPodReady      // a: address
	recPodUnready
	recContainerStarted // text: the container; a: how often it was started before; why: containerKind
	recContainerCrashed // a: seconds before the restart, or nobodyRestarts; b: container; text: its name, if it is not the only one; why: exitCause
	recHookFailed       // text: the container
	recUnhealthy        // why: probeKind; text: the container; a: its place, and 1 bit for whether it hangs; b: template and address
	recKilling          // why: killReason; text: the container; a: unwellness; b: containerKind
	recBackOff          // text: the container; a: UID of the pod
	recPodStopping      // a: grace
	recPodGone          // a: time since its deletion was asked for; b: grace; why: 1 if it was terminating
	recSandboxLeft      // object: the node; a: 1 if its kubelet stops what still runs
	recSandboxCleared   // object: the node
	recPodListed        // object: the node

	recPressed  // by its kubelet; text: the message; b: the resource
	recRejected // object: the node; text: reason and message

	// Nodes: subject is the node.
	recPressure // a: 1 if it is there now; b: the resource
	recShutdown
	recNodeSilent
	recNodeHeard
	recNodeHealth   // a: nodeHealth
	recNodeNotReady // subject is the pod, object the node
	recZone         // text: the zone; a: nodelifecycle.ZoneState
	recTainted      // text: the taint; a: 1 if it is there now
	recTaintEvicted // subject is the pod, object the node
	recCollected    // by the pod garbage collector; subject is the pod, object the node; a: 1 if that is deleted

	// Deployments and ReplicaSets: subject is the one that acts.
	recReplicaSetCreated // object: the ReplicaSet; a: revision; b: replicas
	recReplicaSetScaled  // object: the ReplicaSet; a, b: replicas before and after
	recReplicaCreated    // object: the pod
	recReplicaDeleted    // object: the pod
	recReplicaNotCreated // text: the error

	// Evictions: subject is the pod.
	recEvicted
	recEvictionFailed  // text: the error
	recEvictionRefused // object: the node that is drained; text: what was said; a: 1 if kubectl asks again
	recDrained         // subject is the node

	// Storage: subject is the claim or volume.
	recClaimBound // object: the volume
	recClaimTerminating
	recProvisioning      // a provisioner begins
	recVolumeProvisioned // object: the volume
	recVolumeReleased
	recVolumeRecycled
	recAttached      // subject is the pod; object: the volume; a: place of the node
	recForceDetached // object: the node
	recNotice        // why: storage.Reason; text: the message; a: 1 if the subject is a pod

	// Autoscalers: subject is the autoscaler.
	recRescaled         // object: what is scaled; a: from; b: to; text: the reason
	recAutoscalerFailed // object: the event's reason; text: its message
	recAutoscalerHolds  // text: why

	// Programs.
	recLogged // subject is the pod; text: the line; a: the container

	// Choice.
	recChoice // a of b; text: what about

	// Checks.
	recViolated // a: place in the world's list of violations
)

// recordNotice records what storage says of an object. Ten thousand claims that
// wait for the same provisioner share the words.
func (w *world) recordNotice(subject model.Name, n storage.Notice) { w.recordNoticeOf(subject, n, 0) }

// recordPodNotice records what storage says of a pod.
func (w *world) recordPodNotice(pod model.Name, n storage.Notice) { w.recordNoticeOf(pod, n, 1) }

func (w *world) recordNoticeOf(subject model.Name, n storage.Notice, pod int64) {
	about := n
	if n.Reason != storage.ReservedVolumeModeDiffers {
		about.Claim = model.Name{} // not in the words
	}
	if about != w.noticed {
		w.noticed, w.noticedText = about, w.symbol(n.Message(spelling{w}))
	}
	w.record(record{kind: recNotice, subject: subject, why: uint8(n.Reason), text: w.noticedText, a: pod})
}

// spelling spells names for package storage.
type spelling struct{ *world }

// Name implements storage.Names.
func (s spelling) Name(n model.Name) string { return s.rendered(n) }

// Symbol implements storage.Names.
func (s spelling) Symbol(sym model.Symbol) string { return s.text(sym) }

// kindCode is a kind as a small number, for a record.
func kindCode(k model.Kind) uint8 {
	for i, kind := range kindCodes {
		if kind == k {
			return uint8(i)
		}
	}
	panic("sim: an object of the unknown kind " + string(k))
}

var kindCodes = [...]model.Kind{
	model.KindStatefulSet, model.KindControllerRevision, model.KindPod, model.KindService, model.KindPersistentVolumeClaim,
	model.KindPersistentVolume, model.KindStorageClass, model.KindNode, model.KindPodDisruptionBudget,
	model.KindDeployment, model.KindReplicaSet,
	model.KindHorizontalPodAutoscaler,
}

func boolByte(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
