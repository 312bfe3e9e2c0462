package ordinal

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README shows nothing that is not so: each block of Go is in a file that is
// compiled and tested, and each block of output is printed by a command that it
// names.
func TestREADME(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the README's commands")
	}
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	read := func(name string) string {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		return string(data)
	}
	source := read("examples/canary/main.go") + read("examples/canary/quorum_test.go") + read("examples/upgrade/main.go")
	printed := run(t, "run", "./examples/quickstart") +
		run(t, "run", "./examples/quickstart", "-f", "examples/quickstart/web.yaml") +
		run(t, "run", "./examples/canary") +
		run(t, "run", "./examples/upgrade") +
		run(t, "run", "./examples/split-brain") +
		run(t, "run", "./examples/mysql") +
		run(t, "run", "./examples/search") +
		run(t, "run", "./examples/catalogue") +
		run(t, "run", "./examples/sweep") +
		run(t, "test", "./sim", "-count=1", "-run", "TestRecordings", "-v")
	blocks := 0
	for language, block := range fences(string(readme)) {
		switch language {
		case "go":
			require.Contains(t, source, block)
		case "":
			require.Contains(t, printed, block)
		case "sh":
			continue // the commands: .ci/run runs them
		default:
			t.Errorf("a block of %q is not tested", language)
		}
		blocks++
	}
	require.GreaterOrEqual(t, blocks, 10)
}

// run runs the go command.
func run(t *testing.T, args ...string) string {
	out, err := exec.Command("go", args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// fences yields the fenced blocks of a Markdown text, with their languages.
func fences(text string) func(func(language, block string) bool) {
	return func(yield func(string, string) bool) {
		parts := strings.Split("\n"+text, "\n```")
		for i := 1; i < len(parts); i += 2 {
			language, block, _ := strings.Cut(parts[i], "\n")
			if !yield(language, strings.TrimSpace(block)) {
				return
			}
		}
	}
}
