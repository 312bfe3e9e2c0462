package sim

import "fmt"

// What becomes of a program that works and cannot serve: its database is away, its
// configuration is wrong.

// StopServing is a fault: the program of a container cannot serve any more, though it works:
// readiness probes fail, liveness probes do not. One that is not ready yet never becomes
// ready. It ends with the container, or by [StartServing]. Container "" is the first main
// one.
type StopServing struct{ Namespace, Pod, Container string }

// String implements [Operation].
func (o StopServing) String() string {
	return "stop serving " + o.Pod + containerFlag(o.Container) + namespaceFlag(o.Namespace)
}

func (o StopServing) prepare(w *world) (func(), error) {
	return w.prepareServing(o.Namespace, o.Pod, o.Container, true, "cannot serve already")
}

// StartServing ends a [StopServing]: the program can serve again, if it could now without
// that.
type StartServing struct{ Namespace, Pod, Container string }

// String implements [Operation].
func (o StartServing) String() string {
	return "start serving " + o.Pod + containerFlag(o.Container) + namespaceFlag(o.Namespace)
}

func (o StartServing) prepare(w *world) (func(), error) {
	return w.prepareServing(o.Namespace, o.Pod, o.Container, false, "is not kept from serving")
}

func (w *world) prepareServing(namespace, pod, container string, unfit bool, complaint string) (func(), error) {
	c, err := w.runningContainer(namespace, pod, container)
	if err == nil && w.containers[c].unfit == unfit {
		err = fmt.Errorf("sim: container %s of pod %s %s", w.containerSpec(c).Name, pod, complaint)
	}
	return func() {
		w.countProbes(c)
		w.containers[c].unfit = unfit
		w.healthChanged(c)
	}, err
}

// serves reports whether a program would say that it can serve, if it were asked and did
// not hang.
func (c *container) serves() bool { return c.serving && !c.unfit }
