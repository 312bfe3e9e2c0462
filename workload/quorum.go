package workload

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Quorum is a member of something like etcd: it works only together with most of the
// members that are configured. It finds them by their names, asks each of them again
// and again whether it is there, and is ready as long as more than half of them are,
// itself included.
//
// That is how a set comes to wait for itself. Under OrderedReady the second pod is
// created when the first is ready, and the first is ready when it sees the second.
// Under Parallel all pods are there, but a headless Service names only those that are
// ready. It takes podManagementPolicy Parallel and publishNotReadyAddresses, or a
// readiness that does not ask for the others (ReadyAlone).
type Quorum struct {
	Service    string        // the headless Service in which the pods have names; "" means the name of the set
	Members    int           // how many are configured: ordinals 0 to Members-1; 0 means 3
	Heartbeat  time.Duration // how often it asks the others; 0 means 1s
	Timeout    time.Duration // a member that has not answered for so long is not there; 0 means 3s
	ReadyAlone bool          // it is ready as soon as it runs; without a quorum it just serves nobody

	has  bool            // most members are there
	seen []model.Instant // by ordinal: when a member last answered, plus one; 0 if never. Replaced, never edited
}

// Ping asks a member whether it is there.
type Ping struct{ Member int32 }

// Pong says that a member is there.
type Pong struct{ Member int32 }

// String implements [Body].
func (m Ping) String() string { return fmt.Sprintf("ping by member %d", m.Member) }

// String implements [Body].
func (m Pong) String() string { return fmt.Sprintf("pong by member %d", m.Member) }

// Next implements [Program].
func (p Quorum) Next(c Container, in Input) Program {
	switch in.Kind {
	case Started:
		p.seen = make([]model.Instant, p.members())
		if p.ReadyAlone {
			c.SetReady(true)
		}
		return p.beat(c)
	case TimerFired:
		return p.beat(c)
	case Received:
		return p.receive(c, in)
	case Terminated:
		c.Exit(0)
	}
	return p
}

// beat asks the others whether they are there, and looks who has answered lately.
func (p Quorum) beat(c Container) Program {
	for i := range int32(p.members()) {
		if i == c.Ordinal() {
			continue
		}
		if addrs, err := c.Lookup(p.peer(c, i)); err == nil {
			c.Send(addrs[0], Ping{Member: c.Ordinal()})
		}
	}
	c.SetTimer(0, orDefault(p.Heartbeat, time.Second))
	return p.judge(c)
}

func (p Quorum) receive(c Container, in Input) Program {
	switch m := in.Body.(type) {
	case Ping:
		c.Send(in.From, Pong{Member: c.Ordinal()})
	case Pong:
		if m.Member < 0 || int(m.Member) >= len(p.seen) {
			return p
		}
		p.seen = slices.Clone(p.seen)
		p.seen[m.Member] = c.Now() + 1
		return p.judge(c)
	case ReadRequest:
		if p.has {
			c.Send(in.From, Answer{ID: m.ID, Host: c.Hostname()})
		} else {
			c.Send(in.From, Refused{ID: m.ID, Why: "no quorum"})
		}
	}
	return p
}

// judge sees whether most members are there.
func (p Quorum) judge(c Container) Program {
	there, needed := p.there(c), p.members()/2+1
	if has := there >= needed; has != p.has {
		p.has = has
		if has {
			c.Log(fmt.Sprintf("has a quorum: sees %d of %d members", there, p.members()))
		} else {
			c.Log(fmt.Sprintf("has lost its quorum: sees %d of %d members", there, p.members()))
		}
		c.SetReady(has || p.ReadyAlone)
	}
	return p
}

// there is how many members are there, itself included.
func (p *Quorum) there(c Container) int {
	n, timeout := 1, orDefault(p.Timeout, 3*time.Second)
	for i, at := range p.seen {
		if int32(i) != c.Ordinal() && at > 0 && c.Now().Sub(at-1) < timeout {
			n++
		}
	}
	return n
}

func (p *Quorum) members() int {
	if p.Members == 0 {
		return 3
	}
	return p.Members
}

func (p *Quorum) peer(c Container, ordinal int32) string {
	service := p.Service
	if service == "" {
		service = c.Hostname()
		if dash := strings.LastIndexByte(service, '-'); dash >= 0 {
			service = service[:dash]
		}
	}
	return peerName(c, ordinal) + "." + service
}

// HasQuorum reports whether the member sees most members.
func (p Quorum) HasQuorum() bool { return p.has }

// AppendState implements [Program].
func (p Quorum) AppendState(b []byte) []byte {
	s := state(b).flags(p.has)
	for _, at := range p.seen {
		s = s.int(int64(at))
	}
	return s
}

// String implements [Program].
func (p Quorum) String() string {
	if p.has {
		return "has a quorum"
	}
	heard := 1
	for _, at := range p.seen {
		if at > 0 {
			heard++
		}
	}
	return fmt.Sprintf("has no quorum: has ever heard from %d of %d members, and needs %d", heard, p.members(), p.members()/2+1)
}
