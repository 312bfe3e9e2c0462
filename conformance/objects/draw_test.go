package objects

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
)

// What every kind is drawn from: words, numbers, labels and metadata. A valid
// object is drawn first; mutations disturb it then. A mutation need not make it
// invalid: where the border runs is the question.

// mutation disturbs an object of one type in one place.
type mutation[T any] struct {
	what  string
	apply func(*rapid.T, T)
}

// disturb applies none, one or two of the mutations, and mostly few.
func disturb[T any](t *rapid.T, o T, mutations []mutation[T]) {
	for range rapid.SampledFrom([]int{0, 0, 1, 1, 1, 1, 2, 2}).Draw(t, "mutations") {
		m := rapid.SampledFrom(mutations).Draw(t, "mutation")
		m.apply(t, o)
	}
}

// at adds the mutations of a part to those of the whole.
func at[T, P any](part func(*rapid.T, T) P, mutations []mutation[P]) []mutation[T] {
	out := make([]mutation[T], len(mutations))
	for i, m := range mutations {
		out[i] = mutation[T]{m.what, func(t *rapid.T, o T) { m.apply(t, part(t, o)) }}
	}
	return out
}

// set is the mutation of one field to one of the drawn values.
func set[T, V any](what string, field func(T) *V, values *rapid.Generator[V]) mutation[T] {
	return mutation[T]{what, func(t *rapid.T, o T) { *field(o) = values.Draw(t, what) }}
}

func a(n int) string { return strings.Repeat("a", n) }

// oneOf draws one of the values.
func oneOf[T any](values ...T) *rapid.Generator[T] { return rapid.SampledFrom(values) }

// maybe draws nil or a pointer to a value.
func maybe[T any](g *rapid.Generator[T]) *rapid.Generator[*T] { return rapid.Ptr(g, true) }

var (
	// word is a name that is valid everywhere: as a label of DNS, as a port, as a key.
	word = oneOf("web", "nginx", "www", "data", "a", "x-1", "db", "app", "tier", "s3")
	// oddWord is a name that is invalid somewhere.
	oddWord = rapid.OneOf(oneOf("", "Web", "-web", "web-", "a_b", "a b", "a.b", "a..b", ".", "..", "1", "80", "1a", "a--b", "ä", "_web", "A.B",
		"fifteen-letters", "sixteen-letters-", "sixteen--letters", a(15), a(16), a(52), a(53), a(63), a(64), a(253), a(254),
		a(63)+"."+a(64), "example.com", "example.com.", "example.com/x", "Example.com/x", "/x", "x/", "a/b/c", "None", "0", "-1"),
		rapid.StringMatching(`[-a-z0-9A-Z_./]{0,6}`))
	anyWord = rapid.OneOf(word, oddWord)

	count      = rapid.Int32Range(0, 5)
	oddCount   = oneOf[int32](-1, 0, 1, -2147483648, 2147483647, 9)
	oddCount64 = oneOf[int64](-1, 0, 1, 2147483647, 2147483648, -9223372036854775808, 9223372036854775807)
	oddPort    = oneOf[int32](0, -1, 1, 80, 65535, 65536, 70000)
	percent    = oneOf(intstr.FromInt32(1), intstr.FromInt32(3), intstr.FromString("25%"), intstr.FromString("100%"))
	oddPercent = rapid.OneOf(
		rapid.Map(oneOf[int32](0, -1, 150), intstr.FromInt32),
		rapid.Map(oneOf("", "0%", "00%", "101%", "150%", "-1%", "+5%", "5", "abc", "%", "1.5%", "99999999999%", " 5%", "2147483648%"), intstr.FromString))

	// The model keeps amounts, not their spellings, and errors quote them: they are
	// drawn as the model spells them.
	size    = rapid.Map(oneOf("1Gi", "500Mi", "10Gi", "1", "15M", "1Ki", "7"), resource.MustParse)
	oddSize = rapid.Map(oneOf("0", "-1", "-1Gi", "1Gi", "2Gi", "-15M"), resource.MustParse)
	cpu     = rapid.Map(oneOf("1", "500m", "2"), resource.MustParse)
	oddCPU  = rapid.Map(oneOf("0", "-1", "-500m", "1", "4"), resource.MustParse)
)

// labels draws a few labels.
var labels = rapid.MapOfN(word, oneOf("", "a", "nginx", "1", "v1.2_3"), 0, 2)

// oddLabels draws labels of which some may be wrong.
var oddLabels = rapid.MapOfN(anyWord, anyWord, 1, 2)

// some is a map, or nil for an empty one: a client does not send empty maps.
func some[K comparable, V any](m map[K]V) map[K]V {
	if len(m) == 0 {
		return nil
	}
	return m
}

