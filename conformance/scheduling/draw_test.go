package scheduling

import (
	"fmt"
	"slices"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"
)

// cluster is nodes and pods, as Kubernetes has them.
type cluster struct {
	nodes []*v1.Node
	pods  []*v1.Pod // with nodes
	pod   *v1.Pod   // that looks for one
}

func of[T any](t *rapid.T, label string, from ...T) T { return rapid.SampledFrom(from).Draw(t, label) }

var drawnClusters = rapid.Custom(func(t *rapid.T) cluster {
	var c cluster
	for n := range of(t, "nodes", 1, 2, 3, 4, 6) {
		c.nodes = append(c.nodes, drawNode(t, n))
	}
	c.pod = drawPod(t, "pod")
	for p := range of(t, "pods", 0, 2, 5, 9) {
		pod := drawPod(t, fmt.Sprintf("pod-%d", p))
		if of(t, "sibling", false, true) {
			pod = c.pod.DeepCopy()
			pod.Name, pod.UID = fmt.Sprintf("pod-%d", p), types.UID(fmt.Sprintf("pod-%d", p))
		}
		pod.Spec.NodeName = rapid.SampledFrom(c.nodes).Draw(t, "node").Name
		if of(t, "leaving", false, false, false, true) {
			now := metav1.Now()
			pod.DeletionTimestamp = &now
		}
		c.pods = append(c.pods, pod)
	}
	return c
})

func drawNode(t *rapid.T, n int) *v1.Node {
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("node-%d", n), UID: types.UID(fmt.Sprintf("node-%d", n)), Labels: map[string]string{}}}
	if of(t, "hostname", true, true, true, false) {
		node.Labels[v1.LabelHostname] = node.Name
	}
	for _, key := range []string{v1.LabelTopologyZone, "disk"} {
		if v := of(t, key, "", "x", "x", "y", "y"); v != "" {
			node.Labels[key] = v
		}
	}
	node.Spec.Unschedulable = of(t, "cordoned", false, false, false, false, true)
	for range of(t, "taints", 0, 0, 0, 0, 1, 2) {
		node.Spec.Taints = append(node.Spec.Taints, v1.Taint{
			Key: of(t, "key", "k", "l"), Value: of(t, "value", "", "v"), Effect: of(t, "effect", v1.TaintEffectNoSchedule, v1.TaintEffectPreferNoSchedule, v1.TaintEffectNoExecute),
		})
	}
	// Kubernetes has no node without a limit: it is one that nothing drawn here reaches.
	node.Status.Allocatable = v1.ResourceList{
		v1.ResourceCPU:    *resource.NewMilliQuantity(of[int64](t, "cpu", noLimit, 1000, 4000), resource.DecimalSI),
		v1.ResourceMemory: *resource.NewQuantity(of[int64](t, "memory", noLimit, 1<<30, 2<<30), resource.BinarySI),
		v1.ResourcePods:   *resource.NewQuantity(of[int64](t, "room", noLimit, 1, 3), resource.DecimalSI),
	}
	node.Status.Capacity = node.Status.Allocatable
	return node
}

// noLimit is more than anything drawn here asks for.
const noLimit = 1 << 40

func drawPod(t *rapid.T, name string) *v1.Pod {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name), Namespace: of(t, "namespace", "default", "default", "other"), Labels: map[string]string{}}}
	for _, key := range []string{"app", "tier"} {
		if v := of(t, key, "", "a", "b"); v != "" {
			pod.Labels[key] = v
		}
	}
	for i := range of(t, "containers", 1, 1, 2) {
		pod.Spec.Containers = append(pod.Spec.Containers, drawContainer(t, fmt.Sprint("c", i)))
	}
	for i := range of(t, "inits", 0, 0, 1, 3) {
		c := drawContainer(t, fmt.Sprint("i", i))
		if of(t, "sidecar", false, true) {
			always := v1.ContainerRestartPolicyAlways
			c.RestartPolicy = &always
		}
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, c)
	}
	pod.Spec.SchedulerName = v1.DefaultSchedulerName
	if key := of(t, "selects", "", "", "", "", v1.LabelTopologyZone, "disk"); key != "" {
		pod.Spec.NodeSelector = map[string]string{key: "x"}
	}
	for range of(t, "tolerations", 0, 0, 1, 2) {
		pod.Spec.Tolerations = append(pod.Spec.Tolerations, v1.Toleration{
			Key: of(t, "key", "", "k", "l", v1.TaintNodeUnschedulable), Operator: of(t, "operator", "", v1.TolerationOpExists, v1.TolerationOpEqual),
			Value: of(t, "value", "", "v"), Effect: of(t, "effect", "", v1.TaintEffectNoSchedule, v1.TaintEffectNoExecute),
		})
	}
	pod.Spec.Affinity = drawAffinity(t)
	for range of(t, "constraints", 0, 0, 1, 2) {
		pod.Spec.TopologySpreadConstraints = append(pod.Spec.TopologySpreadConstraints, v1.TopologySpreadConstraint{
			MaxSkew: int32(of(t, "maxSkew", 1, 2)), TopologyKey: of(t, "topology", v1.LabelHostname, v1.LabelTopologyZone, "disk"),
			WhenUnsatisfiable: of(t, "when", v1.DoNotSchedule, v1.DoNotSchedule, v1.ScheduleAnyway), LabelSelector: drawSelector(t),
		})
	}
	return pod
}

