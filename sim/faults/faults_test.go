package faults_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// world is a drawn set of which something can go wrong, with all of its pods there. Under
// Parallel it has a rollingUpdate block: without, a pod that is lost in a rollout may be created at
// the old revision and deleted at once, over and over, in Kubernetes too.
func world(t *rapid.T) *sim.Cluster {
	c := simtest.Cluster(t, simtest.Nodes(3))
	set := simtest.StatefulSet().Filter(func(s *model.StatefulSet) bool { return *s.Spec.Replicas > 0 }).Draw(t, "set")
	if strategy := &set.Spec.UpdateStrategy; strategy.Type == model.RollingUpdate && strategy.RollingUpdate == nil && set.Spec.PodManagementPolicy == model.Parallel {
		strategy.RollingUpdate = &model.RollingUpdateStrategy{Partition: new(int32)}
	}
	require.NoError(t, c.Apply(simtest.Objects(set)...))
	require.Equal(t, sim.Settled, c.Settle().State)
	return c
}

// three is a world of a set of three with claims.
func three(t require.TestingT, config sim.Config) *sim.Cluster {
	class, replicas, grace := "disks", int32(3), int64(5)
	labels := model.Labels{"app": "web"}
	c := sim.New(config)
	require.NoError(t, c.Apply(
		&model.StorageClass{ObjectMeta: model.ObjectMeta{Name: class}, Provisioner: "disk.csi.example.com"},
		&model.Service{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.ServiceSpec{
			ClusterIP: model.ClusterIPNone, Selector: labels, Ports: []model.ServicePort{{Name: "app", Port: 80}},
		}},
		&model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
			Replicas: &replicas, ServiceName: "web", Selector: &model.LabelSelector{MatchLabels: labels},
			Template: model.PodTemplateSpec{Labels: labels, Spec: model.PodSpec{
				TerminationGracePeriodSeconds: &grace, Containers: []model.Container{{Name: "app", Image: "app:1"}},
			}},
			VolumeClaimTemplates: []model.PersistentVolumeClaim{{ObjectMeta: model.ObjectMeta{Name: "data"}, Spec: model.PersistentVolumeClaimSpec{
				AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi, StorageClassName: &class,
			}}},
		}},
	))
	require.Equal(t, sim.Settled, c.Settle().State)
	return c
}

// rapidly draws with rapid.
func rapidly(t *rapid.T) sim.Chooser {
	return sim.ChooserFunc(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
}

// Every fault can be done, or is refused in words and changes nothing. Once all have stopped,
// a world in which only accidents happen becomes what its specs ask for, in the middle of a
// rollout or not; one in which users have a hand does, or says why not.
func TestFaultsStop(t *testing.T) {
	for _, row := range []struct {
		name  string
		kinds []faults.Kind
	}{{"accidents", faults.Accidents()}, {"all", faults.All()}} {
		t.Run(row.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				c := world(t)
				source, err := faults.Plan{Kinds: row.kinds, Set: "web", Most: 5, Within: 2 * time.Minute}.For(c)
				require.NoError(t, err)
				drawn := source.Draw(rapidly(t))
				if rapid.Bool().Draw(t, "rollout") {
					require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageSecond))
				}
				for _, d := range drawn.Deeds() {
					c.Run(d.At - time.Duration(c.Now()))
					before := c.StateHash()
					if err := c.Do(d.Do); err != nil {
						require.NotEmpty(t, err.Error())
						require.Equal(t, before, c.StateHash(), "%s: %v", d.Do, err)
					}
				}
				require.GreaterOrEqual(t, drawn.Quiet, time.Duration(c.Now()))
				c.Run(drawn.Quiet - time.Duration(c.Now()))
				out := c.Settle()
				require.NotEqual(t, sim.Limit, out.State, "%s\n%s\n%s", drawn, out, c.Trace())
				require.Equal(t, out.State == sim.Waiting, len(out.Reasons) > 0)
				if row.name == "accidents" {
					require.Equal(t, sim.Settled, out.State, "%s\n%s\n%s", drawn, out, c.Trace())
				}
			})
		})
	}
}

