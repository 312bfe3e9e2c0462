package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// How an autoscaler follows the load.

// requesting makes each pod ask for so much CPU.
func requesting(cpu model.MilliCPU) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) { s.Spec.Template.Spec.Containers[0].Resources.Requests.CPU = cpu }
}

// hpa is an autoscaler of the set web that aims at a percentage of the requests.
func hpa(least, most, percent int32, changes ...func(*model.HorizontalPodAutoscaler)) *model.HorizontalPodAutoscaler {
	h := &model.HorizontalPodAutoscaler{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.HorizontalPodAutoscalerSpec{
		ScaleTargetRef: model.ScaleTarget{Kind: model.KindStatefulSet, Name: "web", APIVersion: "apps/v1"},
		MinReplicas:    &least, MaxReplicas: most,
		Metrics: []model.MetricSpec{{Resource: "cpu", AverageUtilization: &percent}},
	}}
	for _, change := range changes {
		change(h)
	}
	return h
}

// autoscaled is a set of pods that ask for 100m each, in which nobody uses less or more
// than the load for an hour. Its autoscaler begins then, and looks at every quarter of a
// minute.
func (w *worldPlay) autoscaled(replicas int32, load model.MilliCPU, h *model.HorizontalPodAutoscaler) {
	w.t.Helper()
	w.begin(sim.Config{Nodes: 3}, webSet(replicas, stateless, parallel, requesting(100)))
	w.do(w.c.Do(sim.SetLoad{Target: "sts/web", Steps: sim.ConstantLoad(load)}))
	w.c.Run(time.Hour - time.Millisecond)
	w.apply(h)
	w.c.Run(time.Millisecond)
}

// replicas wants the replicas that the set asks for.
func (w *worldPlay) replicas(want int32) {
	w.t.Helper()
	set, err := w.c.StatefulSet("web")
	w.do(err)
	w.is(fmt.Sprint(want), fmt.Sprint(set.Spec.DesiredReplicas()))
}

var autoscalerCases = []worldCase{
	{"P74", "Three pods at 100% of what they ask for, with a target of 50%, become six", func(w *worldPlay) {
		w.autoscaled(3, 300, hpa(1, 10, 50))
		w.replicas(6)
		w.event("hpa/web", "SuccessfulRescale: New size: 6; reason: cpu resource utilization (percentage of request) above target")
		w.settles()
		w.replicas(6)
		w.pods("web-0:Running web-1:Running web-2:Running web-3:Running web-4:Running web-5:Running")
	}},
	{"P75", "A ratio between 0.9 and 1.1 is near enough", func(w *worldPlay) {
		for _, load := range []model.MilliCPU{3270, 2730} {
			w.autoscaled(30, load, hpa(1, 100, 100))
			w.settles()
			w.c.Run(time.Hour)
			w.replicas(30)
		}
	}},
	{"P76", "The load drops to nothing: five minutes later the pods do, down to minReplicas", func(w *worldPlay) {
		w.autoscaled(6, 300, hpa(2, 10, 50))
		w.settles()
		w.replicas(6)
		w.c.Run(time.Hour)
		w.do(w.c.Do(sim.SetLoad{Target: "sts/web", Steps: sim.ConstantLoad(0)}))
		w.c.Run(5*time.Minute - time.Millisecond)
		w.replicas(6)
		w.c.Run(time.Millisecond)
		w.replicas(2)
		w.event("hpa/web", "SuccessfulRescale: New size: 2; reason: All metrics below target")
		w.settles()
		w.pods("web-0:Running web-1:Running")
	}},
	{"P77", "One pod that would have to be ten becomes four in the first step", func(w *worldPlay) {
		w.autoscaled(1, 500, hpa(1, 10, 50))
		w.replicas(4)
		w.c.Run(14 * time.Second)
		w.replicas(4)
		w.settles()
		w.replicas(10)
	}},
}

// ramp is a load that grows for five minutes, stays for five, and goes.
func ramp(since time.Duration) model.MilliCPU {
	switch {
	case since < 5*time.Minute:
		return model.MilliCPU(100 + since/time.Second*2)
	case since < 10*time.Minute:
		return 700
	default:
		return 50
	}
}

