package sim

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Verb is what a controller asks of the API server.
type Verb string

// The verbs of a write.
const (
	VerbCreate       Verb = "create"
	VerbUpdate       Verb = "update"
	VerbDelete       Verb = "delete"
	VerbUpdateStatus Verb = "update status of"
)

// FailWrite is a fault: of the writes of one verb to one kind that controllers
// make from now on, the Nth fails (1 is the next), and so do those after it until
// Times have failed. It stands for whatever an API server can answer with: a
// quota, a webhook, a time-out.
type FailWrite struct {
	Verb  Verb
	Kind  model.Kind
	Nth   int    // 0 means 1
	Times int    // 0 means 1
	Error string // what the API server says; "" means "injected failure"
}

// writeFault is a FailWrite at work: skip writes are still let through.
type writeFault struct {
	verb        Verb
	kind        model.Kind
	skip, times int32
	text        model.Symbol // what the API server says, or conflicting
}

func (f FailWrite) prepare(w *world) (func(), error) {
	if f.Nth < 0 || f.Times < 0 {
		return nil, fmt.Errorf("sim: FailWrite: Nth and Times must not be negative")
	}
	switch f.Verb {
	case VerbCreate, VerbUpdate, VerbDelete, VerbUpdateStatus:
	default:
		return nil, fmt.Errorf("sim: FailWrite: %q is not what a controller asks for", f.Verb)
	}
	if f.Kind == "" {
		return nil, fmt.Errorf("sim: FailWrite: name a Kind")
	}
	text := f.Error
	if text == "" {
		text = "injected failure"
	}
	return func() {
		w.failing = append(w.failing, writeFault{
			verb: f.Verb, kind: f.Kind, skip: int32(max(1, f.Nth)) - 1, times: int32(max(1, f.Times)), text: w.symbol(text),
		})
	}, nil
}

// String implements [Operation].
func (f FailWrite) String() string {
	s := fmt.Sprintf("fail write %d (%s %s)", max(1, f.Nth), f.Verb, f.Kind)
	if f.Times > 1 {
		s += howOften(f.Times)
	}
	return s + saying(f.Error)
}

// HealWrites ends each [FailWrite] and [ConflictWrite] of a verb and a kind, however many
// writes they had still to come to.
type HealWrites struct {
	Verb Verb
	Kind model.Kind
}

// String implements [Operation].
func (o HealWrites) String() string { return fmt.Sprintf("heal writes (%s %s)", o.Verb, o.Kind) }

func (o HealWrites) prepare(w *world) (func(), error) {
	heals := func(f writeFault) bool { return f.verb == o.Verb && f.kind == o.Kind }
	if !slices.ContainsFunc(w.failing, func(f writeFault) bool { return heals(f) && f.times > 0 }) {
		return nil, fmt.Errorf("sim: no write is to fail: %s %s", o.Verb, o.Kind)
	}
	return func() { w.failing = slices.DeleteFunc(w.failing, heals) }, nil
}

// admit is where every write of a controller passes that does not name a version
// (admitUpdate): it fails if a fault says so.
func (w *world) admit(verb Verb, kind model.Kind) error {
	if len(w.failing) == 0 {
		return nil
	}
	return w.answer(verb, kind, nil)
}

// answer is what the API server answers to a write; versioned is the object of an update
// that names its version, which can conflict, and nil for other writes.
func (w *world) answer(verb Verb, kind model.Kind, versioned *model.Name) error {
	for i := range w.failing {
		f := &w.failing[i]
		if f.verb != verb || f.kind != kind || f.times == 0 || f.text == conflicting && versioned == nil {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		f.times--
		if f.text == conflicting {
			return validation.Conflict(kind, w.rendered(*versioned))
		}
		return errors.New(w.text(f.text))
	}
	return nil
}
