package sim_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// What becomes of pods when their node does not answer any more.

// spread is a world with so many nodes, and a set of as many pods, one on each. It
// begins at the second 30, when everything is at rest.
func (w *worldPlay) spread(nodes int, changes ...func(*model.StatefulSet)) {
	w.t.Helper()
	w.begin(sim.Config{Nodes: nodes}, append(withDisks(webSet(int32(nodes), append(changes, parallel)...)), nginx())...)
	w.settles()
	w.c.Run(30*time.Second - time.Duration(w.c.Now()))
}

// after wants it to take so long, from the second 30 on, until the condition holds; it
// may be anything between the two.
func (w *worldPlay) after(least, most time.Duration, condition func(sim.View) bool) {
	w.t.Helper()
	w.until(condition)
	took := time.Duration(w.c.Now()) - 30*time.Second
	require.GreaterOrEqual(w.t, took, least, "%s\n%s", w.rule, w.c.Trace())
	require.LessOrEqual(w.t, took, most, "%s\n%s", w.rule, w.c.Trace())
}

func notReady(pod string) func(sim.View) bool {
	return func(v sim.View) bool { return !v.PodReady(pod) }
}

// terminating reports whether a pod is being deleted.
func (w *worldPlay) terminating(pod string) func(sim.View) bool {
	return func(sim.View) bool {
		p, err := w.c.Pod(pod)
		return err == nil && p.DeletedAt != nil
	}
}

// replaced reports whether a pod of that name has another UID.
func (w *worldPlay) replaced(pod string) func(sim.View) bool {
	uid := w.pod(pod).UID
	return func(sim.View) bool {
		p, err := w.c.Pod(pod)
		return err == nil && p.UID != uid
	}
}

// gone reports whether the object that a pod has now is gone.
func (w *worldPlay) gone(pod string) func(sim.View) bool {
	uid := w.pod(pod).UID
	return func(sim.View) bool {
		p, err := w.c.Pod(pod)
		return err != nil || p.UID != uid
	}
}

// taints wants the taints of the nodes: "node-0:unreachable:NoSchedule,...".
func (w *worldPlay) tainted(want string) {
	w.t.Helper()
	var out []string
	for _, n := range w.c.Nodes().Items {
		for _, taint := range n.Spec.Taints {
			out = append(out, fmt.Sprintf("%s:%s:%s", n.Name, strings.TrimPrefix(taint.Key, "node.kubernetes.io/"), taint.Effect))
		}
	}
	w.is(want, strings.Join(out, " "))
}

