package flat

// FIFO is a first-in-first-out list whose state is a slice of values. The zero
// FIFO is empty.
type FIFO[T any] struct {
	items []T
	head  int
}

// Len is the number of items.
func (f *FIFO[T]) Len() int { return len(f.items) - f.head }

// Push adds an item at the end.
func (f *FIFO[T]) Push(item T) {
	if f.head > 0 && len(f.items) == cap(f.items) {
		n := copy(f.items, f.items[f.head:])
		clear(f.items[n:])
		f.items, f.head = f.items[:n], 0
	}
	f.items = append(f.items, item)
}

// First is the first item; it panics if there is none.
func (f *FIFO[T]) First() *T { return &f.items[f.head] }

// Last is the last item; it panics if there is none.
func (f *FIFO[T]) Last() *T {
	_ = f.items[f.head:][0]
	return &f.items[len(f.items)-1]
}

// Pop takes the first item out.
func (f *FIFO[T]) Pop() T {
	item := f.items[f.head]
	var zero T
	f.items[f.head] = zero
	f.head++
	if f.head == len(f.items) {
		f.items, f.head = f.items[:0], 0
	}
	return item
}

// Items are the items, the first one first. The slice belongs to the list.
func (f *FIFO[T]) Items() []T { return f.items[f.head:] }

// CopyFrom makes f equal to src, in f's own memory.
func (f *FIFO[T]) CopyFrom(src *FIFO[T]) {
	f.items, f.head = append(f.items[:0], src.items[src.head:]...), 0
}
