package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// View is a cheap look at a world, for conditions that are asked after every
// event. It allocates nothing, and is of use only as long as the condition is being
// asked. Names are of the namespace default; those of another are written
// "namespace/name".
type View struct{ w *world }

// Now is the present instant. A check that asks for it is evaluated at every event.
func (v View) Now() model.Instant {
	v.w.asked |= askedTime
	return v.w.now
}

// Replicas is how many pods of a set there are, terminating ones included.
func (v View) Replicas(set string) int { return v.count(set, anyPod) }

// Ready is how many pods of a set are Running, Ready and not being deleted.
func (v View) Ready(set string) int { return v.count(set, PodView.Serving) }

// Updated is how many pods of a set are at the revision of its template, as the
// status has it, and not being deleted.
func (v View) Updated(set string) int {
	s, ok := v.Set(set)
	if !ok {
		return 0
	}
	return s.updated()
}

func (v View) count(set string, counts func(PodView) bool) int {
	s, ok := v.Set(set)
	if !ok {
		return 0
	}
	return s.count(counts)
}

func anyPod(PodView) bool { return true }

// updated counts the pods that stay and are at the revision of the template.
func (s SetView) updated() int {
	update := s.row().status.UpdateRevision
	return s.count(func(p PodView) bool { return p.row.revision == update && !p.row.deleting })
}

func (s SetView) count(counts func(PodView) bool) int {
	n := 0
	for p := range s.Pods {
		if counts(p) {
			n++
		}
	}
	return n
}

// Formed reports whether every pod that a set asks for is ready.
func (v View) Formed(set string) bool {
	s, ok := v.Set(set)
	return ok && s.count(PodView.Serving) == int(s.Spec().DesiredReplicas())
}

// RolledOut reports whether a set is what its spec asks for: the controller has seen the
// spec, all pods are there, ready, and at the revision of the template, apart from those below
// the partition.
func (v View) RolledOut(set string) bool {
	s, ok := v.Set(set)
	if !ok || s.row().status.ObservedGeneration != s.row().generation {
		return false
	}
	want := int(s.Spec().DesiredReplicas())
	if s.count(PodView.Serving) != want || s.count(anyPod) != want {
		return false
	}
	below := 0
	if s.Spec().UpdateStrategy.Type == model.RollingUpdate {
		below = min(int(s.Spec().Partition()), want)
	}
	return s.updated() >= want-below
}

// PodReady reports whether a pod exists and is Running, Ready and not being deleted.
func (v View) PodReady(pod string) bool {
	p, ok := v.Pod(pod)
	return ok && p.Serving()
}

// PodExists reports whether there is a pod of that name.
func (v View) PodExists(pod string) bool {
	_, ok := v.Pod(pod)
	return ok
}

// Pod is the pod of a name.
func (v View) Pod(name string) (PodView, bool) {
	namespace, name := splitNamespace(name)
	if n, ok := v.w.lookup(namespace, name); ok {
		return v.podNamed(n)
	}
	return PodView{}, false
}

func (v View) podNamed(n model.Name) (PodView, bool) {
	if p, ok := v.w.pods.find(n); ok {
		return PodView{v.w, v.w.pods.at(p)}, true
	}
	return PodView{}, false
}

// Set is the StatefulSet of a name.
func (v View) Set(name string) (SetView, bool) {
	namespace, name := splitNamespace(name)
	if n, ok := v.w.lookup(namespace, name); ok {
		if s, ok := v.w.sets.find(n); ok {
			return SetView{v.w, s}, true
		}
	}
	return SetView{}, false
}

// Sets yields all StatefulSets, in the order in which they were made.
func (v View) Sets(yield func(SetView) bool) {
	for s := range v.w.sets.all {
		if !yield(SetView{v.w, s}) {
			return
		}
	}
}

// Running yields each place at which containers of a pod run, whether the pod's object is
// still there or not.
func (v View) Running(yield func(RunningView) bool) {
	for s := range v.w.sandboxes {
		if box := &v.w.sandboxes[s]; box.begun() && box.running > 0 && !yield(RunningView{v.w, box}) {
			return
		}
	}
}

