package sweep

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what all lives together say.
type Report struct {
	// Lives is how many there were: fewer than were asked for if the sweep was stopped.
	Lives int
	// Measures has one for each field of what a life returns, in their order.
	Measures []Measure
}

func newReport(columns []column) *Report {
	r := &Report{}
	for _, c := range columns {
		r.Measures = append(r.Measures, Measure{Name: c.name, column: c})
	}
	return r
}

// add counts one more life.
func (r *Report) add(values row) {
	r.Lives++
	for i, v := range values {
		r.Measures[i].values.add(v)
	}
}

// Measure is the measure of a name, or of a field's name: "longest outage" or
// "LongestOutage". It panics if there is none.
func (r *Report) Measure(name string) *Measure {
	i := slices.IndexFunc(r.Measures, func(m Measure) bool { return m.Name == name || m.Name == words(name) })
	if i < 0 {
		panic("sweep: nothing measures " + name)
	}
	return &r.Measures[i]
}

// String is a table of rates and one of quantiles.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s lives\n", thousands(r.Lives))
	r.table(&b, func(m *Measure) bool { return m.column.kind == rate }, "RATE [95%]", func(m *Measure) string { return sayRate(m.Rate()) })
	r.table(&b, func(m *Measure) bool { return m.column.kind != rate }, "MEAN\tMEDIAN [95%]\tP90\tP99\tMOST\tNEVER", quantiles)
	return b.String()
}

// table writes the measures of a kind.
func (r *Report) table(b *strings.Builder, shown func(*Measure) bool, heads string, line func(*Measure) string) {
	t := tabwriter.NewWriter(b, 0, 8, 3, ' ', 0)
	fmt.Fprintf(t, "MEASURE\t%s\n", heads)
	n := 0
	for i := range r.Measures {
		if m := &r.Measures[i]; shown(m) {
			fmt.Fprintf(t, "%s\t%s\n", m.Name, line(m))
			n++
		}
	}
	if n > 0 {
		t.Flush()
	}
}

// quantiles is a measure's line in a table.
func quantiles(m *Measure) string {
	median, low, high := m.Quantile(0.5)
	p90, _, _ := m.Quantile(0.9)
	p99, _, _ := m.Quantile(0.99)
	return fmt.Sprintf("%s\t%s [%s, %s]\t%s\t%s\t%s\t%s", m.say(m.Mean()), m.say(median), m.say(low), m.say(high),
		m.say(p90), m.say(p99), m.say(m.most()), thousands(int(m.Never())))
}

// most is the largest value of all; 0 if there is none.
func (m *Measure) most() time.Duration { return time.Duration(m.values.most) }

// thousands is a number with commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
