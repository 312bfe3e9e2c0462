package validation

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// newest are the rules of the newest release of Kubernetes.
var newest = release.V1_37.Rules()

// Create says why the object could not be created; nothing if it could. Its
// defaults have been applied.
func Create(object model.Object) field.ErrorList { return CreateIn(object, newest) }

// CreateIn is [Create] in another release of Kubernetes. Only StatefulSets, Services
// and autoscalers are validated otherwise there.
func CreateIn(object model.Object, rules release.Rules) field.ErrorList {
	switch o := object.(type) {
	case *model.StatefulSet:
		return statefulSet(o, rules)
	case *model.Pod:
		return Pod(o)
	case *model.Service:
		return newService(o, rules)
	case *model.PersistentVolumeClaim:
		return PersistentVolumeClaim(o)
	case *model.PersistentVolume:
		return PersistentVolume(o)
	case *model.StorageClass:
		return StorageClass(o)
	case *model.Node:
		return Node(o)
	case *model.ControllerRevision:
		return ControllerRevision(o)
	case *model.Deployment:
		return Deployment(o)
	case *model.ReplicaSet:
		return ReplicaSet(o)
	case *model.PodDisruptionBudget:
		return PodDisruptionBudget(o)
	case *model.HorizontalPodAutoscaler:
		return newAutoscaler(o, rules)
	default:
		panic(fmt.Sprintf("validation: an object of the unknown type %T", object))
	}
}

// Update says why the stored object old could not be replaced by updated;
// nothing if it could. The defaults of both have been applied. Status is left
// out: an update of an object does not write it (see [StatefulSetStatus]).
//
// Two objects of different types are misuse, and panic.
func Update(updated, old model.Object) field.ErrorList { return UpdateIn(updated, old, newest) }

// UpdateIn is [Update] in another release of Kubernetes. Only StatefulSets and
// autoscalers are validated otherwise there.
func UpdateIn(updated, old model.Object, rules release.Rules) field.ErrorList {
	if updated.Kind() != old.Kind() {
		panic(fmt.Sprintf("validation: an update of a %s to a %s", old.Kind(), updated.Kind()))
	}
	switch o := updated.(type) {
	case *model.StatefulSet:
		return statefulSetUpdate(o, old.(*model.StatefulSet), rules)
	case *model.Pod:
		return PodUpdate(o, old.(*model.Pod))
	case *model.Service:
		return ServiceUpdate(o, old.(*model.Service))
	case *model.PersistentVolumeClaim:
		return PersistentVolumeClaimUpdate(o, old.(*model.PersistentVolumeClaim))
	case *model.PersistentVolume:
		return PersistentVolumeUpdate(o, old.(*model.PersistentVolume))
	case *model.StorageClass:
		return StorageClassUpdate(o, old.(*model.StorageClass))
	case *model.Node:
		return NodeUpdate(o, old.(*model.Node))
	case *model.ControllerRevision:
		return ControllerRevisionUpdate(o, old.(*model.ControllerRevision))
	case *model.Deployment:
		return DeploymentUpdate(o, old.(*model.Deployment))
	case *model.ReplicaSet:
		return ReplicaSetUpdate(o, old.(*model.ReplicaSet))
	case *model.PodDisruptionBudget:
		return PodDisruptionBudgetUpdate(o, old.(*model.PodDisruptionBudget))
	case *model.HorizontalPodAutoscaler:
		return autoscalerUpdate(o, old.(*model.HorizontalPodAutoscaler), rules)
	default:
		panic(fmt.Sprintf("validation: an object of the unknown type %T", updated))
	}
}
