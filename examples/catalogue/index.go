package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model/release"
)

// index is the table that is printed.
func index() string {
	var b strings.Builder
	for _, e := range catalogue() {
		fmt.Fprintf(&b, "%s  %s\n     %s\n     %s\n", e.id, e.symptom, strings.Join(e.reported(), ", "), e.became())
	}
	b.WriteString("\ngo run ./examples/catalogue K01 plays one; README.md beside it has the whole matrix\n")
	return b.String()
}

// reported is where the problem was reported.
func (e entry) reported() []string {
	if len(e.issues) == 0 {
		return []string{"new: found by playing"}
	}
	return slices.Clone(e.issues)
}

// command is what shows the problem: where it is no more on the newest release, on the newest
// that has it.
func (e entry) command() string {
	command, at := "go run ./examples/catalogue "+e.id, len(e.cells)-1
	for at > 0 && e.cells[at].word == cmp.Or(e.fine, "ok") {
		at--
	}
	switch r := e.cells[at].release.String(); {
	case strings.Contains(r, " "):
		return fmt.Sprintf("%s -release %q", command, r)
	case r != release.V1_37.String():
		return command + " -release " + r
	}
	return command
}

// became is what became of a problem, from the oldest release to the newest.
func (e entry) became() string {
	var parts []string
	for i := 0; i < len(e.cells); {
		last := i
		for last+1 < len(e.cells) && e.cells[last+1].word == e.cells[i].word {
			last++
		}
		span := e.cells[i].release.Version()
		if last > i {
			span += " to " + e.cells[last].release.Version()
		}
		parts = append(parts, span+" "+e.cells[i].word)
		i = last + 1
	}
	became := strings.Join(parts, "; ")
	if e.says != "" {
		became += "; not as reported"
	}
	return became
}

// repositories are those with a short name.
var repositories = map[string]string{
	"kubernetes":   "kubernetes/kubernetes",
	"enhancements": "kubernetes/enhancements",
	"website":      "kubernetes/website",
	"coredns":      "coredns/coredns",
}

var issueForm = regexp.MustCompile(`^(\S+) (\d+)$`)

// link is an issue as markdown.
func link(issue string) string {
	m := issueForm.FindStringSubmatch(issue)
	if m == nil {
		return issue
	}
	repository, known := repositories[m[1]]
	if !known {
		repository = m[1]
	}
	text := m[1] + "#" + m[2]
	switch m[1] {
	case "kubernetes":
		text = "#" + m[2]
	case "enhancements":
		text = "KEP-" + m[2]
	}
	return fmt.Sprintf("[%s](https://github.com/%s/issues/%s)", text, repository, m[2])
}

// readme is the index page.
func readme() (string, error) {
	var b strings.Builder
	b.WriteString(opening)
	b.WriteString("\n## The index\n\n| | symptom | reported in | what became of it | play it |\n| --- | --- | --- | --- | --- |\n")
	for _, e := range catalogue() {
		links := e.reported()
		for i, issue := range links {
			links[i] = link(issue)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | `%s` |\n", e.id, e.symptom, strings.Join(links, ", "), e.became(), e.command())
	}
	b.WriteString("\n## The matrix\n\nWhat each story comes to, release by release. Letters are the images of the pods, by ordinal, in brackets where a pod is not Ready.\n\n|")
	for _, r := range release.Profiles() {
		b.WriteString(" | " + r.Version())
	}
	b.WriteString(" |\n|" + strings.Repeat(" --- |", len(release.Profiles())+1) + "\n")
	for _, e := range catalogue() {
		b.WriteString("| " + e.id)
		for _, r := range release.Profiles() {
			b.WriteString(" | " + e.word(r))
		}
		b.WriteString(" |\n")
	}
	if err := writeExample(&b); err != nil {
		return "", err
	}
	b.WriteString("\n## What helps, and what else belongs to it\n\n")
	for _, e := range catalogue() {
		fmt.Fprintf(&b, "- %s, %s\n", e.id, e.symptom)
		for _, v := range e.plays {
			fmt.Fprintf(&b, "  - %s%s: %s\n", v.name(), onReleases(v), v.word)
		}
	}
	b.WriteString("\n## Where the code contradicts the report\n\n")
	for _, e := range catalogue() {
		if e.says != "" {
			fmt.Fprintf(&b, "- %s: %s\n", e.id, e.says)
		}
	}
	b.WriteString(leftOut)
	return b.String(), nil
}

// word is that of the entry's cell for a profile; a dash says that there is nothing to play.
func (e entry) word(profile release.Release) string {
	for _, c := range e.cells {
		if c.release.Version() == profile.Version() {
			return c.word
		}
	}
	return "–"
}

// name is what a variant is called.
func (v variant) name() string {
	if v.title == "" {
		return "the same"
	}
	return v.title
}

// onReleases says on which releases a variant is played.
func onReleases(v variant) string {
	var names, others []string
	for _, r := range v.on {
		names = append(names, r.String())
	}
	for _, r := range release.Profiles() {
		if !slices.Contains(v.on, r) {
			others = append(others, r.String())
		}
	}
	switch {
	case len(names) == 0:
		return ""
	case len(others) == 0:
		return " (all releases)"
	case len(others) == len(release.Profiles())-len(names) && len(others) < len(names):
		return " (all releases but " + strings.Join(others, ", ") + ")"
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// writeExample shows an entry: its screenplay, and the story that it tells.
func writeExample(b *strings.Builder) error {
	e, title := catalogue()[0], ""
	p, err := e.screenplay(title)
	if err != nil {
		return err
	}
	c, err := e.play(title, release.V1_37)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\n## One of them\n\n```\n%s```\n\nOn the newest release, `go run ./examples/catalogue %s` tells:\n\n```\n%s```\n", strings.TrimPrefix(p.String(), "=== "+p.Title+"\n"), e.id, c.Trace())
	return nil
}

// opening is what the page begins with.
const opening = `# Problems that people have had with StatefulSets

Each entry is a problem of Kubernetes that somebody has reported, or that was found here, as a story that can be read aloud:
what was done, and what came of it. The test plays each on those of eight releases on which there is something to see, and what
helps against it, and holds them to the words of the matrix.

` + "```sh\ngo run ./examples/catalogue                     # the index\ngo run ./examples/catalogue K01                 # one of them, on the newest release\ngo run ./examples/catalogue K01 -release 1.36   # on another\ngo test ./examples/catalogue                    # all of it; -update writes this page\n```" + `

The stories are the files k01.txt and so on; the words, and what else is played, are in the file of each chapter:
rollouts.go, scaling.go, nodes.go, storage.go, dns.go, staleness.go.
`

// leftOut is what the page ends with.
const leftOut = `
## What is left out

- K34 was last in 1.26, which has no profile.
- K41 is of operators, and not of Kubernetes: a user's hands play them.
- K42 (openkruise #1062, #1134, #1530) is of other controllers than Kubernetes' own.
`
