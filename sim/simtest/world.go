package simtest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// Life says what rapid draws for a [World]. The zero Life is everything.
type Life struct {
	// Set draws the StatefulSet; nil means [StatefulSet].
	Set *rapid.Generator[*model.StatefulSet]
	// Operations draws what somebody does; nil means [Operation], to the set web.
	Operations *rapid.Generator[sim.Operation]
	// Most is how many operations there are at most; 0 means 10.
	Most int
	// Faults are what goes wrong by itself meanwhile, by a plan: with its zero value at
	// most one accident, within a minute. If its Kinds are empty and not nil, nothing does.
	Faults faults.Plan
	// Releases are those of Kubernetes that the world may be of, the plainest first; none
	// means all that package release knows, the newest first.
	Releases []release.Release
}

const mostOperations = 10

// World makes a world in which a life is to come: a set that has been applied with what it
// needs around it, and operations and faults that wait for their instants. Rapid draws all of
// it, how many nodes there are, the release, whether latencies vary and ties fall in any order;
// or what of it the options leave open. Let time pass in it, and hold it against what must be so.
//
//	c := simtest.World(t, simtest.Life{}, simtest.Check(checks.KeepsClaims()))
//	c.Settle()
//
// The smallest life is a set of no replicas in a calm world of one node and the newest
// release, to which nobody does anything. Mostly a life begins when the set has been rolled out,
// sometimes at once.
func World(t *rapid.T, life Life, opts ...Option) *sim.Cluster {
	t.Helper()
	c := Cluster(t, append([]Option{setting(t, life)}, opts...)...)
	set := rapid.Map(or(life.Set, StatefulSet()), func(set *model.StatefulSet) applied { return applied{set} }).Draw(t, "set")
	most := life.Most
	if most == 0 {
		most = mostOperations
	}
	// All is drawn before time passes, whose choices then stand last: rapid can leave those out.
	atOnce := rapid.Bool().Draw(t, "at once")
	deeds := rapid.SliceOfN(deed(or(life.Operations, Operation(setName))), 0, most).Draw(t, "operations")
	if err := c.Apply(Objects(set.StatefulSet)...); err != nil {
		t.Fatal(err)
	}
	var accidents faults.Drawn
	if life.Faults.Kinds == nil || len(life.Faults.Kinds) > 0 {
		life.Faults.Set = set.Name
		accidents = drawFaults(t, c, life.Faults)
	}
	if !atOnce {
		c.RunUntil(func(v sim.View) bool { return v.RolledOut(set.Name) }, 10*time.Minute)
	}
	now := time.Duration(c.Now())
	for i := range accidents.Faults {
		accidents.Faults[i].From += now
		accidents.Faults[i].Until += now
	}
	if err := accidents.Put(c); err != nil {
		t.Fatal(err)
	}
	for at := now; len(deeds) > 0; deeds = deeds[1:] {
		at += deeds[0].pause
		if err := c.At(at, deeds[0].do); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func or[T any](g, byDefault *rapid.Generator[T]) *rapid.Generator[T] {
	if g != nil {
		return g
	}
	return byDefault
}

// setting draws how the world is set up, where a Config leaves it open.
func setting(t *rapid.T, life Life) Option {
	nodes := rapid.IntRange(1, 3).Draw(t, "nodes")
	releases := life.Releases
	if len(releases) == 0 {
		releases = slices.Clone(release.Profiles())
		slices.Reverse(releases) // the newest is what a failure is shown on, if it fails there
	}
	of := rapid.SampledFrom(releases).Draw(t, "release")
	varying, order := rapid.Bool().Draw(t, "latencies vary"), rapid.Bool().Draw(t, "any order")
	return func(o *options) {
		o.drawn = func(c *sim.Config) {
			if c.Nodes == 0 {
				c.Nodes = nodes
			}
			if c.Release == 0 {
				c.Release = of
			}
			c.AnyOrder = c.AnyOrder || order
			if varying {
				vary(&c.Latencies)
			}
		}
	}
}

// applied is a set, in a word where rapid prints it: it stands in the story.
type applied struct{ *model.StatefulSet }

// GoString implements [fmt.GoStringer].
func (a applied) GoString() string {
	return fmt.Sprintf("sts/%s of %d", a.Name, a.Spec.DesiredReplicas())
}

// timed is an operation, and how long nobody has done anything before.
type timed struct {
	pause time.Duration
	do    sim.Operation
}

// GoString implements [fmt.GoStringer].
func (d timed) GoString() string { return fmt.Sprintf("after %v %v", d.pause, d.do) }

// deed draws an operation and its pause, which rapid leaves out together.
func deed(of *rapid.Generator[sim.Operation]) *rapid.Generator[timed] {
	return rapid.Custom(func(t *rapid.T) timed {
		return timed{pause: Pause().Draw(t, "pause"), do: of.Draw(t, "operation")}
	})
}
