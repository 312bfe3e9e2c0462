package objects

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install" // the scheme learns the kinds
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// verdict is what one side says about an object: with its defaults, and with the
// lines of an error message, none if it is accepted.
type verdict struct {
	defaulted model.Object
	errs      []string
	warnings  []string
}

// object is an object as a client sends it.
type object interface {
	runtime.Object
	metav1.Object
}

// understood is a drawn object in the model.
func understood(o object) model.Object {
	out, warnings, err := manifest.FromAPI(o)
	if err != nil {
		panic(fmt.Sprintf("objects: %T: %v", o, err))
	}
	if len(warnings) > 0 {
		panic(fmt.Sprintf("objects: drawn was what the model does not have: %v", warnings))
	}
	return out
}

func ordinalDefaulted(o object) model.Object {
	out := understood(o)
	switch o := out.(type) {
	case *model.StatefulSet:
		o.DefaultIn(rules)
	case interface{ Default() }:
		o.Default()
	}
	return out
}

// ordinalCreates asks Ordinal for the creation of an object.
func ordinalCreates(o object) verdict {
	out := verdict{defaulted: ordinalDefaulted(o)}
	out.errs = lines(validation.CreateIn(stored(out.defaulted, nil), rules))
	if set, ok := out.defaulted.(*model.StatefulSet); ok && len(out.errs) == 0 {
		out.warnings = validation.Warnings(set)
	}
	return out
}

// ordinalUpdates asks Ordinal for an update of the stored object old.
func ordinalUpdates(o, old object) verdict {
	out := verdict{defaulted: ordinalDefaulted(o)}
	before := ordinalDefaulted(old)
	out.errs = lines(validation.UpdateIn(stored(out.defaulted, before), before, rules))
	return out
}

// stored is an object without what the release does not store.
func stored(o, old model.Object) model.Object {
	switch o := o.(type) {
	case *model.StatefulSet:
		before, _ := old.(*model.StatefulSet)
		kept := *o
		kept.DropDisabled(rules, before)
		return &kept
	case *model.HorizontalPodAutoscaler:
		before, _ := old.(*model.HorizontalPodAutoscaler)
		kept := *o
		kept.DropDisabled(rules, before)
		return &kept
	default:
		return o
	}
}

func lines(errs field.ErrorList) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}
	return out
}

// kubernetesDefaulted is a copy of the object with the defaults of the scheme, and
// in the namespace that a client would have sent it to.
func kubernetesDefaulted(o object) object {
	out := o.DeepCopyObject().(object)
	legacyscheme.Scheme.Default(out)
	switch kind := kindOf(o); {
	case !kind.Namespaced():
		out.SetNamespace("") // BeforeCreate and BeforeUpdate do it silently
	case out.GetNamespace() == "":
		out.SetNamespace(model.NamespaceDefault)
	}
	if older() {
		positiveGrace(out)
	}
	return out
}

// kubernetesCreates asks Kubernetes for the creation of an object.
func kubernetesCreates(o object) verdict {
	defaulted := kubernetesDefaulted(o)
	out := verdict{defaulted: remembered(defaulted)}
	inner := internal(defaulted)
	inner.SetUID("12345678-1234-1234-1234-123456789012")
	inner.SetCreationTimestamp(metav1.Unix(1, 0))
	heard := &recorder{}
	ctx := warning.WithWarningRecorder(requestFor(defaulted), heard)
	out.errs = causes(rest.BeforeCreate(strategyOf(kindOf(o)), ctx, inner))
	out.warnings = heard.said
	return out
}

// kubernetesUpdates asks Kubernetes for an update of the stored object old.
func kubernetesUpdates(o, old object) verdict {
	defaulted := kubernetesDefaulted(o)
	out := verdict{defaulted: remembered(defaulted)}
	updated, stored := internal(defaulted), internal(kubernetesDefaulted(old))
	updated.SetResourceVersion("1")
	stored.SetResourceVersion("1")
	out.errs = causes(rest.BeforeUpdate(strategyOf(kindOf(o)), requestFor(defaulted), updated, stored))
	return out
}

// internal converts an object to the type that the API server works with.
func internal(o object) object {
	group := gvk(o).Group
	out, err := legacyscheme.Scheme.ConvertToVersion(o.DeepCopyObject(), schema.GroupVersion{Group: group, Version: runtime.APIVersionInternal})
	if err != nil {
		panic(fmt.Sprintf("objects: %T: %v", o, err))
	}
	return out.(object)
}

func gvk(o object) schema.GroupVersionKind {
	kinds, _, err := legacyscheme.Scheme.ObjectKinds(o)
	if err != nil {
		panic(fmt.Sprintf("objects: %T: %v", o, err))
	}
	return kinds[0]
}

func kindOf(o object) model.Kind { return model.Kind(gvk(o).Kind) }

// requestFor is the context of a request about the object.
func requestFor(o object) context.Context {
	kind := gvk(o)
	ctx := request.WithNamespace(context.Background(), o.GetNamespace())
	return request.WithRequestInfo(ctx, &request.RequestInfo{
		IsResourceRequest: true, APIGroup: kind.Group, APIVersion: kind.Version, Namespace: o.GetNamespace(),
	})
}

// causes are the lines of a refusal. Any error but a refusal is a mistake of this
// package.
func causes(err error) []string {
	if err == nil {
		return nil
	}
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Reason != metav1.StatusReasonInvalid {
		panic("objects: " + err.Error())
	}
	var out []string
	for _, cause := range status.ErrStatus.Details.Causes {
		out = append(out, cause.Field+": "+cause.Message)
	}
	return out
}

// recorder hears the warnings of a request.
type recorder struct{ said []string }

func (r *recorder) AddWarning(_, text string) { r.said = append(r.said, text) }
