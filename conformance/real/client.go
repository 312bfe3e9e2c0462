package real

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/testing"
)

// newClient is client-go's fake client with the server behind it. What it writes may
// be made to fail: only the controller uses it.
func newClient(s *server) *fake.Clientset {
	c := &fake.Clientset{}
	c.AddReactor("*", "*", func(action testing.Action) (bool, runtime.Object, error) {
		o, err := s.react(action)
		return true, o, err
	})
	c.AddWatchReactor("*", func(action testing.Action) (bool, watch.Interface, error) {
		from, err := strconv.ParseInt(action.(testing.WatchActionImpl).ListOptions.ResourceVersion, 10, 64)
		return true, s.watch(s.table(action.GetResource().Resource), from), err
	})
	return c
}

// react does what the client asks for.
func (s *server) react(action testing.Action) (runtime.Object, error) {
	t := s.table(action.GetResource().Resource)
	if t == nil { // Kubernetes events: nobody reads them
		return &v1.Event{}, nil
	}
	if err := s.admit(action); err != nil {
		return nil, err
	}
	switch a := action.(type) {
	case testing.ListActionImpl:
		objects, version := s.list(t)
		return listObject(t, objects, version), nil
	case testing.GetActionImpl:
		return reply(s.get(t, a.Name))
	case testing.CreateActionImpl:
		return reply(s.create(t, a.Object.(object)))
	case testing.UpdateActionImpl:
		return reply(s.update(t, a.Object.(object), a.Subresource))
	case testing.PatchActionImpl:
		return reply(s.patch(t, a.Name, a.Patch))
	case testing.DeleteActionImpl:
		return nil, s.delete(t, a.Name, a.DeleteOptions)
	default:
		panic(fmt.Sprintf("real: nobody has thought of %s %s", action.GetVerb(), t.resource))
	}
}

// reply is a copy for the client to keep.
func reply(o object, err error) (runtime.Object, error) {
	if err != nil {
		return nil, err
	}
	return o.DeepCopyObject(), nil
}

// patch applies a strategic merge patch to the metadata of an object. Nothing else is
// ever patched by the controller: owner references when it adopts and releases. The
// rest is left out of it because its way through JSON would cut times to seconds.
func (s *server) patch(t *table, name string, patch []byte) (object, error) {
	old, err := s.get(t, name)
	if err != nil {
		return nil, err
	}
	o := clone(old)
	before, err := json.Marshal(metav1.PartialObjectMetadata{ObjectMeta: metaOf(o)})
	if err != nil {
		return nil, err
	}
	after, err := strategicpatch.StrategicMergePatch(before, patch, metav1.PartialObjectMetadata{})
	if err != nil {
		return nil, err
	}
	var patched metav1.PartialObjectMetadata
	if err := json.Unmarshal(after, &patched); err != nil {
		return nil, err
	}
	if patched.UID != old.GetUID() {
		return nil, apierrors.NewConflict(t.resource, name, errors.New("the UID of the patch is that of another object"))
	}
	if err := validateOwners(t, name, patched.OwnerReferences); err != nil {
		return nil, err
	}
	o.SetLabels(patched.Labels)
	o.SetAnnotations(patched.Annotations)
	o.SetFinalizers(patched.Finalizers)
	o.SetOwnerReferences(patched.OwnerReferences)
	return s.update(t, o, "")
}

func metaOf(o object) metav1.ObjectMeta {
	switch o := o.(type) {
	case *v1.Pod:
		return o.ObjectMeta
	case *apps.ControllerRevision:
		return o.ObjectMeta
	case *apps.ReplicaSet:
		return o.ObjectMeta
	default:
		panic(fmt.Sprintf("real: nobody patches a %T", o))
	}
}

// validateOwners refuses a second controller.
//
// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateOwnerReferences.
func validateOwners(t *table, name string, owners []metav1.OwnerReference) error {
	if errs := validation.ValidateOwnerReferences(owners, field.NewPath("metadata", "ownerReferences")); len(errs) > 0 {
		return apierrors.NewInvalid(schema.GroupKind{Group: t.resource.Group, Kind: t.resource.Resource}, name, errs)
	}
	return nil
}

// listObject is the list that an informer begins with.
func listObject(t *table, objects []object, version int64) runtime.Object {
	meta := metav1.ListMeta{ResourceVersion: strconv.FormatInt(version, 10)}
	switch t.resource.Resource {
	case "statefulsets":
		return &apps.StatefulSetList{ListMeta: meta, Items: items[apps.StatefulSet](objects)}
	case "deployments":
		return &apps.DeploymentList{ListMeta: meta, Items: items[apps.Deployment](objects)}
	case "replicasets":
		return &apps.ReplicaSetList{ListMeta: meta, Items: items[apps.ReplicaSet](objects)}
	case "replicationcontrollers":
		return &v1.ReplicationControllerList{ListMeta: meta}
	case "poddisruptionbudgets":
		return &policy.PodDisruptionBudgetList{ListMeta: meta, Items: items[policy.PodDisruptionBudget](objects)}
	case "pods":
		return &v1.PodList{ListMeta: meta, Items: items[v1.Pod](objects)}
	case "persistentvolumeclaims":
		return &v1.PersistentVolumeClaimList{ListMeta: meta, Items: items[v1.PersistentVolumeClaim](objects)}
	default:
		return &apps.ControllerRevisionList{ListMeta: meta, Items: items[apps.ControllerRevision](objects)}
	}
}

func items[T any](objects []object) (out []T) {
	for _, o := range objects {
		out = append(out, *any(o).(*T))
	}
	return out
}
