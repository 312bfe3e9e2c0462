package main

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/workload"
)

// scaling is the problems of chapter B: how pods come and go.
var scaling = []entry{
	{
		id:      "K20",
		issues:  []string{"kubernetes 36333", "kubernetes 57865"},
		symptom: "an unhealthy pod holds up scaling down, also one that stays",
		look:    wanted("3 pods", pods),
		cells:   everywhere("bad: 5 pods"),
		plays: []variant{
			{title: "variant: one of them", on: release.Profiles(), word: "ok"},
			{title: "variant: the first", on: release.Profiles(), word: "bad: 5 pods"},
			{title: "remedy: delete the lower one", on: release.Profiles(), word: "ok"},
			{title: "remedy: Parallel", on: release.Profiles(), word: "ok"},
		},
	},
	{
		id:      "K21",
		issues:  []string{"kubernetes 82529", "kubernetes 82746"},
		symptom: "pods of a set that is OrderedReady start all at once",
		look:    wanted("1 starts", starting),
		cells:   everywhere("bad: 3 start"),
		plays: []variant{
			{title: "variant: from the first up", on: release.Profiles(), word: "ok"},
			{title: "variant: all at once", on: release.Profiles(), word: "ok"},
		},
		says: "not always, as was reported: only where a pod is lost, and created again, before one below it is (stateful_set_control.go, processReplica)",
	},
	{
		id:      "K22",
		issues:  []string{"kubernetes 89067", "kubernetes 82387", "kubernetes 55316", "kubernetes 122709", "kubernetes 120398"},
		symptom: "a pod that has ended is never replaced, or is replaced several times a second",
		look:    either(rolledOut, "ok", "hangs"),
		cells:   row("hangs", "ok", "ok", "ok", "ok", "ok", "ok", "ok"),
		plays: []variant{
			{title: "remedy: delete the pod", on: release.Profiles(), word: "ok"},
			{title: "variant: it fails", on: release.Profiles(), word: "ok"},
			{title: "variant: a node without room", on: release.Profiles(), look: loops, word: "loops"},
			{title: "variant: the old object lingers", on: []release.Release{release.V1_27_1}, look: alreadyExists, word: "errors"},
			{title: "variant: the old object lingers", on: allBut(release.V1_27_1), look: alreadyExists, word: "ok"},
		},
	},
	{
		id:      "K23",
		issues:  []string{"kubernetes 108837", "kubernetes 112010"},
		symptom: "readyReplicas is wrong while a quota keeps a pod from being created",
		look:    func(c *sim.Cluster) string { return fmt.Sprintf("%d ready", counted(c).Ready) },
		cells:   everywhere("2 ready"),
		plays:   []variant{{title: "remedy: raise the quota", on: release.Profiles(), word: "3 ready"}},
		says:    "readyReplicas is right on all of these releases: the status is written also when a sync has failed (stateful_set_control.go, performUpdate)",
	},
	{
		id:      "K24",
		issues:  []string{"kubernetes 120732"},
		symptom: "status.replicas does not count a pod that has just been created",
		look: func(c *sim.Cluster) string {
			if counted(c).Replicas == 1 {
				return "at once"
			}
			return "lags"
		},
		cells: row("at once", "lags", "lags", "lags", "lags", "lags", "lags", "lags"),
		plays: []variant{{title: "variant: it looks again", on: release.Profiles(), word: "at once"}},
	},
	{
		id:      "K25",
		issues:  []string{"SiriDB/siridb-server 153"},
		symptom: "the first member waits for the second, and the set for the first: nothing ever starts",
		config: sim.Config{Images: map[string]sim.Image{
			"app:A": {Program: workload.Quorum{}}, "app:alone": {Program: workload.Quorum{ReadyAlone: true}},
		}},
		look:  either(rolledOut, "ok", "stuck"),
		cells: everywhere("stuck"),
		plays: []variant{
			{title: "no remedy: publishNotReadyAddresses alone", on: release.Profiles(), word: "stuck"},
			{title: "no remedy: Parallel alone", on: release.Profiles(), word: "stuck"},
			{title: "remedy: Parallel and publishNotReadyAddresses", on: release.Profiles(), word: "ok"},
			{title: "remedy: ready alone", on: release.Profiles(), word: "ok"},
		},
	},
	{
		id:      "K26",
		issues:  []string{"kubernetes 64023", "kubernetes 79337"},
		symptom: "a set with a long name is accepted, and none of its pods is ever created",
		look: wanted("3 pods", func(c *sim.Cluster) string {
			return fmt.Sprintf("%d pods", len(c.Pods("").Items))
		}),
		cells: everywhere("bad: 0 pods"),
		plays: []variant{{title: "remedy: a shorter name", on: release.Profiles(), word: "ok"}},
	},
	{
		id:      "K27",
		issues:  []string{"kubernetes 68627", "website 10380", "gardener/etcd-druid 843", "scylladb/scylla-operator 284"},
		symptom: "deleting a set ends all of its pods at once",
		look:    wanted("1 ends", ending),
		cells:   everywhere("bad: 3 end"),
		plays:   []variant{{title: "remedy: scale to 0 first", on: release.Profiles(), word: "ok"}},
	},
}

// counted is what the status of web counts.
func counted(c *sim.Cluster) sim.Counts {
	return see(c, func(v sim.View) sim.Counts {
		web, _ := v.Set("web")
		return web.Counted()
	})
}

// pods is how many pods web has.
func pods(c *sim.Cluster) string {
	return fmt.Sprintf("%d pods", see(c, func(v sim.View) int { return v.Replicas("web") }))
}

// starting is how many pods are there and not Ready.
func starting(c *sim.Cluster) string {
	return see(c, func(v sim.View) string {
		n := v.Replicas("web") - v.Ready("web")
		if n == 1 {
			return "1 starts"
		}
		return fmt.Sprintf("%d start", n)
	})
}

// ending is how many pods are being deleted.
func ending(c *sim.Cluster) string {
	n := 0
	for i := range 3 {
		if see(c, terminating(fmt.Sprintf("web-%d", i))) {
			n++
		}
	}
	if n == 1 {
		return "1 ends"
	}
	return fmt.Sprintf("%d end", n)
}

// loops is whether web-0 has been created more than ten times a second.
func loops(c *sim.Cluster) string {
	if strings.Count(c.Trace().String(), "creates web-0 ") > 10 {
		return "loops"
	}
	return "ok"
}

// alreadyExists is whether the controller was ever told that its pod is there already.
func alreadyExists(c *sim.Cluster) string {
	if strings.Contains(c.Trace().String(), `pods "web-0" already exists`) {
		return "errors"
	}
	return "ok"
}
