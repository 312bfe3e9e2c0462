package scenario

import (
	"slices"

	"pgregory.net/rapid"
)

// candidate is a kind of step that may come next, and how likely it is among the others.
type candidate struct {
	weight int
	draw   func(t *rapid.T) Step
}

// step draws a step.
func (d Draw) step(t *rapid.T, g *guess) Step {
	all := d.candidates(g)
	total := 0
	for _, c := range all {
		total += c.weight
	}
	n := upTo(t, "step", total-1)
	for _, c := range all {
		if n -= c.weight; n < 0 {
			return c.draw(t)
		}
	}
	panic("scenario: the weights do not add up")
}

// candidates are the steps that may come next. A wait comes first, for a failure to
// shrink to.
func (d Draw) candidates(g *guess) []candidate {
	c := &candidates{without: d.Without}
	c.add(1, Step{Op: Wait})
	c.progress(g)
	c.edits(g)
	c.troubles(g)
	if d.Profile.includes(Specs) {
		c.specs(g)
	}
	if d.Profile.includes(Full) {
		c.lives(g)
	}
	if d.Profile.includes(Wild) {
		c.wild(g, d)
	}
	c.blind()
	return c.all
}

type candidates struct {
	all     []candidate
	without []string
}

// add adds a step.
func (c *candidates) add(weight int, s Step) {
	c.drawn(weight, s.Op, func(*rapid.T) Step { return s })
}

// drawn adds a kind of step.
func (c *candidates) drawn(weight int, op string, draw func(*rapid.T) Step) {
	if !slices.Contains(c.without, op) {
		c.all = append(c.all, candidate{weight, draw})
	}
}

// progress are the steps by which a kubelet lets a rollout go on. Low ordinals are the
// likelier: with OrderedReady the others wait for them.
func (c *candidates) progress(g *guess) {
	for i, pod := range g.pods {
		weight := max(10, 40-6*i) * g.pace
		ordinal := int32(i)
		switch {
		case !pod.there:
		case pod.terminating:
			c.add(30*g.pace, Step{Op: Gone, Pod: ordinal})
		case !pod.node && !pod.running:
			c.add(weight, Step{Op: Run, Pod: ordinal})
		case !pod.ready:
			c.add(weight, Step{Op: Ready, Pod: ordinal})
		}
	}
}

// edits are the edits of the set that every profile has.
func (c *candidates) edits(g *guess) {
	c.drawn(6, Image, func(t *rapid.T) Step { return Step{Op: Image, Value: pick(t, "image", images)} })
	c.drawn(4, Scale, func(t *rapid.T) Step { return Step{Op: Scale, N: number(t, "replicas", 5)} })
	c.drawn(3, Partition, func(t *rapid.T) Step {
		return Step{Op: Partition, N: number(t, "partition", 4)}
	})
	c.drawn(1, Strategy, func(t *rapid.T) Step {
		return Step{Op: Strategy, Value: pick(t, "strategy", []string{"RollingUpdate", "OnDelete"})}
	})
}

// troubles are what happens to pods that are there.
func (c *candidates) troubles(g *guess) {
	for i, pod := range g.pods {
		ordinal := int32(i)
		if pod.ready {
			c.add(2, Step{Op: Unready, Pod: ordinal})
		}
		if pod.running {
			c.add(1, Step{Op: Fail, Pod: ordinal})
			c.add(1, Step{Op: Succeed, Pod: ordinal})
		}
		if pod.there {
			c.add(1, Step{Op: Delete, Pod: ordinal})
			c.add(1, Step{Op: Force, Pod: ordinal})
		}
	}
}

