package sim

import (
	"github.com/ordinal-sim/ordinal/model"
)

// record is one line of the trace before it is words: what happened, to whom,
// and the numbers that the sentence needs. It is rendered only when somebody
// reads it (narrate.go).
type record struct {
	at      model.Instant
	a, b    int64
	subject model.Name
	object  model.Name
	text    model.Symbol
	kind    recordKind
	why     uint8
}

// trace is the history of a world. A fork shares what happened before it: the
// history is a chain of segments, of which only the last is written. Forking
// seals that one, so that no segment is ever written by one world and read by
// another.
type trace struct {
	own segment // its before, and all before that, are sealed
}

type segment struct {
	before  *segment
	past    int // number of records in before and its chain
	records []record
}

// fullSegment is the length from which on a segment is not enlarged, which would
// copy it, but sealed.
const fullSegment = 1024

// firstSegment is the length that a segment begins with: a small set's life.
const firstSegment = 64

func (t *trace) add(r record) {
	switch n := len(t.own.records); {
	case n < cap(t.own.records):
	case n == 0:
		t.own.records = make([]record, 0, firstSegment)
	case n >= fullSegment:
		t.seal()
		t.own.records = make([]record, 0, fullSegment)
	}
	t.own.records = append(t.own.records, r)
}

// seal ends the segment; another goes on.
func (t *trace) seal() {
	sealed := t.own
	t.own = segment{before: &sealed, past: t.len()}
}

// reserve makes room for n more records.
func (t *trace) reserve(n int) {
	t.own.records = append(make([]record, 0, len(t.own.records)+n), t.own.records...)
}

// len is the number of records.
func (t *trace) len() int { return t.own.past + len(t.own.records) }

// forkTo makes dst go on from here, in dst's own memory.
func (t *trace) forkTo(dst *trace) {
	if len(t.own.records) > 0 {
		t.seal()
	}
	dst.own = segment{before: t.own.before, past: t.own.past, records: dst.own.records[:0]}
}

// from returns the records from the i-th on, oldest first.
func (t *trace) from(i int) []record {
	out := make([]record, max(0, t.len()-max(0, i)))
	rest := out
	fill := func(records []record) {
		n := min(len(records), len(rest))
		copy(rest[len(rest)-n:], records[len(records)-n:])
		rest = rest[:len(rest)-n]
	}
	for s := &t.own; s != nil && len(rest) > 0; s = s.before {
		fill(s.records)
	}
	return out
}
