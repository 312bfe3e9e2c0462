package sim_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/ordinal-sim/ordinal/internal/difference"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// A screenplay is a text that a teacher can read aloud: a rule in words, what is
// done to the set web and to its pods, and what is to be seen then.
//
//	# A lost pod comes back.
//	set web replicas=2 image=A
//	ready all
//	force 0
//	sync
//	expect pods 0:Ap 1:Ar
//	----
//	...
//
// It is played on a Cluster in manual mode: nobody but the screenplay moves a pod.
// Its commands are in spec_stage_test.go, and what can be expected is in
// spec_expect_test.go. A line that begins with ">" is what the command before it
// says; a command that is refused, and one that says something, needs one.
//
// Below "----", if there, stands the story that the cluster tells of it, with the
// images in the place of the revisions' hashes; it is compared, and `go test ./sim
// -run TestSpec -update` writes it anew. Nothing above that line is ever rewritten.
//
// A file may hold several screenplays: each but the first begins with a line
// "=== its title", and so does the first one if it has a title. The line
// "skip why" anywhere leaves a screenplay out.
type screenplay struct {
	title    string
	script   []string // the lines, without their ends
	line     int      // of the file, that script[0] is; from 1
	narrated bool
	story    string
}

const (
	titleMark = "=== "
	storyMark = "----"
)

// parseScreenplays takes a file apart.
func parseScreenplays(text string) []*screenplay {
	p := &screenplay{line: 1}
	plays := []*screenplay{p}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		title, titled := strings.CutPrefix(line, titleMark)
		switch {
		case titled && i == 0:
			p.title, p.line = title, 2
		case titled:
			p = &screenplay{title: title, line: i + 2}
			plays = append(plays, p)
		case line == storyMark:
			p.narrated = true
		case p.narrated:
			p.story += line + "\n"
		default:
			p.script = append(p.script, line)
		}
	}
	return plays
}

// formatScreenplays puts it together again.
func formatScreenplays(plays []*screenplay) string {
	var b strings.Builder
	for _, p := range plays {
		if p.title != "" {
			b.WriteString(titleMark + p.title + "\n")
		}
		for _, line := range p.script {
			b.WriteString(line + "\n")
		}
		if p.narrated {
			b.WriteString(storyMark + "\n" + p.story)
		}
	}
	return b.String()
}

// rule is what the screenplay shows, in words: the comment that it begins with.
func (p *screenplay) rule() string {
	var words []string
	for _, line := range p.script {
		comment, ok := strings.CutPrefix(line, "# ")
		if !ok {
			break
		}
		words = append(words, comment)
	}
	return strings.Join(words, " ")
}

// skipped is why the screenplay is not to be played; "" if it is.
func (p *screenplay) skipped() string {
	for _, line := range p.script {
		if why, ok := strings.CutPrefix(line, "skip "); ok {
			return why
		}
	}
	return ""
}

// play plays the screenplay. It returns the story, and as an error the first line
// that did not go as it says, with what led to it.
func (p *screenplay) play() (story string, failed error) {
	s := newStage()
	for i, line := range p.script {
		if err := s.perform(line, p.next(i)); err != nil {
			return "", p.report(s, i, err)
		}
	}
	return s.story(), nil
}

// next is the line after the i-th.
func (p *screenplay) next(i int) string {
	if i+1 < len(p.script) {
		return p.script[i+1]
	}
	return ""
}

// report is an error with the screenplay up to the line, and how the story ends there.
func (p *screenplay) report(s *stage, i int, err error) error {
	const storyEnd = 15
	var b strings.Builder
	fmt.Fprintf(&b, "line %d: %s\n%v\nthe screenplay so far\n", p.line+i, p.script[i], err)
	for _, line := range p.script[:i+1] {
		b.WriteString("  " + line + "\n")
	}
	b.WriteString("the end of the story\n")
	lines := strings.Split(strings.TrimSpace(s.story()), "\n")
	for _, line := range lines[max(0, len(lines)-storyEnd):] {
		b.WriteString("  " + line + "\n")
	}
	return errors.New(b.String())
}

