package sim

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// The queue behaves as a list of timers, one for each entity and purpose, of which
// the first by (instant, order of arming) is taken. A copy does not follow it.
func TestQueueIsASortedListOfTimers(t *testing.T) {
	type key struct {
		purpose purpose
		entity  int32
	}
	rapid.Check(t, func(t *rapid.T) {
		var q, frozen queue
		var order uint64
		want := map[key]event{}
		draw := func(t *rapid.T) key {
			return key{purpose(rapid.IntRange(0, int(purposes)-1).Draw(t, "purpose")), rapid.Int32Range(0, 9).Draw(t, "entity")}
		}
		first := func() (best key, e event, ok bool) {
			for k, v := range want {
				if !ok || v.at < e.at || v.at == e.at && v.seq < e.seq {
					best, e, ok = k, v, true
				}
			}
			return best, e, ok
		}
		t.Repeat(map[string]func(*rapid.T){
			"arm": func(t *rapid.T) {
				k, at := draw(t), model.Instant(rapid.Int64Range(0, 20).Draw(t, "at"))
				order++
				q.arm(k.purpose, k.entity, at)
				want[k] = event{at: at, seq: order}
			},
			"cancel": func(t *rapid.T) {
				k := draw(t)
				q.cancel(k.purpose, k.entity)
				delete(want, k)
			},
			"pop": func(t *rapid.T) {
				k, e, ok := first()
				if !ok {
					t.Skip("empty")
				}
				got := q.pop()
				require.Equal(t, k, key{got.purpose, got.entity})
				require.Equal(t, e.at, got.at)
				delete(want, k)
			},
			"fork": func(*rapid.T) {
				frozen.copyFrom(&q)
				require.Equal(t, len(q.heap), len(frozen.heap))
				for len(frozen.heap) > 0 {
					frozen.pop()
				}
			},
			"": func(t *rapid.T) {
				require.Equal(t, len(want), len(q.heap))
				for p := range purposes {
					for entity := range int32(10) {
						at, armed := q.armed(p, entity)
						e, wanted := want[key{p, entity}]
						require.Equal(t, wanted, armed)
						require.Equal(t, e.at, at)
					}
				}
			},
		})
	})
}

// Forks share what happened before them, and nothing after.
func TestTraceOfForks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		traces := make([]trace, 3)
		want := make([][]int64, 3)
		n := int64(0)
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				i := rapid.IntRange(0, 2).Draw(t, "trace")
				for range rapid.SampledFrom([]int{1, 3, fullSegment}).Draw(t, "records") {
					n++
					traces[i].add(record{a: n})
					want[i] = append(want[i], n)
				}
			},
			"fork": func(t *rapid.T) {
				from, to := rapid.IntRange(0, 2).Draw(t, "from"), rapid.IntRange(0, 2).Draw(t, "to")
				if from == to {
					t.Skip("a world is not forked onto itself")
				}
				traces[from].forkTo(&traces[to])
				want[to] = append([]int64(nil), want[from]...)
			},
			"": func(t *rapid.T) {
				for i := range traces {
					require.Equal(t, len(want[i]), traces[i].len())
					skip := rapid.IntRange(0, len(want[i])).Draw(t, "from")
					for j, r := range traces[i].from(skip) {
						require.Equal(t, want[i][skip+j], r.a)
					}
				}
			},
		})
	})
}

// A latency is its quantiles: drawn at the slices that they stand at it is exactly
// them, and between two of them it never leaves their range.
func TestLatencyIsItsQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.SliceOfN(rapid.Int64Range(0, 1<<60), 1, 9).Draw(t, "points")
		l := Quantiles(durations(sorted(points))...)
		last := l.at(0)
		require.Equal(t, l.quantiles[0], last)
		for k := range slices1024 {
			d := l.at(k)
			require.GreaterOrEqual(t, d, last)
			last = d
		}
		require.Equal(t, l.quantiles[len(l.quantiles)-1], last)
	})
}

func sorted(s []int64) []int64 {
	slices.Sort(s)
	return s
}

func durations(s []int64) []time.Duration {
	out := make([]time.Duration, len(s))
	for i := range s {
		out[i] = time.Duration(s[i])
	}
	return out
}

// The golden draws of some latencies: integers on every machine.
func TestLatencyIsGolden(t *testing.T) {
	uniform, skewed := Between(time.Second, 3*time.Second), Quantiles(time.Second, 2*time.Second, 10*time.Second)
	for _, row := range []struct {
		slice           int
		uniform, skewed time.Duration
	}{
		{0, 1000000000, 1000000000},
		{1, 1001955034, 1001955034},
		{511, 1999022482, 1999022482},
		{512, 2000977517, 2007820136},
		{1023, 3000000000, 10000000000},
	} {
		require.Equal(t, row.uniform, uniform.at(row.slice), "slice %d", row.slice)
		require.Equal(t, row.skewed, skewed.at(row.slice), "slice %d", row.slice)
	}
}
