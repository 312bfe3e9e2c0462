package model

// Deployment is a number of pods without identities, and how they are replaced.
type Deployment struct {
	ObjectMeta `json:"metadata"`
	Spec       DeploymentSpec   `json:"spec"`
	Status     DeploymentStatus `json:"status"`
}

// DeploymentSpec is what the user asks of a Deployment.
type DeploymentSpec struct {
	Replicas                *int32             `json:"replicas,omitempty"` // default 1
	Selector                *LabelSelector     `json:"selector"`
	Template                PodTemplateSpec    `json:"template"`
	Strategy                DeploymentStrategy `json:"strategy"`
	MinReadySeconds         int32              `json:"minReadySeconds,omitempty"`
	RevisionHistoryLimit    *int32             `json:"revisionHistoryLimit,omitempty"` // default 10
	Paused                  bool               `json:"paused,omitempty"`
	ProgressDeadlineSeconds *int32             `json:"progressDeadlineSeconds,omitempty"` // default 600
}

// DeploymentStrategy says how pods follow the template: RollingUpdate, the default,
// or Recreate.
type DeploymentStrategy struct {
	Type          UpdateStrategyType       `json:"type,omitempty"`
	RollingUpdate *RollingUpdateDeployment `json:"rollingUpdate,omitempty"`
}

// RollingUpdateDeployment bounds a rolling update. Both default to 25%.
type RollingUpdateDeployment struct {
	MaxSurge       *IntOrString `json:"maxSurge,omitempty"`       // rounded up
	MaxUnavailable *IntOrString `json:"maxUnavailable,omitempty"` // rounded down
}

// DeploymentStatus is what the Deployment controller last reported.
type DeploymentStatus struct {
	ObservedGeneration  int64                 `json:"observedGeneration,omitempty"`
	Replicas            int32                 `json:"replicas,omitempty"`
	UpdatedReplicas     int32                 `json:"updatedReplicas,omitempty"`
	ReadyReplicas       int32                 `json:"readyReplicas,omitempty"`
	AvailableReplicas   int32                 `json:"availableReplicas,omitempty"`
	UnavailableReplicas int32                 `json:"unavailableReplicas,omitempty"`
	TerminatingReplicas *int32                `json:"terminatingReplicas,omitempty"` // since Kubernetes 1.35
	CollisionCount      *int32                `json:"collisionCount,omitempty"`
	Conditions          []DeploymentCondition `json:"conditions,omitempty"`
}

// DeploymentCondition is one condition of a Deployment: Available or Progressing.
type DeploymentCondition struct {
	Type               string          `json:"type"`
	Status             ConditionStatus `json:"status"`
	LastUpdateTime     Instant         `json:"lastUpdateTime,omitempty"`
	LastTransitionTime Instant         `json:"lastTransitionTime,omitempty"`
	Reason             string          `json:"reason,omitempty"`
	Message            string          `json:"message,omitempty"`
}

// ReplicaSet is a number of pods of one template. Mostly a Deployment makes it.
type ReplicaSet struct {
	ObjectMeta `json:"metadata"`
	Spec       ReplicaSetSpec   `json:"spec"`
	Status     ReplicaSetStatus `json:"status"`
}

// ReplicaSetSpec is what is asked of a ReplicaSet.
type ReplicaSetSpec struct {
	Replicas        *int32          `json:"replicas,omitempty"` // default 1
	MinReadySeconds int32           `json:"minReadySeconds,omitempty"`
	Selector        *LabelSelector  `json:"selector"`
	Template        PodTemplateSpec `json:"template"`
}

// ReplicaSetStatus is what the ReplicaSet controller last reported.
type ReplicaSetStatus struct {
	Replicas             int32                 `json:"replicas"`
	FullyLabeledReplicas int32                 `json:"fullyLabeledReplicas,omitempty"`
	ReadyReplicas        int32                 `json:"readyReplicas,omitempty"`
	AvailableReplicas    int32                 `json:"availableReplicas,omitempty"`
	TerminatingReplicas  *int32                `json:"terminatingReplicas,omitempty"` // since Kubernetes 1.35
	ObservedGeneration   int64                 `json:"observedGeneration,omitempty"`
	Conditions           []ReplicaSetCondition `json:"conditions,omitempty"`
}

// ReplicaSetCondition is one condition of a ReplicaSet: ReplicaFailure.
type ReplicaSetCondition struct {
	Type               string          `json:"type"`
	Status             ConditionStatus `json:"status"`
	LastTransitionTime Instant         `json:"lastTransitionTime,omitempty"`
	Reason             string          `json:"reason,omitempty"`
	Message            string          `json:"message,omitempty"`
}

// LabelPodTemplateHash tells the pods of a Deployment's ReplicaSets apart.
const LabelPodTemplateHash = "pod-template-hash"

// AnnotationDeploymentRevision is the number of a ReplicaSet in its Deployment's history.
const AnnotationDeploymentRevision = "deployment.kubernetes.io/revision"

// AnnotationPodDeletionCost makes a ReplicaSet keep a pod: it deletes the cheapest first.
const AnnotationPodDeletionCost = "controller.kubernetes.io/pod-deletion-cost"

// PodDisruptionBudget limits how many of some pods may be evicted at a time.
type PodDisruptionBudget struct {
	ObjectMeta `json:"metadata"`
	Spec       PodDisruptionBudgetSpec   `json:"spec"`
	Status     PodDisruptionBudgetStatus `json:"status"`
}

