package sim

// Resource is what a node may run short of.
type Resource string

// The resources.
const (
	Memory Resource = "memory"
	Disk   Resource = "ephemeral-storage"
)

// evicted is why a pod has failed that its kubelet has evicted.
func evicted(r Resource) *podFailure {
	return &podFailure{reason: "Evicted", message: "The node was low on resource: " + string(r) + ". ", disrupts: true}
}