// specs are the steps of the profile Specs.
func (c *candidates) specs(g *guess) {
	seconds := func(t *rapid.T) int32 { return number(t, "seconds", 4) }
	c.drawn(2, Wait, func(t *rapid.T) Step { return Step{Op: Wait, N: seconds(t)} })
	c.drawn(2, MinReady, func(t *rapid.T) Step { return Step{Op: MinReady, N: seconds(t)} })
	c.drawn(2, Start, func(t *rapid.T) Step { return Step{Op: Start, N: number(t, "start", 3)} })
	c.drawn(2, MaxUnavailable, func(t *rapid.T) Step {
		return Step{Op: MaxUnavailable, Value: pick(t, "maxUnavailable", unavailable)}
	})
	c.drawn(3, Retention, func(t *rapid.T) Step { return Step{Op: Retention, Value: pick(t, "retention", retentions)} })
	for i, pod := range g.pods {
		ordinal := int32(i)
		if pod.there && !pod.released {
			c.add(1, Step{Op: Release, Pod: ordinal})
		}
		if pod.released {
			c.add(15, Step{Op: Adopt, Pod: ordinal})
		}
		if pod.there && !pod.node {
			c.add(1, Step{Op: Schedule, Pod: ordinal})
		}
	}
	if g.want.Claims > 0 {
		c.drawn(3, DeleteClaim, func(t *rapid.T) Step { return Step{Op: DeleteClaim, Claim: drawClaim(t, g)} })
	}
}

func drawClaim(t *rapid.T, g *guess) string {
	return ClaimName(upTo(t, "template", g.want.Claims-1), number(t, "ordinal", 5))
}

// lives are the steps of the profile Full.
func (c *candidates) lives(g *guess) {
	if g.exists {
		c.add(1, Step{Op: DeleteSet})
		c.add(1, Step{Op: OrphanSet})
		return
	}
	c.drawn(10, CreateSet, func(t *rapid.T) Step {
		return Step{Op: CreateSet, N: number(t, "replicas", 4), Value: pick(t, "image", images)}
	})
}

// wild are the steps of the profile Wild.
func (c *candidates) wild(g *guess, d Draw) {
	c.drawn(3, Strategy, func(t *rapid.T) Step { return Step{Op: Strategy, Value: pick(t, "strategy", d.strategies())} })
	c.add(2, Step{Op: RollingUpdate})
	c.add(2, Step{Op: Restart})
	c.drawn(6, FailWrite, func(t *rapid.T) Step {
		return Step{Op: FailWrite, N: 1 + number(t, "nth", 2), Value: pick(t, "write", g.orderedWrites())}
	})
	owner := func(t *rapid.T) string { return pick(t, "owner", []string{Other, Nobody}) }
	pod := func(t *rapid.T) int32 { return number(t, "pod", 4) }
	c.drawn(3, Unlabel, func(t *rapid.T) Step {
		return Step{Op: Unlabel, Pod: pod(t), Value: pick(t, "label", []string{LabelPodName, LabelRevision})}
	})
	c.drawn(3, OwnPod, func(t *rapid.T) Step { return Step{Op: OwnPod, Pod: pod(t), Value: owner(t)} })
	if g.want.Claims > 0 {
		c.drawn(5, OwnClaim, func(t *rapid.T) Step { return Step{Op: OwnClaim, Claim: drawClaim(t, g), Value: owner(t)} })
	}
}

// orderedWrites are the writes of which one can say which is the first and which the
// second. Parallel writes in batches, and Recreate deletes in batches, whose members go
// at once: which of them is the n-th is for the scheduler of goroutines to say.
func (g *guess) orderedWrites() []string {
	return slices.DeleteFunc(slices.Clone(Writes), func(write string) bool {
		switch {
		case g.want.PodManagementPolicy == "Parallel":
			return write != "update status"
		default:
			return g.want.Gates["StatefulSetRecreateStrategy"] && write == "delete pod"
		}
	})
}

// podOps are the steps for one pod that every profile has.
var podOps = []string{Run, Ready, Gone, Unready, Fail, Succeed, Delete, Force}

// blind is any step for any pod, whatever the guess: it may be wrong.
func (c *candidates) blind() {
	c.drawn(4, Run, func(t *rapid.T) Step {
		return Step{Op: pick(t, "blindly", podOps), Pod: number(t, "pod", maxOrdinal)}
	})
}