// Faults that are put into a world happen there as if somebody did them.
func TestPut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := three(t, sim.Config{Nodes: 3})
		source, err := faults.Plan{Kinds: faults.All(), Set: "web", Most: 4}.For(a)
		require.NoError(t, err)
		drawn := source.Draw(rapidly(t))
		b, err := a.Clone()
		require.NoError(t, err)
		require.NoError(t, drawn.Put(a))
		a.Run(drawn.Quiet - time.Duration(a.Now()))
		for _, d := range drawn.Deeds() {
			b.Run(d.At - time.Duration(b.Now()))
			_ = b.Do(d.Do)
		}
		require.Equal(t, a.Settle().State, b.Settle().State)
		if len(drawn.Faults) > 0 {
			require.ErrorContains(t, drawn.Put(a), "has passed")
		}
	})
}

// One list of choices makes the same world with the same faults; another seed makes others.
func TestOneListReplays(t *testing.T) {
	plan := faults.Plan{Kinds: faults.All(), Most: 5}
	live := func(c *sim.Cluster) (faults.Drawn, uint64) {
		source, err := plan.For(c)
		require.NoError(t, err)
		drawn := source.Draw(c)
		require.NoError(t, drawn.Put(c))
		require.NoError(t, c.SetImage("web", "app", "app:2"))
		c.Settle()
		return drawn, c.Fingerprint()
	}
	varying := sim.Config{Nodes: 3, Latencies: sim.Latencies{Ready: sim.Between(0, 10*time.Second), Pull: sim.Between(0, time.Minute)}}
	seen := map[string]bool{}
	for seed := range uint64(30) {
		config := varying
		config.Seed = seed
		first := three(t, config)
		drawn, print := live(first)
		config.Seed, config.Chooser = 999, sim.Replay(first.Choices())
		again, printed := live(three(t, config))
		require.Equal(t, drawn.String(), again.String())
		require.Equal(t, drawn.Quiet, again.Quiet)
		require.Equal(t, print, printed)
		seen[drawn.String()] = true
	}
	require.Greater(t, len(seen), 20)
}

// Each kind is drawn, and done without being refused where nothing else is wrong. No two
// faults are the same.
func TestEachKindIsDrawn(t *testing.T) {
	base := three(t, sim.Config{Nodes: 3})
	source, err := faults.Plan{Kinds: faults.All(), Set: "web"}.For(base)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	chooser := sim.ChooserFunc(func(_ string, n int) int { return random.IntN(n) })
	drawn, done := map[faults.Kind]int{}, map[faults.Kind]int{}
	for range 3000 {
		for _, f := range source.Draw(chooser).Faults {
			drawn[f.Kind]++
			c, err := base.Clone()
			require.NoError(t, err)
			if c.Do(f.Do) == nil {
				done[f.Kind]++
			}
		}
	}
	for _, kind := range faults.All() {
		require.Greater(t, drawn[kind], 20, "%s", kind)
		require.Equal(t, drawn[kind], done[kind], "%s: in a world where nothing is wrong each can be done", kind)
	}
	require.Len(t, drawn, len(faults.All()))
	words := map[string]bool{}
	for _, f := range source.Candidates() {
		require.False(t, words[fmt.Sprintf("%#v", f.Do)], "two faults are %#v", f.Do)
		words[fmt.Sprintf("%#v", f.Do)] = true
	}
}

// The smallest choices are no fault; then the mildest, at once, for a second. A larger choice
// is never milder.
func TestSmallerIsMilder(t *testing.T) {
	c := three(t, sim.Config{Nodes: 3})
	source, err := faults.Plan{Kinds: []faults.Kind{faults.NodeCrash, faults.Unready}, Most: 2, Within: time.Minute, Longest: 10 * time.Minute}.For(c)
	require.NoError(t, err)
	draw := func(choices ...int) faults.Drawn {
		return source.Draw(sim.ChooserFunc(func(_ string, n int) int {
			k := choices[0]
			choices = choices[1:]
			require.Less(t, k, n)
			return k
		}))
	}
	now := time.Duration(c.Now())
	require.Equal(t, faults.Drawn{Quiet: now}, draw(0))
	mildest := draw(1, 0, 0, 0, 0)
	require.Equal(t, now+time.Second, mildest.Quiet)
	require.Contains(t, mildest.Faults[0].String(), "s stop serving web-0, until +")
	require.Equal(t, now, mildest.Faults[0].From)
	worst := draw(1, 1, 2, 1<<16-1, 1<<10-1)
	require.Equal(t, now+11*time.Minute, worst.Quiet)
	require.Equal(t, sim.CrashNode{Node: "node-2"}, worst.Faults[0].Do)
	rapid.Check(t, func(t *rapid.T) {
		instants, lengths := rapid.IntRange(0, 1<<16-1), rapid.IntRange(0, 1<<10-1)
		a, b := instants.Draw(t, "a"), instants.Draw(t, "b")
		k, l := lengths.Draw(t, "k"), lengths.Draw(t, "l")
		one, other := draw(1, 0, 0, min(a, b), min(k, l)).Faults[0], draw(1, 0, 0, max(a, b), max(k, l)).Faults[0]
		require.LessOrEqual(t, one.From, other.From)
		require.LessOrEqual(t, one.Until-one.From, other.Until-other.From)
	})
	twice := draw(2, 1, 0, 0, 1023, 1, 0, 100, 5)
	require.Len(t, twice.Faults, 1, "a node that is down does not crash")
}

