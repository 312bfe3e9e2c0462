// Package drawn is what tests have in common that draw many cases with rapid: how many they
// draw, and where they leave the numbers for whoever does not read their logs.
package drawn

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// Checks makes rapid draw so many cases for each property, unless somebody has asked for
// another number. It is called by TestMain, before the tests.
func Checks(n int) {
	const checks = "rapid.checks"
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == checks })
	if asked {
		return
	}
	if err := flag.Set(checks, fmt.Sprint(n)); err != nil {
		panic("drawn: " + err.Error())
	}
}

// Report leaves the counts of a comparison with a version of somebody's code as JSON in the
// folder that ORDINAL_REPORT names, for the table of the README. It does nothing if there
// is none.
func Report(comparison, version string, counts any) error {
	folder := os.Getenv("ORDINAL_REPORT")
	if folder == "" {
		return nil
	}
	text, err := json.MarshalIndent(counts, "", "  ")
	if err != nil {
		return fmt.Errorf("drawn: %s: %w", comparison, err)
	}
	return os.WriteFile(filepath.Join(folder, comparison+"-"+version+".json"), append(text, '\n'), 0o644)
}
