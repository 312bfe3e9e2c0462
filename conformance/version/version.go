// Package version says which release of Kubernetes a test was compiled with, from the
// module of a function: the binaries of a test carry no other trace of it.
package version

import (
	"reflect"
	"regexp"
	"runtime"

	"k8s.io/kubernetes/pkg/apis/apps/validation"
)

var inPath = regexp.MustCompile(`@v[01]\.([0-9]+\.[0-9]+)/`)

// Kubernetes is the release of k8s.io/kubernetes: "1.37.2".
func Kubernetes() string { return Of(validation.ValidateStatefulSet) }

// Of is the release of the module that a function comes from, Kubernetes' own or one
// of its staging modules; "unknown" if it comes from neither.
func Of(function any) string {
	pc := reflect.ValueOf(function).Pointer()
	file, _ := runtime.FuncForPC(pc).FileLine(pc)
	if found := inPath.FindStringSubmatch(file); found != nil {
		return "1." + found[1]
	}
	return "unknown"
}
