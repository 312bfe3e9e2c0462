package workload

import (
	"fmt"
	"net/netip"

	"github.com/ordinal-sim/ordinal/model"
)

// MySQL's replicas. A replica asks the primary for what it does not have yet, again
// and again. As long as the primary answers it keeps to the address that it knows;
// when no answer comes it asks DNS anew and waits longer after each failure, up to
// sixteen times as long.
//
// How old its data may be, a replica knows without comparing clocks: it has all that
// the primary had when the last question that was answered was sent.

// replica is what a replica remembers.
type replica struct {
	source   netip.Addr    // whom it asks; invalid if DNS is to be asked first
	asked    int64         // the ID of its last question
	askedAt  model.Instant // when that was sent
	waiting  bool          // for the answer to it
	failures int32         // questions in a row without an answer
	synced   bool          // it has heard from the primary since its start
	upToDate model.Instant // it has all that the primary had then
}

// Poll asks the primary for the records after those that a replica has.
type Poll struct {
	ID     int64
	Has    int    // how many
	Digest uint64 // of those
}

// Tail is what a replica lacks. It stands for the records after those that the
// question named; the log is whole because that is the same pointer.
type Tail struct {
	ID  int64
	Log File
}

// Diverged tells a replica that it has records that the primary does not have.
type Diverged struct{ ID int64 }

// Fetch asks a server for a copy of all of its data.
type Fetch struct{ ID int64 }

// Copy is all data of a server.
type Copy struct {
	ID  int64
	Log File
}

// String implements [Body].
func (m Poll) String() string {
	return fmt.Sprintf("poll %d: has %d records (%016x)", m.ID, m.Has, m.Digest)
}

// String implements [Body].
func (m Tail) String() string { return fmt.Sprintf("tail %d: %s", m.ID, m.Log.Summary()) }

// String implements [Body].
func (m Diverged) String() string { return fmt.Sprintf("diverged %d", m.ID) }

// String implements [Body].
func (m Fetch) String() string { return fmt.Sprintf("fetch %d", m.ID) }

// String implements [Body].
func (m Copy) String() string { return fmt.Sprintf("copy %d: %s", m.ID, m.Log.Summary()) }

// ask sends the next question: for a copy if there is no data yet, else for news.
func (p MySQL) ask(c Container) Program {
	if !p.source.IsValid() {
		addrs, err := c.Lookup(p.peer(c, p.teacher(c)))
		if err != nil {
			return p.later(c)
		}
		p.source = addrs[0]
	}
	p.asked++
	p.askedAt, p.waiting = c.Now(), true
	c.SetTimer(timerUnheard, p.timeout())
	if p.role == mysqlCopies {
		c.Send(p.source, Fetch{ID: p.asked})
	} else {
		c.Send(p.source, Poll{ID: p.asked, Has: p.log.Len(), Digest: p.log.Digest()})
	}
	return p
}

// teacher is whom a replica asks: for news the primary; for a copy the server before
// it, as in the tutorial, and every other time the primary, which may be there when
// that one is not.
func (p *MySQL) teacher(c Container) int32 {
	if p.role == mysqlCopies && p.failures%2 == 0 {
		return c.Ordinal() - 1
	}
	return 0
}

// unheard is a question that was not answered in time.
func (p MySQL) unheard(c Container) Program {
	p.waiting = false
	return p.later(c)
}

// later asks again, after a while that grows.
func (p MySQL) later(c Container) Program {
	p.source = netip.Addr{}
	c.SetTimer(timerAsk, p.poll()<<min(p.failures, 4))
	p.failures++
	return p
}

// heard reports whether a message answers the question that is open, and closes it.
func (p *MySQL) heard(c Container, id int64, role mysqlRole) bool {
	if p.role != role || !p.waiting || id != p.asked {
		return false
	}
	p.waiting, p.failures = false, 0
	c.CancelTimer(timerUnheard)
	return true
}

// copied stores a copy of another server's data, and follows the primary from there.
func (p MySQL) copied(c Container, m Copy) Program {
	if !p.heard(c, m.ID, mysqlCopies) {
		return p
	}
	if err := c.Write(p.path(), m.Log); err != nil {
		return p.fail(c, err)
	}
	p.role, p.log, p.source = mysqlFollows, m.Log, netip.Addr{}
	return p.ask(c)
}

// follow stores what the primary has sent.
func (p MySQL) follow(c Container, from netip.Addr, m Tail) Program {
	if !p.heard(c, m.ID, mysqlFollows) {
		return p
	}
	for _, text := range m.Log.From(p.log.Len()) {
		if err := c.WriteAt(p.path(), p.log.Len(), text); err != nil {
			return p.fail(c, err)
		}
		p.log = p.log.Append(text)
	}
	p.source, p.synced, p.upToDate = from, true, p.askedAt
	if age := c.Now().Sub(p.upToDate); age < p.maxStale() {
		c.SetReady(true)
		c.SetTimer(timerStale, p.maxStale()-age)
	}
	c.SetTimer(timerAsk, p.poll())
	return p
}

// diverged ends replication: somebody has to look at this. The server goes on running,
// and tries again when it is started anew.
func (p MySQL) diverged(c Container, m Diverged) Program {
	if !p.heard(c, m.ID, mysqlFollows) {
		return p
	}
	p.role = mysqlDiverged
	c.CancelTimer(timerStale)
	c.SetReady(false)
	c.Log("replication stops: this replica has records that the primary does not have")
	return p
}

// fresh reports whether the data is not older than it may be.
func (p *MySQL) fresh(now model.Instant) bool {
	return p.synced && now.Sub(p.upToDate) < p.maxStale()
}
