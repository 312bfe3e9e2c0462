// Package flat holds containers whose whole state is a slice of values, so that
// a world that is made of them is forked by copy calls.
package flat

// Key is what an [Index] can be keyed by.
type Key interface {
	comparable
	Hash() uint64
}

// Index is a map from keys to places in a table. Unlike Go's map it is copied by
// one copy call, and nobody can range over it, so that its order can never show.
// The zero Index is empty.
//
// It probes linearly, is at most three quarters full, and closes the gap when a
// key is deleted, so that it never has to be cleaned.
type Index[K Key] struct {
	entries []entry[K] // a power of two of them, or none
	count   int
}

type entry[K Key] struct {
	key   K
	place int32 // plus one; 0 marks a free entry
}

// Len is the number of keys.
func (x *Index[K]) Len() int { return x.count }

// Get returns the place of a key.
func (x *Index[K]) Get(key K) (place int32, ok bool) {
	if x.count == 0 {
		return 0, false
	}
	mask := uint64(len(x.entries) - 1)
	for i := key.Hash() & mask; ; i = (i + 1) & mask {
		e := &x.entries[i]
		if e.place == 0 {
			return 0, false
		}
		if e.key == key {
			return e.place - 1, true
		}
	}
}

// Put sets the place of a key.
func (x *Index[K]) Put(key K, place int32) {
	if 4*(x.count+1) > 3*len(x.entries) {
		x.grow()
	}
	mask := uint64(len(x.entries) - 1)
	for i := key.Hash() & mask; ; i = (i + 1) & mask {
		e := &x.entries[i]
		if e.place == 0 {
			*e = entry[K]{key, place + 1}
			x.count++
			return
		}
		if e.key == key {
			e.place = place + 1
			return
		}
	}
}

// Delete forgets a key.
func (x *Index[K]) Delete(key K) {
	if x.count == 0 {
		return
	}
	mask := uint64(len(x.entries) - 1)
	i := key.Hash() & mask
	for x.entries[i].key != key || x.entries[i].place == 0 {
		if x.entries[i].place == 0 {
			return
		}
		i = (i + 1) & mask
	}
	x.count--
	for gap := i; ; {
		i = (i + 1) & mask
		e := x.entries[i]
		if e.place == 0 {
			x.entries[gap] = entry[K]{}
			return
		}
		// The entry may move into the gap unless its home lies behind the gap.
		if home := e.key.Hash() & mask; (i-home)&mask >= (i-gap)&mask {
			x.entries[gap] = e
			gap = i
		}
	}
}

// Clear forgets all keys and keeps the memory.
func (x *Index[K]) Clear() {
	clear(x.entries)
	x.count = 0
}

// CopyFrom makes x equal to src, in x's own memory.
func (x *Index[K]) CopyFrom(src *Index[K]) {
	x.entries = append(x.entries[:0], src.entries...)
	x.count = src.count
}

func (x *Index[K]) grow() {
	old := x.entries
	x.entries = make([]entry[K], max(8, 2*len(old)))
	x.count = 0
	for _, e := range old {
		if e.place != 0 {
			x.Put(e.key, e.place-1)
		}
	}
}

// Mix spreads the bits of a number (the finalizer of MurmurHash3), for Hash methods.
func Mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return h
}
