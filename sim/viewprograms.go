package sim

import "github.com/ordinal-sim/ordinal/workload"

// Program is the program that runs in a pod; nil if none runs or there is no such pod. A
// check that asks for it is evaluated, too, when some program was told something.
func (v View) Program(pod string) workload.Program {
	v.w.asked |= askedPrograms
	namespace, name := splitNamespace(pod)
	if n, ok := v.w.lookup(namespace, name); ok {
		if p, ok := v.w.pods.find(n); ok {
			return v.w.programOf(p)
		}
	}
	return nil
}

// Stored yields the files of a path on the volume that a claim is bound to: one, or, where
// each node has a directory of its own for the volume, one for each that has such a file. A
// check that asks for it is evaluated, too, when something is written to some volume.
func (v View) Stored(claim, path string) func(yield func(workload.File) bool) {
	return func(yield func(workload.File) bool) {
		v.w.asked |= askedStored
		namespace, name := splitNamespace(claim)
		n, ok := v.w.lookup(namespace, name)
		if !ok {
			return
		}
		c, ok := v.w.claims.find(n)
		if !ok {
			return
		}
		volume, ok := v.w.volumes.find(v.w.claims.at(c).VolumeName)
		if !ok {
			return
		}
		for i := range v.w.nodes.rows {
			key := v.w.contentOn(volume, int32(i))
			if data, ok := v.w.contents.read(key, path); ok && !yield(data) || v.w.text(key.Node.Base) == "" {
				return // the last one, or all nodes see the same
			}
		}
	}
}
