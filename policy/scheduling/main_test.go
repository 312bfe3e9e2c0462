package scheduling

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws more than rapid does by itself, unless somebody asks for a number: a draw
// costs little here, and some reasons are rare.
func TestMain(m *testing.M) {
	const checks = "rapid.checks"
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == checks })
	if !asked {
		if err := flag.Set(checks, "1000"); err != nil {
			panic("scheduling: " + err.Error())
		}
	}
	os.Exit(m.Run())
}
