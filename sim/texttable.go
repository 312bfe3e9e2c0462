package sim

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// textTable is a table of words.
type textTable struct {
	b strings.Builder
	w *tabwriter.Writer
}

func newTable(head ...string) *textTable {
	t := &textTable{}
	t.w = tabwriter.NewWriter(&t.b, 6, 4, 3, ' ', 0)
	t.row(head...)
	return t
}

func (t *textTable) row(cells ...string) {
	fmt.Fprintln(t.w, strings.Join(cells, "\t"))
}

func (t *textTable) String() string {
	t.w.Flush()
	lines := strings.Split(t.b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// inColumns makes columns of tabs, as `kubectl describe` and `kubectl rollout
// history` do: lines that follow each other share theirs.
//
// Source: kubectl pkg/describe/describe.go and pkg/polymorphichelpers/history.go,
// tabbedString.
func inColumns(text string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprint(w, text)
	w.Flush()
	return b.String()
}

// orNone is what kubectl prints for nothing in some columns.
func orNone(s string) string {
	if s == "" {
		return "<none>"
	}
	return s
}

// age is how long ago something was, as kubectl says it: the longer, the coarser.
//
// Source: apimachinery pkg/util/duration/duration.go, HumanDuration.
func age(now, then model.Instant) string {
	const minute, hour, day = 60, 60 * 60, 24 * 60 * 60
	const year = 365 * day
	s := int64(now.Sub(then) / time.Second)
	switch {
	case s < 2*minute:
		return amount(s, "s")
	case s < 10*minute:
		return amount(s/minute, "m") + rest(s%minute, "s")
	case s < 3*hour:
		return amount(s/minute, "m")
	case s < 8*hour:
		return amount(s/hour, "h") + rest(s%hour/minute, "m")
	case s < 2*day:
		return amount(s/hour, "h")
	case s < 8*day:
		return amount(s/day, "d") + rest(s%day/hour, "h")
	case s < 2*year:
		return amount(s/day, "d")
	case s < 8*year:
		return amount(s/year, "y") + rest(s%year/day, "d")
	default:
		return amount(s/year, "y")
	}
}

func amount(n int64, unit string) string { return strconv.FormatInt(n, 10) + unit }

// rest is the amount of a smaller unit; nothing if it is 0.
func rest(n int64, unit string) string {
	if n == 0 {
		return ""
	}
	return amount(n, unit)
}
