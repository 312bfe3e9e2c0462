package workload

import "time"

// Web is a server that keeps nothing: it is ready a while after its start, answers
// whoever reads, and goes on answering for a while when it is to stop.
type Web struct {
	Warmup time.Duration // from its start until it is ready
	Drain  time.Duration // from SIGTERM until it exits; it answers, but is not ready

	phase webPhase
}

type webPhase uint8

const (
	webWarmsUp webPhase = iota
	webServes
	webDrains
)

// Next implements [Program].
func (p Web) Next(c Container, in Input) Program {
	switch in.Kind {
	case Started:
		if p.Warmup > 0 {
			c.SetTimer(0, p.Warmup)
			return p
		}
		return p.serve(c)
	case TimerFired:
		if p.phase == webDrains {
			c.Exit(0)
			return p
		}
		return p.serve(c)
	case Received:
		if m, ok := in.Body.(ReadRequest); ok && p.phase != webWarmsUp {
			c.Send(in.From, Answer{ID: m.ID, Host: c.Hostname()})
		}
	case Terminated:
		c.SetReady(false)
		if p.Drain == 0 || p.phase == webWarmsUp {
			c.Exit(0)
			return p
		}
		c.SetTimer(0, p.Drain)
		p.phase = webDrains
	}
	return p
}

func (p Web) serve(c Container) Program {
	p.phase = webServes
	c.SetReady(true)
	return p
}

// AppendState implements [Program].
func (p Web) AppendState(b []byte) []byte { return state(b).int(int64(p.phase)) }

// String implements [Program].
func (p Web) String() string {
	return [...]string{"warms up", "serves", "answers the last requests"}[p.phase]
}
