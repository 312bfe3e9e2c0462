package screenplay

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/sim"
)

// Of is the screenplay of all that has happened in a world: how it was made, what was chosen,
// what somebody did in it and exactly when. Played, it tells the same story again, to the
// last bit: it ends with the fingerprint. The rule is a comment at the top, which may have
// several lines.
//
// It is an error if something was done that cannot be written down: a function, a setup of
// DNS of one's own, a world that is moved by hand (Config.Manual), what happened after
// [sim.Cluster.StopTrace]. The programs of images have
// to be given to who plays it ([Stage].Config).
func Of(c *sim.Cluster, rule string) (*Screenplay, error) {
	if c.TraceStopped() {
		return nil, errors.New("screenplay: the world's trace was stopped (Cluster.StopTrace): nobody knows what has happened since")
	}
	config := c.Config()
	if config.Manual {
		return nil, fmt.Errorf("screenplay: what hands do in a world with Config.Manual is not written down")
	}
	lines, err := formatConfig(config)
	if err != nil {
		return nil, err
	}
	p := &Screenplay{}
	for _, line := range lines {
		if err := onOneLine(line); err != nil {
			return nil, err
		}
		p.add(nil, line, "")
	}
	if choices := c.Choices(); len(choices) > 0 {
		p.add(nil, formatChoices(choices), "")
	}
	for _, d := range c.Done() {
		command, input, err := FormatOperation(d.Operation)
		if err != nil {
			return nil, err
		}
		if err := onOneLine(command); err != nil {
			return nil, err
		}
		when := &Moment{At: time.Duration(d.At), After: d.After}
		if d.Last {
			when.After = -1
		}
		p.add(when, command, input)
	}
	end := Moment{At: time.Duration(c.Now()), After: c.EventsNow()}
	p.add(nil, "run to "+end.String(), "")
	broken := c.Violations()
	for _, v := range broken {
		if v.At > c.Now() { // time has run out for a check, and somebody asks before it has passed
			p.add(nil, "run to "+Moment{At: time.Duration(v.At) + 1, After: -1}.String(), "")
		}
	}
	for _, v := range broken {
		p.add(nil, "expect violation "+v.Check, "")
	}
	p.add(nil, fmt.Sprintf("fingerprint %016x", c.Fingerprint()), "")
	if rule != "" {
		for line := range strings.SplitSeq(rule, "\n") {
			p.Steps[0].Before = append(p.Steps[0].Before, strings.TrimRight("# "+line, " "))
		}
	}
	return p, nil
}

func (p *Screenplay) add(when *Moment, command, input string) {
	p.Steps = append(p.Steps, Step{When: when, Command: command, Input: input})
}

// formatChoices are choices as one line, without the zeros at the end: a replay goes on with
// those.
func formatChoices(all []sim.Choice) string {
	for len(all) > 0 && all[len(all)-1].Picked == 0 {
		all = all[:len(all)-1]
	}
	words := []string{"choices"}
	for _, choice := range all {
		words = append(words, fmt.Sprintf("%d/%d", choice.Picked, choice.N))
	}
	return strings.Join(words, " ")
}
