package rollout

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/internal/drawn"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
)

// histories is how many are played (and how often each other property is tried) unless the flag -rapid.checks says otherwise.
const histories = 1000

// TestMain sets the clock on kubectl's wall to UTC, which is where Ordinal's is, and
// the number of histories.
func TestMain(m *testing.M) {
	time.Local = time.UTC
	drawn.Checks(histories)
	os.Exit(m.Run())
}

// probesAgree reports whether kubectl names the thresholds of a probe as sim does.
func probesAgree() bool {
	version := kubectlVersion()
	return !strings.HasPrefix(version, "1.35.") && !strings.HasPrefix(version, "1.36.")
}

// asked counts the questions, and what they led to.
type asked struct {
	histories int
	questions map[string]int
	outcomes  map[string]int
}

// judge compares two answers to one question. It tells what differs; "" if nothing.
func (a *asked) judge(question string, ours, theirs answer) string {
	a.questions[question]++
	a.outcomes[question+": "+outcome(theirs)]++
	same := ours.says == theirs.says && ours.done == theirs.done && ours.template == theirs.template &&
		fmt.Sprint(ours.err) == fmt.Sprint(theirs.err)
	if same {
		return ""
	}
	return fmt.Sprintf("%s\n  Ordinal: %v\n  kubectl: %v", question, ours, theirs)
}

// outcome is an answer without what is of one set or revision only: its words, up
// to the first line's end.
func outcome(a answer) string {
	text := a.says
	if a.err != nil {
		text = "error " + a.err.Error()
	}
	first, rest, _ := strings.Cut(strings.TrimSuffix(text, "\n"), "\n")
	if strings.HasPrefix(first, "statefulset.apps/web") && (first == "statefulset.apps/web " || strings.Contains(first, "#")) {
		first, _, _ = strings.Cut(rest, "\n")
	}
	words := strings.Fields(first)
	words = slices.DeleteFunc(words, func(w string) bool { return strings.ContainsAny(w, "-0123456789") })
	return strings.Join(words, " ")
}

// TestRollout plays histories, and asks kubectl and Ordinal the same after each step.
func TestRollout(t *testing.T) {
	a := &asked{questions: map[string]int{}, outcomes: map[string]int{}}
	rapid.Check(t, func(r *rapid.T) {
		s := newStory(r)
		for range rapid.IntRange(1, 16).Draw(r, "steps") {
			a.ask(t, s)
			s.step()
		}
		a.ask(t, s)
		a.histories++
	})
	a.tell(t)
	a.report(t)
	for _, want := range interesting {
		if a.outcomes[want] == 0 && a.histories >= histories {
			t.Errorf("in %d histories kubectl never came to say: %s", a.histories, want)
		}
	}
}

// interesting are the outcomes that so many histories must reach, each in words of
// kubectl: otherwise nothing has been compared.
var interesting = []string{
	"status: Waiting for statefulset spec update to be observed...",
	"status: Waiting for pods to be ready...",
	"status: Waiting for partitioned roll out to finish: out of new pods have been updated...",
	"status: partitioned roll out complete: new pods have been updated...",
	"status: waiting for statefulset rolling update to complete pods at revision",
	"status: statefulset rolling update complete pods at revision",
	"status: error rollout status is only available for RollingUpdate strategy type",
	"history: No rollout history found.",
	"history: REVISION",
	"history --revision: Pod Template:",
	"history --revision: error unable to find the specified revision",
	"undo: statefulset.apps/web rolled back",
	"undo: statefulset.apps/web skipped rollback (current template already matches revision",
	"undo: error no last revision to roll back to",
	"undo: error unable to find specified revision in history",
	"undo --dry-run: statefulset.apps/web will roll back to Pod Template:",
	"restart: statefulset.apps/web restarted",
	"restart: error restarted twice within a second",
	"pause: error pausing is not supported",
	"resume: error resuming is not supported",
}

