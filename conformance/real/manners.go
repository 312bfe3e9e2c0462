package real

import (
	"errors"
	"slices"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	internal "k8s.io/kubernetes/pkg/apis/apps"
	defaults "k8s.io/kubernetes/pkg/apis/apps/v1"
	"k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/features"
)

// What the API server does to each kind of object that is written.

// claimProtection is the finalizer that keeps a claim while a pod mounts it.
//
// Source: pkg/volume/util/finalizer.go, PVCProtectionFinalizer.
const claimProtection = "kubernetes.io/pvc-protection"

// prepareCreate makes of an object what is stored when it is created.
//
// Source: pkg/registry/apps/statefulset/strategy.go, PrepareForCreate;
// pkg/registry/core/pod/strategy.go, PrepareForCreate;
// plugin/pkg/admission/storage/storageobjectinuseprotection.
func prepareCreate(o object) {
	switch o := o.(type) {
	case *apps.StatefulSet:
		o.Status = apps.StatefulSetStatus{}
		o.Generation = 1
		defaultSet(o, nil)
	case *apps.Deployment:
		o.Status, o.Generation = apps.DeploymentStatus{}, 1
		defaults.SetObjectDefaults_Deployment(o)
	case *apps.ReplicaSet:
		o.Status, o.Generation = apps.ReplicaSetStatus{}, 1
		defaults.SetObjectDefaults_ReplicaSet(o)
	case *policy.PodDisruptionBudget:
		o.Status, o.Generation = policy.PodDisruptionBudgetStatus{}, 1
	case *v1.Pod:
		o.Status = v1.PodStatus{Phase: v1.PodPending}
	case *v1.PersistentVolumeClaim:
		o.Status = v1.PersistentVolumeClaimStatus{Phase: v1.ClaimPending}
		o.Finalizers = append(o.Finalizers, claimProtection)
	}
}

// defaultSet fills in the defaults of a set, and drops what belongs to a gate that is
// off and was not in use.
//
// Source: pkg/apis/apps/v1/defaults.go, SetDefaults_StatefulSet;
// pkg/registry/apps/statefulset/strategy.go, dropStatefulSetDisabledFields.
func defaultSet(set, old *apps.StatefulSet) {
	defaults.SetObjectDefaults_StatefulSet(set)
	inUse := old != nil && old.Spec.UpdateStrategy.RollingUpdate != nil && old.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable != nil
	if block := set.Spec.UpdateStrategy.RollingUpdate; block != nil && !inUse && !utilfeature.DefaultFeatureGate.Enabled(features.MaxUnavailableStatefulSet) {
		block.MaxUnavailable = nil
	}
}

// prepareUpdate makes of an object what is stored when it is updated: the status does
// not change with the rest, nor the rest with the status.
//
// Source: the strategies' PrepareForUpdate and ValidateUpdate under pkg/registry.
func prepareUpdate(o, old object, subresource string) error {
	switch o := o.(type) {
	case *apps.StatefulSet:
		return prepareSet(o, old.(*apps.StatefulSet), subresource)
	case *apps.Deployment:
		prepareDeployment(o, old.(*apps.Deployment), subresource)
	case *apps.ReplicaSet:
		prepareReplicaSet(o, old.(*apps.ReplicaSet), subresource)
	case *policy.PodDisruptionBudget:
		prepareBudget(o, old.(*policy.PodDisruptionBudget), subresource)
	case *v1.Pod:
		return preparePod(o, old.(*v1.Pod), subresource)
	case *v1.PersistentVolumeClaim:
		o.Status = old.(*v1.PersistentVolumeClaim).Status
	}
	return nil
}

func prepareSet(set, old *apps.StatefulSet, subresource string) error {
	if subresource == "status" {
		status := set.Status
		*set = *old.DeepCopy()
		set.Status = status
		return validateStatus(set, old)
	}
	set.Status = *old.Status.DeepCopy()
	defaultSet(set, old)
	if !equality.Semantic.DeepEqual(set.Spec, old.Spec) {
		set.Generation = old.Generation + 1
	}
	return nil
}

