package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// How far an object is from what its spec asks for.

// asAsked reports whether an object is what its spec asks for.
func (w *world) asAsked(g *goal) bool {
	place := g.place(w)
	if place == nowhere || g.ends {
		return place == nowhere && (g.ends || g.kind == model.KindPod && !w.wantsPod(g.name))
	}
	switch g.kind {
	case model.KindStatefulSet:
		set := w.sets.at(place)
		st, n := &set.status, set.spec.DesiredReplicas()
		return st.ObservedGeneration == set.generation && st.Replicas == n && st.AvailableReplicas == n && w.shortOf(place).gap(g.all) == 0
	default:
		return w.gap(g) == 0
	}
}

// wantsPod reports whether a set asks for a pod of a name.
func (w *world) wantsPod(name model.Name) bool {
	for s := range w.sets.all {
		if set := w.sets.at(s); set.podBase == name.Base && set.name.Namespace == name.Namespace {
			i := name.Ordinal - w.startOf(set)
			return i >= 0 && i < set.spec.DesiredReplicas() && set.deleting == notDeleted
		}
	}
	return false
}

// gap is how much is missing of what an object's spec asks for: pods, mostly.
func (w *world) gap(g *goal) int {
	place := g.place(w)
	if place == nowhere {
		return boolInt(!w.asAsked(g))
	}
	switch g.kind {
	case model.KindStatefulSet:
		if g.ends {
			return 1 + w.ownedBy(w.sets.at(place).uid)
		}
		return w.shortOf(place).gap(g.all)
	case model.KindDeployment:
		row := w.deployments.at(place)
		if g.ends {
			return 1
		}
		short := 0
		if view := w.deploymentView(place); !view.Complete(&row.status) && !(row.spec.Paused && !g.all) {
			short = 1 + int(max(0, orOne(row.spec.Replicas)-row.status.Available))
		}
		return short
	case model.KindPod:
		r := w.pods.at(place)
		return boolInt(r.deleting || !r.ready || r.ended())
	case model.KindPersistentVolumeClaim:
		why, _ := w.claimReason(place)
		return boolInt(why != "" || g.ends || g.all && !w.claims.at(place).Bound())
	default:
		drains := 0
		for i := range w.draining {
			drains += boolInt(w.draining[i].node == place)
		}
		n := w.nodes.at(place)
		return drains + boolInt(n.health != healthReady || !w.hears(place))
	}
}

// ownedBy is how many pods an object owns.
func (w *world) ownedBy(owner model.UID) (n int) {
	for p := range w.pods.all {
		n += boolInt(w.pods.at(p).owner == owner)
	}
	return n
}

// setShort of a set: what is missing.
type setShort struct {
	unseen    bool // its controller has not seen the spec, or not written what it has seen
	unhealthy int  // replicas that are missing, not available, or on their way out
	outdated  int  // healthy replicas of an old revision that the spec wants replaced
	left      int  // and such that it does not: below the partition, or OnDelete
	condemned int  // pods out of range
	broken    int  // unhealthy replicas of an old revision
}

// gap is all of it.
func (s setShort) gap(all bool) int {
	gap := s.unhealthy + s.outdated + s.condemned + boolInt(s.unseen)
	if all {
		gap += s.left
	}
	return gap
}

// shortOf is what a set is short of.
func (w *world) shortOf(s int32) (out setShort) {
	set, view := w.sets.at(s), SetView{w, s}
	n, start := set.spec.DesiredReplicas(), w.startOf(set)
	out.unseen = set.status.ObservedGeneration != set.generation
	held := int32(0)
	switch set.spec.UpdateStrategy.Type {
	case model.RollingUpdate:
		held = set.spec.Partition()
	case model.OnDelete:
		held = n
	}
	for i := range n {
		p, ok := view.Pod(start + i)
		old := ok && p.row.revision != set.status.UpdateRevision
		switch {
		case !ok || p.Terminating() || !p.Available(set.spec.MinReadySeconds):
			out.unhealthy++
			out.broken += boolInt(old)
		case old && i < held:
			out.left++
		case old:
			out.outdated++
		}
	}
	for p := range view.Pods {
		if i := p.Ordinal() - start; i < 0 || i >= n {
			out.condemned++
		}
	}
	return out
}

// startOf is the first ordinal of a set.
func (w *world) startOf(set *statefulSet) int32 {
	if w.rules.Has(release.NoStartOrdinal) {
		return 0
	}
	return set.spec.StartOrdinal()
}

func boolInt(b bool) int { return int(boolByte(b)) }
