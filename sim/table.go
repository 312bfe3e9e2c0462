package sim

import (
	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
)

// row is what a table holds: a flat value that knows its name and whether it is
// in use.
type row interface {
	rowName() model.Name
	inUse() bool
}

// table holds the objects of one kind. A row stays at its place as long as the
// object exists, so that others may refer to it by a small integer; places are
// used again. Names are found by hashing.
type table[T row] struct {
	rows  []T
	free  []int32
	names flat.Index[model.Name]
	moves int64 // rows that were put in and taken out so far
}

// add puts a row in and returns its place. The name must be free.
func (t *table[T]) add(r T) int32 {
	var place int32
	if n := len(t.free); n > 0 {
		place, t.free = t.free[n-1], t.free[:n-1]
		t.rows[place] = r
	} else {
		place = int32(len(t.rows))
		t.rows = append(doubled(t.rows), r)
	}
	t.names.Put(r.rowName(), place)
	t.moves++
	return place
}

// doubled makes room for one more element by doubling: append alone enlarges long
// slices by a quarter, and then copies each element four times on its way.
func doubled[T any](s []T) []T {
	if len(s) < cap(s) || len(s) < 256 {
		return s
	}
	return append(make([]T, 0, 2*len(s)), s...)
}

// remove takes a row out.
func (t *table[T]) remove(place int32) {
	t.names.Delete(t.rows[place].rowName())
	var zero T
	t.rows[place] = zero
	t.free = append(t.free, place)
	t.moves++
}

// find returns the place of a name.
func (t *table[T]) find(n model.Name) (int32, bool) { return t.names.Get(n) }

// at is the row at a place.
func (t *table[T]) at(place int32) *T { return &t.rows[place] }

// len is the number of objects.
func (t *table[T]) len() int { return len(t.rows) - len(t.free) }

func (t *table[T]) copyFrom(src *table[T]) {
	t.rows = append(t.rows[:0], src.rows...)
	t.free = append(t.free[:0], src.free...)
	t.names.CopyFrom(&src.names)
	t.moves = src.moves
}

// all yields the places in use, in the order of the table.
func (t *table[T]) all(yield func(int32) bool) {
	for i := range t.rows {
		if t.rows[i].inUse() && !yield(int32(i)) {
			return
		}
	}
}
