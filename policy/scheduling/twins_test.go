package scheduling

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// twins are a view and the world that it is fed.
type twins struct {
	w     world
	v     View
	specs map[Kind]KindSpec
	seen  map[string]int
}

func newTwins() *twins {
	return &twins{w: world{nodes: map[Node]NodeSpec{}}, specs: map[Kind]KindSpec{}, seen: map[string]int{}}
}

func (w *twins) setNode(n Node, spec NodeSpec) {
	w.w.nodes[n] = spec
	w.v.SetNode(n, spec)
}

func (w *twins) bind(k Kind, n Node) {
	w.w.pods = append(w.w.pods, placed{kind: k, spec: w.specs[k], node: n})
	w.v.Bind(k, n)
}

// check asks every node about a kind, on both sides. It returns all reasons, and whether
// a node fits.
func (w *twins) check(t require.TestingT, k Kind) (why Reasons, fits bool) {
	var q Query
	w.v.Begin(k, &q)
	for _, n := range slices.Sorted(maps.Keys(w.w.nodes)) {
		got := w.v.Early(&q, n)
		if got.Why == 0 {
			got = w.v.Late(&q, n)
		}
		want := refAnswer(w.w.refuse(w.specs[k], n))
		require.Equal(t, want, answer(got), "node %d, kind %d", n, k)
		w.seen[want]++
		why |= got.Why
		fits = fits || got.Why == 0
	}
	return why, fits
}

func drawOf[T any](t *rapid.T, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, label)
}

func drawLabels(t *rapid.T, label string) model.Labels {
	out := model.Labels{}
	for _, key := range []string{"app", "tier"} {
		if v := drawOf(t, label+key, "", "a", "b"); v != "" {
			out[key] = v
		}
	}
	return out
}

func drawNode(t *rapid.T, n int) NodeSpec {
	spec := NodeSpec{
		Labels: model.Labels{}, Unschedulable: drawOf(t, "cordoned", false, false, false, false, false, true),
		Allocatable: model.ResourceList{CPU: drawOf[model.MilliCPU](t, "cpu", 0, 0, 0, 1000, 4000), Memory: drawOf(t, "memory", 0, 0, 0, model.Gi, 2*model.Gi)},
		Pods:        drawOf[int32](t, "pods", 0, 0, 0, 1, 3, 100),
	}
	if rapid.IntRange(0, 5).Draw(t, "hostname") > 0 {
		spec.Labels["kubernetes.io/hostname"] = fmt.Sprint("node-", n)
	}
	for _, key := range []string{"zone", "disk"} {
		if v := drawOf(t, key, "", "x", "x", "x", "y", "y"); v != "" {
			spec.Labels[key] = v
		}
	}
	for range drawOf(t, "taints", 0, 0, 0, 0, 1, 2) {
		spec.Taints = append(spec.Taints, model.Taint{
			Key: drawOf(t, "key", "k", "l"), Value: drawOf(t, "value", "", "v"), Effect: drawOf(t, "effect", model.NoSchedule, model.PreferNoSchedule, model.NoExecute),
		})
	}
	return spec
}

func drawSelector(t *rapid.T, label string) *model.LabelSelector {
	switch rapid.IntRange(0, 6).Draw(t, label) {
	case 0:
		return nil
	case 1:
		return &model.LabelSelector{}
	case 2:
		return &model.LabelSelector{MatchExpressions: []model.LabelSelectorRequirement{{
			Key: "app", Operator: drawOf(t, "operator", model.SelectorIn, model.SelectorNotIn, model.SelectorExists, model.SelectorDoesNotExist), Values: []string{"a"},
		}}}
	default:
		return &model.LabelSelector{MatchLabels: model.Labels{drawOf(t, "selectKey", "app", "tier"): drawOf(t, "selectValue", "a", "b")}}
	}
}

func drawTerms(t *rapid.T, label string) (out []model.PodAffinityTerm) {
	for range drawOf(t, label, 0, 0, 1, 2) {
		term := model.PodAffinityTerm{LabelSelector: drawSelector(t, "selector"), TopologyKey: drawOf(t, "topology", "kubernetes.io/hostname", "zone", "disk")}
		for range max(0, rapid.IntRange(-2, 2).Draw(t, "namespaces")) {
			term.Namespaces = append(term.Namespaces, drawOf(t, "namespace", "default", "other"))
		}
		out = append(out, term)
	}
	return out
}

