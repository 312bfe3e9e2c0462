// A file of assembler, of whatever content, lets a function of this package have its body
// in another one: families_test.go.
