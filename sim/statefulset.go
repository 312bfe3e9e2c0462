package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/policy"
)

// The StatefulSet controller.
//
// It notices changes of sets and of their pods; claims and revisions it reads and
// does not watch. A moment after a change it looks at the set, decides
// (package policy), and writes. A sync that fails is tried again after a back-off.
//
// Source: pkg/controller/statefulset/stateful_set.go.

// enqueue makes the controller look at a set.
func (w *world) enqueue(s int32) {
	if _, armed := w.queue.armed(purposeSync, s); !armed {
		w.queue.arm(purposeSync, s, w.soon())
	}
}

// enqueueAfter makes the controller look at a set later. A set that waits already
// keeps the earlier time.
//
// Source: client-go util/workqueue/delaying_queue.go, insert.
func (w *world) enqueueAfter(s int32, d time.Duration) {
	at := w.now.Add(d)
	if earlier, armed := w.queue.armed(purposeDelayed, s); !armed || earlier > at {
		w.queue.arm(purposeDelayed, s, at)
	}
}

// syncSet looks at a set once.
//
// Source: pkg/controller/statefulset/stateful_set.go, sync and syncStatefulSet.
func (w *world) syncSet(s int32) {
	set := w.sets.at(s)
	if w.paused {
		set.waits = true
		return
	}
	if set.view.Set().Spec == nil {
		return // the controller has not heard of the set yet
	}
	err := w.consistent(set)
	var status policy.Status
	if err == nil {
		status, err = w.trySet(s)
	}
	set = w.sets.at(s)
	if err != nil {
		w.retrySet(s, err)
		return
	}
	set.failures, set.blocked, set.trouble = 0, nil, 0
	after, ok := set.view.Recheck(w.now, status)
	switch {
	case w.rules.Has(release.CoarseRequeue):
		w.planLooks(s, after, ok)
	case ok:
		w.enqueueAfter(s, after)
	}
}

// errStale says that the controller's cache does not show its own last writes.
var errStale = errors.New("the cache does not show the controller's own writes yet")

// consistent fails while the cache lies behind what the controller itself wrote.
//
// Source: pkg/controller/statefulset, consistencyStore.EnsureReady; gate
// StaleControllerConsistencyStatefulSet.
func (w *world) consistent(set *statefulSet) error {
	if w.rules.Has(release.ReadsStaleCache) {
		return nil
	}
	if w.now < set.shows {
		return errStale
	}
	return nil
}

// trySet is one sync; it returns the status as it is then.
func (w *world) trySet(s int32) (policy.Status, error) {
	if err := w.adopt(s); err != nil {
		return policy.Status{}, err
	}
	set := w.sets.at(s)
	update, err := w.revise(s)
	if err != nil {
		return policy.Status{}, errors.Join(err, w.truncate(s, false))
	}
	set.view.Settle(update)
	d := &w.scratch.decision
	set.view.Plan(w.now, d)
	w.waits(s, d.Wait)
	if d.Refused {
		return policy.Status{}, errors.Join(w.refuseStrategy(s), w.truncate(s, true))
	}
	err = w.carryOut(s, d)
	set = w.sets.at(s)
	status := set.view.Final(d, err != nil)
	status.CollisionCount = set.status.CollisionCount
	if statusErr := w.writeStatus(s, status); statusErr != nil {
		err = join(err, statusErr)
	}
	if truncateErr := w.truncate(s, true); truncateErr != nil {
		err = join(err, truncateErr)
	}
	return status, err
}

// refuseStrategy says that a set's strategy is one whose feature gate is off.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet.
func (w *world) refuseStrategy(s int32) error {
	set := w.sets.at(s)
	err := refusedStrategy(fmt.Sprintf("statefulset %s/%s uses Recreate strategy but feature gate %s is disabled",
		w.text(set.name.Namespace), w.rendered(set.name), release.StatefulSetRecreateStrategy))
	w.record(record{kind: recUnknownStrategy, subject: set.name, text: w.symbol(string(err))})
	return err
}

// refusedStrategy is an error that goes on until the set or the release is another one.
type refusedStrategy string

func (r refusedStrategy) Error() string { return string(r) }

// waits notes why the controller does nothing more. The reasons that pass by
// themselves, a pod that starts, are not worth a record.
func (w *world) waits(s int32, wait policy.Wait) {
	set := w.sets.at(s)
	if set.wait == wait {
		return
	}
	set.wait = wait
	switch wait.Because {
	case policy.StaleClaim, policy.CondemnedUnhealthy, policy.Budget, policy.BelowPartition, policy.ByHand, policy.OldPods:
		w.record(record{kind: recWaits, subject: set.name, why: uint8(wait.Because), a: int64(wait.Ordinal)})
	}
}

// join is errors.Join that leaves a single error as it is.
func join(a, b error) error {
	if a == nil {
		return b
	}
	return errors.Join(a, b)
}

