package dnsmodel

import (
	"net/netip"
	"strings"
)

// Flavour is whose resolver a container has. They differ in what makes them give up.
type Flavour uint8

// The flavours. The zero one is glibc.
const (
	Glibc Flavour = iota // Debian, Ubuntu, Red Hat: tries every search domain
	Go                   // programs in Go: the same order, never gives up early
	Musl                 // Alpine: no search for names with ndots dots; NODATA and SERVFAIL end it
)

// Outcome is how a name fared, alone or in all.
type Outcome uint8

// The outcomes.
const (
	NotAsked  Outcome = iota // no query was sent: the name cannot be one, or it was not needed
	Found                    // it has an address
	NoAddress                // NODATA: it exists without an address
	NoName                   // NXDOMAIN
	Failed                   // SERVFAIL, or another answer that is none
	Unheard                  // nobody answered in time
)

// String returns the outcome as nslookup would name it.
func (o Outcome) String() string {
	switch o {
	case Found:
		return "NOERROR"
	case NoAddress:
		return "NODATA"
	case NoName:
		return "NXDOMAIN"
	case Failed:
		return "SERVFAIL"
	case Unheard:
		return "TIMEOUT"
	default:
		return "NOT ASKED"
	}
}

// Step is one name that a resolver tried, for addresses of both families.
type Step struct {
	Name    string // without the final dot
	A, AAAA Outcome
}

// Client is the resolver of a container.
type Client struct {
	Conf    ResolvConf
	Hosts   []HostsLine
	Flavour Flavour
}

// Result is what became of a name.
type Result struct {
	Name      string       // as it was asked for
	Server    string       // the nameserver that was asked; "" if none was
	Canonical string       // the name that has the addresses
	Addresses []netip.Addr // in the order of the answers, IPv4 before IPv6
	Queries   []Step       // what was sent, in order
	Outcome   Outcome
	Err       string // what nslookup says if nothing was found; "" if something was
}

// Resolve looks a name up as getaddrinfo does: an address stands for itself, then
// /etc/hosts is read, then ask is asked, for one name after another. ask stands for
// the nameservers; it answers with the code [Timeout] if none can be heard.
//
// Source: glibc resolv/res_query.c, __res_context_search; Go net/dnsclient_unix.go,
// nameList and goLookupIPCNAMEOrder; musl src/network/lookup_name.c.
func (c *Client) Resolve(name string, ask func(Question) Response) Result {
	r := Result{Name: name}
	if ip, err := netip.ParseAddr(name); err == nil {
		r.Canonical, r.Addresses, r.Outcome = name, []netip.Addr{ip}, Found
		return r
	}
	if c.fromHosts(&r) {
		return r
	}
	if len(c.Conf.Nameservers) > 0 {
		r.Server = c.Conf.Nameservers[0]
	}
	plan := c.plan(name)
	var told verdict
	for i := range plan.len() {
		step := plan.at(i)
		if step == plan.absolute && told.absolute != NotAsked {
			continue // the root among the search domains
		}
		outcome := c.try(step, ask, &r)
		told.add(outcome, step == plan.absolute, i == 0)
		if outcome == Found {
			r.Outcome = Found
			return r
		}
		if c.stops(outcome) {
			break
		}
	}
	r.Outcome = told.outcome(c.Flavour)
	r.Err = complaint(name, r.Outcome)
	return r
}

func (c *Client) fromHosts(r *Result) bool {
	name := r.Name
	if c.Flavour == Go {
		name = strings.TrimSuffix(name, ".") // the others want the name as it stands in the file
	}
	for i := range c.Hosts {
		if line := &c.Hosts[i]; line.named(name) {
			r.Addresses = append(r.Addresses, line.Addr)
			r.Canonical = line.Names[0]
			r.Outcome = Found
		}
	}
	return r.Outcome == Found
}

// plan is the names that a resolver would try.
type plan struct {
	absolute string // the name as it stands
	searches []string
	first    bool // absolute is the first to be tried, not the last
}