// PodDisruptionBudgetSpec has one of MinAvailable and MaxUnavailable. A nil
// Selector matches nothing, an empty one every pod of the namespace.
type PodDisruptionBudgetSpec struct {
	MinAvailable               *IntOrString   `json:"minAvailable,omitempty"`
	MaxUnavailable             *IntOrString   `json:"maxUnavailable,omitempty"`
	Selector                   *LabelSelector `json:"selector,omitempty"`
	UnhealthyPodEvictionPolicy string         `json:"unhealthyPodEvictionPolicy,omitempty"` // none means IfHealthyBudget
}

// The policies for the eviction of pods that are not ready.
const (
	IfHealthyBudget = "IfHealthyBudget"
	AlwaysAllow     = "AlwaysAllow"
)

// PodDisruptionBudgetStatus is what the disruption controller last reported.
type PodDisruptionBudgetStatus struct {
	ObservedGeneration int64                 `json:"observedGeneration,omitempty"`
	DisruptedPods      map[string]Instant    `json:"disruptedPods,omitempty"`
	DisruptionsAllowed int32                 `json:"disruptionsAllowed"`
	CurrentHealthy     int32                 `json:"currentHealthy"`
	DesiredHealthy     int32                 `json:"desiredHealthy"`
	ExpectedPods       int32                 `json:"expectedPods"`
	Conditions         []DisruptionCondition `json:"conditions,omitempty"`
}

// DisruptionCondition is one condition of a budget: DisruptionAllowed.
type DisruptionCondition struct {
	Type               string          `json:"type"`
	Status             ConditionStatus `json:"status"`
	ObservedGeneration int64           `json:"observedGeneration,omitempty"`
	LastTransitionTime Instant         `json:"lastTransitionTime,omitempty"`
	Reason             string          `json:"reason,omitempty"`
	Message            string          `json:"message,omitempty"`
}

// HorizontalPodAutoscaler changes how many replicas a set or Deployment has,
// after what its pods use.
type HorizontalPodAutoscaler struct {
	ObjectMeta `json:"metadata"`
	Spec       HorizontalPodAutoscalerSpec   `json:"spec"`
	Status     HorizontalPodAutoscalerStatus `json:"status"`
}

// HorizontalPodAutoscalerSpec says what is scaled, and after which metrics.
type HorizontalPodAutoscalerSpec struct {
	ScaleTargetRef ScaleTarget         `json:"scaleTargetRef"`
	MinReplicas    *int32              `json:"minReplicas,omitempty"` // default 1
	MaxReplicas    int32               `json:"maxReplicas"`
	Metrics        []MetricSpec        `json:"metrics,omitempty"` // default: CPU at 80%
	Behavior       *AutoscalerBehavior `json:"behavior,omitempty"`
	Unmodelled     string              `json:"unmodelled,omitempty"`
}

// ScaleTarget names what is scaled. The API server wants to know the group of its
// kind: "apps/v1".
type ScaleTarget struct {
	Kind       Kind   `json:"kind"`
	Name       string `json:"name"`
	APIVersion string `json:"apiVersion,omitempty"`
}

// MetricSpec is a resource metric: the average over the pods in percent of what
// they request, or as an amount. A metric of another type is the zero MetricSpec; it
// stands in the autoscaler's Unmodelled.
type MetricSpec struct {
	Resource           string   `json:"resource"`                     // cpu or memory
	AverageUtilization *int32   `json:"averageUtilization,omitempty"` // percent
	AverageValue       MilliCPU `json:"averageValue,omitempty"`       // memory: thousandths of a byte
}

// AutoscalerBehavior bounds the speed of scaling in each direction.
type AutoscalerBehavior struct {
	ScaleUp   *ScalingRules `json:"scaleUp,omitempty"`
	ScaleDown *ScalingRules `json:"scaleDown,omitempty"`
}

// ScalingRules bound the speed of scaling in one direction.
type ScalingRules struct {
	StabilizationWindowSeconds *int32          `json:"stabilizationWindowSeconds,omitempty"`
	SelectPolicy               string          `json:"selectPolicy,omitempty"` // Max, the default, Min or Disabled
	Policies                   []ScalingPolicy `json:"policies,omitempty"`
	TolerancePermille          *int32          `json:"tolerancePermille,omitempty"` // tolerance, in thousandths; default 100
}

// ScalingPolicy allows a change of so many pods, or so many percent, in a period.
type ScalingPolicy struct {
	Type          string `json:"type"` // Pods or Percent
	Value         int32  `json:"value"`
	PeriodSeconds int32  `json:"periodSeconds"`
}

// HorizontalPodAutoscalerStatus is what the autoscaler last reported.
type HorizontalPodAutoscalerStatus struct {
	ObservedGeneration int64                 `json:"observedGeneration,omitempty"`
	CurrentReplicas    int32                 `json:"currentReplicas,omitempty"`
	DesiredReplicas    int32                 `json:"desiredReplicas"`
	LastScaleTime      *Instant              `json:"lastScaleTime,omitempty"`
	CurrentMetrics     []MetricSpec          `json:"currentMetrics,omitempty"` // what was last measured, metric by metric
	Conditions         []DeploymentCondition `json:"conditions,omitempty"`     // without LastUpdateTime
}

// Kind implements [Object].
func (*Deployment) Kind() Kind { return KindDeployment }

// Kind implements [Object].
func (*ReplicaSet) Kind() Kind { return KindReplicaSet }

// Kind implements [Object].
func (*PodDisruptionBudget) Kind() Kind { return KindPodDisruptionBudget }

// Kind implements [Object].
func (*HorizontalPodAutoscaler) Kind() Kind { return KindHorizontalPodAutoscaler }
