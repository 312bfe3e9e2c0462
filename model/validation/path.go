package validation

import (
	"strconv"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// fieldPath leads from the top of an object to one of its fields. Nearly every
// path is made for nothing, because nothing is wrong with the field; so a path
// is a chain of small values on the stack, each pointing to the one it continues,
// and becomes a text only in an error.
//
// That the values stay on the stack depends on two things: the methods that make
// them are small enough to be inlined, and nothing here keeps a part of a path
// (render copies the bytes of the names). TestAllocations would tell.
type fieldPath struct {
	parent *fieldPath
	name   string // of a field or a key; "" for an element of a list
	index  int    // of the element; subscript for a key
}

// subscript is the index that marks a name as a key: resources[storage].
const subscript = -1

// top is the path of a field of the object itself.
func top(name string) fieldPath { return fieldPath{name: name} }

// child is the path of a field of the field p.
func (p fieldPath) child(name string) fieldPath { return fieldPath{parent: &p, name: name} }

// element is the path of an element of the list p.
func (p fieldPath) element(i int) fieldPath { return fieldPath{parent: &p, index: i} }

// key is the path of an entry of the map p.
func (p fieldPath) key(name string) fieldPath {
	return fieldPath{parent: &p, name: name, index: subscript}
}

// field is the path as the makers of errors want it.
func (p fieldPath) field() *field.Path { return field.NewPath(string(p.render(nil))) }

func (p *fieldPath) render(b []byte) []byte {
	if p.parent != nil {
		b = p.parent.render(b)
	}
	switch {
	case p.name == "":
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(p.index), 10)
		return append(b, ']')
	case p.index == subscript:
		b = append(b, '[')
		b = append(b, p.name...)
		return append(b, ']')
	case p.parent != nil:
		b = append(b, '.')
	}
	return append(b, p.name...)
}