// drawContainer draws a container with its defaults: what is not requested is the limit.
func drawContainer(t *rapid.T, name string) v1.Container {
	c := v1.Container{Name: name, Resources: v1.ResourceRequirements{Requests: v1.ResourceList{}, Limits: v1.ResourceList{}}}
	if n := of[int64](t, "cpu", 0, 0, 300, 900, 1500); n > 0 {
		c.Resources.Requests[v1.ResourceCPU] = *resource.NewMilliQuantity(n, resource.DecimalSI)
	}
	if n := of[int64](t, "memory", 0, 0, 300<<20, 700<<20); n > 0 {
		c.Resources.Requests[v1.ResourceMemory] = *resource.NewQuantity(n, resource.BinarySI)
	}
	return c
}

func drawAffinity(t *rapid.T) *v1.Affinity {
	if of(t, "affinity", false, true) {
		return nil
	}
	a := &v1.Affinity{}
	if of(t, "nodeAffinity", false, false, false, true) {
		selector := &v1.NodeSelector{}
		for range of(t, "terms", 1, 2) {
			var term v1.NodeSelectorTerm
			for range of(t, "expressions", 0, 1, 2) {
				op := of(t, "operator", v1.NodeSelectorOpIn, v1.NodeSelectorOpNotIn, v1.NodeSelectorOpExists, v1.NodeSelectorOpDoesNotExist)
				e := v1.NodeSelectorRequirement{Key: of(t, "key", v1.LabelTopologyZone, "disk"), Operator: op}
				if op == v1.NodeSelectorOpIn || op == v1.NodeSelectorOpNotIn {
					e.Values = []string{"x"}
				}
				term.MatchExpressions = append(term.MatchExpressions, e)
			}
			// A name that a node must have is told in other words by the whole scheduler. What it
			// must not have is not.
			if of(t, "notNamed", false, false, true) {
				term.MatchFields = append(term.MatchFields, v1.NodeSelectorRequirement{
					Key: "metadata.name", Operator: v1.NodeSelectorOpNotIn, Values: []string{of(t, "name", "node-0", "node-1")},
				})
			}
			selector.NodeSelectorTerms = append(selector.NodeSelectorTerms, term)
		}
		a.NodeAffinity = &v1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: selector}
	}
	if near := drawTerms(t, "near"); len(near) > 0 {
		a.PodAffinity = &v1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: near}
	}
	if away := drawTerms(t, "away"); len(away) > 0 {
		a.PodAntiAffinity = &v1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: away}
	}
	return a
}

func drawTerms(t *rapid.T, label string) (out []v1.PodAffinityTerm) {
	for range of(t, label, 0, 0, 1, 2) {
		term := v1.PodAffinityTerm{LabelSelector: drawSelector(t), TopologyKey: of(t, "topology", v1.LabelHostname, v1.LabelTopologyZone, "disk")}
		for range of(t, "namespaces", 0, 0, 1, 2) {
			term.Namespaces = append(term.Namespaces, of(t, "of", "default", "other"))
		}
		out = append(out, term)
	}
	return out
}

func drawSelector(t *rapid.T) *metav1.LabelSelector {
	switch of(t, "selector", "none", "all", "expression", "label", "label", "label") {
	case "none":
		return nil
	case "all":
		return &metav1.LabelSelector{}
	case "expression":
		op := of(t, "operator", metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn, metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist)
		e := metav1.LabelSelectorRequirement{Key: "app", Operator: op}
		if slices.Contains([]metav1.LabelSelectorOperator{metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn}, op) {
			e.Values = []string{"a"}
		}
		return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{e}}
	default:
		return &metav1.LabelSelector{MatchLabels: map[string]string{of(t, "key", "app", "tier"): of(t, "value", "a", "b")}}
	}
}
