package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/ordinal-sim/ordinal/model"
)

// writeBack lays the Unmodelled fields over what the model has written.
func writeBack(api runtime.Object, slots []slot) (runtime.Object, error) {
	var whole any
	for _, p := range slots {
		if *p.text == "" {
			continue
		}
		overlay, err := p.read()
		if err != nil {
			return nil, fmt.Errorf("manifest: %s: %w", p.at, err)
		}
		if whole == nil {
			if whole, err = asTree(api); err != nil {
				return nil, fmt.Errorf("manifest: %w", err)
			}
		}
		for _, step := range slices.Backward(p.at) {
			overlay = map[string]any{key(step): overlay}
		}
		whole = lay(overlay, whole)
	}
	if whole == nil {
		return api, nil
	}
	out := kindOf(model.Kind(api.GetObjectKind().GroupVersionKind().Kind)).empty()
	if faults := decode(whole, out); len(faults) > 0 {
		return nil, fmt.Errorf("manifest: unmodelled does not fit: %s", faults[0].message)
	}
	return out, nil
}

// read is the text of a slot as an object.
func (s slot) read() (map[string]any, error) {
	name := "unmodelled"
	if s.only != nil {
		name = "handler"
	}
	part, err := tree([]byte(*s.text))
	overlay, ok := part.(map[string]any)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s is not a JSON object: %s", name, *s.text)
	}
	for key := range overlay { // no order is seen: one foreign field is enough
		if s.only != nil && !slices.Contains(s.only, key) {
			return nil, fmt.Errorf("%s may have the fields %s: %s", name, strings.Join(s.only, ", "), *s.text)
		}
	}
	return overlay, nil
}

// lay puts an overlay over a tree, which it changes.
func lay(over, under any) any {
	o, ok := over.(map[string]any)
	if !ok {
		return over
	}
	switch u := under.(type) {
	case map[string]any:
		for key, part := range o {
			u[key] = lay(part, u[key])
		}
		return u
	case []any:
		for key, part := range o {
			if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(u) {
				u[i] = lay(part, u[i])
			} else {
				return over
			}
		}
		return u
	default:
		return over
	}
}
