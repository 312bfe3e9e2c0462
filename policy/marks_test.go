package policy

import (
	"testing"

	"pgregory.net/rapid"
)

// Marks behave as a map of bools does: also across the edges of words (64) and of
// groups of words (4096), and when they grow or are used again.
func TestMarksAreAMapOfBools(t *testing.T) {
	// Beside the edges, where mistakes live, any index.
	const limit = 3 * 4096
	index := rapid.OneOf(
		rapid.SampledFrom([]int32{0, 1, 62, 63, 64, 65, 127, 128, 4031, 4032, 4095, 4096, 4097, 4159, 4160, 8191, 8192, limit - 1}),
		rapid.Int32Range(0, limit-1),
	)
	anyMark := rapid.Map(rapid.Int32Range(0, int32(everyMark)-1), func(m int32) mark { return mark(m) })
	rapid.Check(t, func(t *rapid.T) {
		var ms, frozen marks
		room := int32(0)
		want, wantFrozen := [everyMark]map[int32]bool{}, [everyMark]map[int32]bool{}
		for m := range everyMark {
			want[m], wantFrozen[m] = map[int32]bool{}, map[int32]bool{}
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				i, m, on := index.Draw(t, "index"), anyMark.Draw(t, "mark"), rapid.Bool().Draw(t, "on")
				if i >= room {
					room = i + 1
					ms.grow(room)
				}
				ms.put(m, i, on)
				delete(want[m], i)
				if on {
					want[m][i] = true
				}
			},
			"reset": func(t *rapid.T) {
				room = rapid.SampledFrom([]int32{0, 64, 65, 4097}).Draw(t, "room")
				ms.reset(room)
				for m := range everyMark {
					clear(want[m])
				}
			},
			"copy": func(*rapid.T) {
				frozen.copyFrom(&ms)
				for m := range everyMark {
					clear(wantFrozen[m])
					for i := range want[m] {
						wantFrozen[m][i] = true
					}
				}
			},
			"": func(t *rapid.T) {
				m, i := anyMark.Draw(t, "asked mark"), index.Draw(t, "asked index")
				sameMarks(t, &ms, want[m], m, i)
				sameMarks(t, &frozen, wantFrozen[m], m, i)
			},
		})
	})
}

func sameMarks(t *rapid.T, ms *marks, want map[int32]bool, m mark, i int32) {
	t.Helper()
	next, prev := int32(-1), int32(-1)
	for j := range want { // the order does not show: least and greatest
		if j >= i && (next < 0 || j < next) {
			next = j
		}
		if j <= i && j > prev {
			prev = j
		}
	}
	if got := ms.has(m, i); got != want[i] {
		t.Fatalf("has(%d, %d) = %t of %v", m, i, got, want)
	}
	if got := ms.next(m, i); got != next {
		t.Fatalf("next(%d, %d) = %d, not %d, of %v", m, i, got, next, want)
	}
	if got := ms.prev(m, i); got != prev {
		t.Fatalf("prev(%d, %d) = %d, not %d, of %v", m, i, got, prev, want)
	}
}

// From every marked replica the next is found in one step, however far: a set of
// 100,000 replicas of which two are marked.
func TestMarksAreSparse(t *testing.T) {
	var ms marks
	const n = 100_000
	ms.grow(n)
	ms.put(broken, 17, true)
	ms.put(broken, n-1, true)
	for _, c := range []struct {
		what      string
		got, want int32
	}{
		{"the first", ms.next(broken, 0), 17},
		{"the one after it", ms.next(broken, 18), n - 1},
		{"none after the last", ms.next(broken, n), -1},
		{"the last", ms.prev(broken, n+5), n - 1},
		{"the one before it", ms.prev(broken, n-2), 17},
		{"none before the first", ms.prev(broken, 16), -1},
		{"before the beginning", ms.prev(broken, -1), -1},
		{"another mark", ms.next(todo, 0), -1},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, not %d", c.what, c.got, c.want)
		}
	}
}
