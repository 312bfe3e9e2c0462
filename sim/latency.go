package sim

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// Latency is how long something takes: always the same, or drawn. The zero
// Latency stands for the default of the place where it is used.
//
// A Latency is drawn as a quantile: one choice among 1024 equal slices of its
// distribution. So a chooser that tries everything, or shrinks, has one number to
// try, and a smaller number is a shorter time.
type Latency struct {
	set       bool
	quantiles []time.Duration // ascending; the curve between them is straight. One alone is a fixed time.
}

const slices1024 = 1024

// Fixed is a latency that is always d.
func Fixed(d time.Duration) Latency { return Quantiles(d) }

// Between is a latency that is anything from shortest to longest, all alike.
func Between(shortest, longest time.Duration) Latency { return Quantiles(shortest, longest) }

// Quantiles is a latency given by points of its distribution at equal distances:
// the shortest time, ..., the median, ..., the longest time. Measured latencies
// come in this form, and no floating point is needed to draw from it. It panics
// if the points are negative or do not ascend.
func Quantiles(points ...time.Duration) Latency {
	if len(points) == 0 || points[0] < 0 || !slices.IsSorted(points) {
		panic(fmt.Sprintf("sim: the quantiles %v of a latency must be ascending and not negative", points))
	}
	return Latency{set: true, quantiles: slices.Clone(points)}
}

// or returns the latency, or the given default if it is the zero Latency.
func (l Latency) or(byDefault Latency) Latency {
	if l.set {
		return l
	}
	return byDefault
}

// String renders the latency by its quantiles: "500ms", "1s..3s", "10ms..50ms..2s".
func (l Latency) String() string {
	if len(l.quantiles) == 0 {
		return "default"
	}
	words := make([]string, len(l.quantiles))
	for i, q := range l.quantiles {
		words[i] = q.String()
	}
	return strings.Join(words, "..")
}

// ParseLatency reads what [Latency.String] writes; "default" is the zero Latency.
func ParseLatency(text string) (Latency, error) {
	if text == (Latency{}).String() {
		return Latency{}, nil
	}
	var points []time.Duration
	for word := range strings.SplitSeq(text, "..") {
		d, err := time.ParseDuration(word)
		if err != nil {
			return Latency{}, fmt.Errorf("sim: latency %q: %w", text, err)
		}
		points = append(points, d)
	}
	if points[0] < 0 || !slices.IsSorted(points) {
		return Latency{}, fmt.Errorf("sim: latency %q: the quantiles must be ascending and not negative", text)
	}
	return Quantiles(points...), nil
}

// Shortest is the shortest time that the latency can be; of the zero Latency it is -1, as nobody
// knows whose default it stands for.
func (l Latency) Shortest() time.Duration {
	if !l.set {
		return -1
	}
	return l.quantiles[0]
}

// varies reports whether a choice is needed.
func (l *Latency) varies() bool {
	return len(l.quantiles) > 1 && l.quantiles[0] != l.quantiles[len(l.quantiles)-1]
}

// positive reports whether the latency can be longer than nothing.
func (l *Latency) positive() bool { return l.quantiles[len(l.quantiles)-1] > 0 }

// at is the latency at slice k of 1024; k = 0 is the shortest and 1023 the longest.
func (l *Latency) at(k int) time.Duration {
	const last = slices1024 - 1
	stretch := uint64(k) * uint64(len(l.quantiles)-1)
	i, rest := int(stretch/last), stretch%last
	from := l.quantiles[i]
	if rest == 0 {
		return from
	}
	return from + time.Duration(uint64(l.quantiles[i+1]-from)/last*rest+uint64(l.quantiles[i+1]-from)%last*rest/last)
}

// mulHigh is the upper half of a×b.
func mulHigh(a, b uint64) uint64 {
	hi, _ := bits.Mul64(a, b)
	return hi
}
