package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The words of the trace. A record becomes a sentence: who, and what.

// narrate renders a record; ok is false for those that are only of use to a replay.
func (w *world) narrate(r *record) (who, what string, ok bool) {
	who = w.rendered(r.subject)
	object := w.rendered(r.object)
	text := w.text(r.text)
	switch r.kind {
	case recOperation:
		return "you", w.done[r.a].String(), true
	case recApplied:
		kind := strings.ToLower(string(kindCodes[r.why]))
		if r.a == 1 {
			return who, kind + " created", true
		}
		return who, kind + " configured", true
	case recDeletedObject:
		return who, strings.ToLower(string(kindCodes[r.why])) + " deleted", true
	case recChoice, recUpgraded, recUnknownStrategy, recRecreating, recProvisioning:
		return "", "", false // or told by another record
	case recScheduled:
		return who, "is assigned to " + object, true
	case recUnschedulable:
		return who, "cannot be scheduled: " + w.unschedulableMessage(r), true
	case recNotice:
		return who, text, true
	}
	if what, ok = w.narrateController(r, object, text); ok {
		return who, what, true
	}
	if what, ok = w.narratePod(r, object, text); ok {
		return who, what, true
	}
	panic(fmt.Sprintf("sim: no words for record kind %d", r.kind))
}

// narrateController renders what the StatefulSet controller does.
func (w *world) narrateController(r *record, object, text string) (string, bool) {
	switch r.kind {
	case recPodCreated:
		return fmt.Sprintf("creates %s at revision %s", object, revisionHash(text)), true
	case recPodDeleted:
		return fmt.Sprintf("deletes %s: %s", object, w.deletionReason(r)), true
	case recPodRepaired:
		return "repairs " + object, true
	case recCreateFailed:
		return fmt.Sprintf("cannot create %s: %s", object, text), true
	case recDeleteFailed:
		return fmt.Sprintf("cannot delete %s: %s", object, text), true
	case recUpdateFailed:
		return fmt.Sprintf("cannot update %s: %s", object, text), true
	case recClaimCreated:
		return "creates claim " + object, true
	case recClaimCreateFailed:
		return fmt.Sprintf("cannot create claim %s: %s", object, text), true
	case recClaimConflicting:
		return "leaves claim " + object + " to another controller", true
	case recRevisionCreated:
		return fmt.Sprintf("makes revision %d, %s", r.a, revisionHash(text)), true
	case recRevisionBumped:
		return fmt.Sprintf("goes back to revision %s, which is number %d now", revisionHash(text), r.a), true
	case recRevisionTruncated:
		return "forgets revision " + revisionHash(text), true
	case recPromoted:
		return "is complete at revision " + revisionHash(text), true
	case recWaits:
		return "waits: " + w.waitReason(r.subject, policy.Wait{Because: policy.Because(r.why), Ordinal: int32(r.a)}), true
	case recSyncFailed:
		return "cannot go on: " + text, true
	default:
		return "", false
	}
}

// narratePod renders what happens to pods and their storage.
func (w *world) narratePod(r *record, object, text string) (string, bool) {
	switch r.kind {
	case recPodAdopted:
		return "is adopted by " + object, true
	case recPodReleased:
		return "is released by " + object, true
	case recPulling:
		return "pulls image " + text, true
	case recPullFailed:
		return fmt.Sprintf("cannot start: image %s cannot be pulled", text), true
	case recPodStarted:
		return fmt.Sprintf("starts on %s at %s", object, podAddr(uint32(r.a))), true
	case recPodReady:
		if r.a == 0 {
			return "is ready", true
		}
		return fmt.Sprintf("is ready at %s%s", podAddr(uint32(r.a)), withData(object)), true
	case recPodUnready:
		return "is not ready any more", true
	case recContainerCrashed:
		if r.a == 0 {
			return "crashes and is restarted at once", true
		}
		return fmt.Sprintf("crashes and is restarted in %ds", r.a), true
	case recContainerRestarted:
		return fmt.Sprintf("runs again (restart %d)", r.a), true
	case recPodStopping:
		return fmt.Sprintf("is stopping: its grace period is %ds", r.a), true
	case recPodGone:
		return "is gone" + w.afterGrace(r), true
	case recClaimBound:
		return "is bound to " + object, true
	case recClaimTerminating:
		return "is being deleted, and waits for its pod", true
	case recVolumeProvisioned:
		return "gets volume " + object, true
	case recVolumeReleased:
		return "is released: its claim is gone", true
	case recVolumeRecycled:
		return "is emptied", true
	case recAttached:
		return "has its volume attached to " + w.rendered(w.nodes.at(int32(r.a)).name), true
	default:
		return "", false
	}
}

