package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	strictjson "sigs.k8s.io/json"
)

// fault is one thing that is wrong with a value, before anybody knows its line.
type fault struct {
	at      path
	message string
}

// decode fills out, a pointer to a type of the API, from a tree, strictly.
//
// The API server's own decoder has the last word. But it stops at the first
// value of a wrong type, keeps silent about unknown fields then, and never says
// where a bad quantity is; so the tree is first held against the type, which
// finds everything that the decoder would find, one after the other.
func decode(value any, out any) []fault {
	c := checker{fields: map[reflect.Type]map[string]reflect.Type{}}
	c.check(nil, value, reflect.TypeOf(out).Elem())
	if len(c.faults) > 0 {
		return c.faults
	}
	if err := unmarshal(value, out); err != nil {
		return []fault{{nil, err.Error()}}
	}
	return nil
}

// unmarshal is the API server's strict decoding.
func unmarshal(value, out any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	strict, err := strictjson.UnmarshalStrict(text, out)
	return errors.Join(append(strict, err)...)
}

// checker holds a tree against a Go type.
type checker struct {
	fields map[reflect.Type]map[string]reflect.Type // the JSON fields of the structs seen
	faults []fault
}

var (
	unmarshaler  = reflect.TypeFor[json.Unmarshaler]()
	rawExtension = reflect.TypeFor[runtime.RawExtension]()
	quantityType = reflect.TypeFor[resource.Quantity]()
)

func (c *checker) check(at path, value any, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	switch {
	case value == nil: // JSON's null leaves any field as it is
	case t == rawExtension && at.String() == "data":
		c.check(at, value, reflect.TypeFor[revisionData]())
	case t == quantityType && hugeExponent(value):
		c.fault(at, "%s: the exponent of the quantity is out of range", at)
	case reflect.PointerTo(t).Implements(unmarshaler):
		c.leaf(at, value, t)
	case t.Kind() == reflect.Struct && isObject:
		known := c.fieldsOf(t)
		for _, key := range slices.Sorted(maps.Keys(object)) {
			if field, ok := known[key]; ok {
				c.check(at.to(key), object[key], field)
			} else {
				c.fault(at.to(key), "unknown field %q", at.to(key))
			}
		}
	case t.Kind() == reflect.Map && isObject:
		for _, key := range slices.Sorted(maps.Keys(object)) {
			c.check(at.to(key), object[key], t.Elem())
		}
	case t.Kind() == reflect.Slice && isList:
		for i, item := range list {
			c.check(at.to(i), item, t.Elem())
		}
	default:
		c.leaf(at, value, t)
	}
}

func (c *checker) fault(at path, format string, args ...any) {
	c.faults = append(c.faults, fault{at, fmt.Sprintf(format, args...)})
}

// leaf lets the decoder judge a value on its own.
func (c *checker) leaf(at path, value any, t reflect.Type) {
	if err := unmarshal(value, reflect.New(t).Interface()); err != nil {
		c.fault(at, "%s: %s", at, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}

// fieldsOf are the types of a struct's fields by their names in JSON. A struct
// embedded without a name lends its fields.
func (c *checker) fieldsOf(t reflect.Type) map[string]reflect.Type {
	if known, ok := c.fields[t]; ok {
		return known
	}
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "" && f.Anonymous:
			maps.Copy(known, c.fieldsOf(f.Type))
		case name == "" && f.IsExported():
			known[f.Name] = f.Type
		case name != "" && name != "-":
			known[name] = f.Type
		}
	}
	c.fields[t] = known
	return known
}

var exponent = regexp.MustCompile(`[eE][+-]?0*(\d+)$`)

// hugeExponent reports whether a value is a quantity like "1e-99999999", over
// which the parser of quantities would brood for minutes.
func hugeExponent(value any) bool {
	s, ok := value.(string)
	if !ok {
		return false
	}
	m := exponent.FindStringSubmatch(s)
	return m != nil && len(m[1]) > 2
}
