package sim_test

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

var absentDriver = sim.Config{AbsentProvisioners: []string{"ebs.csi.aws.com"}}

var whyStorageCases = []whyCase{
	{"", "no volume and no class", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(2))
		w.c.Settle()
	}},
	{"", "a class that does not exist", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, ofClass("gold")))
		w.c.Settle()
	}},
	{"", "a provisioner that nobody runs", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(absentDriver, withDisks(webSet(1))...)
		w.c.Settle()
	}},
	{"", "the same, and volumes are made for the first pod", "web", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(absentDriver, withDisks(webSet(1), onFirstUse)...)
		w.c.Settle()
	}},
	{"", "a claim that waits for its first pod", "pvc/c", sim.Held, 0, func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(onFirstUse), aClaim("c", claimClass("disks")))
		w.c.Settle()
	}},
	{"", "a volume is being made", "pvc/c", sim.Passing, 0, func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(), aClaim("c", claimClass("disks")))
		w.c.Run(500 * time.Millisecond)
	}},
	{"", "a driver that fails", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.begin(sim.Config{})
		w.deed(sim.FailProvisioning{Class: "disks", Error: "quota exceeded"})
		w.apply(withDisks(webSet(1))...)
		w.c.Run(10 * time.Minute)
	}},
	{"", "a driver that cannot make a volume larger", "pvc/www-web-0", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), elastic)...)
		w.settles()
		w.deed(sim.FailExpansion{Class: "disks"})
		w.do(w.asks("www-web-0", 2))
		w.c.Run(10 * time.Minute)
	}},
	{"K34", "a claim that is deleted while its pod uses it", "pvc/www-web-0", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		w.do(w.c.Delete("pvc/www-web-0"))
	}},
	{"K34", "the pod is replaced, and its claim has been deleted meanwhile", "web", sim.Passing, 0, func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1))...)
		w.settles()
		w.do(w.c.Delete("pvc/www-web-0"))
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(time.Second)
	}},
	{"K35", "a claim goes with a scale-down, and the set is scaled up again", "web", sim.Passing, 0, func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(2, retaining(model.RetainClaim, model.DeleteClaim)))...)
		w.settles()
		w.do(w.c.Scale("web", 1))
		w.c.Run(20 * time.Second)
		w.do(w.c.Scale("web", 2))
		w.c.Run(time.Second)
	}},
	{"K35", "nobody tells the controller that the old claim is gone", "web", sim.Stuck, 1, func(w *worldPlay) {
		config := sim.Config{Latencies: sim.Latencies{Collect: sim.Fixed(20 * time.Second)}}
		w.begin(config, withDisks(webSet(2, grace(1), retaining(model.RetainClaim, model.DeleteClaim)))...)
		w.settles()
		w.do(w.c.Scale("web", 1))
		w.c.Run(3 * time.Second)
		w.do(w.c.Scale("web", 2))
		w.c.Run(time.Second)
	}},
	{"", "a volume that two pods on two nodes want", "web", sim.Stuck, 0, func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, disksClass(), aClaim("shared", claimClass("disks")), webSet(2, mounting("shared")))
		w.c.Settle()
	}},
	{"", "a volume on the disk of a node that is cordoned", "web", sim.Stuck, 2, func(w *worldPlay) {
		local := disksClass(onFirstUse, provisionedBy("topolvm.io"))
		w.begin(sim.Config{Nodes: 2}, local, webSet(1, ofClass("disks")))
		w.settles()
		w.do(w.c.Cordon(w.pod("web-0").Spec.NodeName))
		w.do(w.c.Delete("pod/web-0"))
		w.c.Settle()
	}},
	{"", "a volume on the disk of a node that is down", "web", sim.Stuck, 2, func(w *worldPlay) {
		local := disksClass(onFirstUse, provisionedBy("topolvm.io"))
		w.begin(sim.Config{Nodes: 2}, local, webSet(1, ofClass("disks")))
		w.settles()
		w.deed(sim.CrashNode{Node: w.pod("web-0").Spec.NodeName})
		w.c.Run(10 * time.Minute)
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.c.Settle()
	}},
	{"", "a class that does not exist, seen from the pod", "pod/web-0", sim.Stuck, 1, func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, ofClass("gold")))
		w.c.Settle()
		w.updated("B")
	}},
	{"", "a pod whose claim cannot be made anew", "web", sim.Stuck, 2, func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), retained)...)
		w.settles()
		w.do(w.c.Delete("pv/" + w.claim("www-web-0").Spec.VolumeName))
		w.do(w.c.Delete("pod/web-0"))
		w.do(w.c.Delete("pvc/www-web-0"))
		w.deed(sim.FailProvisioning{Claim: "www-web-0"})
		w.c.Run(10 * time.Minute)
	}},
}
