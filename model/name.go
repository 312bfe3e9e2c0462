package model

// Symbol is a string as an integer: its place in a world's table of strings. 0
// is the empty string. Symbols of one world can be compared; they mean nothing
// to another.
type Symbol int32

// NoOrdinal is the ordinal of a [Name] that does not end in a number.
const NoOrdinal int32 = -1

// Name is the name of an object as integers, so that it is compared and copied
// without a look at a string. "www-web-7" of a namespace is the symbols of the
// namespace and of "www-web", and the ordinal 7: ten thousand pods need one
// symbol. A name that does not end in a dash and a number without leading zeros
// is a symbol alone, with [NoOrdinal]; so every string has exactly one Name.
// Objects outside namespaces have the Namespace 0.
type Name struct {
	Namespace, Base Symbol
	Ordinal         int32
}

// Owner is an [OwnerReference] as integers.
type Owner struct {
	Kind               Kind
	Name               Name
	UID                UID
	Controller         bool
	BlockOwnerDeletion bool
}

// Hash spreads names over 64 bits, for hash tables.
func (n Name) Hash() uint64 {
	h := uint64(uint32(n.Base))<<32 | uint64(uint32(n.Ordinal))
	h = (h ^ uint64(uint32(n.Namespace))*0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd
	return h ^ h>>32
}
