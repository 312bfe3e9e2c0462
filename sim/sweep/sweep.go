package sweep

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
)

// Config says which lives are lived, and how.
type Config struct {
	// Seeds is how many lives there are: one for each seed from First on.
	Seeds int
	// First is the first seed.
	First uint64
	// Workers is how many lives are lived at the same time; 0 means as many as there are
	// cores. The report is the same for any number.
	Workers int
	// File is a CSV file that gets a line for each life. One that exists is read, and the
	// sweep goes on after it. "" keeps none.
	File string
	// Progress is told now and then how many of how many lives have been lived, always
	// in the goroutine that has called [Run]; nil if nobody wants to know. Package bar has one
	// for terminals.
	Progress func(lived, of int)
}

// chunk is how many lives a worker takes at a time.
const chunk = 16

// Run lives one life for each seed. A life must depend on its seed alone: it makes its
// own world, and shares nothing that it writes with other lives. It returns a struct of
// bools, integers and durations, which Run adds up; other fields panic.
//
// If the context ends, Run returns its error and the report of the lives before that, which
// are those of the first seeds without a gap. A life that panics ends the sweep with an error
// that names its seed.
func Run[L any](ctx context.Context, c Config, life func(seed uint64) L) (*Report, error) {
	columns := columnsOf(reflect.TypeFor[L]())
	report := newReport(columns)
	err := run(ctx, c, columns, func(seed uint64) row { return rowOf(columns, reflect.ValueOf(life(seed))) }, report.add)
	return report, err
}

// run lives all lives and gives their rows to add, in the order of the seeds.
func run(ctx context.Context, c Config, columns []column, life func(uint64) row, add func(row)) (err error) {
	if c.Seeds < 0 || c.Workers < 0 {
		panic("sweep: Seeds and Workers must not be negative")
	}
	lived := 0
	var f *file
	if c.File != "" {
		if f, err = openFile(&c, columns, life, func(r row) { add(r); lived++ }); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.close()) }()
	}
	progress := func() {
		if c.Progress != nil {
			c.Progress(lived, c.Seeds)
		}
	}
	progress()
	return inOrder(ctx, c, lived, life, func(rows []row) error {
		for _, r := range rows {
			add(r)
			lived++
		}
		progress()
		if f == nil {
			return nil
		}
		return f.write(rows)
	})
}

// livedChunk is what has become of a chunk of seeds.
type livedChunk struct {
	place int
	rows  []row
	err   error
}

// inOrder lives the lives after the first `lived` ones, on many cores, and hands them
// over chunk by chunk in the order of the seeds. Workers run ahead of the slowest one by a
// few chunks only, so that there is little to remember.
func inOrder(ctx context.Context, c Config, lived int, life func(uint64) row, hand func([]row) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := c.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	places := (c.Seeds - lived + chunk - 1) / chunk
	todo, done, ahead := make(chan int), make(chan livedChunk), make(chan struct{}, 8*workers)
	go func() {
		defer close(todo)
		for place := range places {
			select {
			case ahead <- struct{}{}:
			case <-ctx.Done():
				return
			}
			select {
			case todo <- place:
			case <-ctx.Done():
				return
			}
		}
	}()
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for place := range todo {
				first := lived + place*chunk
				done <- liveChunk(ctx, c.First+uint64(first), min(chunk, c.Seeds-first), place, life)
			}
		})
	}
	go func() { all.Wait(); close(done) }()

	var failed error
	waiting, next := map[int]livedChunk{}, 0
	for got := range done {
		waiting[got.place] = got
		for failed == nil {
			out, ok := waiting[next]
			if !ok {
				break
			}
			delete(waiting, next)
			next++
			<-ahead
			if failed = errors.Join(hand(out.rows), out.err); failed != nil {
				cancel() // the workers end; what they still bring is not looked at
			}
		}
	}
	if failed == nil && next < places {
		failed = context.Cause(ctx)
	}
	return failed
}

// liveChunk lives the lives of a few seeds. One that panics is an error, and so is the end
// of the context; the lives before that are kept.
func liveChunk(ctx context.Context, first uint64, n, place int, life func(uint64) row) (out livedChunk) {
	out.place = place
	seed := first
	defer func() {
		if r := recover(); r != nil {
			out.err = fmt.Errorf("sweep: the life of seed %d panics: %v", seed, r)
		}
	}()
	for ; seed < first+uint64(n); seed++ {
		if ctx.Err() != nil {
			out.err = context.Cause(ctx)
			return out
		}
		out.rows = append(out.rows, life(seed))
	}
	return out
}
