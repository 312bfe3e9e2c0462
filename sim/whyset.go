package sim

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
)

// What a StatefulSet waits for, as its controller has noted it in its last sync.

func (w *world) linkSet(l *whyLink) {
	s := l.of.place
	set := w.sets.at(s)
	switch {
	case w.paused && w.missed(s):
		l.says(causePaused, "waits for its controller, which is paused")
	case set.deleting != notDeleted:
		w.linkEnding(l, s)
	case set.wait.Because == policy.NotAllowed:
		l.says(causeStrategy, "waits: its strategy is Recreate, and the feature gate StatefulSetRecreateStrategy is off")
	case set.trouble != 0:
		w.linkTrouble(l, s)
	default:
		w.linkWait(l, s)
	}
}

// subject is what of a set waits.
func (w *world) subject(of thing) string {
	name := w.nameOf(of)
	if of.kind != model.KindStatefulSet || w.isDeleted(of) {
		return name
	}
	switch short := w.shortOf(of.place); {
	case short.outdated > 0 || short.broken > 0:
		return "rollout of " + name
	case short.condemned > 0:
		return "scale-down of " + name
	}
	return name
}

// linkEnding is a set that is being deleted.
func (w *world) linkEnding(l *whyLink, s int32) {
	set := w.sets.at(s)
	l.Since = set.deletedAt
	for p := range w.pods.all {
		if w.pods.at(p).owner == set.uid {
			l.says(causePasses, "is being deleted in the foreground, and waits for "+w.nameOf(thing{model.KindPod, p}))
			l.waitsFor(model.KindPod, p)
			l.by("what is deleted in the foreground goes after all that it owns", "pkg/controller/garbagecollector, processDeletingDependentsItem")
			return
		}
	}
	l.says(causePasses, "is being deleted, and waits for the garbage collector")
}

// linkTrouble is a set whose sync has failed.
func (w *world) linkTrouble(l *whyLink, s int32) {
	set := w.sets.at(s)
	trouble := w.text(set.trouble)
	for _, name := range set.blocked {
		if c, ok := w.claims.find(name); ok && w.claims.at(c).Deleting {
			l.says(causeRefused, "cannot create "+w.firstMissing(s)+" before the old claim "+w.rendered(name)+" is gone")
			l.waitsFor(model.KindPersistentVolumeClaim, c)
			return
		}
		if p, ok := w.pods.find(name); ok && w.pods.at(p).owner == set.uid {
			l.says(causeUnheard, "waits for its controller, which has not heard that "+w.rendered(name)+" is there")
			return
		} else if ok {
			l.says(causeRefused, "cannot create "+w.rendered(name)+" while another pod of that name is there")
			l.waitsFor(model.KindPod, p)
			return
		}
	}
	l.says(causeRefused, "cannot go on: "+trouble)
	if at, armed := w.queue.armed(purposeDelayed, s); armed {
		l.Why += ", and tries again at " + clock(at)
		l.by("the controller tries again after 5ms, 10ms, 20ms and so on, up to 1000s", "client-go util/workqueue")
	} else if strings.Contains(trouble, "must be no more than 63") {
		l.by("the name of a pod's revision is a label and has at most 63 characters, so that of its set has at most 52", "kubernetes #64023")
	}
}

// firstMissing is the first pod that a set lacks.
func (w *world) firstMissing(s int32) string {
	set := w.sets.at(s)
	for i := range set.spec.DesiredReplicas() {
		if name := w.podName(s, w.startOf(set)+i); !w.podExists(name) {
			return w.rendered(name)
		}
	}
	return "its pods"
}

func (w *world) podExists(name model.Name) bool {
	_, ok := w.pods.find(name)
	return ok
}

