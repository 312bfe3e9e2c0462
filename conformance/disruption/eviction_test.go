package disruption_test

import (
	"reflect"
	"unsafe"

	"k8s.io/apiserver/pkg/registry/rest"
	policyclient "k8s.io/client-go/kubernetes/typed/policy/v1"
	podstorage "k8s.io/kubernetes/pkg/registry/core/pod/storage"
)

// eviction is the API server's handler of evictions. Only its own package can make one, so
// that its fields are set from outside.
func eviction(store rest.StandardStorage, budgets policyclient.PodDisruptionBudgetsGetter) rest.NamedCreater {
	r := &podstorage.EvictionREST{}
	set := func(field string, value any) {
		f := reflect.ValueOf(r).Elem().FieldByName(field)
		reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem().Set(reflect.ValueOf(value))
	}
	set("store", store)
	set("podDisruptionBudgetClient", budgets)
	return r
}
