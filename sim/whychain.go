package sim

import (
	"github.com/ordinal-sim/ordinal/model"
)

// thing is an object of a world: its kind and its place in the table of that kind.
type thing struct {
	kind  model.Kind
	place int32
}

// nothing is what the root waits for.
var nothing = thing{place: nowhere}

// cause is why an object waits, for whoever looks for a remedy.
type cause uint8

const (
	causeNone   cause = iota
	causePasses       // it is on its way
	causeLooks        // its controller is about to look

	// Of a set.
	causePaused     // its controller stands still
	causeUnheard    // its controller has missed something
	causeUnwoken    // its controller knows all, and nothing makes it look
	causeRefused    // what it writes is refused
	causeStrategy   // its strategy is not allowed
	causeOutdated   // a pod of an old revision is in the way of its own replacement
	causeCondemned  // a pod that is to be scaled away is in the way of others
	causeBudget     // maxUnavailable pods are unavailable
	causePartition  // the spec holds pods back
	causeByHand     // the spec leaves the deletion of pods to the user
	causeRolloutOff // a Deployment is paused
	causeNoConsumer // a claim waits for its first pod

	// Of a pod.
	causeNoImage
	causeCrash
	causeUnready // its program does not become ready
	causeHangs
	causeUnfit // its program works, and cannot serve
	causeGates
	causeProgram // it says itself what it waits for
	causeNoNode
	causeTerminating
	causeOrphan // has ended, and nobody replaces it
	causeLoops  // is created again and again

	// Of a claim, a volume, a node or a budget.
	causeUnbound
	causeInUse     // a claim that is being deleted has a pod
	causeElsewhere // a volume is attached to another node
	causeSilent
	causeHolds
	causeGuarded
)

// holds reports whether it is what the spec asks for that keeps things as they are.
func (c cause) holds() bool {
	return c == causePartition || c == causeByHand || c == causeRolloutOff || c == causeNoConsumer
}

// whyLink is a Link with what the walk and the remedies need.
type whyLink struct {
	Link
	of    thing
	next  thing
	cause cause
}

// longestChain is more than any chain has: a set, a pod, a claim, a pod, a node.
const longestChain = 12

// chain walks the reasons from an object to the root.
func (w *world) chain(from thing) []whyLink {
	var out []whyLink
	for at := from; at != nothing && len(out) < longestChain; {
		for i := range out {
			if out[i].of == at { // it waits for itself
				return out
			}
		}
		l := w.link(at)
		if n := len(out); n > 0 {
			out[n-1].On = l.Object
		}
		out = append(out, l)
		at = l.next
	}
	return out
}

// link is what one object waits for.
func (w *world) link(of thing) whyLink {
	l := whyLink{Link: Link{Object: shortKind(of.kind) + "/" + w.nameOf(of)}, of: of, next: nothing}
	switch of.kind {
	case model.KindStatefulSet:
		w.linkSet(&l)
	case model.KindDeployment:
		w.linkDeployment(&l)
	case model.KindPod:
		w.linkPod(&l)
	case model.KindPersistentVolumeClaim:
		w.linkClaim(&l)
	case model.KindNode:
		w.linkNode(&l)
	case model.KindPodDisruptionBudget:
		w.linkBudget(&l)
	}
	return l
}

// says is what is so, and why it is.
func (l *whyLink) says(c cause, why string) { l.cause, l.Why = c, why }

// by is the rule by which that keeps anything from happening.
func (l *whyLink) by(rule, source string) { l.Rule, l.Source = rule, source }

// waitsFor is an object that the link waits for.
func (l *whyLink) waitsFor(kind model.Kind, place int32) { l.next = thing{kind, place} }

// nameOf is an object's name.
func (w *world) nameOf(t thing) string {
	switch t.kind {
	case model.KindStatefulSet:
		return w.text(w.sets.at(t.place).podBase)
	case model.KindDeployment:
		return w.text(w.deployments.at(t.place).symbol)
	case model.KindPod:
		return w.rendered(w.pods.at(t.place).name)
	case model.KindPersistentVolumeClaim:
		return w.rendered(w.claims.at(t.place).Name)
	case model.KindNode:
		return w.rendered(w.nodes.at(t.place).name)
	default:
		return w.rendered(w.budgets.at(t.place).name)
	}
}

// isDeleted reports whether an object is being deleted.
func (w *world) isDeleted(t thing) bool {
	switch t.kind {
	case model.KindStatefulSet:
		return w.sets.at(t.place).deleting != notDeleted
	case model.KindDeployment:
		return w.deployments.at(t.place).deleting != notDeleted
	case model.KindPersistentVolumeClaim:
		return w.claims.at(t.place).Deleting
	default:
		return false
	}
}

// uidOf is an object's identity.
func (w *world) uidOf(t thing) model.UID {
	switch t.kind {
	case model.KindStatefulSet:
		return w.sets.at(t.place).uid
	case model.KindDeployment:
		return w.deployments.at(t.place).uid
	case model.KindPod:
		return w.pods.at(t.place).uid
	case model.KindPersistentVolumeClaim:
		return w.claims.at(t.place).UID
	default:
		return w.nodes.at(t.place).uid
	}
}

// sameChain reports whether two chains tell of the same: the same objects, for the same causes.
func sameChain(a, b []whyLink) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Object != b[i].Object || a[i].cause != b[i].cause {
			return false
		}
	}
	return true
}
