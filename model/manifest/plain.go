package manifest

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// plain is a copy of an object without what says nothing: a false that means the
// same as its absence, and, in a claim template, the kind and the status. The
// model does not repeat them, and nobody should be warned of them.
func plain(object runtime.Object) runtime.Object {
	object = object.DeepCopyObject()
	plainOwners(object.(metav1.Object))
	switch o := object.(type) {
	case *appsv1.StatefulSet:
		plainTemplate(&o.Spec.Template)
		for i := range o.Spec.VolumeClaimTemplates {
			claim := &o.Spec.VolumeClaimTemplates[i]
			claim.TypeMeta, claim.Status = metav1.TypeMeta{}, corev1.PersistentVolumeClaimStatus{}
			plainOwners(claim)
		}
	case *appsv1.Deployment:
		plainTemplate(&o.Spec.Template)
	case *appsv1.ReplicaSet:
		plainTemplate(&o.Spec.Template)
	case *appsv1.ControllerRevision:
		if data, err := readRevision(o); err == nil {
			plainPod(&data.Spec.Template.PodTemplateSpec.Spec)
			o.Data = data.write()
		}
	case *corev1.Pod:
		plainPod(&o.Spec)
	case *storagev1.StorageClass:
		dropFalse(&o.AllowVolumeExpansion)
	}
	return object
}

func plainOwners(m metav1.Object) {
	references := m.GetOwnerReferences()
	for i := range references {
		dropFalse(&references[i].Controller)
		dropFalse(&references[i].BlockOwnerDeletion)
	}
	m.SetOwnerReferences(references)
}

func plainTemplate(t *corev1.PodTemplateSpec) {
	plainPod(&t.Spec)
	plainOwners(t)
}

func plainPod(s *corev1.PodSpec) { dropFalse(&s.SetHostnameAsFQDN) }

func dropFalse(p **bool) {
	if *p != nil && !**p {
		*p = nil
	}
}