// linkWait is a set whose controller does nothing more for now.
func (w *world) linkWait(l *whyLink, s int32) {
	set := w.sets.at(s)
	if because := set.wait.Because; because == 0 || because == policy.BelowPartition || because == policy.ByHand || set.wait.Ordinal < 0 {
		switch short := w.shortOf(s); {
		case w.looking(s):
			l.says(causeLooks, "waits for its controller, which is "+w.about(s))
		case because == policy.OldPods:
			w.linkOldPods(l, s)
		case short.gap(false) > 0:
			w.linkUnwoken(l, s)
		case because == policy.ByHand:
			w.linkByHand(l, s)
		default:
			w.linkPartition(l, s, short.left)
		}
		return
	}
	name := w.podName(s, w.awaited(s))
	p, exists := w.pods.find(name)
	switch {
	case set.wait.Because == policy.StaleClaim && !w.looking(s):
		w.linkStaleClaim(l, s)
	case !exists && w.looking(s):
		l.says(causeLooks, "waits for its controller, which is "+w.about(s))
	case !exists, !w.heard(s, p):
		l.says(causeUnheard, "waits for its controller, which has not heard what has become of "+w.rendered(name))
		l.by("a controller knows what its watch has told it, and lists anew only when it starts", "client-go tools/cache, Reflector")
	case w.wellFor(set, p) && w.looking(s):
		l.says(causeLooks, "waits for its controller, which is "+w.about(s))
	case w.wellFor(set, p) && set.wait.Because != policy.CondemnedFirst:
		w.linkUnwoken(l, s)
	default:
		l.says(causePasses, "waits for "+w.rendered(name))
		l.waitsFor(model.KindPod, p)
		l.Since = w.unwellSince(p)
		w.waitRule(l, s, p)
	}
}

// awaited is the ordinal that a set's controller waits for. Of a rolling update without
// maxUnavailable the controller names the first pod that is not healthy, and waits for the
// last.
func (w *world) awaited(s int32) int32 {
	set := w.sets.at(s)
	if set.wait.Because != policy.Budget || !w.rules.Has(release.IgnoresMaxUnavailable) {
		return set.wait.Ordinal
	}
	for i := set.spec.DesiredReplicas() - 1; i >= 0; i-- {
		p, ok := w.pods.find(w.podName(s, w.startOf(set)+i))
		if !ok || !w.wellFor(set, p) {
			return w.startOf(set) + i
		}
	}
	return set.wait.Ordinal
}

// looking reports whether a set's controller is going to look at it, or to hear of it, soon.
func (w *world) looking(s int32) bool {
	_, soon := w.queue.armed(purposeSync, s)
	return soon || w.watched.Len() > 0 && w.missed(s)
}

// about is what a set's controller is about to do.
func (w *world) about(s int32) string {
	if _, soon := w.queue.armed(purposeSync, s); soon {
		return "about to look"
	}
	return "told of it at " + clock(w.watched.First().at)
}

// heard reports whether a set's controller knows a pod as it is.
func (w *world) heard(s, p int32) bool {
	r := w.pods.at(p)
	known, ok := w.sets.at(s).view.Pod(r.name.Ordinal)
	return ok && known.UID == r.uid && known.Ready == r.ready && known.Terminating == r.deleting && known.Phase == r.phase
}

// wellFor reports whether there is nothing about a pod that its set has to wait for.
func (w *world) wellFor(set *statefulSet, p int32) bool {
	v := PodView{w, w.pods.at(p)}
	return !v.Terminating() && v.Available(set.spec.MinReadySeconds)
}

// unwellSince is since when a pod is not ready, or is on its way out.
func (w *world) unwellSince(p int32) model.Instant {
	r := w.pods.at(p)
	switch {
	case r.deleting:
		return r.deletedAt.Add(-seconds(r.grace))
	case r.readySince > 0:
		return r.readySince
	default:
		return r.created
	}
}

