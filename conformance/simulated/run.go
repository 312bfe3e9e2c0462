package simulated

import (
	"fmt"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// player plays one scenario.
type player struct {
	c      *sim.Cluster
	want   scenario.Set
	mark   int            // of the trace: what has been counted
	pods   scenario.Lives // how many there have been
	claims scenario.Lives
	lives  scenario.Lives // of pods, at the last reading
}

// Run plays a scenario and returns what there is after the set was created and after
// each step: one state more than there are steps, or fewer if the last is endless. It
// panics if Ordinal does not know the release or a gate of the scenario.
func Run(spec scenario.Spec, steps []scenario.Step) []scenario.State {
	states, _ := play(spec, steps, len(steps))
	return states
}

// Story plays the first n steps of a scenario and returns what happened in the last of
// them, in words; with n 0, when the set was created.
func Story(spec scenario.Spec, steps []scenario.Step, n int) string {
	_, story := play(spec, steps, n)
	return story
}

// play plays the first n steps; the story is that of the last of them.
func play(spec scenario.Spec, steps []scenario.Step, n int) (states []scenario.State, story string) {
	p := &player{
		c: sim.New(sim.Config{
			Manual: true, Release: releaseOf(spec), Latencies: sim.Latencies{Collect: sim.Fixed(collected)},
		}),
		want: scenario.NewSet(spec), pods: scenario.Lives{}, claims: scenario.Lives{},
	}
	must(p.c.Create(p.set()))
	begin := 0
	for i := range n + 1 {
		if i > 0 {
			p.c.Run(scenario.Rest)
			begin = p.c.TraceLen()
			p.do(steps[i-1])
		}
		p.pass(scenario.Settle)
		state := p.state()
		states = append(states, state)
		if len(state.Endless) > 0 {
			break
		}
	}
	return states, tail(p.c.TraceFrom(begin)).String()
}

// tail is the end of a story: as much as a reader can take in.
func tail(s sim.Story) sim.Story { return s[max(0, len(s)-30):] }

// collected is how long the garbage collector and the protection of claims take. On
// the real side they look every tenth of a second: long enough for the controller to
// have tried before, and to have failed.
const collected = 20 * time.Millisecond

// releaseOf is the Kubernetes of a spec.
func releaseOf(spec scenario.Spec) release.Release {
	version := spec.Release
	if version == "1.35" {
		version = "1.35.4" // the patch release that the real side has
	}
	if version == "" {
		version = "1.37"
	}
	words := []string{version}
	for _, gate := range spec.GateNames() {
		words = append(words, fmt.Sprintf("%s=%t", gate, spec.Gates[gate]))
	}
	r, err := release.Parse(strings.Join(words, " "))
	must(err)
	return r
}

// must is for what can only fail if this package is wrong.
func must(err error) {
	if err != nil {
		panic("simulated: " + err.Error())
	}
}

// pass lets time pass: now and then the controller is made to look at the set once more.
func (p *player) pass(d time.Duration) {
	begin := p.c.Now()
	for at := scenario.First; at < d; at += scenario.Every {
		p.c.Run(time.Duration(begin) + at - time.Duration(p.c.Now()))
		_ = p.c.Resync(setName) // an error if there is no set
	}
	p.c.Run(time.Duration(begin) + d - time.Duration(p.c.Now()))
}
