package sim

import (
	"strconv"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/policy"
)

// The API server, for pods: what it does with a write, and who hears of it. Every
// change of a pod's row goes through here.

// createPod makes the pod of a set at an ordinal.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, newStatefulSetPod and
// newVersionedStatefulSetPod.
func (w *world) createPod(s int32, ordinal int32, rev model.Symbol) error {
	set := w.sets.at(s)
	if err := w.admit(VerbCreate, model.KindPod); err != nil {
		return err
	}
	name := model.Name{Namespace: set.name.Namespace, Base: set.podBase, Ordinal: ordinal}
	if _, exists := w.pods.find(name); exists {
		return validation.AlreadyExists(model.KindPod, w.rendered(name))
	}
	if err := w.checkPodName(set, name, rev); err != nil {
		return err
	}
	template := set.template
	if r, ok := w.revisions.find(w.revisionName(set.name.Namespace, rev)); ok {
		template = w.revisions.at(r).template
	}
	p := w.pods.add(pod{
		identity: w.stamp(name), set: s, replicaSet: nowhere, owner: set.uid, revision: rev, template: template,
		claimBases: set.claimBases, service: set.serviceName, matches: true, named: true,
		indexed: !w.rules.Has(release.NoPodIndexLabel),
		phase:   policy.Pending, node: nowhere, sandbox: nowhere,
	})
	w.pods.at(p).shared = w.sharedClaims(s, template)
	w.noteChange(p, false)
	w.feedPod(p)
	w.podScaled(p)
	w.podGuarded(p)
	w.podMoved(w.pods.at(p), 1)
	w.publishSoon(p)
	if !w.settings.config.Manual {
		w.queue.arm(purposeSchedule, p, w.after(&w.settings.latencies.Schedule, "schedule"))
	}
	return nil
}

// checkPodName refuses what only shows in the pod: names that are too long to be
// a hostname or a label. Everything else was checked with the template.
func (w *world) checkPodName(set *statefulSet, name model.Name, rev model.Symbol) error {
	const most = 63
	digits := 1
	for n := name.Ordinal; n >= 10; n /= 10 {
		digits++
	}
	if len(w.text(set.podBase))+1+digits <= most && len(w.text(rev)) <= most {
		return nil
	}
	rendered := w.rendered(name)
	return validation.Invalid(model.KindPod, rendered, validation.PodIdentity(rendered, w.text(rev)))
}

// podChanged announces a change that the StatefulSet controller sees.
func (w *world) podChanged(p int32) {
	w.pods.at(p).version = w.bump()
	w.feedPod(p)
	w.podScaled(p)
	w.podGuarded(p)
	w.retryEvictions()
}

// podView is what the StatefulSet controller sees of a pod.
func (w *world) podView(p int32) policy.Pod {
	r := w.pods.at(p)
	v := policy.Pod{
		Ordinal: r.name.Ordinal, Handle: p, UID: r.uid, Revision: r.revision, ReadySince: r.readySince,
		Phase: r.phase, Ready: r.ready, Terminating: r.deleting, Matches: r.matches, Named: r.named,
	}
	switch r.owner {
	case 0:
		v.Ownership = policy.Orphan
	case w.sets.at(r.set).uid:
		v.Ownership = policy.Ours
	default:
		v.Ownership = policy.Foreign
	}
	return v
}

// gracefully is the grace that asks for the pod's own.
const gracefully int32 = -1

// deletePod begins the end of a pod: it goes at once, or is marked and goes when
// the kubelet has stopped its containers. A second deletion can only shorten the
// first.
//
// Source: pkg/registry/core/pod/strategy.go, CheckGracefulDelete; apiserver
// pkg/registry/rest/delete.go, BeforeDelete.
func (w *world) deletePod(p int32, grace int32) {
	r := w.pods.at(p)
	asked := grace
	if grace == gracefully {
		asked = int32(min(w.template(r.template).grace, 1<<31-1))
		if asked < 0 {
			asked = 1
		}
	}
	if r.deleting {
		w.hastenPod(p, grace)
		return
	}
	if r.node == nowhere || r.phase == policy.Failed || r.phase == policy.Succeeded {
		asked = 0
	}
	if asked == 0 {
		w.removePod(p)
		return
	}
	w.noteChange(p, true)
	r.deleting, r.grace, r.deletedAt = true, asked, w.now.Add(seconds(asked))
	w.leaving(p)
	w.queue.cancel(purposeEvict, p)
	w.queue.cancel(purposeUndisrupt, p)
	w.podChanged(p)
	w.publishSoon(p)
	if !w.settings.config.Manual {
		w.stopPod(p)
		if w.nodes.at(r.node).health != healthReady {
			w.planCleanup()
		}
	}
}

// hastenPod is a deletion of a pod that is being deleted.
func (w *world) hastenPod(p int32, grace int32) {
	r := w.pods.at(p)
	switch {
	case grace == 0:
		w.removePod(p)
	case grace == gracefully || grace >= r.grace:
		return
	default:
		r.deletedAt = r.deletedAt.Add(seconds(grace - r.grace))
		r.grace = grace
		if r.deletedAt < w.now {
			r.deletedAt, r.grace = w.now, 1
		}
		w.podChanged(p)
		if !w.settings.config.Manual {
			w.stopPod(p)
		}
	}
}

