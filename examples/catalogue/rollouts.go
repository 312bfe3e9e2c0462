package main

import (
	"fmt"
	"strings"
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
		look:    either(exists("web-1"), "bad", "ok"),
		cells:   row("bad", "bad", "ok", "ok", "ok", "ok", "ok", "ok"),
		plays: []variant{
			{title: "remedy: touch the set", on: release.Profiles(), word: "ok"},
			{title: "remedy: restart the controller", on: release.Profiles(), word: "ok"},
		},
	},
	{
		id:      "K06",
		issues:  []string{"kubernetes 119352", "kubernetes 113878"},
		symptom: "up to twice minReadySeconds between the creations of two pods",
		look:    late,
		cells:   row("bad", "bad", "bad", "bad", "bad", "ok", "ok", "ok"),
		plays:   []variant{{title: "remedy: no minReadySeconds", on: release.Profiles(), word: "ok"}},
	},
	{
		id:      "K07",
		issues:  []string{"kubernetes 119685", "kubernetes 119684", "kubernetes 120731"},
		symptom: "a pod below the partition is lost, and comes back new",
		look:    wanted("A B", images("web")),
		cells:   row("bad: B B", "ok", "ok", "ok", "ok", "ok", "ok", "ok"),
		plays:   []variant{{title: "variant: the creation succeeds", on: release.Profiles(), word: "ok"}},
	},
	{
		id:      "K08",
		issues:  []string{"kubernetes 70442", "kubernetes 78209"},
		symptom: "a pod that is lost in the middle of a rollout comes back at the old revision",
		look:    wanted("(B)", imageOf("web-0")),
		cells:   everywhere("bad: (A)"),
		plays: []variant{
			{title: "variant: the default strategy", on: release.Profiles(), word: "ok"},
			{title: "variant: to the end", on: release.Profiles(), look: images("web"), word: "B B B"},
		},
		says: "the permanent mixture of revisions that was reported is not there on any of these releases: the rollout replaces the old pod in its turn (stateful_set_control.go, updateStatefulSet)",
	},
	{
		id:      "K09",
		issues:  []string{"kubernetes 121534"},
		symptom: "a set that has been scaled to 0 forgets its canary: all pods come back new",
		look:    wanted("A A B", images("web")),
		cells:   everywhere("bad: B B B"),
		plays:   []variant{{title: "remedy: scale to 1", on: release.Profiles(), word: "ok"}},
	},
	{
		id:      "K10",
		issues:  []string{"kubernetes 128529"},
		symptom: "with ordinals.start no pod is updated, whatever the partition",
		look:    wanted("A B B", images("web")),
		cells:   everywhere("bad: A A A"),
		plays:   []variant{{title: "remedy: count from the start", on: release.Profiles(), word: "ok"}},
	},
	{
		id:      "K11",
		issues:  []string{"kubernetes 91676"},
		symptom: "raising the partition does not roll back",
		look:    wanted("A A A", images("web")),
		cells:   everywhere("bad: A B B"),
		plays:   []variant{{title: "remedy: delete the pods", on: release.Profiles(), word: "ok"}},
	},
	{
		id:      "K12",
		issues:  []string{"kubernetes 73492", "kubernetes 106055", "kubernetes/kube-state-metrics 1324", "VictoriaMetrics/operator 1242"},
		symptom: "under OnDelete currentRevision stays behind for ever",
		look:    either(promoted, "ok", "bad"),
		cells:   row("bad", "bad", "bad", "bad", "bad", "bad", "bad", "ok"),
		plays:   []variant{{title: "remedy: RollingUpdate", on: release.Profiles(), word: "ok"}},
	},
	{
		id:      "K13",
		issues:  []string{"kubernetes 96218"},
		symptom: "a rollout under Parallel does not care for a pod that is not Ready, or cares for it first",
		look:    deleted,
		cells:   row("delete 2", "delete 2", "delete 2", "delete 2", "nothing", "delete 2", "delete 2", "delete 0"),
		plays: []variant{
			{title: "variant: web-0 is broken by the new template", look: images("web"), word: "(broken) A A"},
		},
	},
	{
		id:      "K14",
		symptom: "a pod below the partition is not Ready, and freezes the canary above it",
		look:    either(updatedTop, "updates", "nothing"),
		cells:   row("updates", "updates", "updates", "updates", "nothing", "updates", "updates", "nothing"),
		plays: []variant{
			{on: []release.Release{release.V1_36.With(release.MaxUnavailableStatefulSet)}, word: "nothing"},
			{on: []release.Release{release.V1_37.Without(release.MaxUnavailableStatefulSet)}, word: "updates"},
			{title: "remedy: maxUnavailable 2", on: release.Profiles(), word: "updates"},
			{title: "remedy: heal web-0", on: release.Profiles(), word: "updates"},
			{title: "remedy: delete web-0", on: release.Profiles(), word: "updates"},
		},
	},
	{
		id:      "K15",
		issues:  []string{"kubernetes 75498", "openshift/origin 17435", "kubernetes 58347"},
		symptom: "status.currentReplicas is one too low, or -1 and refused",
		look:    either(countsRight, "ok", "bad"),
		cells:   everywhere("bad"),
		plays: []variant{
			{title: "variant: until it looks again", on: release.Profiles(), word: "ok"},
			{title: "variant: less than none", on: allBut(release.V1_35_0), look: refused, word: "refused"},
			{title: "variant: less than none", on: []release.Release{release.V1_35_0}, look: refused, word: "ok"}, // it deletes nothing, see K02
			{title: "variant: pods of another set", on: release.Profiles(), look: refused, word: "refused"},
		},
		says: "it does not go on for ever, as was reported: the next sync counts anew, and its status is taken (stateful_set_control.go, updateStatefulSet)",
	},
	{
		id:      "K16",
		issues:  []string{"kubernetes 134773"},
		symptom: "an upgrade of the control plane replaces all pods of all sets",
		look:    either(rolledByItself, "bad", "ok"),
		cells: []cell{
			{release.V1_34_1, "bad"}, {release.V1_34_4, "ok"}, {release.V1_35_0, "ok"},
			{release.V1_35_4, "ok"}, {release.V1_36, "ok"}, {release.V1_37, "ok"},
		},
		plays: []variant{{on: []release.Release{
			release.V1_34_4.Without(release.StatefulSetSemanticRevisionComparison), release.V1_36.Without(release.StatefulSetSemanticRevisionComparison),
			release.V1_37.Without(release.StatefulSetSemanticRevisionComparison),
		}, word: "bad"}},
	},
	{
		id:      "K17",
		issues:  []string{"kubernetes 61998", "kubernetes 69400", "kubernetes 80698", "kubernetes 56355", "kubernetes 55159"},
		symptom: "pods are replaced again and again, though nobody changes the set",
		look:    replaced,
		cells:   everywhere("replaced"),
		plays: []variant{
			{title: "variant: the label is taken away", on: release.Profiles(), word: "replaced"},
			{title: "variant: another label", on: release.Profiles(), word: "kept"},
		},
		says: "that revisions are made twice, or come and go in turn, is not there any more: a revision that exists with the same template is used (pkg/controller/history/controller_history.go, CreateControllerRevision), and the controller does not begin before it has seen them all",
	},
	{
		id:      "K18",
		symptom: "kubectl rollout status ends early, depending on how the default strategy is spelled",
		look:    rolloutStatus,
		cells:   everywhere("complete"),
		plays:   []variant{{title: "variant: no block", on: release.Profiles(), word: "waits"}},
	},
	{
		id:      "K19",
		symptom: "the condition of a Recreate that is taken back speaks of deleting while pods are created",
		look:    progress,
		cells:   []cell{{release.V1_37.With(release.StatefulSetRecreateStrategy), "deleting"}},
		plays: []variant{
			{title: "variant: not taken back", on: []release.Release{release.V1_37.With(release.StatefulSetRecreateStrategy)}, word: "creating"},
			{title: "variant: to the end", on: []release.Release{release.V1_37.With(release.StatefulSetRecreateStrategy)}, word: "done"},
		},
	},
}

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