// prepareDeployment makes of a changed Deployment what is stored. With the status the
// annotations may be written too; written otherwise they make a new generation.
//
// Source: pkg/registry/apps/deployment/strategy.go, PrepareForUpdate.
func prepareDeployment(d, old *apps.Deployment, subresource string) {
	if subresource == "status" {
		d.Spec, d.Labels = *old.Spec.DeepCopy(), old.Labels
		return
	}
	d.Status = *old.Status.DeepCopy()
	defaults.SetObjectDefaults_Deployment(d)
	if !equality.Semantic.DeepEqual(d.Spec, old.Spec) || !equality.Semantic.DeepEqual(d.Annotations, old.Annotations) {
		d.Generation = old.Generation + 1
	}
}

// prepareReplicaSet makes of a changed ReplicaSet what is stored.
//
// Source: pkg/registry/apps/replicaset/strategy.go, PrepareForUpdate.
func prepareReplicaSet(rs, old *apps.ReplicaSet, subresource string) {
	if subresource == "status" {
		rs.Spec = *old.Spec.DeepCopy()
		return
	}
	rs.Status = *old.Status.DeepCopy()
	defaults.SetObjectDefaults_ReplicaSet(rs)
	if !equality.Semantic.DeepEqual(rs.Spec, old.Spec) {
		rs.Generation = old.Generation + 1
	}
}

// prepareBudget makes of a changed PodDisruptionBudget what is stored.
//
// Source: pkg/registry/policy/poddisruptionbudget/strategy.go, PrepareForUpdate.
func prepareBudget(b, old *policy.PodDisruptionBudget, subresource string) {
	if subresource == "status" {
		b.Spec = *old.Spec.DeepCopy()
		return
	}
	b.Status = *old.Status.DeepCopy()
	if !equality.Semantic.DeepEqual(b.Spec, old.Spec) {
		b.Generation = old.Generation + 1
	}
}

// validateStatus refuses a status that makes no sense, such as a negative number of
// current replicas, which the controller does compute now and then.
//
// Source: pkg/apis/apps/validation, ValidateStatefulSetStatusUpdate.
func validateStatus(set, old *apps.StatefulSet) error {
	var in, before internal.StatefulSet
	if err := errors.Join(
		defaults.Convert_v1_StatefulSetStatus_To_apps_StatefulSetStatus(&set.Status, &in.Status, nil),
		defaults.Convert_v1_StatefulSetStatus_To_apps_StatefulSetStatus(&old.Status, &before.Status, nil),
	); err != nil {
		return err
	}
	in.ObjectMeta, before.ObjectMeta = set.ObjectMeta, old.ObjectMeta
	if errs := validation.ValidateStatefulSetStatusUpdate(&in, &before); len(errs) > 0 {
		return apierrors.NewInvalid(internal.Kind("StatefulSet"), set.Name, errs)
	}
	return nil
}

// preparePod refuses changes of a pod's spec: the few that are allowed nobody makes here.
func preparePod(pod, old *v1.Pod, subresource string) error {
	if subresource == "status" {
		status := pod.Status
		*pod = *old.DeepCopy()
		pod.Status = status
		return nil
	}
	pod.Status = *old.Status.DeepCopy()
	if !equality.Semantic.DeepEqual(pod.Spec, old.Spec) {
		return apierrors.NewInvalid(v1.SchemeGroupVersion.WithKind("Pod").GroupKind(), pod.Name, nil)
	}
	return nil
}

// same reports whether an update changes anything.
func same(old, o object) bool {
	o.SetResourceVersion(old.GetResourceVersion())
	return equality.Semantic.DeepEqual(old, o)
}

// forced reports whether a deletion does not wait for anybody.
func forced(options metav1.DeleteOptions) bool {
	return options.GracePeriodSeconds != nil && *options.GracePeriodSeconds == 0
}

// lingers reports whether an object stays for a while when it is deleted: a pod whose
// containers may run, until its kubelet says that they do not; and whatever has
// finalizers. Deleting a set with its dependents orphaned gives it one.
//
// Source: pkg/registry/core/pod/strategy.go, CheckGracefulDelete;
// apiserver pkg/registry/generic/registry/store.go, Delete.
func lingers(o object, options metav1.DeleteOptions) bool {
	if pod, ok := o.(*v1.Pod); ok && !forced(options) {
		ended := pod.Status.Phase == v1.PodFailed || pod.Status.Phase == v1.PodSucceeded
		return pod.Spec.NodeName != "" && !ended
	}
	if p := options.PropagationPolicy; p != nil && *p == metav1.DeletePropagationOrphan {
		o.SetFinalizers(append(slices.Clone(o.GetFinalizers()), metav1.FinalizerOrphanDependents))
	}
	return len(o.GetFinalizers()) > 0
}
