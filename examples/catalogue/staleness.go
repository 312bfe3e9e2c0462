package main

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// staleness is chapter F: controllers and operators that act on what was so a moment ago.
//
// In K40 the controller waits, from 1.36 on, for its own creations, updates and status writes, and
// not for its deletions (StatefulPodControl's DeletePod notes nothing). A sync that deletes a pod
// of an outdated revision also writes the set's status, though, and where pods and sets arrive in
// one order, as they do here, whoever waits for that has seen the deletion.
var staleness = []entry{
	{
		id:      "K40",
		issues:  []string{"kubernetes 137254", "enhancements 5647"},
		symptom: "the controller does again what it has just done, because it does not see it yet",
		look:    twice,
		cells:   row("twice", "twice", "twice", "twice", "twice", "twice", "once", "once"),
		fine:    "once",
		plays: []variant{
			{on: without(release.StaleControllerConsistencyStatefulSet, release.V1_36, release.V1_37), word: "twice"},
			{title: "variant: a rolling update", on: allBut(release.V1_36, release.V1_37), word: "twice"},
			{title: "variant: a rolling update", on: []release.Release{release.V1_36, release.V1_37}, word: "once"},
			{title: "variant: a rolling update", on: without(release.StaleControllerConsistencyStatefulSet, release.V1_36, release.V1_37), word: "twice"},
		},
	},
	{
		id: "K41",
		issues: []string{
			"instaclustr/cassandra-operator 402", "instaclustr/cassandra-operator 404", "pravega/zookeeper-operator 312",
			"pravega/zookeeper-operator 314", "elastic/cloud-on-k8s 4956", "ray-project/kuberay 715", "opensearch-project/opensearch-k8s-operator 1471",
		},
		symptom: "an operator acts on what it has read, which is not so any more",
		look:    dataOf("web-0"),
		cells:   everywhere("lost"),
		plays: []variant{
			{title: "remedy: whenDeleted is Delete", on: release.Profiles(), word: "kept"},
			{title: "variant: one disruption at a time", on: release.Profiles(), look: down, word: "2 down"},
			{title: "remedy: evict, under a budget", on: release.Profiles(), look: down, word: "1 down"},
		},
	},
}

// without are releases with a gate switched off.
func without(gate release.Gate, releases ...release.Release) (out []release.Release) {
	for _, r := range releases {
		out = append(out, r.Without(gate))
	}
	return out
}

// twice is whether the controller has done something that it had just done: made a pod that
// exists, or deleted one that is being deleted.
func twice(c *sim.Cluster) string {
	last := ""
	for _, line := range c.Trace() {
		if line.Who != "web" {
			continue
		}
		if strings.HasSuffix(line.What, "already exists") || strings.HasPrefix(line.What, "deletes ") && line.What == last {
			return "twice"
		}
		last = line.What
	}
	return "once"
}

// down is how many pods of web are being deleted.
func down(c *sim.Cluster) string {
	n := 0
	for _, p := range c.Pods("web").Items {
		if p.DeletedAt != nil {
			n++
		}
	}
	return fmt.Sprint(n, " down")
}
