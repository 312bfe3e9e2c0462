package sim

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// The scheduler.
//
// It notices pods without a node. A moment later it looks for one: a node that is
// not cordoned, has room, and reaches the volumes of the pod's claims; of several
// the one with the fewest pods, and of equals the first. A pod that finds none
// waits until something changes that may help it, and then for the end of its
// back-off.
//
// Source: pkg/scheduler.

// placement is where the scheduler has got to with a pod that has no node.
type placement struct {
	attempts int32
	last     model.Instant  // of the last attempt
	reason   storage.Reason // why the pod's claims keep it from every node
	claim    model.Name     // which claim does
	waiting  bool           // the attempt failed
	binding  bool           // a node is chosen; its volumes are being made or bound
	node     int32          // which one, if binding: the pod has its place there
	// How many nodes were ruled out, and why.
	cordoned, tainted, full, unreachable, without int32
}

// schedule looks for a node for a pod.
func (w *world) schedule(p int32) {
	r := w.pods.at(p)
	if r.node != nowhere || r.uid == 0 {
		return
	}
	var names [8]model.Name
	claims := names[:0]
	for i := 0; ; i++ {
		name, ok := r.podClaim(i)
		if !ok {
			break
		}
		claims = append(claims, name)
	}
	if r.place.binding && w.bindOn(p, claims) {
		return
	}
	if r.place.waiting {
		w.unschedulable--
	}
	r.place = placement{attempts: r.place.attempts + 1, last: w.now}
	if notice := storage.Schedulable(claims, w); notice.Reason != storage.NoReason {
		r.place.reason, r.place.claim = notice.Reason, notice.Claim
		w.unschedule(p)
		if notice.Reason == storage.ClaimNotFound {
			w.podChanged(p) // its condition says so; whoever makes the claim hears of it
		}
		return
	}
	if claim, taken := w.takenClaim(p, claims); taken {
		r.place.reason, r.place.claim = storage.PodExclusive, claim
		w.unschedule(p)
		return
	}
	n, plan := w.findNode(r, claims)
	switch {
	case n == nowhere:
		w.unschedule(p)
	case len(plan) > 0:
		r.place.binding, r.place.node = true, n
		w.nodes.at(n).pods++
		w.bindVolumes(n, plan)
	default:
		w.assign(p, n)
	}
}

// bindOn goes on with a pod whose node is chosen: it gets the node when its claims
// are bound. It reports false if that cannot be any more; then the node is given up.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/binder.go, checkBindings.
func (w *world) bindOn(p int32, claims []model.Name) bool {
	n := w.pods.at(p).place.node
	if storage.Schedulable(claims, w).Reason == storage.NoReason {
		row := w.nodes.at(n)
		plan, bad, none := storage.FilterNode(w.claimRows(claims), storage.Node{Name: row.name, Labels: row.labels}, w, nil)
		if bad.Reason == storage.NoReason && none.Reason == storage.NoReason {
			if bound, _ := w.boundAnywhere(claims); bound {
				w.assign(p, n)
			} else {
				w.bindVolumes(n, plan)
			}
			return true
		}
	}
	w.pods.at(p).place.binding = false
	w.leaveNode(n)
	return false
}

// takenClaim is a claim that one pod at a time may use, and another has.
//
// Source: pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go.
func (w *world) takenClaim(p int32, claims []model.Name) (model.Name, bool) {
	for _, name := range claims {
		c, ok := w.Claim(name)
		if !ok || storage.ExclusivePod(c, true).Reason == storage.NoReason {
			continue
		}
		for other := range w.podsOf(name) {
			if o := w.pods.at(other); other != p && o.node != nowhere && !o.ended() {
				return name, true
			}
		}
	}
	return model.Name{}, false
}

// findNode chooses a node, and what the pod's unbound claims get there.
func (w *world) findNode(r *pod, claims []model.Name) (best int32, plan []storage.Assignment) {
	best = nowhere
	bound, pinned := w.boundAnywhere(claims)
	for n := range w.nodes.rows {
		row := &w.nodes.rows[n]
		switch {
		case !row.inUse():
			continue
		case row.cordoned:
			r.place.cordoned++
			continue
		case !w.toleratesNode(r, row):
			r.place.tainted++
			continue
		case row.capacity > 0 && row.pods >= row.capacity:
			r.place.full++
			continue
		}
		var here []storage.Assignment
		if !bound || pinned {
			var bad, none storage.Notice
			here, bad, none = storage.FilterNode(w.claimRows(claims), storage.Node{Name: row.name, Labels: row.labels}, w, nil)
			if bad.Reason != storage.NoReason || none.Reason != storage.NoReason {
				if bad.Reason != storage.NoReason {
					r.place.unreachable++
				}
				if none.Reason != storage.NoReason {
					r.place.without++
				}
				continue
			}
		}
		if best == nowhere || row.pods < w.nodes.rows[best].pods {
			best, plan = int32(n), here
		}
	}
	return best, plan
}