// peaks is a cluster with an autoscaler on a ramp.
func peaks(t *testing.T, config sim.Config) *sim.Cluster {
	c := sim.New(config)
	require.NoError(t, c.Apply(webSet(2, stateless, requesting(100)), hpa(1, 12, 60)))
	require.NoError(t, c.SetLoad("sts/web", ramp, 15*time.Minute))
	return c
}

// A fork made at any event goes on as its origin does.
func TestAutoscalerForks(t *testing.T) {
	whole := peaks(t, ranges(3))
	require.Equal(t, sim.Settled, whole.Settle().State, "%s", whole.Trace())
	fork := sim.New(sim.Config{})
	for _, events := range []int{0, 10, 40, 80} {
		c := peaks(t, ranges(3))
		for range events {
			c.Step()
		}
		require.NoError(t, c.CopyTo(fork))
		require.Equal(t, c.StateHash(), fork.StateHash())
		for _, c := range []*sim.Cluster{fork, c} {
			c.Settle()
			require.Equal(t, whole.Fingerprint(), c.Fingerprint(), "fork after %d events", events)
			require.Equal(t, whole.StateHash(), c.StateHash())
			require.Equal(t, whole.Trace().String(), c.Trace().String())
		}
	}
}

// The autoscaler is part of the state: one that remembers something else is another.
func TestAutoscalerIsHashed(t *testing.T) {
	hash := func(change func(*sim.Cluster)) uint64 {
		c := peaks(t, sim.Config{})
		c.Run(time.Minute)
		change(c)
		c.Run(20 * time.Minute)
		return c.StateHash()
	}
	seen := map[uint64]string{}
	for what, change := range map[string]func(*sim.Cluster){
		"nothing":      func(*sim.Cluster) {},
		"another load": func(c *sim.Cluster) { require.NoError(t, c.SetLoad("hpa/web", ramp, 15*time.Minute)) },
		"a later load": func(c *sim.Cluster) {
			require.NoError(t, c.Do(sim.SetLoad{Target: "sts/web", Steps: []sim.LoadStep{{time.Hour, 1}}}))
		},
		"another bound": func(c *sim.Cluster) { require.NoError(t, c.Apply(hpa(1, 5, 60))) },
		"none":          func(c *sim.Cluster) { require.NoError(t, c.Delete("hpa/web")) },
	} {
		h := hash(change)
		require.Empty(t, seen[h], "%s and %s", what, seen[h])
		seen[h] = what
	}
}

// An autoscaler at rest is no event, however long, and a load has an end.
func TestAutoscalerDoesNotTick(t *testing.T) {
	c := peaks(t, sim.Config{})
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Zero(t, c.Pending())
	events := c.EventCount()
	c.Run(24 * time.Hour)
	require.Equal(t, events, c.EventCount())
	set, err := c.StatefulSet("web")
	require.NoError(t, err)
	require.EqualValues(t, 1, set.Spec.DesiredReplicas())
}

// TestAutoscalers is what kubectl does to an autoscaler, and shows of it.
func TestAutoscalers(t *testing.T) {
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(webSet(2, stateless, requesting(100))))
	require.NoError(t, c.Autoscale("sts/web", 1, 5, 50))
	c.Run(20 * time.Second)
	table := c.HorizontalPodAutoscalers().String()
	require.Contains(t, table, "NAME   REFERENCE         TARGETS              MINPODS   MAXPODS   REPLICAS   AGE\nweb    StatefulSet/web   cpu: <unknown>/50%   1         5         2          20s")
	out := c.Settle()
	require.Equal(t, sim.Waiting, out.State)
	require.Contains(t, out.String(), "hpa/web: cannot scale: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API")
	require.Contains(t, out.String(), "SetLoad")

	require.NoError(t, c.Do(sim.SetLoad{Target: "hpa/web", Steps: sim.ConstantLoad(80)}))
	require.Equal(t, sim.Settled, c.Settle().State, "%s", c.Trace())
	require.Contains(t, c.HorizontalPodAutoscalers().String(), "cpu: 40%/50%")
	text, err := c.Describe("hpa/web")
	require.NoError(t, err)
	for _, line := range []string{
		"Reference:", "StatefulSet/web", "resource cpu on pods  (as a percentage of request):", "40% (40m) / 50%",
		"StatefulSet pods:", "2 current / 2 desired", "ScalingActive", "ValidMetricFound", "FailedGetResourceMetric",
	} {
		require.Contains(t, text, line)
	}

	before := c.TraceLen()
	require.NoError(t, c.Apply(hpa(3, 5, 50)))
	h, err := c.HorizontalPodAutoscaler("web")
	require.NoError(t, err)
	require.EqualValues(t, 2, h.Generation)
	c.Run(time.Millisecond)
	require.Contains(t, c.TraceFrom(before).String(), "scales web from 2 to 3: Current number of replicas below Spec.MinReplicas", "a new spec is looked at at once")
	c.Settle()
	before = c.TraceLen()
	require.NoError(t, c.Apply(hpa(3, 5, 50)))
	require.NotContains(t, c.TraceFrom(before).String(), "configured", "applied again")
	require.NoError(t, c.Delete("hpa/web"))
	require.Zero(t, c.Pending())
	require.Empty(t, c.HorizontalPodAutoscalers().Items)
	require.EqualValues(t, 3, len(c.Pods("web").Items), "the pods stay")
}

