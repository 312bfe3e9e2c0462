package simtest

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// Faults lets rapid draw what goes wrong in a world, by a plan, and puts it there. Rapid can
// leave out each fault by itself, so what is left of a failing story is the faults that it
// takes. Where nobody can suffer by the plan there are none. It fails t if the plan is wrong.
func Faults(t *rapid.T, c *sim.Cluster, plan faults.Plan) faults.Drawn {
	t.Helper()
	all := drawFaults(t, c, plan)
	if err := all.Put(c); err != nil {
		t.Fatal(err)
	}
	return all
}

// drawFaults draws what goes wrong in a world from now on.
func drawFaults(t *rapid.T, c *sim.Cluster, plan faults.Plan) faults.Drawn {
	most := max(1, plan.Most)
	plan.Most = 1 // each is drawn by itself
	source, err := plan.For(c)
	all := faults.Drawn{Quiet: time.Duration(c.Now())}
	if errors.Is(err, faults.ErrNobody) {
		return all
	}
	if err != nil {
		t.Fatal(err)
	}
	one := rapid.Custom(func(t *rapid.T) mishap { return mishap{source.Draw(chooser(t))} })
	for _, drawn := range rapid.SliceOfN(one, 0, most).Draw(t, "faults") {
		all.Faults = append(all.Faults, drawn.Faults...)
		all.Quiet = max(all.Quiet, drawn.Quiet)
	}
	slices.SortStableFunc(all.Faults, func(a, b faults.Timed) int { return cmp.Compare(a.From, b.From) })
	return all
}

// mishap is what goes wrong, in words where rapid prints it.
type mishap struct{ faults.Drawn }

// GoString implements [fmt.GoStringer].
func (m mishap) GoString() string { return strings.TrimSuffix(m.String(), "\n") }

// chooser lets rapid choose.
func chooser(t *rapid.T) sim.Chooser {
	return sim.ChooserFunc(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
}
