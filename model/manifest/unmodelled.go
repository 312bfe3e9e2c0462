package manifest

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/ordinal-sim/ordinal/model"
)

// No table says which fields of the API the model has. An object is converted to
// the model and back, and what does not return is not modelled. So the
// conversions are the only place that knows, and they cannot be forgotten: a
// field that they drop is seen, reported and kept.

// note is a warning whose place is not known yet.
type note struct {
	at      path
	message string // the predicate of a sentence about the field
}

// What becomes of a field that the model does not have.
const (
	kept    = "is not simulated: it is kept and compared, and has no effect"
	dropped = "is not simulated: it is dropped"
)

// convert turns an object of the API into one of the model, with everything that
// the model lacks in its Unmodelled fields.
func convert(api runtime.Object) (model.Object, []note, error) {
	object, err := understand(api)
	if err != nil {
		return nil, nil, err
	}
	before, err := asTree(plain(api))
	if err != nil {
		return nil, nil, err
	}
	after, err := asTree(modelled(object))
	if err != nil {
		return nil, nil, err
	}
	var rest remainder
	rest.subtract(nil, before, after)
	return object, rest.deposit(slots(object)), nil
}

// leftover is a part of an object that did not return.
type leftover struct {
	at    path
	value any
}

type remainder []leftover

// subtract gathers what is in one tree and not, or not the same, in the other.
func (r *remainder) subtract(at path, before, after any) {
	if len(at) == 1 && at[0] == "status" {
		return // the cluster writes it; what the model has of it, it has
	}
	switch b := before.(type) {
	case nil:
		return
	case map[string]any:
		if a, ok := after.(map[string]any); ok {
			for _, key := range slices.Sorted(maps.Keys(b)) {
				r.subtract(at.to(key), b[key], a[key])
			}
			return
		}
	case []any:
		if a, ok := after.([]any); ok && len(a) == len(b) {
			for i := range b {
				r.subtract(at.to(i), b[i], a[i])
			}
			return
		}
	default:
		if before == after || sameQuantity(before, after) {
			return
		}
	}
	*r = append(*r, leftover{at, before})
}

// sameQuantity reports whether two strings are the same quantity in different
// spellings, such as "1024" and "1Ki". No conversion changes any other string.
func sameQuantity(a, b any) bool {
	s, isString := a.(string)
	t, areStrings := b.(string)
	if !isString || !areStrings || hugeExponent(a) || hugeExponent(b) {
		return false
	}
	q, err := resource.ParseQuantity(s)
	if err != nil {
		return false
	}
	p, err := resource.ParseQuantity(t)
	return err == nil && q.Cmp(p) == 0
}

// slot is an Unmodelled field and the part of the API's object that it belongs to.
type slot struct {
	at   path
	text *string
}

// slots are the Unmodelled fields of an object.
func slots(object model.Object) []slot {
	switch o := object.(type) {
	case *model.StatefulSet:
		out := templateSlots(path{"spec", "template"}, &o.Spec.Template)
		for i := range o.Spec.VolumeClaimTemplates {
			at := path{"spec", "volumeClaimTemplates", i, "spec"}
			out = append(out, slot{at, &o.Spec.VolumeClaimTemplates[i].Spec.Unmodelled})
		}
		return out
	case *model.ControllerRevision:
		return templateSlots(path{"data", "spec", "template"}, &o.Template)
	case *model.Pod:
		return podSlots(path{"spec"}, &o.Spec)
	case *model.Service:
		return []slot{{path{"spec"}, &o.Spec.Unmodelled}}
	case *model.PersistentVolumeClaim:
		return []slot{{path{"spec"}, &o.Spec.Unmodelled}}
	case *model.PersistentVolume:
		return []slot{{path{"spec"}, &o.Spec.Unmodelled}}
	case *model.StorageClass:
		return []slot{{nil, &o.Unmodelled}}
	case *model.Node:
		return []slot{{path{"spec"}, &o.Spec.Unmodelled}}
	default:
		return nil
	}
}

func templateSlots(at path, t *model.PodTemplateSpec) []slot {
	return append(podSlots(at.to("spec"), &t.Spec), slot{at, &t.Unmodelled})
}

func podSlots(at path, s *model.PodSpec) []slot {
	out := []slot{{at, &s.Unmodelled}}
	for i := range s.Containers {
		out = append(out, slot{at.to("containers", i), &s.Containers[i].Unmodelled})
	}
	for i := range s.Volumes {
		out = append(out, slot{at.to("volumes", i), &s.Volumes[i].Unmodelled})
	}
	return out
}

// deposit puts the leftovers into the nearest Unmodelled fields and says what
// became of each.
//
// An Unmodelled field holds a JSON object that is laid over what the model
// writes. An item of a list is meant by its index as a key: {"ports": {"0":
// {"hostPort": 80}}}.
func (r remainder) deposit(slots []slot) []note {
	overlays := make([]map[string]any, len(slots))
	var notes []note
	for _, l := range r {
		i := nearest(slots, l.at)
		if i < 0 {
			notes = append(notes, note{l.at, dropped})
			continue
		}
		if overlays[i] == nil {
			overlays[i] = map[string]any{}
		}
		put(overlays[i], l.at[len(slots[i].at):], l.value)
		if !hollow(l.value) {
			notes = append(notes, note{l.at, kept})
		}
	}
	for i, overlay := range overlays {
		if overlay != nil {
			*slots[i].text = canonical(overlay)
		}
	}
	return notes
}

// nearest is the index of the Unmodelled field for a leftover; -1 if there is
// none. An object's own metadata have no such field, and a reference by a
// foreign UID is better lost than kept beside the one that the simulator gives.
func nearest(slots []slot, at path) int {
	best := -1
	switch at[0] {
	case "apiVersion", "kind", "metadata":
		return best
	}
	if slices.Equal(at, path{"spec", "claimRef", "uid"}) {
		return best
	}
	for i, p := range slots {
		if len(p.at) < len(at) && slices.Equal(p.at, at[:len(p.at)]) && (best < 0 || len(p.at) > len(slots[best].at)) {
			best = i
		}
	}
	return best
}

// put sets the value at a path of an overlay.
func put(overlay map[string]any, at path, value any) {
	for _, step := range at[:len(at)-1] {
		next, ok := overlay[key(step)].(map[string]any)
		if !ok {
			next = map[string]any{}
			overlay[key(step)] = next
		}
		overlay = next
	}
	overlay[key(at[len(at)-1])] = value
}

func key(step any) string {
	if i, ok := step.(int); ok {
		return strconv.Itoa(i)
	}
	return step.(string)
}

// hollow reports whether there is nothing in a value but braces. Such a value
// may still mean something (a volume's "projected: {}" is its type), so it is
// kept; but there is nothing to warn of.
func hollow(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, part := range v {
			if !hollow(part) {
				return false
			}
		}
		return true
	case []any:
		return len(v) == 0
	default:
		return v == nil
	}
}

// canonical is JSON with sorted keys, on one line.
func canonical(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("manifest: a tree cannot be marshalled: " + err.Error())
	}
	return string(bytes.TrimRight(b.Bytes(), "\n"))
}
