package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"github.com/ordinal-sim/ordinal/model"
)

// Patch is a change to an object, as `kubectl patch` sends it. It is a value: two
// patches of one kind and text are equal.
type Patch struct {
	strategic bool
	text      string
}

// StrategicMerge is a strategic merge patch, kubectl's default: lists of things
// with names (containers, ports, volumes) are merged item by item. The patch is
// YAML or JSON.
//
// Source: apimachinery pkg/util/strategicpatch.
func StrategicMerge(patch string) Patch { return Patch{true, patch} }

// Merge is a JSON merge patch (RFC 7386), `kubectl patch --type merge`: objects
// are merged, lists are replaced, null removes. The patch is YAML or JSON.
func Merge(patch string) Patch { return Patch{false, patch} }

// Type is the kind of patch, as kubectl's flag --type has it.
func (p Patch) Type() string {
	if p.strategic {
		return "strategic"
	}
	return "merge"
}

// String renders the patch as JSON on one line; text that is none as it is.
func (p Patch) String() string {
	value, err := p.value()
	if err != nil {
		return strings.Join(strings.Fields(p.text), " ")
	}
	return canonical(value)
}

// Patch returns the object as the patch leaves it; the given one does not change.
//
// Mistakes in the patch are an [Errors]: bad YAML, duplicate and unknown fields,
// values of a wrong type. A patch must not change what identifies an object. A
// status, and the metadata that belong to the server, stay as they are: they are
// not to be had by patching the object.
func (p Patch) Patch(object model.Object) (model.Object, error) {
	out, _, err := p.patch(object)
	return out, err
}

// Warnings are about what the patch brings into the object and the simulation
// ignores; not about what was there before. The error is that of [Patch.Patch].
func (p Patch) Warnings(object model.Object) ([]Warning, error) {
	_, after, err := p.patch(object)
	if err != nil {
		return nil, err
	}
	api, err := ToAPI(object)
	if err != nil {
		return nil, err
	}
	_, before, err := FromAPI(api)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, w := range before {
		known[w.Path] = true
	}
	var out []Warning
	for _, w := range after {
		if !known[w.Path] {
			out = append(out, w)
		}
	}
	return out, nil
}

func (p Patch) patch(object model.Object) (model.Object, []Warning, error) {
	patch, err := p.value()
	if err != nil {
		return nil, nil, err
	}
	api, err := ToAPI(object)
	if err != nil {
		return nil, nil, err
	}
	before, err := asTree(api)
	if err != nil {
		return nil, nil, fmt.Errorf("manifest: %w", err)
	}
	merged, err := p.merge(api, patch)
	if err != nil {
		return nil, nil, err
	}
	if err := immutable(object, before, merged); err != nil {
		return nil, nil, err
	}
	patched := kindOf(object.Kind()).empty()
	if err := patchErrors(decode(merged, patched)); err != nil {
		return nil, nil, err
	}
	out, warnings, err := FromAPI(patched)
	if err != nil {
		return nil, nil, err
	}
	keepServed(object, out)
	return out, warnings, nil
}

// value reads the text of the patch.
func (p Patch) value() (map[string]any, error) {
	var value any
	for _, c := range split([]byte(p.text)) {
		d, line, err := c.read()
		switch {
		case err != nil:
			return nil, Errors{{Place{Line: c.line - 1 + max(1, line)}, "patch: " + sentence(err)}}
		case d == nil:
			continue
		case value != nil:
			return nil, Errors{{Place{Line: c.line}, "patch: a second document"}}
		}
		if twice := d.duplicates(); len(twice) > 0 {
			return nil, twice.ordered()
		}
		value = d.value
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, Errors{{Message: "patch: is not an object"}}
	}
	return object, nil
}

func (p Patch) merge(api runtime.Object, patch map[string]any) (any, error) {
	original, err := json.Marshal(api)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if !p.strategic {
		under, err := tree(original)
		return mergeJSON(under, patch), err
	}
	merged, err := strategicMerge(original, []byte(canonical(patch)), api)
	if err != nil {
		return nil, Errors{{Message: "patch: " + err.Error()}}
	}
	return tree(merged)
}