// waitRule is why the controller does nothing else while it waits for a pod.
func (w *world) waitRule(l *whyLink, s, p int32) {
	set, r := w.sets.at(s), w.pods.at(p)
	ordered := set.spec.PodManagementPolicy != model.Parallel
	old := r.revision != set.status.UpdateRevision
	switch because := set.wait.Because; {
	case because == policy.Budget && w.rules.Has(release.IgnoresMaxUnavailable):
		l.by("the next pod is replaced when those above it are healthy", "pkg/controller/statefulset, updateStatefulSet")
	case because == policy.Budget:
		l.cause = causeBudget
		l.Why = fmt.Sprintf("waits, because maxUnavailable is %d, for %s", set.spec.MaxUnavailable(), w.rendered(r.name))
		switch {
		case !ordered && old && w.rules.Has(release.OneBudget):
			l.by("a pod of an old revision that is not available uses up maxUnavailable instead of being replaced", "kubernetes #137409")
		case r.name.Ordinal-w.startOf(set) < set.spec.Partition():
			l.by("a pod below the partition that is not available uses up maxUnavailable as well", "pkg/controller/statefulset, updateStatefulSetAfterInvariantEstablished")
		}
	case because == policy.CondemnedUnhealthy && r.ready && !r.deleting:
		l.cause = causeCondemned
		l.by("before 1.34 a pod that is Ready is only scaled away when it is available as well", "kubernetes #123918")
	case because == policy.CondemnedUnhealthy:
		l.cause = causeCondemned
		l.by("under OrderedReady a pod that is not healthy is only scaled away if no other one to be scaled away is unhealthy", "kubernetes #36333")
	case because == policy.NotAvailable:
		l.by("it has to be Ready for minReadySeconds first", "pkg/controller/statefulset, isUnavailable")
	case ordered && old && !r.deleting && (because == policy.NotReady || because == policy.NotRunning):
		l.cause = causeOutdated
		change := "changed"
		if set.status.UpdateRevision == set.status.CurrentRevision {
			change = "reverted"
		}
		l.by("the template has been "+change+", but a pod of the old revision is only replaced once it is Ready or deleted", "kubernetes #67250")
	case ordered && w.shortOf(s).gap(false) > 1:
		l.by("under OrderedReady nothing else is done before it is Ready", "pkg/controller/statefulset, processReplica")
	}
}

// linkUnwoken is a set whose controller would do something, and does not look.
func (w *world) linkUnwoken(l *whyLink, s int32) {
	set := w.sets.at(s)
	l.says(causeUnheard, "waits for its controller, which has not heard of all that has happened")
	l.by("a controller knows what its watch has told it, and lists anew only when it starts", "client-go tools/cache, Reflector")
	for i := range set.spec.DesiredReplicas() {
		name := w.podName(s, w.startOf(set)+i)
		_, known := set.view.Pod(name.Ordinal)
		if p, exists := w.pods.find(name); exists && !w.heard(s, p) || known && !exists {
			l.Why = "waits for its controller, which has not heard what has become of " + w.rendered(name)
			return
		}
	}
	l.by("", "")
	for p := range (SetView{w, s}).Pods {
		if at, ok := w.pods.find(p.row.name); ok && !w.wellFor(set, at) {
			l.says(causePasses, "waits for "+p.Name())
			l.waitsFor(model.KindPod, at)
			l.Since = w.unwellSince(at)
			return
		}
	}
	if at, armed := w.queue.armed(purposeDelayed, s); armed {
		l.says(causePasses, "waits for its controller, which looks again at "+clock(at))
		return
	}
	if set.view.Set().Spec != set.spec {
		l.Why = "waits for its controller, which has not heard of its new spec"
		return
	}
	if set.spec.MinReadySeconds > 0 {
		l.says(causeUnwoken, "waits for its controller, which does not look again by itself")
		l.by("nothing tells the controller that minReadySeconds have passed if all replicas that the spec asks for are available", "kubernetes #123918")
	}
}