// afterGrace tells how much of its grace period a pod took.
func (w *world) afterGrace(r *record) string {
	took, grace := time.Duration(r.a), seconds(r.b)
	switch {
	case r.why == 0:
		return ""
	case took == grace:
		return fmt.Sprintf(" after its %v grace period", grace)
	default:
		return fmt.Sprintf(" after %.1fs (its grace period is %v)", took.Seconds(), grace)
	}
}

// withData tells of the claim with whose data a pod is ready.
func withData(claim string) string {
	if claim == "" {
		return ""
	}
	return " with the data of " + claim
}

// deletionReason says why the controller deleted a pod.
func (w *world) deletionReason(r *record) string {
	switch policy.Because(r.why) {
	case policy.Finished:
		return "it has ended"
	case policy.OutOfRange:
		return "it is scaled away"
	case policy.OutdatedDown:
		return "its revision is old, and it is not available anyway"
	case policy.OutdatedAll:
		return "its revision is old, and the strategy is Recreate"
	default:
		if r.a == 0 {
			return "its revision is old"
		}
		return fmt.Sprintf("its revision is old and %d >= partition %d", r.object.Ordinal, r.a)
	}
}

// waitReason says why a set's controller does nothing more.
func (w *world) waitReason(set model.Name, wait policy.Wait) string {
	pod := "a pod"
	if wait.Ordinal >= 0 {
		pod = model.PodName(w.rendered(set), wait.Ordinal)
	}
	switch wait.Because {
	case policy.JustCreated:
		return pod + " has just been created"
	case policy.Deleting:
		return "the set is being deleted"
	case policy.Terminating:
		return pod + " is terminating"
	case policy.NotRunning:
		return pod + " is pending"
	case policy.NotReady:
		return pod + " is not ready"
	case policy.NotAvailable:
		return pod + " has not been ready for minReadySeconds"
	case policy.StaleClaim:
		return "a claim of " + pod + " still belongs to an earlier pod of that name"
	case policy.Replacing:
		return pod + " has ended and is being replaced"
	case policy.CondemnedFirst:
		return pod + " is scaled away first"
	case policy.CondemnedUnhealthy:
		return pod + " is to be scaled away, but it is not the only unhealthy pod"
	case policy.Budget:
		return "maxUnavailable pods are unavailable already, the first is " + pod
	case policy.BelowPartition:
		return "nothing at or above the partition is outdated"
	case policy.ByHand:
		return "updateStrategy is OnDelete, and outdated pods have not been deleted"
	case policy.OldPods:
		return "updateStrategy is Recreate, and not all pods of old revisions are gone"
	case policy.NotAllowed:
		return "updateStrategy is Recreate, and the feature gate StatefulSetRecreateStrategy is off"
	default:
		return "its status is not yet what its spec asks for"
	}
}

// revisionHash is the last part of a revision's name.
func revisionHash(name string) string { return name[strings.LastIndexByte(name, '-')+1:] }

// clock renders an instant as the trace shows it: seconds since the world began.
func clock(t model.Instant) string {
	return fmt.Sprintf("+%.1fs", time.Duration(t).Seconds())
}