func (c *Client) plan(name string) plan {
	absolute, rooted := strings.CutSuffix(name, ".")
	many := strings.Count(absolute, ".") >= c.Conf.Ndots()
	if rooted || many && c.Flavour == Musl {
		return plan{absolute: absolute}
	}
	return plan{absolute: absolute, searches: c.Conf.Searches, first: many}
}

func (p *plan) len() int { return 1 + len(p.searches) }

func (p *plan) at(i int) string {
	if p.first {
		i--
	}
	if i < 0 || i >= len(p.searches) {
		return p.absolute
	}
	domain := strings.TrimSuffix(p.searches[i], ".")
	if domain == "" {
		return p.absolute
	}
	return p.absolute + "." + domain
}

// try sends the two queries for a name. A name that no message can hold is passed by.
func (c *Client) try(name string, ask func(Question) Response, r *Result) Outcome {
	if name == "" || !validName(name) {
		return NotAsked
	}
	step := Step{Name: name}
	step.A = r.query(Question{name, TypeA}, ask)
	step.AAAA = r.query(Question{name, TypeAAAA}, ask)
	r.Queries = append(r.Queries, step)
	outcome := together(step.A, step.AAAA, c.Flavour)
	if outcome != Found {
		r.Addresses, r.Canonical = nil, ""
	}
	return outcome
}

// query sends one query and takes the addresses of its answer.
func (r *Result) query(q Question, ask func(Question) Response) Outcome {
	answer := ask(q)
	switch answer.Rcode {
	case Success:
	case NXDomain:
		return NoName
	case Timeout:
		return Unheard
	default:
		return Failed
	}
	outcome := NoAddress
	for i := range answer.Answer {
		if rec := &answer.Answer[i]; rec.Type == q.Type && rec.Addr.IsValid() {
			r.Addresses = append(r.Addresses, rec.Addr)
			r.Canonical = rec.Name
			outcome = Found
		}
	}
	return outcome
}

// together is what two answers for one name come to. One family with addresses is
// enough, but not for musl if the other one failed.
func together(a, b Outcome, f Flavour) Outcome {
	if f == Musl {
		for _, bad := range [...]Outcome{Unheard, Failed, NoName} {
			if a == bad || b == bad {
				return bad
			}
		}
	}
	for _, o := range [...]Outcome{Found, Unheard, Failed, NoAddress} {
		if a == o || b == o {
			return o
		}
	}
	return NoName
}

// stops reports whether a resolver gives up after a name that was not found.
func (c *Client) stops(o Outcome) bool {
	switch c.Flavour {
	case Glibc:
		return o == Unheard
	case Musl:
		return o == Unheard || o == Failed || o == NoAddress
	default:
		return false
	}
}

// verdict remembers what decides how a search that found nothing ends.
type verdict struct {
	absolute     Outcome // of the name as it stands
	asIs         Outcome // the same, if it was the first
	first, last  Outcome
	empty, broke bool // some name before the last was NODATA, or failed
}

func (v *verdict) add(o Outcome, absolute, first bool) {
	if o == NotAsked {
		return
	}
	v.empty = v.empty || v.last == NoAddress
	v.broke = v.broke || v.last == Failed
	v.last = o
	if v.first == NotAsked {
		v.first = o
	}
	if absolute {
		v.absolute = o
		if first {
			v.asIs = o
		}
	}
}

// outcome is what the program is told. glibc prefers what the name as it stands came
// to if that was tried first, then NODATA, then a failure; Go what the name as it
// stands came to; musl the last.
func (v *verdict) outcome(f Flavour) Outcome {
	switch {
	case v.last == NotAsked:
		return NoName // no name that could be asked for
	case f == Go && v.absolute != NotAsked:
		return v.absolute
	case f == Go:
		return v.first
	case f == Musl || v.last == Unheard:
		return v.last
	case v.asIs != NotAsked:
		return v.asIs
	case v.empty:
		return NoAddress
	case v.broke:
		return Failed
	default:
		return v.last
	}
}
