package sim_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// Evictions, budgets and drains.

// guarded is a world of three nodes with the set web, a pod on each, and a budget for it.
func (w *worldPlay) guarded(budget model.PodDisruptionBudgetSpec, changes ...func(*model.StatefulSet)) {
	w.t.Helper()
	w.begin(sim.Config{Nodes: 3, Images: map[string]sim.Image{"N": {NeverReady: true}}},
		webSet(3, append([]func(*model.StatefulSet){stateless, grace(10)}, changes...)...), pdb("web", budget))
	w.c.Settle()
}

// pdb is a budget for the set web.
func pdb(name string, spec model.PodDisruptionBudgetSpec) *model.PodDisruptionBudget {
	spec.Selector = &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}}
	return &model.PodDisruptionBudget{ObjectMeta: model.ObjectMeta{Name: name}, Spec: spec}
}

func unavailable(n int32) model.PodDisruptionBudgetSpec {
	v := model.FromInt(n)
	return model.PodDisruptionBudgetSpec{MaxUnavailable: &v}
}

// refuses wants an eviction to be refused, with a code and in so many words.
func (w *worldPlay) refuses(pod string, code int, words string) {
	w.t.Helper()
	var refused *sim.EvictionError
	require.ErrorAs(w.t, w.c.Evict(pod), &refused, w.rule)
	require.Equal(w.t, code, refused.Code, w.rule)
	require.Contains(w.t, refused.Error(), words, w.rule)
}

// budget wants the status of the budget web.
func (w *worldPlay) budget(want string) {
	w.t.Helper()
	b := w.c.PodDisruptionBudgets().Items[0]
	s := b.Status
	w.is(want, fmt.Sprintf("allows %d of %d, %d healthy, needs %d, disrupted %v", s.DisruptionsAllowed, s.ExpectedPods, s.CurrentHealthy, s.DesiredHealthy,
		slices.Sorted(maps.Keys(s.DisruptedPods))))
	require.Equal(w.t, "DisruptionAllowed", s.Conditions[0].Type)
	require.Equal(w.t, s.DisruptionsAllowed > 0, s.Conditions[0].Status == model.ConditionTrue)
}

// target wants a pod's condition DisruptionTarget.
func (w *worldPlay) target(pod, want string) {
	w.t.Helper()
	got := "none"
	for _, c := range w.pod(pod).Status.Conditions {
		if c.Type == "DisruptionTarget" {
			got = fmt.Sprintf("%s %s: %s", map[bool]string{true: "True", false: "False"}[c.Status], c.Reason, c.Message)
		}
	}
	w.is(want, got)
}

