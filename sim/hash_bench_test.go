package sim_test

import (
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/sim"
)

// rolling is the world of a search in the middle of a rollout: a set of three with claims,
// its headless Service, three nodes.
func rolling(tb testing.TB) *sim.Cluster {
	c := sim.New(sim.Config{Nodes: 3})
	if err := c.Apply(disks(3)...); err != nil {
		tb.Fatal(err)
	}
	c.Settle()
	if err := c.SetImage("db", "db", "db:2"); err != nil {
		tb.Fatal(err)
	}
	c.Run(40 * time.Second)
	return c
}

// BenchmarkStateHash is what a search does for each state: it forks a world, lets an event
// happen and hashes what has come of it. The cost of the hash is the difference between the
// first two.
func BenchmarkStateHash(b *testing.B) {
	for _, hashed := range []bool{false, true} {
		b.Run(map[bool]string{false: "fork+step", true: "fork+step+hash"}[hashed], func(b *testing.B) {
			c, fork := rolling(b), sim.New(sim.Config{})
			if hashed {
				c.StateHash()
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := c.CopyTo(fork); err != nil {
					b.Fatal(err)
				}
				fork.Step()
				if hashed {
					fork.StateHash()
				}
			}
		})
	}
	b.Run("again", func(b *testing.B) {
		c := rolling(b)
		b.ReportAllocs()
		for b.Loop() {
			c.StateHash()
		}
	})
}
