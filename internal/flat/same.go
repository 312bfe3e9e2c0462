package flat

import "unsafe"

// Same reports whether two values are the same bytes, which Go's == does not say of structs
// that hold slices or maps. Of those only the header counts: where the elements lie and how
// many they are. So values that are the same are equal as long as nobody changes what they
// point to in place; values that are not the same may be equal all the same.
//
// It looks at no byte outside of the two values, and keeps no pointer.
func Same[T any](a, b *T) bool {
	size := unsafe.Sizeof(*a)
	return unsafe.String((*byte)(unsafe.Pointer(a)), size) == unsafe.String((*byte)(unsafe.Pointer(b)), size)
}
