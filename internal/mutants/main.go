// Command mutants plants errors in package policy, and some elsewhere, one at a time, and
// shows which of the project's tests finds each.
//
//	go run ./internal/mutants           # the first test that finds it
//	go run ./internal/mutants -all      # every test that finds it
//	go run ./internal/mutants condemned # only mutants with that in their names
//
// A mutant is one line of policy with something else in its place (mutants.go). It
// is compiled with the go command's -overlay, so that the tree is never touched.
// The tests, from cheap to dear, are policy's properties and tables, the
// recordings of the real controller, and the numbered cases.
//
// Others (breaches.go) break what the rules of package sim/checks are about, wherever that is
// in the code, and the check of that rule, alone, has to find it in drawn worlds.
//
// It fails if more than one mutant survives, or any of the others: a rule that can be broken
// without anybody to notice is a rule that nobody holds.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// check is one way of finding an error.
type check struct {
	name string
	test []string // arguments of go test
}

var checks = []check{
	{"properties", []string{"./policy", "-run", "TestViewIsTheReference", "-rapid.nofailfile"}},
	{"recordings", []string{"./sim", "-run", "TestRecordings", "-short"}},
	{"tables", []string{"./policy", "-rapid.nofailfile"}},
	{"cases", []string{"./sim", "-run", "TestSpec", "-short"}},
}

// survivors is how many mutants may survive.
const survivors = 1

func main() {
	all := flag.Bool("all", false, "run every check on every mutant")
	flag.Parse()
	alive, err := run(*all, flag.Args())
	if err == nil && alive > survivors {
		err = fmt.Errorf("%d mutants are alive, %d may be", alive, survivors)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(all bool, wanted []string) (alive int, err error) {
	for _, c := range append(checks, inWorlds("")) { // of the tree as it is: what fails anyway finds nothing
		fails, err := c.finds("")
		if err != nil {
			return 0, err
		}
		if fails {
			return 0, fmt.Errorf("the %s fail without a mutant", c.name)
		}
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	table := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "MUTANT\tIN\tKILLED BY")
	total := 0
	for i := range mutants {
		m := &mutants[i]
		if !m.isOneOf(wanted) {
			continue
		}
		overlay, err := m.plant(dir, filepath.Join("policy", m.file))
		if err != nil {
			return 0, err
		}
		killers, err := m.hunt(overlay, all)
		if err != nil {
			return 0, err
		}
		total++
		if len(killers) == 0 {
			alive++
			killers = []string{"nothing"}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", m.name, m.file, strings.Join(killers, ", "))
		table.Flush()
	}
	fmt.Printf("mutants: %d of %d killed\n", total-alive, total)
	return alive, breakRules(dir, wanted)
}

// draws is how often worlds are drawn for a mutant that breaks a rule of package checks.
const draws = 3

// breakRules plants what breaks the rules of package checks. It is an error if one of these
// does not notice.
func breakRules(dir string, wanted []string) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "MUTANT\tIN\tBREAKS")
	total := 0
	for i := range breaches {
		b := &breaches[i]
		if !b.isOneOf(wanted) {
			continue
		}
		overlay, err := b.plant(dir, b.file)
		if err != nil {
			return err
		}
		c, found := inWorlds(b.rule), false
		for range draws { // the worlds are other ones each time
			if found, err = c.finds(overlay); found || err != nil {
				break
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		if !found {
			return fmt.Errorf("%s, and in %s still %s", b.name, c.name, b.rule)
		}
		total++
		fmt.Fprintf(table, "%s\t%s\t%s\n", b.name, b.file, b.rule)
		table.Flush()
	}
	fmt.Printf("rules of sim/checks: %d of %d mutants found\n", total, total)
	return nil
}

func (m *mutant) isOneOf(wanted []string) bool {
	for _, w := range wanted {
		if strings.Contains(m.name, w) {
			return true
		}
	}
	return len(wanted) == 0
}

// plant writes the file with the error in it and the overlay that puts it in place.
func (m *mutant) plant(dir, file string) (overlay string, err error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.from); n != 1 {
		return "", fmt.Errorf("%s: %q stands %d times in %s, and must stand there once", m.name, m.from, n, file)
	}
	broken := filepath.Join(dir, filepath.Base(file))
	if err := os.WriteFile(broken, []byte(strings.Replace(string(source), m.from, m.to, 1)), 0o600); err != nil {
		return "", err
	}
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {path: broken}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, replace, 0o600)
}

// hunt runs the checks until one fails, or all of them.
func (m *mutant) hunt(overlay string, all bool) (killers []string, err error) {
	for _, c := range checks {
		killed, err := c.finds(overlay)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		if killed {
			killers = append(killers, c.name)
			if !all {
				break
			}
		}
	}
	return killers, nil
}

// finds reports whether the check fails. That the mutant does not compile or takes too
// long is no finding but an error.
func (c *check) finds(overlay string) (bool, error) {
	args := append([]string{"test", "-overlay", overlay, "-count=1", "-timeout=300s"}, c.test...)
	out, err := exec.Command("go", args...).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false, nil
	case !errors.As(err, &exit), strings.Contains(string(out), "[build failed]"), strings.Contains(string(out), "[setup failed]"), strings.Contains(string(out), "test timed out"):
		return false, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	default:
		return true, nil
	}
}
