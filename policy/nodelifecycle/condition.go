package nodelifecycle

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// What the controller writes into Node objects: conditions that nobody reports any more,
// and the taints that follow from conditions.

// The conditions that a kubelet reports of its node.
const (
	ConditionReady          = "Ready"
	ConditionMemoryPressure = "MemoryPressure"
	ConditionDiskPressure   = "DiskPressure"
	ConditionPIDPressure    = "PIDPressure"

	conditionNetwork = "NetworkUnavailable" // reported by others
)

// LostConditions are the conditions of a node that is declared Unknown at an instant. The
// given ones are not changed.
//
// Source: node_lifecycle_controller.go, tryUpdateNodeHealth.
func LostConditions(conditions []model.NodeCondition, now model.Instant) []model.NodeCondition {
	out := slices.Clone(conditions)
	for _, kind := range []string{ConditionReady, ConditionMemoryPressure, ConditionDiskPressure, ConditionPIDPressure} {
		lost := model.NodeCondition{
			Type: kind, Status: model.ConditionUnknown, LastTransitionTime: now,
			Reason: "NodeStatusUnknown", Message: "Kubelet stopped posting node status.",
		}
		at := slices.IndexFunc(out, func(c model.NodeCondition) bool { return c.Type == kind })
		switch {
		case at < 0:
			lost.Reason, lost.Message = "NodeStatusNeverUpdated", "Kubelet never posted node status."
			out = append(out, lost)
		case out[at].Status != model.ConditionUnknown:
			out[at] = lost
		}
	}
	return out
}

// ConditionTaints are the taints of a node after its conditions, and after whether it is
// cordoned, have been looked at: those of effect NoSchedule that say so are added or taken
// away, all others stay. That is done whenever the node changes, at once. It returns the
// given slice if nothing is to be done.
//
// Source: node_lifecycle_controller.go, doNoScheduleTaintingPass.
func ConditionTaints(taints []model.Taint, conditions []model.NodeCondition, unschedulable bool, now model.Instant) []model.Taint {
	var want []string
	for _, c := range conditions {
		if key := conditionTaint(c.Type, c.Status); key != "" {
			want = append(want, key)
		}
	}
	if unschedulable {
		want = append(want, model.TaintUnschedulable)
	}
	out := taints
	for _, key := range want {
		if !hasTaint(taints, key, model.NoSchedule) {
			out = WithTaint(out, model.Taint{Key: key, Effect: model.NoSchedule, TimeAdded: &now})
		}
	}
	for _, t := range taints {
		if t.Effect == model.NoSchedule && ofCondition(t.Key) && !slices.Contains(want, t.Key) {
			out = WithoutTaint(out, t.Key, model.NoSchedule)
		}
	}
	return out
}

// conditionTaint is the key of the taint that a condition asks for; "" if it asks for none.
func conditionTaint(kind string, status model.ConditionStatus) string {
	switch {
	case kind == ConditionReady && status == model.ConditionFalse:
		return model.TaintNotReady
	case kind == ConditionReady && status == model.ConditionUnknown:
		return model.TaintUnreachable
	case status != model.ConditionTrue:
		return ""
	}
	switch kind {
	case ConditionMemoryPressure:
		return model.TaintMemoryPressure
	case ConditionDiskPressure:
		return model.TaintDiskPressure
	case ConditionPIDPressure:
		return taintPIDPressure
	case conditionNetwork:
		return taintNetwork
	}
	return ""
}

// ofCondition reports whether the controller sees to the taints of a key.
func ofCondition(key string) bool {
	switch key {
	case model.TaintNotReady, model.TaintUnreachable, model.TaintUnschedulable,
		model.TaintMemoryPressure, model.TaintDiskPressure, taintPIDPressure, taintNetwork:
		return true
	}
	return false
}

const (
	taintPIDPressure = "node.kubernetes.io/pid-pressure"
	taintNetwork     = "node.kubernetes.io/network-unavailable"
)

// WithTaint is taints with one more. It takes the place of one of the same key and effect.
//
// Source: pkg/util/taints/taints.go, AddOrUpdateTaint.
func WithTaint(taints []model.Taint, t model.Taint) []model.Taint {
	at := slices.IndexFunc(taints, func(u model.Taint) bool { return u.Key == t.Key && u.Effect == t.Effect })
	if at < 0 {
		return append(slices.Clip(taints), t)
	}
	out := slices.Clone(taints)
	out[at] = t
	return out
}

// WithoutTaint is taints without those of a key and an effect.
func WithoutTaint(taints []model.Taint, key string, effect model.TaintEffect) []model.Taint {
	if !hasTaint(taints, key, effect) {
		return taints
	}
	return slices.DeleteFunc(slices.Clone(taints), func(t model.Taint) bool { return t.Key == key && t.Effect == effect })
}

func hasTaint(taints []model.Taint, key string, effect model.TaintEffect) bool {
	return slices.ContainsFunc(taints, func(t model.Taint) bool { return t.Key == key && t.Effect == effect })
}

// Own are those of a node's taints that the controller gives a limiter's token for: what
// [Controller.Edit] wants to know.
func Own(taints []model.Taint) (own Taints) {
	for _, t := range ownTaints {
		if hasTaint(taints, t.key, model.NoExecute) {
			own |= t.bit
		}
	}
	return own
}

// Apply is taints after an [Action] of the kind [Retaint].
func (a Action) Apply(taints []model.Taint, now model.Instant) []model.Taint {
	for _, t := range ownTaints {
		if a.Add&t.bit != 0 {
			taints = WithTaint(taints, model.Taint{Key: t.key, Effect: model.NoExecute, TimeAdded: &now})
		}
	}
	for _, t := range ownTaints {
		if a.Remove&t.bit != 0 {
			taints = WithoutTaint(taints, t.key, model.NoExecute)
		}
	}
	return taints
}

var ownTaints = [...]struct {
	bit Taints
	key string
}{{TaintNotReady, model.TaintNotReady}, {TaintUnreachable, model.TaintUnreachable}}
