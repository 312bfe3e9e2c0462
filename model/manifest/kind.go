package manifest

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/ordinal-sim/ordinal/model"
)

// The versions of the API that the kinds belong to.
const (
	appsV1        = "apps/v1"
	coreV1        = "v1"
	storageV1     = "storage.k8s.io/v1"
	policyV1      = "policy/v1"
	autoscalingV2 = "autoscaling/v2"
)

// known is a kind that can be read and written.
type known struct {
	kind       model.Kind
	apiVersion string
	empty      func() runtime.Object
}

// kinds are the kinds in alphabetical order.
var kinds = []known{
	{model.KindControllerRevision, appsV1, func() runtime.Object { return &appsv1.ControllerRevision{} }},
	{model.KindDeployment, appsV1, func() runtime.Object { return &appsv1.Deployment{} }},
	{model.KindHorizontalPodAutoscaler, autoscalingV2, func() runtime.Object { return &autoscalingv2.HorizontalPodAutoscaler{} }},
	{model.KindNode, coreV1, func() runtime.Object { return &corev1.Node{} }},
	{model.KindPersistentVolume, coreV1, func() runtime.Object { return &corev1.PersistentVolume{} }},
	{model.KindPersistentVolumeClaim, coreV1, func() runtime.Object { return &corev1.PersistentVolumeClaim{} }},
	{model.KindPod, coreV1, func() runtime.Object { return &corev1.Pod{} }},
	{model.KindPodDisruptionBudget, policyV1, func() runtime.Object { return &policyv1.PodDisruptionBudget{} }},
	{model.KindReplicaSet, appsV1, func() runtime.Object { return &appsv1.ReplicaSet{} }},
	{model.KindService, coreV1, func() runtime.Object { return &corev1.Service{} }},
	{model.KindStatefulSet, appsV1, func() runtime.Object { return &appsv1.StatefulSet{} }},
	{model.KindStorageClass, storageV1, func() runtime.Object { return &storagev1.StorageClass{} }},
}

// kindOf finds a kind by its name; the zero value if it is not understood.
func kindOf(kind model.Kind) known {
	for _, k := range kinds {
		if k.kind == kind {
			return k
		}
	}
	return known{}
}

func typeMeta(kind model.Kind) metav1.TypeMeta {
	return metav1.TypeMeta{Kind: string(kind), APIVersion: kindOf(kind).apiVersion}
}

// understood lists the kinds for a user who has named another.
func understood() string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = fmt.Sprintf("%s (%s)", k.kind, k.apiVersion)
	}
	return "understood are: " + strings.Join(names, ", ") + ", and List (v1) of them"
}
