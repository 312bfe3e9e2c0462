// Package bar shows on a terminal how far a sweep is.
//
//	sweep.Run(ctx, sweep.Config{Seeds: 100_000, Progress: bar.New(os.Stderr)}, life)
//
// It is a package of its own so that only those who want a bar get the library that
// draws it.
package bar

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// New is a Progress for a sweep's Config that draws a bar: with how many lives there
// were, how many of them in a second, and how long it will take. If w is not a terminal nothing
// is written, so that logs stay clean.
func New(w io.Writer) func(lived, of int) {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return func(int, int) {}
	}
	return draw(w)
}

// draw draws a bar on whatever w is. Lives that a file already had do not count for the speed.
func draw(w io.Writer) func(lived, of int) {
	var bar *progressbar.ProgressBar
	return func(lived, of int) {
		if bar == nil {
			bar = progressbar.NewOptions(of,
				progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("lives"),
				progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("lives"),
				progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
		}
		_ = bar.Set(lived) // a bar that cannot be drawn is no reason to stop
	}
}
