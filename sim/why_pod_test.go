package sim_test

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/workload"
)

var whyPodCases = []whyCase{
	{"", "a pod whose image is being pulled", "pod/web-0", sim.Passing, 0, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless))
		w.c.Run(time.Second)
	}},
	{"", "a pod that is ready, of a set that waits", "pod/web-0", sim.AsAsked, 0, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.Hang{Pod: "web-1"})
	}},
	{"", "an image that cannot be pulled, and there is no other revision", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.begin(with(sim.Image{Missing: true}), webSet(3, stateless, image("bad")))
		w.c.Settle()
	}},
	{"", "a program that never becomes ready", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(with(sim.Image{NeverReady: true}), webSet(3, stateless, image("bad")))
		w.c.Settle()
	}},
	{"", "the same, and there is a revision to go back to", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.formed(with(sim.Image{NeverReady: true}))
		w.updated("bad")
	}},
	{"", "a crash loop", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.formed(with(sim.Image{NeverReady: true, Crash: sim.Fixed(time.Second)}))
		w.updated("bad")
	}},
	{"", "the same, between two of its runs", "pod/web-2", sim.Stuck, 0, func(w *worldPlay) {
		w.formed(with(sim.Image{NeverReady: true, Crash: sim.Fixed(time.Second)}))
		w.do(w.c.SetImage("web", "main", "bad"))
		w.c.Run(45 * time.Second)
	}},
	{"", "a container that was killed once too often", "pod/web-0", sim.Passing, 0, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.CrashContainer{Pod: "web-0"})
		w.c.Run(10 * time.Second)
		w.deed(sim.CrashContainer{Pod: "web-0"})
	}},
	{"K22", "a pod that has Succeeded, of a release that leaves it", "web", sim.Stuck, 1, func(w *worldPlay) {
		conf := with(sim.Image{Stop: sim.Fixed(time.Second), Memory: model.Gi})
		conf.Release = release.V1_27_1
		w.begin(conf, webSet(1, stateless, image("bad")))
		w.settles()
		w.deed(sim.Pressure{Node: "node-0"})
		w.c.Run(10 * time.Second)
		w.deed(sim.Relieve{Node: "node-0"})
		w.c.Run(10 * time.Minute)
	}},
	{"", "a program that hangs", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.Hang{Pod: "web-1"})
	}},
	{"", "a program that cannot serve", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.StopServing{Pod: "web-1"})
	}},
	{"", "a sidecar that hangs", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.formed(sim.Config{}, sidecars("P"))
		w.deed(sim.Hang{Pod: "web-1", Container: "p"})
	}},
	{"", "an init container that does not end", "web", sim.Stuck, 0, func(w *worldPlay) {
		w.begin(with(sim.Image{NeverReady: true}), webSet(1, stateless, starting("bad")))
		w.c.Settle()
	}},
	{"", "a readiness gate", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(2, stateless, templateOf(func(p *model.PodSpec) { p.ReadinessGates = []string{"example.com/open"} })))
		w.c.Settle()
	}},
	{"K25", "programs that wait for each other", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(behaving(sim.Image{Program: workload.Quorum{Service: "nginx"}}), nginx(), webSet(3, stateless))
		w.c.Run(time.Minute)
	}},
	{"K25", "the same in parallel", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(behaving(sim.Image{Program: workload.Quorum{Service: "nginx"}}), nginx(), webSet(3, stateless, parallel))
		w.c.Run(time.Minute)
	}},
	{"", "a pod that is on its way out", "pod/web-1", sim.Passing, 0, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.do(w.c.Delete("pod/web-1"))
		w.c.Run(time.Second)
	}},
	{"", "a pod that nobody replaces", "pod/web-0", sim.Stuck, 1, func(w *worldPlay) {
		w.orphan(sim.Config{})
		w.deed(sim.FailPod{Pod: "web-0"})
	}},
	{"", "a pod that is played by hand", "web", sim.Stuck, 0, func(w *worldPlay) {
		w.begin(sim.Config{Manual: true}, webSet(1, stateless))
		w.c.Settle()
	}},
	{"", "all nodes are cordoned", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless))
		w.do(w.c.Cordon("node-0"))
		w.c.Settle()
	}},
	{"", "the nodes are full", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{PodsPerNode: 1}, webSet(2, stateless))
		w.c.Settle()
	}},
	{"", "too little CPU is left", "web", sim.Stuck, 1, func(w *worldPlay) {
		config := sim.Config{}
		config.Allocatable.CPU = 1000
		w.begin(config, webSet(2, stateless, requesting(600)))
		w.c.Settle()
	}},
	{"", "no node has the label that a pod asks for", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, onDisk("fast")))
		w.c.Settle()
	}},
	{"", "all nodes have a taint", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.begin(sim.Config{})
		w.do(w.c.TaintNode("node-0", "gpu=yes:NoSchedule"))
		w.apply(webSet(1, stateless))
		w.c.Settle()
	}},
	{"", "pods that are to be apart", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(2, stateless, apart(model.LabelHostname)))
		w.c.Settle()
	}},
}