// ask asks everything, and fails with the history at the first difference.
func (a *asked) ask(t *testing.T, s *story) {
	objects, err := s.exported()
	s.must(err)
	now := s.c.Now().Time()
	ask := func() *kubectl { return newKubectl(objects) }
	view, to, dry := s.drawRevision(), s.drawRevision(), s.drawRevision()

	differences := []string{
		a.judge("status", s.status(), ask().status()),
		a.judge("history", s.history(0), ask().history(0)),
		a.judge("undo", s.undo(0), ask().undo(0, cmdutil.DryRunNone)),
		a.judge("undo", s.undo(to), ask().undo(to, cmdutil.DryRunNone)),
		a.judge("undo --dry-run", s.dryRun(dry), ask().undo(dry, cmdutil.DryRunClient)),
		a.judge("restart", shorten(s.restart()), ask().restart(t, now)),
		a.judge("pause", refused(s.c.RolloutPause(web)), ask().pause()),
		a.judge("resume", refused(s.c.RolloutResume(web)), ask().resume()),
		a.templates(s, ask()),
	}
	if view > 0 { // of a negative one the command itself says what is wrong
		differences = append(differences, a.judge("history --revision", s.history(view), ask().history(view)))
	}
	for _, d := range differences {
		if d != "" {
			s.t.Fatalf("%s\n%s", d, s)
		}
	}
}

// What the commands add to a refusal: see TestWordsOfTheCommands.
const (
	twice   = `failed to create patch for web: if restart has already been triggered within the past second, please wait before attempting to trigger another`
	refuses = `statefulsets.apps "web" `
)

// shorten and refused take what the commands add off Ordinal's answer.
func shorten(a answer) answer {
	if a.err != nil && a.err.Error() == twice {
		return refusal(errTwice)
	}
	return a
}

func refused(err error) answer {
	rest, ok := strings.CutPrefix(err.Error(), refuses)
	if !ok {
		return refusal(err)
	}
	return refusal(fmt.Errorf("%s", rest))
}

// templates compares the template of every revision with what kubectl makes of it.
func (a *asked) templates(s *story, k *kubectl) string {
	a.questions["history -o"]++
	theirs, err := k.templates()
	s.must(err)
	ours := map[int64]string{}
	for _, r := range s.revisions() {
		object, err := manifest.ToAPI(&model.StatefulSet{Spec: model.StatefulSetSpec{Template: r.Template}})
		s.must(err)
		ours[r.Revision] = jsonOf(object.(*appsv1.StatefulSet).Spec.Template)
	}
	if len(ours) != len(theirs) {
		return fmt.Sprintf("history -o: Ordinal has %d revisions, kubectl %d", len(ours), len(theirs))
	}
	for number, template := range theirs {
		if got := jsonOf(template); got != ours[number] {
			return fmt.Sprintf("history -o: the template of revision %d\n  Ordinal: %s\n  kubectl: %s", number, ours[number], got)
		}
	}
	return ""
}

// tell prints what was asked.
func (a *asked) tell(t *testing.T) {
	total := 0
	for _, question := range sorted(a.questions) {
		total += a.questions[question]
	}
	t.Logf("kubectl %s: %d histories, %d questions, no difference", kubectlVersion(), a.histories, total)
	for _, question := range sorted(a.questions) {
		t.Logf("%7d %s", a.questions[question], question)
	}
	for _, o := range sorted(a.outcomes) {
		t.Logf("%7d %s", a.outcomes[o], o)
	}
}

// report writes the numbers to the directory that ORDINAL_REPORT names.
func (a *asked) report(t *testing.T) {
	require.NoError(t, drawn.Report("rollout", kubectlVersion(), map[string]any{
		"version": kubectlVersion(), "histories": a.histories, "questions": a.questions, "outcomes": a.outcomes,
		"differences": 0, // the first difference fails the test, and there is no report
	}))
}

func sorted(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
