package model

import (
	"slices"
	"strconv"
)

// What says where a pod may run: taints and tolerations, affinity, spread.

// TaintEffect is what a taint does to pods that do not tolerate it.
type TaintEffect string

// The effects of a taint. NoExecute also evicts pods that run.
const (
	NoSchedule       TaintEffect = "NoSchedule"
	PreferNoSchedule TaintEffect = "PreferNoSchedule"
	NoExecute        TaintEffect = "NoExecute"
)

// Taint keeps pods off a node unless they tolerate it.
type Taint struct {
	Key       string      `json:"key"`
	Value     string      `json:"value,omitempty"`
	Effect    TaintEffect `json:"effect"`
	TimeAdded *Instant    `json:"timeAdded,omitempty"` // of NoExecute
}

// The keys of taints that Kubernetes itself sets.
const (
	TaintNotReady       = "node.kubernetes.io/not-ready"
	TaintUnreachable    = "node.kubernetes.io/unreachable"
	TaintUnschedulable  = "node.kubernetes.io/unschedulable"
	TaintMemoryPressure = "node.kubernetes.io/memory-pressure"
	TaintDiskPressure   = "node.kubernetes.io/disk-pressure"
	TaintOutOfService   = "node.kubernetes.io/out-of-service" // set by the user
)

// Labels of nodes that say where they are.
const (
	LabelHostname = "kubernetes.io/hostname"
	LabelZone     = "topology.kubernetes.io/zone"
	LabelRegion   = "topology.kubernetes.io/region"
)

// Toleration lets a pod onto a node in spite of a taint. An empty key tolerates
// every key (with operator Exists), an empty effect every effect.
type Toleration struct {
	Key               string      `json:"key,omitempty"`
	Operator          string      `json:"operator,omitempty"` // Equal, the default, or Exists
	Value             string      `json:"value,omitempty"`
	Effect            TaintEffect `json:"effect,omitempty"`
	TolerationSeconds *int64      `json:"tolerationSeconds,omitempty"` // of NoExecute; nil means for ever, 0 and less not at all
}

// The operators of a toleration.
const (
	TolerationEqual  = "Equal"
	TolerationExists = "Exists"
)

// Tolerates reports whether the toleration tolerates a taint. An unknown operator
// tolerates nothing.
//
// Source: k8s.io/api core/v1/toleration.go, ToleratesTaint.
func (t Toleration) Tolerates(taint Taint) bool {
	if t.Effect != "" && t.Effect != taint.Effect || t.Key != "" && t.Key != taint.Key {
		return false
	}
	switch t.Operator {
	case "", TolerationEqual:
		return t.Value == taint.Value
	case TolerationExists:
		return true
	default:
		return false
	}
}

// TolerationSecondsDefault is for how long a pod tolerates its node being not ready or
// unreachable, unless it says otherwise.
const TolerationSecondsDefault int64 = 300

// WithDefaultTolerations are the tolerations that a new pod gets: its own, and those
// of a node that is not ready or unreachable, if it has none for them. An admission
// plugin adds them to pods, never to templates. The given list is not changed.
//
// Source: plugin/pkg/admission/defaulttolerationseconds/admission.go, Admit.
func WithDefaultTolerations(own []Toleration) []Toleration {
	out := own
	for _, key := range []string{TaintNotReady, TaintUnreachable} {
		if slices.ContainsFunc(own, func(t Toleration) bool {
			return (t.Key == key || t.Key == "") && (t.Effect == NoExecute || t.Effect == "")
		}) {
			continue
		}
		seconds := TolerationSecondsDefault
		out = append(slices.Clip(out), Toleration{Key: key, Operator: TolerationExists, Effect: NoExecute, TolerationSeconds: &seconds})
	}
	return out
}

// NodeSelector selects nodes: one of its terms must hold, and all of the term's
// expressions.
type NodeSelector struct {
	Terms []NodeSelectorTerm `json:"nodeSelectorTerms"`
}

// NodeSelectorTerm is one alternative of a [NodeSelector]. Of a node's fields only
// [FieldNodeName] can be asked for.
type NodeSelectorTerm struct {
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty"`
	MatchFields      []LabelSelectorRequirement `json:"matchFields,omitempty"`
}

// The operators of a [NodeSelector] beyond those of a [LabelSelector]: the label is a
// whole number above, or below, the only value, which is one too.
const (
	NodeSelectorGt SelectorOperator = "Gt"
	NodeSelectorLt SelectorOperator = "Lt"
)

// FieldNodeName is the field of a node that a term may ask for.
const FieldNodeName = "metadata.name"

