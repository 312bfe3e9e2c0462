package sweep

import (
	"fmt"
	"sync"

	"github.com/ordinal-sim/ordinal/sim"
)

// Forks makes lives of one world, for [Run] and [Compare]: each begins as a fork of that world
// and goes on with its own seed ([sim.Cluster.Reseed]). What all lives have in common, such as
// the rollout that came before, is lived once; and a life is lived in the memory of one that is
// over, so that it leaves nothing behind. A life must not keep the Cluster.
//
// The world itself stays as it is, and may go on: lives are those of the world as it was. A
// Chooser of its own they do not have. A few of the first lives are rehearsed, to learn which
// names there are. It is an error if the world cannot be forked.
func Forks[L any](world *sim.Cluster, life func(c *sim.Cluster, seed uint64) L) (func(seed uint64) L, error) {
	base, err := world.Clone()
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	base.SetChooser(nil)
	seal := new(sim.Cluster)
	if err := base.CopyTo(seal); err != nil { // the first fork writes to its origin; those that follow only read
		return nil, fmt.Errorf("sweep: %w", err)
	}
	warm(base, seal, life)
	over := sync.Pool{New: func() any { return new(sim.Cluster) }}
	over.Put(seal)
	return func(seed uint64) L {
		c := over.Get().(*sim.Cluster)
		if err := base.CopyTo(c); err != nil {
			panic("sweep: " + err.Error()) // it could be forked before
		}
		c.Reseed(seed)
		out := life(c, seed)
		over.Put(c)
		return out
	}, nil
}

// rehearsals are how many lives are lived to find out which names there are.
const rehearsals = 32

// warm lives a few lives, and lets the world know all names that they have met: those that
// follow learn nothing new, or little.
func warm[L any](base, memory *sim.Cluster, life func(*sim.Cluster, uint64) L) {
	defer func() { _ = recover() }() // it panics again in the sweep, which says with which seed
	for seed := range uint64(rehearsals) {
		_ = base.CopyTo(memory)
		memory.Reseed(seed)
		life(memory, seed)
		base.Learn(memory)
	}
}
