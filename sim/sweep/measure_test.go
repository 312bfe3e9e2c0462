package sweep

import (
	"math"
	"reflect"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Wilson's intervals as they stand in the literature: Newcombe, Two-sided confidence
// intervals for the single proportion (1998), table I, method 3.
func TestWilson(t *testing.T) {
	for _, row := range []struct {
		successes, n int64
		low, high    float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
		{29, 29, 0.8830, 1},
	} {
		got := wilson(row.successes, row.n)
		require.InDelta(t, row.low, got.Low, 0.00006)
		require.InDelta(t, row.high, got.High, 0.00006)
		require.Equal(t, float64(row.successes)/float64(row.n), got.Estimate)
	}
	require.True(t, math.IsNaN(wilson(0, 0).Estimate))
}

// The slots of a histogram follow one another without a gap and are a thousandth wide.
func TestSlots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64Range(0, math.MaxInt64).Draw(t, "value")
		v >>= rapid.IntRange(0, 62).Draw(t, "smaller")
		d, s := slotOf(v)
		most := valueOf(d, s)
		require.GreaterOrEqual(t, most, v)
		require.LessOrEqual(t, most-v, v/1000)
		if most < math.MaxInt64 {
			next, first := slotOf(most + 1)
			require.True(t, next == d && first == s+1 || next == d+1 && first == 0 && s == slots-1)
		}
	})
}

// Quantiles, mean and shares are those of all values, to a thousandth.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 3000), rapid.Int64Range(0, math.MaxInt64), rapid.Just(int64(Never))), 1, 200).Draw(t, "values")
		m := Measure{column: column{kind: duration}}
		for _, v := range values {
			m.values.add(v)
		}
		sort.Slice(values, func(i, j int) bool { return uint64(values[i]) < uint64(values[j]) }) // Never is the largest
		for range 10 {
			q := rapid.Float64Range(0, 1).Draw(t, "q")
			want := values[min(max(int(math.Ceil(q*float64(len(values)))), 1), len(values))-1]
			got, low, high := m.Quantile(q)
			if want == int64(Never) {
				require.Equal(t, Never, got)
			} else {
				require.InDelta(t, float64(want), float64(got), float64(want)/1000)
			}
			require.LessOrEqual(t, uint64(low), uint64(got))
			require.LessOrEqual(t, uint64(got), uint64(high))
		}
		sum, n := 0.0, 0
		for _, v := range values {
			if v >= 0 {
				sum, n = sum+float64(v), n+1
			}
		}
		if n > 0 {
			require.InDelta(t, sum/float64(n), float64(m.Mean()), 1+sum*1e-9)
		}
		require.EqualValues(t, len(values)-n, m.Never())
		last := 0.0
		for v, share := range m.Shares {
			require.Greater(t, share, last)
			last = share
			at, _ := slices.BinarySearchFunc(values, int64(v), func(a, b int64) int {
				if uint64(a) <= uint64(b) {
					return -1
				}
				return 1
			})
			require.GreaterOrEqual(t, float64(at)/float64(len(values))+1e-9, share)
		}
		require.InDelta(t, float64(n)/float64(len(values)), last, 1e-9)
	})
}

// The intervals of quantiles hold as often as they promise: the seeds are fixed.
func TestIntervalsOfQuantiles(t *testing.T) {
	held, trials := 0, 1000
	for trial := range trials {
		var m Measure
		x := uint64(trial)
		for range 300 {
			x = x*6364136223846793005 + 1442695040888963407
			m.values.add(int64(x >> 33)) // of which the median is 2^30
		}
		_, low, high := m.Quantile(0.5)
		if low <= 1<<30 && high >= 1<<30 {
			held++
		}
	}
	require.InDelta(t, 0.95, float64(held)/float64(trials), 0.03)
}

// What a file has of a value is the value.
func TestTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := column{kind: rapid.SampledFrom([]kind{rate, duration, count}).Draw(t, "kind")}
		v := rapid.Int64Range(0, math.MaxInt64).Draw(t, "value")
		if c.kind == rate {
			v %= 2
		} else if c.kind == duration && rapid.Bool().Draw(t, "never") {
			v = int64(Never)
		}
		got, err := c.parse(c.text(v))
		require.NoError(t, err)
		require.Equal(t, v, got)
	})
	require.Equal(t, "longest outage", words("LongestOutage"))
	require.Equal(t, "longest_outage_seconds", column{name: "longest outage", kind: duration}.header())
	type all struct {
		A time.Duration
		B bool
		C int32
	}
	require.Equal(t, row{5, 1, 7}, rowOf(columnsOf(reflect.TypeFor[all]()), reflect.ValueOf(all{5, true, 7})))
}

func TestWords(t *testing.T) {
	require.Equal(t, "1,234,567", thousands(1234567))
	require.Equal(t, "999", thousands(999))
	require.Equal(t, "12.3s", sayDuration(12_345_678_901))
	require.Equal(t, "1h2m0s", sayDuration(time.Hour+2*time.Minute+3*time.Second+400*time.Millisecond))
	require.Equal(t, "123µs", sayDuration(123*time.Microsecond))
	m := Measure{column: column{kind: count}}
	require.Equal(t, "7", m.say(7))
	require.Equal(t, "never", m.say(Never))
}
