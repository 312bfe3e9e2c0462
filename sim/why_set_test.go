package sim_test

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

var whySetCases = []whyCase{
	{"", "nothing waits", "web", sim.AsAsked, 0, func(w *worldPlay) { w.formed(sim.Config{}) }},
	{"", "a set has just been applied", "web", sim.Passing, 0, func(w *worldPlay) { w.begin(sim.Config{}, webSet(3, stateless)) }},
	{"", "a set comes up", "web", sim.Passing, 0, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(3, stateless))
		w.c.Run(time.Second)
	}},
	{"", "pods have to be ready for a while", "web", sim.Passing, 0, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(3, stateless, minReady(30)))
		w.c.Run(10 * time.Second)
	}},
	{"K01", "the template is reverted while a pod of it cannot start", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.formed(with(sim.Image{Missing: true}))
		w.updated("bad")
		_, err := w.c.RolloutUndo("web", 0)
		w.do(err)
		w.c.Settle()
	}},
	{"K01", "it is about to come to that, and the template has not been reverted", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.formed(with(sim.Image{Missing: true}))
		w.do(w.c.SetImage("web", "main", "bad"))
	}},
	{"K01", "the first revision is broken at web-0", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.begin(with(sim.Image{Missing: true}), webSet(3, stateless, image("bad")))
		w.c.Settle()
		w.updated("A")
	}},
	{"K01", "the same without a block rollingUpdate", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.begin(with(sim.Image{Missing: true}), webSet(3, stateless, image("bad"), strategy(model.RollingUpdate)))
		w.c.Settle()
		w.updated("A")
	}},
	{"K01", "the strategy Recreate has no such trouble", "web", sim.Passing, 0, func(w *worldPlay) {
		w.formed(sim.Config{Release: release.V1_37.With(release.StatefulSetRecreateStrategy), Images: map[string]sim.Image{"bad": {Missing: true}}}, strategy(model.Recreate))
		w.updated("bad")
		_, err := w.c.RolloutUndo("web", 0)
		w.do(err)
		w.c.Run(time.Millisecond)
	}},
	{"", "Recreate, in a release without its gate", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.formed(sim.Config{Release: release.V1_37.With(release.StatefulSetRecreateStrategy)}, strategy(model.Recreate))
		w.c.UpgradeTo(release.V1_37)
		w.do(w.c.Delete("pod/web-0"))
		w.c.Settle()
	}},
	{"K02", "old pods that are not ready use up maxUnavailable", "web", sim.Stuck, 2, func(w *worldPlay) {
		config := with(sim.Image{NeverReady: true})
		config.Release = release.V1_35_0
		w.begin(config, webSet(3, stateless, parallel, image("bad")))
		w.c.Settle()
		w.updated("A")
	}},
	{"K02", "the same before maxUnavailable", "web", sim.Passing, 0, func(w *worldPlay) {
		config := with(sim.Image{NeverReady: true})
		config.Release = release.V1_34_4
		w.begin(config, webSet(3, stateless, parallel, image("bad")))
		w.c.Settle()
		w.do(w.c.SetImage("web", "main", "A"))
		w.c.Run(time.Second)
	}},
	{"K05", "a scale-down waits for minReadySeconds", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{Release: release.V1_33}, webSet(2, stateless, minReady(60)))
		w.settles()
		w.do(w.c.Delete("pod/web-1"))
		w.c.Run(45 * time.Second)
		w.do(w.c.Scale("web", 1))
		w.c.Run(time.Second)
	}},
	{"K13", "Parallel: a new pod that is not ready stops the rollout", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.formed(with(sim.Image{NeverReady: true}), parallel)
		w.updated("bad")
	}},
	{"K14", "Parallel: a pod below the partition stops the canary", "web", sim.Stuck, 3, func(w *worldPlay) {
		w.formed(sim.Config{}, parallel)
		w.do(w.c.SetPartition("web", 2))
		w.deed(sim.Hang{Pod: "web-0"})
		w.updated("B")
	}},
	{"K20", "two pods that are to be scaled away are not ready", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(5, stateless))
		w.settles()
		w.deed(sim.Hang{Pod: "web-3"})
		w.deed(sim.Hang{Pod: "web-4"})
		w.c.Settle()
		w.do(w.c.Scale("web", 3))
		w.c.Settle()
	}},
	{"K20", "web-0 is not ready, and nothing is scaled away", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.Hang{Pod: "web-0"})
		w.c.Settle()
		w.do(w.c.Scale("web", 1))
		w.c.Settle()
	}},
	{"K26", "the set's name is too long for the labels of its pods", "w23456789-123456789-123456789-123456789-123456789-1234", sim.Stuck, 0, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, named("w23456789-123456789-123456789-123456789-123456789-1234")))
		w.c.Settle()
	}},
	{"", "the API server refuses pods for a while", "web", sim.Passing, 0, func(w *worldPlay) {
		w.begin(sim.Config{})
		w.deed(sim.FailWrite{Verb: sim.VerbCreate, Kind: model.KindPod, Times: 12, Error: "exceeded quota: pods, requested: pods=1, used: pods=2, limited: pods=2"})
		w.apply(webSet(1, stateless))
		w.c.Run(10 * time.Second)
	}},
	{"", "the API server refuses pods for long", "web", sim.Passing, 1, func(w *worldPlay) {
		w.begin(sim.Config{})
		w.deed(sim.FailWrite{Verb: sim.VerbCreate, Kind: model.KindPod, Times: 20, Error: "the webhook does not answer"})
		w.apply(webSet(1, stateless))
		w.c.Run(10 * time.Second)
	}},
	{"", "a partition", "web", sim.Held, 1, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.do(w.c.SetPartition("web", 2))
		w.updated("B")
	}},
	{"", "OnDelete", "web", sim.Held, 1, func(w *worldPlay) {
		w.formed(sim.Config{}, strategy(model.OnDelete))
		w.updated("B")
	}},
	{"", "a Failed pod is created again and again", "web", sim.Stuck, 0, func(w *worldPlay) {
		config := sim.Config{}
		config.Allocatable.CPU = 1000
		w.begin(config, webSet(1, stateless, requesting(2000), onNode("node-0")))
		w.c.Run(time.Minute)
	}},
	{"", "a set that is deleted in the foreground", "web", sim.Passing, 0, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeForeground)))
		w.c.Run(time.Second)
	}},
	{"", "the same, and a node does not answer", "web", sim.Stuck, 4, func(w *worldPlay) {
		w.formed(sim.Config{Nodes: 2})
		w.deed(sim.CrashNode{Node: "node-0"})
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeForeground)))
		w.c.Run(10 * time.Minute)
	}},
	{"", "the controller is paused", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.PauseController{})
		w.do(w.c.Scale("web", 4))
	}},
	{"", "the controller is paused, and if it goes on another set is worse off", "web", sim.Stuck, 0, func(w *worldPlay) {
		w.begin(with(sim.Image{Missing: true}), webSet(3, stateless), webSet(3, stateless, named("other")))
		w.settles()
		w.deed(sim.PauseController{})
		w.do(w.c.Scale("web", 4))
		w.do(w.c.SetImage("other", "main", "bad"))
	}},
	{"", "the controller has missed an event", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.LoseEvents{Kind: model.KindPod})
		w.do(w.c.Delete("pod/web-0", sim.Force()))
	}},
	{"", "the controller goes on missing events", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.LoseEvents{Kind: model.KindPod, Times: 100})
		w.do(w.c.Delete("pod/web-0", sim.Force()))
	}},
	{"", "the controller has missed a new spec", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.LoseEvents{Kind: model.KindStatefulSet})
		w.do(w.c.Scale("web", 4))
		w.c.Settle()
	}},
	{"", "the controller's watch lies behind", "web", sim.Passing, 0, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.DelayWatch{By: 20 * time.Second})
		w.do(w.c.Scale("web", 4))
		w.c.Run(time.Second)
	}},
	{"", "a Deployment whose new pods do not become ready", "deploy/web", sim.Stuck, 1, func(w *worldPlay) {
		w.deployed(2)
		w.do(w.c.SetImage("deploy/web", "main", "B"))
		w.c.Settle()
	}},
	{"", "a Deployment that is paused", "deploy/web", sim.Held, 1, func(w *worldPlay) {
		w.deployed(2)
		w.do(w.c.RolloutPause("deploy/web"))
		w.do(w.c.SetImage("deploy/web", "main", "A2"))
		w.c.Settle()
	}},
	{"", "a Deployment of which nothing can be placed", "deploy/web", sim.Stuck, 2, func(w *worldPlay) {
		w.deployed(2)
		for _, node := range []string{"node-0", "node-1", "node-2"} {
			w.do(w.c.Cordon(node))
		}
		w.do(w.c.Scale("deploy/web", 3))
		w.c.Settle()
	}},
	{"", "a Deployment that is deleted in the foreground", "deploy/web", sim.Passing, 0, func(w *worldPlay) {
		w.deployed(2)
		w.do(w.c.Delete("deploy/web", sim.WithCascade(sim.CascadeForeground)))
	}},
	{"K22", "a pod that has failed on a node that works", "web", sim.Passing, 0, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.FailPod{Pod: "web-1"})
	}},
	{"K21", "all pods are lost at once", "web", sim.Passing, 0, func(w *worldPlay) {
		w.formed(sim.Config{})
		for _, pod := range []string{"pod/web-0", "pod/web-1", "pod/web-2"} {
			w.do(w.c.Delete(pod))
		}
		w.c.Run(time.Second)
	}},
	{"", "an operation that is to come helps", "web", sim.Passing, 2, func(w *worldPlay) {
		w.formed(sim.Config{})
		w.deed(sim.Hang{Pod: "web-1"})
		w.do(w.c.At(time.Hour, sim.Recover{Pod: "web-1"}))
	}},
}
