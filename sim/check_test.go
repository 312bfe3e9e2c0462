package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// everything is all that a view shows, apart from the time and what is to come.
func everything(v sim.View) string {
	var b strings.Builder
	for s := range v.Sets {
		fmt.Fprintf(&b, "set %s %p %v %v %s %s %v %v %d\n", s.Name(), s.Spec(), s.Deleted(), s.Ordered(), s.UpdateRevision(), s.CurrentRevision(),
			s.HasRevision(s.CurrentRevision()) && s.NewestRevision() != "", s.Counted(), s.History())
		fmt.Fprintln(&b, s.Observed())
		for p := range s.Pods {
			index, in := s.Index(p.Ordinal())
			fmt.Fprintf(&b, "pod %s %d %v %s %s %v %v %v %v %s %s\n", p.Name(), index, in, p.Revision(), p.Phase(), p.Ended(), p.Ready(), p.Terminating(),
				p.Serving(), p.Node(), p.MissingClaim()+p.Mismounted())
		}
		fmt.Fprintln(&b, v.Ready(s.Name()), v.Replicas(s.Name()), v.Updated(s.Name()), v.Formed(s.Name()), v.RolledOut(s.Name()))
	}
	for r := range v.Running {
		fmt.Fprintln(&b, "runs", r.Pod(), r.Node(), r.Orphaned(), r.OfSet())
	}
	for m := range v.Misdirections {
		fmt.Fprintln(&b, m.Pod(), "is at", m.Addr(), "of", m.Holder())
	}
	return b.String()
}

// checkedWorld is a world with a check that sees everything, and with one that sees nothing
// and counts how often it is asked.
type checkedWorld struct {
	*sim.Cluster
	seen      string
	evaluated int
}

func (c *checkedWorld) watch() {
	c.Check(sim.Check{Name: "looks at everything", Broken: func(v sim.View) string {
		c.seen = everything(v)
		c.evaluated++
		return ""
	}})
}

// A check is evaluated whenever it could see a difference, and changes nothing.
func TestChecksSeeEveryChange(t *testing.T) {
	events, evaluated := int64(0), 0
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		world := func() *someone {
			config := ranges(seed)
			config.ReuseAddresses = sim.Fixed(0)
			config.Latencies.EndpointWatch = sim.Fixed(5 * time.Second)
			return &someone{T: t, c: sim.New(config)}
		}
		s := world()
		watched := &checkedWorld{Cluster: s.c}
		watched.watch()
		require.NoError(t, s.c.Apply(randomObjects()...))
		for range rapid.IntRange(1, 6).Draw(t, "deeds") {
			s.deed()
			require.Equal(t, everything(sim.ViewOf(s.c)), watched.seen, "after a deed:\n%s", s.c.Trace())
			until := s.c.Now().Add(time.Duration(rapid.IntRange(0, 30_000).Draw(t, "run")) * time.Millisecond)
			for n := 0; n < 60 && s.c.Now() < until && s.c.Step(); n++ {
				require.Equal(t, everything(sim.ViewOf(s.c)), watched.seen, "after an event:\n%s", s.c.Trace())
			}
		}
		events += s.c.EventCount()
		evaluated += watched.evaluated
	})
	t.Logf("%d events, %d evaluations", events, evaluated)
}

// With checks and without them the story is the same.
func TestChecksChangeNothing(t *testing.T) {
	story := func(prepare func(*sim.Cluster)) *sim.Cluster {
		c := sim.New(ranges(7))
		prepare(c)
		require.NoError(t, c.Apply(randomObjects()...))
		c.Run(time.Minute)
		require.NoError(t, c.Delete("pod/web-0"))
		c.Run(time.Minute)
		return c
	}
	plain := story(func(*sim.Cluster) {})
	checked := story(func(c *sim.Cluster) {
		(&checkedWorld{Cluster: c}).watch()
		c.Eventually("web is formed", time.Second, func(v sim.View) bool { return v.Formed("web") })
		c.Sometimes("web is formed", func(v sim.View) bool { return v.Formed("web") })
	})
	require.Equal(t, plain.Fingerprint(), checked.Fingerprint())
	require.Equal(t, plain.StateHash(), checked.StateHash())
	require.NotEmpty(t, checked.Violations())
}