// linkStaleClaim is a set that waits for a claim of an earlier pod to go.
func (w *world) linkStaleClaim(l *whyLink, s int32) {
	set := w.sets.at(s)
	pod := w.rendered(w.podName(s, set.wait.Ordinal))
	for i := range set.claimBases {
		name := model.Name{Namespace: set.name.Namespace, Base: set.claimBases[i], Ordinal: set.wait.Ordinal}
		if c, ok := w.claims.find(name); ok {
			l.says(causePasses, "waits, before it creates "+pod+", for its old claim "+w.rendered(name))
			if w.claims.at(c).Deleting {
				l.waitsFor(model.KindPersistentVolumeClaim, c)
			} else {
				l.Why += ", which the garbage collector is about to delete"
			}
			return
		}
	}
	l.says(causeUnwoken, "waits for its controller, which has not looked since the old claim of "+pod+" is gone")
	l.by("the controller does not watch claims", "kubernetes #74374")
}

// linkOldPods is a set whose old pods have to be gone before new ones come.
func (w *world) linkOldPods(l *whyLink, s int32) {
	set := w.sets.at(s)
	for p := range w.pods.all {
		if r := w.pods.at(p); r.owner == set.uid && r.revision != set.status.UpdateRevision {
			l.says(causePasses, "waits for "+w.rendered(r.name))
			l.waitsFor(model.KindPod, p)
			l.by("under Recreate new pods come when all old ones are gone", "pkg/controller/statefulset, updateStatefulSet")
			return
		}
	}
	w.linkUnwoken(l, s)
}

// linkByHand is a set whose outdated pods wait for the user.
func (w *world) linkByHand(l *whyLink, s int32) {
	l.says(causeByHand, are(w.outdatedPods(s))+" at an old revision")
	l.by("under OnDelete a pod is replaced when somebody deletes it", "pkg/controller/statefulset, updateStatefulSet")
}

// linkPartition is a set that has what its spec asks for.
func (w *world) linkPartition(l *whyLink, s int32, left int) {
	if left == 0 {
		l.says(causeNone, "is what its spec asks for")
		return
	}
	l.says(causePartition, are(w.outdatedPods(s))+" at an old revision")
	l.by(fmt.Sprintf("the partition is %d", w.sets.at(s).spec.Partition()), "pkg/controller/statefulset, updateStatefulSetAfterInvariantEstablished")
}

// outdatedPods are the names of the pods of a set that are of an old revision.
func (w *world) outdatedPods(s int32) (names []string) {
	set := w.sets.at(s)
	for i := range set.spec.DesiredReplicas() {
		if p, ok := (SetView{w, s}).Pod(w.startOf(set) + i); ok && p.row.revision != set.status.UpdateRevision {
			names = append(names, p.Name())
		}
	}
	return names
}

// are is "a is", "a and b are", or "a and 3 more are".
func are(names []string) string {
	switch n := len(names); {
	case n == 1:
		return names[0] + " is"
	case n == 2:
		return names[0] + " and " + names[1] + " are"
	default:
		return fmt.Sprintf("%s and %d more are", names[0], n-1)
	}
}

// linkDeployment is what a Deployment waits for: the first of its pods that is not well.
func (w *world) linkDeployment(l *whyLink) {
	d := l.of.place
	row := w.deployments.at(d)
	if row.spec.Paused && row.deleting == notDeleted {
		l.says(causeRolloutOff, "its rollout is paused")
		return
	}
	why := w.deploymentReason(d)
	if why == "" {
		l.says(causeNone, "is what its spec asks for")
		return
	}
	l.says(causePasses, why)
	for p := range w.pods.all {
		r := w.pods.at(p)
		if r.replicaSet == nowhere || w.replicaSets.at(r.replicaSet).deployment != d || r.ready && !r.deleting {
			continue
		}
		l.Why = "waits for " + w.rendered(r.name)
		l.waitsFor(model.KindPod, p)
		l.Since = w.unwellSince(p)
		return
	}
}