// TestAutoscalerWaits is what an autoscaler cannot do, and what frees it.
func TestAutoscalerWaits(t *testing.T) {
	for _, row := range []struct {
		rule  string
		spoil func(*sim.Cluster) error
		says  string
		free  func(*sim.Cluster) error
	}{
		{"without requests there is no utilization",
			func(c *sim.Cluster) error {
				return c.Edit("web", func(s *model.StatefulSet) error { requesting(0)(s); return nil })
			},
			"missing request for cpu in container main of Pod web-",
			func(c *sim.Cluster) error {
				return c.Edit("web", func(s *model.StatefulSet) error { requesting(100)(s); return nil })
			}},
		{"two autoscalers of the same pods are none",
			func(c *sim.Cluster) error {
				return c.Apply(hpa(1, 9, 90, func(h *model.HorizontalPodAutoscaler) { h.Name = "other" }))
			},
			"pods by selector app=web are controlled by more than one HPA (e.g. [{web default} {other default}])",
			func(c *sim.Cluster) error { return c.Delete("hpa/other") }},
		{"without a target there is nothing to scale",
			func(c *sim.Cluster) error { return c.Delete("sts/web") },
			`statefulsets.apps "web" not found`,
			func(c *sim.Cluster) error { return c.Apply(webSet(2, stateless, requesting(100))) }},
	} {
		t.Run(row.rule, func(t *testing.T) {
			c := sim.New(sim.Config{})
			require.NoError(t, c.Apply(webSet(2, stateless, requesting(100)), hpa(1, 9, 50)))
			require.NoError(t, c.Do(sim.SetLoad{Target: "sts/web", Steps: sim.ConstantLoad(100)}))
			require.Equal(t, sim.Settled, c.Settle().State)
			require.NoError(t, row.spoil(c))
			out := c.Settle()
			require.Equal(t, sim.Waiting, out.State)
			require.Contains(t, out.String(), row.says)
			require.NoError(t, row.free(c))
			out = c.Settle()
			require.Equal(t, sim.Settled, out.State, "%s\n%s", out, c.Trace())
		})
	}
}

// Before 1.37 a new autoscaler waits for its first look.
func TestAutoscalerBeforeGenerations(t *testing.T) {
	for r, want := range map[release.Release]int32{release.V1_37: 6, release.V1_36: 3} {
		w := &worldPlay{t: t, rule: "before 1.37 a new autoscaler waits for its first look"}
		w.begin(sim.Config{Release: r}, webSet(3, stateless, parallel, requesting(100)))
		w.do(w.c.Do(sim.SetLoad{Target: "sts/web", Steps: sim.ConstantLoad(300)}))
		w.c.Run(time.Hour)
		w.apply(hpa(1, 9, 50))
		w.c.Run(14 * time.Second)
		w.replicas(want)
		w.c.Run(2 * time.Second)
		w.replicas(6)
	}
}

