// Package lesson is what the examples share: how a story is told, and how a test
// holds it to what is in its testdata.
//
// An example is a folder with main.go, which says what there is to learn and tells a
// story to standard output, and testdata with the story as it was last reviewed.
package lesson

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// Teller tells what is done to a world and what happens then. What goes wrong in the
// telling ends it; [Teller.End] says so.
type Teller struct {
	C   *sim.Cluster
	out io.Writer
	err error
	at  int // what has been told of the trace
}

// Begin begins a story.
func Begin(out io.Writer, config sim.Config) *Teller {
	return &Teller{C: sim.New(config), out: out}
}

// End is the error that has ended the story, if one has.
func (t *Teller) End() error { return t.err }

// Heading begins a chapter.
func (t *Teller) Heading(text string) {
	t.print("\n" + text + "\n" + strings.Repeat("-", len(text)) + "\n")
}

// Say says something.
func (t *Teller) Say(format string, args ...any) { t.print(fmt.Sprintf(format, args...) + "\n") }

// Apply applies a manifest.
func (t *Teller) Apply(yaml []byte, changes ...func(model.Object)) {
	if t.err != nil {
		return
	}
	m, err := manifest.Parse(yaml)
	if err != nil {
		t.err = err
		return
	}
	for _, o := range m.Objects {
		for _, change := range changes {
			change(o)
		}
	}
	t.Do(sim.Apply{Objects: m.Objects})
}

// Do does something to the world. The trace tells it, with the next chapter of
// events.
func (t *Teller) Do(op sim.Operation) {
	if t.err == nil {
		t.err = t.C.Do(op)
	}
}

// Settle lets the world come to rest, tells what has happened since, and what it waits
// for, if it does.
func (t *Teller) Settle() {
	if t.err != nil {
		return
	}
	outcome := t.C.Settle()
	t.Since()
	if outcome.State != sim.Settled {
		t.print(outcome.String())
	}
}

// Run lets time pass and tells what has happened since.
func (t *Teller) Run(d time.Duration) {
	if t.err == nil {
		t.C.Run(d)
		t.Since()
	}
}

// Since tells what has happened since it was told last.
func (t *Teller) Since() {
	t.print(t.C.TraceFrom(t.at).String())
	t.at = t.C.TraceLen()
}

// Skip leaves untold what has happened since something was told last.
func (t *Teller) Skip() { t.at = t.C.TraceLen() }

// Show prints what a command prints.
func (t *Teller) Show(command string, what fmt.Stringer) {
	t.print("$ " + command + "\n" + what.String())
}

func (t *Teller) print(text string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.out, text)
	}
}
