package model

// PodManagementPolicy says whether a set's pods are created and deleted one
// after the other or all at once.
type PodManagementPolicy string

// The pod management policies.
const (
	OrderedReady PodManagementPolicy = "OrderedReady"
	Parallel     PodManagementPolicy = "Parallel"
)

// UpdateStrategyType says who replaces pods when the template changes.
type UpdateStrategyType string

// The update strategies. Recreate needs the gate StatefulSetRecreateStrategy,
// which is off by default in Kubernetes 1.37.
const (
	RollingUpdate UpdateStrategyType = "RollingUpdate"
	OnDelete      UpdateStrategyType = "OnDelete"
	Recreate      UpdateStrategyType = "Recreate"
)

// RetentionPolicyType says what becomes of a claim when its pod is no longer wanted.
type RetentionPolicyType string

// The retention policies.
const (
	RetainClaim RetentionPolicyType = "Retain"
	DeleteClaim RetentionPolicyType = "Delete"
)

// StatefulSet is a number of pods with identities.
type StatefulSet struct {
	ObjectMeta `json:"metadata"`
	Spec       StatefulSetSpec   `json:"spec"`
	Status     StatefulSetStatus `json:"status"`
}

// StatefulSetSpec is what the user asks of a set. Pointers are fields whose
// absence means a default, or, for RollingUpdate, something of its own.
type StatefulSetSpec struct {
	Replicas             *int32                  `json:"replicas,omitempty"` // default 1
	Selector             *LabelSelector          `json:"selector"`
	Template             PodTemplateSpec         `json:"template"`
	VolumeClaimTemplates []PersistentVolumeClaim `json:"volumeClaimTemplates,omitempty"`
	ServiceName          string                  `json:"serviceName,omitempty"`
	PodManagementPolicy  PodManagementPolicy     `json:"podManagementPolicy,omitempty"` // default OrderedReady
	UpdateStrategy       UpdateStrategy          `json:"updateStrategy"`
	RevisionHistoryLimit *int32                  `json:"revisionHistoryLimit,omitempty"` // default 10; negative keeps all
	MinReadySeconds      int32                   `json:"minReadySeconds,omitempty"`

	PersistentVolumeClaimRetentionPolicy *RetentionPolicy `json:"persistentVolumeClaimRetentionPolicy,omitempty"` // default Retain, Retain

	Ordinals *Ordinals `json:"ordinals,omitempty"` // default: they start at 0
}

// UpdateStrategy says how pods follow the template.
//
// RollingUpdate without its block is not the same as with an empty block: then
// there is no partition, and a lost pod that the rollout has not reached comes
// back at the old revision (policy explains).
type UpdateStrategy struct {
	Type          UpdateStrategyType     `json:"type,omitempty"` // default RollingUpdate
	RollingUpdate *RollingUpdateStrategy `json:"rollingUpdate,omitempty"`
}

// RollingUpdateStrategy are the parameters of a rolling update.
type RollingUpdateStrategy struct {
	Partition      *int32       `json:"partition,omitempty"`      // how many pods, counted from the first ordinal, keep the old revision; default 0
	MaxUnavailable *IntOrString `json:"maxUnavailable,omitempty"` // default 1
}

// RetentionPolicy says what becomes of claims.
type RetentionPolicy struct {
	WhenDeleted RetentionPolicyType `json:"whenDeleted,omitempty"` // the set is deleted
	WhenScaled  RetentionPolicyType `json:"whenScaled,omitempty"`  // the pod is scaled away
}

// Ordinals says how the pods are numbered.
type Ordinals struct {
	Start int32 `json:"start"`
}

// StatefulSetStatus is what the controller last reported.
type StatefulSetStatus struct {
	ObservedGeneration int64                  `json:"observedGeneration,omitempty"`
	Replicas           int32                  `json:"replicas"`
	ReadyReplicas      int32                  `json:"readyReplicas,omitempty"`
	CurrentReplicas    int32                  `json:"currentReplicas,omitempty"`
	UpdatedReplicas    int32                  `json:"updatedReplicas,omitempty"`
	AvailableReplicas  int32                  `json:"availableReplicas"`
	CurrentRevision    string                 `json:"currentRevision,omitempty"`
	UpdateRevision     string                 `json:"updateRevision,omitempty"`
	CollisionCount     *int32                 `json:"collisionCount,omitempty"`
	Conditions         []StatefulSetCondition `json:"conditions,omitempty"`
}

// StatefulSetCondition is one condition of a set.
type StatefulSetCondition struct {
	Type               string  `json:"type"`
	Status             string  `json:"status"`
	LastTransitionTime Instant `json:"lastTransitionTime,omitempty"`
	Reason             string  `json:"reason,omitempty"`
	Message            string  `json:"message,omitempty"`
}

// ControllerRevision is one template that a set has had.
type ControllerRevision struct {
	ObjectMeta `json:"metadata"`
	Template   PodTemplateSpec `json:"data"`
	Revision   int64           `json:"revision"`
}

// Partition is the stored partition; 0 when there is none.
func (s *StatefulSetSpec) Partition() int32 {
	if s.UpdateStrategy.RollingUpdate == nil || s.UpdateStrategy.RollingUpdate.Partition == nil {
		return 0
	}
	return *s.UpdateStrategy.RollingUpdate.Partition
}

// MaxUnavailable is how many pods a rolling update may have unavailable at once:
// the percentage rounded down, and at least 1.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, getStatefulSetMaxUnavailable.
func (s *StatefulSetSpec) MaxUnavailable() int32 {
	ru := s.UpdateStrategy.RollingUpdate
	if ru == nil || ru.MaxUnavailable == nil {
		return 1
	}
	return max(1, ru.MaxUnavailable.ScaledDown(s.DesiredReplicas()))
}

// DesiredReplicas is the number of pods asked for; 1 when none is stored.
func (s *StatefulSetSpec) DesiredReplicas() int32 {
	if s.Replicas == nil {
		return 1
	}
	return *s.Replicas
}

// StartOrdinal is the ordinal of the first pod.
func (s *StatefulSetSpec) StartOrdinal() int32 {
	if s.Ordinals == nil {
		return 0
	}
	return s.Ordinals.Start
}

// Retention is the retention policy with its defaults.
func (s *StatefulSetSpec) Retention() RetentionPolicy {
	out := RetentionPolicy{WhenDeleted: RetainClaim, WhenScaled: RetainClaim}
	if p := s.PersistentVolumeClaimRetentionPolicy; p != nil {
		if p.WhenDeleted != "" {
			out.WhenDeleted = p.WhenDeleted
		}
		if p.WhenScaled != "" {
			out.WhenScaled = p.WhenScaled
		}
	}
	return out
}
