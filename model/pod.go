package model

// PodPhase is a summary of where a pod is in its life.
type PodPhase string

// The phases. A StatefulSet deletes and replaces a pod that is Failed or
// Succeeded; a crash-looping pod is Running.
const (
	PodPending   PodPhase = "Pending"
	PodRunning   PodPhase = "Running"
	PodSucceeded PodPhase = "Succeeded"
	PodFailed    PodPhase = "Failed"
	PodUnknown   PodPhase = "Unknown"
)

// PodTemplateSpec is what a set's pods are made from.
type PodTemplateSpec struct {
	Labels      Labels   `json:"labels,omitempty"`
	Annotations Labels   `json:"annotations,omitempty"`
	Finalizers  []string `json:"finalizers,omitempty"`
	Spec        PodSpec  `json:"spec"`
	Unmodelled  string   `json:"unmodelled,omitempty"` // see the package comment
}

// PodSpec describes a pod.
type PodSpec struct {
	InitContainers                []Container       `json:"initContainers,omitempty"`
	Containers                    []Container       `json:"containers"`
	Volumes                       []Volume          `json:"volumes,omitempty"`
	RestartPolicy                 string            `json:"restartPolicy,omitempty"`                 // default Always
	TerminationGracePeriodSeconds *int64            `json:"terminationGracePeriodSeconds,omitempty"` // default 30
	ActiveDeadlineSeconds         *int64            `json:"activeDeadlineSeconds,omitempty"`
	NodeSelector                  map[string]string `json:"nodeSelector,omitempty"`
	NodeName                      string            `json:"nodeName,omitempty"`
	HostNetwork                   bool              `json:"hostNetwork,omitempty"`
	Hostname                      string            `json:"hostname,omitempty"`
	Subdomain                     string            `json:"subdomain,omitempty"`
	SetHostnameAsFQDN             bool              `json:"setHostnameAsFQDN,omitempty"`
	HostnameOverride              string            `json:"hostnameOverride,omitempty"`
	DNSPolicy                     string            `json:"dnsPolicy,omitempty"` // default ClusterFirst
	DNSConfig                     *PodDNSConfig     `json:"dnsConfig,omitempty"`
	ReadinessGates                []string          `json:"readinessGates,omitempty"` // conditionType of each
	PriorityClassName             string            `json:"priorityClassName,omitempty"`
	Tolerations                   []Toleration      `json:"tolerations,omitempty"`
	Affinity                      *Affinity         `json:"affinity,omitempty"`

	TopologySpreadConstraints []TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty"`

	Unmodelled string `json:"unmodelled,omitempty"`
}

// PodDNSConfig is merged into what the kubelet writes to resolv.conf.
type PodDNSConfig struct {
	Nameservers []string          `json:"nameservers,omitempty"`
	Searches    []string          `json:"searches,omitempty"`
	Options     []PodDNSConfigOpt `json:"options,omitempty"`
}

// PodDNSConfigOpt is one option of resolv.conf, such as ndots.
type PodDNSConfigOpt struct {
	Name  string  `json:"name"`
	Value *string `json:"value,omitempty"`
}

// Container is one program of a pod.
type Container struct {
	Name         string               `json:"name"`
	Image        string               `json:"image,omitempty"`
	Command      []string             `json:"command,omitempty"`
	Args         []string             `json:"args,omitempty"`
	Ports        []ContainerPort      `json:"ports,omitempty"`
	Resources    ResourceRequirements `json:"resources"`
	VolumeMounts []VolumeMount        `json:"volumeMounts,omitempty"`
	PreStop      *LifecycleHandler    `json:"preStop,omitempty"`   // lifecycle.preStop
	PostStart    *LifecycleHandler    `json:"postStart,omitempty"` // lifecycle.postStart

	ImagePullPolicy PullPolicy `json:"imagePullPolicy,omitempty"` // default Always for a tag "latest" or none, else IfNotPresent
	RestartPolicy   string     `json:"restartPolicy,omitempty"`   // Always makes an init container a sidecar

	LivenessProbe  *Probe `json:"livenessProbe,omitempty"`
	ReadinessProbe *Probe `json:"readinessProbe,omitempty"`
	StartupProbe   *Probe `json:"startupProbe,omitempty"`

	Unmodelled string `json:"unmodelled,omitempty"`
}

// Sidecar reports whether an init container goes on to run beside the main ones.
func (c *Container) Sidecar() bool { return c.RestartPolicy == RestartAlways }

// RestartAlways is the restart policy of a StatefulSet's pods, and of a sidecar.
const RestartAlways = "Always"

// PullPolicy says when a kubelet asks the registry for an image.
type PullPolicy string

// The pull policies.
const (
	PullAlways       PullPolicy = "Always"
	PullIfNotPresent PullPolicy = "IfNotPresent"
	PullNever        PullPolicy = "Never"
)

