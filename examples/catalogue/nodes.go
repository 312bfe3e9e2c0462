package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// nodes is chapter C: nodes that fail, and the promise of at most one pod for an identity.
var nodes = []entry{
	{
		id:      "K28",
		issues:  []string{"kubernetes 72226", "kubernetes 74689", "kubernetes 54368", "kubernetes 55713", "kubernetes 64869"},
		symptom: "a node is lost, and its pod is Terminating for ever",
		look:    afterNodeLoss,
		cells:   everywhere("Terminating"),
		plays: []variant{
			{on: allBut(release.V1_27_1), look: timeToEvict, word: "deleted 300s after the node is Unknown"},
			{on: []release.Release{release.V1_27_1}, look: timeToEvict, word: "deleted 305s after the node is Unknown"},
			{title: "remedy: delete the pod by force", on: release.Profiles(), word: "replaced"},
			{title: "remedy: delete the Node", on: release.Profiles(), word: "replaced"},
			{title: "remedy: taint the node out-of-service", on: release.Profiles(), word: "replaced"},
			{title: "remedy: the machine comes back", on: release.Profiles(), word: "replaced"},
			{title: "variant: a cluster of one node", on: release.Profiles(), word: "not even deleted"},
			{title: "variant: most of a small zone is down", on: release.Profiles(), word: "not even deleted"},
		},
	},
	{
		id:      "K29",
		issues:  []string{"kubernetes 61832"},
		symptom: "a pod of a node that is cut off is deleted by force, and then there are two",
		look:    twins,
		cells:   everywhere("two"),
		plays: []variant{
			{on: release.Profiles(), look: afterHealing, word: "two for 30s after healing"},
			{title: "variant: the kubelet is restarted meanwhile", on: release.Profiles(), word: "two"},
			{title: "variant: the kubelet is restarted meanwhile", on: release.Profiles(), look: afterHealing, word: "two for 2s after healing"},
			{title: "remedy: switch the machine off first", on: release.Profiles(), word: "one"},
			{title: "remedy: wait", on: release.Profiles(), word: "one"},
		},
	},
	{
		// Until 1.34 a kubelet lists its pods with the resource version 0, from a cache of any age. In
		// 1.35 client-go's gate WatchListClient is on, and the list is no older than the question
		// (Reflector.watchList; apiserver, Cacher.getWatchCacheResourceVersion).
		id:      "K30",
		issues:  []string{"kubernetes 59848"},
		symptom: "a kubelet is restarted, and starts a pod that has moved away",
		look:    twins,
		cells:   row("two", "two", "two", "two", "one", "one", "one", "one"),
		fine:    "one",
		plays: []variant{
			{title: "remedy: a disk that only one node can have", on: release.Profiles(), word: "one"},
		},
	},
	{
		id:      "K31",
		issues:  []string{"kubernetes 117373", "kubernetes 117798"},
		symptom: "a preStop hook that hangs doubles the grace period",
		look:    timeToEnd("web-0"),
		cells:   row("60s", "32s", "32s", "32s", "32s", "32s", "32s", "32s"),
		fine:    "32s",
		plays: []variant{
			{title: "remedy: a hook that ends", on: allBut(release.V1_27_1), word: "30s"},
			{title: "remedy: a hook that ends", on: []release.Release{release.V1_27_1}, word: "35s"},
		},
	},
	{
		id:      "K32",
		symptom: "with terminationGracePeriodSeconds 0 there are two pods, on nodes that are well",
		look:    twins,
		cells:   everywhere("two"),
		plays: []variant{
			{title: "variant: a rolling update", on: release.Profiles(), word: "two"},
			{title: "variant: a drain", on: release.Profiles(), word: "two"},
			{title: "remedy: a grace period of a second", on: release.Profiles(), word: "one"},
		},
	},
	{
		id:      "K33",
		symptom: "a kubelet is restarted, and its pods are not ready for a moment",
		look:    readyThroughout("web-0"),
		cells:   row("flaps", "flaps", "flaps", "flaps", "keeps", "keeps", "keeps", "keeps"),
		fine:    "keeps",
		plays: []variant{
			{title: "variant: its name in DNS", on: upTo(release.V1_34_4), look: inDNS, word: "not in DNS"},
			{title: "variant: its name in DNS", on: since(release.V1_35_0), look: inDNS, word: "in DNS"},
			{title: "variant: minReadySeconds begin anew", on: upTo(release.V1_34_4), look: available, word: "0 available"},
			{title: "variant: minReadySeconds begin anew", on: since(release.V1_35_0), look: available, word: "1 available"},
			{title: "remedy: no probe", on: release.Profiles(), word: "keeps"},
		},
	},
}

// afterNodeLoss is what has become of the pods of a node that was lost.
func afterNodeLoss(c *sim.Cluster) string {
	for _, p := range c.Pods("web").Items {
		if p.DeletedAt != nil {
			return "Terminating"
		}
	}
	return either(rolledOut, "replaced", "not even deleted")(c)
}

// timeToEvict is how long after its node was given up the pod of it was deleted.
func timeToEvict(c *sim.Cluster) string {
	unknown, _ := when(c, "node-1", "is Unknown")
	evicted, _ := when(c, "web-1", "is evicted")
	return "deleted " + rounded(evicted-unknown) + " after the node is Unknown"
}

// twins is whether two pods have ever run for one identity.
func twins(c *sim.Cluster) string {
	if len(c.Violations()) > 0 {
		return "two"
	}
	return "one"
}

// afterHealing is for how long the pod without an object ran on once its node could be
// reached again.
func afterHealing(c *sim.Cluster) string {
	healed, _ := when(c, "node-0", "answers again")
	stopped, ok := when(c, "web-0", "has stopped at node-0")
	if !ok {
		return "one"
	}
	return "two for " + rounded(stopped-healed) + " after healing"
}

// timeToEnd is how long a pod that was deleted took to end.
func timeToEnd(pod string) look {
	return func(c *sim.Cluster) string {
		deleted, _ := when(c, pod, "is stopping")
		gone, ok := when(c, pod, "is gone")
		if !ok {
			return "never"
		}
		return rounded(gone - deleted)
	}
}

// readyThroughout is whether a pod, once ready, has stayed so.
func readyThroughout(pod string) look {
	return func(c *sim.Cluster) string {
		if _, lost := when(c, pod, "is not ready any more"); lost {
			return "flaps"
		}
		return either(rolledOut, "keeps", "never ready")(c)
	}
}

// inDNS is whether web-0 has a name in DNS.
func inDNS(c *sim.Cluster) string {
	answer, err := c.Lookup("web-0", "web")
	if err != nil || len(answer.Addresses) == 0 {
		return "not in DNS"
	}
	return "in DNS"
}

// rounded is a time to the second, in seconds if there are not many.
func rounded(d time.Duration) string {
	if d < 6*time.Minute {
		return fmt.Sprintf("%.0fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// told reports whether somebody is told of in words that have these among them.
func told(c *sim.Cluster, who, words string) bool {
	return slices.ContainsFunc(c.Trace(), func(l sim.Line) bool { return l.Who == who && strings.Contains(l.What, words) })
}
