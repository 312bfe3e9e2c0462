package sim

// HoldDetach is a fault: the driver does not come back when it is asked to detach a volume
// from a node, though that has unmounted it. Pods are gone from there as always, and their
// volumes stay: a pod that needs one on another node waits. [ReleaseDetach] ends it.
type HoldDetach struct{ Node string }

// String implements [Operation].
func (o HoldDetach) String() string { return "hold detach from " + o.Node }

func (o HoldDetach) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(!m.clinging, "holds what is to be detached") })
	return func() {
		w.nodes.at(n).clinging = true
		for a := range w.detachingFrom(n) {
			w.queue.cancel(purposeAttach, a)
		}
	}, err
}

// ReleaseDetach ends a [HoldDetach]: what is to be detached takes its time from now on.
type ReleaseDetach struct{ Node string }

// String implements [Operation].
func (o ReleaseDetach) String() string { return "release detach from " + o.Node }

func (o ReleaseDetach) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(m.clinging, "does not hold what is to be detached") })
	return func() {
		w.nodes.at(n).clinging = false
		for a := range w.detachingFrom(n) {
			w.planDetach(a)
		}
	}, err
}

// detachingFrom yields the attachments that are being taken away from a node.
func (w *world) detachingFrom(n int32) func(yield func(int32) bool) {
	return func(yield func(int32) bool) {
		for a := range w.attachments {
			row := &w.attachments[a]
			if row.volume != nowhere && row.node == n && row.state == attachmentDetaching && !yield(int32(a)) {
				return
			}
		}
	}
}

// planDetach plans when a volume is detached that is to be; never, if the driver hangs.
func (w *world) planDetach(a int32) {
	if w.nodes.at(w.attachments[a].node).clinging {
		w.queue.cancel(purposeAttach, a) // it waited for its deadline
		return
	}
	w.queue.arm(purposeAttach, a, w.after(&w.settings.latencies.Detach, "detach"))
}
