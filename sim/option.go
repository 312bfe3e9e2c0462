package sim

import (
	"fmt"
	"math"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Option changes what a verb does, as a flag of kubectl does.
type Option func(*options)

type options struct {
	namespace string
	grace     int32 // gracefully for none
	force     bool
	cascade   Cascade
}

// InNamespace is kubectl's --namespace. Without it, verbs are about the namespace
// default.
func InNamespace(namespace string) Option { return func(o *options) { o.namespace = namespace } }

// Grace is kubectl's --grace-period, in seconds. As in kubectl, 0 without [Force]
// means 1.
func Grace(seconds int) Option {
	return func(o *options) { o.grace = int32(min(max(seconds, math.MinInt32), math.MaxInt32)) }
}

// Force is kubectl's --force: the object goes at once, whatever still runs.
func Force() Option { return func(o *options) { o.force = true } }

// Cascade is kubectl's --cascade: what becomes of the dependents of an object that
// is deleted.
type Cascade string

// The ways of cascading.
const (
	CascadeBackground Cascade = "background" // the object goes at once, its dependents follow
	CascadeForeground Cascade = "foreground" // its dependents go first
	CascadeOrphan     Cascade = "orphan"     // its dependents stay
)

// WithCascade is kubectl's --cascade.
func WithCascade(c Cascade) Option { return func(o *options) { o.cascade = c } }

func optionsOf(opts []Option) options {
	o := options{namespace: model.NamespaceDefault, grace: gracefully, cascade: CascadeBackground}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

func namespaceOf(opts []Option) string { return optionsOf(opts).namespace }

// splitNamespace takes the namespace off "namespace/name".
func splitNamespace(s string) (namespace, name string) {
	if namespace, name, ok := strings.Cut(s, "/"); ok {
		return namespace, name
	}
	return model.NamespaceDefault, s
}

// kinds are the names under which kubectl knows the kinds, the short one last.
var kinds = []struct {
	kind  model.Kind
	names []string
}{
	{model.KindStatefulSet, []string{"statefulset", "statefulsets", "statefulset.apps", "sts"}},
	{model.KindControllerRevision, []string{"controllerrevisions", "controllerrevision.apps", "controllerrevision"}},
	{model.KindPod, []string{"pods", "po", "pod"}},
	{model.KindService, []string{"service", "services", "svc"}},
	{model.KindPersistentVolumeClaim, []string{"persistentvolumeclaim", "persistentvolumeclaims", "pvc"}},
	{model.KindPersistentVolume, []string{"persistentvolume", "persistentvolumes", "pv"}},
	{model.KindStorageClass, []string{"storageclass", "storageclasses", "sc"}},
	{model.KindNode, []string{"nodes", "no", "node"}},
	{model.KindDeployment, []string{"deployment", "deployments", "deployment.apps", "deploy"}},
	{model.KindReplicaSet, []string{"replicaset", "replicasets", "replicaset.apps", "rs"}},
	{model.KindHorizontalPodAutoscaler, []string{"horizontalpodautoscaler", "horizontalpodautoscalers", "hpa"}},
	{model.KindPodDisruptionBudget, []string{"poddisruptionbudget", "poddisruptionbudgets", "pdb"}},
}

// shortKind is the shortest name of a kind that kubectl knows and people say.
func shortKind(k model.Kind) string {
	for _, entry := range kinds {
		if entry.kind == k {
			return entry.names[len(entry.names)-1]
		}
	}
	return strings.ToLower(string(k))
}

// parseTarget reads "pod/web-0".
func parseTarget(target string) (model.Kind, string, error) {
	kind, name, ok := strings.Cut(target, "/")
	if !ok || name == "" {
		return "", "", fmt.Errorf("%q must be a resource and a name, like pod/web-0", target)
	}
	for _, entry := range kinds {
		for _, known := range entry.names {
			if strings.EqualFold(known, kind) {
				return entry.kind, name, nil
			}
		}
	}
	return "", "", fmt.Errorf("the server doesn't have a resource type %q", kind)
}

func (w *world) mustSet(namespace, name string) (int32, error) {
	if n, ok := w.lookup(orDefault(namespace), name); ok {
		if s, ok := w.sets.find(n); ok {
			return s, nil
		}
	}
	return nowhere, validation.NotFound(model.KindStatefulSet, name)
}

func (w *world) mustPod(namespace, name string) (int32, error) {
	return must(w, &w.pods, model.KindPod, orDefault(namespace), name)
}

// must finds an object or says that it is not there.
func must[T row](w *world, t *table[T], kind model.Kind, namespace, name string) (int32, error) {
	if n, ok := w.lookup(namespace, name); ok {
		if place, ok := t.find(n); ok {
			return place, nil
		}
	}
	return nowhere, validation.NotFound(kind, name)
}

func orDefault(namespace string) string {
	if namespace == "" {
		return model.NamespaceDefault
	}
	return namespace
}