// A Deployment is scaled like a set.
func TestAutoscalerOfADeployment(t *testing.T) {
	set := webSet(2, stateless, requesting(100))
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(&model.Deployment{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.DeploymentSpec{
		Replicas: set.Spec.Replicas, Selector: set.Spec.Selector, Template: set.Spec.Template,
	}}))
	require.NoError(t, c.Autoscale("deploy/web", 1, 9, 50))
	require.NoError(t, c.Do(sim.SetLoad{Target: "hpa/web", Steps: sim.ConstantLoad(300)}))
	require.Equal(t, sim.Settled, c.Settle().State, "%s", c.Trace())
	d, err := c.Deployment("web")
	require.NoError(t, err)
	require.EqualValues(t, 6, *d.Spec.Replicas)
	require.EqualValues(t, 6, d.Status.ReadyReplicas)
	require.Zero(t, c.Pending())
	require.NoError(t, c.Delete("deploy/web"))
	out := c.Settle()
	require.Equal(t, sim.Waiting, out.State)
	require.Contains(t, out.String(), `deployments.apps "web" not found`)
}

// A scale that fails is tried at the next look.
func TestAutoscalerTriesAgain(t *testing.T) {
	w := &worldPlay{t: t, rule: "a scale that fails is tried at the next look"}
	w.begin(sim.Config{}, webSet(2, stateless, requesting(100)))
	w.do(w.c.Do(sim.SetLoad{Target: "sts/web", Steps: sim.ConstantLoad(300)}))
	w.c.Run(time.Hour)
	w.do(w.c.Do(sim.FailWrite{Verb: sim.VerbUpdate, Kind: model.KindStatefulSet, Nth: 1, Times: 2}))
	w.apply(hpa(1, 9, 50))
	w.c.Run(30 * time.Second)
	w.replicas(2)
	w.event("hpa/web", "FailedRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target; error: injected failure")
	w.c.Run(time.Second)
	w.replicas(4)
}

// A node that is not heard tells nothing of its pods' usage.
func TestAutoscalerWithoutSamples(t *testing.T) {
	w := &worldPlay{t: t, rule: "a pod whose node is not heard counts as using all it asked for, when the others ask for fewer"}
	w.autoscaled(3, 90, hpa(1, 9, 50))
	w.c.Run(10 * time.Minute)
	w.replicas(2) // 90% of 200% by now
	w.do(w.c.Do(sim.PartitionNode{Node: w.pod("web-1").Spec.NodeName}))
	w.do(w.c.Do(sim.SetLoad{Target: "sts/web", Steps: sim.ConstantLoad(20)}))
	w.c.Run(10 * time.Minute)
	w.replicas(2)
}

// TestLoads are loads that cannot be, and words for those that can.
func TestLoads(t *testing.T) {
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(webSet(1, stateless), nginx()))
	for says, op := range map[string]sim.SetLoad{
		"there are no steps":                {Target: "sts/web"},
		"step 0 is negative":                {Target: "sts/web", Steps: []sim.LoadStep{{Use: -1}}},
		"does not come after":               {Target: "sts/web", Steps: []sim.LoadStep{{0, 1}, {0, 2}}},
		"neither cpu nor memory":            {Target: "sts/web", Resource: "disk", Steps: sim.ConstantLoad(1)},
		`statefulsets.apps "bew" not found`: {Target: "sts/bew", Steps: sim.ConstantLoad(1)},
		"a Service has no scale":            {Target: "svc/nginx", Steps: sim.ConstantLoad(1)},
		`"web" not found`:                   {Target: "hpa/web", Steps: sim.ConstantLoad(1)},
	} {
		require.ErrorContains(t, c.Do(op), says)
	}
	require.Equal(t, "set load of sts/web to 1, 250m after 1m0s", sim.SetLoad{Target: "sts/web", Steps: []sim.LoadStep{{0, 1000}, {time.Minute, 250}}}.String())
	require.NoError(t, c.SetLoad("sts/web", ramp, 15*time.Minute))
	text := c.Trace().String()
	require.Contains(t, text, "set load of sts/web to 100m, 130m after 15s, 160m after 30s, 190m after 45s and 18 more steps, up to 10m0s (")
	require.NoError(t, c.SetLoad("sts/web", func(since time.Duration) model.MilliCPU { return ramp(since) + model.MilliCPU(since/(9*time.Minute)) }, 15*time.Minute))
	lines := strings.Split(strings.TrimSpace(c.Trace().String()), "\n")
	require.NotEqual(t, lines[len(lines)-1], lines[len(lines)-2], "what is cut off counts too")
}
