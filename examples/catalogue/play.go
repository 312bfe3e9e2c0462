package main

import (
	"embed"
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
)

//go:embed k*.txt
var texts embed.FS

// screenplays are those of the entry's file.
func (e entry) screenplays() ([]*screenplay.Screenplay, error) {
	text, err := texts.ReadFile(strings.ToLower(e.id) + ".txt")
	if err != nil {
		return nil, err
	}
	return screenplay.Parse(string(text))
}

// titleOf is a title as the file has it, with the id.
func (e entry) titleOf(title string) string { return strings.TrimSpace(e.id + " " + title) }

// screenplay is the one of a title.
func (e entry) screenplay(title string) (*screenplay.Screenplay, error) {
	plays, err := e.screenplays()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.id, err)
	}
	for _, p := range plays {
		if p.Title == e.titleOf(title) {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s has no play %q", e.id, title)
}

// theRelease stands in a screenplay for the release that it is played on. Most begin on it,
// and need not name it; where the story is an upgrade, it is the one that is upgraded to.
const theRelease = "$RELEASE"

// play plays the screenplay of a title on a release, and returns the world as it is then.
func (e entry) play(title string, r release.Release) (*sim.Cluster, error) {
	p, err := e.screenplay(title)
	if err != nil {
		return nil, err
	}
	for i := range p.Steps {
		p.Steps[i].Command = strings.ReplaceAll(p.Steps[i].Command, theRelease, r.String())
	}
	config := e.config
	config.Release = r
	return screenplay.Stage{Config: config}.Play(p)
}