var evictionCases = []worldCase{
	{"P60", "Of two evictions at once a budget of one allows the first", func(w *worldPlay) {
		w.guarded(unavailable(1))
		w.do(w.c.Evict("web-0"))
		w.refuses("web-1", 429, "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget web does not allow evicting pods currently")
		w.budget("allows 0 of 3, 3 healthy, needs 2, disrupted [web-0]")
		w.c.Run(time.Millisecond) // the controller has seen it
		w.refuses("web-1", 429, "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget web needs 2 healthy pods and has 2 currently")
		w.budget("allows 0 of 3, 2 healthy, needs 2, disrupted []")
		w.pods("web-0:Terminating web-1:Running web-2:Running")
		require.Contains(w.t, w.c.Trace().String(), "web-0  is evicted")
		w.settles()
		w.do(w.c.Evict("web-1"))
	}},
	{"P61", "A pod that is not ready may be evicted as long as the others are, and costs nothing", func(w *worldPlay) {
		w.guarded(unavailable(1))
		w.do(w.c.SetImage("web", "main", "N"))
		w.c.Settle() // web-2 has the new image, and is not ready
		w.pods("web-0:Running web-1:Running web-2:Unready")
		w.do(w.c.Evict("web-2"))
		w.pods("web-0:Running web-1:Running web-2:Terminating")
	}},
	{"P62", "If the others are not enough it may not, unless the budget always allows it", func(w *worldPlay) {
		for _, policy := range []string{"", model.AlwaysAllow} {
			spec := unavailable(1)
			spec.UnhealthyPodEvictionPolicy = policy
			w.guarded(spec, parallel, image("N"))
			w.pods("web-0:Unready web-1:Unready web-2:Unready")
			if policy == "" {
				w.refuses("web-2", 429, "needs 2 healthy pods and has 0 currently")
			} else {
				w.do(w.c.Evict("web-2"))
			}
		}
	}},
	{"P63", "A pod that is Pending is deleted without asking", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1), pdb("web", unavailable(0)))
		w.waits()
		w.pods("web-0:Pending")
		uid := w.pod("web-0").UID
		w.do(w.c.Evict("web-0"))
		w.c.Settle()
		require.NotEqual(w.t, uid, w.pod("web-0").UID, w.rule)
	}},
	{"P64", "A pod that a rolling update takes down counts: others may not be evicted", func(w *worldPlay) {
		w.guarded(unavailable(1))
		w.do(w.c.RolloutRestart("web"))
		w.until(w.terminating("web-2"))
		w.c.Run(time.Millisecond)
		w.refuses("web-0", 429, "needs 2 healthy pods and has 2 currently")
	}},
	{"P65", "Two budgets for a pod are an error", func(w *worldPlay) {
		w.guarded(unavailable(1))
		w.apply(pdb("another", unavailable(1)))
		w.refuses("web-0", 500, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
	}},
	{"P66", "Who needs all replicas stops a drain for ever", func(w *worldPlay) {
		three := model.FromInt(3)
		w.guarded(model.PodDisruptionBudgetSpec{MinAvailable: &three})
		w.do(w.c.Drain("node-1"))
		w.waits("node/node-1: drain: error when evicting pods/\"web-1\" -n \"default\" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.")
		w.c.Run(24 * time.Hour)
		w.pods("web-0:Running web-1:Running web-2:Running")
		w.do(w.c.Delete("pdb/web")) // somebody has had enough
		at := w.c.Now()
		w.settles()
		w.nodes("web-0:node-0 web-1:node-0 web-2:node-2")
		w.happens(0, "web-1 is not evicted (kubectl will retry after 5s)", "web-1 is evicted", "node-1 is drained")
		require.LessOrEqual(w.t, w.c.Now().Sub(at), 30*time.Second)
	}},
	{"P67", "An eviction that is allowed and comes to nothing keeps its place for two minutes", func(w *worldPlay) {
		w.guarded(unavailable(1))
		w.do(w.c.Do(sim.FailWrite{Verb: sim.VerbDelete, Kind: model.KindPod}))
		w.do(w.c.Evict("web-0"))
		w.pods("web-0:Running web-1:Running web-2:Running")
		at := w.c.Now().Second() // as it is written
		w.target("web-0", "True EvictionByEvictionAPI: Eviction API: evicting")
		w.c.Run(time.Second)
		w.refuses("web-1", 429, "needs 2 healthy pods and has 2 currently")
		w.budget("allows 0 of 3, 2 healthy, needs 2, disrupted [web-0]")
		w.c.Run(at.Add(2*time.Minute).Sub(w.c.Now()) - 1)
		w.refuses("web-1", 429, "needs 2 healthy pods and has 2 currently")
		w.c.Run(time.Millisecond + 1)
		w.budget("allows 1 of 3, 3 healthy, needs 2, disrupted []")
		w.target("web-0", "False : ") // and nobody says any more that it is to go
		w.do(w.c.Evict("web-1"))
	}},
	{"P67-settles", "What an eviction that has come to nothing leaves behind is over when the world has settled", func(w *worldPlay) {
		w.guarded(unavailable(1))
		w.do(w.c.Do(sim.FailWrite{Verb: sim.VerbDelete, Kind: model.KindPod}))
		w.do(w.c.Evict("web-0"))
		w.settles()
		w.budget("allows 1 of 3, 3 healthy, needs 2, disrupted []")
		w.do(w.c.Evict("web-0"))
		w.target("web-0", "True EvictionByEvictionAPI: Eviction API: evicting")
		w.settles()
	}},
	{"P60-new", "A budget that is new, or has another spec, allows nothing before the controller has seen it", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(3, stateless))
		w.settles()
		w.apply(pdb("web", unavailable(1)))
		w.refuses("web-1", 429, "The disruption budget web is still being processed by the server.")
		w.c.Run(time.Millisecond)
		w.budget("allows 1 of 3, 3 healthy, needs 2, disrupted []")
		version := w.c.PodDisruptionBudgets().Items[0].ResourceVersion
		w.apply(pdb("web", unavailable(1)))
		require.Equal(w.t, version, w.c.PodDisruptionBudgets().Items[0].ResourceVersion, "the same once more is no change")
		w.apply(pdb("web", unavailable(2)))
		require.Equal(w.t, []int64{2, 1}, []int64{w.c.PodDisruptionBudgets().Items[0].Generation, w.c.PodDisruptionBudgets().Items[0].Status.ObservedGeneration})
		w.refuses("web-1", 429, "The disruption budget web is still being processed by the server.")
		w.c.Run(time.Millisecond)
		w.budget("allows 2 of 3, 3 healthy, needs 1, disrupted []")
	}},
	{"P64-scale", "That a set is scaled the controller sees when pods come or go", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(3, stateless), pdb("web", unavailable(1)))
		w.settles()
		w.do(w.c.Do(sim.FailWrite{Verb: sim.VerbCreate, Kind: model.KindPod, Times: 3}))
		w.do(w.c.Scale("web", 5))
		w.c.Run(3 * time.Millisecond)
		w.budget("allows 1 of 3, 3 healthy, needs 2, disrupted []")
		w.settles()
		w.budget("allows 1 of 5, 5 healthy, needs 4, disrupted []")
	}},
	{"P64-relabel", "A pod that a budget does not select any more is no reason to look at that", func(w *worldPlay) {
		two := model.FromInt(2)
		w.begin(sim.Config{}, webSet(3, stateless), pdb("web", model.PodDisruptionBudgetSpec{MinAvailable: &two}))
		w.settles()
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.settles()
		w.do(w.c.Label("pod/web-0", []string{"app=other"}))
		w.settles()
		w.budget("allows 1 of 3, 3 healthy, needs 2, disrupted []")
		w.do(w.c.Evict("web-1")) // one is allowed, and it shows that there were none to spare
		w.c.Run(time.Millisecond)
		w.budget("allows 0 of 2, 1 healthy, needs 2, disrupted []")
	}},
	{"P68", "A percentage is rounded up: 30% of 3 is one", func(w *worldPlay) {
		v := model.FromString("30%")
		w.guarded(model.PodDisruptionBudgetSpec{MaxUnavailable: &v})
		w.is("1", w.c.PodDisruptionBudgets().String()[len("NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE\nweb    N/A             30%               "):][:1])
		w.do(w.c.Evict("web-0"))
	}},
	{"drains", "Two nodes are drained at once, one pod after the other, each five seconds after it may go at most", func(w *worldPlay) {
		w.guarded(unavailable(1))
		w.do(w.c.Drain("node-1"))
		w.do(w.c.Drain("node-2"))
		w.settles()
		w.happens(0, "web-1 is evicted", "web-2 is not evicted", "node-1 is drained", "web-1 is ready", "web-2 is evicted", "node-2 is drained")
		w.nodes("web-0:node-0 web-1:node-0 web-2:node-0")
		require.Empty(w.t, w.c.Draining())
	}},
	{"given up", "A drain that is told anything but to try again gives that pod up, and the node is not drained", func(w *worldPlay) {
		w.guarded(unavailable(1))
		w.do(w.c.Do(sim.FailWrite{Verb: sim.VerbDelete, Kind: model.KindPod}))
		w.do(w.c.Drain("node-1"))
		require.Empty(w.t, w.c.Draining(), w.rule)
		w.settles()
		w.nodes("web-0:node-0 web-1:node-1 web-2:node-2")
		require.NotContains(w.t, w.c.Trace().String(), "is drained", w.rule)
		w.do(w.c.Drain("node-1"))
		w.settles()
		require.Contains(w.t, w.c.Trace().String(), "node-1  is drained", w.rule)
	}},
	{"unmanaged", "A drain does not take pods that nobody creates again, unless it is forced to", func(w *worldPlay) {
		w.guarded(unavailable(1))
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.c.Settle()
		require.ErrorContains(w.t, w.c.Drain("node-1"), "cannot delete Pods that declare no controller (use --force to override): default/web-1", w.rule)
		w.do(w.c.Drain("node-1", sim.Force()))
	}},
}
