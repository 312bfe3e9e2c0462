package screenplay

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Screenplay is a text taken apart. [Screenplay.String] is the text again.
type Screenplay struct {
	Title string // of one of several in a file; "" if it has none
	Steps []Step
	// Narrated is whether the story stands below the commands, and Story the story.
	Narrated bool
	Story    string

	line int // of the file, that the first step begins on
}

// Step is a command, or the lines without one at the end.
type Step struct {
	Before  []string // comments and empty lines that stand before it
	When    *Moment  // nil for at once
	Command string   // "" only at the end
	Input   string   // the here-document: objects in YAML
	Says    []string // what it has to say, if that is asked for

	line int // of the file
}

// Moment is a moment of a world: an instant, and which of its events have happened.
type Moment struct {
	At time.Duration // since the world began
	// After is how many events of the instant have happened; -1 for all.
	After int
}

// String renders the moment as it is written: "+12.01s", or "+12.01s#3" after three of its
// events.
func (m Moment) String() string {
	if m.After < 0 {
		return "+" + m.At.String()
	}
	return fmt.Sprintf("+%v#%d", m.At, m.After)
}

func parseMoment(text string) (*Moment, error) {
	at, after, exact := strings.Cut(strings.TrimPrefix(text, "+"), "#")
	m := &Moment{After: -1}
	var err error
	if m.At, err = time.ParseDuration(at); err != nil {
		return nil, fmt.Errorf("%q is no instant: %w", text, err)
	}
	if exact {
		if m.After, err = strconv.Atoi(after); err != nil || m.After < 0 {
			return nil, fmt.Errorf("%q: %q is no number of events", text, after)
		}
	}
	return m, nil
}

// What stands at the beginning of lines that are no commands, and at the end of one that has
// input.
const (
	titleMark   = "=== "
	storyMark   = "----"
	saysMark    = ">"
	commentMark = "#"
	inputMark   = " <<"
)

// hereDocument is a command with input. Only kubectl's have some: what faults and checks say in
// plain words is not taken apart.
var hereDocument = regexp.MustCompile(`^(kubectl .*)` + inputMark + `(\w+)$`)

// Parse takes a file apart.
func Parse(text string) ([]*Screenplay, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n") // as some editors write it
	r := &reader{lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	var all []*Screenplay
	for more := true; more; {
		p, err := r.screenplay(len(all) == 0)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", r.next, err)
		}
		all = append(all, p)
		more = r.next < len(r.lines)
	}
	return all, nil
}

// reader reads a file line by line.
type reader struct {
	lines []string
	next  int
}

func (r *reader) screenplay(first bool) (*Screenplay, error) {
	p := &Screenplay{line: r.next + 1}
	if r.next < len(r.lines) && strings.HasPrefix(r.lines[r.next], titleMark) {
		p.Title = strings.TrimPrefix(r.lines[r.next], titleMark)
		r.next++
	} else if !first {
		return nil, fmt.Errorf("the screenplay has no title")
	}
	step := Step{}
	for r.next < len(r.lines) && !strings.HasPrefix(r.lines[r.next], titleMark) {
		line := r.lines[r.next]
		r.next++
		switch {
		case line == storyMark:
			p.Narrated = true
			p.Story = r.story()
		case line == "" || strings.HasPrefix(line, commentMark):
			step.Before = append(step.Before, line)
		case strings.HasPrefix(line, saysMark):
			last := len(p.Steps) - 1
			if last < 0 || len(step.Before) > 0 {
				return nil, fmt.Errorf("no command says %q", line)
			}
			p.Steps[last].Says = append(p.Steps[last].Says, strings.TrimPrefix(strings.TrimPrefix(line, saysMark), " "))
		default:
			if err := r.command(&step, line); err != nil {
				return nil, err
			}
			p.Steps = append(p.Steps, step)
			step = Step{}
		}
	}
	if len(step.Before) > 0 {
		p.Steps = append(p.Steps, step)
	}
	return p, nil
}

// command reads a line with a command, and its here-document.
func (r *reader) command(step *Step, line string) (err error) {
	step.line = r.next
	if strings.HasPrefix(line, "+") {
		word, rest, _ := strings.Cut(line, " ")
		if step.When, err = parseMoment(word); err != nil {
			return err
		}
		line = strings.TrimLeft(rest, " ")
	}
	end := ""
	if m := hereDocument.FindStringSubmatch(line); m != nil {
		line, end = m[1], m[2]
	}
	step.Command = strings.TrimRight(line, " ")
	if step.Command == "" {
		return fmt.Errorf("no command")
	}
	if end == "" {
		return nil
	}
	for from := r.next; r.next < len(r.lines); r.next++ {
		if r.lines[r.next] == end {
			if r.next > from {
				step.Input = strings.Join(r.lines[from:r.next], "\n") + "\n"
			}
			r.next++
			return nil
		}
	}
	return fmt.Errorf("the input of %q has no end %s", step.Command, end)
}

func (r *reader) story() string {
	from := r.next
	for r.next < len(r.lines) && !strings.HasPrefix(r.lines[r.next], titleMark) {
		r.next++
	}
	if r.next == from {
		return ""
	}
	return strings.Join(r.lines[from:r.next], "\n") + "\n"
}

// String is the text of the screenplay.
func (p *Screenplay) String() string {
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.Join(words, "") + "\n") }
	if p.Title != "" {
		line(titleMark, p.Title)
	}
	for _, s := range p.Steps {
		for _, text := range s.Before {
			line(text)
		}
		when := ""
		if s.When != nil {
			when = s.When.String() + " "
		}
		switch {
		case s.Input != "":
			end := "EOF"
			for strings.Contains("\n"+s.Input, "\n"+end+"\n") {
				end += "_"
			}
			line(when, s.Command, inputMark, end)
			b.WriteString(s.Input)
			line(end)
		case s.Command != "":
			line(when, s.Command)
		}
		for _, says := range s.Says {
			line(strings.TrimRight(saysMark+" "+says, " "))
		}
	}
	if p.Narrated {
		line(storyMark)
		b.WriteString(p.Story)
	}
	return b.String()
}

// Format is the text of several screenplays, as [Parse] reads them.
func Format(plays []*Screenplay) string {
	var b strings.Builder
	for _, p := range plays {
		b.WriteString(p.String())
	}
	return b.String()
}

// Rule is what the screenplay shows, in words: the comment that it begins with.
func (p *Screenplay) Rule() string {
	var words []string
	if len(p.Steps) > 0 {
		for _, line := range p.Steps[0].Before {
			comment, ok := strings.CutPrefix(line, "# ")
			if !ok {
				break
			}
			words = append(words, comment)
		}
	}
	return strings.Join(words, " ")
}