// What nobody can see costs a check nothing: programs that talk to each other, and a
// minute that passes.
func TestChecksAreAskedWhenSomethingChanges(t *testing.T) {
	c := formed(t, plain(3, model.OrderedReady))
	asked, timed := 0, 0
	c.Always("counts", func(sim.View) bool { asked++; return true })
	c.Always("counts, and asks for the time", func(v sim.View) bool { timed++; return v.Now() >= 0 })
	require.Equal(t, []int{1, 1}, []int{asked, timed}, "at once")
	c.RestartController()
	require.Equal(t, []int{2, 2}, []int{asked, timed}, "the trace tells of it")
	c.Settle()
	require.Equal(t, 2, asked, "the controller finds nothing to do")
	require.Greater(t, timed, 2)
}

func TestAlways(t *testing.T) {
	c := sim.New(sim.Config{Nodes: 3})
	c.Always("no pod is ready", func(v sim.View) bool { return v.Ready("web") == 0 })
	c.Check(sim.Check{Name: "there are fewer than two pods", Broken: func(v sim.View) string {
		if n := v.Replicas("web"); n >= 2 {
			return fmt.Sprintf("there are %d", n)
		}
		return ""
	}})
	var told []sim.Violation
	c.OnViolation(func(v sim.Violation) { told = append(told, v) })
	require.NoError(t, c.Apply(plain(3, model.OrderedReady)))
	require.Empty(t, c.Violations())
	require.Equal(t, sim.Settled, c.Settle().State, "the world goes on")
	got := c.Violations()
	require.Equal(t, told, got)
	require.Len(t, got, 2, "each fails once")
	require.Equal(t, "+3.0s: no pod is ready, and that is not so", got[0].String())
	require.Equal(t, "there are 2", got[1].Why)
	require.Contains(t, c.Trace().String(), "check  there are fewer than two pods: broken, there are 2")
}

// A condition may fail for as long as it is given, to the nanosecond.
func TestEventually(t *testing.T) {
	ready := func(v sim.View) bool { return v.Ready("web") == 1 }
	took := time.Duration(0)
	for _, row := range []struct {
		words  string
		within func() time.Duration
		broken string
	}{
		{"never broken", func() time.Duration { return time.Hour }, ""},
		{"just in time", func() time.Duration { return took }, ""},
		{"not in time", func() time.Duration { return took - 1 }, fmt.Sprintf("that has not been so for %v", 3011*time.Millisecond-1)},
		{"at once", func() time.Duration { return 0 }, "that has not been so for 0s"},
	} {
		c := sim.New(sim.Config{})
		require.NoError(t, c.Apply(plain(1, model.OrderedReady)))
		c.Eventually("web-0 is ready", row.within(), ready)
		require.True(t, c.RunUntil(ready, time.Minute))
		took = time.Duration(c.Now())
		require.Equal(t, sim.Settled, c.Settle().State)
		if row.broken == "" {
			require.Empty(t, c.Violations(), row.words)
			continue
		}
		require.Len(t, c.Violations(), 1, row.words)
		require.Equal(t, row.broken, c.Violations()[0].Why)
		require.Equal(t, model.Instant(row.within()), c.Violations()[0].At)
	}
}

// Time that passes without an event counts too, and so does a rest that never ends.
func TestEventuallyWithoutEvents(t *testing.T) {
	three := func(v sim.View) bool { return v.Ready("web") == 3 }
	c := formed(t, plain(2, model.OrderedReady))
	c.Eventually("web has three pods", time.Minute, three)
	c.Run(time.Minute)
	require.Empty(t, c.Violations())
	c.Run(1)
	require.Len(t, c.Violations(), 1)

	c = formed(t, plain(2, model.OrderedReady))
	c.Eventually("web has three pods", time.Hour, three)
	c.RunUntil(three, time.Hour+1)
	require.Len(t, c.Violations(), 1)

	c = formed(t, plain(2, model.OrderedReady))
	c.Eventually("web has three pods", 1000*time.Hour, three)
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Contains(t, c.Violations()[0].Why, "that is not so, and the world is settled at")
	require.Panics(t, func() { c.Eventually("soon", -1, three) })
	c.Eventually("web has three pods, for ever and ever", 1<<63-1, three)
	c.Run(1000 * time.Hour)
	require.Len(t, c.Violations(), 1)
}

