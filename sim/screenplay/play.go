package screenplay

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/internal/difference"
	"github.com/ordinal-sim/ordinal/sim"
)

// Stage is what a screenplay is played with.
type Stage struct {
	// Config is how the world is before what the screenplay says of it: programs of images,
	// which cannot be written down, or a release to play it on.
	Config sim.Config
	// Checks are what the screenplay may name, beside the built-in checks: each holds the
	// world against a condition of that name ([sim.Cluster.Always], [sim.Cluster.Eventually]).
	Checks map[string]func(*sim.Cluster)
	// World is called with the world once it is made, before anything happens in it.
	World func(*sim.Cluster)
	// Rewrite makes what commands say, and the story, what they are now, instead of comparing.
	Rewrite bool
}

// Play plays a screenplay, and returns the world as it is then. The error is the first
// step that did not go as it is written, with its line; the world is as it was then.
func (s Stage) Play(p *Screenplay) (*sim.Cluster, error) {
	player := &player{stage: s, config: s.Config}
	for i := range p.Steps {
		if err := player.step(&p.Steps[i]); err != nil {
			return player.c, fmt.Errorf("line %d: %s: %w", p.Steps[i].line, p.Steps[i].Command, err)
		}
	}
	player.world()
	if !p.Narrated {
		return player.c, nil
	}
	story := player.c.Trace().String()
	if s.Rewrite {
		p.Story = story
	}
	if p.Story != story {
		return player.c, fmt.Errorf("the story has changed\n%s", difference.Of(p.Story, story))
	}
	return player.c, nil
}

// Play plays a screenplay that needs nothing.
func Play(p *Screenplay) (*sim.Cluster, error) { return Stage{}.Play(p) }

// player plays a screenplay.
type player struct {
	stage   Stage
	config  sim.Config
	choices []sim.Choice
	made    int          // how many of them
	strayed error        // from the choices
	c       *sim.Cluster // nil before anything but its configuration is said
}

// world makes the world, at the first command that needs it.
func (p *player) world() *sim.Cluster {
	if p.c == nil {
		if p.choices != nil {
			p.config.Chooser = sim.ChooserFunc(p.chosen)
		}
		p.c = sim.New(p.config)
		if p.stage.World != nil {
			p.stage.World(p.c)
		}
	}
	return p.c
}

// chosen is the next choice as it is written; 0 after them, as [sim.Replay] has it. A world that asks for
// another one has gone another way.
func (p *player) chosen(label string, n int) int {
	if p.made == len(p.choices) || p.strayed != nil {
		return 0
	}
	choice := p.choices[p.made]
	p.made++
	if choice.N != n {
		p.strayed = fmt.Errorf("another story is told: choice %d (%s) is one of %d here, and is written as one of %d", p.made, label, n, choice.N)
		return 0
	}
	return choice.Picked
}

// step plays one step.
func (p *player) step(s *Step) error {
	if s.Command == "" {
		return nil
	}
	if done, err := p.configured(s.Command); done || err != nil {
		return err
	}
	if s.When != nil {
		if err := p.goTo(*s.When); err != nil || p.strayed != nil {
			return cmp.Or(p.strayed, err)
		}
	}
	said, err := p.perform(s)
	if p.strayed != nil {
		return p.strayed
	}
	if err != nil && len(s.Says) == 0 && !p.stage.Rewrite {
		return err
	}
	if err != nil {
		said = "error: " + err.Error()
	}
	said = strings.TrimRight(said, "\n")
	if p.stage.Rewrite && (err != nil || len(s.Says) > 0) {
		if compare(s.Says, said) == nil {
			return nil // and what is left open stays so
		}
		s.Says = strings.Split(said, "\n")
		for i := range s.Says {
			s.Says[i] = strings.TrimRight(s.Says[i], " ")
		}
		return nil
	}
	if len(s.Says) > 0 {
		return compare(s.Says, said)
	}
	return nil
}

// configured reads a line of the configuration, which has to stand before everything that
// happens. It reports false if the line is none.
func (p *player) configured(command string) (bool, error) {
	words, err := fields(command)
	if err != nil {
		return false, nil // a fault with an apostrophe is a plain sentence
	}
	done := true
	if words[0] == "choices" {
		p.choices, err = parseChoices(words[1:])
	} else {
		done, err = configure(&p.config, words)
	}
	if done && err == nil && p.c != nil {
		err = errors.New("the world is there already: say how it is before anything happens in it")
	}
	return done, err
}

// goTo lets time pass to a moment.
func (p *player) goTo(m Moment) error {
	c := p.world()
	if m.After >= 0 {
		return c.RunTo(m.At, m.After)
	}
	wait := m.At - time.Duration(c.Now())
	if wait < 0 {
		return fmt.Errorf("%v has passed, it is +%v", m, time.Duration(c.Now()))
	}
	c.Run(wait)
	return nil
}

// perform does what a command says, and returns what it has to say.
func (p *player) perform(s *Step) (said string, err error) {
	word, rest, _ := strings.Cut(s.Command, " ")
	if word != "check" { // whose name may be any words
		rest = strings.TrimSpace(rest)
	}
	if do, ok := directions[word]; ok {
		return do(p, rest)
	}
	if word == "kubectl" {
		call, err := newCall(s.Command, s.Input)
		if err != nil {
			return "", err
		}
		if ask, ok := questions[call.verb]; ok {
			return ask(call, p.world())
		}
	}
	op, err := ParseOperation(s.Command, s.Input)
	if err != nil {
		return "", err
	}
	return p.do(op)
}

// do does an operation. What it has to say is what kubectl says of it; mostly nothing.
func (p *player) do(op sim.Operation) (said string, err error) {
	switch o := op.(type) {
	case sim.RolloutUndo:
		said, err := p.world().RolloutUndo(o.Set, o.ToRevision, inNamespace(o.Namespace)...)
		if err == nil && strings.Contains(said, " skipped ") { // and not done, which an operation is
			err = p.world().Do(op)
		}
		return said, err
	case sim.Lookup:
		answer, err := p.world().Lookup(o.Pod, o.Name, inNamespace(o.Namespace)...)
		return answer.String(), err
	}
	return "", p.world().Do(op)
}

// inNamespace is a namespace as an option of a verb; "" is none.
func inNamespace(namespace string) []sim.Option {
	if namespace == "" {
		return nil
	}
	return []sim.Option{sim.InNamespace(namespace)}
}

// parseChoices reads choices, "5/1024 0/2".
func parseChoices(words []string) ([]sim.Choice, error) {
	out := []sim.Choice{}
	for _, word := range words {
		picked, of, ok := strings.Cut(word, "/")
		k, err := strconv.Atoi(picked)
		n, err2 := strconv.Atoi(of)
		if !ok || err != nil || err2 != nil || k < 0 || k >= n {
			return nil, fmt.Errorf("%q is no choice, like 5/1024", word)
		}
		out = append(out, sim.Choice{Picked: k, N: n})
	}
	return out, nil
}

// andSoOn stands at the end of a line that goes on in a way that does not matter.
const andSoOn = "..."

// compare is nil if what is said is what has to be.
func compare(says []string, said string) error {
	lines := strings.Split(said, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
		if i >= len(says) {
			continue
		}
		if begin, open := strings.CutSuffix(says[i], andSoOn); open && strings.HasPrefix(lines[i], begin) {
			lines[i] = says[i]
		}
	}
	if want, got := strings.Join(says, "\n"), strings.Join(lines, "\n"); got != want {
		return errors.New("it says something else\n" + difference.Of(want, got))
	}
	return nil
}
