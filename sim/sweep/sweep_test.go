package sweep_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/sim/sweep"
)

// life is what the lives of these tests measure.
type life struct {
	Took   time.Duration
	Lost   bool
	Starts int
}

// lived makes up a life: it depends on the seed and on nothing else.
func lived(seed uint64) life {
	r := rand.New(rand.NewPCG(seed, 1))
	l := life{Took: time.Duration(r.ExpFloat64() * float64(10*time.Second)), Lost: r.IntN(10) == 0, Starts: r.IntN(4)}
	if r.IntN(20) == 0 {
		l.Took = sweep.Never
	}
	return l
}

func run(t require.TestingT, c sweep.Config) *sweep.Report {
	report, err := sweep.Run(context.Background(), c, lived)
	require.NoError(t, err)
	return report
}

// The report and the file are the same for any number of workers.
func TestWorkersChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "sweep")
		require.NoError(t, err)
		defer os.RemoveAll(dir)
		c := sweep.Config{Seeds: rapid.IntRange(0, 200).Draw(t, "seeds"), First: rapid.Uint64Range(0, 1e6).Draw(t, "first")}
		var reports, files []string
		for i, workers := range []int{1, rapid.IntRange(2, 9).Draw(t, "workers")} {
			c.Workers, c.File = workers, filepath.Join(dir, fmt.Sprint(i))
			reports = append(reports, run(t, c).String())
			data, err := os.ReadFile(c.File)
			require.NoError(t, err)
			files = append(files, string(data))
		}
		require.Equal(t, reports[0], reports[1])
		require.Equal(t, files[0], files[1])
		require.Equal(t, c.Seeds+1, strings.Count(files[0], "\n"))
	})
}

// A sweep that is stopped anywhere, even in the middle of a line of its file, goes on to the
// same end.
func TestStoppedAndContinued(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "sweep")
		require.NoError(t, err)
		defer os.RemoveAll(dir)
		c := sweep.Config{Seeds: 300, First: 7, File: filepath.Join(dir, "whole.csv")}
		want := run(t, c).String()
		whole, err := os.ReadFile(c.File)
		require.NoError(t, err)

		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		c.File = filepath.Join(dir, "stopped.csv")
		at := uint64(rapid.IntRange(7, 306).Draw(t, "stopped at seed"))
		c.Workers = rapid.IntRange(1, 4).Draw(t, "workers")
		stopped, err := sweep.Run(ctx, c, func(seed uint64) life {
			if seed == at {
				stop()
			}
			return lived(seed)
		})
		written, readErr := os.ReadFile(c.File)
		require.NoError(t, readErr)
		require.Equal(t, stopped.Lives, strings.Count(string(written), "\n")-1, "what is lived is in the file")
		require.True(t, strings.HasPrefix(string(whole), string(written)))
		if stopped.Lives < c.Seeds {
			require.ErrorIs(t, err, context.Canceled)
		}
		cut := rapid.IntRange(0, len(written)).Draw(t, "bytes of the file that are left")
		require.NoError(t, os.WriteFile(c.File, written[:cut], 0o644))

		require.Equal(t, want, run(t, c).String())
		again, err := os.ReadFile(c.File)
		require.NoError(t, err)
		require.Equal(t, string(whole), string(again))
		require.Equal(t, want, run(t, c).String(), "and once more, with nothing left to do")
	})
}

// Only what has not been lived yet is lived when a sweep goes on, and the last life once
// more.
func TestContinuedLivesNothingTwice(t *testing.T) {
	c := sweep.Config{Seeds: 100, File: filepath.Join(t.TempDir(), "lives.csv"), Workers: 1}
	run(t, c)
	c.Seeds = 120
	var seeds []uint64
	_, err := sweep.Run(context.Background(), c, func(seed uint64) life {
		seeds = append(seeds, seed)
		return lived(seed)
	})
	require.NoError(t, err)
	require.Equal(t, uint64(99), seeds[0])
	require.Len(t, seeds, 21)
	c.Seeds = 50
	require.Equal(t, 50, run(t, c).Lives, "of a file with more lives the first are read")
}

