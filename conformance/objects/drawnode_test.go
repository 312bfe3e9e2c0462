package objects

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

var taint = rapid.Custom(func(t *rapid.T) corev1.Taint {
	return corev1.Taint{Key: word.Draw(t, "key"), Value: oneOf("", "db").Draw(t, "value"),
		Effect: oneOf(corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute).Draw(t, "effect")}
})

var oddTaint = rapid.Custom(func(t *rapid.T) corev1.Taint {
	out := corev1.Taint{Key: rapid.OneOf(oneOf("a", "a", "a"), anyWord).Draw(t, "key"), Value: rapid.OneOf(oneOf(""), anyWord).Draw(t, "value"),
		Effect: oneOf[corev1.TaintEffect]("NoSchedule", "NoSchedule", "NoExecute", "", "Foo").Draw(t, "effect")}
	if rapid.Bool().Draw(t, "timed") {
		out.TimeAdded = &metav1.Time{Time: model.Epoch}
	}
	return out
})

func drawNode(t *rapid.T) *corev1.Node {
	n := &corev1.Node{ObjectMeta: meta(t, false)}
	n.Spec.Unschedulable = rapid.Bool().Draw(t, "cordoned")
	if rapid.Bool().Draw(t, "tainted") {
		n.Spec.Taints = []corev1.Taint{taint.Draw(t, "taint")}
	}
	n.Status.Allocatable = corev1.ResourceList{corev1.ResourceCPU: cpu.Draw(t, "cpu"), corev1.ResourceMemory: size.Draw(t, "memory"), corev1.ResourcePods: resource.MustParse("110")}
	return n
}

// nodeMutations disturb the spec of a node, new or stored.
func nodeMutations() []mutation[*corev1.Node] {
	type n = *corev1.Node
	return []mutation[n]{
		set("cordoned", func(o n) *bool { return &o.Spec.Unschedulable }, rapid.Bool()),
		set("taints", func(o n) *[]corev1.Taint { return &o.Spec.Taints }, rapid.Map(rapid.SliceOfN(rapid.OneOf(taint, oddTaint), 0, 3), items)),
		{"a taint twice", func(_ *rapid.T, o n) {
			if len(o.Spec.Taints) > 0 {
				o.Spec.Taints = append(o.Spec.Taints, o.Spec.Taints[0])
			}
		}},
	}
}

// nodeCreateMutations also disturb the status, which only a new node brings along.
func nodeCreateMutations() []mutation[*corev1.Node] {
	type n = *corev1.Node
	own := append(nodeMutations(),
		set("allocatable", func(o n) *corev1.ResourceList { return &o.Status.Allocatable }, oddResources),
		mutation[n]{"pods", func(t *rapid.T, o n) {
			o.Status.Allocatable = corev1.ResourceList{corev1.ResourcePods: oneOf(resource.MustParse("-1"), resource.MustParse("3")).Draw(t, "pods")}
		}})
	return created(own, func(o n) *metav1.ObjectMeta { return &o.ObjectMeta })
}
