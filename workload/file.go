package workload

import (
	"fmt"
	"slices"
	"strings"
)

// File is the content of a file: records, one a line, counted from 0. It never
// changes: each method that writes returns another File, which shares with the old
// one all that they have in common. To append costs the same however long the file
// is; to overwrite costs as much as there are records from there to the end. The zero
// File is empty.
type File struct{ last *record }

// record is one record and, by pointer, all before it.
type record struct {
	before *record
	n      int // how many records there are up to this one
	digest uint64
	text   string
}

// Lines makes a file of records.
func Lines(records ...string) File {
	var f File
	for _, r := range records {
		f = f.Append(r)
	}
	return f
}

// Len is the number of records.
func (f File) Len() int {
	if f.last == nil {
		return 0
	}
	return f.last.n
}

// Digest is a number that tells files of different contents apart. It is ready: to
// ask for it costs nothing.
func (f File) Digest() uint64 {
	if f.last == nil {
		return emptyDigest
	}
	return f.last.digest
}

// Equal reports whether two files have the same content.
func (f File) Equal(g File) bool {
	return f.last == g.last || f.Len() == g.Len() && f.Digest() == g.Digest()
}

// Append adds a record at the end.
func (f File) Append(text string) File {
	return File{&record{before: f.last, n: f.Len() + 1, digest: digest(f.Digest(), text), text: text}}
}

// WriteAt writes a record at a position: over the one that is there, or behind the
// last one. Empty records fill a gap between them. It panics if the position is
// negative.
func (f File) WriteAt(position int, text string) File {
	if position < 0 {
		panic("workload: File.WriteAt: a negative position")
	}
	var after []string
	if position < f.Len() {
		after = f.From(position + 1)
		f, _ = f.Prefix(position)
	}
	for f.Len() < position {
		f = f.Append("")
	}
	f = f.Append(text)
	for _, r := range after {
		f = f.Append(r)
	}
	return f
}

// Prefix is the file as it was when it had n records; ok is false if it has fewer.
func (f File) Prefix(n int) (prefix File, ok bool) {
	if n > f.Len() {
		return File{}, false
	}
	for f.Len() > n {
		f.last = f.last.before
	}
	return f, true
}

// From are the records from a position on, in order. It costs as much as there are.
func (f File) From(position int) []string {
	out := make([]string, 0, max(0, f.Len()-position))
	for r := f.last; r != nil && r.n > position; r = r.before {
		out = append(out, r.text)
	}
	slices.Reverse(out)
	return out
}

// Records are all records, in order.
func (f File) Records() []string { return f.From(0) }

// Backwards yields the records from the last to the first.
func (f File) Backwards(yield func(text string) bool) {
	for r := f.last; r != nil; r = r.before {
		if !yield(r.text) {
			return
		}
	}
}

// Index is the position of the last record with this text; -1 if there is none.
func (f File) Index(text string) int {
	for r := f.last; r != nil; r = r.before {
		if r.text == text {
			return r.n - 1
		}
	}
	return -1
}

// String is the content as cat prints it, without the last line's end.
func (f File) String() string { return strings.Join(f.Records(), "\n") }

// Summary tells files apart in a few characters: their length and digest.
func (f File) Summary() string { return fmt.Sprintf("%d records (%016x)", f.Len(), f.Digest()) }

// emptyDigest is the digest of no records: FNV-1a's offset basis.
const emptyDigest = 0xcbf29ce484222325

// digest goes on with a digest: FNV-1a over the record and its line's end.
func digest(d uint64, text string) uint64 {
	const prime = 0x100000001b3
	for i := range len(text) {
		d = (d ^ uint64(text[i])) * prime
	}
	return (d ^ '\n') * prime
}
