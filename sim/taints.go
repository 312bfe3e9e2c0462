package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
)

// Taints, and the controller that evicts pods from nodes with a taint of effect
// NoExecute.
//
// It notices taints that come and go, and pods that get a node. A pod that does not
// tolerate the taints goes at once; one that tolerates them for a time goes when
// that is over, unless they are gone by then. A pod's tolerations are those of its
// template and two that every pod gets: five minutes of a node that is not ready or
// cannot be reached.
//
// Source: pkg/controller/tainteviction/taint_eviction.go.

// setTaints replaces the taints of a node.
func (w *world) setTaints(n int32, taints []model.Taint) {
	row := w.nodes.at(n)
	if slices.Equal(row.taints, taints) {
		return
	}
	executes := hasNoExecute(row.taints) || hasNoExecute(taints)
	row.taints = slices.Clip(taints)
	row.version = w.bump()
	if row.inUse() {
		w.feedNode(n)
		w.nodeMayHelp(scheduling.NodeTainted, n)
	}
	if executes {
		for p := range w.pods.all {
			if w.pods.at(p).node == n {
				w.reviewEviction(p)
			}
		}
	}
	w.reviewNode(n)
	w.planCleanup()
}

// withTaint is a list of taints with one more; a taint of that key and effect is
// replaced.
func (w *world) withTaint(taints []model.Taint, t model.Taint) []model.Taint {
	if t.Effect == model.NoExecute {
		t.TimeAdded = copied(w.now)
	}
	return append(withoutTaint(taints, t.Key, t.Effect), t)
}

// withoutTaint is a copy of a list of taints that lacks those of a key and effect;
// of all effects if that is "".
func withoutTaint(taints []model.Taint, key string, effect model.TaintEffect) []model.Taint {
	var out []model.Taint
	for _, t := range taints {
		if t.Key != key || effect != "" && t.Effect != effect {
			out = append(out, t)
		}
	}
	return out
}

func hasNoExecute(taints []model.Taint) bool {
	return slices.ContainsFunc(taints, func(t model.Taint) bool { return t.Effect == model.NoExecute })
}

// reviewEviction plans the eviction of a pod from its node, or gives it up. One that has
// ended goes like the others.
func (w *world) reviewEviction(p int32) {
	r := w.pods.at(p)
	if r.deleting {
		r.eviction = nodelifecycle.Eviction{}
	} else {
		r.eviction = r.eviction.Next(w.nodes.at(r.node).taints, w.template(r.template).tolerations, w.now)
	}
	if r.eviction.Planned {
		w.queue.arm(purposeEvict, p, max(r.eviction.At, w.soon()))
	} else {
		w.queue.cancel(purposeEvict, p)
	}
}

// evictTainted is the end of a pod's patience with its node, or of its node's with it.
func (w *world) evictTainted(p int32) {
	r := w.pods.at(p)
	if r.deleting {
		return
	}
	w.record(record{kind: recTaintEvicted, subject: r.name, object: w.nodes.at(r.node).name})
	w.disrupt(r, disruptedByTaint)
	w.deletePod(p, gracefully)
}

// TaintNode is `kubectl taint nodes --overwrite`: each taint is "key=value:Effect" or
// "key:Effect", or ends in "-" to be taken away ("key-" for every effect).
func (c *Cluster) TaintNode(node string, taints ...string) error {
	return c.Do(TaintNode{Node: node, Taints: taints})
}

// TaintNode is [Cluster.TaintNode] as an operation.
type TaintNode struct {
	Node   string
	Taints []string
}

// String implements [Operation].
func (o TaintNode) String() string {
	return "kubectl taint nodes " + o.Node + " " + quotedAll(o.Taints) + " --overwrite"
}

func (o TaintNode) prepare(w *world) (func(), error) {
	n, err := must(w, &w.nodes, model.KindNode, "", o.Node)
	if err != nil {
		return nil, err
	}
	taints := slices.Clone(w.nodes.at(n).taints)
	for _, text := range o.Taints {
		if taints, err = w.changeTaint(taints, text); err != nil {
			return nil, err
		}
	}
	node := w.modelNode(n)
	node.Spec.Taints = taints
	if err := validation.Invalid(model.KindNode, o.Node, validation.Node(node)); err != nil {
		return nil, err
	}
	return func() {
		w.setTaints(n, taints)
		w.editTaints(n)
	}, nil
}

// changeTaint does what one argument of kubectl taint says.
//
// Source: kubectl pkg/cmd/taint/utils.go, parseTaints.
func (w *world) changeTaint(taints []model.Taint, text string) ([]model.Taint, error) {
	spec, remove := strings.CutSuffix(text, "-")
	key, effect, hasEffect := strings.Cut(spec, ":")
	key, value, _ := strings.Cut(key, "=")
	switch e := model.TaintEffect(effect); {
	case key == "" || !remove && !hasEffect:
		return nil, fmt.Errorf("invalid taint spec: %v", text)
	case hasEffect && e != model.NoSchedule && e != model.PreferNoSchedule && e != model.NoExecute:
		return nil, fmt.Errorf("invalid taint effect: %v, unsupported taint effect", effect)
	case remove:
		return withoutTaint(taints, key, e), nil
	default:
		return w.withTaint(taints, model.Taint{Key: key, Value: value, Effect: e}), nil
	}
}
