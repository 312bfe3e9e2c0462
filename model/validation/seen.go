package validation

// seen is a set that remembers what a list has already named. The first few
// members stand on the stack, so that the short lists that people write cost
// nothing; a long list gets a map, so that its cost stays in proportion.
type seen[T comparable] struct {
	few  [8]T
	n    int
	many map[T]bool
}

// has reports whether v was added.
func (s *seen[T]) has(v T) bool {
	for i := range s.n {
		if s.few[i] == v {
			return true
		}
	}
	return s.many[v]
}

// add adds v, and reports whether it was there before.
func (s *seen[T]) add(v T) bool {
	switch {
	case s.has(v):
		return true
	case s.n < len(s.few):
		s.few[s.n] = v
		s.n++
	case s.many == nil:
		s.many = map[T]bool{v: true}
	default:
		s.many[v] = true
	}
	return false
}
