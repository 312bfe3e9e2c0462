package simtest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/sim"
)

// Option says how a drawn world is to be. The order of options does not matter.
type Option func(*options)

type options struct {
	config     sim.Config
	nodes      int
	varying    bool
	order      bool
	conditions []condition
	drawn      func(*sim.Config) // what is drawn where nothing is said
}

// Nodes is how many nodes the world has, instead of what its Config says.
func Nodes(n int) Option { return func(o *options) { o.nodes = n } }

// Config is how the world is set up, apart from its choices: those are rapid's,
// whatever Seed and Chooser say.
func Config(c sim.Config) Option { return func(o *options) { o.config = c } }

// VaryingLatencies lets latencies vary that are fixed in a calm world: from a fast
// cluster to a slow one, each time anew. Without it the only choices are those that
// the Config's own latencies ask for. It leaves alone what the Config sets, as well
// as the latencies of the controllers, which in a calm world are the same for all.
func VaryingLatencies() Option { return func(o *options) { o.varying = true } }

// AnyOrder lets rapid draw in which order the events of one instant happen, and which of
// equally good nodes a pod gets ([sim.Config].AnyOrder).
func AnyOrder() Option { return func(o *options) { o.order = true } }

// Cluster makes a world all of whose choices rapid draws, so that what fails is
// made smaller. It knows how [Images] behave. The world lives as long as the
// property that t belongs to; it and its forks draw from the same t, in the order
// in which they run.
//
// The first check of the world that fails fails t, and t says what the package's essay shows.
// Who would rather look at [sim.Cluster.Violations] calls c.OnViolation(nil).
func Cluster(t *rapid.T, opts ...Option) *sim.Cluster {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	c := o.config
	c.Chooser = chooser(t)
	if o.nodes > 0 {
		c.Nodes = o.nodes
	}
	c.AnyOrder = c.AnyOrder || o.order
	if o.varying {
		vary(&c.Latencies)
	}
	if o.drawn != nil {
		o.drawn(&c)
	}
	behaviours := Images()
	for image, behaviour := range c.Images { // into another map: no order shows
		behaviours[image] = behaviour
	}
	c.Images = behaviours
	world := sim.New(c)
	failsAtOnce(t, world)
	for _, condition := range o.conditions {
		condition.add(world)
	}
	return world
}

// vary gives a range to each latency that nobody has set. The shortest times are
// those of a fast machine that has everything at hand; the longest are ordinary bad
// days, short enough that no controller gives up.
func vary(l *sim.Latencies) {
	for _, v := range []struct {
		latency           *sim.Latency
		shortest, longest time.Duration
	}{
		{&l.Schedule, time.Millisecond, 2 * time.Second},
		{&l.Provision, 100 * time.Millisecond, 30 * time.Second},
		{&l.Expand, 100 * time.Millisecond, 30 * time.Second},
		{&l.Grow, time.Minute, 90 * time.Second},
		{&l.Attach, 100 * time.Millisecond, 30 * time.Second},
		{&l.Detach, time.Millisecond, 10 * time.Second},
		{&l.Pull, 100 * time.Millisecond, time.Minute},
		{&l.Start, 10 * time.Millisecond, 5 * time.Second},
		{&l.Ready, 10 * time.Millisecond, 20 * time.Second},
	} {
		if v.latency.String() == (sim.Latency{}).String() {
			*v.latency = sim.Between(v.shortest, v.longest)
		}
	}
}