// Probe is how a kubelet asks a container how it is. What it asks (an HTTP path, a
// command, a port) has no meaning here: the program answers.
type Probe struct {
	InitialDelaySeconds           int32  `json:"initialDelaySeconds,omitempty"`
	PeriodSeconds                 int32  `json:"periodSeconds,omitempty"`    // default 10
	TimeoutSeconds                int32  `json:"timeoutSeconds,omitempty"`   // default 1
	SuccessThreshold              int32  `json:"successThreshold,omitempty"` // default 1
	FailureThreshold              int32  `json:"failureThreshold,omitempty"` // default 3
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty"`
	Handler                       string `json:"handler,omitempty"` // {"httpGet": ...}, or exec, tcpSocket or grpc, as JSON
}

// LifecycleHandler is what a preStop hook does: it sleeps, or it runs something
// whose duration the simulator is told (sim.Latencies.PreStop).
type LifecycleHandler struct {
	SleepSeconds *int64   `json:"sleepSeconds,omitempty"`
	Exec         []string `json:"exec,omitempty"`
	HTTPGet      string   `json:"httpGet,omitempty"` // "host:port/path"
}

// Silent reports whether a hook does nothing that the model knows.
func (h *LifecycleHandler) Silent() bool {
	return h.SleepSeconds == nil && len(h.Exec) == 0 && h.HTTPGet == ""
}

// ContainerPort is a port that a container listens on.
type ContainerPort struct {
	Name          string `json:"name,omitempty"`
	ContainerPort int32  `json:"containerPort"`
	Protocol      string `json:"protocol,omitempty"` // default TCP
}

// ResourceRequirements are what a container asks for and may use at most.
type ResourceRequirements struct {
	Requests ResourceList `json:"requests"`
	Limits   ResourceList `json:"limits"`
}

// ResourceList is an amount of CPU and memory; 0 means that none is given.
type ResourceList struct {
	CPU    MilliCPU `json:"cpu,omitempty"`
	Memory Bytes    `json:"memory,omitempty"`
}

// VolumeMount says where a container sees a volume of its pod.
type VolumeMount struct {
	Name      string `json:"name"`
	MountPath string `json:"mountPath"`
	SubPath   string `json:"subPath,omitempty"`
	ReadOnly  bool   `json:"readOnly,omitempty"`
}

// Volume is a volume of a pod. With neither source it is one that the simulator
// does not model (a ConfigMap, say) and never waits for.
type Volume struct {
	Name                  string `json:"name"`
	PersistentVolumeClaim string `json:"persistentVolumeClaim,omitempty"` // claimName
	ReadOnly              bool   `json:"readOnly,omitempty"`
	EmptyDir              bool   `json:"emptyDir,omitempty"`
	Unmodelled            string `json:"unmodelled,omitempty"`
}

// Pod is one pod, as the API shows it.
type Pod struct {
	ObjectMeta `json:"metadata"`
	Spec       PodSpec   `json:"spec"`
	Status     PodStatus `json:"status"`
}

// PodStatus is what is known of a pod.
type PodStatus struct {
	Phase             PodPhase          `json:"phase"`
	Reason            string            `json:"reason,omitempty"`
	Message           string            `json:"message,omitempty"`
	PodIP             string            `json:"podIP,omitempty"`
	StartTime         Instant           `json:"startTime,omitempty"`
	Conditions        []PodCondition    `json:"conditions,omitempty"`
	ContainerStatuses []ContainerStatus `json:"containerStatuses,omitempty"`

	InitContainerStatuses []ContainerStatus `json:"initContainerStatuses,omitempty"`
}

// PodCondition is one condition of a pod.
type PodCondition struct {
	Type               string  `json:"type"`
	Status             bool    `json:"status"`
	LastTransitionTime Instant `json:"lastTransitionTime,omitempty"`
	Reason             string  `json:"reason,omitempty"`
	Message            string  `json:"message,omitempty"`
}

// ContainerStatus is what is known of a container.
type ContainerStatus struct {
	Name         string  `json:"name"`
	Image        string  `json:"image"`
	Ready        bool    `json:"ready"`
	State        string  `json:"state"`             // "waiting", "running" or "terminated"
	Reason       string  `json:"reason,omitempty"`  // of waiting and terminated: "CrashLoopBackOff", "Error"...
	Message      string  `json:"message,omitempty"` // of waiting
	StartedAt    Instant `json:"startedAt,omitempty"`
	FinishedAt   Instant `json:"finishedAt,omitempty"`
	ExitCode     int32   `json:"exitCode,omitempty"`
	RestartCount int32   `json:"restartCount"`
	Started      bool    `json:"started,omitempty"` // it runs, and its startup probe, if it has one, has succeeded

	LastState *Termination `json:"lastState,omitempty"` // how the run before this one has ended
}

// Termination is how a run of a container has ended.
type Termination struct {
	ExitCode   int32   `json:"exitCode"`
	Reason     string  `json:"reason,omitempty"` // "Completed", "Error", "OOMKilled"...
	StartedAt  Instant `json:"startedAt,omitempty"`
	FinishedAt Instant `json:"finishedAt,omitempty"`
}

// Ready reports whether the condition Ready is True.
func (p *Pod) Ready() bool {
	for _, c := range p.Status.Conditions {
		if c.Type == "Ready" {
			return c.Status
		}
	}
	return false
}
