package sweep

import (
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// Measure is what all lives together say about one field of what a life returns.
type Measure struct {
	// Name is the field's name, as words: "longest outage".
	Name   string
	column column
	values histogram
}

// Interval is a number that was estimated, and the bounds between which the true one
// lies, with a confidence of 95 %.
type Interval struct{ Estimate, Low, High float64 }

// z is how many standard deviations are to both sides of the mean in 95 % of all cases.
var z = distuv.UnitNormal.Quantile(0.975)

// wilson is the rate of successes among n trials, with Wilson's interval: unlike the one in
// textbooks it is right for rates near 0 and 1 too, and for few trials.
func wilson(successes, n int64) Interval {
	if n == 0 {
		return Interval{math.NaN(), 0, 1}
	}
	p, m := float64(successes)/float64(n), float64(n)
	center := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	out := Interval{Estimate: p, Low: max(0, center-half), High: min(1, center+half)}
	if successes == 0 {
		out.Low = 0
	}
	if successes == n {
		out.High = 1
	}
	return out
}

// Lives is of how many lives this is known.
func (m *Measure) Lives() int64 { return m.values.total() }

// Rate is in how many of the lives a bool was true. Of other measures it is in how many it
// was not [Never].
func (m *Measure) Rate() Interval {
	if m.column.kind == rate {
		return wilson(int64(m.values.sum[0]), m.values.total())
	}
	return wilson(m.values.n, m.values.total())
}

// Never is in how many lives it never happened.
func (m *Measure) Never() int64 { return m.values.never }

// Mean is the mean over the lives in which it happened.
func (m *Measure) Mean() time.Duration { return time.Duration(m.values.mean()) }

// Quantile is the value that the share q of all lives does not exceed: 0.5 for the median,
// 1 for the largest. It is exact to a thousandth, and [Never] if so many lives never got
// there. Low and high bound the quantile of all lives that there could be, with a confidence
// of 95 %; they are values at ranks around it, and suppose nothing about the distribution.
func (m *Measure) Quantile(q float64) (value, low, high time.Duration) {
	h := &m.values
	if h.total() == 0 {
		return Never, Never, Never
	}
	if q >= 1 {
		value = time.Duration(h.at(h.total()))
		return value, value, Never
	}
	n := float64(h.total())
	half := z * math.Sqrt(n*q*(1-q))
	lowRank := max(1, int64(math.Floor(n*q-half)))
	highRank := min(h.total(), int64(math.Ceil(n*q+half))+1)
	return time.Duration(h.at(h.rankOf(q))), time.Duration(h.at(lowRank)), time.Duration(h.at(highRank))
}

// Shares yields the distribution: each value that was seen, the least first, and the share
// of all lives in which it was at most that. What never happened is not among them, so that the
// last share may be less than 1.
func (m *Measure) Shares(yield func(value time.Duration, share float64) bool) {
	seen := int64(0)
	for value, n := range m.values.each {
		seen += n
		if !yield(time.Duration(value), float64(seen)/float64(m.values.total())) {
			return
		}
	}
}

// say is a value of the measure in words.
func (m *Measure) say(value time.Duration) string {
	switch {
	case value == Never:
		return "never"
	case m.column.kind == count:
		return fmt.Sprint(int64(value))
	default:
		return sayDuration(value)
	}
}

// sayDuration leaves out what is not known: digits beyond the third.
func sayDuration(d time.Duration) string {
	unit := time.Nanosecond
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
}

// sayRate is a rate with its interval.
func sayRate(r Interval) string {
	return fmt.Sprintf("%s [%s, %s]", percent(r.Estimate), percent(r.Low), percent(r.High))
}

func percent(p float64) string { return fmt.Sprintf("%.4g%%", 100*p) }
