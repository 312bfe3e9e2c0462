package model

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
