package objects

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
)

// remembered is what the model keeps of an object with Kubernetes' defaults. The
// defaults of fields that the model does not have are forgotten.
func remembered(o object) model.Object {
	out, _, err := manifest.FromAPI(o)
	if err != nil {
		panic(fmt.Sprintf("objects: %T: %v", o, err))
	}
	forget(reflect.ValueOf(out))
	return out
}

// forget empties every field named Unmodelled.
func forget(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			forget(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			forget(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); v.Type().Field(i).Name == "Unmodelled" {
				f.SetZero()
			} else {
				forget(f)
			}
		}
	}
}

// difference says where two verdicts differ; "" if they agree.
func difference(ordinal, kubernetes verdict) string {
	var out []string
	if !reflect.DeepEqual(ordinal.defaulted, kubernetes.defaulted) {
		out = append(out, "the defaults differ:\nOrdinal's:\n"+asYAML(ordinal.defaulted)+"Kubernetes':\n"+asYAML(kubernetes.defaulted))
	}
	place := placed
	if set, ok := ordinal.defaulted.(*model.StatefulSet); ok && len(set.Spec.VolumeClaimTemplates) > 1 {
		place = shuffled
	}
	if ours, theirs := oneForm(ordinal.errs, place), oneForm(kubernetes.errs, place); !slices.Equal(ours, theirs) {
		out = append(out, "the errors differ:\n"+list("both say", both(ours, theirs))+
			list("only Ordinal says", without(ours, theirs))+list("only Kubernetes says", without(theirs, ours)))
	}
	if ours, theirs := ordinal.warnings, aboutHistory(kubernetes.warnings); !slices.Equal(ours, theirs) {
		out = append(out, "the warnings differ:\n"+list("Ordinal", ours)+list("Kubernetes", theirs))
	}
	return strings.Join(out, "\n")
}

func list(title string, lines []string) string {
	out := "  " + title + ":\n"
	for _, line := range lines {
		out += "    " + line + "\n"
	}
	return out
}

func both(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// asYAML is an object as a person would want to read it.
func asYAML(v any) string {
	text, err := yaml.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%+v: %v\n", v, err)
	}
	return string(text)
}

// aboutHistory are the warnings that Ordinal gives too: those about a limit of
// revisions. The others are advice about fields that have no effect here.
func aboutHistory(warnings []string) []string {
	return slices.DeleteFunc(slices.Clone(warnings), func(s string) bool { return !strings.HasPrefix(s, "spec.revisionHistoryLimit") })
}

// order says whether the volumes of a set's template have places. Those of claim
// templates come first, in the order of a map of Kubernetes: two of them are now
// here and now there.
type order bool

const (
	placed   order = true
	shuffled order = false
)

var claimedVolume = regexp.MustCompile(`^spec\.template\.spec\.volumes\[\d+\]`)

// oneForm is a list of errors as a sorted set, without what two runs of Kubernetes
// would print differently.
func oneForm(errs []string, volumes order) []string {
	out := make([]string, len(errs))
	for i, line := range errs {
		line, _, _ = strings.Cut(line, "\n") // a dump of the difference, which Kubernetes calls unstable
		if volumes == shuffled {
			line = claimedVolume.ReplaceAllString(line, "spec.template.spec.volumes[*]")
		}
		if older() {
			line = inOldWords(line)
		}
		out[i] = line
	}
	slices.Sort(out)
	return slices.Compact(out)
}