var nodeCases = []worldCase{
	{"P45-registers", "A kubelet that is started registers its node again if somebody has deleted that; one that runs does not", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, webSet(2, stateless))
		w.settles()
		uid := w.pod("web-1").UID
		w.do(w.c.Delete("node/node-1"))
		w.do(w.c.Do(sim.PartitionNode{Node: "node-1"}))
		w.c.Run(5 * time.Second)
		w.do(w.c.Do(sim.HealNode{Node: "node-1"}))
		w.c.Run(5 * time.Second)
		require.Len(w.t, w.c.Nodes().Items, 1, w.rule)
		w.do(w.c.Do(sim.StartKubelet{Node: "node-1"}))
		require.Len(w.t, w.c.Nodes().Items, 2, w.rule)
		w.settles()
		require.Equal(w.t, uid, w.pod("web-1").UID, "its pods are still its pods")
		w.pods("web-0:Running web-1:Running")
		w.do(w.c.Do(sim.CrashNode{Node: "node-1"})) // it is watched over as before
		w.c.Run(time.Minute)
		require.False(w.t, w.c.Nodes().Items[1].Ready(), w.rule)
		w.do(w.c.Delete("node/node-1"))
		w.settles()
		w.do(w.c.Do(sim.RestartNode{Node: "node-1"}))
		w.settles()
		require.True(w.t, w.c.Nodes().Items[1].Ready(), w.rule)
		w.do(w.c.Scale("web", 4))
		w.settles()
		w.nodes("web-0:node-0 web-1:node-0 web-2:node-1 web-3:node-1")
	}},
	{"P49-ended", "A taint takes pods away that have ended, too", func(w *worldPlay) {
		w.deployed(2)
		name := w.c.Pods("").Names()[0]
		w.do(w.c.Do(sim.FailPod{Pod: name}))
		w.c.Settle()
		require.Len(w.t, w.c.Pods("").Items, 3, "who has failed stays")
		w.do(w.c.TaintNode(w.pod(name).Spec.NodeName, "k=v:NoExecute"))
		w.settles()
		require.Len(w.t, w.c.Pods("").Items, 2, w.rule)
		require.NotContains(w.t, w.c.Pods("").Names(), name, w.rule)
	}},
	{"P40", "A node dies: its pods are not ready within a minute, are deleted five minutes later, and never replaced", func(w *worldPlay) {
		w.spread(3)
		w.do(w.c.Do(sim.CrashNode{Node: "node-2"}))
		w.after(40*time.Second, 60*time.Second, notReady("web-2"))
		w.event("pod/web-2", "NodeNotReady: Node is not ready")
		w.c.Run(time.Second)
		w.tainted("node-2:unreachable:NoSchedule node-2:unreachable:NoExecute")
		w.after(340*time.Second, 362*time.Second, w.terminating("web-2"))
		w.waits("pod/web-2: is terminating", "node-2 does not answer")
		w.pods("web-0:Running web-1:Running web-2:Terminating")
	}},
	{"P41", "Three of the five nodes of a zone die at once: it is the zone that is broken, and nobody is evicted", func(w *worldPlay) {
		w.spread(5)
		for _, n := range []string{"node-0", "node-1", "node-2"} {
			w.do(w.c.Do(sim.CrashNode{Node: n}))
		}
		w.c.Run(time.Hour)
		tainted := 0
		for _, n := range w.c.Nodes().Items {
			for _, taint := range n.Spec.Taints {
				if taint.Effect == model.NoExecute {
					tainted++
				}
			}
		}
		require.LessOrEqual(w.t, tainted, 1, w.rule)
		for _, pod := range []string{"web-0", "web-1", "web-2"} {
			require.False(w.t, w.pod(pod).Ready(), w.rule)
		}
	}},
	{"P42", "Two of five die at once: they are tainted ten seconds apart", func(w *worldPlay) {
		w.spread(5)
		w.do(w.c.Do(sim.CrashNode{Node: "node-1"}))
		w.do(w.c.Do(sim.CrashNode{Node: "node-3"}))
		w.until(w.terminating("web-1"))
		first := w.c.Now()
		w.until(w.terminating("web-3"))
		require.InDelta(w.t, 10, w.c.Now().Sub(first).Seconds(), 0.2, "%s\n%s", w.rule, w.c.Trace())
	}},
	{"P43", "The only node dies: nobody is left to judge, so there is no eviction", func(w *worldPlay) {
		w.spread(1)
		w.do(w.c.Do(sim.CrashNode{Node: "node-0"}))
		w.after(40*time.Second, 60*time.Second, notReady("web-0"))
		w.waits()
		w.tainted("node-0:unreachable:NoSchedule")
		w.pods("web-0:Unready")
	}},
	{"P44", "A node that comes back before its pods are deleted keeps them", func(w *worldPlay) {
		w.spread(3)
		before := w.pod("web-2")
		w.do(w.c.Do(sim.PartitionNode{Node: "node-2"}))
		w.c.Run(200 * time.Second)
		require.False(w.t, w.pod("web-2").Ready(), w.rule)
		w.do(w.c.Do(sim.HealNode{Node: "node-2"}))
		w.c.Run(6 * time.Second)
		require.True(w.t, w.pod("web-2").Ready(), w.rule)
		w.settles()
		w.tainted("")
		after := w.pod("web-2")
		require.Equal(w.t, [2]string{before.UID.String(), before.Status.PodIP}, [2]string{after.UID.String(), after.Status.PodIP}, w.rule)
		require.Zero(w.t, after.Status.ContainerStatuses[0].RestartCount, w.rule)
	}},
	{"P45", "The dead node's object is deleted: the garbage collector frees its pods within eighty seconds", func(w *worldPlay) {
		w.spread(3)
		w.do(w.c.Do(sim.CrashNode{Node: "node-2"}))
		w.c.Run(100 * time.Second)
		gone := w.gone("web-2")
		w.do(w.c.Delete("node/node-2"))
		w.after(140*time.Second, 180*time.Second, gone)
	}},
	{"P46", "The dead node is marked out of service: its terminating pods are gone within twenty seconds, and their volumes are free", func(w *worldPlay) {
		w.spread(3)
		w.do(w.c.Do(sim.CrashNode{Node: "node-2"}))
		w.c.Run(400 * time.Second)
		replaced := w.replaced("web-2")
		w.do(w.c.TaintNode("node-2", "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"))
		w.after(400*time.Second, 421*time.Second, replaced)
		w.c.Run(10 * time.Second) // no six minutes
		require.True(w.t, w.pod("web-2").Ready(), "%s\n%s", w.rule, w.c.Trace())
	}},
	{"P47", "A pod is forced away from a node that is only partitioned: there are two of it until the partition heals", func(w *worldPlay) {
		w.spread(3)
		w.do(w.c.Do(sim.PartitionNode{Node: "node-2"}))
		w.c.Run(100 * time.Second)
		w.do(w.c.Delete("pod/web-2", sim.Force()))
		w.c.Run(500 * time.Second)
		require.Equal(w.t, []string{"node-0", "node-2"}, w.c.RunningAt("web-2"), "%s\n%s", w.rule, w.c.Trace())
		w.do(w.c.Do(sim.HealNode{Node: "node-2"}))
		w.c.Run(29 * time.Second)
		require.Equal(w.t, []string{"node-0", "node-2"}, w.c.RunningAt("web-2"), w.rule)
		w.c.Run(2 * time.Second)
		require.Equal(w.t, []string{"node-0"}, w.c.RunningAt("web-2"), w.rule)
	}},
	{"P48", "A kubelet that was restarted meanwhile does not know the pod, and kills what it finds in two seconds", func(w *worldPlay) {
		w.spread(3)
		w.do(w.c.Do(sim.PartitionNode{Node: "node-2"}))
		w.c.Run(100 * time.Second)
		w.do(w.c.Delete("pod/web-2", sim.Force()))
		w.do(w.c.Do(sim.StartKubelet{Node: "node-2"}))
		w.c.Run(500 * time.Second)
		w.do(w.c.Do(sim.HealNode{Node: "node-2"}))
		w.c.Run(2500 * time.Millisecond)
		require.Equal(w.t, []string{"node-0"}, w.c.RunningAt("web-2"), "%s\n%s", w.rule, w.c.Trace())
	}},
}

