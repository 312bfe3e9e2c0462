package explore

import (
	"math"
	"sync"
)

// visited are the states that were seen, with the fewest steps in which each was reached; also
// those that were out of reach, a step beyond the last. It is a table of hashes in parts, so that workers seldom wait for each other.
type visited struct {
	parts [64]part
}

type part struct {
	sync.Mutex
	keys  []uint64 // 0 is free; a power of two of them
	steps []uint32
	count int
}

// never is in how many steps a state was reached that was not.
const never = math.MaxUint32

// reach notes that a state was reached in so many steps. It returns the fewest in which it
// was reached before.
func (v *visited) reach(key uint64, steps uint32) (before uint32) {
	if key == 0 {
		key = 1
	}
	p := &v.parts[key>>58]
	p.Lock()
	defer p.Unlock()
	if 4*(p.count+1) > 3*len(p.keys) {
		p.grow()
	}
	i := p.find(key)
	switch {
	case p.keys[i] == 0:
		p.keys[i], p.steps[i] = key, steps
		p.count++
		return never
	case steps < p.steps[i]:
		before, p.steps[i] = p.steps[i], steps
		return before
	}
	return p.steps[i]
}

// find is the place of a key, or the free one where it belongs.
func (p *part) find(key uint64) uint64 {
	mask := uint64(len(p.keys) - 1)
	i := key & mask
	for p.keys[i] != 0 && p.keys[i] != key {
		i = (i + 1) & mask
	}
	return i
}

func (p *part) grow() {
	keys, steps := p.keys, p.steps
	p.keys, p.steps = make([]uint64, max(64, 2*len(keys))), make([]uint32, max(64, 2*len(keys)))
	for i, key := range keys {
		if key != 0 {
			at := p.find(key)
			p.keys[at], p.steps[at] = key, steps[i]
		}
	}
}

// farthest is the number of steps to the state that takes most, of those within reach; and
// whether there are others.
func (v *visited) farthest(reach uint32) (most uint32, beyond bool) {
	for i := range v.parts {
		p := &v.parts[i]
		for at, key := range p.keys {
			switch {
			case key == 0:
			case p.steps[at] > reach:
				beyond = true
			default:
				most = max(most, p.steps[at])
			}
		}
	}
	return most, beyond
}
