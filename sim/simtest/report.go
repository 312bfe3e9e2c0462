package simtest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
)

// report is what there is to say about a world that has broken a rule. Its words are made,
// and its file is written, when somebody prints it.
type report struct {
	t        TB
	c        *sim.Cluster // nil if its story is not known
	headline string       // the rule, and what breaks it
	file     string       // where the story stands already; "" if it is to be written down
	unasked  []string     // rules of the file that nobody has given
}

// The parts of a report: a screen of fifty lines has room for it all.
const (
	storyLines  = 36
	column      = 100        // at which sentences are broken
	mostStuck   = 2          // of the sets that are stuck, so many say why
	brokenWords = "Broken: " // a file begins with them that a failure has left
)

// String implements [fmt.Stringer]: the rule, the story, what is stuck and why, where the
// story is kept and how it is told again.
func (r *report) String() string {
	var b strings.Builder
	b.WriteString(r.headline + "\n\n")
	for _, line := range screenful(r.c.Trace(), r.headline, storyLines) {
		b.WriteString("  " + line + "\n")
	}
	b.WriteString("\n")
	for _, why := range stuck(r.c) {
		b.WriteString(wrapped("why: "+why) + "\n")
	}
	b.WriteString(r.where())
	return strings.TrimSuffix(b.String(), "\n")
}

// where says where the story is kept and how it is told again.
func (r *report) where() string {
	if r.file == "" {
		text, err := r.screenplay()
		if err != nil {
			return fmt.Sprintf("The story cannot be kept: %v\n", err)
		}
		r.file = path.Join("testdata", "stories", safe(r.t.Name())+".txt")
		if err := write(filepath.FromSlash(r.file), text); err != nil {
			return fmt.Sprintf("The story could not be kept: %v\n", err)
		}
	}
	s := fmt.Sprintf("The story is kept in %s; this line in a test tells it again:\n\tsimtest.Replay(t, %q)\n", r.file, r.file)
	for _, name := range append(own(r.c), r.unasked...) {
		s += fmt.Sprintf("and with simtest.Always(%q, ...) or the like behind the file that is asked again.\n", name)
	}
	return s
}

// wrapped is a sentence in lines of a screen's width.
func wrapped(sentence string) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Fields(sentence) {
		switch {
		case i > 0 && width+1+len(word) > column:
			b.WriteString("\n  ")
			width = 2
		case i > 0:
			b.WriteString(" ")
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}

// screenplay is the story as a file has it.
func (r *report) screenplay() (string, error) {
	p, err := screenplay.Of(r.c, brokenWords+r.headline)
	if err != nil {
		return "", err
	}
	return p.String(), nil
}

func write(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o644)
}

// safe is the name of a test as the name of a file.
func safe(name string) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
	if s == "" {
		return "story"
	}
	return s
}

// own are the names of the checks of a world that only its test knows.
func own(c *sim.Cluster) (names []string) {
	for _, d := range c.Done() {
		name, ok := strings.CutPrefix(d.Operation.String(), checkWord)
		if ok && !builtIn(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// What a screenplay says of checks.
const (
	checkWord       = "check "
	violationWords  = "expect violation "
	fingerprintWord = "fingerprint "
)

func builtIn(name string) bool {
	return slices.ContainsFunc(checks.All(), func(c sim.Check) bool { return c.Name == name })
}

// stuck says of each set that only somebody's help would make what its spec asks for what it
// waits for; of the first few.
func stuck(c *sim.Cluster) (sentences []string) {
	var sets []string
	c.RunUntil(func(v sim.View) bool {
		for set := range v.Sets {
			sets = append(sets, set.Name())
		}
		return true
	}, 0)
	for _, name := range sets {
		var opts []sim.Option
		if namespace, set, ok := strings.Cut(name, "/"); ok {
			name, opts = set, append(opts, sim.InNamespace(namespace))
		}
		why, err := c.Why(name, opts...)
		if err == nil && why.Standing == sim.Stuck && len(sentences) < mostStuck {
			sentences = append(sentences, why.String())
		}
	}
	return sentences
}
