package objects

import (
	"context"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/registry/rest"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	core "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/storage/storageclass"
	volumevalidation "k8s.io/kubernetes/pkg/volume/validation"

	"github.com/ordinal-sim/ordinal/model"
)

// strategyOf is what the registry does with objects of a kind.
func strategyOf(kind model.Kind) rest.RESTCreateUpdateStrategy {
	switch kind {
	case model.KindStatefulSet:
		return statefulset.Strategy
	case model.KindPod:
		return podStrategy{statefulset.Strategy}
	case model.KindService:
		return serviceStrategy{statefulset.Strategy}
	case model.KindPersistentVolumeClaim:
		return claimStrategy{statefulset.Strategy}
	case model.KindPersistentVolume:
		return volumeStrategy{statefulset.Strategy}
	case model.KindStorageClass:
		return storageclass.Strategy
	case model.KindNode:
		return nodeStrategy{statefulset.Strategy}
	case model.KindDeployment:
		return deployment.Strategy
	case model.KindReplicaSet:
		return replicaSetStrategy{statefulset.Strategy}
	case model.KindPodDisruptionBudget:
		return poddisruptionbudget.Strategy
	case model.KindHorizontalPodAutoscaler:
		return horizontalpodautoscaler.Strategy
	default:
		panic("objects: there is no strategy for " + string(kind))
	}
}

// The strategies that cannot be imported. What they share (the scheme, names, the
// manners of an update, whose signatures change from version to version) they
// borrow from that of StatefulSets.

// podStrategy is the strategy of pods.
//
// Source: pkg/registry/core/pod/strategy.go.
type podStrategy struct{ rest.RESTCreateUpdateStrategy }

func (podStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	pod := obj.(*core.Pod)
	pod.Generation = 1
	pod.Status = core.PodStatus{Phase: core.PodPending}
	podutil.DropDisabledPodFields(pod, nil)
}

func (podStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	pod := obj.(*core.Pod)
	options := podutil.GetValidationOptionsFromPodSpecAndMeta(&pod.Spec, nil, &pod.ObjectMeta, nil)
	options.ResourceIsPod = true
	return validation.ValidatePodCreate(pod, options)
}

func (podStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*core.Pod), old.(*core.Pod)
	pod.Status = before.Status
	podutil.DropDisabledPodFields(pod, before)
}

func (podStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	pod, before := obj.(*core.Pod), old.(*core.Pod)
	options := podutil.GetValidationOptionsFromPodSpecAndMeta(&pod.Spec, &before.Spec, &pod.ObjectMeta, &before.ObjectMeta)
	options.ResourceIsPod = true
	return validation.ValidatePodUpdate(pod, before, options)
}

func (podStrategy) WarningsOnCreate(context.Context, runtime.Object) []string { return nil }

func (podStrategy) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}

// serviceStrategy is the strategy of Services, and what their storage does before
// it asks the strategy: it keeps clusterIP and clusterIPs in step. Addresses and
// node ports are not allocated.
//
// Source: pkg/registry/core/service/strategy.go, PrepareForUpdate and
// dropTypeDependentFields; pkg/registry/core/service/storage/storage.go,
// normalizeClusterIPs and patchAllocatedValues.
type serviceStrategy struct{ rest.RESTCreateUpdateStrategy }

func (serviceStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	service := obj.(*core.Service)
	service.Status = core.ServiceStatus{}
	listAddress(service)
}

// listAddress makes the list of addresses from the one.
func listAddress(s *core.Service) {
	if s.Spec.ClusterIP != "" && len(s.Spec.ClusterIPs) == 0 {
		s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	}
}

func (serviceStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validation.ValidateServiceCreate(obj.(*core.Service))
}

func (serviceStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	service, before := obj.(*core.Service), old.(*core.Service)
	listAddress(before)
	keepAddresses(&service.Spec, &before.Spec)
	keepNodePorts(&service.Spec, &before.Spec)
	followAddress(&service.Spec, &before.Spec)
	service.Status = before.Status
	dropForType(&service.Spec, &before.Spec)
}

func external(s *core.ServiceSpec) bool { return s.Type == core.ServiceTypeExternalName }

func onNodes(s *core.ServiceSpec) bool {
	return s.Type == core.ServiceTypeNodePort || s.Type == core.ServiceTypeLoadBalancer
}

// keepAddresses gives an update that leaves the addresses out those of before.
func keepAddresses(s, before *core.ServiceSpec) {
	if external(s) || external(before) {
		return
	}
	if s.ClusterIP == "" {
		s.ClusterIP = before.ClusterIP
	}
	if len(s.ClusterIPs) == 0 && len(before.ClusterIPs) > 0 {
		s.ClusterIPs = before.ClusterIPs
	}
}

