package faults

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/sim"
)

// Timed is a fault at an instant. Instants are times since the world began, as
// [sim.Cluster.At] takes them.
type Timed struct {
	Fault
	From  time.Duration
	Until time.Duration // when it is undone; From if it is over at once
}

// String says what goes wrong, when, and what ends it: "+12.300s crash node node-1, until
// +40.000s: restart node node-1".
func (t Timed) String() string {
	s := fmt.Sprintf("+%.3fs %s", t.From.Seconds(), t.Do)
	if len(t.Undo) == 0 {
		return s
	}
	var words []string
	for _, op := range t.Undo {
		words = append(words, op.String())
	}
	return fmt.Sprintf("%s, until +%.3fs: %s", s, t.Until.Seconds(), strings.Join(words, ", "))
}

// Deed is an operation at an instant.
type Deed struct {
	At time.Duration // since the world began
	Do sim.Operation
}

// Drawn is what goes wrong in one life.
type Drawn struct {
	Faults []Timed       // in the order in which they begin
	Quiet  time.Duration // when all have stopped, since the world began
}

// The choices of a fault: when it begins, and how long it lasts.
const (
	instants = 1 << 16
	lengths  = 1 << 10
)

// Draw draws what goes wrong. A fault that would overlap with an earlier drawn one that ends
// by the same operation is left out: two crashes of one node are one.
func (s *Source) Draw(chooser sim.Chooser) Drawn {
	n := choose(chooser, "faults", s.most+1)
	out := Drawn{Quiet: s.begin}
	if n == 0 {
		return out
	}
	out.Faults = make([]Timed, 0, n)
	var room [16]int
	ends := room[:0]
	for range n {
		of := s.kinds[choose(chooser, "kind of fault", len(s.kinds))]
		c := &of[choose(chooser, "victim", len(of))]
		t := Timed{Fault: c.Fault, From: s.begin + part(s.within, choose(chooser, "instant of fault", instants), instants-1)}
		t.Until = t.From
		if len(c.Undo) > 0 {
			t.Until += s.length(choose(chooser, "length of fault", lengths))
		}
		if overlaps(out.Faults, ends, t, c.ends) {
			continue
		}
		out.Faults, ends = append(out.Faults, t), append(ends, c.ends)
		out.Quiet = max(out.Quiet, t.Until)
	}
	slices.SortStableFunc(out.Faults, func(a, b Timed) int { return cmp.Compare(a.From, b.From) })
	return out
}

// choose asks the chooser, if there is a choice.
func choose(chooser sim.Chooser, label string, n int) int {
	if n == 1 {
		return 0
	}
	return chooser.Choose(label, n)
}

// length is how long a fault lasts: the square of a choice, so that seconds are as likely as
// minutes.
func (s *Source) length(k int) time.Duration {
	least := min(shortest, s.longest)
	return least + part(part(s.longest-least, k, lengths-1), k, lengths-1)
}

// part is k n-ths of a time.
func part(of time.Duration, k, n int) time.Duration {
	return of/time.Duration(n)*time.Duration(k) + of%time.Duration(n)*time.Duration(k)/time.Duration(n)
}

// overlaps reports whether a fault is under way when another ends that ends by the same
// operation.
func overlaps(faults []Timed, ends []int, t Timed, end int) bool {
	for i := range faults {
		if ends[i] == end && t.From <= faults[i].Until && faults[i].From <= t.Until {
			return true
		}
	}
	return false
}

// Deeds are all operations, those that undo included, in their order.
func (d Drawn) Deeds() []Deed {
	var out []Deed
	for i := range d.Faults {
		out = append(out, Deed{d.Faults[i].From, d.Faults[i].Do})
		for _, op := range d.Faults[i].Undo {
			out = append(out, Deed{d.Faults[i].Until, op})
		}
	}
	slices.SortStableFunc(out, func(a, b Deed) int { return cmp.Compare(a.At, b.At) })
	return out
}

// Put puts all operations at their instants in a world. It is an error if one of them is
// past there: the plan was made for an earlier world.
func (d Drawn) Put(c *sim.Cluster) error {
	if now := time.Duration(c.Now()); len(d.Faults) > 0 && d.Faults[0].From < now {
		return fmt.Errorf("faults: %s has passed, it is +%.3fs", d.Faults[0], now.Seconds())
	}
	for i := range d.Faults {
		f := &d.Faults[i]
		if err := c.At(f.From, f.Do); err != nil {
			return fmt.Errorf("faults: %w", err)
		}
		for _, op := range f.Undo {
			if err := c.At(f.Until, op); err != nil {
				return fmt.Errorf("faults: %w", err)
			}
		}
	}
	return nil
}

// String is a line for each fault.
func (d Drawn) String() string {
	var b strings.Builder
	for _, f := range d.Faults {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}