// removePod takes a pod object away. What its kubelet still runs of it is the
// kubelet's to stop, when it hears of it.
func (w *world) removePod(p int32) {
	r := w.pods.at(p)
	gone := *r
	if !gone.deleting {
		w.noteChange(p, true)
	}
	since := gone.deletedAt.Add(-seconds(gone.grace)) // when its deletion was asked for
	w.podScaled(p)
	w.podLeavesGuard(p)
	w.record(record{kind: recPodGone, subject: gone.name, a: int64(w.now - since), b: int64(gone.grace), why: boolByte(gone.deleting)})
	w.leaveSandbox(p)
	w.queue.cancel(purposeEvict, p)
	w.stopWaiting(p)
	w.leaveNode(r)
	w.forgetKind(r)
	w.queue.cancel(purposeSchedule, p)
	w.queue.cancel(purposeUndisrupt, p)
	w.pods.remove(p)
	w.unwant(&gone)
	w.retryEvictions()
	if gone.set != nowhere {
		w.feedPodGone(gone.set, gone.name.Ordinal, gone.uid)
	}
	if gone.replicaSet != nowhere {
		w.replicaGone(&gone)
	}
	w.publishPod(&gone)
	w.unblock(gone.name)
	w.releaseClaims(&gone)
	if gone.ended() {
		w.podMoved(&gone, 0)
	} else {
		w.podMoved(&gone, -1)
	}
	w.foregroundGoesOn()
	w.depart(departed{kind: model.KindPod, uid: gone.uid, name: gone.name, claimBases: gone.claimBases})
}

// setPhase moves a pod from phase to phase; nothing leaves a terminal phase.
func (w *world) setPhase(p int32, phase policy.Phase) {
	r := w.pods.at(p)
	if r.phase == phase || r.ended() {
		return
	}
	if phase == policy.Failed || phase == policy.Succeeded {
		w.leaveNode(r)
	}
	r.phase = phase
	if r.ended() {
		w.podMoved(r, -1)
		wasReady := r.ready
		if r.ready {
			r.ready, r.readySince = false, w.conditionTime()
		}
		for i := range r.flags {
			if i != flagInitialized && r.flags[i].on {
				w.setFlag(r, i, false)
			}
		}
		w.queue.cancel(purposeUndisrupt, p)
		w.publishEnded(p, wasReady)
		w.replicaEnded(r)
		w.unwant(r)
	}
	w.podChanged(p)
}

// setReady sets the condition Ready. Its time is that of the last flip.
func (w *world) setReady(p int32, ready bool) {
	r := w.pods.at(p)
	if r.ready == ready {
		return
	}
	r.ready, r.readySince = ready, w.conditionTime()
	if ready {
		claim, _ := r.podClaim(0)
		w.record(record{kind: recPodReady, subject: r.name, object: claim, a: int64(r.ip)})
	} else if !r.deleting {
		w.record(record{kind: recPodUnready, subject: r.name})
	}
	w.podChanged(p)
	w.publishSoon(p)
}

// conditionTime is the time that a condition gets: the API cuts it to the whole
// second. Whoever plays the kubelet by hand says when exactly.
func (w *world) conditionTime() model.Instant {
	if w.settings.config.Manual {
		return w.now
	}
	return w.now.Second()
}

// ended reports whether the pod's phase is Failed or Succeeded.
func (p *pod) ended() bool { return p.phase == policy.Failed || p.phase == policy.Succeeded }

// podLabels are all labels of a pod, as the API shows them.
func (w *world) podLabels(p *pod) model.Labels {
	labels := p.labels
	if labels == nil {
		labels = w.template(p.template).spec.Labels
	}
	out := make(model.Labels, len(labels)+3)
	for k, v := range labels {
		out[k] = v
	}
	if p.named {
		out[model.LabelPodName] = w.rendered(p.name)
	}
	if p.indexed {
		out[model.LabelPodIndex] = strconv.Itoa(int(p.name.Ordinal))
	}
	if p.revision != 0 {
		out[model.LabelRevision] = w.text(p.revision)
	}
	return out
}

// givePod makes a pod one of another controller, or of none.
func (w *world) givePod(p int32, owners []model.OwnerReference) {
	r := w.pods.at(p)
	r.owner, r.givenTo = 0, nil
	if len(owners) == 0 {
		return
	}
	r.owner = owners[0].UID
	if r.set == nowhere || w.sets.at(r.set).uid != r.owner {
		r.givenTo = copied(owners[0])
	}
}

// relabelPod replaces a pod's labels. The three that make its identity are kept
// apart from the others.
func (w *world) relabelPod(p int32, labels model.Labels) {
	w.podUnguarded(p)
	w.changeKind(p, func(r *pod) { w.setPodLabels(r, labels) })
	w.podChanged(p)
	w.publishRelabelled(p)
}

func (w *world) setPodLabels(r *pod, labels model.Labels) {
	rest := make(model.Labels, len(labels))
	r.named, r.indexed, r.revision = false, false, 0
	for key, value := range labels {
		switch {
		case key == model.LabelPodName && value == w.rendered(r.name):
			r.named = true
		case key == model.LabelPodIndex && value == strconv.Itoa(int(r.name.Ordinal)):
			r.indexed = true
		case key == model.LabelRevision:
			r.revision = w.symbol(value)
		default:
			rest[key] = value
		}
	}
	r.labels = rest
	if r.set != nowhere {
		r.matches = w.sets.at(r.set).spec.Selector.Matches(w.podLabels(r))
	}
}

// revisionName is the name of a revision as an object.
func (w *world) revisionName(namespace, rev model.Symbol) model.Name {
	return model.Name{Namespace: namespace, Base: rev, Ordinal: model.NoOrdinal}
}
