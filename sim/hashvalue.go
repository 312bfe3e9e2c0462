package sim

import (
	"maps"
	"reflect"
	"unsafe"

	"github.com/ordinal-sim/ordinal/model"
)

// Hashes of what never changes: specs, labels, operations. They are large, so they are
// hashed when they are first met, and the hash is remembered by the pointer. Remembering the
// pointer also keeps what it points to from being collected, so that no other value can come
// to stand at its address.

// constants are the hashes that were worked out so far. Forks share them until one of them
// works out another.
type constants struct {
	known map[constant]uint64 // never ranged over, but to copy it
	lent  bool                // known is shared with a fork: copy before writing
}

// constant is a value that never changes. Two of different types may have one address.
type constant struct {
	at   unsafe.Pointer
	what hashKind
}

func constantOf[T any](what hashKind, p *T) constant { return constant{unsafe.Pointer(p), what} }

// mostConstants is how many are remembered. A world that has had more, in the specs that
// somebody has edited again and again, works those out anew that it still has.
const mostConstants = 1 << 14

func (c *constants) learn(key constant, hash uint64) uint64 {
	switch {
	case c.known == nil || len(c.known) >= mostConstants:
		c.known, c.lent = map[constant]uint64{}, false
	case c.lent:
		c.known, c.lent = maps.Clone(c.known), false
	}
	c.known[key] = hash
	return hash
}

func (c *constants) copyFrom(src *constants) {
	if !src.lent {
		src.lent = true
	}
	*c = *src
}

// spec is the hash of something that never changes; 0 for nil.
func spec[T any](h *hashing, what hashKind, p *T) uint64 {
	if p == nil {
		return 0
	}
	key := constantOf(what, p)
	if hash, ok := h.constants.known[key]; ok {
		return hash
	}
	return h.constants.learn(key, valueHash(reflect.ValueOf(p).Elem()))
}

// labels is the hash of labels, which never change.
func (h *hashing) labels(l model.Labels) uint64 {
	if len(l) == 0 {
		return 0
	}
	key := constant{reflect.ValueOf(l).UnsafePointer(), hashLabels}
	if hash, ok := h.constants.known[key]; ok {
		return hash
	}
	return h.constants.learn(key, labelsHash(l, ""))
}

// valueHash is the hash of any value that is data: of all that can be reached from it. An
// empty list is the same as none.
func valueHash(v reflect.Value) uint64 {
	d := digest64(v.Kind())
	switch v.Kind() {
	case reflect.Bool:
		d.flags(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		d.put(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		d.put(v.Uint())
	case reflect.String:
		d.text(v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			d.put(valueHash(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			d.text(v.Elem().Type().String())
			d.put(valueHash(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			d.put(valueHash(v.Field(i)))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			d.put(valueHash(v.Index(i)))
		}
	case reflect.Map:
		sum := uint64(0)
		for pairs := v.MapRange(); pairs.Next(); { // added up: no order shows
			pair := digestOf(hashLabels)
			pair.put(valueHash(pairs.Key()), valueHash(pairs.Value()))
			sum += pair.sealed()
		}
		d.put(sum)
	case reflect.Func: // nobody can look into one
	default:
		panic("sim: a hash of a value that is not data: " + v.Type().String())
	}
	return d.sealed()
}