// strategicMerge makes an error of the panics of the library, which has one for a
// directive that lists objects, {"$retainKeys":[{}]}, and perhaps others.
func strategicMerge(original, patch []byte, api runtime.Object) (merged []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the patch cannot be merged: %v", cause)
		}
	}()
	return strategicpatch.StrategicMergePatch(original, patch, api)
}

// mergeJSON is the algorithm of RFC 7386, section 2.
func mergeJSON(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	out := map[string]any{}
	if t, ok := target.(map[string]any); ok {
		out = t
	}
	for key, value := range p {
		if value == nil {
			delete(out, key)
		} else {
			out[key] = mergeJSON(out[key], value)
		}
	}
	return out
}

// patchErrors are faults whose lines nobody knows: they are seen in the patched
// object, not in the patch.
func patchErrors(faults []fault) error {
	var out Errors
	for _, f := range faults {
		out = append(out, &Error{Place{Path: f.at.String()}, f.message})
	}
	return out.ordered()
}

// immutable refuses a patch that makes another object of an object.
//
// Source: apimachinery pkg/api/validation/objectmeta.go, ValidateObjectMetaAccessorUpdate.
func immutable(object model.Object, before, after any) error {
	var found []string
	for _, field := range []struct {
		at       path
		required bool // the others may be left out: they stay as they are
	}{
		{path{"apiVersion"}, true},
		{path{"kind"}, true},
		{path{"metadata", "name"}, true},
		{path{"metadata", "namespace"}, true},
		{path{"metadata", "uid"}, false},
		{path{"metadata", "creationTimestamp"}, false},
		{path{"metadata", "deletionTimestamp"}, false},
	} {
		was, is := textAt(before, field.at), textAt(after, field.at)
		if was == is || is == "" && !field.required {
			continue
		}
		found = append(found, fmt.Sprintf("%s: Invalid value: %q: field is immutable", field.at, is))
	}
	detail := strings.Join(found, ", ")
	if len(found) > 1 {
		detail = "[" + detail + "]"
	}
	if len(found) == 0 {
		return nil
	}
	return errors.New(object.Kind().Qualified() + fmt.Sprintf(" %q is invalid: %s", object.Meta().Name, detail))
}

// textAt is the string at a path; other values as JSON, absent ones "".
func textAt(value any, p path) string {
	for _, step := range p {
		m, _ := value.(map[string]any)
		value = m[step.(string)]
	}
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return canonical(v)
	}
}

// keepServed gives the patched object what belongs to the server: the status and
// parts of the metadata.
//
// Source: pkg/registry/apps/statefulset/strategy.go and its siblings,
// PrepareForUpdate; apiserver pkg/registry/rest/update.go, BeforeUpdate.
func keepServed(old, patched model.Object) {
	from, to := old.Meta(), patched.Meta()
	to.UID, to.Generation = from.UID, from.Generation
	to.CreatedAt, to.DeletedAt = from.CreatedAt, from.DeletedAt
	switch o := patched.(type) {
	case *model.StatefulSet:
		o.Status = old.(*model.StatefulSet).Status
	case *model.Pod:
		o.Status = old.(*model.Pod).Status
	case *model.PersistentVolumeClaim:
		o.Status = old.(*model.PersistentVolumeClaim).Status
	case *model.PersistentVolume:
		o.Status = old.(*model.PersistentVolume).Status
	case *model.Node:
		o.Status = old.(*model.Node).Status
	case *model.Deployment:
		o.Status = old.(*model.Deployment).Status
	case *model.ReplicaSet:
		o.Status = old.(*model.ReplicaSet).Status
	case *model.PodDisruptionBudget:
		o.Status = old.(*model.PodDisruptionBudget).Status
	case *model.HorizontalPodAutoscaler:
		o.Status = old.(*model.HorizontalPodAutoscaler).Status
	}
}
