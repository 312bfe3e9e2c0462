package main

import (
	"time"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// names is chapter E: DNS. What it comes to depends on how DNS is set up, and not on the release.
var names = []entry{
	{
		id:      "K39",
		issues:  []string{"kubernetes 127259", "kubernetes 92559", "coredns 3432", "coredns 6210", "kubernetes/dns 332"},
		symptom: "a peer's name is not found, or leads to its old address, for half a minute after it is Ready",
		look:    found,
		cells:   everywhere("28s late"),
		plays: []variant{
			{title: "variant: the peer is replaced", on: release.Profiles(), word: "27s late"},
			{title: "variant: a cache on each node", on: release.Profiles(), word: "3s late"},
			{title: "remedy: kubeadm's cache", on: release.Profiles(), word: "at once"},
			{title: "remedy: kubeadm's cache, and the peer is replaced", on: release.Profiles(), word: "at once"},
			{title: "remedy: publish addresses that are not ready", on: release.Profiles(), word: "at once"},
		},
	},
}

// found is how long after web-1 was ready web-0 finds it by its name, if it goes on asking.
func found(c *sim.Cluster) string {
	ready, _ := when(c, "web-1", "is ready")
	later, err := c.Clone()
	if err != nil {
		return err.Error()
	}
	for range 10 * 60 {
		peer, err := later.Pod("web-1")
		if err != nil {
			return err.Error()
		}
		answer, err := later.Lookup("web-0", "web-1.web")
		if err != nil {
			return err.Error()
		}
		if len(answer.Addresses) > 0 && answer.Addresses[0].String() == peer.Status.PodIP {
			if late := time.Duration(later.Now()) - ready; late >= time.Second {
				return rounded(late) + " late"
			}
			return "at once"
		}
		later.Run(100 * time.Millisecond)
	}
	return "never"
}