func TestSometimes(t *testing.T) {
	c := sim.New(sim.Config{})
	c.Sometimes("web-1 is ready", func(v sim.View) bool { return v.PodReady("web-1") })
	c.Sometimes("web-2 is ready", func(v sim.View) bool { return v.PodReady("web-2") })
	require.NoError(t, c.Apply(plain(2, model.OrderedReady)))
	require.Len(t, c.Unreached(), 2)
	c.Settle()
	require.Equal(t, []string{"web-2 is ready"}, c.Unreached())
	require.Empty(t, c.Violations())
}

// A fork takes the checks with it, and what becomes of them there stays there.
func TestForksHaveTheirOwnChecks(t *testing.T) {
	c := formed(t, plain(3, model.OrderedReady))
	c.Always("three pods are ready", func(v sim.View) bool { return v.Ready("web") == 3 })
	c.Eventually("two pods are ready", time.Second, func(v sim.View) bool { return v.Ready("web") >= 2 })
	c.Sometimes("no pod is ready", func(v sim.View) bool { return v.Ready("web") == 0 })
	one, err := c.Clone()
	require.NoError(t, err)
	other, err := c.Clone()
	require.NoError(t, err)
	require.NoError(t, one.Delete("pod/web-0"))
	require.NoError(t, other.Scale("web", 0))
	other.Settle()
	one.Settle()
	require.Len(t, one.Violations(), 1)
	require.Len(t, other.Violations(), 2)
	require.Empty(t, c.Violations())
	require.Len(t, one.Unreached(), 1)
	require.Empty(t, other.Unreached())
	require.Equal(t, "three pods are ready", one.Violations()[0].Check)
	require.Contains(t, other.Trace().String(), "two pods are ready: broken")
}

// Changes are those of the last event, with the pods as they were.
func TestChanges(t *testing.T) {
	var told []string
	c := sim.New(sim.Config{Nodes: 3})
	c.Check(sim.Check{Name: "listens", Broken: func(v sim.View) string {
		for change := range v.Changes {
			words := map[bool]string{false: "created", true: "deleted"}[change.Deleted]
			told = append(told, fmt.Sprintf("%s %s by controller %v, ready %v", change.Pod.Name(), words, change.ByController, change.Pod.Ready()))
		}
		return ""
	}})
	require.NoError(t, c.Apply(plain(2, model.Parallel)))
	c.Settle()
	require.NoError(t, c.Delete("pod/web-0"))
	c.Settle()
	require.NoError(t, c.Delete("pod/web-0", sim.Force()))
	c.Settle()
	require.NoError(t, c.Scale("web", 1))
	c.Settle()
	require.Equal(t, []string{
		"web-0 created by controller true, ready false", "web-1 created by controller true, ready false",
		"web-0 deleted by controller false, ready true", "web-0 created by controller true, ready false",
		"web-0 deleted by controller false, ready true", "web-0 created by controller true, ready false",
		"web-1 deleted by controller true, ready true",
	}, told)
}

// A check allocates nothing, whatever it asks of a world without surprises.
func TestViewsAllocateNothing(t *testing.T) {
	c := formed(t, plain(3, model.OrderedReady))
	v := sim.ViewOf(c)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for s := range v.Sets {
			for p := range s.Pods {
				_, _, _ = p.Available(s.Spec().MinReadySeconds), p.Phase(), p.Revision() == s.UpdateRevision()
			}
			_, _, _ = s.Counts() == s.Counted(), s.History(), s.Healthy(1)
		}
		for r := range v.Running {
			for other := range v.Running {
				_ = r.SameIdentity(other)
			}
		}
		for change := range v.Changes {
			_ = change.Deleted
		}
		_, _, _ = v.RolledOut("web"), v.Ready("web"), v.PodReady("web-0")
	}))
}