// Matches reports whether a node with these labels is selected, whatever its name:
// the fields that a term asks for are not looked at. That is how volumes look at nodes.
//
// Source: component-helpers storage/volume/helpers.go, CheckNodeAffinity.
func (s *NodeSelector) Matches(labels Labels) bool { return s.MatchesNode("", labels) }

// MatchesNode reports whether the node of this name and with these labels is selected.
// A term that says nothing selects nothing.
//
// Source: component-helpers scheduling/corev1/nodeaffinity/nodeaffinity.go,
// LazyErrorNodeSelector.Match.
func (s *NodeSelector) MatchesNode(name string, labels Labels) bool {
	for i := range s.Terms {
		if s.Terms[i].matches(name, labels) {
			return true
		}
	}
	return false
}

func (t *NodeSelectorTerm) matches(name string, labels Labels) bool {
	for _, r := range t.MatchExpressions {
		if !r.matchesNode(labels) {
			return false
		}
	}
	for _, r := range t.MatchFields {
		if name != "" && !r.holds(name, r.Key == FieldNodeName) {
			return false
		}
	}
	return len(t.MatchExpressions)+len(t.MatchFields) > 0
}

// matchesNode is matches with the two operators that compare numbers.
//
// Source: apimachinery pkg/labels/selector.go, Requirement.Matches.
func (r LabelSelectorRequirement) matchesNode(labels Labels) bool {
	if r.Operator != NodeSelectorGt && r.Operator != NodeSelectorLt {
		return r.matches(labels)
	}
	label, err := strconv.ParseInt(labels[r.Key], 10, 64)
	if err != nil || len(r.Values) != 1 {
		return false
	}
	value, err := strconv.ParseInt(r.Values[0], 10, 64)
	if err != nil {
		return false
	}
	if r.Operator == NodeSelectorGt {
		return label > value
	}
	return label < value
}

// Affinity says near what a pod wants to run. Preferences are kept and have no
// effect; only what is required counts.
type Affinity struct {
	NodeAffinity    *NodeSelector     `json:"nodeAffinity,omitempty"`    // requiredDuringSchedulingIgnoredDuringExecution
	PodAffinity     []PodAffinityTerm `json:"podAffinity,omitempty"`     // required...
	PodAntiAffinity []PodAffinityTerm `json:"podAntiAffinity,omitempty"` // required...
	Unmodelled      string            `json:"unmodelled,omitempty"`
}

// PodAffinityTerm is a set of pods and how near is near.
type PodAffinityTerm struct {
	LabelSelector *LabelSelector `json:"labelSelector,omitempty"`
	Namespaces    []string       `json:"namespaces,omitempty"` // none means the pod's own
	TopologyKey   string         `json:"topologyKey"`
	Unmodelled    string         `json:"unmodelled,omitempty"`
}

// TopologySpreadConstraint says how evenly pods are to be spread over the values
// of a node's label.
type TopologySpreadConstraint struct {
	MaxSkew           int32          `json:"maxSkew"`
	TopologyKey       string         `json:"topologyKey"`
	WhenUnsatisfiable string         `json:"whenUnsatisfiable"` // DoNotSchedule or ScheduleAnyway
	LabelSelector     *LabelSelector `json:"labelSelector,omitempty"`
	Unmodelled        string         `json:"unmodelled,omitempty"`
}

// What becomes of a pod that would break a [TopologySpreadConstraint].
const (
	DoNotSchedule  = "DoNotSchedule"
	ScheduleAnyway = "ScheduleAnyway"
)

// TopologySelectorTerm is one alternative of where a class makes volumes: all of its
// expressions must hold for a node's labels.
type TopologySelectorTerm struct {
	MatchLabelExpressions []TopologySelectorLabelRequirement `json:"matchLabelExpressions,omitempty"`
}

// TopologySelectorLabelRequirement is a label of nodes and the values that it may have.
type TopologySelectorLabelRequirement struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// AllowsTopology reports whether the class makes volumes for a node with these labels.
// A term that says nothing allows nothing.
//
// Source: pkg/apis/core/v1/helper/helpers.go, MatchTopologySelectorTerms.
func (c *StorageClass) AllowsTopology(labels Labels) bool {
	return len(c.AllowedTopologies) == 0 || slices.ContainsFunc(c.AllowedTopologies, func(t TopologySelectorTerm) bool {
		return len(t.MatchLabelExpressions) > 0 && !slices.ContainsFunc(t.MatchLabelExpressions, func(r TopologySelectorLabelRequirement) bool {
			value, ok := labels[r.Key]
			return !ok || !slices.Contains(r.Values, value)
		})
	})
}