// A file of something else is not written to.
func TestFilesOfOthers(t *testing.T) {
	const header = "seed,took_seconds,lost,starts\n"
	for _, row := range []struct{ words, text string }{
		{"is of another sweep: it has the columns [a] and not [seed", "a\n"},
		{"line 2: is of another sweep: seed 1 stands where 0 should", header + "1,1.000000000,true,1\n"},
		{"line 3: is of another sweep: seed 2 stands where 1 should", header + "0,1.000000000,true,1\n2,1.000000000,true,1\n"},
		{"nine decimals", header + "0,1,true,1\n"},
		{`parsing "yes": invalid syntax`, header + "0,1.000000000,yes,1\n"},
		{`parsing "one": invalid syntax`, header + "0,1.000000000,true,one\n"},
		{"line 2: has 2 fields", header + "0,1.000000000\n"},
		{"parse error", header + "0,1\"2\n"},
		{"is of another story: the life of seed 0 has changed since", header + "0,1.000000000,true,1\n"},
	} {
		c := sweep.Config{Seeds: 3, File: filepath.Join(t.TempDir(), "lives.csv")}
		require.NoError(t, os.WriteFile(c.File, []byte(row.text), 0o644))
		_, err := sweep.Run(context.Background(), c, lived)
		require.ErrorContains(t, err, row.words)
		data, err := os.ReadFile(c.File)
		require.NoError(t, err)
		require.Equal(t, row.text, string(data))
	}
	_, err := sweep.Run(context.Background(), sweep.Config{File: t.TempDir()}, lived)
	require.Error(t, err, "a directory")
}

// A life that panics is named, and those before it are counted.
func TestPanicsAreNamed(t *testing.T) {
	for _, workers := range []int{1, 4} {
		report, err := sweep.Run(context.Background(), sweep.Config{Seeds: 100, First: 5, Workers: workers}, func(seed uint64) life {
			if seed >= 77 {
				panic("a planted bug")
			}
			return lived(seed)
		})
		require.EqualError(t, err, "sweep: the life of seed 77 panics: a planted bug")
		require.Equal(t, 72, report.Lives)
	}
}

// Progress is told in order, from the first to the last.
func TestProgress(t *testing.T) {
	var told []int
	c := sweep.Config{Seeds: 100, Workers: 4, Progress: func(lived, of int) {
		require.Equal(t, 100, of)
		told = append(told, lived)
	}}
	run(t, c)
	require.True(t, slices.IsSorted(told))
	require.Equal(t, 0, told[0])
	require.Equal(t, 100, told[len(told)-1])
}

// What is kept of lives does not grow with their number.
func TestMemoryIsFlat(t *testing.T) {
	heap := func(lives int) uint64 {
		report := run(t, sweep.Config{Seeds: lives})
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(report)
		return m.HeapAlloc
	}
	few := heap(1_000)
	require.Less(t, heap(200_000), few+200_000, "with two hundred times as many lives, of which each is more than a byte")
}

// A life returns a struct of measures and nothing else.
func TestColumns(t *testing.T) {
	ctx, c := context.Background(), sweep.Config{Seeds: 1}
	require.PanicsWithValue(t, "sweep: a life returns a struct of what it has measured, not int", func() {
		_, _ = sweep.Run(ctx, c, func(uint64) int { return 1 })
	})
	type hidden struct{ took time.Duration }
	require.PanicsWithValue(t, "sweep: field took of sweep_test.hidden is not exported", func() {
		_, _ = sweep.Run(ctx, c, func(uint64) hidden { return hidden{1} })
	})
	type text struct{ Name string }
	require.PanicsWithValue(t, "sweep: field Name of sweep_test.text is neither a bool nor a time.Duration nor an integer", func() {
		_, _ = sweep.Run(ctx, c, func(uint64) text { return text{} })
	})
	_, err := sweep.Run(ctx, c, func(uint64) life { return life{Starts: -1} })
	require.ErrorContains(t, err, "starts is -1: what is measured is not negative")
	require.Panics(t, func() { run(t, sweep.Config{Seeds: -1}) })
	require.PanicsWithValue(t, "sweep: nothing measures luck", func() { run(t, c).Measure("luck") })
}

// The file can be read by anybody.
func TestFileIsCSV(t *testing.T) {
	c := sweep.Config{Seeds: 40, File: filepath.Join(t.TempDir(), "lives.csv")}
	run(t, c)
	f, err := os.Open(c.File)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 41)
	require.Equal(t, []string{"seed", "took_seconds", "lost", "starts"}, rows[0])
	never := 0
	for i, r := range rows[1:] {
		l := lived(uint64(i))
		require.Equal(t, fmt.Sprint(l.Lost), r[2])
		require.Equal(t, fmt.Sprint(l.Starts), r[3])
		if l.Took == sweep.Never {
			require.Empty(t, r[1])
			never++
			continue
		}
		d, err := time.ParseDuration(r[1] + "s")
		require.NoError(t, err)
		require.Equal(t, l.Took, d)
	}
	require.Positive(t, never)
}

var errStop = errors.New("enough")

// The cause of a context's end is the sweep's error.
func TestCause(t *testing.T) {
	ctx, stop := context.WithCancelCause(context.Background())
	stop(errStop)
	report, err := sweep.Run(ctx, sweep.Config{Seeds: 10}, lived)
	require.ErrorIs(t, err, errStop)
	require.Zero(t, report.Lives)
}
