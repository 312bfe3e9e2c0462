package sim_test

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// Which node a pod gets, and what it is told if it gets none.

// small are nodes that have one CPU each.
func small(nodes int) sim.Config {
	return sim.Config{Nodes: nodes, Allocatable: model.ResourceList{CPU: 1000, Memory: model.Gi}}
}

// templateOf changes the spec of the pods.
func templateOf(change func(*model.PodSpec)) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) { change(&s.Spec.Template.Spec) }
}

// apart keeps the pods of the set away from each other.
func apart(topology string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		s.Spec.Template.Spec.Affinity = &model.Affinity{PodAntiAffinity: []model.PodAffinityTerm{{LabelSelector: s.Spec.Selector, TopologyKey: topology}}}
	}
}

// together keeps them near each other.
func together(topology string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		s.Spec.Template.Spec.Affinity = &model.Affinity{PodAffinity: []model.PodAffinityTerm{{LabelSelector: s.Spec.Selector, TopologyKey: topology}}}
	}
}

// spread spreads them evenly.
func spread(topology string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		s.Spec.Template.Spec.TopologySpreadConstraints = []model.TopologySpreadConstraint{
			{MaxSkew: 1, TopologyKey: topology, WhenUnsatisfiable: model.DoNotSchedule, LabelSelector: s.Spec.Selector},
		}
	}
}

func onDisk(kind string) func(*model.StatefulSet) {
	return templateOf(func(s *model.PodSpec) { s.NodeSelector = map[string]string{"disk": kind} })
}

func onNode(name string) func(*model.StatefulSet) {
	return templateOf(func(s *model.PodSpec) { s.NodeName = name })
}

// refused wants what the scheduler last said of a pod, in its event and its condition.
func (w *worldPlay) refused(pod, want string) {
	w.t.Helper()
	events := w.events("pod/" + pod)
	w.is("FailedScheduling: "+want, events[len(events)-1])
	for _, c := range w.pod(pod).Status.Conditions {
		if c.Type == "PodScheduled" {
			w.is("Unschedulable "+want, c.Reason+" "+c.Message)
		}
	}
}

// zones wants how many pods of the set there are in each zone.
func (w *worldPlay) zones(want string) {
	w.t.Helper()
	var out []string
	for _, p := range w.c.Pods("web").Items {
		n, err := w.c.Node(p.Spec.NodeName)
		w.do(err)
		out = append(out, p.Name+":"+n.Labels[model.LabelZone])
	}
	w.is(want, strings.Join(out, " "))
}

