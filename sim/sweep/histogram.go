package sweep

import (
	"math"
	"math/bits"
)

// histogram counts values of at least 0 by their size, to a thousandth: it knows how
// many there are of each size, and their sum exactly. Its size does not depend on how many
// there are, and the order in which they come does not matter.
//
// Values below 2048 have a slot each. Above, each doubling is cut into 1024 slots.
type histogram struct {
	doublings [65 - slotBits][]int64 // those that are in use
	n         int64
	never     int64 // values of Never, which are longer than any other
	least     int64
	most      int64
	sum       [2]uint64 // 128 bits, the low ones first
}

const (
	slotBits = 10
	slots    = 1 << slotBits
)

// slotOf is where a value is counted.
func slotOf(value int64) (doubling, slot int) {
	if value < 2*slots {
		return int(value >> slotBits), int(value & (slots - 1))
	}
	shift := bits.Len64(uint64(value)) - slotBits - 1
	return shift + 1, int(value>>shift) & (slots - 1)
}

// valueOf is the largest value that is counted in a slot.
func valueOf(doubling, slot int) int64 {
	if doubling <= 1 {
		return int64(doubling<<slotBits | slot)
	}
	shift := doubling - 1
	return int64(uint64(slots|slot)<<shift | (1<<shift - 1))
}

// add counts a value.
func (h *histogram) add(value int64) {
	if value == int64(Never) {
		h.never++
		return
	}
	d, s := slotOf(value)
	if h.doublings[d] == nil {
		h.doublings[d] = make([]int64, slots)
	}
	h.doublings[d][s]++
	if h.n == 0 || value < h.least {
		h.least = value
	}
	h.most = max(h.most, value)
	h.n++
	var carry uint64
	h.sum[0], carry = bits.Add64(h.sum[0], uint64(value), 0)
	h.sum[1] += carry
}

// total is how many values there are, those of Never included.
func (h *histogram) total() int64 { return h.n + h.never }

// mean is the mean of the values other than Never, rounded down; 0 if there is none.
func (h *histogram) mean() int64 {
	if h.n == 0 {
		return 0
	}
	q, _ := bits.Div64(h.sum[1], h.sum[0], uint64(h.n))
	return int64(q)
}

// at is the value of a rank, from 1 for the least to total for the largest. It is at most
// a thousandth above the exact one, and Never if it is one that never happened.
func (h *histogram) at(rank int64) int64 {
	switch {
	case rank > h.n:
		return int64(Never)
	case rank <= 1:
		return h.least
	}
	for d, counts := range h.doublings {
		for s, n := range counts {
			if rank -= n; rank <= 0 {
				return min(valueOf(d, s), h.most)
			}
		}
	}
	panic("sweep: a histogram has lost values")
}

// rankOf is the rank of the quantile q: the least value that at least the share q of all
// values does not exceed.
func (h *histogram) rankOf(q float64) int64 {
	return min(max(int64(math.Ceil(q*float64(h.total()))), 1), h.total())
}

// each yields how many values there are in each slot that is in use, the least first.
func (h *histogram) each(yield func(value, n int64) bool) {
	for d, counts := range h.doublings {
		for s, n := range counts {
			if n > 0 && !yield(min(valueOf(d, s), h.most), n) {
				return
			}
		}
	}
}