// What makes no sense is refused; what has no victim is left out.
func TestPlans(t *testing.T) {
	c := three(t, sim.Config{})
	empty := sim.New(sim.Config{})
	for _, row := range []struct {
		c     *sim.Cluster
		plan  faults.Plan
		words string
	}{
		{c, faults.Plan{Set: "db"}, `faults: statefulsets.apps "db" not found`},
		{c, faults.Plan{Namespace: "prod", Set: "web"}, "not found"},
		{c, faults.Plan{Kinds: []faults.Kind{"meteor"}}, `there is no kind "meteor"`},
		{c, faults.Plan{Kinds: []faults.Kind{faults.LinkCut}}, "nobody in this world can suffer"},
		{empty, faults.Plan{Kinds: []faults.Kind{faults.Crash, faults.WriteFails}}, "nobody in this world can suffer"},
		{c, faults.Plan{Most: -1}, "must not be negative"},
		{c, faults.Plan{Within: -1}, "must not be negative"},
		{c, faults.Plan{Longest: -1}, "must not be negative"},
	} {
		_, err := row.plan.For(row.c)
		require.ErrorContains(t, err, row.words)
	}
	source, err := faults.Plan{Kinds: faults.All()}.For(c)
	require.NoError(t, err)
	var kinds []faults.Kind
	for _, f := range source.Candidates() {
		if !slices.Contains(kinds, f.Kind) {
			kinds = append(kinds, f.Kind)
		}
	}
	want := slices.DeleteFunc(faults.All(), func(k faults.Kind) bool { return k == faults.LinkCut })
	require.Equal(t, want, kinds, "in their order")
	source, err = faults.Plan{Kinds: []faults.Kind{faults.Partition, faults.Crash}}.For(c)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(source.Candidates()[0].String(), "crash web-0"), "the mildest first, whatever the plan's order")
	require.Len(t, source.Candidates(), 4)
}

// What only accidents happen to keeps what Kubernetes promises: an identity runs once, claims
// stay. A force delete can break the first.
func TestAccidentsBreakNoPromise(t *testing.T) {
	twice := func(kinds []faults.Kind, seeds int) (runs, claims int) {
		base := three(t, sim.Config{Nodes: 3})
		want := base.Claims().Items
		source, err := faults.Plan{Kinds: kinds, Most: 4, Within: 10 * time.Minute, Longest: 20 * time.Minute}.For(base)
		require.NoError(t, err)
		for seed := range uint64(seeds) {
			c, err := base.Clone()
			require.NoError(t, err)
			c.Reseed(seed)
			drawn := source.Draw(c)
			require.NoError(t, drawn.Put(c))
			both := func(v sim.View) bool {
				for a := range v.Running {
					for b := range v.Running {
						if a != b && a.SameIdentity(b) {
							return true
						}
					}
				}
				return false
			}
			if c.RunUntil(both, drawn.Quiet) {
				runs++
			}
			c.Settle()
			for i, claim := range c.Claims().Items {
				if i >= len(want) || claim.UID != want[i].UID {
					claims++
					break
				}
			}
		}
		return runs, claims
	}
	runs, claims := twice(faults.Accidents(), 300)
	require.Zero(t, runs)
	require.Zero(t, claims)
	runs, claims = twice([]faults.Kind{faults.Partition, faults.ForceDelete, faults.DeleteClaim}, 300)
	require.Positive(t, runs)
	require.Positive(t, claims)
}
