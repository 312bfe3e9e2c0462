package manifest

import (
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	"github.com/ordinal-sim/ordinal/model"
)

// Claims, volumes and classes, in both directions.

func claimToAPI(c *model.PersistentVolumeClaim) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		TypeMeta:   typeMeta(model.KindPersistentVolumeClaim),
		ObjectMeta: metaToAPI(&c.ObjectMeta),
		Spec:       claimSpecToAPI(&c.Spec),
		Status: corev1.PersistentVolumeClaimStatus{
			Phase:       corev1.PersistentVolumeClaimPhase(c.Status.Phase),
			AccessModes: rename[corev1.PersistentVolumeAccessMode](c.Status.AccessModes),
			Capacity:    storageToAPI(c.Status.Capacity),
			Conditions:  each(c.Status.Conditions, claimConditionToAPI),

			AllocatedResources:        storageToAPI(c.Status.AllocatedResources),
			AllocatedResourceStatuses: resizeToAPI(c.Status.AllocatedResourceStatus),
		},
	}
}

func claimFromAPI(c *corev1.PersistentVolumeClaim) *model.PersistentVolumeClaim {
	return &model.PersistentVolumeClaim{
		ObjectMeta: metaFromAPI(&c.ObjectMeta),
		Spec:       claimSpecFromAPI(&c.Spec),
		Status: model.PersistentVolumeClaimStatus{
			Phase:       model.ClaimPhase(c.Status.Phase),
			AccessModes: rename[model.AccessMode](c.Status.AccessModes),
			Capacity:    bytesFromAPI(c.Status.Capacity, corev1.ResourceStorage),
			Conditions:  each(c.Status.Conditions, claimConditionFromAPI),

			AllocatedResources:      bytesFromAPI(c.Status.AllocatedResources, corev1.ResourceStorage),
			AllocatedResourceStatus: model.ClaimResizeStatus(c.Status.AllocatedResourceStatuses[corev1.ResourceStorage]),
		},
	}
}

func resizeToAPI(s model.ClaimResizeStatus) map[corev1.ResourceName]corev1.ClaimResourceStatus {
	if s == "" {
		return nil
	}
	return map[corev1.ResourceName]corev1.ClaimResourceStatus{corev1.ResourceStorage: corev1.ClaimResourceStatus(s)}
}

func claimConditionToAPI(c model.ClaimCondition) corev1.PersistentVolumeClaimCondition {
	out := corev1.PersistentVolumeClaimCondition{
		Type: corev1.PersistentVolumeClaimConditionType(c.Type), Status: corev1.ConditionStatus(c.Status), Reason: c.Reason, Message: c.Message,
	}
	if c.LastTransitionTime != 0 {
		out.LastTransitionTime = timeToAPI(c.LastTransitionTime)
	}
	return out
}

func claimConditionFromAPI(c corev1.PersistentVolumeClaimCondition) model.ClaimCondition {
	return model.ClaimCondition{
		Type: model.ClaimConditionType(c.Type), Status: model.ConditionStatus(c.Status),
		LastTransitionTime: timeFromAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
	}
}

func claimSpecToAPI(s *model.PersistentVolumeClaimSpec) corev1.PersistentVolumeClaimSpec {
	return corev1.PersistentVolumeClaimSpec{
		AccessModes:      rename[corev1.PersistentVolumeAccessMode](s.AccessModes),
		Selector:         selectorToAPI(s.Selector),
		Resources:        corev1.VolumeResourceRequirements{Requests: storageToAPI(s.Request)},
		StorageClassName: copyPointer(s.StorageClassName),
		VolumeMode:       nonZero(s.VolumeMode, modeToAPI),
		VolumeName:       s.VolumeName,
	}
}

func claimSpecFromAPI(s *corev1.PersistentVolumeClaimSpec) model.PersistentVolumeClaimSpec {
	return model.PersistentVolumeClaimSpec{
		AccessModes:      rename[model.AccessMode](s.AccessModes),
		Selector:         selectorFromAPI(s.Selector),
		Request:          bytesFromAPI(s.Resources.Requests, corev1.ResourceStorage),
		StorageClassName: copyPointer(s.StorageClassName),
		VolumeMode:       model.VolumeMode(deref(s.VolumeMode)),
		VolumeName:       s.VolumeName,
	}
}

func modeToAPI(m model.VolumeMode) corev1.PersistentVolumeMode {
	return corev1.PersistentVolumeMode(m)
}

func volumeToAPI(v *model.PersistentVolume) *corev1.PersistentVolume {
	s := &v.Spec
	out := &corev1.PersistentVolume{
		TypeMeta:   typeMeta(model.KindPersistentVolume),
		ObjectMeta: metaToAPI(&v.ObjectMeta),
		Spec: corev1.PersistentVolumeSpec{
			Capacity:                      storageToAPI(s.Capacity),
			PersistentVolumeSource:        sourceToAPI(s.Source),
			AccessModes:                   rename[corev1.PersistentVolumeAccessMode](s.AccessModes),
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimPolicy(s.ReclaimPolicy),
			StorageClassName:              s.StorageClassName,
			VolumeMode:                    nonZero(s.VolumeMode, modeToAPI),
		},
		Status: corev1.PersistentVolumeStatus{
			Phase:   corev1.PersistentVolumePhase(v.Status.Phase),
			Message: v.Status.Message,
		},
	}
	if ref := s.ClaimRef; ref != nil {
		out.Spec.ClaimRef = &corev1.ObjectReference{
			APIVersion: coreV1, Kind: string(model.KindPersistentVolumeClaim),
			Namespace: ref.Namespace, Name: ref.Name, UID: uidToAPI(ref.UID),
		}
	}
	if s.NodeAffinity != nil {
		out.Spec.NodeAffinity = &corev1.VolumeNodeAffinity{Required: nodeSelectorToAPI(s.NodeAffinity)}
	}
	return out
}

