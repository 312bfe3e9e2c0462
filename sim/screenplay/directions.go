package screenplay

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/shell"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
)

// directions are the commands that are about the play itself: how time passes, and what has
// to hold.
var directions = map[string]func(p *player, rest string) (string, error){
	"settle":      (*player).settle,
	"settled":     (*player).settled,
	"choose":      (*player).choose,
	"run":         (*player).run,
	"check":       (*player).check,
	"expect":      (*player).expect,
	"fingerprint": (*player).fingerprint,
	"why":         (*player).why,
}

// fields takes a command apart as a shell does.
func fields(command string) ([]string, error) {
	words, err := shell.Fields(command, func(string) string { return "" })
	if err == nil && len(words) == 0 {
		err = errNoCommand
	}
	return words, err
}

// quotedWord is a word as one types it: with quotes if a shell would not leave it whole.
func quotedWord(word string) string {
	if words, err := fields(word); err == nil && len(words) == 1 && words[0] == word {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// settle lets time pass until nothing is pending. It says how the world has come to rest.
func (p *player) settle(rest string) (string, error) {
	if rest != "" {
		return "", fmt.Errorf("settle has no arguments")
	}
	return p.world().Settle().String(), nil
}

// settled says that the world has come to rest here, or never does: "settled as limit".
func (p *player) settled(rest string) (string, error) {
	for _, state := range []sim.State{sim.Settled, sim.Waiting, sim.Limit} {
		if rest == "as "+state.String() {
			return p.world().SettleAs(state).String(), nil
		}
	}
	return "", fmt.Errorf("settled as settled, as waiting or as limit")
}

// choose makes a choice that somebody outside had the world make: "choose 5 victim" is of one of
// five.
func (p *player) choose(rest string) (string, error) {
	word, label, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		return "", fmt.Errorf("choose %s: of how many?", rest)
	}
	return strconv.Itoa(p.world().Choose(label, n)), nil
}

// run lets time pass: "run 30s", or "run to +30s".
func (p *player) run(rest string) (string, error) {
	if to, ok := strings.CutPrefix(rest, "to "); ok {
		m, err := parseMoment(to)
		if err != nil {
			return "", err
		}
		return "", p.goTo(*m)
	}
	d, err := time.ParseDuration(rest)
	if err == nil && d < 0 {
		err = fmt.Errorf("time does not go back")
	}
	if err != nil {
		return "", err
	}
	p.world().Run(d)
	return "", nil
}

// check holds the world against a rule from here on.
func (p *player) check(name string) (string, error) {
	if add, ok := p.stage.Checks[name]; ok {
		add(p.world())
		return "", nil
	}
	for _, check := range checks.All() {
		if check.Name == name {
			p.world().Check(check)
			return "", nil
		}
	}
	return "", fmt.Errorf("there is no check of that name: who plays has to give it")
}

// expect is an error if something is not so: "expect violation NAME" that a check has
// failed, "expect settled", "expect waiting" and "expect limit" that the world comes to
// rest so.
func (p *player) expect(what string) (string, error) {
	c := p.world()
	if name, ok := strings.CutPrefix(what, "violation "); ok {
		for _, v := range c.Violations() {
			if v.Check == name {
				return "", nil
			}
		}
		return "", fmt.Errorf("it was not violated")
	}
	if what != sim.Settled.String() && what != sim.Waiting.String() && what != sim.Limit.String() {
		return "", fmt.Errorf("expect %s: settled, waiting, limit or a violation", what)
	}
	if out := c.Settle(); out.State.String() != what {
		return "", fmt.Errorf("the world is %s", out)
	}
	return "", nil
}

// why says what an object waits for, down to the root, and what would free it: "why web",
// "why pod/web-2", in the words of [sim.Cluster.Why].
func (p *player) why(object string) (string, error) {
	object, namespace, _ := strings.Cut(object, " -n ")
	explanation, err := p.world().Why(object, inNamespace(namespace)...)
	return explanation.String(), err
}

// fingerprint is an error if not exactly this has happened so far.
func (p *player) fingerprint(want string) (string, error) {
	n, err := strconv.ParseUint(want, 16, 64)
	if err != nil {
		return "", err
	}
	if got := p.world().Fingerprint(); got != n {
		return "", fmt.Errorf("another story was told: its fingerprint is %016x", got)
	}
	return "", nil
}
