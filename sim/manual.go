package sim

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// Manual mode (Config.Manual): the hands that play the scheduler and the kubelet.
// Whether a pod's claims are bound does not matter to them.

// Schedule gives a pod a node: the one with the fewest pods. A pod that has one
// keeps it.
func (c *Cluster) Schedule(pod string, opts ...Option) error {
	return c.manual(pod, opts, func(w *world, p int32) error {
		if w.pods.at(p).node == nowhere {
			best := int32(0)
			for n := range w.nodes.all {
				if w.podsOn(n) < w.podsOn(best) {
					best = n
				}
			}
			w.assign(p, best)
		}
		return nil
	})
}

// SetPhase moves a pod to a phase. A pod that runs or has run has a node. Nothing
// leaves the phases Failed and Succeeded, and a pod that ends is not ready.
func (c *Cluster) SetPhase(pod string, phase model.PodPhase, opts ...Option) error {
	return c.manual(pod, opts, func(w *world, p int32) error {
		to := policy.PhaseOf(phase)
		r := w.pods.at(p)
		switch {
		case to == policy.NoPod:
			return fmt.Errorf("sim: SetPhase: %q is no phase of a pod", phase)
		case r.ended() && r.phase != to:
			return fmt.Errorf("sim: SetPhase: pod %s is %s, and stays so", pod, r.phase.Model())
		case r.node == nowhere && to != policy.Pending:
			return fmt.Errorf("sim: SetPhase: pod %s has no node", pod)
		}
		w.setPhase(p, to)
		return nil
	})
}

// SetReady sets a pod's condition Ready, and the time of its last change to now if
// it changes.
func (c *Cluster) SetReady(pod string, ready bool, opts ...Option) error {
	return c.manual(pod, opts, func(w *world, p int32) error {
		w.setReady(p, ready)
		return nil
	})
}

// Finish confirms a termination: a pod that is being deleted is gone.
func (c *Cluster) Finish(pod string, opts ...Option) error {
	return c.manual(pod, opts, func(w *world, p int32) error {
		if !w.pods.at(p).deleting {
			return fmt.Errorf("sim: Finish: pod %s is not being deleted", pod)
		}
		w.removePod(p)
		return nil
	})
}

// Resync makes the controller of a set look at it once more, whatever has changed.
func (c *Cluster) Resync(set string, opts ...Option) error {
	s, err := c.w.mustSet(namespaceOf(opts), set)
	if err != nil {
		return err
	}
	c.w.enqueue(s)
	return nil
}

// manual does something to a pod in a world without scheduler and kubelet.
func (c *Cluster) manual(pod string, opts []Option, do func(*world, int32) error) error {
	if !c.w.settings.config.Manual {
		panic("sim: Schedule, SetPhase, SetReady and Finish need a world with Config.Manual: in this one the scheduler and the kubelet do it")
	}
	p, err := c.w.mustPod(namespaceOf(opts), pod)
	if err != nil {
		return err
	}
	if err := do(c.w, p); err != nil {
		return err
	}
	r := c.w.pods.at(p) // what the hands have done to it is part of the story
	c.w.digest(uint64(r.uid), uint64(r.phase)<<1|uint64(boolByte(r.ready)))
	return nil
}