// items is the same for lists.
func items[T any](l []T) []T {
	if len(l) == 0 {
		return nil
	}
	return l
}

// uidOf spells a UID of the model as the API does.
func uidOf(n int64) types.UID {
	o, err := manifest.ToAPI(&model.Service{ObjectMeta: model.ObjectMeta{UID: model.UID(n)}})
	if err != nil {
		panic("objects: " + err.Error())
	}
	return o.(metav1.Object).GetUID()
}

// meta draws valid metadata for an object of the kind.
func meta(t *rapid.T, namespaced bool) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Name: word.Draw(t, "name"), Labels: some(labels.Draw(t, "labels"))}
	if namespaced {
		m.Namespace = oneOf("", "default", "other").Draw(t, "namespace")
	}
	if rapid.IntRange(0, 4).Draw(t, "more") == 0 {
		m.Annotations = some(labels.Draw(t, "annotations"))
		m.Finalizers = oneOf[[]string](nil, []string{"example.com/a"}, []string{"kubernetes"}).Draw(t, "finalizers")
		if rapid.Bool().Draw(t, "owned") {
			m.OwnerReferences = []metav1.OwnerReference{owner("web", 1, true)}
		}
	}
	return m
}

func owner(name string, uid int64, controller bool) metav1.OwnerReference {
	out := metav1.OwnerReference{APIVersion: "apps/v1", Kind: "StatefulSet", Name: name, UID: uidOf(uid)}
	if controller {
		out.Controller = new(true)
	}
	return out
}

// metaMutations disturb the metadata of a new object.
func metaMutations() []mutation[*metav1.ObjectMeta] {
	type m = *metav1.ObjectMeta
	return append(sharedMetaMutations(),
		set("name", func(o m) *string { return &o.Name }, anyWord),
		set("namespace", func(o m) *string { return &o.Namespace }, anyWord))
}

// sharedMetaMutations disturb what may be edited in stored metadata.
func sharedMetaMutations() []mutation[*metav1.ObjectMeta] {
	type m = *metav1.ObjectMeta
	return []mutation[m]{
		set("labels", func(o m) *map[string]string { return &o.Labels }, oddLabels),
		set("annotations", func(o m) *map[string]string { return &o.Annotations }, oddLabels),
		set("finalizers", func(o m) *[]string { return &o.Finalizers }, rapid.SliceOfN(rapid.OneOf(oneOf("example.com/a", "example.com/b", "kubernetes"), anyWord), 1, 2)),
		{"owners", func(t *rapid.T, o m) {
			o.OwnerReferences = oneOf([]metav1.OwnerReference{owner("", 1, false)}, []metav1.OwnerReference{owner("web", 1, true), owner("db", 2, true)},
				[]metav1.OwnerReference{owner("web", 1, true), owner("db", 2, false)}, []metav1.OwnerReference{owner("web", 0, false)}).Draw(t, "owners")
		}},
	}
}

// requirement draws one expression of a selector, mostly valid.
var requirement = rapid.Custom(func(t *rapid.T) metav1.LabelSelectorRequirement {
	r := metav1.LabelSelectorRequirement{Key: word.Draw(t, "key"), Operator: oneOf(metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn,
		metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist).Draw(t, "operator")}
	if r.Operator == metav1.LabelSelectorOpIn || r.Operator == metav1.LabelSelectorOpNotIn {
		r.Values = rapid.SliceOfN(word, 1, 2).Draw(t, "values")
	}
	return r
})

// oddSelector draws selectors of all operators, right and wrong.
var oddSelector = rapid.Custom(func(t *rapid.T) *metav1.LabelSelector {
	if rapid.IntRange(0, 5).Draw(t, "none") == 0 {
		return oneOf(nil, &metav1.LabelSelector{}).Draw(t, "selector")
	}
	s := &metav1.LabelSelector{MatchLabels: some(rapid.OneOf(labels, oddLabels).Draw(t, "matchLabels"))}
	for range rapid.IntRange(0, 2).Draw(t, "expressions") {
		s.MatchExpressions = append(s.MatchExpressions, rapid.OneOf(requirement, oddRequirement).Draw(t, "expression"))
	}
	return s
})

var oddRequirement = rapid.Custom(func(t *rapid.T) metav1.LabelSelectorRequirement {
	r := metav1.LabelSelectorRequirement{Key: anyWord.Draw(t, "key"), Operator: oneOf(metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn,
		metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist, "Foo", "", "in", "Gt").Draw(t, "operator")}
	if n := rapid.IntRange(0, 2).Draw(t, "values"); n > 0 {
		r.Values = rapid.SliceOfN(anyWord, n, n).Draw(t, "values")
	}
	return r
})
