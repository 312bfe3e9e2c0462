package policy

import "math/bits"

// mark is something that holds for a replica and that a plan looks for.
type mark int32

const (
	unsettled mark = iota // OrderedReady stops here: missing, failed, pending, terminating, not ready or not available
	todo                  // the replica's turn may do something: missing, failed, without a claim, without its identity
	outdated              // of another revision than the update's, and not terminating
	broken                // outdated and not available
	everyMark             // how many marks there are
)

// marks says of each replica, by its index from the first ordinal, which marks
// it carries. It finds the next one of a mark without a look at the others: a
// word holds 64 replicas and a summary word 4096.
//
// The words of all marks stand in one slice, interleaved, so that copying the
// marks of a small set is one copy.
type marks struct {
	words   []uint64 // words[w*everyMark+m] is word w of mark m
	summary []uint64 // summary[s*everyMark+m]: which words of the group s are not zero
}

func (ms *marks) reset(n int32) {
	words := (int(n) + 63) / 64 * int(everyMark)
	groups := (int(n) + 4095) / 4096 * int(everyMark)
	ms.words = cleared(ms.words, words)
	ms.summary = cleared(ms.summary, groups)
}

func (ms *marks) copyFrom(src *marks) {
	ms.words = append(ms.words[:0], src.words...)
	ms.summary = append(ms.summary[:0], src.summary...)
}

// grow makes room for n replicas; the new ones carry no mark.
func (ms *marks) grow(n int32) {
	ms.words = extended(ms.words, (int(n)+63)/64*int(everyMark))
	ms.summary = extended(ms.summary, (int(n)+4095)/4096*int(everyMark))
}

func (ms *marks) put(m mark, i int32, on bool) {
	w := int(i>>6)*int(everyMark) + int(m)
	s := int(i>>12)*int(everyMark) + int(m)
	if on {
		ms.words[w] |= 1 << (i & 63)
		ms.summary[s] |= 1 << (i >> 6 & 63)
		return
	}
	ms.words[w] &^= 1 << (i & 63)
	if ms.words[w] == 0 {
		ms.summary[s] &^= 1 << (i >> 6 & 63)
	}
}

func (ms *marks) has(m mark, i int32) bool {
	w := int(i>>6)*int(everyMark) + int(m)
	return w < len(ms.words) && ms.words[w]>>(i&63)&1 == 1
}

// next is the lowest replica from index i on that carries the mark; -1 if there is none.
func (ms *marks) next(m mark, i int32) int32 {
	w := int(i>>6)*int(everyMark) + int(m)
	if w >= len(ms.words) {
		return -1
	}
	if rest := ms.words[w] >> (i & 63); rest != 0 {
		return i + int32(bits.TrailingZeros64(rest))
	}
	word := i>>6 + 1
	for group := word >> 6; int(group)*int(everyMark) < len(ms.summary); group++ {
		sum := ms.summary[int(group)*int(everyMark)+int(m)]
		if group == word>>6 {
			sum = sum >> (word & 63) << (word & 63)
		}
		if sum != 0 {
			found := group<<6 + int32(bits.TrailingZeros64(sum))
			return found<<6 + int32(bits.TrailingZeros64(ms.words[int(found)*int(everyMark)+int(m)]))
		}
	}
	return -1
}

// prev is the highest replica up to index i that carries the mark; -1 if there is none.
func (ms *marks) prev(m mark, i int32) int32 {
	i = min(i, int32(len(ms.words)/int(everyMark))*64-1)
	if i < 0 {
		return -1
	}
	w := int(i>>6)*int(everyMark) + int(m)
	if rest := ms.words[w] << (63 - i&63); rest != 0 {
		return i - int32(bits.LeadingZeros64(rest))
	}
	word := i>>6 - 1
	for group := word >> 6; word >= 0 && group >= 0; group-- {
		sum := ms.summary[int(group)*int(everyMark)+int(m)]
		if group == word>>6 {
			sum = sum << (63 - word&63) >> (63 - word&63)
		}
		if sum != 0 {
			found := group<<6 + 63 - int32(bits.LeadingZeros64(sum))
			return found<<6 + 63 - int32(bits.LeadingZeros64(ms.words[int(found)*int(everyMark)+int(m)]))
		}
	}
	return -1
}

// cleared returns a slice of n zeros, in the given one if that has room.
func cleared(s []uint64, n int) []uint64 {
	s = extended(s[:0], n)
	clear(s)
	return s
}

// extended returns the slice with at least n elements; the new ones are zero.
func extended(s []uint64, n int) []uint64 {
	if n <= len(s) {
		return s
	}
	old := len(s)
	if n > cap(s) {
		s = append(make([]uint64, 0, max(n, 2*cap(s))), s...)
	}
	s = s[:n]
	clear(s[old:])
	return s
}
