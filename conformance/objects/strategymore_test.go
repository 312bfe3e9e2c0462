package objects

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/registry/rest"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	core "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/validation"
)

// nodeStrategy is the strategy of nodes: a new one brings its status along, an update
// does not.
//
// Source: pkg/registry/core/node/strategy.go.
type nodeStrategy struct{ rest.RESTCreateUpdateStrategy }

func (nodeStrategy) NamespaceScoped() bool { return false }

func (nodeStrategy) PrepareForCreate(context.Context, runtime.Object) {}

func (nodeStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validation.ValidateNode(obj.(*core.Node))
}

func (nodeStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*core.Node).Status = old.(*core.Node).Status
}

func (nodeStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return append(validation.ValidateNode(obj.(*core.Node)), validation.ValidateNodeUpdate(obj.(*core.Node), old.(*core.Node))...)
}

func (nodeStrategy) WarningsOnCreate(context.Context, runtime.Object) []string { return nil }

func (nodeStrategy) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}

// replicaSetStrategy is the strategy of ReplicaSets.
//
// Source: pkg/registry/apps/replicaset/strategy.go.
type replicaSetStrategy struct{ rest.RESTCreateUpdateStrategy }

func (replicaSetStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	set := obj.(*apps.ReplicaSet)
	set.Status, set.Generation = apps.ReplicaSetStatus{}, 1
	podutil.DropDisabledTemplateFields(&set.Spec.Template, nil)
}

func (replicaSetStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	set := obj.(*apps.ReplicaSet)
	return appsvalidation.ValidateReplicaSet(set, podutil.GetValidationOptionsFromPodTemplate(&set.Spec.Template, nil))
}

func (replicaSetStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	set, before := obj.(*apps.ReplicaSet), old.(*apps.ReplicaSet)
	set.Status = before.Status
	podutil.DropDisabledTemplateFields(&set.Spec.Template, &before.Spec.Template)
}

func (replicaSetStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	set, before := obj.(*apps.ReplicaSet), old.(*apps.ReplicaSet)
	return appsvalidation.ValidateReplicaSetUpdate(set, before, podutil.GetValidationOptionsFromPodTemplate(&set.Spec.Template, &before.Spec.Template))
}

func (replicaSetStrategy) WarningsOnCreate(context.Context, runtime.Object) []string { return nil }

func (replicaSetStrategy) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}
