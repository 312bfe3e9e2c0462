package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model/release"
)

var update = flag.Bool("update", false, "write README.md")

// TestCatalogue plays each entry on each release, and what helps: each comes to the word that
// the matrix has for it.
func TestCatalogue(t *testing.T) {
	for _, e := range catalogue() {
		t.Run(e.id, func(t *testing.T) {
			words := map[string]bool{} // that the entry's own look has said
			for _, cell := range e.cells {
				t.Run(cell.release.String(), func(t *testing.T) {
					words[comesTo(t, e, "", e.look, cell.release, cell.word)] = true
				})
			}
			for _, v := range e.plays {
				look := v.look
				if look == nil {
					look = e.look
				}
				for _, r := range v.releases() {
					t.Run(strings.TrimSpace(v.title+" "+named(v, r)), func(t *testing.T) {
						word := comesTo(t, e, v.title, look, r, v.word)
						if v.look == nil {
							words[word] = true
						}
					})
				}
			}
			require.True(t, t.Failed() || len(words) > 1, "whatever happens, it comes to the same: %v", words)
		})
	}
}

// comesTo plays a play, and requires what it comes to.
func comesTo(t *testing.T, e entry, title string, look look, r release.Release, want string) string {
	c, err := e.play(title, r)
	if err != nil && c != nil {
		t.Log(c.Trace())
	}
	require.NoError(t, err)
	got := look(c)
	if got != want {
		t.Log(c.Trace())
	}
	require.Equal(t, want, got)
	return got
}

// named is the release as part of a test's name; a play of the newest alone needs none.
func named(v variant, r release.Release) string {
	if len(v.on) == 0 {
		return ""
	}
	return r.String()
}

// TestScreenplays: each has a rule and is played, and each entry has all that it needs.
func TestScreenplays(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range catalogue() {
		require.False(t, seen[e.id], "%s is there twice", e.id)
		seen[e.id] = true
		require.NotEmpty(t, e.symptom, e.id)
		require.NotEmpty(t, e.cells, e.id)
		titles := map[string]bool{}
		for _, title := range e.titles() {
			titles[e.titleOf(title)] = true
		}
		plays, err := e.screenplays()
		require.NoError(t, err, e.id)
		for _, p := range plays {
			require.NotEmpty(t, p.Rule(), p.Title)
			require.True(t, titles[p.Title], "nobody plays %q", p.Title)
			require.False(t, p.Narrated, "%s: the story differs from release to release", p.Title)
		}
		require.Len(t, plays, len(titles), e.id)
	}
	for i := range 42 {
		id := fmt.Sprintf("K%02d", i+1)
		require.True(t, seen[id] || strings.Contains(leftOut, "\n- "+id+" "), "nothing says why %s is left out", id)
	}
	files, err := texts.ReadDir(".")
	require.NoError(t, err)
	require.Len(t, files, len(seen), "a file is no entry's")
}

// TestREADME: the index page says what the test has seen.
func TestREADME(t *testing.T) {
	want, err := readme()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("README.md", []byte(want), 0o644))
	}
	got, err := os.ReadFile("README.md")
	require.NoError(t, err)
	require.Equal(t, want, string(got), "go test ./examples/catalogue -update writes it anew")
}

// TestRun: what the command prints.
func TestRun(t *testing.T) {
	prints := func(args ...string) string {
		var out bytes.Buffer
		require.NoError(t, run(&out, args))
		return out.String()
	}
	require.Contains(t, prints(), "K02  ")
	require.Contains(t, prints("k01"), "It comes to this: stuck.\n\nrollout of web waits for web-2, ")
	require.Contains(t, prints("K08"), "The report is not all right: the permanent mixture")
	require.Contains(t, prints("K02", "-release", "1.35.0"), "On Kubernetes 1.35.0:\n\n+0.0s")
	require.Contains(t, prints("K01", "-play", "remedy: delete the pod"), "It comes to this: ok.")
	for says, args := range map[string][]string{
		"there is no entry K00":           {"K00"},
		"there is no profile":             {"K01", "-release", "1.1"},
		`K01 has no play "remedy: wait"`:  {"K01", "-play", "remedy: wait"},
		"flag provided but not defined: ": {"K01", "-nothing"},
	} {
		require.ErrorContains(t, run(&bytes.Buffer{}, args), says)
	}
}
