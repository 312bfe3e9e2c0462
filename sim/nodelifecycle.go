package sim

// nodeSilent is a node whose kubelet is not heard any more.
func (w *world) nodeSilent(n int32) {}

// nodeHeard is a node whose kubelet is heard again.
func (w *world) nodeHeard(n int32) {}

func (w *world) nodeGone(n int32)       {}
func (w *world) nodeRegistered(n int32) {}
func (w *world) monitor()               {}