// adopt takes orphan revisions and pods in and lets go of pods that no longer match.
func (w *world) adopt(s int32) error {
	set := w.sets.at(s)
	w.scratch.owned = w.scratch.owned[:0]
	for _, r := range set.view.Revisions() {
		if r.Orphan && set.deleting == notDeleted {
			if err := w.ownRevision(s, r.Name); err != nil {
				return err
			}
			w.scratch.owned = append(w.scratch.owned, r.Name)
		}
	}
	w.scratch.adopted = set.view.Adopt(w.scratch.adopted)
	var failed error
	for _, p := range w.scratch.adopted {
		if err := w.admit(VerbUpdate, model.KindPod); err != nil {
			failed = join(failed, err)
			continue
		}
		r := w.pods.at(p.Handle)
		if r.uid != p.UID {
			continue // gone in the meantime
		}
		r.givenTo = nil
		if p.Ownership == policy.Ours {
			r.owner = 0
			w.record(record{kind: recPodReleased, subject: r.name, object: set.name})
		} else {
			r.owner = w.sets.at(s).uid
			w.record(record{kind: recPodAdopted, subject: r.name, object: set.name})
		}
		w.wrote(s)
		w.podChanged(p.Handle)
	}
	return failed
}

// carryOut takes the steps of a decision. When one fails, those of other pods of its
// group are still taken and those of later groups are not.
func (w *world) carryOut(s int32, d *policy.Decision) (failed error) {
	group, ordinal := int32(-1), model.NoOrdinal
	for i := range d.Steps {
		step := &d.Steps[i]
		if failed != nil && step.Group != group {
			break
		}
		if failed != nil && step.Ordinal == ordinal {
			continue
		}
		err := w.take(s, step)
		if err == nil || step.Updates && isNotFound(err) {
			w.sets.at(s).view.Took(d, step)
		}
		if err != nil && !(step.Updates && isNotFound(err)) {
			failed, group, ordinal = join(failed, err), step.Group, step.Ordinal
		}
	}
	return failed
}

// take takes one step.
func (w *world) take(s int32, step *policy.Step) error {
	switch step.Do {
	case policy.CreatePod:
		return w.createReplica(s, step)
	case policy.DeletePod:
		return w.deleteReplica(s, step)
	case policy.CreateClaims:
		if err := w.createClaims(s, step.Ordinal); err != nil {
			return err
		}
		_, err := w.retainClaims(s, step.Pod)
		if err != nil {
			w.note(recUpdateFailed, s, w.podName(s, step.Ordinal), err)
		}
		return err
	case policy.RetainClaims:
		_, err := w.retainClaims(s, step.Pod)
		return err
	default:
		return w.repairPod(s, step)
	}
}

// createReplica makes the claims that are missing, the pod, and the owners of
// claims that were there already, these even if the pod could not be made.
//
// Source: pkg/controller/statefulset/stateful_pod_control.go, CreateStatefulPod.
func (w *world) createReplica(s int32, step *policy.Step) error {
	pod := w.podName(s, step.Ordinal)
	if err := w.createClaims(s, step.Ordinal); err != nil {
		w.note(recCreateFailed, s, pod, err)
		return err
	}
	err := w.createPod(s, step.Ordinal, step.Revision)
	if isAlreadyExists(err) {
		return blockedBy{err, pod}
	}
	if err == nil {
		w.wrote(s)
		w.record(record{kind: recPodCreated, subject: w.sets.at(s).name, object: pod, why: uint8(step.Because), text: step.Revision})
	}
	if _, err := w.retainClaims(s, policy.Pod{Ordinal: step.Ordinal}); err != nil {
		w.note(recUpdateFailed, s, pod, err)
		return err
	}
	if err != nil {
		w.note(recCreateFailed, s, pod, err)
	}
	return err
}

// deleteReplica deletes the pod of a name, whichever it is by now. That none is
// there any more is a success; before 1.36 it was an error, which the update stage
// overlooked.
//
// Source: pkg/controller/statefulset/stateful_pod_control.go, DeleteStatefulPod.
func (w *world) deleteReplica(s int32, step *policy.Step) error {
	set := w.sets.at(s)
	name := w.podName(s, step.Ordinal)
	if step.Because == policy.Finished && w.rules.Has(release.RecreatesAtOnce) {
		w.record(record{kind: recRecreating, subject: set.name, object: name})
	}
	if err := w.admit(VerbDelete, model.KindPod); err != nil {
		w.note(recDeleteFailed, s, name, err)
		return err
	}
	p, there := w.pods.find(name)
	if !there && w.rules.Has(release.GoneIsError) {
		err := validation.NotFound(model.KindPod, w.rendered(name))
		w.note(recDeleteFailed, s, name, err)
		return err
	}
	w.record(record{kind: recPodDeleted, subject: set.name, object: name, why: uint8(step.Because), a: int64(set.spec.Partition()), text: step.Pod.Revision})
	if there {
		w.deletePod(p, gracefully)
	}
	return nil
}

