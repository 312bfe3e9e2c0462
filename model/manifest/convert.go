package manifest

import (
	"encoding/json"
	"fmt"
	"reflect"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/ordinal-sim/ordinal/model"
)

// ToAPI turns an object of the model into one of the API: *appsv1.StatefulSet,
// *appsv1.ControllerRevision, *appsv1.Deployment, *appsv1.ReplicaSet, *corev1.Service,
// *corev1.Pod, *corev1.Node, *corev1.PersistentVolumeClaim, *corev1.PersistentVolume,
// *storagev1.StorageClass, *policyv1.PodDisruptionBudget or
// *autoscalingv2.HorizontalPodAutoscaler, with apiVersion and kind set. What the
// object carries in its Unmodelled fields is written back. Nothing is shared with the
// object.
//
// It fails on a nil object, on a type that is not of package model, and on an
// Unmodelled field that somebody has filled with what does not fit.
func ToAPI(object model.Object) (runtime.Object, error) {
	if object == nil || reflect.ValueOf(object).IsNil() {
		return nil, fmt.Errorf("manifest: %T is nil", object)
	}
	api := modelled(object)
	if api == nil {
		return nil, fmt.Errorf("manifest: %T is not an object of package model", object)
	}
	return writeBack(api, slots(object))
}

// FromAPI turns an object of the API into one of the model, without defaults:
// what is absent stays absent. It is the inverse of [ToAPI]. A status is kept as
// far as the model has it. The warnings are about what the model does not have.
//
// It fails on nil and on types other than those of [ToAPI], and on a
// ControllerRevision whose data are not a StatefulSet's.
func FromAPI(object any) (model.Object, []Warning, error) {
	api, ok := object.(runtime.Object)
	if !ok || reflect.ValueOf(object).Kind() == reflect.Pointer && reflect.ValueOf(object).IsNil() {
		return nil, nil, fmt.Errorf("manifest: %T is not understood; %s", object, understood())
	}
	out, notes, err := convert(api)
	if err != nil {
		return nil, nil, fmt.Errorf("manifest: %w", err)
	}
	var warnings []Warning
	for _, n := range notes {
		warnings = append(warnings, Warning{Place{Path: n.at.String()}, n.at.String() + " " + n.message})
	}
	return out, warnings, nil
}

// modelled writes what the model understands, and nothing else; nil for a
// foreign type.
func modelled(object model.Object) runtime.Object {
	switch o := object.(type) {
	case *model.StatefulSet:
		return setToAPI(o)
	case *model.ControllerRevision:
		return revisionToAPI(o)
	case *model.Pod:
		return podToAPI(o)
	case *model.Service:
		return serviceToAPI(o)
	case *model.PersistentVolumeClaim:
		return claimToAPI(o)
	case *model.PersistentVolume:
		return volumeToAPI(o)
	case *model.StorageClass:
		return classToAPI(o)
	case *model.Node:
		return nodeToAPI(o)
	case *model.Deployment:
		return deploymentToAPI(o)
	case *model.ReplicaSet:
		return replicaSetToAPI(o)
	case *model.PodDisruptionBudget:
		return budgetToAPI(o)
	case *model.HorizontalPodAutoscaler:
		return autoscalerToAPI(o)
	default:
		return nil
	}
}

// understand reads what the model understands, and nothing else.
func understand(object runtime.Object) (model.Object, error) {
	switch o := object.(type) {
	case *appsv1.StatefulSet:
		return setFromAPI(o), nil
	case *appsv1.ControllerRevision:
		return revisionFromAPI(o)
	case *corev1.Pod:
		return podFromAPI(o), nil
	case *corev1.Service:
		return serviceFromAPI(o), nil
	case *corev1.PersistentVolumeClaim:
		return claimFromAPI(o), nil
	case *corev1.PersistentVolume:
		return volumeFromAPI(o), nil
	case *storagev1.StorageClass:
		return classFromAPI(o), nil
	case *corev1.Node:
		return nodeFromAPI(o), nil
	case *appsv1.Deployment:
		return deploymentFromAPI(o), nil
	case *appsv1.ReplicaSet:
		return replicaSetFromAPI(o), nil
	case *policyv1.PodDisruptionBudget:
		return budgetFromAPI(o), nil
	case *autoscalingv2.HorizontalPodAutoscaler:
		return autoscalerFromAPI(o), nil
	default:
		return nil, fmt.Errorf("%T is not understood; %s", object, understood())
	}
}

// asTree is a value of the API as its JSON, decoded.
func asTree(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return tree(text)
}

// The small tools of the conversions. Empty lists and maps become nil, because
// the API makes no difference between empty and absent ones.

func each[A, B any](in []A, convert func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = convert(a)
	}
	return out
}

func rename[B, A ~string](in []A) []B {
	return each(in, func(a A) B { return B(a) })
}

func copyMap[B, A ~map[string]string](in A) B {
	if len(in) == 0 {
		return nil
	}
	out := make(B, len(in))
	for k, v := range in {
		out[k] = v
	}
	return out
}

func copyPointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// convertPointer converts what a pointer points to; nil stays nil.
func convertPointer[A, B any](p *A, convert func(A) B) *B {
	if p == nil {
		return nil
	}
	v := convert(*p)
	return &v
}

// convertMap converts the values of a map, in no order that could be seen.
func convertMap[A, B any](in map[string]A, convert func(A) B) map[string]B {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]B, len(in))
	for k, v := range in {
		out[k] = convert(v)
	}
	return out
}

// nonZeroInt points to a number, or nowhere if it is 0.
func nonZeroInt(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// nonZero points to a value, or nowhere if it is zero.
func nonZero[B, A ~string | ~bool](v A, convert func(A) B) *B {
	var zero A
	if v == zero {
		return nil
	}
	b := convert(v)
	return &b
}

func same[T any](v T) T { return v }

func deref[T any](p *T) T {
	var v T
	if p != nil {
		v = *p
	}
	return v
}
