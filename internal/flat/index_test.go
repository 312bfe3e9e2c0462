package flat

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// number hashes badly on purpose, so that keys collide.
type number int32

func (n number) Hash() uint64 { return uint64(n) % 5 }

// An Index behaves as a map does, whatever is put and deleted in which order,
// and its copy does not follow it.
func TestIndexIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x, frozen Index[number]
		want, wantFrozen := map[number]int32{}, map[number]int32{}
		same := func(want map[number]int32, x *Index[number]) {
			require.Equal(t, len(want), x.Len())
			for n := range number(20) {
				place, ok := x.Get(n)
				wantPlace, wantOK := want[n]
				require.Equal(t, wantOK, ok, "key %d", n)
				require.Equal(t, wantPlace, place, "key %d", n)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				n, place := number(rapid.IntRange(0, 19).Draw(t, "key")), rapid.Int32Range(0, 99).Draw(t, "place")
				x.Put(n, place)
				want[n] = place
			},
			"delete": func(t *rapid.T) {
				n := number(rapid.IntRange(0, 19).Draw(t, "key"))
				x.Delete(n)
				delete(want, n)
			},
			"copy": func(*rapid.T) {
				frozen.CopyFrom(&x)
				clear(wantFrozen)
				for k, v := range want {
					wantFrozen[k] = v
				}
			},
			"": func(*rapid.T) {
				same(want, &x)
				same(wantFrozen, &frozen)
			},
		})
	})
}
