package sweep_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/sim/sweep"
)

// pairs are lives of two stories: what each seed brings in either.
func compare(t require.TestingT, pairs [][2]life, file string) *sweep.Comparison {
	story := func(i int) func(uint64) life { return func(seed uint64) life { return pairs[seed][i] } }
	out, err := sweep.Compare(context.Background(), sweep.Config{Seeds: len(pairs), File: file},
		sweep.Story[life]{Name: "one", Life: story(0)}, sweep.Story[life]{Name: "the other", Life: story(1)})
	require.NoError(t, err)
	return out
}

func TestCompare(t *testing.T) {
	s := time.Second
	c := compare(t, [][2]life{
		{{Took: 5 * s}, {Took: 4 * s}},
		{{Took: 9 * s, Lost: true}, {Took: 7 * s}},
		{{Took: sweep.Never, Lost: true}, {Took: 6 * s}},
		{{Took: 3 * s, Starts: 1}, {Took: 3 * s, Starts: 4}},
		{{Took: 2 * s}, {Took: sweep.Never, Lost: true}},
	}, "")
	took := c.Difference("Took")
	require.EqualValues(t, 5, took.Seeds())
	require.Equal(t, 0.6, took.Less().Estimate)
	require.Equal(t, 0.2, took.More().Estimate)
	median, low, high := took.Quantile(0.5)
	require.Equal(t, -time.Second, median)
	require.Less(t, low, -10000*time.Hour, "one was never")
	require.Greater(t, high, 10000*time.Hour, "another is now")
	require.Equal(t, 0.0, took.Rate().Estimate, "one more ends, and one less")
	lost := c.Difference("lost")
	require.InDelta(t, -0.2, lost.Rate().Estimate, 1e-9)
	require.Less(t, lost.Rate().Low, -0.2)
	require.Greater(t, lost.Rate().High, 0.0)
	require.Equal(t, 0.2, c.Difference("starts").More().Estimate)
	require.Contains(t, c.String(), "the other instead of one, seed by seed")
	require.Panics(t, func() { c.Difference("luck") })
	require.Panics(t, func() {
		_, _ = sweep.Compare(context.Background(), sweep.Config{}, sweep.Story[life]{Name: "a"}, sweep.Story[life]{Name: "a"})
	})
}

// A story is not different from itself, and the other way round all differences are the
// other way round.
func TestCompareIsAntisymmetric(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) life {
		return life{
			Took: time.Duration(rapid.Int64Range(-1, 5000).Draw(t, "took")),
			Lost: rapid.Bool().Draw(t, "lost"), Starts: rapid.IntRange(0, 3).Draw(t, "starts"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		var pairs, back, same [][2]life
		for range rapid.IntRange(1, 50).Draw(t, "seeds") {
			a, b := one.Draw(t, "a"), one.Draw(t, "b")
			pairs, back, same = append(pairs, [2]life{a, b}), append(back, [2]life{b, a}), append(same, [2]life{a, a})
		}
		there, again, nothing := compare(t, pairs, ""), compare(t, back, ""), compare(t, same, "")
		for i := range there.Differences {
			d, e, n := &there.Differences[i], &again.Differences[i], &nothing.Differences[i]
			require.Equal(t, d.Less(), e.More())
			require.Equal(t, d.More(), e.Less())
			require.InDelta(t, d.Rate().Estimate, -e.Rate().Estimate, 1e-9)
			require.InDelta(t, d.Rate().Low, -e.Rate().High, 1e-9)
			value, low, high := d.Quantile(0.5)
			require.LessOrEqual(t, low, value)
			require.LessOrEqual(t, value, high)
			if len(pairs)%2 == 1 { // there is one in the middle
				mirrored, _, _ := e.Quantile(0.5)
				require.InDelta(t, float64(value), -float64(mirrored), max(1, float64(value)/1000, -float64(value)/1000))
			}
			require.Zero(t, n.Less().Estimate+n.More().Estimate+n.Rate().Estimate)
		}
	})
}

// The file has both stories, and a comparison goes on after it.
func TestComparisonsGoOn(t *testing.T) {
	var pairs [][2]life
	for seed := range uint64(60) {
		pairs = append(pairs, [2]life{lived(seed), lived(seed + 1000)})
	}
	file := filepath.Join(t.TempDir(), "both.csv")
	compare(t, pairs[:20], file)
	require.Equal(t, compare(t, pairs, "").String(), compare(t, pairs, file).String())
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(data), "seed,one.took_seconds,one.lost,one.starts,the_other.took_seconds,the_other.lost,the_other.starts\n"))
}

func ExampleCompare() {
	// Two ways to be served by one of two counters: on days on which there is a queue
	// at one, the other is faster by a minute.
	queue := func(seed uint64) time.Duration { return time.Duration(seed%7) * time.Minute }
	type visit struct {
		Took time.Duration
		Late bool
	}
	c, err := sweep.Compare(context.Background(), sweep.Config{Seeds: 700},
		sweep.Story[visit]{Name: "one counter", Life: func(seed uint64) visit {
			return visit{Took: queue(seed), Late: queue(seed) > 5*time.Minute}
		}},
		sweep.Story[visit]{Name: "both counters", Life: func(seed uint64) visit {
			return visit{Took: max(0, queue(seed)-time.Minute)}
		}})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(c)
	// Output:
	// one counter: 700 lives
	// MEASURE   RATE [95%]
	// late      14.29% [11.89%, 17.07%]
	// MEASURE   MEAN   MEDIAN [95%]        P90    P99    MOST   NEVER
	// took      3m0s   3m0s [3m0s, 3m0s]   6m0s   6m0s   6m0s   0
	//
	// both counters: 700 lives
	// MEASURE   RATE [95%]
	// late      0% [0%, 0.5458%]
	// MEASURE   MEAN   MEDIAN [95%]        P90    P99    MOST   NEVER
	// took      2m9s   2m0s [2m0s, 2m0s]   5m0s   5m0s   5m0s   0
	//
	// both counters instead of one counter, seed by seed
	// MEASURE   DIFFERENCE [95%]          LESS     SAME     MORE
	// took      -1m0s [-1m0s, -1m0s]      85.71%   14.29%   0%
	// late      -14.3% [-16.8%, -11.6%]   14.29%   85.71%   0%
}