// keepNodePorts does the same for the ports of the nodes, port by port, by name.
func keepNodePorts(s, before *core.ServiceSpec) {
	if !onNodes(s) || !onNodes(before) {
		return
	}
	said := nodePorts(s)
	byName := map[string]int32{}
	for _, p := range before.Ports {
		byName[p.Name] = p.NodePort
	}
	for i := range s.Ports {
		if p := &s.Ports[i]; p.NodePort == 0 && !slices.Contains(said, byName[p.Name]) {
			p.NodePort = byName[p.Name]
		}
	}
}

func nodePorts(s *core.ServiceSpec) []int32 {
	var out []int32
	for _, p := range s.Ports {
		if p.NodePort != 0 {
			out = append(out, p.NodePort)
		}
	}
	return out
}

// followAddress lets the list follow an address that was edited alone, whether to
// another one or away.
func followAddress(s, before *core.ServiceSpec) {
	same := slices.Equal(s.ClusterIPs, before.ClusterIPs)
	switch {
	case s.ClusterIP == before.ClusterIP && len(s.ClusterIPs) == 0:
		s.ClusterIPs = before.ClusterIPs
	case s.ClusterIP == before.ClusterIP || !same:
	case s.ClusterIP == "":
		s.ClusterIPs = nil
	default:
		s.ClusterIPs = []string{s.ClusterIP}
	}
}

// dropForType forgets what a Service of the new type cannot have, unless the
// update speaks of it.
func dropForType(s, before *core.ServiceSpec) {
	if !external(before) && external(s) {
		if s.ClusterIP == before.ClusterIP && slices.Equal(s.ClusterIPs, before.ClusterIPs) {
			s.ClusterIP, s.ClusterIPs = "", nil
		}
		if slices.Equal(s.IPFamilies, before.IPFamilies) {
			s.IPFamilies = nil
		}
		if reflect.DeepEqual(s.IPFamilyPolicy, before.IPFamilyPolicy) {
			s.IPFamilyPolicy = nil
		}
	}
	if onNodes(before) && !onNodes(s) && !slices.ContainsFunc(nodePorts(s), func(port int32) bool {
		return !slices.Contains(nodePorts(before), port)
	}) {
		for i := range s.Ports {
			s.Ports[i].NodePort = 0
		}
	}
}

func (serviceStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return validation.ValidateServiceUpdate(obj.(*core.Service), old.(*core.Service))
}

func (serviceStrategy) WarningsOnCreate(context.Context, runtime.Object) []string { return nil }

func (serviceStrategy) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}

// claimStrategy is the strategy of claims. The sources of data that the original
// also puts in order are not drawn.
//
// Source: pkg/registry/core/persistentvolumeclaim/strategy.go.
type claimStrategy struct{ rest.RESTCreateUpdateStrategy }

func (claimStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	obj.(*core.PersistentVolumeClaim).Status = core.PersistentVolumeClaimStatus{}
}

func (claimStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	claim := obj.(*core.PersistentVolumeClaim)
	return validation.ValidatePersistentVolumeClaim(claim, validation.ValidationOptionsForPersistentVolumeClaim(claim, nil))
}

func (claimStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*core.PersistentVolumeClaim).Status = old.(*core.PersistentVolumeClaim).Status
}

func (claimStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	claim, before := obj.(*core.PersistentVolumeClaim), old.(*core.PersistentVolumeClaim)
	return validation.ValidatePersistentVolumeClaimUpdate(claim, before, validation.ValidationOptionsForPersistentVolumeClaim(claim, before))
}

func (claimStrategy) WarningsOnCreate(context.Context, runtime.Object) []string { return nil }

func (claimStrategy) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}

// volumeStrategy is the strategy of volumes.
//
// Source: pkg/registry/core/persistentvolume/strategy.go.
type volumeStrategy struct{ rest.RESTCreateUpdateStrategy }

func (volumeStrategy) NamespaceScoped() bool { return false }

func (volumeStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	obj.(*core.PersistentVolume).Status = core.PersistentVolumeStatus{Phase: core.VolumePending}
}

func (volumeStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	volume := obj.(*core.PersistentVolume)
	errs := validation.ValidatePersistentVolume(volume, validation.ValidationOptionsForPersistentVolume(volume, nil))
	return append(errs, volumevalidation.ValidatePersistentVolume(volume)...)
}

func (volumeStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*core.PersistentVolume).Status = old.(*core.PersistentVolume).Status
}

func (volumeStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	volume, before := obj.(*core.PersistentVolume), old.(*core.PersistentVolume)
	options := validation.ValidationOptionsForPersistentVolume(volume, before)
	errs := validation.ValidatePersistentVolume(volume, options)
	errs = append(errs, volumevalidation.ValidatePersistentVolume(volume)...)
	return append(errs, validation.ValidatePersistentVolumeUpdate(volume, before, options)...)
}

func (volumeStrategy) WarningsOnCreate(context.Context, runtime.Object) []string { return nil }

func (volumeStrategy) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}
