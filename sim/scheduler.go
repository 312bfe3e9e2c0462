package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
	"github.com/ordinal-sim/ordinal/storage"
)

// The scheduler.
//
// It notices pods without a node. A moment later it looks for one: it asks each node the
// questions of package policy/scheduling, with those of package storage about the pod's
// claims among them, and takes the best of those that say yes. What it knows of nodes and of
// the pods on them stands in places.go. A pod that finds no node waits until something
// changes that may help it (waiting.go).
//
// Source: pkg/scheduler.

// placement is where the scheduler has got to with a pod that has no node.
type placement struct {
	attempts int32
	node     int32          // which one is chosen, if binding: the pod has its place there
	last     model.Instant  // of the last attempt
	message  model.Symbol   // what the scheduler has said of it, if waiting
	reason   storage.Reason // why the pod's claims keep it from every node
	why      scheduling.Reasons
	// Some node does not reach its volumes, or lacks volumes that its claims want.
	unreachable, without bool
	waiting              bool // the attempt failed
	binding              bool // a node is chosen; its volumes are being made or bound
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
	if node := w.template(r.template).pod.NodeName; node != "" {
		w.bindByName(p, node)
		return
	}
	if r.place.binding && (w.choosesAgain(p, claims) || w.bindOn(p, claims)) {
		return
	}
	w.stopWaiting(p)
	r.place = placement{attempts: r.place.attempts + 1, last: w.now}
	if notice := storage.Schedulable(claims, w); notice.Reason != storage.NoReason {
		r.place.reason = notice.Reason
		w.unschedule(p, w.unasked(notice))
		if notice.Reason == storage.ClaimNotFound {
			w.podChanged(p) // its condition says so; whoever makes the claim hears of it
		}
		return
	}
	n, plan := w.findNode(p, claims)
	switch {
	case n == nowhere:
		w.unschedule(p, w.symbol(w.scratch.tally.Message()))
	case len(plan) > 0:
		r.place.binding, r.place.node = true, n
		w.placed(p, n)
		w.bindVolumes(n, plan)
	default:
		w.assign(p, n)
	}
}

// bindByName gives a pod the node that its spec names. The scheduler is not asked, and its
// rules do not hold. While there is no such node the pod waits. (In Kubernetes the garbage
// collector deletes it after 40 seconds, and the pod's controller makes it again.)
func (w *world) bindByName(p int32, node string) {
	if name, ok := w.lookup("", node); ok {
		if n, ok := w.nodes.find(name); ok {
			w.give(p, n)
			return
		}
	}
	w.stopWaiting(p)
	w.pods.at(p).place = placement{}
	w.unschedule(p, w.symbol("its node "+node+" does not exist"))
}

// bindOn goes on with a pod whose node is chosen: it gets the node when its claims
// are bound. It reports false if that cannot be any more; then the node is given up.
//
// Source: pkg/scheduler/framework/plugins/volumebinding/binder.go, checkBindings.
func (w *world) bindOn(p int32, claims []model.Name) bool {
	r := w.pods.at(p)
	n := r.place.node
	if storage.Schedulable(claims, w).Reason == storage.NoReason {
		plan, bad, none := storage.FilterNode(w.claimRows(claims), w.storageNode(n), w, nil)
		if bad.Reason == storage.NoReason && none.Reason == storage.NoReason {
			if bound, _ := w.boundAnywhere(claims); bound {
				w.assign(p, n)
			} else {
				w.bindVolumes(n, plan)
			}
			return true
		}
	}
	w.leaveNode(r)
	r.place.binding = false
	return false
}

// takenClaim reports whether there is a claim that one pod at a time may use, and another
// has it.
//
// Source: pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go.
func (w *world) takenClaim(p int32, claims []model.Name) bool {
	for _, name := range claims {
		c, ok := w.Claim(name)
		if !ok || storage.ExclusivePod(c, true).Reason == storage.NoReason {
			continue
		}
		for other := range w.podsOf(name) {
			if o := w.pods.at(other); other != p && o.node != nowhere && !o.ended() {
				return true
			}
		}
	}
	return false
}

