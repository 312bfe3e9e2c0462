package simtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
)

// Replay tells the story in a file again, to the last bit, and fails the test with the report
// of the failure that has left the file. It fails, too, if the story does not go as it is
// written there, and says from which line on. It returns the world as it is at the end, if
// all is well in it.
//
// The file is a screenplay, and may be any: one that no failure has left fails only if one of
// its checks does. Options are needed for what a file cannot hold: the programs of images
// ([Config]), and the rules that are only yours, by their names ([Check], [Always], [Eventually]).
// A rule that is not given is not asked again; then its failure is what the file says,
// as is that of a rule of [Fail], as long as the story has the fingerprint that it had.
func Replay(t TB, file string, opts ...Option) *sim.Cluster {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	plays, err := screenplay.Parse(string(text))
	if err == nil && len(plays) != 1 {
		err = fmt.Errorf("there are %d screenplays in it", len(plays))
	}
	if err != nil {
		t.Fatal(file + ": " + err.Error())
	}
	p := plays[0]
	stage, broken, unasked := stageFor(p, opts)
	c, err := stage.Play(p)
	switch {
	case err != nil:
		broken = headline("the story is not told as it is written", err.Error())
	case len(c.Violations()) > 0:
		v := c.Violations()[0]
		broken = headline(v.Check, v.Why)
	}
	if broken == "" {
		return c
	}
	if c == nil {
		t.Fatal(file + ": " + broken)
	}
	fail(t, broken, &report{t: t, c: c, headline: broken, file: file, unasked: unasked})
	return nil
}

// stageFor is what a screenplay is played with, and which rule the file says is broken at its
// end; "" if none. Rules that are not given are struck from it, and returned.
func stageFor(p *screenplay.Screenplay, opts []Option) (stage screenplay.Stage, broken string, unasked []string) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	stage = screenplay.Stage{Config: sim.Config{Images: o.config.Images}, Checks: map[string]func(*sim.Cluster){}}
	for _, condition := range o.conditions {
		stage.Checks[condition.name] = condition.add
	}
	rule, failed := strings.CutPrefix(p.Rule(), brokenWords)
	if !failed || !slices.ContainsFunc(p.Steps, func(s screenplay.Step) bool { return strings.HasPrefix(s.Command, fingerprintWord) }) {
		return stage, "", nil
	}
	p.Steps = slices.DeleteFunc(p.Steps, func(s screenplay.Step) bool {
		name, begins := strings.CutPrefix(s.Command, checkWord)
		if !begins {
			var expects bool
			if name, expects = strings.CutPrefix(s.Command, violationWords); !expects {
				return false
			}
		}
		if _, given := stage.Checks[name]; given || builtIn(name) {
			return false
		}
		if begins && !slices.Contains(unasked, name) {
			unasked = append(unasked, name)
		}
		return true
	})
	return stage, rule, unasked
}