func drawKind(t *rapid.T) KindSpec {
	spec := &model.PodSpec{}
	for range rapid.IntRange(1, 2).Draw(t, "containers") {
		spec.Containers = append(spec.Containers, drawContainer(t))
	}
	for range max(0, rapid.IntRange(-2, 2).Draw(t, "inits")) {
		spec.InitContainers = append(spec.InitContainers, drawContainer(t))
	}
	if key := drawOf(t, "selectsNode", "", "", "", "", "", "zone", "disk"); key != "" {
		spec.NodeSelector = map[string]string{key: "x"}
	}
	for range max(0, rapid.IntRange(-1, 2).Draw(t, "tolerations")) {
		spec.Tolerations = append(spec.Tolerations, model.Toleration{
			Key: drawOf(t, "key", "", "k", "l", "node.kubernetes.io/unschedulable"), Operator: drawOf(t, "operator", "", "Exists", "Equal"),
			Value: drawOf(t, "value", "", "v"), Effect: drawOf[model.TaintEffect](t, "effect", "", "NoSchedule", "NoExecute"),
		})
	}
	if rapid.Bool().Draw(t, "affinity") {
		spec.Affinity = &model.Affinity{PodAffinity: drawTerms(t, "near"), PodAntiAffinity: drawTerms(t, "away")}
		if rapid.IntRange(0, 3).Draw(t, "nodeAffinity") == 0 {
			spec.Affinity.NodeAffinity = &model.NodeSelector{Terms: []model.NodeSelectorTerm{{MatchExpressions: []model.LabelSelectorRequirement{{
				Key: drawOf(t, "key", "zone", "disk"), Operator: drawOf(t, "operator", model.SelectorIn, model.SelectorNotIn, model.SelectorExists), Values: []string{"x"},
			}}}}}
		}
	}
	for range drawOf(t, "constraints", 0, 0, 1, 2) {
		spec.TopologySpreadConstraints = append(spec.TopologySpreadConstraints, model.TopologySpreadConstraint{
			MaxSkew: int32(rapid.IntRange(1, 2).Draw(t, "maxSkew")), TopologyKey: drawOf(t, "topology", "kubernetes.io/hostname", "zone", "disk"),
			WhenUnsatisfiable: drawOf(t, "when", model.DoNotSchedule, model.DoNotSchedule, model.ScheduleAnyway), LabelSelector: drawSelector(t, "selector"),
		})
	}
	return KindSpec{Namespace: drawOf(t, "namespace", "default", "default", "other"), Labels: drawLabels(t, "pod"), Spec: spec}
}

func drawContainer(t *rapid.T) model.Container {
	return model.Container{
		Resources: model.ResourceRequirements{
			Requests: model.ResourceList{CPU: drawOf[model.MilliCPU](t, "cpu", 0, 500, 1500), Memory: drawOf(t, "memory", 0, 512*model.Mi)},
			Limits:   model.ResourceList{CPU: drawOf[model.MilliCPU](t, "cpuLimit", 0, 2000)},
		},
		RestartPolicy: drawOf(t, "restart", "", "Always"),
	}
}

// A view that is fed changes gives the answers of a look at all pods, and an event that
// does not help a pod, as the table has it, does not.
func TestViewIsTheReference(t *testing.T) {
	seen, drawn := map[string]int{}, 0
	rapid.Check(t, func(t *rapid.T) {
		drawn++
		w := newTwins()
		for n := range drawOf(t, "nodes", 1, 2, 3, 4, 6) {
			w.setNode(Node(n), drawNode(t, n))
		}
		for range drawOf(t, "kinds", 1, 2, 3, 4) {
			w.addKind(drawKind(t))
		}
		for range drawOf(t, "pods", 0, 2, 4, 8) {
			w.bind(Kind(rapid.IntRange(0, len(w.specs)-1).Draw(t, "kind")), Node(rapid.IntRange(0, len(w.w.nodes)-1).Draw(t, "node")))
		}
		for range drawOf(t, "steps", 1, 5, 20) {
			k := rapid.SampledFrom(slices.Sorted(maps.Keys(w.specs))).Draw(t, "ask")
			why, fits := w.check(t, k)
			event, changed := w.step(t)
			if after, nowFits := w.check(t, k); changed && !fits && !why.HelpedBy(event) {
				require.False(t, nowFits, "event %d does not help %b, and now %b", event, why, after)
				seen["not helped"]++
			}
		}
		for what, n := range w.seen {
			seen[what] += n
		}
	})
	if drawn < 500 {
		return // too few for the rare ones
	}
	for reason := range reasons {
		found := 0
		for what, n := range seen {
			if what != "fits" && containsReason(what, reason) {
				found += n
			}
		}
		require.NotZero(t, found, "%v is never a reason", reason)
	}
	require.NotZero(t, seen["not helped"])
}

