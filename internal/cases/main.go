// Command cases counts the numbered cases: what is known of Kubernetes, rule by rule,
// and which tests play it. It writes them into the README, and fails if one is missing
// or does not pass.
//
//	go run ./internal/cases          # writes what stands between the marks in README.md
//	go run ./internal/cases -check   # fails if the README says something else
//
// A case is a subtest TestSpec/<area>/<number>, in whatever package can play it: as a row
// of a table where a pure function decides, as a story of a whole world where time and
// several controllers have to do with it, and often as both. The tables below say which
// numbers there are, so that a case that is lost is seen.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// area is a part of what is known.
type area struct {
	name, about string
	numbers     []numbers
}

// numbers are cases with consecutive numbers: P40 to P51.
type numbers struct {
	letter      string
	first, last int
}

var areas = []area{
	{"statefulset", "the StatefulSet controller", []numbers{{"", 1, 28}, {"", 30, 66}, {"", 70, 76}}},
	{"validation", "what the API server refuses", []numbers{
		{"V", 1, 34}, {"U", 1, 9}, {"P", 1, 9}, {"W", 1, 15}, {"C", 1, 13}, {"Q", 1, 8}, {"K", 1, 5},
	}},
	{"storage", "claims and volumes", []numbers{{"S", 1, 35}, {"T", 1, 21}, {"N", 1, 11}}},
	{"dns", "endpoints, names and caches", []numbers{{"D", 1, 24}, {"D", 30, 43}, {"D", 50, 76}, {"D", 80, 89}}},
	{"pod_lifecycle", "pods, kubelets, nodes, evictions, Deployments, autoscaling", []numbers{
		{"P", 1, 30}, {"P", 40, 51}, {"P", 60, 68}, {"P", 70, 77},
	}},
}

const (
	beginMark = "<!-- cases: written by internal/cases -->\n"
	endMark   = "<!-- end of cases -->"
)

func main() {
	readme := flag.String("readme", "README.md", "the file to write into")
	check := flag.Bool("check", false, "fail if the file says something else, and write nothing")
	flag.Parse()
	if err := run(*readme, *check); err != nil {
		fmt.Fprintln(os.Stderr, "cases:", err)
		os.Exit(1)
	}
}

func run(readme string, check bool) error {
	played, err := play()
	if err != nil {
		return err
	}
	page, err := render(played)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(data), beginMark)
	old, after, ok2 := strings.Cut(rest, endMark)
	switch {
	case !ok || !ok2:
		return fmt.Errorf("%s has no place between %q and %q", readme, beginMark, endMark)
	case old == page:
		return nil
	case check:
		return fmt.Errorf("%s does not say what the tests say:\n%s", readme, page)
	}
	return os.WriteFile(readme, []byte(before+beginMark+page+endMark+after), 0o644)
}

// tests are the tests of one case in one package.
type tests struct {
	id      string // "storage/S14"
	in      string // the package
	subtest string // "S14-class"
}

// caseName finds the case in the name of a test. What follows the number tells the
// halves of a case apart.
var caseName = regexp.MustCompile(`^TestSpec/([a-z_]+)/([A-Z]?[0-9]+)([^/]*)$`)

// play runs all cases that there are.
func play() ([]tests, error) {
	command := exec.Command("go", "test", "./...", "-run", "^TestSpec$", "-json")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	var played []tests
	var failed []string
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var event struct{ Action, Package, Test string }
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			continue
		}
		match := caseName.FindStringSubmatch(event.Test)
		switch {
		case match == nil:
		case event.Action == "fail" || event.Action == "skip":
			failed = append(failed, event.Package+" "+event.Test+": "+event.Action)
		case event.Action == "pass":
			in := event.Package[strings.Index(event.Package, "ordinal-sim/ordinal/")+len("ordinal-sim/ordinal/"):]
			played = append(played, tests{match[1] + "/" + match[2], in, event.Test})
		}
	}
	if len(failed) > 0 || err != nil {
		return nil, fmt.Errorf("%w\n%s%s", errors.Join(err, errors.New("not all cases pass")), strings.Join(failed, "\n"), stderr.Bytes())
	}
	return played, nil
}

// render makes the page; the error names the cases that nobody plays.
func render(played []tests) (string, error) {
	var b strings.Builder
	b.WriteString("| what is known of | cases | rows and stories that play them |\n|---|---|---|\n")
	var missing []string
	for _, a := range areas {
		cases, byPackage := 0, map[string]int{}
		for _, n := range a.numbers {
			for i := n.first; i <= n.last; i++ {
				id := a.name + "/" + n.letter + strconv.Itoa(i)
				if !slices.ContainsFunc(played, func(t tests) bool { return t.id == id }) {
					missing = append(missing, id)
				}
				cases++
			}
		}
		for _, t := range played {
			if strings.HasPrefix(t.id, a.name+"/") {
				byPackage[t.in]++
			}
		}
		var in []string
		for name := range byPackage {
			in = append(in, name)
		}
		slices.Sort(in)
		for i, name := range in {
			in[i] = fmt.Sprintf("%d in `%s`", byPackage[name], name)
		}
		fmt.Fprintf(&b, "| %s: `TestSpec/%s` | %d | %s |\n", a.about, a.name, cases, strings.Join(in, ", "))
	}
	if len(missing) > 0 {
		return "", fmt.Errorf("nobody plays %s", strings.Join(missing, " "))
	}
	return b.String(), nil
}
