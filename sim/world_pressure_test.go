package sim_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// What a kubelet ends by itself: pods on a node that runs short of something, or is shut
// down.

// ended are the pods' phases and reasons: "web-0:Failed/Evicted".
func (w *worldPlay) ended(want string) {
	w.t.Helper()
	var out []string
	for _, p := range w.c.Pods("").Items {
		out = append(out, fmt.Sprintf("%s:%s/%s", p.Name, p.Status.Phase, p.Status.Reason))
	}
	w.is(want, strings.Join(out, " "))
}

// requestingMemory makes the pods request memory.
func requestingMemory(memory model.Bytes) func(*model.StatefulSet) {
	return container(func(c *model.Container) { c.Resources.Requests.Memory = memory })
}

func (w *worldPlay) taints(node, want string) {
	w.t.Helper()
	n, err := w.c.Node(node)
	w.do(err)
	var out []string
	for _, t := range n.Spec.Taints {
		out = append(out, t.Key+":"+string(t.Effect))
	}
	w.is(want, strings.Join(out, " "))
}

var pressureCases = []worldCase{
	{"P28", "A node that runs short of memory evicts a pod, which is created again elsewhere: not there, as long as the condition lasts", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2, Images: map[string]sim.Image{"A": {Memory: 300 * model.Mi}}}, webSet(1, stateless, requestingMemory(100*model.Mi)))
		w.settles()
		uid := w.pod("web-0").UID
		w.runs(12)
		w.fault(sim.Pressure{Node: "node-0", Lacks: 200 * model.Mi})
		w.runs(19)
		w.pods("web-0:Running") // its kubelet looks every ten seconds
		w.runs(20)
		w.taints("node-0", "node.kubernetes.io/memory-pressure:NoSchedule")
		w.runs(21.9)
		w.pods("web-0:Running")
		w.runs(22) // SIGKILL comes two seconds after SIGTERM, whatever the pod asks for
		w.ended("web-0:Failed/Evicted")
		w.is("The node was low on resource: memory. Container main was using 300Mi, request is 100Mi, has larger consumption of memory. ", w.pod("web-0").Status.Message)
		w.conditions("PodScheduled Initialized DisruptionTarget")
		w.event("pod/web-0", "Evicted: "+w.pod("web-0").Status.Message)
		w.event("node/node-0", "NodeHasInsufficientMemory: Node node-0 status is now: NodeHasInsufficientMemory")
		w.until(func(v sim.View) bool { return v.PodReady("web-0") })
		require.NotEqual(w.t, uid, w.pod("web-0").UID)
		w.nodes("web-0:node-1")
		w.runs(319)
		w.taints("node-0", "node.kubernetes.io/memory-pressure:NoSchedule")
		w.settles()
		w.taints("node-0", "")
		w.at("323.000s") // it looked after 23s, when the pod was gone; five minutes after 20s the next look is
		w.event("node/node-0", "NodeHasSufficientMemory: Node node-0 status is now: NodeHasSufficientMemory")
	}},
	{"P28d", "A kubelet that is restarted in the middle of an eviction has forgotten it, and starts again what it has stopped", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, grace(40), preStop(3), beside("B")))
		w.settles()
		w.fault(sim.Pressure{Node: "node-0"})
		w.until(func(sim.View) bool { return strings.Contains(w.c.Trace().String(), "is stopping") })
		w.c.Run(2300 * time.Millisecond) // the one beside has been killed, the one with the hook has not
		w.fault(sim.Relieve{Node: "node-0"})
		w.fault(sim.StartKubelet{Node: "node-0"})
		w.settles()
		require.EqualValues(w.t, 0, w.pod("web-0").Status.ContainerStatuses[0].RestartCount)
		require.EqualValues(w.t, 1, w.pod("web-0").Status.ContainerStatuses[1].RestartCount)
	}},
	{"P28b", "Pods are evicted one after the other: those above their requests first, and of these those that are most above", func(w *worldPlay) {
		w.begin(sim.Config{Images: map[string]sim.Image{
			"A": {Memory: 500 * model.Mi}, "B": {Memory: 300 * model.Mi}, "C": {Memory: 900 * model.Mi},
		}}, webSet(1, stateless, named("a"), requestingMemory(400*model.Mi)), webSet(1, stateless, named("b"), image("B")), webSet(1, stateless, named("c"), image("C"), requestingMemory(model.Gi)))
		w.settles()
		for _, set := range []string{"a", "b", "c"} {
			w.do(w.c.Delete("sts/"+set, sim.WithCascade(sim.CascadeOrphan)))
		}
		w.runs(20)
		w.fault(sim.Pressure{Node: "node-0"})
		w.runs(22.5)
		w.ended("a-0:Running/ b-0:Failed/Evicted c-0:Running/")
		w.runs(25.5) // the next look is a second after the last pod's end
		w.ended("a-0:Failed/Evicted b-0:Failed/Evicted c-0:Running/")
		w.fault(sim.Relieve{Node: "node-0"})
		w.runs(28.5)
		w.ended("a-0:Failed/Evicted b-0:Failed/Evicted c-0:Running/")
		require.ErrorContains(w.t, w.c.Do(sim.Relieve{Node: "node-0"}), "is not under pressure")
		require.ErrorContains(w.t, w.c.Do(sim.Pressure{Node: "node-0", Resource: "sun"}), `does not run short of "sun"`)
	}},
	{"P28c", "A kubelet under pressure rejects pods that request nothing, and for its disk all pods", func(w *worldPlay) {
		everything := func(s *model.StatefulSet) {
			s.Spec.Template.Spec.Tolerations = []model.Toleration{{Key: model.TaintDiskPressure, Operator: model.TolerationExists}}
		}
		w.begin(sim.Config{}, webSet(1, stateless, everything))
		w.settles()
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.fault(sim.Pressure{Node: "node-0", Resource: sim.Disk})
		w.runs(30)
		w.ended("web-0:Failed/Evicted")
		w.do(w.c.Delete("pod/web-0"))
		w.apply(webSet(1, stateless, everything, named("new")))
		w.until(func(v sim.View) bool { return v.PodExists("new-0") })
		w.do(w.c.Delete("sts/new", sim.WithCascade(sim.CascadeOrphan)))
		w.c.Run(time.Second)
		w.ended("new-0:Failed/Evicted")
		p, err := w.c.Pod("new-0")
		w.do(err)
		w.is("Pod was rejected: The node had condition: [DiskPressure]. ", p.Status.Message)
		w.is("Evicted", sim.PodStatus(p))
		w.event("pod/new-0", "Evicted: The node had condition: [DiskPressure]. ")
	}},
	{"P50", "A node that is shut down with a grace period stops its pods first; their set creates them again elsewhere at once", func(w *worldPlay) {
		critical := func(s *model.StatefulSet) { s.Spec.Template.Spec.PriorityClassName = "system-node-critical" }
		config := sim.Config{Nodes: 2, Kubelet: sim.Kubelet{ShutdownGracePeriod: 30 * time.Second, ShutdownGracePeriodCriticalPods: 10 * time.Second}}
		w.begin(config)
		w.do(w.c.Cordon("node-1"))
		w.apply(webSet(1, stateless), webSet(1, stateless, named("vital"), critical, grace(3)))
		w.settles()
		w.do(w.c.Uncordon("node-1"))
		node, from := "node-0", w.c.Now()
		w.fault(sim.ShutdownNode{Node: node})
		n, err := w.c.Node(node)
		w.do(err)
		require.False(w.t, n.Ready())
		w.event("node/"+node, "NodeNotReady: Node "+node+" status is now: NodeNotReady")
		w.until(func(v sim.View) bool { return w.pod("web-0").Status.Phase == model.PodFailed })
		require.Equal(w.t, 20*time.Second, w.c.Now().Sub(from), "ordinary pods have the period without what is for critical ones")
		w.is("Terminated: Pod was terminated in response to imminent node shutdown.", w.pod("web-0").Status.Reason+": "+w.pod("web-0").Status.Message)
		w.conditions("PodScheduled Initialized DisruptionTarget")
		w.is("["+node+"]", fmt.Sprint(w.c.RunningAt("vital-0")))
		w.until(func(v sim.View) bool { return v.PodReady("web-0") })
		require.Less(w.t, w.c.Now().Sub(from), 24*time.Second)
		w.c.Run(10 * time.Second)
		w.nodes("vital-0:node-1 web-0:node-1")
		w.pods("vital-0:Running web-0:Running")
		w.happens(0, "node-0 is being shut down", "vital-0 is stopping: its grace period is 3s", "node-0 does not answer any more")
		require.ErrorContains(w.t, w.c.Do(sim.ShutdownNode{Node: node}), "is down, or about to be")
		w.fault(sim.RestartNode{Node: node})
		w.settles()
		n, err = w.c.Node(node)
		w.do(err)
		require.True(w.t, n.Ready())
	}},
	{"P50b", "A pod whose programs exit with 0 on the way has Succeeded", func(w *worldPlay) {
		config := behaving(sim.Image{Stop: sim.Fixed(2 * time.Second)})
		config.Kubelet.ShutdownGracePeriod = 30 * time.Second
		w.orphan(config)
		w.fault(sim.ShutdownNode{Node: "node-0"})
		w.runs(12)
		w.ended("web-0:Succeeded/")
		w.pods("web-0:Completed")
		w.conditions("PodScheduled Initialized DisruptionTarget")
		w.c.Run(time.Millisecond)
		require.Contains(w.t, w.c.Trace().String(), "does not answer any more", "without waiting for longer")
	}},
	{"P50c", "A kubelet that is shutting down rejects pods", func(w *worldPlay) {
		config := sim.Config{Kubelet: sim.Kubelet{ShutdownGracePeriod: 30 * time.Second}}
		everything := func(s *model.StatefulSet) {
			s.Spec.Template.Spec.Tolerations = []model.Toleration{{Operator: model.TolerationExists}}
		}
		w.begin(config, webSet(1, stateless))
		w.settles()
		w.fault(sim.ShutdownNode{Node: "node-0"})
		w.apply(webSet(1, stateless, everything, named("new")))
		w.c.Run(50 * time.Millisecond)
		w.event("pod/new-0", "NodeShutdown: Pod was rejected as the node is shutting down.")
	}},
	{"P51", "A node that is shut down without a grace period is lost like one that crashes", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, webSet(1, stateless))
		w.settles()
		uid, from := w.pod("web-0").UID, w.c.Now()
		w.fault(sim.ShutdownNode{Node: "node-0"})
		require.Empty(w.t, w.c.RunningAt("web-0"))
		w.until(func(v sim.View) bool { return !v.PodReady("web-0") })
		require.Greater(w.t, w.c.Now().Sub(from), 40*time.Second)
		w.c.Run(time.Hour)
		w.pods("web-0:Terminating")
		require.Equal(w.t, uid, w.pod("web-0").UID, "it is never replaced")
	}},
}
