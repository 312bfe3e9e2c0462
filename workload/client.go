package workload

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Client writes and reads, one request after the other, and remembers what it was
// promised. It looks its server's name up once and keeps to the address, as one does who
// has a connection; after a request that is not answered in time, or is refused, it looks
// the name up anew. A write it repeats, after a pause, until it is promised; a read it
// gives up.
//
// Its records have a name of their own ("client-0@10.0.0.5+3000000000#7"), so that a
// server can tell a repeated write from another, and whoever looks at the log can tell
// whose they are.
type Client struct {
	Write   string        // whom it writes to: "mysql-0.mysql"; "" for nobody
	Read    string        // whom it reads from: "mysql-read"; "" for nobody
	Count   int           // how many writes it makes, each followed by a read, or how many of what there is; 0 for no end
	Every   time.Duration // the pause between requests; 0 means 1s
	Timeout time.Duration // how long it waits for an answer; 0 means 1s
	Notes   string        // the path of a file in which it keeps the promises; "" for its memory, which it loses when it crashes
	// MaxStale is how old an answer may be: it must count every record that was
	// promised to this client so long before it asked. 0 leaves it unchecked.
	MaxStale time.Duration

	name    string // of its records, without their number
	id      int64  // of its last request
	request request
	open    bool          // the request is not done with
	again   bool          // it has been made before, in vain
	waiting bool          // for an answer
	asked   model.Instant // when it was made last
	servers [2]netip.Addr // whom it writes to and reads from; invalid if DNS is to be asked
	record  int           // the number of the record that is written
	notes   File
	tally   Tally
}

// request is what a client asks for.
type request uint8

const (
	requestNothing request = iota // it has not begun, or is done
	requestWrite
	requestRead
)

// Tally counts what has become of a client's requests.
type Tally struct {
	Promised   int // writes
	Answered   int // reads
	Stale      int // of the answered reads, those that were older than MaxStale
	Refused    int // attempts that a server refused
	Unheard    int // attempts that nobody answered in time
	Unresolved int // attempts for which DNS had no address
}

// The timers of a client.
const (
	timerNext  TimerID = iota // it is time for the next request, or for the same once more
	timerGiven                // the answer should have come by now
)

// Next implements [Program].
func (p Client) Next(c Container, in Input) Program {
	switch in.Kind {
	case Started:
		return p.start(c)
	case TimerFired:
		switch {
		case in.Timer == timerGiven:
			p.tally.Unheard++
			return p.failed(c)
		case p.open:
			return p.attempt(c)
		default:
			return p.begin(c)
		}
	case Received:
		return p.receive(c, in.Body)
	case Terminated:
		c.Exit(0)
	}
	return p
}

// start reads the notes of the life before.
func (p Client) start(c Container) Program {
	if p.Notes != "" {
		notes, err := c.Read(p.Notes)
		if err != nil && err != ErrNotExist {
			return p.fail(c, err)
		}
		p.notes = notes
	}
	p.name = fmt.Sprintf("%s@%s+%d", c.Hostname(), c.Addr(), int64(c.Now()))
	p.id = int64(c.Now()) // answers to the life before do not fit
	c.SetReady(true)
	return p.begin(c)
}

// begin turns to the next request: a write and a read in turns.
func (p Client) begin(c Container) Program {
	done := p.tally.Promised
	if p.Write == "" {
		done = p.tally.Answered
	}
	switch {
	case p.Count > 0 && done >= p.Count && (p.request == requestRead || p.Read == ""):
		p.request = requestNothing
		c.Log("is done: " + p.tally.String())
		return p
	case p.Read != "" && (p.request == requestWrite || p.Write == ""):
		p.request = requestRead
	case p.Write != "":
		p.request = requestWrite
		p.record++
	default:
		return p
	}
	p.id++
	p.open, p.again = true, false
	return p.attempt(c)
}

// attempt makes the request that is open.
func (p Client) attempt(c Container) Program {
	server := p.server()
	if !server.IsValid() {
		addrs, err := c.Lookup([...]string{p.Write, p.Read}[p.request-1])
		if err != nil {
			p.tally.Unresolved++
			return p.failed(c)
		}
		*server = addrs[c.Choose("server", len(addrs))]
	}
	if p.request == requestRead {
		c.Send(*server, ReadRequest{ID: p.id})
	} else {
		c.Send(*server, WriteRequest{ID: p.id, Record: p.text(), Again: p.again})
	}
	p.asked, p.waiting, p.again = c.Now(), true, true
	c.SetTimer(timerGiven, orDefault(p.Timeout, time.Second))
	return p
}

