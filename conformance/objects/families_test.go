package objects

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"unsafe"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	core "k8s.io/kubernetes/pkg/apis/core"
	kubernetes "k8s.io/kubernetes/pkg/apis/core/validation"
	servicestorage "k8s.io/kubernetes/pkg/registry/core/service/storage"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Families of addresses are filled in, and refused, by what gives out the addresses.

// initIPFamilyFields is the API server's, which only its own package can call.
//
//go:linkname initIPFamilyFields k8s.io/kubernetes/pkg/registry/core/service/storage.(*Allocators).initIPFamilyFields
func initIPFamilyFields(al *servicestorage.Allocators, after servicestorage.After, before servicestorage.Before) error

// allocators are those of a cluster with these families of addresses.
func allocators(families []model.IPFamily) *servicestorage.Allocators {
	al := &servicestorage.Allocators{}
	field := func(name string) reflect.Value {
		f := reflect.ValueOf(al).Elem().FieldByName(name)
		return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
	}
	field("defaultServiceIPFamily").Set(reflect.ValueOf(core.IPFamily(families[0])))
	byFamily := field("serviceIPAllocatorsByFamily")
	byFamily.Set(reflect.MakeMap(byFamily.Type()))
	for _, f := range families {
		byFamily.SetMapIndex(reflect.ValueOf(core.IPFamily(f)), reflect.Zero(byFamily.Type().Elem())) // asked for, and never used
	}
	return al
}

// TestFamilies draws Services, and edits of them, in clusters of one family and of two.
func TestFamilies(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		cluster := oneOf([]model.IPFamily{model.IPv4}, []model.IPFamily{model.IPv6}, []model.IPFamily{model.IPv4, model.IPv6}, []model.IPFamily{model.IPv6, model.IPv4}).Draw(t, "cluster")
		created := drawService(t)
		drawFamilies(t, created)
		stored := agreeOnFamilies(t, created, nil, cluster, seen)
		if stored == nil {
			return
		}
		edited := stored.DeepCopy()
		drawFamilies(t, edited)
		agreeOnFamilies(t, edited, stored, cluster, seen)
	})
	t.Log(seen)
	for _, want := range []string{"create: refused", "create: filled in", "update: refused", "update: filled in"} {
		if enough := seen["create: filled in"] >= 20; enough && seen[want] == 0 {
			t.Errorf("never seen: %s", want)
		}
	}
}

func drawFamilies(t *rapid.T, s *corev1.Service) {
	if rapid.Bool().Draw(t, "edit families") {
		s.Spec.IPFamilies = oneOf[[]corev1.IPFamily](nil, []corev1.IPFamily{"IPv4"}, []corev1.IPFamily{"IPv6"}, []corev1.IPFamily{"IPv4", "IPv6"}, []corev1.IPFamily{"IPv6", "IPv4"}).Draw(t, "families")
	}
	if rapid.Bool().Draw(t, "edit policy") {
		s.Spec.IPFamilyPolicy = maybe(oneOf(corev1.IPFamilyPolicySingleStack, corev1.IPFamilyPolicyPreferDualStack, corev1.IPFamilyPolicyRequireDualStack)).Draw(t, "policy of families")
	}
	if rapid.IntRange(0, 3).Draw(t, "edit selector") == 0 {
		s.Spec.Selector = some(labels.Draw(t, "other selector"))
	}
	if s.Spec.ClusterIP != "" && s.Spec.ClusterIP != corev1.ClusterIPNone && rapid.Bool().Draw(t, "edit addresses") {
		s.Spec.ClusterIPs = oneOf([]string{s.Spec.ClusterIP}, []string{s.Spec.ClusterIP, "10.0.0.9"}, []string{s.Spec.ClusterIP, "fd00::9"}).Draw(t, "addresses")
	}
}

// agreeOnFamilies asks both sides, and returns the Service with what it is given; nil if it
// is refused, or is wrong in itself.
func agreeOnFamilies(t *rapid.T, s, old *corev1.Service, cluster []model.IPFamily, seen map[string]int) *corev1.Service {
	s = s.DeepCopy()
	legacyscheme.Scheme.Default(s)
	if s.Spec.ClusterIP != "" && len(s.Spec.ClusterIPs) == 0 {
		s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	}
	internal, before := internalService(s), (*core.Service)(nil)
	ours, ourOld, what := modelled(s), (*model.Service)(nil), "create"
	if old != nil {
		before, ourOld, what = internalService(old), modelled(old), "update"
	}
	if s.Spec.Type != corev1.ServiceTypeExternalName && len(kubernetes.ValidateServiceClusterIPsRelatedFields(internal, before)) > 0 {
		return nil
	}
	wantErr := initIPFamilyFields(allocators(cluster), servicestorage.After{Service: internal}, servicestorage.Before{Service: before})
	var status *apierrors.StatusError
	var want []string
	if errors.As(wantErr, &status) {
		for _, c := range status.ErrStatus.Details.Causes {
			want = append(want, c.Field+": "+c.Message)
		}
	}
	got := lines(validation.ServiceFamilies(ours, ourOld, cluster...))
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s in a cluster of %v: %+v\nof %+v\nKubernetes: %q\nOrdinal:    %q", what, cluster, ours.Spec, ourOld, want, got)
	}
	if wantErr != nil {
		seen[what+": refused"]++
		return nil
	}
	ours.DefaultFamilies(ourOld, cluster...)
	policy := ""
	if internal.Spec.IPFamilyPolicy != nil {
		policy = string(*internal.Spec.IPFamilyPolicy)
	}
	is, should := fmt.Sprint(ours.Spec.ClusterIPs, ours.Spec.IPFamilies, ours.Spec.IPFamilyPolicy), fmt.Sprint(internal.Spec.ClusterIPs, internal.Spec.IPFamilies, policy)
	if is != should {
		t.Fatalf("%s in a cluster of %v: %+v\nKubernetes: %s\nOrdinal:    %s", what, cluster, modelled(s), should, is)
	}
	seen[what+": filled in"]++
	return externalService(internal)
}

// modelled is a Service in the model, with what its families do not depend on left out.
func modelled(s *corev1.Service) *model.Service {
	out, _, err := manifest.FromAPI(s)
	if err != nil {
		panic(err)
	}
	return out.(*model.Service)
}

func internalService(s *corev1.Service) *core.Service {
	out := &core.Service{}
	if err := legacyscheme.Scheme.Convert(s, out, nil); err != nil {
		panic(err)
	}
	return out
}

func externalService(s *core.Service) *corev1.Service {
	out := &corev1.Service{}
	if err := legacyscheme.Scheme.Convert(s, out, nil); err != nil {
		panic(err)
	}
	return out
}
