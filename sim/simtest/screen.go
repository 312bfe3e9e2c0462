package simtest

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/sim"
)

// lastLines of a story are always told: what breaks the rule is among them.
const lastLines = 8

// screenful is a story in at most so many lines: what somebody did, how it ends, what
// happened to those of whom the headline speaks, and as much of the rest as there is room for,
// the latest first. What is left out is counted: "... 120 lines".
func screenful(story sim.Story, headline string, most int) []string {
	lines := strings.Split(strings.TrimSuffix(story.String(), "\n"), "\n")
	if len(lines) <= most || len(lines) != len(story) {
		return lines[max(0, len(lines)-most):]
	}
	named := map[string]bool{}
	for _, word := range strings.FieldsFunc(headline, func(r rune) bool { return strings.ContainsRune(" ,.:;()`", r) }) {
		named[word] = true
	}
	told, last := make([]bool, len(lines)), len(lines)-1
	size := 1 // of what is told, with a line for each gap: nothing yet, and one gap
	for _, matters := range []func(i int) bool{
		func(i int) bool { return i == 0 || i > last-lastLines },
		func(i int) bool { return story[i].Who == "you" },
		func(i int) bool { return named[story[i].Who] },
		func(int) bool { return true },
	} {
		for i := last; i >= 0; i-- {
			if told[i] || !matters(i) {
				continue
			}
			more := 2 // the line, and another gap, unless the line is at an end of one or two
			if i == 0 || told[i-1] {
				more--
			}
			if i == last || told[i+1] {
				more--
			}
			if size+more <= most {
				told[i], size = true, size+more
			}
		}
	}
	return selected(lines, told)
}

// selected are the lines that are told, and how many are not between them.
func selected(lines []string, told []bool) (out []string) {
	gap := 0
	for i := 0; i <= len(lines); i++ {
		if i < len(lines) && !told[i] {
			gap++
			continue
		}
		switch {
		case gap == 1:
			out = append(out, "... 1 line")
		case gap > 1:
			out = append(out, fmt.Sprintf("... %d lines", gap))
		}
		gap = 0
		if i < len(lines) {
			out = append(out, lines[i])
		}
	}
	return out
}
