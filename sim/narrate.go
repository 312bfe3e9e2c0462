package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
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
	case recChoice, recUpgraded, recUnknownStrategy, recRecreating, recPulled, recPullBackOff, recBackOff, recProvisioning:
		return "", "", false // or told by another record
	case recPulling, recContainerStarted, recKilling:
		if r.routine() {
			return "", "", false
		}
	case recViolated:
		v := &w.violations[r.a]
		return "check", v.Check + ": broken, " + v.Why, true
	case recScheduled:
		return who, "is assigned to " + object, true
	case recUnschedulable:
		return who, "cannot be scheduled: " + text, true
	case recNotice:
		return who, text, true
	case recLogged:
		return who, "logs: " + text, true
	case recRescaled, recAutoscalerFailed, recAutoscalerHolds:
		return "hpa/" + who, narrateAutoscaler(r, object, text), object != "FailedComputeMetricsReplicas" // which repeats another one
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

// narrateAutoscaler renders what the autoscaler controller does.
func narrateAutoscaler(r *record, object, text string) string {
	switch {
	case r.kind == recAutoscalerHolds:
		return "holds: " + text
	case r.kind == recAutoscalerFailed:
		return "cannot scale: " + text
	case text == "":
		return fmt.Sprintf("scales %s from %d to %d", object, r.a, r.b)
	default:
		return fmt.Sprintf("scales %s from %d to %d: %s", object, r.a, r.b, text)
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
	case recNeverPulled:
		return fmt.Sprintf("cannot start: image %s is not there, and is never pulled", text), true
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
		return crashed(r, text), true
	case recContainerStarted:
		return started(r, text), true
	case recPressure:
		if r.a == 0 {
			return fmt.Sprintf("is not short of %s any more", resources[r.b]), true
		}
		return fmt.Sprintf("is short of %s", resources[r.b]), true
	case recPressed:
		return fmt.Sprintf("is evicted: its node is short of %s", resources[r.b]), true
	case recShutdown:
		return "is being shut down", true
	case recRejected:
		return "is rejected by " + object + ": " + strings.SplitN(text, "\n", 2)[0], true
	case recHookFailed:
		return "its postStart hook has failed: " + text + " is killed", true
	case recUnhealthy:
		return fmt.Sprintf("its %s probe of %s fails", strings.ToLower(probeKind(r.why).String()), text), true
	case recKilling:
		return text + " is killed, to be restarted", true
	case recPodStopping:
		return fmt.Sprintf("is stopping: its grace period is %ds", r.a), true
	case recPodGone:
		return "is gone" + w.afterGrace(r), true
	case recSandboxLeft:
		if r.a == 0 {
			return "runs on at " + object + ", which has not heard that its object is gone", true
		}
		return "is being killed at " + object + ": its object is gone", true
	case recSandboxCleared:
		return "has stopped at " + object + ", where it had gone on without an object", true
	case recPodListed:
		return "is gone, and " + object + " is told by an API server that lies behind to run it", true
	case recReplicaSetCreated:
		return fmt.Sprintf("makes %s at revision %d with %d replicas", object, r.a, r.b), true
	case recReplicaSetScaled:
		if r.b > r.a {
			return fmt.Sprintf("scales %s up from %d to %d", object, r.a, r.b), true
		}
		return fmt.Sprintf("scales %s down from %d to %d", object, r.a, r.b), true
	case recReplicaCreated:
		return "creates " + object, true
	case recReplicaDeleted:
		return "deletes " + object, true
	case recReplicaNotCreated:
		return "cannot create a pod: " + text, true
	case recEvicted:
		return "is evicted", true
	case recEvictionFailed:
		return "may be evicted, and is not deleted: " + text, true
	case recEvictionRefused:
		if r.a == 0 {
			return "is not evicted: " + text, true
		}
		return "is not evicted (kubectl will retry after 5s): " + text, true
	case recDrained:
		return "is drained", true
	case recNodeSilent:
		return "does not answer any more", true
	case recNodeHeard:
		return "answers again", true
	case recNodeHealth:
		switch nodeHealth(r.a) {
		case healthUnknown:
			return "is Unknown: nothing was heard of it for too long", true
		case healthNotReady:
			return "is not ready: it is shutting down", true
		}
		return "is Ready again", true
	case recNodeNotReady:
		return "counts as not ready: " + object + " is not", true
	case recZone:
		return "the zone" + text + " is in state " + nodelifecycle.ZoneState(r.a).String(), true
	case recTainted:
		if r.a == 0 {
			return "loses taint " + text, true
		}
		return "gets taint " + text, true
	case recTaintEvicted:
		return "is evicted: it does not tolerate the taints of " + object + " any longer", true
	case recCollected:
		if r.a != 0 {
			return "is marked Failed and deleted: node " + object + " does not exist", true
		}
		return "is marked Failed and deleted: node " + object + " is out of service", true
	case recForceDetached:
		return "is detached from " + object + " by force", true
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

// routine reports whether a record is a part of every pod's life, and not worth a
// sentence.
func (r *record) routine() bool {
	switch r.kind {
	case recPulling:
		return r.why == 1
	case recContainerStarted:
		return r.a == 0 && containerKind(r.why) == mainContainer
	default:
		return killReason(r.why) != killedForProbe
	}
}

// crashed tells of a container that has ended, and when it is going to run again.
func crashed(r *record, name string) string {
	who := ""
	if name != "" {
		who = "container " + name + " "
	}
	what := "crashes"
	switch {
	case exitCause(r.why) == endedByOOM:
		what = "is killed for its memory"
	case exitCause(r.why) == endedByCrash:
		what = "is lost"
	}
	switch r.a {
	case nobodyRestarts:
		return who + what + ", and nobody restarts it: its kubelet does not run"
	case 0:
		return who + what + " and is restarted at once"
	default:
		return fmt.Sprintf("%s%s and is restarted in %ds", who, what, r.a)
	}
}

// started tells of a container that runs.
func started(r *record, name string) string {
	switch {
	case r.a > 0:
		return fmt.Sprintf("runs again (restart %d)", r.a)
	case containerKind(r.why) == sidecar:
		return "runs sidecar " + name
	default:
		return "runs init container " + name
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
