package workload

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// MySQL is a replicated database as the Kubernetes tutorial "Run a Replicated Stateful
// Application" sets it up. All pods run the same program, and the ordinal says who is
// what: the pod with ordinal 0 is the primary and takes all writes (primary.go), the
// others are replicas (replica.go). What the database keeps is one log of records on
// its volume, and nothing else.
//
// A server that finds a log reads it back and goes on from there. One that finds an
// empty volume makes a new log, if it is the primary, or copies that of the replica
// before it or of the primary. Whoever cannot read or write its volume exits with code 1.
//
// The zero MySQL is one with the tutorial's names.
type MySQL struct {
	Service  string        // the headless Service in which the pods have names; "" means mysql
	Log      string        // the path of the log, on a volume; "" means /var/lib/mysql/binlog
	Recovery time.Duration // to read the log back at the start
	Shutdown time.Duration // from SIGTERM until it exits; it serves nobody meanwhile
	Poll     time.Duration // how often a replica asks for news; 0 means 1s
	Timeout  time.Duration // how long a replica waits for an answer; 0 means 1s
	MaxStale time.Duration // a replica that is further behind is not ready and answers nobody; 0 means 10s

	role mysqlRole
	log  File // what it takes to be on its volume
	replica
}

// mysqlRole is what a server does.
type mysqlRole uint8

const (
	mysqlRecovers mysqlRole = iota // reads its log back
	mysqlPrimary                   // takes writes
	mysqlCopies                    // a replica with an empty volume
	mysqlFollows                   // a replica with data
	mysqlDiverged                  // a replica that has records that the primary does not have
	mysqlStops                     // after SIGTERM, or after an error
)

// The timers of a server.
const (
	timerRecovered TimerID = iota
	timerStopped
	timerAsk     // it is time to ask for news
	timerUnheard // the answer should have come by now
	timerStale   // nothing was heard for MaxStale
)

// Next implements [Program].
func (p MySQL) Next(c Container, in Input) Program {
	switch in.Kind {
	case Started:
		return p.start(c)
	case Received:
		return p.receive(c, in.From, in.Body)
	case Terminated:
		return p.stop(c)
	}
	switch in.Timer {
	case timerRecovered:
		return p.serve(c)
	case timerStopped:
		c.Exit(0)
	case timerAsk:
		return p.ask(c)
	case timerUnheard:
		return p.unheard(c)
	case timerStale:
		c.SetReady(false)
		c.Log("replication is behind: nothing was heard from the primary for " + p.maxStale().String())
	}
	return p
}

// start reads the log back.
func (p MySQL) start(c Container) Program {
	p.asked = int64(c.Now()) // answers to the life before do not fit its questions
	log, err := c.Read(p.path())
	switch {
	case err == nil:
		p.log = log
	case err != ErrNotExist:
		return p.fail(c, err)
	case c.Ordinal() == 0:
		if err := c.Write(p.path(), File{}); err != nil {
			return p.fail(c, err)
		}
	default:
		p.role = mysqlCopies
		return p.ask(c)
	}
	if p.Recovery > 0 {
		c.SetTimer(timerRecovered, p.Recovery)
		return p
	}
	return p.serve(c)
}

// serve begins to work with the log that there is.
func (p MySQL) serve(c Container) Program {
	if c.Ordinal() == 0 {
		p.role = mysqlPrimary
		c.SetReady(true)
		return p
	}
	p.role = mysqlFollows
	return p.ask(c)
}

// receive gives a message to the one whom it concerns.
func (p MySQL) receive(c Container, from netip.Addr, body Body) Program {
	switch m := body.(type) {
	case WriteRequest:
		return p.write(c, from, m)
	case Poll:
		p.tell(c, from, m)
	case Fetch:
		if p.role == mysqlPrimary || p.role == mysqlFollows {
			c.Send(from, Copy{ID: m.ID, Log: p.log})
		}
	case ReadRequest:
		p.read(c, from, m)
	case Tail:
		return p.follow(c, from, m)
	case Copy:
		return p.copied(c, m)
	case Diverged:
		return p.diverged(c, m)
	}
	return p
}

// read answers a client, unless what there is may be too old.
func (p MySQL) read(c Container, client netip.Addr, m ReadRequest) {
	switch {
	case p.role == mysqlPrimary, p.role == mysqlFollows && p.fresh(c.Now()):
		c.Send(client, Answer{ID: m.ID, Host: c.Hostname(), Records: p.log.Len()})
	case p.role == mysqlFollows || p.role == mysqlDiverged:
		c.Send(client, Refused{ID: m.ID, Why: "this replica is too far behind"})
	}
}

// stop is SIGTERM.
func (p MySQL) stop(c Container) Program {
	c.SetReady(false)
	p.role = mysqlStops
	if p.Shutdown == 0 {
		c.Exit(0)
		return p
	}
	for _, t := range [...]TimerID{timerRecovered, timerAsk, timerUnheard, timerStale} {
		c.CancelTimer(t)
	}
	c.SetTimer(timerStopped, p.Shutdown)
	return p
}

// fail is the end of a server that cannot use its volume.
func (p MySQL) fail(c Container, err error) Program {
	c.Log(p.path() + ": " + err.Error())
	c.Exit(1)
	p.role = mysqlStops
	return p
}

// The configuration, with its defaults.

func (p *MySQL) path() string {
	if p.Log == "" {
		return "/var/lib/mysql/binlog"
	}
	return p.Log
}

func (p *MySQL) poll() time.Duration     { return orDefault(p.Poll, time.Second) }
func (p *MySQL) timeout() time.Duration  { return orDefault(p.Timeout, time.Second) }
func (p *MySQL) maxStale() time.Duration { return orDefault(p.MaxStale, 10*time.Second) }

// peer is the name in DNS of the server with an ordinal.
func (p *MySQL) peer(c Container, ordinal int32) string {
	service := p.Service
	if service == "" {
		service = "mysql"
	}
	return peerName(c, ordinal) + "." + service
}

// peerName is the hostname of the pod with another ordinal of the same set.
func peerName(c Container, ordinal int32) string {
	host := c.Hostname()
	if c.Ordinal() == model.NoOrdinal {
		return host
	}
	return host[:strings.LastIndexByte(host, '-')+1] + strconv.Itoa(int(ordinal))
}

// Records is the log that the server takes to be on its volume. A primary that shares
// its volume with another may be wrong.
func (p MySQL) Records() File { return p.log }

// AppendState implements [Program].
func (p MySQL) AppendState(b []byte) []byte {
	r := &p.replica
	return state(b).int(int64(p.role)).file(p.log).addr(r.source).int(r.asked).
		int(int64(r.askedAt)).int(int64(r.upToDate)).int(int64(r.failures)).flags(r.synced, r.waiting)
}

// String implements [Program].
func (p MySQL) String() string {
	n := fmt.Sprintf("%d records", p.log.Len())
	switch p.role {
	case mysqlRecovers:
		return "reads its log back, " + n
	case mysqlPrimary:
		return "is the primary, " + n
	case mysqlCopies:
		return "waits for a copy of the data"
	case mysqlDiverged:
		return "does not follow: the primary does not have all of its " + n
	case mysqlStops:
		return "has stopped, " + n
	}
	if !p.source.IsValid() {
		return "looks for the primary, " + n
	}
	return fmt.Sprintf("follows %s, %s", p.source, n)
}
