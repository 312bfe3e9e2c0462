package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// A prober is a kubelet's probe worker as it is written: it wakes up every period and
// asks. The probes of the simulator, which ask nothing, have to reach the same verdicts
// at the same instants.
type prober struct {
	spec     *model.Probe
	times    int32
	last     bool
	answered bool
	verdict  bool
}

// ask is one question and its answer; it reports whether the verdict changes.
func (p *prober) ask(yes bool) bool {
	if p.answered && p.last == yes {
		p.times++
	} else {
		p.last, p.times, p.answered = yes, 1, true
	}
	if p.verdict == yes || yes && p.times < max(p.spec.SuccessThreshold, 1) || !yes && p.times < p.spec.FailureThreshold {
		return false
	}
	p.verdict = yes
	return true
}

// change is a program that hangs from an instant on, or does not any more.
type change struct {
	at   time.Duration
	hung bool
}

// answer is what a question at an instant is answered, and when: a program that hangs
// answers if it recovers within the timeout.
func answer(changes []change, at, timeout time.Duration) (yes bool, when time.Duration) {
	hung := false
	for _, c := range changes {
		if c.at <= at {
			hung = c.hung
		}
	}
	if !hung {
		return true, at
	}
	for _, c := range changes {
		if c.at > at && c.at <= at+timeout && !c.hung {
			return true, c.at
		}
	}
	return false, at + timeout
}

func drawProbe(t *rapid.T) *model.Probe {
	return &model.Probe{
		Handler:             `{"exec":{"command":["true"]}}`, // what is asked means nothing: the program answers
		InitialDelaySeconds: rapid.Int32Range(0, 20).Draw(t, "initialDelay"),
		Handler:             `{"tcpSocket":{"port":80}}`,
		PeriodSeconds:       rapid.Int32Range(1, 12).Draw(t, "period"),
		TimeoutSeconds:      rapid.Int32Range(1, 4).Draw(t, "timeout"),
		SuccessThreshold:    1,
		FailureThreshold:    rapid.Int32Range(1, 5).Draw(t, "failureThreshold"),
	}
}

// drawChanges are instants at which a program hangs and recovers, in turn. They are no
// instants at which a probe asks, or gives up.
func drawChanges(t *rapid.T, from time.Duration) (out []change) {
	at := from
	for i := range rapid.IntRange(0, 12).Draw(t, "changes") {
		at += time.Duration(rapid.IntRange(0, 40_000).Draw(t, "wait"))*time.Millisecond + 7*time.Microsecond
		out = append(out, change{at, i%2 == 0})
	}
	return out
}

// The container of these worlds runs from here on, and its probes' periods begin here.
const (
	probedSandbox = 11 * time.Millisecond
	probedStart   = 2511 * time.Millisecond
)

// TestReadinessAsTicked holds the readiness of a container against a worker that ticks.
func TestReadinessAsTicked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := drawProbe(t)
		spec.SuccessThreshold = rapid.Int32Range(1, 3).Draw(t, "successThreshold")
		changes := drawChanges(t, 4*time.Second)
		var want []string
		p := prober{spec: spec}
		period, timeout := time.Duration(spec.PeriodSeconds)*time.Second, min(time.Duration(spec.TimeoutSeconds), time.Duration(spec.PeriodSeconds))*time.Second
		for at := probedStart; at < 10*time.Minute; at += period {
			if at < probedStart.Truncate(time.Second)+time.Duration(spec.InitialDelaySeconds)*time.Second {
				continue
			}
			yes, when := answer(changes, at, timeout)
			if at == probedStart {
				yes = false // it can serve half a second later
			}
			if p.ask(yes) {
				want = append(want, fmt.Sprint(when, yes))
			}
		}
		c := sim.New(sim.Config{})
		require.NoError(t, c.Apply(webSet(1, stateless, readiness(spec))))
		for _, change := range changes {
			var op sim.Operation = sim.Recover{Pod: "web-0"}
			if change.hung {
				op = sim.Hang{Pod: "web-0"}
			}
			require.NoError(t, c.At(change.at, op))
		}
		require.Equal(t, want, flips(c, 10*time.Minute), "%s", c.Trace())
	})
}

// flips lets a world go on and notes when web-0 becomes ready or is not any more.
func flips(c *sim.Cluster, until time.Duration) (out []string) {
	ready := false
	for time.Duration(c.Now()) < until && c.RunUntil(func(v sim.View) bool { return v.PodReady("web-0") != ready }, until-time.Duration(c.Now())) {
		ready = !ready
		if time.Duration(c.Now()) < until {
			out = append(out, fmt.Sprint(time.Duration(c.Now()), ready))
		}
	}
	return out
}

// TestLivenessAsTicked holds when a container is first killed against a worker that
// ticks.
func TestLivenessAsTicked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := drawProbe(t)
		kind := rapid.SampledFrom([]string{"liveness", "startup"}).Draw(t, "kind")
		changes := drawChanges(t, 3*time.Second)
		p := prober{spec: spec, verdict: kind == "liveness"}
		period, timeout := time.Duration(spec.PeriodSeconds)*time.Second, min(time.Duration(spec.TimeoutSeconds), time.Duration(spec.PeriodSeconds))*time.Second
		killed := ""
		for at := probedSandbox; at < 10*time.Minute; at += period {
			if at < probedStart || at < probedStart.Truncate(time.Second)+time.Duration(spec.InitialDelaySeconds)*time.Second {
				continue
			}
			yes, when := answer(changes, at, timeout)
			p.ask(yes)
			if kind == "startup" && yes {
				break
			}
			if !yes && p.times == spec.FailureThreshold {
				killed = fmt.Sprint(when)
				break
			}
		}
		change := liveness(spec)
		if kind == "startup" {
			change = startup(spec)
		}
		c := sim.New(sim.Config{})
		require.NoError(t, c.Apply(webSet(1, stateless, change, grace(10_000))))
		for _, change := range changes {
			var op sim.Operation = sim.Recover{Pod: "web-0"}
			if change.hung {
				op = sim.Hang{Pod: "web-0"}
			}
			require.NoError(t, c.At(change.at, op))
		}
		got := ""
		c.Run(10*time.Minute - time.Duration(c.Now()))
		for _, e := range c.Events("pod/web-0").Items {
			if e.Reason == "Killing" && got == "" {
				got = fmt.Sprint(time.Duration(e.At))
			}
		}
		require.Equal(t, killed, got, "%s", c.Trace())
	})
}
