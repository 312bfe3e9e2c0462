package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// View is a cheap look at a world, for conditions that are asked after every
// event. It allocates nothing. Names are of the namespace default; those of
// another are written "namespace/name".
type View struct{ w *world }

// Now is the present instant.
func (v View) Now() model.Instant { return v.w.now }

func (v View) set(name string) *statefulSet {
	namespace, name := splitNamespace(name)
	if n, ok := v.w.lookup(namespace, name); ok {
		if s, ok := v.w.sets.find(n); ok {
			return &v.w.sets.rows[s]
		}
	}
	return nil
}

// Replicas is how many pods of a set there are, terminating ones included.
func (v View) Replicas(set string) int { return v.count(set, func(*pod) bool { return true }) }

// Ready is how many pods of a set are Running, Ready and not being deleted.
func (v View) Ready(set string) int {
	return v.count(set, func(p *pod) bool { return p.phase == policy.Running && p.ready && !p.deleting })
}

// Updated is how many pods of a set are at the revision of its template, as the
// status has it, and not being deleted.
func (v View) Updated(set string) int {
	s := v.set(set)
	if s == nil {
		return 0
	}
	return v.count(set, func(p *pod) bool { return p.revision == s.status.UpdateRevision && !p.deleting })
}

func (v View) count(set string, counts func(*pod) bool) int {
	s := v.set(set)
	if s == nil {
		return 0
	}
	n := 0
	for i := range v.w.pods.rows {
		if p := &v.w.pods.rows[i]; p.inUse() && p.owner == s.uid && counts(p) {
			n++
		}
	}
	return n
}

// Formed reports whether every pod that a set asks for is ready.
func (v View) Formed(set string) bool {
	s := v.set(set)
	return s != nil && v.Ready(set) == int(s.spec.DesiredReplicas())
}

// PodReady reports whether a pod exists and is Running, Ready and not being deleted.
func (v View) PodReady(pod string) bool {
	p := v.pod(pod)
	return p != nil && p.phase == policy.Running && p.ready && !p.deleting
}

// PodExists reports whether there is a pod of that name.
func (v View) PodExists(pod string) bool { return v.pod(pod) != nil }

func (v View) pod(name string) *pod {
	namespace, name := splitNamespace(name)
	if n, ok := v.w.lookup(namespace, name); ok {
		if p, ok := v.w.pods.find(n); ok {
			return v.w.pods.at(p)
		}
	}
	return nil
}
