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

// slot is an Unmodelled field and the part of the API's object that it belongs to. One
// that holds only certain fields of its part is modelled after all: as text.
type slot struct {
	at   path
	text *string
	only []string
}

// holds reports whether a leftover can stand in the slot.
func (s slot) holds(at path) bool {
	if len(s.at) >= len(at) || !slices.Equal(s.at, at[:len(s.at)]) {
		return false
	}
	name, _ := at[len(s.at)].(string)
	return s.only == nil || slices.Contains(s.only, name)
}

// slots are the Unmodelled fields of an object.
func slots(object model.Object) []slot {
	switch o := object.(type) {
	case *model.StatefulSet:
		out := templateSlots(path{"spec", "template"}, &o.Spec.Template)
		for i := range o.Spec.VolumeClaimTemplates {
			at := path{"spec", "volumeClaimTemplates", i, "spec"}
			out = append(out, slot{at: at, text: &o.Spec.VolumeClaimTemplates[i].Spec.Unmodelled})
		}
		return out
	case *model.ControllerRevision:
		return templateSlots(path{"data", "spec", "template"}, &o.Template)
	case *model.Pod:
		return podSlots(path{"spec"}, &o.Spec)
	case *model.Service:
		return []slot{{at: path{"spec"}, text: &o.Spec.Unmodelled}}
	case *model.PersistentVolumeClaim:
		return []slot{{at: path{"spec"}, text: &o.Spec.Unmodelled}}
	case *model.PersistentVolume:
		return []slot{{at: path{"spec"}, text: &o.Spec.Unmodelled}}
	case *model.StorageClass:
		return []slot{{at: nil, text: &o.Unmodelled}}
	case *model.Deployment:
		return templateSlots(path{"spec", "template"}, &o.Spec.Template)
	case *model.ReplicaSet:
		return templateSlots(path{"spec", "template"}, &o.Spec.Template)
	case *model.HorizontalPodAutoscaler:
		return []slot{{at: path{"spec"}, text: &o.Spec.Unmodelled}}
	case *model.Node:
		return []slot{{at: path{"spec"}, text: &o.Spec.Unmodelled}}
	default:
		return nil
	}
}

func templateSlots(at path, t *model.PodTemplateSpec) []slot {
	return append(podSlots(at.to("spec"), &t.Spec), slot{at: at, text: &t.Unmodelled})
}

func podSlots(at path, s *model.PodSpec) []slot {
	out := []slot{{at: at, text: &s.Unmodelled}}
	for i := range s.InitContainers {
		out = append(out, containerSlots(at.to("initContainers", i), &s.InitContainers[i])...)
	}
	for i := range s.Containers {
		out = append(out, containerSlots(at.to("containers", i), &s.Containers[i])...)
	}
	for i := range s.Volumes {
		out = append(out, slot{at: at.to("volumes", i), text: &s.Volumes[i].Unmodelled})
	}
	for i := range s.TopologySpreadConstraints {
		out = append(out, slot{at: at.to("topologySpreadConstraints", i), text: &s.TopologySpreadConstraints[i].Unmodelled})
	}
	return append(out, affinitySlots(at.to("affinity"), s.Affinity)...)
}

func containerSlots(at path, c *model.Container) []slot {
	return append(probeSlots(at, c), slot{at: at, text: &c.Unmodelled})
}

func affinitySlots(at path, a *model.Affinity) []slot {
	if a == nil {
		return nil
	}
	const required = "requiredDuringSchedulingIgnoredDuringExecution"
	out := []slot{{at: at, text: &a.Unmodelled}}
	for i := range a.PodAffinity {
		out = append(out, slot{at: at.to("podAffinity", required, i), text: &a.PodAffinity[i].Unmodelled})
	}
	for i := range a.PodAntiAffinity {
		out = append(out, slot{at: at.to("podAntiAffinity", required, i), text: &a.PodAntiAffinity[i].Unmodelled})
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
		if slots[i].only == nil && (!hollow(l.value) || l.at[len(l.at)-1] == everywhere) {
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
		if p.holds(at) && (best < 0 || len(p.at) > len(slots[best].at)) {
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

// everywhere is a field that says much with empty braces: the pods of all namespaces.
const everywhere = "namespaceSelector"

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
