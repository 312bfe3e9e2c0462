package autoscaling

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// float is a double as the machine has it.
func float(d double) float64 { return math.Ldexp(float64(d.m), d.e) }

// The integers round as IEEE 754 does, to the last bit.
func TestDoubleIsFloat64(t *testing.T) {
	size := rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64Range(0, 1<<20), rapid.Int64Range(0, math.MaxInt64))
	count := rapid.OneOf(rapid.Int64Range(-50, 50), rapid.Int64Range(math.MinInt32, math.MaxInt32))
	rapid.Check(t, func(t *rapid.T) {
		a, b, n := size.Draw(t, "a"), size.Draw(t, "b")|1, count.Draw(t, "n")
		ratio := whole(a).over(whole(b))
		want := float64(a) / float64(b)
		require.Equal(t, want, float(ratio), "%d / %d", a, b)
		product := want * float64(n)
		require.Equal(t, product+0, float(ratio.times(n))+0, "%d / %d * %d", a, b, n)
		if math.Abs(product) < math.MaxInt32 {
			require.Equal(t, int32(math.Ceil(product)), ratio.times(n).up(), "ceil(%d / %d * %d)", a, b, n)
			require.Equal(t, int32(product), ratio.times(n).down(), "trunc(%d / %d * %d)", a, b, n)
		}
		c, d := size.Draw(t, "c"), size.Draw(t, "d")|1
		other := float64(c) / float64(d)
		require.Equal(t, want < other, ratio.compare(whole(c).over(whole(d))) < 0)
		require.Equal(t, want == other, ratio.compare(whole(c).over(whole(d))) == 0)

		part := rapid.Int64Range(0, 100_000).Draw(t, "part")
		milli, percent := float64(part)*0.001, float64(part)/100
		require.Equal(t, 1+milli, float(thousandths(int32(part)).onePlus()), "1 + %d/1000", part)
		require.Equal(t, 1-milli, float(thousandths(int32(part)).oneMinus()), "1 - %d/1000", part)
		require.Equal(t, 1+percent, float(whole(part).over(whole(100)).onePlus()), "1 + %d%%", part)
		require.Equal(t, 1-percent, float(whole(part).over(whole(100)).oneMinus()), "1 - %d%%", part)
	})
}

// What the rounding decides.
func TestRoundingDecides(t *testing.T) {
	for _, row := range []struct {
		rule      string
		want, got int32
	}{
		{"100% of 3%, times 30 pods, is a pod more than it should be", 1001, whole(100).over(whole(3)).times(30).up()},
		{"25 pods and 12% more are 29, not 28", 29, whole(12).over(whole(100)).onePlus().times(25).up()},
		{"90% less than 10 pods is none, not one", 0, whole(90).over(whole(100)).oneMinus().times(10).down()},
	} {
		require.Equal(t, row.want, row.got, row.rule)
	}
}
