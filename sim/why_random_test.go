package sim_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// seen is all that can be seen of a world, and how it came about.
type seen struct {
	fingerprint, hash uint64
	trace, pending    int
	events            int64
	choices           int
	reasons           []sim.Reason
}

func stateOf(c *sim.Cluster) seen {
	return seen{c.Fingerprint(), c.StateHash(), c.TraceLen(), c.Pending(), c.EventCount(), len(c.Choices()), c.Reasons()}
}

// TestWhyRandom asks in drawn worlds about everything that can wait. Asking changes nothing;
// what is foretold comes true, and each remedy does what is said of it.
func TestWhyRandom(t *testing.T) {
	stood := map[sim.Standing]int{}
	helped := 0
	rapid.Check(t, func(t *rapid.T) {
		config := ranges(rapid.Uint64().Draw(t, "seed"))
		config.PodsPerNode = rapid.SampledFrom([]int{0, 0, 3}).Draw(t, "podsPerNode")
		config.Latencies.Watch = rapid.SampledFrom([]sim.Latency{sim.Fixed(0), sim.Fixed(0), sim.Fixed(50 * time.Millisecond)}).Draw(t, "watch")
		config.Images = map[string]sim.Image{
			"B": {Stop: sim.Between(0, 20*time.Second), Ready: sim.Between(0, 5*time.Second)},
			"D": {Missing: true}, "P": {Boot: sim.Between(0, 3*time.Second)}, "S": {Run: sim.Between(0, 4*time.Second)},
		}
		s := &someone{t, sim.New(config), 0, nil}
		require.NoError(t, s.c.Apply(randomObjects()...))
		for range rapid.IntRange(1, 8).Draw(t, "deeds") {
			s.deed()
			s.c.Run(time.Duration(rapid.IntRange(0, 60_000).Draw(t, "run")) * time.Millisecond)
			target := s.waiter()
			before := stateOf(s.c)
			e, err := s.c.Why(target)
			require.Equal(t, before, stateOf(s.c))
			if err != nil {
				require.ErrorContains(t, err, "not found")
				continue
			}
			require.NotEmpty(t, e.String())
			stood[e.Standing]++
			helped += len(e.Remedies)
			require.Equal(t, e.Standing == sim.AsAsked, len(e.Chain) == 0, "%s", e)
			s.comesTrue(target, e)
		}
	})
	if !testing.Short() && !t.Failed() {
		t.Logf("%v, %d remedies", stood, helped)
		for _, standing := range []sim.Standing{sim.AsAsked, sim.Passing, sim.Stuck} {
			require.NotZero(t, stood[standing], "%s", standing)
		}
		require.NotZero(t, helped)
	}
}

// waiter draws something to ask about.
func (s *someone) waiter() string {
	targets := []string{"web", "near", "share", "free", "full", "node/node-0", "node/node-1", "pvc/shared"}
	for _, p := range s.c.Pods("").Items {
		targets = append(targets, "pod/"+p.Name)
	}
	return rapid.SampledFrom(targets).Draw(s.T, "target")
}

// comesTrue holds an explanation against what happens.
func (s *someone) comesTrue(target string, e sim.Explanation) {
	fork, err := s.c.Clone()
	require.NoError(s, err)
	if e.Standing == sim.Passing {
		require.False(s, stands(fork, target), "%s", e)
		fork.Run(e.Until.Sub(fork.Now()) - 1)
		require.False(s, stands(fork, target), "too early: %s", e)
		fork.Run(1)
		require.True(s, stands(fork, target), "%s\n%s", e, fork.Trace())
		return
	}
	fork.Run(e.At.Sub(fork.Now()))
	for _, r := range e.Remedies {
		cure, err := fork.Clone()
		require.NoError(s, err)
		if e.At > e.Now || len(r.Do) > 1 || e.Standing == sim.Held || !r.Settles {
			continue
		}
		require.NoError(s, cure.Do(r.Do[0]), "%s", e)
		cure.Run(r.After)
		require.True(s, stands(cure, target), "%s: %s\n%s", r, e, cure.Trace())
	}
}

// stands reports whether an object is what its spec asks for, or is gone.
func stands(c *sim.Cluster, target string) bool {
	e, err := c.Why(target)
	if err != nil {
		return true
	}
	return e.Standing == sim.AsAsked || e.Standing == sim.Held
}

// A Chooser of one's own is not asked for what is only tried, and a function that is pending
// is not called.
func TestWhyIsPrivate(t *testing.T) {
	asked := 0
	config := ranges(1)
	config.Chooser = sim.ChooserFunc(func(_ string, n int) int { asked++; return n - 1 })
	config.Images = map[string]sim.Image{"bad": {Missing: true}}
	c := sim.New(config)
	require.NoError(t, c.Apply(webSet(3, stateless, image("bad"))))
	looked, violated := 0, 0
	c.Always("calm", func(v sim.View) bool { looked++; return true })
	c.OnViolation(func(sim.Violation) { violated++ })
	c.Run(30 * time.Second)
	was, saw := asked, looked
	e, err := c.Why("web")
	require.NoError(t, err)
	require.Equal(t, sim.Stuck, e.Standing)
	require.Len(t, e.Remedies, 2, "%s", e)
	require.Equal(t, []int{was, saw, 0}, []int{asked, looked, violated})

	called := false
	require.NoError(t, c.At(time.Hour, sim.Func(func(*sim.Cluster) { called = true })))
	e, err = c.Why("web")
	require.NoError(t, err)
	require.ErrorIs(t, e.Untried, sim.ErrFunctionPending)
	require.Empty(t, e.Remedies)
	require.False(t, called)
	require.Contains(t, e.String(), "image bad cannot be pulled")
	require.Contains(t, e.String(), "; no remedy was tried: sim: a function is pending")
}

// A remedy is for the namespace of what it helps.
func TestWhyInANamespace(t *testing.T) {
	c := sim.New(sim.Config{})
	set := webSet(1, stateless)
	set.Namespace = "prod"
	require.NoError(t, c.Apply(set))
	c.Settle()
	require.NoError(t, c.Do(sim.Hang{Namespace: "prod", Pod: "web-0"}))
	_, err := c.Why("web")
	require.ErrorContains(t, err, "not found")
	e, err := c.Why("web", sim.InNamespace("prod"))
	require.NoError(t, err)
	require.Len(t, e.Remedies, 2, "%s", e)
	for _, r := range e.Remedies {
		fork, err := c.Clone()
		require.NoError(t, err)
		require.NoError(t, fork.Do(r.Do[0]))
		require.Equal(t, sim.Settled, fork.Settle().State)
	}
}

// What is not there is said as kubectl says it.
func TestWhyNot(t *testing.T) {
	c := formed(t, plain(1, model.OrderedReady))
	for target, words := range map[string]string{
		"db": `statefulsets.apps "db" not found`, "pod/web-7": `pods "web-7" not found`, "node/x": `nodes "x" not found`,
		"deploy/x": `deployments.apps "x" not found`, "pvc/x": `persistentvolumeclaims "x" not found`,
		"svc/web": "does not wait for anything", "foo/bar": `the server doesn't have a resource type "foo"`, "pod/": "must be a resource and a name",
	} {
		_, err := c.Why(target)
		require.ErrorContains(t, err, words)
	}
	_, err := c.Why("web", sim.InNamespace("other"))
	require.ErrorContains(t, err, "not found")
	require.False(t, errors.Is(err, sim.ErrFunctionPending))
}
