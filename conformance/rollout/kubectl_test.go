package rollout

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/kubectl/pkg/cmd/set"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	"k8s.io/kubectl/pkg/polymorphichelpers"
	"k8s.io/kubectl/pkg/scheme"

	"github.com/ordinal-sim/ordinal/conformance/version"
)

// kubectl's side: its own code before a set and its revisions.

var statefulSet = schema.GroupKind{Group: "apps", Kind: "StatefulSet"}

// kubectl asks kubectl's code. Each has a client of its own, so that what one verb
// writes no other reads.
type kubectl struct {
	client kubernetes.Interface
	set    *appsv1.StatefulSet
}

// newKubectl puts objects before kubectl; one of them is the set.
func newKubectl(objects []apiruntime.Object) *kubectl {
	k := &kubectl{}
	var copies []apiruntime.Object
	for _, object := range objects {
		copies = append(copies, object.DeepCopyObject())
		if set, ok := object.(*appsv1.StatefulSet); ok {
			k.set = set.DeepCopy()
		}
	}
	k.client = fake.NewSimpleClientset(copies...)
	return k
}

// status is `kubectl rollout status`.
func (k *kubectl) status() answer {
	viewer, err := polymorphichelpers.StatusViewerFor(statefulSet)
	if err != nil {
		return refusal(err)
	}
	tree, err := apiruntime.DefaultUnstructuredConverter.ToUnstructured(k.set)
	if err != nil {
		return refusal(err)
	}
	says, done, err := viewer.Status(&unstructured.Unstructured{Object: tree}, 0)
	return answer{says: says, done: done, err: err}
}

// history is `kubectl rollout history`.
func (k *kubectl) history(revision int64) answer {
	viewer, err := polymorphichelpers.HistoryViewerFor(statefulSet, k.client)
	if err != nil {
		return refusal(err)
	}
	says, err := viewer.ViewHistory(k.set.Namespace, k.set.Name, revision)
	if err != nil {
		return refusal(err)
	}
	with := ""
	if revision > 0 {
		with = "with revision #" + jsonOf(revision)
	}
	return k.printed(with+"\n"+says, cmdutil.DryRunNone)
}

// templates is what `kubectl rollout history -o` prints from: the template of each
// revision.
func (k *kubectl) templates() (map[int64]corev1.PodTemplateSpec, error) {
	viewer, err := polymorphichelpers.HistoryViewerFor(statefulSet, k.client)
	if err != nil {
		return nil, err
	}
	history, err := viewer.GetHistory(k.set.Namespace, k.set.Name)
	out := map[int64]corev1.PodTemplateSpec{}
	for revision, object := range history {
		out[revision] = object.(*appsv1.StatefulSet).Spec.Template
	}
	return out, err
}

// undo is `kubectl rollout undo`.
func (k *kubectl) undo(revision int64, dry cmdutil.DryRunStrategy) answer {
	rollbacker, err := polymorphichelpers.RollbackerFor(statefulSet, k.client)
	if err != nil {
		return refusal(err)
	}
	says, err := rollbacker.Rollback(k.set.DeepCopy(), nil, revision, dry)
	if err != nil {
		return refusal(err)
	}
	return k.wrote(k.printed(says, dry))
}

// errTwice stands for the sentence of the command about a second restart within a
// second, which is looked up elsewhere.
var errTwice = errors.New("restarted twice within a second")

// restart is `kubectl rollout restart` at an instant: a patch made by kubectl's
// restarter. The clock on kubectl's wall shows that instant, in UTC.
func (k *kubectl) restart(t *testing.T, at time.Time) (out answer) {
	var patch *set.Patch
	synctest.Test(t, func(*testing.T) {
		time.Sleep(time.Until(at))
		patch = k.patch(polymorphichelpers.ObjectRestarterFn)
	})
	switch {
	case patch.Err != nil:
		return refusal(patch.Err)
	case string(patch.Patch) == "{}":
		return refusal(errTwice)
	}
	_, err := k.client.AppsV1().StatefulSets(k.set.Namespace).Patch(context.Background(), k.set.Name,
		types.StrategicMergePatchType, patch.Patch, metav1.PatchOptions{})
	if err != nil {
		return refusal(err)
	}
	return k.wrote(k.printed("restarted", cmdutil.DryRunNone))
}

// pause is `kubectl rollout pause`, resume `kubectl rollout resume`.
func (k *kubectl) pause() answer  { return refusal(k.patch(polymorphichelpers.ObjectPauserFn).Err) }
func (k *kubectl) resume() answer { return refusal(k.patch(polymorphichelpers.ObjectResumerFn).Err) }

// patch is what a function that edits an object would send.
func (k *kubectl) patch(edit func(apiruntime.Object) ([]byte, error)) *set.Patch {
	info := &resource.Info{
		Object: k.set.DeepCopy(), Namespace: k.set.Namespace, Name: k.set.Name,
		Mapping: &meta.RESTMapping{Resource: appsv1.SchemeGroupVersion.WithResource("statefulsets")},
	}
	return set.CalculatePatches([]*resource.Info{info}, scheme.DefaultJSONEncoder(), edit)[0]
}

// printed is what a command prints that has something to say of the set.
func (k *kubectl) printed(says string, dry cmdutil.DryRunStrategy) answer {
	flags := genericclioptions.NewPrintFlags("").WithTypeSetter(scheme.Scheme)
	flags.NamePrintFlags.Operation = says
	printer, err := cmdutil.PrintFlagsWithDryRunStrategy(flags, dry).ToPrinter()
	if err != nil {
		return refusal(err)
	}
	var b bytes.Buffer
	err = printer.PrintObj(k.set.DeepCopy(), &b)
	return answer{says: b.String(), err: err}
}

// wrote adds the template that the set has now.
func (k *kubectl) wrote(a answer) answer {
	live, err := k.client.AppsV1().StatefulSets(k.set.Namespace).Get(context.Background(), k.set.Name, metav1.GetOptions{})
	if err != nil {
		return refusal(err)
	}
	a.template = jsonOf(live.Spec.Template)
	return a
}

// kubectlVersion is the version of the module k8s.io/kubectl in this binary, as the
// minor version of Kubernetes: the path of its source tells it ("1.37.2").
func kubectlVersion() string { return version.Of(polymorphichelpers.HistoryViewerFor) }

// kubectlSource is the path of a source file of package polymorphichelpers, and
// whether it is one of this machine.
func kubectlSource() (string, bool) {
	pc := reflect.ValueOf(polymorphichelpers.HistoryViewerFor).Pointer()
	file, _ := runtime.FuncForPC(pc).FileLine(pc)
	return file, len(file) > 0 && file[0] == '/'
}

// jsonOf is a value as JSON. Maps print in the order of their keys, so that equal
// values print the same.
func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
