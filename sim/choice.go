package sim

import (
	"fmt"
	"math/rand/v2"
)

// Chooser makes the choices of a world: every latency that varies, every tie and
// every drawn fault asks it. Choose returns a number from 0 to n-1; n is at least
// 1. The label says what the choice is about, for whoever reads the list.
//
// A world chooses with a generator seeded by Config.Seed unless Config.Chooser
// says otherwise. A Chooser of one's own belongs to the world and to its forks
// alike; forks that run at the same time need one each ([Cluster.SetChooser]).
type Chooser interface {
	Choose(label string, n int) int
}

// ChooserFunc makes a function a [Chooser].
type ChooserFunc func(label string, n int) int

// Choose implements [Chooser].
func (f ChooserFunc) Choose(label string, n int) int { return f(label, n) }

// Choice is one choice that was made: Picked out of N.
type Choice struct {
	Picked, N int
}

// Replay returns a Chooser that makes recorded choices once more
// ([Cluster.Choices]), and 0 after them. It panics if the world asks for another
// choice than the one that was recorded: then it is not the same world.
func Replay(choices []Choice) Chooser { return &replay{choices: choices} }

type replay struct {
	choices []Choice
	next    int
}

func (r *replay) Choose(label string, n int) int {
	if r.next >= len(r.choices) {
		return 0
	}
	c := r.choices[r.next]
	if c.N != n {
		panic(fmt.Sprintf("sim: choice %d (%s) is one of %d here and was one of %d when it was recorded", r.next, label, n, c.N))
	}
	r.next++
	return c.Picked
}

// choices is a world's source of choice. The seeded generator is a value, so
// that a fork goes on as its origin would have.
type choices struct {
	seeded rand.PCG
	custom Chooser
}

func seededChoices(seed uint64) choices {
	return choices{seeded: *rand.NewPCG(seed, 0x4f7264696e616c)} // "Ordinal"
}

// choose makes one choice. The seeded numbers are cut by multiplication; the bias
// of at most n/2^64 is the same on every machine.
func (c *choices) choose(label string, n int) int {
	if c.custom == nil {
		return int(mulHigh(c.seeded.Uint64(), uint64(n)))
	}
	k := c.custom.Choose(label, n)
	if k < 0 || k >= n {
		panic(fmt.Sprintf("sim: the Chooser picked %d of %d for %s", k, n, label))
	}
	return k
}