// server is whom it makes the request to.
func (p *Client) server() *netip.Addr { return &p.servers[p.request-1] }

// text is the record that is being written.
func (p *Client) text() string { return p.name + "#" + strconv.Itoa(p.record) }

func (p Client) receive(c Container, body Body) Program {
	switch m := body.(type) {
	case Written:
		if p.open && p.request == requestWrite && m.ID == p.id { // also if it comes late
			return p.promised(c, m)
		}
	case Answer:
		if p.waiting && p.request == requestRead && m.ID == p.id {
			p.tally.Answered++
			if p.stale(m) {
				p.tally.Stale++
			}
			return p.done(c)
		}
	case Refused:
		if p.waiting && m.ID == p.id {
			p.tally.Refused++
			return p.failed(c)
		}
	}
	return p
}

// promised notes a promise.
func (p Client) promised(c Container, m Written) Program {
	line := Promise{Record: p.text(), Position: m.Position, At: c.Now()}.line()
	if p.Notes != "" {
		if err := c.Append(p.Notes, line); err != nil {
			return p.fail(c, err)
		}
	}
	p.notes = p.notes.Append(line)
	p.tally.Promised++
	return p.done(c)
}

// stale reports whether an answer does not count a record that was promised so long
// before the question that it should.
func (p *Client) stale(m Answer) bool {
	if p.MaxStale == 0 {
		return false
	}
	for line := range p.notes.Backwards {
		if promise, ok := parsePromise(line); ok && p.asked.Sub(promise.At) >= p.MaxStale {
			return m.Records <= promise.Position
		}
	}
	return false
}

// done ends a request; the next follows after the pause.
func (p Client) done(c Container) Program {
	p.open = false
	return p.pause(c)
}

// failed ends an attempt. A read is given up; a write is made once more.
func (p Client) failed(c Container) Program {
	p.open = p.request == requestWrite
	*p.server() = netip.Addr{}
	return p.pause(c)
}

func (p Client) pause(c Container) Program {
	p.waiting = false
	c.CancelTimer(timerGiven)
	c.SetTimer(timerNext, orDefault(p.Every, time.Second))
	return p
}

func (p Client) fail(c Container, err error) Program {
	c.Log(p.Notes + ": " + err.Error())
	c.Exit(1)
	return p
}

// Promised is what the client was promised, as far as it remembers.
func (p Client) Promised() []Promise { return Promises(p.notes) }

// Tally is what has become of its requests since its start.
func (p Client) Tally() Tally { return p.tally }

// Done reports whether it has made all of its requests.
func (p Client) Done() bool { return p.request == requestNothing && p.name != "" }

// AppendState implements [Program].
func (p Client) AppendState(b []byte) []byte {
	t := &p.tally
	s := state(b).text(p.name).int(p.id).int(int64(p.request)).flags(p.open, p.again, p.waiting)
	return s.addr(p.servers[0]).addr(p.servers[1]).int(int64(p.asked)).int(int64(p.record)).file(p.notes).int(int64(t.Promised)).int(int64(t.Answered)).
		int(int64(t.Stale)).int(int64(t.Refused)).int(int64(t.Unheard)).int(int64(t.Unresolved))
}

// String implements [Program].
func (p Client) String() string {
	what := [...]string{"is done", "writes", "reads"}[p.request]
	return what + ": " + p.tally.String()
}

// String says what has happened, and leaves out what has not.
func (t Tally) String() string {
	var b strings.Builder
	for _, part := range [...]struct {
		n    int
		what string
	}{
		{t.Promised, "writes promised"}, {t.Answered, "reads answered"}, {t.Stale, "of them too old"},
		{t.Refused, "attempts refused"}, {t.Unheard, "not answered in time"}, {t.Unresolved, "without an address"},
	} {
		if part.n == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%d %s", part.n, part.what)
	}
	if b.Len() == 0 {
		return "nothing yet"
	}
	return b.String()
}