// NodeReady reports whether a node exists and its condition Ready is true, as the API shows
// it: forty seconds after a node has been heard for the last time it is not.
func (v View) NodeReady(node string) bool {
	for n := range v.w.nodes.rows {
		if row := v.w.nodes.at(int32(n)); !row.deleted && v.w.rendered(row.name) == node {
			return row.health == healthReady
		}
	}
	return false
}

// RunningView is a pod as a node runs it.
type RunningView struct {
	w   *world
	box *sandbox
}

// Pod is the pod's name.
func (r RunningView) Pod() string { return r.w.rendered(r.box.name) }

// Node is the node that runs it.
func (r RunningView) Node() string { return r.w.rendered(r.w.nodes.at(r.box.node).name) }

// Orphaned reports whether the pod's object is gone.
func (r RunningView) Orphaned() bool { return r.box.pod == nowhere }

// SameIdentity reports whether two pods that run have one name.
func (r RunningView) SameIdentity(other RunningView) bool { return r.box.name == other.box.name }

// OfSet reports whether the pod has the name of a StatefulSet's.
func (r RunningView) OfSet() bool {
	for s := range r.w.sets.all {
		if set := r.w.sets.at(s); set.podBase == r.box.name.Base && set.name.Namespace == r.box.name.Namespace {
			return true
		}
	}
	return false
}

// PodView is a pod.
type PodView struct {
	w   *world
	row *pod
}

// Name is the pod's name. It is made when it is asked for.
func (p PodView) Name() string { return p.w.rendered(p.row.name) }

// Set is the StatefulSet whose name its own begins with, if that owns it.
func (p PodView) Set() (SetView, bool) {
	if p.row.set == nowhere || p.w.sets.at(p.row.set).uid != p.row.owner {
		return SetView{}, false
	}
	return SetView{p.w, p.row.set}, true
}

// Ordinal is the number at the end of its name.
func (p PodView) Ordinal() int32 { return p.row.name.Ordinal }

// Revision is its label controller-revision-hash.
func (p PodView) Revision() string { return p.w.text(p.row.revision) }

// Phase is its phase.
func (p PodView) Phase() model.PodPhase { return p.row.phase.Model() }

// Ended reports whether its phase is Failed or Succeeded.
func (p PodView) Ended() bool { return p.row.ended() }

// Ready is its condition Ready.
func (p PodView) Ready() bool { return p.row.ready }

// Terminating reports whether it is being deleted.
func (p PodView) Terminating() bool { return p.row.deleting }

// Serving reports whether it is Running, Ready and not being deleted.
func (p PodView) Serving() bool {
	return p.row.phase == policy.Running && p.row.ready && !p.row.deleting
}

// Available reports whether it is Running and has been Ready for so many seconds, as
// the controller counts them. If that is more than none, the check that asks is evaluated at
// every event.
func (p PodView) Available(minReadySeconds int32) bool {
	if p.row.phase != policy.Running || !p.row.ready {
		return false
	}
	if minReadySeconds <= 0 {
		return true
	}
	p.w.asked |= askedTime
	return p.row.readySince.Add(seconds(minReadySeconds)) <= p.w.now
}

// Restarts is how often a container of the pod has been started again: of the one that has
// been most often.
func (p PodView) Restarts() int32 {
	n := int32(0)
	if p.row.sandbox != nowhere {
		for c := p.w.sandboxes[p.row.sandbox].containers; c != nowhere; c = p.w.containers[c].next {
			n = max(n, p.w.containers[c].restarts)
		}
	}
	return n
}

// Node is the name of its node; "" if it has none.
func (p PodView) Node() string {
	if p.row.node == nowhere {
		return ""
	}
	return p.w.rendered(p.w.nodes.at(p.row.node).name)
}

// MissingClaim is a claim that it mounts and that does not exist; "" if there is none.
func (p PodView) MissingClaim() string {
	for i := 0; ; i++ {
		name, ok := p.row.podClaim(i)
		if !ok {
			return ""
		}
		if _, exists := p.w.claims.find(name); !exists {
			return p.w.rendered(name)
		}
	}
}