// deleted says which pod of web is being deleted.
func deleted(c *sim.Cluster) string {
	for i := range 3 {
		if see(c, terminating(fmt.Sprintf("web-%d", i))) {
			return fmt.Sprintf("delete %d", i)
		}
	}
	return "nothing"
}

// updatedTop is whether web-2 has the new image.
func updatedTop(v sim.View) bool {
	p, _ := v.Pod("web-2")
	web, _ := v.Set("web")
	return p.Revision() == web.UpdateRevision()
}

// countsRight is whether the status of web counts as many pods of the current revision as
// there are.
func countsRight(v sim.View) bool {
	web, _ := v.Set("web")
	return web.Counted().Current == web.Counts().Current
}

// refused is whether the API server has ever refused the status of web.
func refused(c *sim.Cluster) string {
	if _, ok := when(c, "web", `cannot go on: StatefulSet.apps "web" is invalid: status.currentReplicas: Invalid value: -1: must be greater than or equal to 0`); ok {
		return "refused"
	}
	return "ok"
}

// rolledByItself is whether web has made a second revision.
func rolledByItself(v sim.View) bool {
	web, _ := v.Set("web")
	return web.History() > 0
}

// replaced is whether web-2 has been created more than once.
func replaced(c *sim.Cluster) string {
	created := 0
	for _, line := range c.Trace() {
		if strings.HasPrefix(line.What, "creates web-2 ") {
			created++
		}
	}
	if created > 1 {
		return "replaced"
	}
	return "kept"
}

// rolloutStatus is what kubectl rollout status says of web.
func rolloutStatus(c *sim.Cluster) string {
	switch _, done, err := c.RolloutStatus("web"); {
	case err != nil:
		return err.Error()
	case done:
		return "complete"
	}
	return "waits"
}

// progress is what the condition Progressing of web says.
func progress(c *sim.Cluster) string {
	web, err := c.StatefulSet("web")
	if err != nil || len(web.Status.Conditions) != 1 {
		return "nothing"
	}
	switch message := web.Status.Conditions[0].Message; message {
	case "Deleting old revision pods":
		return "deleting"
	case "Waiting for new-revision pods to be created":
		return "creating"
	case "All pods recreated successfully":
		return "done"
	default:
		return message
	}
}