// findNode chooses a node, and what the pod's unbound claims get there. If there is none,
// the scratch tally knows why.
func (w *world) findNode(p int32, claims []model.Name) (best int32, plan []storage.Assignment) {
	best = nowhere
	q, tally := &w.scratch.query, &w.scratch.tally
	w.places.Begin(w.kindOf(p), q)
	tally.Begin(w.rules)
	bound, pinned := w.boundAnywhere(claims)
	taken := w.takenClaim(p, claims)
	r := w.pods.at(p)
	var score scheduling.Score
	for n := range w.nodes.all {
		here := scheduling.Node(n)
		if refusal := w.places.Early(q, here); refusal.Why != 0 {
			tally.Refuse(refusal)
			continue
		}
		if taken {
			r.place.reason = storage.PodExclusive
			tally.RefuseFor(false, storage.Notice{Reason: storage.PodExclusive}.Message(spelling{w}))
			continue
		}
		var given []storage.Assignment
		if !bound || pinned {
			var bad, none storage.Notice
			given, bad, none = storage.FilterNode(w.claimRows(claims), w.storageNode(n), w, nil)
			if bad.Reason != storage.NoReason || none.Reason != storage.NoReason {
				w.refuseForVolumes(r, bad, none)
				continue
			}
		}
		if refusal := w.places.Late(q, here); refusal.Why != 0 {
			tally.Refuse(refusal)
			continue
		}
		s := w.places.Score(q, here)
		if best == nowhere || s.Better(score) {
			best, plan, score = n, given, s
			w.scratch.equal = w.scratch.equal[:0]
		}
		if !score.Better(s) {
			w.scratch.equal = append(w.scratch.equal, goodNode{n, given})
		}
	}
	r.place.why = tally.Why
	if best != nowhere && w.settings.config.AnyOrder {
		any := w.scratch.equal[w.choose("node", len(w.scratch.equal))]
		best, plan = any.node, any.plan
	}
	return best, plan
}

// goodNode is a node that a pod may get, and what its unbound claims get there.
type goodNode struct {
	node int32
	plan []storage.Assignment
}

// refuseForVolumes counts a node that does not reach the volumes of a pod, or has none for
// its claims, or both.
func (w *world) refuseForVolumes(r *pod, bad, none storage.Notice) {
	var words [2]string
	text := words[:0]
	for _, notice := range [...]storage.Notice{bad, none} {
		if notice.Reason != storage.NoReason {
			text = append(text, storage.Notice{Reason: notice.Reason}.Message(spelling{w}))
		}
	}
	r.place.unreachable = r.place.unreachable || bad.Reason != storage.NoReason
	r.place.without = r.place.without || none.Reason != storage.NoReason
	w.scratch.tally.RefuseFor(true, text...)
}

// storageNode is a node as package storage sees it.
func (w *world) storageNode(n int32) storage.Node {
	row := w.nodes.at(n)
	return storage.Node{Name: row.name, Labels: row.labels}
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
		} else if node := w.nodes.at(n).name; row.SelectedNode != node {
			row.SelectedNode, row.version = node, w.bump()
			w.askProvisioner(c)
		}
		w.queue.arm(purposeBind, c, w.soon())
	}
}

// assign gives a pod the node that the scheduler has chosen.
func (w *world) assign(p, n int32) {
	w.record(record{kind: recScheduled, subject: w.pods.at(p).name, object: w.nodes.at(n).name})
	w.give(p, n)
}

// give gives a pod its node.
func (w *world) give(p, n int32) {
	r := w.pods.at(p)
	w.stopWaiting(p)
	if !r.place.binding {
		w.placed(p, n)
	}
	r.place = placement{attempts: r.place.attempts}
	r.node = n
	w.useClaims(r)
	w.podMoved(r, 0)
	w.mayHelp(scheduling.PodBound)
	if !w.settings.config.Manual {
		w.admitPod(p)
		if hasNoExecute(w.nodes.at(n).taints) {
			w.reviewEviction(p)
		}
	}
}
