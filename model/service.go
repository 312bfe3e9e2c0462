package model

// ServiceType says how a Service is reached.
type ServiceType string

// The types of a Service.
const (
	ServiceClusterIP    ServiceType = "ClusterIP"
	ServiceNodePort     ServiceType = "NodePort"
	ServiceLoadBalancer ServiceType = "LoadBalancer"
	ServiceExternalName ServiceType = "ExternalName"
)

// ClusterIPNone is the cluster IP of a headless Service: DNS answers with the
// addresses of the pods.
const ClusterIPNone = "None"

// Service is a name for a set of pods.
type Service struct {
	ObjectMeta `json:"metadata"`
	Spec       ServiceSpec `json:"spec"`
}

// ServiceSpec describes a Service. A nil Selector means that somebody else makes
// the endpoints; so does an empty one, which an API server does not store.
type ServiceSpec struct {
	Type                     ServiceType   `json:"type,omitempty"` // default ClusterIP
	ClusterIP                string        `json:"clusterIP,omitempty"`
	ClusterIPs               []string      `json:"clusterIPs,omitempty"`
	ExternalName             string        `json:"externalName,omitempty"`
	Ports                    []ServicePort `json:"ports,omitempty"`
	Selector                 Labels        `json:"selector,omitempty"`
	IPFamilies               []IPFamily    `json:"ipFamilies,omitempty"`     // default: see DefaultFamilies
	IPFamilyPolicy           string        `json:"ipFamilyPolicy,omitempty"` // default: see DefaultFamilies
	PublishNotReadyAddresses bool          `json:"publishNotReadyAddresses,omitempty"`
	Unmodelled               string        `json:"unmodelled,omitempty"`
}

// ServicePort is one port of a Service.
type ServicePort struct {
	Name       string      `json:"name,omitempty"`
	Protocol   string      `json:"protocol,omitempty"` // default TCP
	Port       int32       `json:"port"`
	TargetPort IntOrString `json:"targetPort"` // default: Port
	NodePort   int32       `json:"nodePort,omitempty"`
}

// Headless reports whether the Service has no virtual address.
func (s *ServiceSpec) Headless() bool { return s.ClusterIP == ClusterIPNone }

// Node is a machine that runs pods.
type Node struct {
	ObjectMeta `json:"metadata"`
	Spec       NodeSpec   `json:"spec"`
	Status     NodeStatus `json:"status"`
}

// NodeSpec is what the user asks of a node.
type NodeSpec struct {
	Unschedulable bool    `json:"unschedulable,omitempty"` // cordoned
	Taints        []Taint `json:"taints,omitempty"`
	Unmodelled    string  `json:"unmodelled,omitempty"`
}

// NodeStatus is what is known of a node.
type NodeStatus struct {
	Allocatable ResourceList `json:"allocatable"`    // CPU and memory for pods; 0 means no limit
	Pods        int32        `json:"pods,omitempty"` // how many pods fit; 0 means no limit

	Conditions []NodeCondition `json:"conditions,omitempty"`
}

// Ready reports whether the condition Ready is True.
func (n *Node) Ready() bool {
	for _, c := range n.Status.Conditions {
		if c.Type == "Ready" {
			return c.Status == ConditionTrue
		}
	}
	return false
}

// NodeCondition is one condition of a node.
type NodeCondition struct {
	Type               string          `json:"type"`
	Status             ConditionStatus `json:"status"`
	LastTransitionTime Instant         `json:"lastTransitionTime,omitempty"`
	Reason             string          `json:"reason,omitempty"`
	Message            string          `json:"message,omitempty"`
}

// ConditionStatus is True, False or, when nobody can tell, Unknown.
type ConditionStatus string

// The statuses of a condition.
const (
	ConditionTrue    ConditionStatus = "True"
	ConditionFalse   ConditionStatus = "False"
	ConditionUnknown ConditionStatus = "Unknown"
)

// IPFamily is a family of addresses.
type IPFamily string

// The families.
const (
	IPv4 IPFamily = "IPv4"
	IPv6 IPFamily = "IPv6"
)

// How many families of addresses a Service has: one, two if the cluster has two, or
// two.
const (
	SingleStack      = "SingleStack"
	PreferDualStack  = "PreferDualStack"
	RequireDualStack = "RequireDualStack"
)
