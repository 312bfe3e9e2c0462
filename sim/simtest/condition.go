package simtest

import (
	"time"

	"github.com/ordinal-sim/ordinal/sim"
)

// condition is a rule that holds a world against something, by its name.
type condition struct {
	name string
	add  func(*sim.Cluster)
}

// Check holds the world against rules, from its beginning on ([sim.Cluster.Check]).
func Check(checks ...sim.Check) Option {
	return func(o *options) {
		for _, check := range checks {
			o.conditions = append(o.conditions, condition{check.Name, func(c *sim.Cluster) { c.Check(check) }})
		}
	}
}

// Always holds the world against a condition of one's own, from its beginning on
// ([sim.Cluster.Always]).
func Always(name string, holds func(sim.View) bool) Option {
	return func(o *options) {
		o.conditions = append(o.conditions, condition{name, func(c *sim.Cluster) { c.Always(name, holds) }})
	}
}

// Eventually holds the world against a condition that may fail for a while, from its
// beginning on ([sim.Cluster.Eventually]).
func Eventually(name string, within time.Duration, holds func(sim.View) bool) Option {
	return func(o *options) {
		o.conditions = append(o.conditions, condition{name, func(c *sim.Cluster) { c.Eventually(name, within, holds) }})
	}
}
