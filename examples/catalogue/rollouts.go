package main

import (
	"fmt"
	"time"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// rollouts are the problems of chapter A: how a new template reaches the pods, or does not.
var rollouts = []entry{
	{
		id:      "K01",
		issues:  []string{"kubernetes 67250", "kubernetes 60164", "kubernetes 88896", "enhancements 3541"},
		symptom: "a broken rollout is taken back, and the broken pod stays",
		look:    either(rolledOut, "ok", "stuck"),
		cells:   everywhere("stuck"),
		plays: []variant{
			{title: "remedy: delete the pod", on: release.Profiles(), word: "ok"},
			{title: "remedy: Parallel", on: allBut(release.V1_35_0), word: "ok"},
			{title: "remedy: Parallel", on: []release.Release{release.V1_35_0}, word: "stuck"}, // see K02
			{title: "remedy: Recreate", on: []release.Release{release.V1_37.With(release.StatefulSetRecreateStrategy)}, word: "ok"},
			{title: "variant: a third template", on: release.Profiles(), word: "stuck"},
			{title: "variant: the first template is broken", on: release.Profiles(), word: "stuck"},
		},
	},
	{
		id:      "K02",
		issues:  []string{"kubernetes 137409", "kubernetes 137666", "kubernetes 137904", "kubernetes 137926"},
		symptom: "broken pods under Parallel use up maxUnavailable, and are never replaced",
		look:    either(rolledOut, "ok", "stuck"),
		cells:   row("ok", "ok", "ok", "ok", "stuck", "ok", "ok", "ok"),
		plays: []variant{
			{on: []release.Release{
				release.V1_27_1.With(release.MaxUnavailableStatefulSet), release.V1_33.With(release.MaxUnavailableStatefulSet),
				release.V1_34_4.With(release.MaxUnavailableStatefulSet), release.V1_36.With(release.MaxUnavailableStatefulSet),
			}, word: "stuck"},
			{on: []release.Release{release.V1_35_0.Without(release.MaxUnavailableStatefulSet)}, word: "ok"},
			{title: "remedy: delete the pods", on: release.Profiles(), word: "ok"},
		},
	},
	{
		id:      "K03",
		issues:  []string{"kubernetes 112307", "kubernetes 112066", "kubernetes 119234"},
		symptom: "a rollout under Parallel does not wait for minReadySeconds",
		look:    either(terminating("web-1"), "bad", "ok"),
		cells:   row("bad", "bad", "ok", "ok", "ok", "ok", "ok", "ok"),
		plays: []variant{
			{title: "variant: nobody is available", on: []release.Release{release.V1_27_1, release.V1_33}, look: available, word: "0 available"},
			{title: "variant: nobody is available", on: allBut(release.V1_27_1, release.V1_33), look: available, word: "2 available"},
			{title: "remedy: OrderedReady", on: release.Profiles(), word: "ok"},
		},
	},
	{
		id:      "K04",
		issues:  []string{"kubernetes 136831"},
		symptom: "a rollout is complete when its pods are Ready, and not when they are available",
		look:    either(completeUnavailable, "bad", "ok"),
		cells:   everywhere("bad"),
		plays:   []variant{{title: "remedy: wait for availableReplicas", on: release.Profiles(), word: "ok"}},
	},
	{
		id:      "K05",
		issues:  []string{"kubernetes 123918"},
		symptom: "scaling down hangs, as the pod that is to go is Ready and not yet available",
		look:    either(terminating("web-1"), "ok", "bad"),
		cells:   row("bad", "bad", "ok", "ok", "ok", "ok", "ok", "ok"),
		plays: []variant{
			{title: "variant: until it is available", on: []release.Release{release.V1_27_1, release.V1_33}, word: "ok"},
			{title: "variant: the controller restarts", on: []release.Release{release.V1_27_1, release.V1_33}, word: "bad"},
			{title: "remedy: touch the set", on: []release.Release{release.V1_27_1, release.V1_33}, word: "ok"},
		},
		says: "it does not hang for ever: the controller has planned to look at the pod when that becomes available (stateful_set.go, updatePod); it hangs if it is restarted after the set has been scaled, as then it plans nothing (sync: availableReplicas is what is asked for)",
	},
	{
		id:      "K06",
		issues:  []string{"kubernetes 119352", "kubernetes 113878"},
		symptom: "up to twice minReadySeconds between the creations of two pods",
		look:    late,
		cells:   row("bad", "bad", "bad", "bad", "bad", "ok", "ok", "ok"),
		plays:   []variant{{title: "variant: nothing disturbs it", on: release.Profiles(), word: "ok"}},
		says:    "just creating three pods takes no longer than it should, on any release: there has to be an earlier plan to look, such as from a pod that restarts (stateful_set.go, enqueueSSAfter)",
	},
	{
		id:      "K07",
		issues:  []string{"kubernetes 119685", "kubernetes 119684", "kubernetes 120731"},
		symptom: "a pod below the partition is lost, and comes back new",
		look:    images("web"),
		cells:   row("B B", "A B", "A B", "A B", "A B", "A B", "A B", "A B"),
		plays:   []variant{{title: "remedy: none, but the creation succeeds", on: release.Profiles(), word: "A B"}},
	},
	{
		id:      "K08",
		issues:  []string{"kubernetes 70442", "kubernetes 78209"},
		symptom: "a pod that is lost in the middle of a rollout comes back at the old revision",
		look:    imageOf("web-0"),
		cells:   everywhere("(A)"),
		plays: []variant{
			{title: "variant: the default strategy", on: release.Profiles(), word: "(B)"},
			{title: "variant: to the end", on: release.Profiles(), look: images("web"), word: "B B B"},
		},
		says: "the permanent mixture of revisions that was reported is not there on any of these releases: the rollout replaces the old pod in its turn (stateful_set_control.go, updateStatefulSet)",
	},
	{
		id:      "K09",
		issues:  []string{"kubernetes 121534"},
		symptom: "a set that has been scaled to 0 forgets its canary: all pods come back new",
		look:    images("web"),
		cells:   everywhere("B B B"),
		plays:   []variant{{title: "remedy: scale to 1", on: release.Profiles(), word: "A A B"}},
	},
	{
		id:      "K10",
		issues:  []string{"kubernetes 128529"},
		symptom: "with ordinals.start no pod is updated, whatever the partition",
		look:    images("web"),
		cells:   everywhere("A A A"),
		plays:   []variant{{title: "remedy: count from the start", on: release.Profiles(), word: "A B B"}},
	},
	{
		id:      "K11",
		issues:  []string{"kubernetes 91676"},
		symptom: "raising the partition does not roll back",
		look:    images("web"),
		cells:   everywhere("A B B"),
		plays:   []variant{{title: "remedy: delete the pods", on: release.Profiles(), word: "A A A"}},
	},
	{
		id:      "K12",
		issues:  []string{"kubernetes 73492", "kubernetes 106055", "kubernetes/kube-state-metrics 1324", "VictoriaMetrics/operator 1242"},
		symptom: "under OnDelete currentRevision stays behind for ever",
		look:    either(promoted, "ok", "bad"),
		cells:   row("bad", "bad", "bad", "bad", "bad", "bad", "bad", "ok"),
		plays:   []variant{{title: "remedy: RollingUpdate", on: release.Profiles(), word: "ok"}},
	},
}

// scaling is chapter B: how pods come and go.
var scaling []entry

// available is how many pods of web are, as its status has it.
func available(c *sim.Cluster) string {
	return see(c, func(v sim.View) string {
		web, _ := v.Set("web")
		return fmt.Sprintf("%d available", web.Counted().Available)
	})
}

// completeUnavailable is whether the rollout of web is complete while no pod is available.
func completeUnavailable(v sim.View) bool {
	web, _ := v.Set("web")
	return promoted(v) && web.Counted().Available == 0
}

// late is whether a pod of web was created more than a few seconds after the one before it
// had been Ready for 30 of them.
func late(c *sim.Cluster) string {
	for i := range 2 {
		ready, _ := when(c, fmt.Sprintf("web-%d", i), "is ready")
		created, ok := when(c, "web", fmt.Sprintf("creates web-%d", i+1))
		if !ok || created-ready > 35*time.Second {
			return "bad"
		}
	}
	return "ok"
}