// toleratesNode reports whether a pod tolerates what keeps new pods off a node.
func (w *world) toleratesNode(r *pod, n *node) bool {
	for _, taint := range n.taints {
		if taint.Effect == model.PreferNoSchedule {
			continue
		}
		if !slices.ContainsFunc(w.template(r.template).tolerations, func(t model.Toleration) bool { return t.Tolerates(taint) }) {
			return false
		}
	}
	return true
}

// boundAnywhere reports whether all claims are bound, and whether one is bound to
// a volume that not every node reaches.
func (w *world) boundAnywhere(claims []model.Name) (bound, pinned bool) {
	bound = true
	for _, name := range claims {
		c, ok := w.Claim(name)
		if !ok || !c.Bound() {
			return false, false
		}
		if v, ok := w.Volume(c.VolumeName); !ok || v.Spec.NodeAffinity != nil {
			pinned = true
		}
	}
	return bound, pinned
}

func (w *world) claimRows(names []model.Name) []*storage.Claim {
	out := make([]*storage.Claim, 0, len(names))
	for _, name := range names {
		if c, ok := w.Claim(name); ok {
			out = append(out, c)
		}
	}
	return out
}

// bindVolumes asks for the volumes of claims that have waited for a node.
func (w *world) bindVolumes(n int32, plan []storage.Assignment) {
	for _, a := range plan {
		c, _ := w.claims.find(a.Claim)
		row := w.claims.at(c)
		if v, ok := w.volumes.find(a.Volume); ok && a.Volume != (model.Name{}) {
			vol := w.volumes.at(v)
			storage.Bind(&row.Claim, &vol.Volume).Reserve(&vol.Volume)
			vol.version = w.bump()
		} else {
			row.SelectedNode = w.nodes.at(n).name
			row.version = w.bump()
		}
		w.queue.arm(purposeBind, c, w.soon())
	}
}

// unschedule lets a pod wait.
func (w *world) unschedule(p int32) {
	r := w.pods.at(p)
	r.place.waiting = true
	w.unschedulable++
	w.record(record{
		kind: recUnschedulable, subject: r.name, object: r.place.claim, why: uint8(r.place.reason),
		a: int64(r.place.full)<<42 | int64(r.place.tainted)<<21 | int64(r.place.cordoned), b: int64(r.place.unreachable)<<32 | int64(r.place.without),
	})
}

// assign gives a pod its node.
func (w *world) assign(p, n int32) {
	r := w.pods.at(p)
	if r.place.waiting {
		w.unschedulable--
	}
	if !r.place.binding {
		w.nodes.at(n).pods++
	}
	r.place = placement{attempts: r.place.attempts}
	r.node = n
	w.useClaims(r)
	w.podMoved(r, 0)
	w.record(record{kind: recScheduled, subject: r.name, object: w.nodes.at(n).name})
	if !w.settings.config.Manual {
		w.admitPod(p)
		if hasNoExecute(w.nodes.at(n).taints) {
			w.reviewEviction(p)
		}
	}
}

// leaveNode gives the room of a pod back.
func (w *world) leaveNode(n int32) {
	w.nodes.at(n).pods--
	if w.nodes.at(n).capacity > 0 {
		w.wakePods()
	}
}

// wakePods lets every pod that found no node try again.
func (w *world) wakePods() {
	if w.unschedulable == 0 {
		return
	}
	for p := range w.pods.all {
		w.wakePod(p)
	}
}

// wakePodsOf lets the pods of a claim try again.
func (w *world) wakePodsOf(claim model.Name) {
	for p := range w.podsOf(claim) {
		w.wakePod(p)
		if s := w.pods.at(p).sandbox; s != nowhere && w.sandboxes[s].stage == sandboxVolumes {
			w.queue.arm(purposeVolumes, s, w.now)
		}
	}
}

// wakePod plans the next attempt of a pod that has none planned: when its back-off
// ends, which the scheduler counts in whole seconds; a pod whose volumes are being
// bound is looked at each second.
//
// Source: pkg/scheduler/backend/queue/backoff_queue.go; plugins/volumebinding/binder.go, BindPodVolumes.
func (w *world) wakePod(p int32) {
	r := w.pods.at(p)
	if w.settings.config.Manual || r.node != nowhere || !r.place.waiting && !r.place.binding {
		return
	}
	if _, armed := w.queue.armed(purposeSchedule, p); armed {
		return
	}
	if r.place.binding {
		polls := (w.now.Sub(r.place.last) + time.Second - 1) / time.Second
		w.queue.arm(purposeSchedule, p, r.place.last.Add(max(1, polls)*time.Second))
		return
	}
	backoff := 10 * time.Second
	if r.place.attempts < 5 {
		backoff = min(backoff, time.Second<<(r.place.attempts-1))
	}
	w.queue.arm(purposeSchedule, p, max(w.now, r.place.last.Add(backoff).Second()))
}