func volumeFromAPI(v *corev1.PersistentVolume) *model.PersistentVolume {
	s := &v.Spec
	out := &model.PersistentVolume{
		ObjectMeta: metaFromAPI(&v.ObjectMeta),
		Spec: model.PersistentVolumeSpec{
			Capacity:         bytesFromAPI(s.Capacity, corev1.ResourceStorage),
			AccessModes:      rename[model.AccessMode](s.AccessModes),
			ReclaimPolicy:    model.ReclaimPolicy(s.PersistentVolumeReclaimPolicy),
			StorageClassName: s.StorageClassName,
			VolumeMode:       model.VolumeMode(deref(s.VolumeMode)),
			Source:           sourceFromAPI(s.PersistentVolumeSource),
		},
		Status: model.PersistentVolumeStatus{
			Phase:   model.VolumePhase(v.Status.Phase),
			Message: v.Status.Message,
		},
	}
	if ref := s.ClaimRef; ref != nil {
		out.Spec.ClaimRef = &model.ClaimReference{Namespace: ref.Namespace, Name: ref.Name, UID: uidFromAPI(ref.UID)}
	}
	if s.NodeAffinity != nil {
		out.Spec.NodeAffinity = nodeSelectorFromAPI(s.NodeAffinity.Required)
	}
	return out
}

func sourceToAPI(s model.VolumeSource) corev1.PersistentVolumeSource {
	var out corev1.PersistentVolumeSource
	switch s.Type {
	case model.SourceCSI:
		out.CSI = &corev1.CSIPersistentVolumeSource{Driver: s.Driver, VolumeHandle: s.Handle}
	case model.SourceNFS:
		out.NFS = &corev1.NFSVolumeSource{Server: s.Server, Path: s.Path}
	case model.SourceHostPath:
		out.HostPath = &corev1.HostPathVolumeSource{Path: s.Path}
	case model.SourceLocal:
		out.Local = &corev1.LocalVolumeSource{Path: s.Path}
	}
	return out
}

func sourceFromAPI(s corev1.PersistentVolumeSource) model.VolumeSource {
	switch {
	case s.CSI != nil:
		return model.VolumeSource{Type: model.SourceCSI, Driver: s.CSI.Driver, Handle: s.CSI.VolumeHandle}
	case s.NFS != nil:
		return model.VolumeSource{Type: model.SourceNFS, Server: s.NFS.Server, Path: s.NFS.Path}
	case s.HostPath != nil:
		return model.VolumeSource{Type: model.SourceHostPath, Path: s.HostPath.Path}
	case s.Local != nil:
		return model.VolumeSource{Type: model.SourceLocal, Path: s.Local.Path}
	case s != corev1.PersistentVolumeSource{}:
		return model.VolumeSource{Type: model.SourceOther}
	default:
		return model.VolumeSource{}
	}
}

func classToAPI(c *model.StorageClass) *storagev1.StorageClass {
	return &storagev1.StorageClass{
		TypeMeta:    typeMeta(model.KindStorageClass),
		ObjectMeta:  metaToAPI(&c.ObjectMeta),
		Provisioner: c.Provisioner,
		Parameters:  copyMap[map[string]string](c.Parameters),
		ReclaimPolicy: nonZero(c.ReclaimPolicy, func(p model.ReclaimPolicy) corev1.PersistentVolumeReclaimPolicy {
			return corev1.PersistentVolumeReclaimPolicy(p)
		}),
		VolumeBindingMode: nonZero(c.VolumeBindingMode, func(m model.VolumeBindingMode) storagev1.VolumeBindingMode {
			return storagev1.VolumeBindingMode(m)
		}),
		AllowVolumeExpansion: nonZero(c.AllowVolumeExpansion, same),
		AllowedTopologies:    each(c.AllowedTopologies, topologyToAPI),
	}
}

func classFromAPI(c *storagev1.StorageClass) *model.StorageClass {
	return &model.StorageClass{
		ObjectMeta:           metaFromAPI(&c.ObjectMeta),
		Provisioner:          c.Provisioner,
		Parameters:           copyMap[map[string]string](c.Parameters),
		ReclaimPolicy:        model.ReclaimPolicy(deref(c.ReclaimPolicy)),
		VolumeBindingMode:    model.VolumeBindingMode(deref(c.VolumeBindingMode)),
		AllowVolumeExpansion: deref(c.AllowVolumeExpansion),
		AllowedTopologies:    each(c.AllowedTopologies, topologyFromAPI),
	}
}
