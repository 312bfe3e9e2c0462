package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A path leads from the top of an object to a field: strings are keys, ints are
// places in a list. Kept as steps, because a key may contain dots.
type path []any

// to returns the path one step further. It never shares what it appends.
func (p path) to(steps ...any) path {
	return append(p[:len(p):len(p)], steps...)
}

// String spells the path as the strict decoder of the API server does:
// "spec.template.spec.containers[0].image".
func (p path) String() string {
	var b strings.Builder
	for i, step := range p {
		switch step := step.(type) {
		case int:
			b.WriteString("[" + strconv.Itoa(step) + "]")
		case string:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step)
		}
	}
	return b.String()
}

// Place says where in a manifest something stands. Parts that are unknown are
// zero: an object that was not read from text has no lines.
type Place struct {
	File     string // as given to [Load] or [ReadFile]
	Document int    // counted from 1; documents without content do not count
	Line     int    // counted from 1, from the start of the file
	Path     string // the field, as the API server would name it
}

// String renders file, document and line: "web.yaml: document 2, line 7". It is
// empty when none of them is known.
func (p Place) String() string {
	var parts []string
	if p.Document > 0 {
		parts = append(parts, fmt.Sprintf("document %d", p.Document))
	}
	if p.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", p.Line))
	}
	where := strings.Join(parts, ", ")
	switch {
	case p.File == "":
		return where
	case where == "":
		return p.File
	default:
		return p.File + ": " + where
	}
}

func (p Place) prefix(message string) string {
	if where := p.String(); where != "" {
		return where + ": " + message
	}
	return message
}

// Warning is about something that the manifest says and the simulation ignores.
type Warning struct {
	Place
	Message string // a sentence that names the field
}

// String renders place and message on one line.
func (w Warning) String() string { return w.prefix(w.Message) }

// Error is one mistake in a manifest or a patch.
type Error struct {
	Place
	Message string // a sentence that names the field
}

// Error renders place and message on one line.
func (e *Error) Error() string { return e.prefix(e.Message) }

// Errors are all the mistakes of a manifest or a patch, in order of their lines.
// It is the error that [Parse] and its relatives return; errors.As finds it.
type Errors []*Error

// Error renders one mistake a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.Is and errors.As the single mistakes.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, one := range e {
		out[i] = one
	}
	return out
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Document, b.Document), cmp.Compare(a.Line, b.Line))
}

// ordered sorts the mistakes by line and makes them an error; nil if there are none.
func (e Errors) ordered() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b *Error) int { return comparePlaces(a.Place, b.Place) })
	return e
}