var lostNodeCases = []worldCase{
	{"N4", "A claim with ReadWriteOncePod is one pod's: a second one is not scheduled while the first is there, even on its node", func(w *worldPlay) {
		claim := aClaim("shared", claimClass("disks"))
		claim.Spec.AccessModes = []model.AccessMode{model.ReadWriteOncePod}
		w.begin(sim.Config{Nodes: 3}, disksClass(), claim, webSet(2, mounting("shared"), parallel))
		w.waits("pod/web-1: Pending: 0/3 nodes are available: 3 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod.")
		w.pods("web-0:Running web-1:Pending")
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.c.Settle()
		w.do(w.c.Delete("pod/web-0"))
		w.until(func(v sim.View) bool { return v.PodReady("web-1") })
	}},
	{"N5", "A node dies and nobody does anything: the pod is terminating for ever, and never replaced", func(w *worldPlay) {
		w.spread(2)
		w.do(w.c.Do(sim.CrashNode{Node: "node-1"}))
		w.waits()
		w.c.Run(24 * time.Hour)
		w.pods("web-0:Running web-1:Terminating")
	}},
	{"N6", "The pod is forced away: its successor waits six minutes for the volume", func(w *worldPlay) {
		w.spread(2)
		w.do(w.c.Do(sim.CrashNode{Node: "node-1"}))
		w.c.Run(400 * time.Second)
		w.write("not lost", "web-0")
		w.do(w.c.Delete("pod/web-1", sim.Force()))
		w.c.Run(20 * time.Millisecond)
		w.nodes("web-0:node-0 web-1:node-0")
		w.until(func(v sim.View) bool { return v.PodReady("web-1") })
		took := time.Duration(w.c.Now()) - 430*time.Second
		require.InDelta(w.t, 360, took.Seconds(), 10, "%s\n%s", w.rule, w.c.Trace())
		w.happens(0, "is detached from node-1 by force")
	}},
	{"N7", "The node is marked out of service: the pod is gone in twenty seconds, and the volume free at once", func(w *worldPlay) {
		w.spread(2)
		w.do(w.c.Do(sim.CrashNode{Node: "node-1"}))
		w.c.Run(400 * time.Second)
		w.do(w.c.TaintNode("node-1", "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"))
		w.until(func(v sim.View) bool { return v.PodReady("web-1") })
		require.Less(w.t, (time.Duration(w.c.Now()) - 430*time.Second).Seconds(), 30.0, "%s\n%s", w.rule, w.c.Trace())
	}},
	{"N8", "The node's object is deleted: the pod goes after the quarantine, and the volume six minutes later", func(w *worldPlay) {
		w.spread(2)
		w.do(w.c.Do(sim.CrashNode{Node: "node-1"}))
		w.c.Run(100 * time.Second)
		gone := w.gone("web-1")
		w.do(w.c.Delete("node/node-1"))
		w.after(140*time.Second, 180*time.Second, gone)
		from := w.c.Now()
		w.until(func(v sim.View) bool { return v.PodReady("web-1") })
		require.InDelta(w.t, 360, w.c.Now().Sub(from).Seconds(), 10, "%s\n%s", w.rule, w.c.Trace())
	}},
	{"N9", "A healthy node keeps what it has mounted, however long", func(w *worldPlay) {
		w.spread(2)
		w.do(w.c.Do(sim.HoldVolumes{Node: "node-1"}))
		w.do(w.c.Cordon("node-1"))
		w.do(w.c.Delete("pod/web-1", sim.Force()))
		w.c.Run(24 * time.Hour)
		w.pods("web-0:Running web-1:ContainerCreating")
		w.do(w.c.Do(sim.ReleaseVolumes{Node: "node-1"}))
		w.settles()
	}},
}
