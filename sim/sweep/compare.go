package sweep

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Story is one of two that are compared: its name, and how a life in it goes.
type Story[L any] struct {
	Name string
	Life func(seed uint64) L
}

// Comparison is what two stories with the same seeds say.
type Comparison struct {
	// Names are those of the stories.
	Names [2]string
	// Reports are what each of them says by itself.
	Reports [2]*Report
	// Differences has one for each measure: the second story against the first, seed by
	// seed.
	Differences []Difference
}

// Difference is how a measure differs between two lives of one seed.
type Difference struct {
	Name            string
	column          column
	shorter, longer histogram // by how much, in the second story
	same            int64
}

// Compare lives two stories with each seed, as [Run] does with one. A file has the columns
// of both.
func Compare[L any](ctx context.Context, c Config, a, b Story[L]) (*Comparison, error) {
	if a.Name == b.Name {
		panic("sweep: two stories are called " + a.Name)
	}
	columns := columnsOf(reflect.TypeFor[L]())
	out := &Comparison{Names: [2]string{a.Name, b.Name}, Reports: [2]*Report{newReport(columns), newReport(columns)}}
	for _, col := range columns {
		out.Differences = append(out.Differences, Difference{Name: col.name, column: col})
	}
	var both []column
	for _, name := range out.Names {
		for _, col := range columns {
			col.name = strings.ReplaceAll(name, " ", "_") + "." + col.name
			both = append(both, col)
		}
	}
	life := func(seed uint64) row {
		first, second := a.Life(seed), b.Life(seed)
		return append(rowOf(columns, reflect.ValueOf(first)), rowOf(columns, reflect.ValueOf(second))...)
	}
	err := run(ctx, c, both, life, func(r row) {
		out.Reports[0].add(r[:len(columns)])
		out.Reports[1].add(r[len(columns):])
		for i := range columns {
			out.Differences[i].add(r[i], r[len(columns)+i])
		}
	})
	return out, err
}

// add compares two lives of one seed.
func (d *Difference) add(a, b int64) {
	never := int64(Never)
	switch {
	case a == b:
		d.same++
	case b == never:
		d.longer.add(never)
	case a == never:
		d.shorter.add(never)
	case a < b:
		d.longer.add(b - a)
	default:
		d.shorter.add(a - b)
	}
}

// Seeds is how many pairs of lives were compared.
func (d *Difference) Seeds() int64 { return d.shorter.total() + d.same + d.longer.total() }

// Less is with which share of the seeds the second story has less: a shorter time, a
// smaller number, or false instead of true. A time that is not [Never] is shorter than one that is.
func (d *Difference) Less() Interval { return wilson(d.shorter.total(), d.Seeds()) }

// More is with which share of the seeds the second story has more.
func (d *Difference) More() Interval { return wilson(d.longer.total(), d.Seeds()) }

// Rate is how much more often a bool is true in the second story, or a time is not
// [Never]: the difference of the rates, with the interval of Agresti and Min for pairs.
func (d *Difference) Rate() Interval {
	gained, lost := float64(d.longer.total()), float64(d.shorter.total())
	if d.column.kind != rate { // to come to happen is to become shorter than never
		gained, lost = float64(d.shorter.never), float64(d.longer.never)
	}
	n := float64(d.Seeds())
	estimate := (gained - lost) / n
	gained, lost, n = gained+0.5, lost+0.5, n+2
	center := (gained - lost) / n
	half := z * math.Sqrt(gained+lost-(gained-lost)*(gained-lost)/n) / n
	return Interval{Estimate: estimate, Low: max(-1, center-half), High: min(1, center+half)}
}

// forever is the difference between a time and [Never].
const forever time.Duration = math.MaxInt64

// Quantile is the quantile q of what the second story has more than the first: 0.5 for the
// median difference, which is negative if it has less. The bounds are as in [Measure.Quantile].
// The longest and the shortest duration that there are stand for a difference to [Never].
func (d *Difference) Quantile(q float64) (value, low, high time.Duration) {
	n := d.Seeds()
	if n == 0 {
		return 0, -forever, forever
	}
	half := z * math.Sqrt(float64(n)*q*(1-q))
	at := func(rank float64) time.Duration { return d.at(min(max(int64(rank), 1), n)) }
	return at(math.Ceil(q * float64(n))), at(math.Floor(float64(n)*q - half)), at(math.Ceil(float64(n)*q+half) + 1)
}

// at is the difference of a rank, the most negative first.
func (d *Difference) at(rank int64) time.Duration {
	less := d.shorter.total()
	switch {
	case rank <= less:
		if by := d.shorter.at(less - rank + 1); by != int64(Never) {
			return -time.Duration(by)
		}
		return -forever
	case rank <= less+d.same:
		return 0
	}
	if by := d.longer.at(rank - less - d.same); by != int64(Never) {
		return time.Duration(by)
	}
	return forever
}

// Difference is the difference of a measure, whose name is as in [Report.Measure].
func (c *Comparison) Difference(name string) *Difference {
	i := slices.IndexFunc(c.Differences, func(d Difference) bool { return d.Name == name || d.Name == words(name) })
	if i < 0 {
		panic("sweep: nothing measures " + name)
	}
	return &c.Differences[i]
}

// String is both reports, and a table of the differences.
func (c *Comparison) String() string {
	var b strings.Builder
	for i, name := range c.Names {
		fmt.Fprintf(&b, "%s: %s\n", name, c.Reports[i])
	}
	fmt.Fprintf(&b, "%s instead of %s, seed by seed\n", c.Names[1], c.Names[0])
	t := tabwriter.NewWriter(&b, 0, 8, 3, ' ', 0)
	fmt.Fprintf(t, "MEASURE\tDIFFERENCE [95%%]\tLESS\tSAME\tMORE\n")
	for i := range c.Differences {
		d := &c.Differences[i]
		share := func(n int64) string { return percent(float64(n) / float64(d.Seeds())) }
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", d.Name, d.say(), share(d.shorter.total()), share(d.same), share(d.longer.total()))
	}
	t.Flush()
	return b.String()
}

// say is the difference of the rates, or the median difference, with its interval.
func (d *Difference) say() string {
	if d.column.kind == rate {
		r := d.Rate()
		points := func(p float64) string { return fmt.Sprintf("%+.3g%%", 100*p) }
		return fmt.Sprintf("%s [%s, %s]", points(r.Estimate), points(r.Low), points(r.High))
	}
	value, low, high := d.Quantile(0.5)
	return fmt.Sprintf("%s [%s, %s]", d.sayShift(value), d.sayShift(low), d.sayShift(high))
}

// sayShift is a difference in words, with its sign.
func (d *Difference) sayShift(by time.Duration) string {
	switch {
	case by == forever:
		return "never"
	case by == -forever:
		return "not never"
	case d.column.kind == count:
		return fmt.Sprintf("%+d", int64(by))
	case by > 0:
		return "+" + sayDuration(by)
	case by < 0:
		return "-" + sayDuration(-by)
	}
	return "0s"
}
