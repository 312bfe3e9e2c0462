package binding

import (
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	storagelisters "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	core "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install" // the scheme learns the kinds
	"k8s.io/kubernetes/pkg/apis/core/validation"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	"k8s.io/kubernetes/pkg/volume/util"
	volumevalidation "k8s.io/kubernetes/pkg/volume/validation"
)

// What the API server does to each kind of object that is written: defaults, admission,
// validation, and the rule that a status does not change with the rest nor the rest with
// the status. The defaults and the validation are Kubernetes' own.

// recycler is what the names of the pods begin with that scrub volumes.
const recycler = "recycler-for-"

// prepareCreate makes of an object what is stored when it is created.
//
// Source: pkg/registry/core/persistentvolume/strategy.go and
// pkg/registry/core/persistentvolumeclaim/strategy.go, PrepareForCreate;
// plugin/pkg/admission/storage/storageobjectinuseprotection and storageclass/setdefault.
func (s *server) prepareCreate(o object) error {
	legacyscheme.Scheme.Default(o)
	switch o := o.(type) {
	case *v1.Pod:
		o.Status = v1.PodStatus{Phase: v1.PodPending}
		if strings.HasPrefix(o.Name, recycler) {
			o.Status.Phase = v1.PodSucceeded // the scrubbing is done before anybody looks
		}
	case *v1.PersistentVolumeClaim:
		o.Status = v1.PersistentVolumeClaimStatus{Phase: v1.ClaimPending}
		o.Finalizers = append(o.Finalizers, util.PVCProtectionFinalizer)
		if o.Spec.StorageClassName == nil {
			class, err := util.GetDefaultClass(s.classes())
			if err != nil {
				return err
			}
			if class != nil {
				o.Spec.StorageClassName = &class.Name
			}
		}
	case *v1.PersistentVolume:
		o.Status = v1.PersistentVolumeStatus{Phase: v1.VolumePending}
		o.Finalizers = append(o.Finalizers, util.PVProtectionFinalizer)
	}
	return refusal(o, validateCreate(internal(o)))
}

// classes lists the classes that there are, for whoever chooses the default one.
func (s *server) classes() storagelisters.StorageClassLister {
	indexer := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	for _, o := range s.table("storageclasses").objects { // the choice does not depend on the order
		_ = indexer.Add(o)
	}
	return storagelisters.NewStorageClassLister(indexer)
}

// prepareUpdate makes of an object what is stored when it is updated.
//
// Source: the same, PrepareForUpdate.
func prepareUpdate(o, old object, subresource string) error {
	switch o := o.(type) {
	case *v1.Pod:
		return nil // only the hands update pods
	case *v1.PersistentVolumeClaim:
		before := old.(*v1.PersistentVolumeClaim).DeepCopy()
		if subresource == "status" {
			before.Status = o.Status
			*o = *before
			return nil
		}
		o.Status = before.Status
	case *v1.PersistentVolume:
		before := old.(*v1.PersistentVolume).DeepCopy()
		if subresource == "status" {
			before.Status = o.Status
			*o = *before
			return nil
		}
		o.Status = before.Status
	}
	legacyscheme.Scheme.Default(o)
	return refusal(o, validateUpdate(internal(o), internal(old)))
}

func validateCreate(o runtime.Object) field.ErrorList {
	switch o := o.(type) {
	case *core.PersistentVolumeClaim:
		return validation.ValidatePersistentVolumeClaim(o, validation.ValidationOptionsForPersistentVolumeClaim(o, nil))
	case *core.PersistentVolume:
		errs := validation.ValidatePersistentVolume(o, validation.ValidationOptionsForPersistentVolume(o, nil))
		return append(errs, volumevalidation.ValidatePersistentVolume(o)...)
	default:
		return nil // of the others only valid ones are drawn
	}
}

func validateUpdate(o, old runtime.Object) field.ErrorList {
	switch o := o.(type) {
	case *core.PersistentVolumeClaim:
		before := old.(*core.PersistentVolumeClaim)
		return validation.ValidatePersistentVolumeClaimUpdate(o, before, validation.ValidationOptionsForPersistentVolumeClaim(o, before))
	case *core.PersistentVolume:
		before := old.(*core.PersistentVolume)
		return validation.ValidatePersistentVolumeUpdate(o, before, validation.ValidationOptionsForPersistentVolume(o, before))
	default:
		return nil
	}
}

// internal converts an object to the type that the API server works with.
func internal(o object) runtime.Object {
	group := ""
	if _, ok := o.(*storagev1.StorageClass); ok {
		group = storagev1.GroupName
	}
	out, err := legacyscheme.Scheme.ConvertToVersion(o.DeepCopyObject(), schema.GroupVersion{Group: group, Version: runtime.APIVersionInternal})
	if err != nil {
		panic(fmt.Sprintf("binding: %T: %v", o, err))
	}
	return out
}

// refusal is the error of an object that is not valid; nil if it is.
func refusal(o object, errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	kinds, _, err := legacyscheme.Scheme.ObjectKinds(o)
	if err != nil {
		return err
	}
	return apierrors.NewInvalid(kinds[0].GroupKind(), o.GetName(), errs)
}

// eventsOf are the events of an object, in order.
func (s *server) eventsOf(target string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, e := range s.events {
		if e.target == target {
			out = append(out, e.line)
		}
	}
	return out
}

// heard is an event that a controller has recorded.
type heard struct {
	target, line string
	event        *v1.Event
}