var schedulingCases = []worldCase{
	{"P90", "What the pods of a node ask for is counted; one more waits until another is gone, and not only going", func(w *worldPlay) {
		w.begin(small(2), webSet(3, stateless, parallel, requesting(600), grace(30)))
		w.waits("pod/web-2: Pending: 0/2 nodes are available: 2 Insufficient cpu.", "it would help to add a node, or let the pods ask for less")
		w.nodes("web-0:node-0 web-1:node-1 web-2:")
		w.refused("web-2", "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.")
		mark, before := w.c.TraceLen(), w.c.Now()
		w.do(w.c.Delete("pod/web-0"))
		w.until(func(v sim.View) bool { return w.pod("web-2").Spec.NodeName != "" })
		w.is("30s node-0", w.c.Now().Sub(before).String()+" "+w.pod("web-2").Spec.NodeName)
		w.waits("pod/web-0: Pending: 0/2 nodes are available: 2 Insufficient cpu.")
		w.happens(mark, "web-0 is gone", "web-2 is assigned to node-0", "web-0 cannot be scheduled")
	}},
	{"P91", "A pod that is larger than a node is told that nothing would help; before 1.34 it was given hope", func(w *worldPlay) {
		w.begin(small(1), webSet(1, stateless, requesting(1001), requestingMemory(2*model.Gi)))
		w.waits()
		w.refused("web-0", "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.")
		config := small(1)
		config.Release = release.V1_33
		w.begin(config, webSet(1, stateless, requesting(1001)))
		w.waits()
		w.refused("web-0", "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.")
	}},
	{"P92", "A new node frees a pod at once, since 1.33; before that it waits for the end of its back-off", func(w *worldPlay) {
		for _, row := range []struct {
			release release.Release
			after   time.Duration
		}{{release.V1_37, 0}, {release.V1_33, 0}, {release.V1_27_1, 900 * time.Millisecond}} {
			config := small(1)
			config.Release = row.release
			w.begin(config, webSet(1, stateless, requesting(1500)))
			w.c.Run(110 * time.Millisecond)
			before := w.c.Now()
			w.apply(&model.Node{ObjectMeta: model.ObjectMeta{Name: "large"}, Status: model.NodeStatus{Allocatable: model.ResourceList{CPU: 2000}}})
			w.until(func(v sim.View) bool { return w.pod("web-0").Spec.NodeName == "large" })
			require.InDelta(w.t, row.after.Seconds(), w.c.Now().Sub(before).Seconds(), 1, row.release.String())
			require.Equal(w.t, row.after > 0, w.c.Now() > before, row.release.String())
			w.settles()
		}
	}},
	{"P93", "Pods that keep away from each other need a node each; the first that is missing blocks an ordered set", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, webSet(4, stateless, apart(model.LabelHostname)))
		w.waits("sts/web: waits: web-2 is pending", "it would help to add a node where none of these pods is")
		w.nodes("web-0:node-0 web-1:node-1 web-2:")
		w.refused("web-2", "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.")
		w.apply(&model.Node{ObjectMeta: model.ObjectMeta{Name: "node-2"}}, &model.Node{ObjectMeta: model.ObjectMeta{Name: "node-3"}})
		w.settles()
		w.nodes("web-0:node-0 web-1:node-1 web-2:node-2 web-3:node-3")
	}},
	{"P94", "Others are kept away too, even if they do not mind", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, apart(model.LabelHostname)))
		w.settles()
		w.apply(webSet(1, stateless, func(s *model.StatefulSet) {
			s.Name = "other"
			s.Spec.Selector = &model.LabelSelector{MatchLabels: model.Labels{"set": "other"}}
			s.Spec.Template.Labels = model.Labels{"app": "web", "set": "other"}
		}))
		w.waits()
		w.refused("other-0", "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.")
		w.do(w.c.Scale("web", 0))
		w.settles()
		w.nodes("other-0:node-0")
	}},
	{"P95", "Pods that want to be together: the first may go anywhere, the others follow it into its zone", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 4, Zones: 2, PodsPerNode: 1}, webSet(3, stateless, together(model.LabelZone)))
		w.waits("pod/web-2: Pending: 0/4 nodes are available: 2 Too many pods, 2 node(s) didn't match pod affinity rules.")
		w.nodes("web-0:node-0 web-1:node-2 web-2:")
	}},
	{"P96", "Pods are spread evenly over zones, and wait where that cannot be", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 4, Zones: 2}, webSet(4, stateless, parallel, spread(model.LabelZone)))
		w.settles()
		w.zones("web-0:zone-0 web-1:zone-1 web-2:zone-0 web-3:zone-1")
		w.do(w.c.Cordon("node-1"))
		w.do(w.c.Cordon("node-3"))
		w.do(w.c.Scale("web", 6))
		w.waits()
		w.is("node-0", w.pod("web-4").Spec.NodeName)
		w.refused("web-5", "0/4 nodes are available: 2 node(s) didn't match pod topology spread constraints, 2 node(s) were unschedulable. "+
			"preemption: 0/4 nodes are available: 2 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.")
		w.do(w.c.Uncordon("node-1"))
		w.settles()
		w.is("node-1", w.pod("web-5").Spec.NodeName)
	}},
	{"P97", "Where nothing is asked for, the pods of a set are spread over the zones anyway", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 3, Zones: 2}, webSet(4, stateless))
		w.settles()
		w.zones("web-0:zone-0 web-1:zone-1 web-2:zone-0 web-3:zone-1")
	}},
	{"P98", "A pod waits for a node with the labels that it asks for", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, webSet(1, stateless, onDisk("ssd")))
		w.waits("it would help to label a node as the pod asks for, or add one")
		w.refused("web-0", "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.")
		w.do(w.c.Label("node/node-1", []string{"disk=ssd"}))
		w.settles()
		w.nodes("web-0:node-1")
	}},
	{"P99", "Each node's first reason counts: it is cordoned, it is tainted, it is too small; before 1.34.2 the taint was named", func(w *worldPlay) {
		for _, row := range []struct {
			release release.Release
			taint   string
		}{{release.V1_37, "node(s) had untolerated taint(s)"}, {release.V1_33, "node(s) had untolerated taint {gpu: yes}"}} {
			config := small(3)
			config.Release = row.release
			w.begin(config)
			w.do(w.c.Cordon("node-0"))
			w.do(w.c.TaintNode("node-1", "gpu=yes:NoSchedule"))
			w.apply(webSet(1, stateless, requesting(600)), webSet(1, named("big"), stateless, requesting(600)))
			w.waits("1 Insufficient cpu", "1 "+row.taint, "1 node(s) were unschedulable")
		}
	}},
	{"P100", "Init containers run before the others: what counts is the larger of both, with the sidecars", func(w *worldPlay) {
		set := webSet(1, stateless, requesting(500), templateOf(func(s *model.PodSpec) {
			cpu := func(n model.MilliCPU) model.ResourceRequirements {
				return model.ResourceRequirements{Requests: model.ResourceList{CPU: n}}
			}
			s.InitContainers = []model.Container{
				{Name: "proxy", Image: "P", RestartPolicy: model.RestartAlways, Resources: cpu(200)}, {Name: "setup", Image: "S", Resources: cpu(801)},
			}
		}))
		w.begin(small(1), set)
		w.waits("1 Insufficient cpu") // 200 of the sidecar and 801
	}},
	{"P101", "A pod of a named node passes the scheduler by; a kubelet without room fails it, and its set makes it again, for ever", func(w *worldPlay) {
		w.begin(small(2), webSet(1, stateless, requesting(600)))
		w.settles()
		w.apply(webSet(1, named("fixed"), stateless, requesting(500), onNode("node-0")))
		w.c.Run(time.Second)
		w.event("pod/fixed-0", "OutOfcpu: Node didn't have enough resource: cpu, requested: 500, used: 600, capacity: 1000")
		require.Greater(w.t, strings.Count(w.c.Trace().String(), "is rejected by node-0: OutOfcpu"), 10, w.rule)
		w.is("limit", w.c.Settle().State.String())
		w.do(w.c.Scale("web", 0))
		w.settles()
		w.nodes("fixed-0:node-0")
	}},
	{"P102", "A disk is in one zone, and its pod with it", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2, Zones: 2}, withDisks(webSet(2), onFirstUse)...)
		w.settles()
		w.zones("web-0:zone-0 web-1:zone-1")
		w.do(w.c.Cordon("node-0"))
		w.do(w.c.Delete("pod/web-0"))
		w.waits()
		w.refused("web-0", "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) were unschedulable. "+
			"preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.")
		w.do(w.c.Uncordon("node-0"))
		w.settles()
	}},
	{"P103", "A class that makes volumes in one zone draws the pods there, if it waits for them; if it does not, its volumes do", func(w *worldPlay) {
		for _, mode := range []model.VolumeBindingMode{model.BindWaitForFirstConsumer, model.BindImmediate} {
			w.begin(sim.Config{Nodes: 3, Zones: 3}, withDisks(webSet(2), func(c *model.StorageClass) {
				c.VolumeBindingMode = mode
				c.AllowedTopologies = []model.TopologySelectorTerm{{MatchLabelExpressions: []model.TopologySelectorLabelRequirement{{Key: model.LabelZone, Values: []string{"zone-1"}}}}}
			})...)
			w.settles()
			w.zones("web-0:zone-1 web-1:zone-1")
		}
	}},
	{"P104", "Volumes that do not wait for pods are made in one zone after the other, and the pods follow", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 3, Zones: 3}, withDisks(webSet(3))...)
		w.settles()
		seen := map[string]bool{}
		for _, p := range w.c.Pods("web").Items {
			n, err := w.c.Node(p.Spec.NodeName)
			w.do(err)
			seen[n.Labels[model.LabelZone]] = true
		}
		require.Len(w.t, seen, 3, w.rule)
	}},
	{"P105", "A pod may ask not to be with one other pod, by its name", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 1}, webSet(2, stateless, parallel))
		w.settles()
		loner := webSet(1, named("loner"), stateless, templateOf(func(s *model.PodSpec) {
			s.Affinity = &model.Affinity{PodAntiAffinity: []model.PodAffinityTerm{{
				LabelSelector: &model.LabelSelector{MatchLabels: model.Labels{model.LabelPodName: "web-1"}}, TopologyKey: model.LabelHostname,
			}}}
		}))
		w.apply(loner)
		w.waits("1 node(s) didn't match pod anti-affinity rules")
		w.do(w.c.Scale("web", 1))
		w.settles()
	}},
	{"P106", "A pod whose labels change is another pod to those who look at them", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless), webSet(1, named("shy"), stateless, templateOf(func(s *model.PodSpec) {
			s.Affinity = &model.Affinity{PodAntiAffinity: []model.PodAffinityTerm{{LabelSelector: &model.LabelSelector{MatchLabels: model.Labels{"loud": "yes"}}, TopologyKey: model.LabelHostname}}}
		})))
		w.settles()
		w.do(w.c.Label("pod/web-0", []string{"loud=yes"}))
		w.do(w.c.Delete("pod/shy-0"))
		w.waits("1 node(s) didn't match pod anti-affinity rules")
		w.do(w.c.Label("pod/web-0", []string{"loud-"}))
		w.settles()
	}},
}
