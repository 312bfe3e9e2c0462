package sim

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Line is one line of the trace: who did what, when.
type Line struct {
	At   model.Instant `json:"at"` // nanoseconds since the world began
	Who  string        `json:"who"`
	What string        `json:"what"`
}

// Story is a trace, or a part of one, in words.
type Story []Line

// String renders the story as a table: the seconds since the world began, who, and
// what.
func (s Story) String() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	for _, l := range s {
		io.WriteString(t, clock(l.At)+"\t"+l.Who+"\t"+l.What+"\n")
	}
	t.Flush()
	return b.String()
}

// WriteJSON writes the story as JSON lines.
func (s Story) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	for _, l := range s {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// Trace is all that has happened, in words. They are made when it is called.
func (c *Cluster) Trace() Story { return c.TraceFrom(0) }

// TraceLen is the number of records of the trace: a mark for [Cluster.TraceFrom].
func (c *Cluster) TraceLen() int { return c.w.trace.len() }

// TraceFrom is what has happened since the mark.
func (c *Cluster) TraceFrom(mark int) Story {
	var out Story
	records := c.w.trace.from(mark)
	for i := range records {
		if who, what, ok := c.w.narrate(&records[i]); ok {
			out = append(out, Line{At: records[i].at, Who: who, What: what})
		}
	}
	return out
}

// Events are the Kubernetes events so far, the oldest first. The object, named
// like "sts/web", selects those about it; "" selects all.
func (c *Cluster) Events(object string, opts ...Option) EventList {
	namespace := namespaceOf(opts)
	list := EventList{List[Event]{table: eventTable, now: c.w.now}}
	records := c.w.trace.from(0)
	rules := c.w.settings.config.Release.Rules() // and what they became
	for i := range records {
		if records[i].kind == recUpgraded {
			rules = release.Release(records[i].a).Rules()
		}
		events := c.w.kubeletEvents(&records[i])
		if e, ok := c.w.event(&records[i]); ok {
			events = []Event{e}
		}
		for _, e := range events {
			if rules.Has(release.LowerCaseEvents) {
				e.lowerCase()
			}
			if (e.Namespace == namespace || e.Namespace == "") && (object == "" || e.Object() == object) {
				list.Items = append(list.Items, e)
			}
		}
	}
	return list
}

// EventList is what `kubectl get events` prints. Events that repeat are one line.
type EventList struct{ List[Event] }

// Reasons are the reasons of the events, in order.
func (l EventList) Reasons() []string {
	var out []string
	for _, e := range l.Items {
		out = append(out, e.Reason)
	}
	return out
}

func eventTable(events []Event, now model.Instant) *textTable {
	t := newTable("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")
	for i, e := range events {
		same := func(o Event) bool { o.At = e.At; return o == e }
		if slices.ContainsFunc(events[i+1:], same) {
			continue // the last one is shown
		}
		t.row(age(now, e.At), e.Type, e.Reason, e.Object(), e.Message)
	}
	return t
}
