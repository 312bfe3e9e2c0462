package objects

import (
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/klog/v2"

	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/internal/drawn"
	"github.com/ordinal-sim/ordinal/model"
)

// score is what was compared of one kind.
type score struct {
	Kind        model.Kind `json:"kind"`
	Drawn       int        `json:"drawn"`
	Valid       int        `json:"valid"`
	Invalid     int        `json:"invalid"`
	Errors      int        `json:"errors"`      // lines of Kubernetes that Ordinal was held against
	Rules       int        `json:"rules"`       // different ones, apart from names, numbers and places
	Differences int        `json:"differences"` // while it shrinks one, rapid finds it again and again

	rules map[string]int
}

// counts are the counts of this run. The tests of this package run one after the
// other.
var counts = map[model.Kind]*score{}

// tally counts a comparison.
func tally(kind model.Kind, kubernetes verdict, differ bool) {
	c := counts[kind]
	if c == nil {
		c = &score{Kind: kind, rules: map[string]int{}}
		counts[kind] = c
	}
	c.Drawn++
	if len(kubernetes.errs) == 0 {
		c.Valid++
	} else {
		c.Invalid++
	}
	if differ {
		c.Differences++
	}
	for _, line := range oneForm(kubernetes.errs, placed) {
		c.Errors++
		c.rules[ruleOf(line)]++
	}
	c.Rules = len(c.rules)
}

var (
	place  = regexp.MustCompile(`\[\d+\]`)
	quoted = regexp.MustCompile(`(: (?:Invalid value|Unsupported value|Duplicate value|Not found): ).*?(: [a-z'` + "`" + `]|$)`)
	number = regexp.MustCompile(`\d+`)
)

// ruleOf is a line of an error without what is particular to one object.
func ruleOf(line string) string {
	line, _, _ = strings.Cut(line, ", found new finalizers ")
	line = quoted.ReplaceAllString(place.ReplaceAllString(line, "[]"), "$1…$2")
	return number.ReplaceAllString(line, "0")
}

// tell prints what was compared of a kind, and requires that it was worth it: if
// nearly all objects were valid, or nearly none, little was asked.
func tell(t *testing.T, kind model.Kind) {
	c := counts[kind]
	t.Logf("Kubernetes %s: %d objects of kind %s, %d valid and %d invalid; %d errors of %d rules; %d differences",
		version.Kubernetes(), c.Drawn, kind, c.Valid, c.Invalid, c.Errors, c.Rules, c.Differences)
	if testing.Verbose() {
		for _, rule := range slices.Sorted(maps.Keys(c.rules)) {
			t.Logf("%6d %s", c.rules[rule], rule)
		}
	}
	if c.Drawn >= 1000 {
		require.Greater(t, c.Valid, c.Drawn/4, "a good part is valid")
		require.Greater(t, c.Invalid, c.Drawn/4, "a good part is invalid")
	}
}

// TestMain draws more objects than rapid does by itself, unless somebody asks for
// a number, and leaves a report.
func TestMain(m *testing.M) {
	drawn.Checks(2000)
	klog.LogToStderr(false) // the registry logs every error that is said twice
	klog.SetOutput(io.Discard)
	code := m.Run()
	if err := report(); err != nil {
		fmt.Fprintln(os.Stderr, "objects:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// report writes the counts to the directory that ORDINAL_REPORT names.
func report() error {
	if len(counts) == 0 {
		return nil
	}
	kinds := slices.SortedFunc(maps.Values(counts), func(a, b *score) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	return drawn.Report("objects", version.Kubernetes(), map[string]any{"version": version.Kubernetes(), "kinds": kinds})
}
