package sim

// Change is a pod that was created, or whose deletion has begun, in the event or
// operation that a check is evaluated after.
type Change struct {
	// Pod is as it was before its deletion, or as it was created.
	Pod PodView
	// Deleted is false for a pod that was created.
	Deleted bool
	// ByController is true if the StatefulSet controller has done it.
	ByController bool
}

// podChange is a Change as the world keeps it until the next event.
type podChange struct {
	pod     pod
	deleted bool
}

// Changes yields the pods that were created, and those whose deletion has begun, in the
// event or operation that has just happened, in order.
func (v View) Changes(yield func(Change) bool) {
	for i := range v.w.changes {
		c := &v.w.changes[i]
		if !yield(Change{Pod: PodView{v.w, &c.pod}, Deleted: c.deleted, ByController: v.w.controllerActs}) {
			return
		}
	}
}

// noteChange keeps what checks are going to be told of. Without checks nobody asks.
func (w *world) noteChange(p int32, deleted bool) {
	if len(w.checks) > 0 {
		w.changes = append(w.changes, podChange{*w.pods.at(p), deleted})
	}
}
