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

// orNone is what kubectl prints for nothing in some columns.
func orNone(s string) string {
	if s == "" {
		return "<none>"
	}
	return s
}

// age is how long ago something was, as kubectl says it.
//
// Source: apimachinery pkg/util/duration/duration.go, HumanDuration.
func age(now, then model.Instant) string {
	d := now.Sub(then)
	seconds, minutes, hours := int(d.Seconds()), int(d.Minutes()), int(d.Hours())
	pair := func(a int, aUnit string, b int, bUnit string) string {
		if b == 0 {
			return strconv.Itoa(a) + aUnit
		}
		return strconv.Itoa(a) + aUnit + strconv.Itoa(b) + bUnit
	}
	switch {
	case seconds < 120:
		return strconv.Itoa(seconds) + "s"
	case minutes < 10:
		return pair(minutes, "m", seconds%60, "s")
	case minutes < 180:
		return strconv.Itoa(minutes) + "m"
	case hours < 8:
		return pair(hours, "h", minutes%60, "m")
	case hours < 48:
		return strconv.Itoa(hours) + "h"
	case hours < 8*24:
		return pair(hours/24, "d", hours%24, "h")
	default:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	}
}
