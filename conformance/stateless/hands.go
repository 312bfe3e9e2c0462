package stateless

import (
	"slices"
	"strconv"

	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/stateless"
)

// The hands that do what a step says, on Ordinal's side.

func (s *Side) act(step Step) {
	if edited, ok := s.want.Edit(step); ok {
		if edited != s.want {
			s.want = edited
			s.d.Generation++
			s.writeDeployment()
		}
		return
	}
	switch step.Op {
	case Wait:
	case Annotate:
		if s.cause != step.Value {
			s.cause = step.Value
			s.d.Generation++
			s.writeDeployment()
		}
	case ScaleSet, Tamper:
		s.actOnSets(step)
	case FailSet:
		s.failSets += step.N
	case FailPod:
		s.failPods++
	case Refuse:
		s.refused = true
	case Allow:
		s.refused = false
		for _, set := range s.sets {
			s.enqueue(set)
		}
		s.enqueue(nil)
	case AllReady:
		for i, p := range s.shown {
			s.beReady(p, i)
		}
	default:
		if step.Pod < len(s.shown) {
			s.actOnPod(step, s.shown[step.Pod])
		}
	}
}

func (s *Side) actOnSets(step Step) {
	for _, set := range s.sets {
		if string(rune(set.Template)) != step.Value {
			continue
		}
		switch {
		case step.Op == Tamper && (set.Desired != stateless.NoSize || set.Most != stateless.NoSize):
			set.Desired, set.Most = stateless.NoSize, stateless.NoSize
		case step.Op == ScaleSet && set.Replicas != step.N:
			set.Replicas = step.N
			set.Generation++
		default:
			continue // the API server writes nothing where nothing is changed, and nobody hears of it
		}
		s.setChanged(set)
	}
}

// nodes are the nodes by their names; a pod that is on none has stateless.NoNode.
var nodes = []string{"a", "b", "c"}

func (s *Side) beReady(p *pod, i int) {
	if p.Terminating || p.Phase == policy.Failed || p.Phase == policy.Succeeded {
		return
	}
	before := *p
	s.bind(p, nodes[i%3])
	p.Phase = policy.Running
	s.setReady(p, true)
	s.edited(p, before)
}

// edited tells of a pod that is not what it was before. A write that changes nothing is none.
func (s *Side) edited(p *pod, before pod) {
	if *p != before {
		s.changed(p)
	}
}

func (s *Side) bind(p *pod, node string) {
	if p.Node == stateless.NoNode {
		p.Node, p.node = int32(slices.Index(nodes, node)), node
	}
}

func (s *Side) setReady(p *pod, ready bool) {
	if p.Ready != ready || p.since == 0 {
		p.Ready, p.ReadySince, p.since = ready, s.now, s.step+1
	}
}

func (s *Side) actOnPod(step Step, p *pod) {
	before, running := *p, p.Phase == policy.Running
	switch step.Op {
	case Gone:
		if p.Terminating {
			s.remove(p)
		}
		return
	case Delete:
		s.delete(p)
		return
	case Schedule:
		s.bind(p, step.Value)
	case Run:
		if p.Phase == policy.Pending && p.Node != stateless.NoNode {
			p.Phase = policy.Running
		}
	case Ready, Unready:
		if running {
			s.setReady(p, step.Op == Ready)
		}
	case Fail, Succeed:
		if running {
			p.Phase = map[Op]policy.Phase{Fail: policy.Failed, Succeed: policy.Succeeded}[step.Op]
			s.setReady(p, false)
			if s.polls != 0 {
				s.enqueueAt(nil, stateless.NextPoll(s.polls, s.now.Add(lagOfPods)))
			}
		}
	case Restarts:
		p.Restarts = step.N
	case Cost:
		p.Cost, p.cost = step.N, strconv.Itoa(int(step.N))
	case Release, Adopt:
		p.Matches = step.Op == Adopt
		p.Labelled = p.Matches
	}
	s.edited(p, before)
}
