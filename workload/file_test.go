package workload_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/workload"
)

// A File is a slice of lines, whatever is done to it, and every File that it was
// before still is what it was.
func TestFileIsASliceOfLines(t *testing.T) {
	word := rapid.StringN(0, 3, -1)
	rapid.Check(t, func(t *rapid.T) {
		var f workload.File
		var want []string
		files, wants := []workload.File{f}, [][]string{nil}
		keep := func() { files, wants = append(files, f), append(wants, slices.Clone(want)) }
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				text := word.Draw(t, "text")
				f, want = f.Append(text), append(want, text)
				keep()
			},
			"write at": func(t *rapid.T) {
				at, text := rapid.IntRange(0, len(want)+2).Draw(t, "at"), word.Draw(t, "text")
				for len(want) <= at {
					want = append(want, "")
				}
				want[at] = text
				f = f.WriteAt(at, text)
				keep()
			},
			"go back": func(t *rapid.T) {
				i := rapid.IntRange(0, len(files)-1).Draw(t, "to")
				f, want = files[i], slices.Clone(wants[i])
			},
			"": func(t *rapid.T) {
				for i, g := range files {
					require.Equal(t, len(wants[i]), g.Len())
					require.True(t, slices.Equal(wants[i], g.Records()), "%q is not %q", g.Records(), wants[i])
				}
				n := rapid.IntRange(0, len(want)+1).Draw(t, "n")
				prefix, ok := f.Prefix(n)
				require.Equal(t, n <= len(want), ok)
				if ok {
					require.True(t, prefix.Equal(workload.Lines(want[:n]...)), "the digest depends on how a file came about")
					require.True(t, slices.Equal(want[n:], f.From(n)))
				}
				if len(want) > 0 {
					text := rapid.SampledFrom(want).Draw(t, "known")
					last := len(want) - 1
					for want[last] != text {
						last--
					}
					require.Equal(t, last, f.Index(text))
				}
				require.Equal(t, -1, f.Index("not there"))
			},
		})
	})
}

// Files that differ have different digests.
func TestFileDigest(t *testing.T) {
	seen := map[uint64]string{}
	for _, f := range []workload.File{
		{}, workload.Lines(""), workload.Lines("", ""), workload.Lines("a"), workload.Lines("b"),
		workload.Lines("a", "b"), workload.Lines("ab"), workload.Lines("b", "a"),
	} {
		require.NotContains(t, seen, f.Digest(), "%q and %q", f.String(), seen[f.Digest()])
		seen[f.Digest()] = f.Summary()
	}
}

// To append to a long log costs no more than to a short one: one record.
func TestFileAppendsInPlace(t *testing.T) {
	for _, length := range []int{10, 10_000} {
		f := workload.Lines(make([]string, length)...)
		require.Equal(t, 1., testing.AllocsPerRun(100, func() { f = f.Append("x") }))
		require.Equal(t, 1., testing.AllocsPerRun(100, func() { f = f.WriteAt(f.Len(), "x") }))
		require.Equal(t, 0., testing.AllocsPerRun(100, func() { f.Prefix(f.Len() - 1) }))
	}
}

func TestFileWritesNothingBeforeItsBeginning(t *testing.T) {
	require.PanicsWithValue(t, "workload: File.WriteAt: a negative position", func() { workload.Lines("a").WriteAt(-1, "b") })
}