// repairPod gives a pod its identity back, and its claims the owners that the
// policy asks for.
//
// Source: pkg/controller/statefulset/stateful_pod_control.go, UpdateStatefulPod.
func (w *world) repairPod(s int32, step *policy.Step) error {
	wrote, tries := false, defaultBackoff
	for ; tries > 0; tries-- { // the claims again, too, if one of them conflicts
		again, err := w.retainClaims(s, step.Pod)
		wrote = wrote || again
		if err == nil {
			break
		}
		w.note(recUpdateFailed, s, w.podName(s, step.Ordinal), err)
		if tries == 1 || !isConflict(err) {
			return err
		}
	}
	p := step.Pod.Handle
	r := w.pods.at(p)
	if r.uid != step.Pod.UID || r.named && !wrote {
		return nil
	}
	if err := w.admitUpdate(VerbUpdate, model.KindPod, r.name, tries); err != nil {
		w.note(recUpdateFailed, s, r.name, err)
		return err
	}
	if !r.named {
		w.podUnguarded(p)
		r.named, r.indexed = true, r.indexed || !w.rules.Has(release.NoPodIndexLabel)
	}
	w.wrote(s)
	w.record(record{kind: recPodRepaired, subject: w.sets.at(s).name, object: r.name})
	w.podChanged(p)
	return nil
}

// writeStatus stores a status that differs from the stored one.
//
// Source: pkg/controller/statefulset/stateful_set_status_updater.go.
func (w *world) writeStatus(s int32, status policy.Status) error {
	set := w.sets.at(s)
	if !set.view.Differs(status) {
		return nil
	}
	if err := w.admitUpdate(VerbUpdateStatus, model.KindStatefulSet, set.name, defaultRetry); err != nil {
		return err
	}
	if status.CurrentReplicas < 0 {
		text := w.modelStatus(&status)
		return validation.Invalid(model.KindStatefulSet, w.rendered(set.name),
			validation.StatefulSetStatus(&text, &model.StatefulSetStatus{}))
	}
	promoted := set.status.CurrentRevision != status.CurrentRevision && set.status.CurrentRevision != 0
	set.status = status
	set.version = w.bump()
	w.wrote(s)
	if promoted {
		w.record(record{kind: recPromoted, subject: set.name, text: status.CurrentRevision})
	}
	w.feedSet(s)
	return nil
}

func isAlreadyExists(err error) bool { return hasReason(err, validation.ReasonAlreadyExists) }

func isNotFound(err error) bool { return hasReason(err, validation.ReasonNotFound) }

func hasReason(err error, reason validation.Reason) bool {
	if err == nil {
		return false // without an allocation
	}
	var status *validation.StatusError
	return errors.As(err, &status) && status.Reason == reason
}

// wrote notes that the controller has written something that its cache must show
// before the next sync.
func (w *world) wrote(s int32) {
	if w.watched.Len() > 0 {
		w.sets.at(s).shows = w.watched.Last().at
	}
}

// podName is the name of a set's pod at an ordinal.
func (w *world) podName(s, ordinal int32) model.Name {
	set := w.sets.at(s)
	return model.Name{Namespace: set.name.Namespace, Base: set.podBase, Ordinal: ordinal}
}

// note records the event of a write that failed.
func (w *world) note(kind recordKind, s int32, object model.Name, err error) {
	w.record(record{kind: kind, subject: w.sets.at(s).name, object: object, text: w.symbol(err.Error())})
}

// modelStatus is a status as the API shows it.
func (w *world) modelStatus(s *policy.Status) model.StatefulSetStatus {
	out := model.StatefulSetStatus{
		ObservedGeneration: s.ObservedGeneration,
		Replicas:           s.Replicas,
		ReadyReplicas:      s.ReadyReplicas,
		CurrentReplicas:    s.CurrentReplicas,
		UpdatedReplicas:    s.UpdatedReplicas,
		AvailableReplicas:  s.AvailableReplicas,
		CurrentRevision:    w.text(s.CurrentRevision),
		UpdateRevision:     w.text(s.UpdateRevision),
	}
	if s.CollisionCount > 0 {
		out.CollisionCount = copied(s.CollisionCount)
	}
	if s.Progress.Reason != policy.NoProgress {
		out.Conditions = []model.StatefulSetCondition{s.Progress.Condition()}
	}
	return out
}

// errClaimDeleting is why a pod is not created while its claim is being deleted.
func (w *world) errClaimDeleting(claim model.Name) error {
	return blockedBy{fmt.Errorf("pvc %s is being deleted", w.rendered(claim)), claim}
}
