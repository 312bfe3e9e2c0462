// Package model holds what exists in a cluster: StatefulSets, Deployments, Pods, claims,
// volumes, classes, Services, nodes, budgets, autoscalers and revisions, with
// Kubernetes' field names, defaults and identities. It holds values only; nothing here
// happens over time.
//
// # Objects
//
// The types are those of the Kubernetes API cut down to what the simulator
// understands. A field that is here means what it means there, and marshals to
// the same JSON. What a manifest says beyond that is kept, unread, in a field
// named Unmodelled: it takes part in comparisons (a changed environment variable
// is a new revision, whether or not the simulator knows what the variable does)
// and package manifest writes it back.
//
//	web := &model.StatefulSet{
//		ObjectMeta: model.ObjectMeta{Name: "web"},
//		Spec: model.StatefulSetSpec{
//			ServiceName: "nginx",
//			Selector:    &model.LabelSelector{MatchLabels: model.Labels{"app": "nginx"}},
//			Template:    ...,
//		},
//	}
//
// # Identity
//
// What makes a StatefulSet more than a number of Pods is that each Pod is
// somebody: a name, a hostname, a DNS name and claims that follow from the
// set's name and an ordinal, and stay when the Pod is replaced. The rules are
// in identity.go.
//
// # Time
//
// An [Instant] is a point of virtual time. It starts with the year 2000 and
// never has anything to do with the clock on the wall.
package model

// Kind is the kind of an object, spelled as in a manifest.
type Kind string

// The kinds that the simulator understands.
const (
	KindStatefulSet           Kind = "StatefulSet"
	KindControllerRevision    Kind = "ControllerRevision"
	KindPod                   Kind = "Pod"
	KindService               Kind = "Service"
	KindPersistentVolumeClaim Kind = "PersistentVolumeClaim"
	KindPersistentVolume      Kind = "PersistentVolume"
	KindStorageClass          Kind = "StorageClass"
	KindNode                  Kind = "Node"

	KindDeployment              Kind = "Deployment"
	KindReplicaSet              Kind = "ReplicaSet"
	KindPodDisruptionBudget     Kind = "PodDisruptionBudget"
	KindHorizontalPodAutoscaler Kind = "HorizontalPodAutoscaler"
)

// Resource is the plural, lower-case name that the API and its messages use,
// qualified with the API group: "statefulsets.apps".
func (k Kind) Resource() string {
	switch k {
	case KindStatefulSet:
		return "statefulsets.apps"
	case KindControllerRevision:
		return "controllerrevisions.apps"
	case KindPod:
		return "pods"
	case KindService:
		return "services"
	case KindPersistentVolumeClaim:
		return "persistentvolumeclaims"
	case KindPersistentVolume:
		return "persistentvolumes"
	case KindStorageClass:
		return "storageclasses.storage.k8s.io"
	case KindNode:
		return "nodes"
	case KindDeployment:
		return "deployments.apps"
	case KindReplicaSet:
		return "replicasets.apps"
	case KindPodDisruptionBudget:
		return "poddisruptionbudgets.policy"
	case KindHorizontalPodAutoscaler:
		return "horizontalpodautoscalers.autoscaling"
	default:
		return string(k)
	}
}

// Qualified is the kind as a validation error names it: "StatefulSet.apps", and
// without a group for the core kinds.
func (k Kind) Qualified() string {
	switch k {
	case KindStatefulSet, KindControllerRevision, KindDeployment, KindReplicaSet:
		return string(k) + ".apps"
	case KindPodDisruptionBudget:
		return string(k) + ".policy"
	case KindHorizontalPodAutoscaler:
		return string(k) + ".autoscaling"
	case KindStorageClass:
		return string(k) + ".storage.k8s.io"
	default:
		return string(k)
	}
}

// Namespaced reports whether objects of this kind live in a namespace.
func (k Kind) Namespaced() bool {
	switch k {
	case KindPersistentVolume, KindStorageClass, KindNode:
		return false
	default:
		return true
	}
}

// NamespaceDefault is the namespace of an object that names none.
const NamespaceDefault = "default"

// Object is what can be applied: one of the pointer types of this package that
// carry an [ObjectMeta].
type Object interface {
	Kind() Kind
	Meta() *ObjectMeta
}

// ObjectMeta is what every object has.
type ObjectMeta struct {
	Name            string           `json:"name,omitempty"`
	Namespace       string           `json:"namespace,omitempty"`
	UID             UID              `json:"uid,omitempty"`
	ResourceVersion int64            `json:"resourceVersion,omitempty"`
	Generation      int64            `json:"generation,omitempty"`
	CreatedAt       Instant          `json:"creationTimestamp,omitempty"`
	DeletedAt       *Instant         `json:"deletionTimestamp,omitempty"` // set while the object is being deleted: the end of its grace period
	Labels          Labels           `json:"labels,omitempty"`
	Annotations     Labels           `json:"annotations,omitempty"`
	OwnerReferences []OwnerReference `json:"ownerReferences,omitempty"`
	Finalizers      []string         `json:"finalizers,omitempty"`
}

// OwnerReference names the object that this one belongs to: when all its owners
// are gone, the garbage collector deletes it.
type OwnerReference struct {
	Kind               Kind   `json:"kind"`
	Name               string `json:"name"`
	UID                UID    `json:"uid"`
	Controller         bool   `json:"controller,omitempty"`
	BlockOwnerDeletion bool   `json:"blockOwnerDeletion,omitempty"`
}

// Meta returns the object's metadata.
func (m *ObjectMeta) Meta() *ObjectMeta { return m }

// Kind implements [Object].
func (*StatefulSet) Kind() Kind { return KindStatefulSet }

// Kind implements [Object].
func (*ControllerRevision) Kind() Kind { return KindControllerRevision }

// Kind implements [Object].
func (*Pod) Kind() Kind { return KindPod }

// Kind implements [Object].
func (*Service) Kind() Kind { return KindService }

// Kind implements [Object].
func (*PersistentVolumeClaim) Kind() Kind { return KindPersistentVolumeClaim }

// Kind implements [Object].
func (*PersistentVolume) Kind() Kind { return KindPersistentVolume }

// Kind implements [Object].
func (*StorageClass) Kind() Kind { return KindStorageClass }

// Kind implements [Object].
func (*Node) Kind() Kind { return KindNode }