// perform does what one line says. The line after it matters because what a
// command says must not go unread.
func (s *stage) perform(line, next string) error {
	if text, ok := strings.CutPrefix(line, ">"); ok {
		return s.read(strings.TrimPrefix(text, " "))
	}
	if len(s.says) > 0 {
		return fmt.Errorf("the command before it has more to say: %s", s.says[0])
	}
	words := strings.Fields(line)
	if len(words) == 0 || strings.HasPrefix(line, "#") {
		return nil
	}
	if words[0] == "expect" {
		return s.expect(words[1:])
	}
	do, err := findCommand(words[0])
	if err != nil {
		return err
	}
	said, err := do(s, words[1:])
	s.learnRevisions()
	if err != nil {
		said = "error: " + err.Error()
	}
	if said == "" {
		return nil
	}
	s.says = strings.Split(strings.TrimRight(said, "\n"), "\n")
	if !strings.HasPrefix(next, ">") {
		return fmt.Errorf("it says %q, which the next line must repeat after a >", s.says[0])
	}
	return nil
}

// read compares a line with the next one that the last command says.
func (s *stage) read(text string) error {
	if len(s.says) == 0 {
		return fmt.Errorf("the command before it says no more")
	}
	said := strings.TrimRight(s.says[0], " ")
	s.says = s.says[1:]
	return differ(text, said)
}

// differ is nil if what is expected is what is seen.
func differ(want, got string) error {
	if want == got {
		return nil
	}
	return fmt.Errorf("expected  %s\nshown     %s", want, got)
}

// story is what has happened, with images in the place of the hashes of revisions,
// and milliseconds, so that one sync is told from the next.
func (s *stage) story() string {
	var pairs []string
	for _, name := range s.revisions {
		pairs = append(pairs, name[strings.LastIndexByte(name, '-')+1:], s.images[name])
	}
	images := strings.NewReplacer(pairs...)
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	for _, l := range s.c.Trace() {
		fmt.Fprintf(table, "+%.3fs\t%s\t%s\n", time.Duration(l.At).Seconds(), l.Who, images.Replace(l.What))
	}
	table.Flush()
	return b.String()
}

// learnRevisions notes which image each revision stands for, while it exists.
func (s *stage) learnRevisions() {
	for _, r := range s.history() {
		if _, known := s.images[r.Name]; !known {
			s.revisions = append(s.revisions, r.Name)
			s.images[r.Name] = r.Template.Spec.Containers[0].Image
		}
	}
}

// history are all revisions, also those that nobody owns, the oldest first.
func (s *stage) history() []*model.ControllerRevision {
	var out []*model.ControllerRevision
	for _, o := range s.c.Objects() {
		if r, ok := o.(*model.ControllerRevision); ok {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b *model.ControllerRevision) int { return int(a.Revision - b.Revision) })
	return out
}

// checkScreenplays plays the screenplays of a file, each as a subtest if it has a title.
func checkScreenplays(t *testing.T, path string, update bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	plays := parseScreenplays(string(text))
	if formatScreenplays(plays) != string(text) {
		t.Fatalf("%s is not as it is written: it must end with one newline", path)
	}
	for _, p := range plays {
		if p.title == "" {
			p.check(t, update)
		} else {
			t.Run(p.title, func(t *testing.T) { p.check(t, update) })
		}
	}
	if update && !t.Failed() {
		if err := os.WriteFile(path, []byte(formatScreenplays(plays)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// check plays one screenplay and compares the story, or takes it over.
func (p *screenplay) check(t *testing.T, update bool) {
	if p.rule() == "" {
		t.Fatalf("line %d: a screenplay begins with its rule in words: # ...", p.line)
	}
	if why := p.skipped(); why != "" {
		t.Skip(why)
	}
	story, err := p.play()
	switch {
	case err != nil:
		t.Fatal(err)
	case !p.narrated:
	case update:
		p.story = story
	case p.story != story:
		t.Fatalf("the story has changed (-update writes it anew)\n%s", difference.Of(p.story, story))
	}
}

// stage is where a screenplay is played.
type stage struct {
	c         *sim.Cluster
	config    sim.Config        // as what it began
	says      []string          // what the last command said and no line has read yet
	done      bool              // what `status` last thought of the rollout
	revisions []string          // the names of all revisions there have been
	images    map[string]string // of revisions, by their names
}

func newStage() *stage {
	config := sim.Config{Manual: true}
	return &stage{c: sim.New(config), config: config, images: map[string]string{}}
}