func containsReason(what string, r Reason) bool {
	return slices.Contains([]string{fmt.Sprintf("[%s] hopeless=true", r), fmt.Sprintf("[%s] hopeless=false", r)}, what)
}

func (w *twins) addKind(spec KindSpec) Kind {
	k := w.v.AddKind(spec)
	w.specs[k] = spec
	return k
}

// step lets something happen, and says which event that is.
func (w *twins) step(t *rapid.T) (Event, bool) {
	n := Node(rapid.IntRange(0, 7).Draw(t, "node"))
	node, exists := w.w.nodes[n]
	switch rapid.IntRange(0, 10).Draw(t, "step") {
	case 0:
		w.setNode(n, drawNode(t, int(n)))
		return NodeAdded, !exists
	case 1:
		if !exists {
			return 0, false
		}
		if len(w.w.nodes) > 1 {
			delete(w.w.nodes, n)
			w.v.RemoveNode(n)
			return NodeRemoved, true
		}
	case 2:
		if exists {
			node.Labels = drawNode(t, int(n)).Labels
			w.setNode(n, node)
			return NodeLabelled, true
		}
	case 3:
		if exists {
			other := drawNode(t, int(n))
			node.Taints, node.Unschedulable = other.Taints, other.Unschedulable
			w.setNode(n, node)
			return NodeTainted, true
		}
	case 4:
		if exists {
			other := drawNode(t, int(n))
			node.Allocatable, node.Pods = other.Allocatable, other.Pods
			w.setNode(n, node)
			return NodeResized, true
		}
	case 5:
		if len(w.specs) < 6 {
			w.addKind(drawKind(t))
		}
	case 6:
		for _, k := range slices.Sorted(maps.Keys(w.specs)) {
			if len(w.specs) > 1 && w.v.Pods(k) == 0 && k > 0 {
				w.v.RemoveKind(k)
				delete(w.specs, k)
				break
			}
		}
		w.addKind(drawKind(t))
	case 7, 8:
		if len(w.w.pods) > 0 {
			return w.end(t)
		}
	default:
		if exists {
			w.bind(rapid.SampledFrom(slices.Sorted(maps.Keys(w.specs))).Draw(t, "kind"), n)
			return PodBound, true
		}
	}
	return 0, false
}

// end ends a pod, or begins to.
func (w *twins) end(t *rapid.T) (Event, bool) {
	i := rapid.IntRange(0, len(w.w.pods)-1).Draw(t, "pod")
	p := &w.w.pods[i]
	if !p.leaving && rapid.Bool().Draw(t, "gracefully") {
		p.leaving = true
		w.v.Leave(p.kind, p.node)
		return 0, false
	}
	w.v.Unbind(p.kind, p.node, p.leaving)
	w.w.pods = slices.Delete(w.w.pods, i, i+1)
	return PodGone, true
}

// A fork answers as the original does, and goes its own way.
func TestFork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newTwins()
		for n := range 3 {
			w.setNode(Node(n), drawNode(t, n))
		}
		k := w.addKind(drawKind(t))
		for range rapid.IntRange(0, 6).Draw(t, "steps") {
			w.step(t)
		}
		var fork View
		fork.SetNode(9, NodeSpec{Labels: model.Labels{"zone": "z"}})
		fork.CopyFrom(&w.v)
		for n := range Node(3) {
			fork.Bind(k, n)
			fork.SetNode(n, NodeSpec{Unschedulable: true})
		}
		fork.AddKind(drawKind(t))
		w.check(t, k)
	})
}
