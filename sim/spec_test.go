package sim_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the stories of the screenplays anew")

// TestSpec plays the rules of Kubernetes that the package models, one by one:
// TestSpec/storage/T1 and so on. A case is a file
// testdata/spec/<area>/<number>-<what it is about>.txt, which holds one screenplay, or
// one for each half of the case, or it is a row of worldCases.
func TestSpec(t *testing.T) {
	for _, area := range []string{"statefulset", "releases", "storage", "pod_lifecycle", "dns"} {
		t.Run(area, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join("testdata/spec", area, "*.txt"))
			require.NoError(t, err)
			require.NotZero(t, len(files)+len(worldCases[area]))
			for _, file := range files {
				id, _, _ := strings.Cut(filepath.Base(file), "-")
				t.Run(strings.TrimLeft(id, "0"), func(t *testing.T) { checkScreenplays(t, file, *update) })
			}
			for _, row := range slices.Concat(worldCases[area]...) {
				t.Run(row.id, func(t *testing.T) { row.play(&worldPlay{t: t, rule: row.rule}) })
			}
		})
	}
}

// TestSpecIsWhole holds that no case has been lost: a missing file would be a test
// that passes.
func TestSpecIsWhole(t *testing.T) {
	for area, ranges := range map[string][][2]int{
		"statefulset": {{1, 28}, {30, 66}, {70, 76}},
	} {
		for _, r := range ranges {
			for id := r[0]; id <= r[1]; id++ {
				files, _ := filepath.Glob(fmt.Sprintf("testdata/spec/%s/%02d-*.txt", area, id))
				if len(files) != 1 {
					t.Errorf("%s/%d has %d files", area, id, len(files))
				}
			}
		}
	}
}

// TestScreenplaysCanFail holds that a wrong expectation is seen, and what is said
// of it; and that a screenplay that cannot be played does not pass.
func TestScreenplaysCanFail(t *testing.T) {
	const begin = "# A rule.\nset web replicas=2 image=A claims=www\nready all\n"
	for _, row := range []struct{ rule, script, want string }{
		{"a pod is in another phase", "expect pods 0:Ar 1:Ap", "expected  0:Ar 1:Ap\nshown     0:Ar 1:Ar"},
		{"a pod is missing", "expect pods 0:Ar 1:Ar 2:Ar", "shown     0:Ar 1:Ar"},
		{"a pod is too many", "expect pods 0:Ar", "shown     0:Ar 1:Ar"},
		{"there are pods", "expect pods none", "shown     0:Ar 1:Ar"},
		{"a pod is of another revision", "expect pods 0:Br 1:Ar", "shown     0:Ar 1:Ar"},
		{"a pod is terminating", "delete 1\nexpect pods 0:Ar 1:Ar", "shown     0:Ar 1:ArX"},
		{"a claim is owned by nobody", "expect claims www-web-0:sts www-web-1", "shown     www-web-0 www-web-1"},
		{"a revision has another number", "expect revisions A:2", "shown     A:1"},
		{"a count of the status differs", "expect status replicas=2 ready=1", "shown     replicas=2 ready=2"},
		{"a revision of the status differs", "expect status currentRevision=B", "shown     currentRevision=A"},
		{"a field does not exist", "expect status pods=2", `a status has no "pods" here`},
		{"an event has not been", "expect event SuccessfulDelete: Delete Pod web-0 in StatefulSet web successful", "shown     0, among"},
		{"an event has been once", "expect event 2 SuccessfulCreate: Create Pod web-0 in StatefulSet web successful", "shown     1, among"},
		{"an event has been", "expect no event SuccessfulCreate", "SuccessfulCreate: Create Claim www-web-0"},
		{"there is no error", "expect error injected", "shown     none"},
		{"there is an error", "force 1\nfailwrite create Pod\nsync\nexpect no error", "shown     injected failure"},
		{"the set is there", "expect no set", "it is there"},
		{"a label has another value", "expect label web-0 app=x", "shown     app=web"},
		{"a label is there", "expect no label web-0 app", "it has the label"},
		{"a rollout is not done", "image B\nstatus\n> Waiting for statefulset spec update to be observed...\nexpect done", "shown     false"},
		{"kubectl says something else", "status\n> Waiting", "shown     partitioned roll out complete: 2 new pods have been updated..."},
		{"what kubectl says must be read", "status\nsync", "the next line must repeat"},
		{"all that kubectl says must be read", "history\n> statefulset.apps/web\nsync", "has more to say"},
		{"nothing more is said", "scale 3\n> scaled", "says no more"},
		{"a refused command must be noticed", "gone 0\nsync", "is not being deleted"},
		{"an unknown command", "explode", `there is no command "explode"`},
		{"an unknown expectation", "expect rain", `nobody can expect "rain"`},
		{"a field of the spec that is no number", "edit replicas=many", "invalid syntax"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			_, err := parseScreenplays(begin + row.script + "\n")[0].play()
			require.ErrorContains(t, err, row.want)
			require.ErrorContains(t, err, "the screenplay so far\n  # A rule.")
			require.ErrorContains(t, err, " is ready\n", "the end of the story")
		})
	}
}

// TestScreenplayFiles holds what the marks of a file mean.
func TestScreenplayFiles(t *testing.T) {
	const text = "=== one\n# First rule,\n# in two lines.\nset web image=A\n----\nold story\n=== two\n# Second rule.\nskip not yet\n"
	plays := parseScreenplays(text)
	require.Len(t, plays, 2)
	require.Equal(t, text, formatScreenplays(plays))
	require.Equal(t, "First rule, in two lines.", plays[0].rule())
	require.Equal(t, "old story\n", plays[0].story)
	require.Empty(t, plays[0].skipped())
	require.Equal(t, "not yet", plays[1].skipped())
	require.Equal(t, 8, plays[1].line)
	require.False(t, plays[1].narrated)

	story, err := plays[0].play()
	require.NoError(t, err)
	plays[0].story = story
	require.Equal(t, strings.Replace(text, "old story\n", "+0.000s  you  kubectl create sts/web\n+0.000s  web  statefulset created\n", 1),
		formatScreenplays(plays), "only what is below the mark is written anew")
}
