package workload

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// Promise is what a client was promised: that a record is on disk.
type Promise struct {
	Record   string
	Position int           // in the log, as the server said
	At       model.Instant // when the client was told
}

// line is a promise as a client notes it in a [File].
func (p Promise) line() string {
	return strconv.Itoa(p.Position) + " " + strconv.FormatInt(int64(p.At), 10) + " " + p.Record
}

// parsePromise reads a line back; ok is false if it is none.
func parsePromise(line string) (p Promise, ok bool) {
	position, rest, _ := strings.Cut(line, " ")
	at, text, ok := strings.Cut(rest, " ")
	n, err := strconv.Atoi(position)
	t, err2 := strconv.ParseInt(at, 10, 64)
	return Promise{Record: text, Position: n, At: model.Instant(t)}, ok && err == nil && err2 == nil
}

// Promises reads what a client has noted in a file (Client.Notes). Lines that are no
// promises it passes by.
func Promises(notes File) []Promise {
	var out []Promise
	for _, line := range notes.Records() {
		if p, ok := parsePromise(line); ok {
			out = append(out, p)
		}
	}
	return out
}

// String says what was promised.
func (p Promise) String() string {
	return fmt.Sprintf("%s, promised at +%.1fs as record %d", p.Record, float64(p.At)/1e9, p.Position)
}

// Lost are the promises that a log does not keep, in their order. Where in the log a
// record is does not matter.
func Lost(promises []Promise, log File) []Promise {
	kept := make(map[string]bool, log.Len())
	for text := range log.Backwards {
		kept[text] = true
	}
	var out []Promise
	for _, p := range promises {
		if !kept[p.Record] {
			out = append(out, p)
		}
	}
	return out
}
