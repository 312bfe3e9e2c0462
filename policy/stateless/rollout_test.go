package stateless

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The tables about Deployments speak a small language. A Deployment is words: "3 surge=1
// unavailable=0" is one of three replicas; "Recreate", "paused", "limit=2" (of the history),
// "template=B" (A if it is not said), "deadline=30", "progress=paused" (created, updated,
// complete, late: the reason of its condition Progressing, which was last updated 10 s ago),
// "rev=1" (its annotation; that of the ReplicaSet of its template if it is not said),
// "generation=2" (of which the first is observed).
//
// Its ReplicaSets are words too: "A=3/2" is the one of template A, with three replicas, of which
// two are available. More may follow: ":4" its pods, if they are not as many as replicas;
// "~5" its annotation desired-replicas, if that is not the Deployment's; "^0" its annotation max-replicas; "#7" its revision,
// if that is not 1 for A, 2 for B; "!" a failure to create pods; "+1" one pod more that
// has not ended. The first is the oldest.
type rolloutRow struct {
	rule       string
	deployment string
	sets       string
	steps      string
	wait       string
}

var reasonWords = map[string]Reason{
	"paused": DeploymentPaused, "resumed": DeploymentResumed, "created": NewReplicaSetCreated, "updated": ReplicaSetUpdated,
	"complete": NewReplicaSetAvailable, "late": ProgressDeadlineExceeded,
}

func value(text string) *model.IntOrString {
	v := model.FromString(text)
	if !strings.HasSuffix(text, "%") {
		var n int32
		_, _ = fmt.Sscan(text, &n)
		v = model.FromInt(n)
	}
	return &v
}

func (r rolloutRow) parse() (Deployment, []Set) {
	spec := &model.DeploymentSpec{Strategy: model.DeploymentStrategy{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateDeployment{}}}
	d := Deployment{Name: 1, UID: 1, Generation: 1, Spec: spec, Template: 'A', Revision: -1}
	d.Status.ObservedGeneration = 1
	number := func(text string) (n int32) {
		_, err := fmt.Sscan(text, &n)
		if err != nil {
			panic("stateless: test row: " + text)
		}
		return n
	}
	for word := range strings.FieldsSeq(r.deployment) {
		key, text, _ := strings.Cut(word, "=")
		switch key {
		case "surge":
			spec.Strategy.RollingUpdate.MaxSurge = value(text)
		case "unavailable":
			spec.Strategy.RollingUpdate.MaxUnavailable = value(text)
		case "Recreate":
			spec.Strategy = model.DeploymentStrategy{Type: model.Recreate}
		case "paused":
			spec.Paused = true
		case "deleting":
			d.Deleting = true
		case "limit":
			n := number(text)
			spec.RevisionHistoryLimit = &n
		case "minReady":
			spec.MinReadySeconds = number(text)
		case "template":
			d.Template = policy.Template(text[0])
		case "deadline":
			n := number(text)
			spec.ProgressDeadlineSeconds = &n
		case "generation":
			d.Generation = int64(number(text))
		case "rev":
			d.Revision = int64(number(text))
		case "cause":
			d.Annotations = model.Labels{"cause": text}
		case "progress":
			c := Condition{Type: Progressing, Status: True, Reason: reasonWords[text], Updated: testNow.Add(-10 * time.Second)}
			if text == "late" {
				c.Status = False
			}
			d.Status.Conditions.set(c)
		default:
			n := number(word)
			spec.Replicas = &n
		}
	}
	sets := r.parseSets(&d)
	d.Proposed = nameOf(d.Template)
	for i := range sets {
		if s := &sets[i]; s.Template == d.Template && d.Revision < 0 {
			d.Revision = s.Revision
		}
		d.Status.Replicas += sets[i].Status.Replicas
		d.Status.Available += sets[i].Status.Available
		d.Status.Ready += sets[i].Status.Ready
		if sets[i].Template == d.Template {
			d.Status.Updated = sets[i].Status.Replicas
		}
	}
	d.Revision = max(0, d.Revision)
	return d, sets
}

func nameOf(t policy.Template) model.Symbol { return model.Symbol(t) }

func (r rolloutRow) parseSets(d *Deployment) (sets []Set) {
	surge, _ := d.bounds()
	for i, word := range strings.Fields(r.sets) {
		letter, rest, _ := strings.Cut(word, "=")
		s := Set{
			Handle: int32(i), Name: nameOf(policy.Template(letter[0])), Text: letter, UID: model.UID(10 + i), Created: model.Instant(i), Generation: 1,
			Template: policy.Template(letter[0]), Revision: int64(letter[0]-'A') + 1, Desired: d.replicas(), Most: d.replicas() + surge,
			MinReady: d.Spec.MinReadySeconds,
		}
		pods, extra := int32(-1), int32(0)
		s.Replicas, rest = leading(rest)
		for rest != "" {
			var n int32
			mark := rest[0]
			n, rest = leading(rest[1:])
			switch mark {
			case '/':
				s.Status.Available = n
			case ':':
				pods = n
			case '~':
				s.Desired, s.Most = n, n+surge
			case '^':
				s.Most = n
			case '#':
				s.Revision = int64(n)
			case '+':
				extra = n
			case '!':
				s.Status.Failure = Failure{FailedCreate, 9, testNow}
			default:
				panic("stateless: test row: " + word)
			}
		}
		if pods < 0 {
			pods = s.Replicas
		}
		s.Status.ObservedGeneration, s.Status.Replicas, s.Status.Ready, s.Alive = 1, pods, s.Status.Available, pods+extra
		sets = append(sets, s)
	}
	return sets
}

// leading reads a number, 0 if there is none.
func leading(text string) (n int32, rest string) {
	for text != "" && text[0] >= '0' && text[0] <= '9' {
		n, text = 10*n+int32(text[0]-'0'), text[1:]
	}
	return n, text
}

var becauseWords = map[Because]string{
	NewTemplate: "NewTemplate", Surge: "Surge", Shrink: "Shrink", Unhealthy: "Unhealthy", Replaced: "Replaced", Resize: "Resize",
	Proportional: "Proportional", Saturated: "Saturated", Stop: "Stop", Start: "Start", Renumber: "Renumber", Follow: "Follow",
	TooOld: "TooOld", Paused: "Paused", Deleting: "Deleting", Lagging: "Lagging", NewPods: "NewPods", OldPods: "OldPods",
	DeadlinePassed: "DeadlinePassed",
}

// readRollout renders steps; writing the status is left out.
func readRollout(out *Rollout, sets []Set) string {
	var words []string
	for _, s := range out.Steps {
		name := ""
		if s.Do != CreateSet && s.Handle >= 0 {
			name = sets[s.Handle].Text
		}
		switch s.Do {
		case CreateSet:
			words = append(words, fmt.Sprintf("create %d, revision %d", s.Replicas, s.Revision))
		case ScaleSet:
			words = append(words, fmt.Sprintf("%s %d->%d %s", name, s.From, s.Replicas, becauseWords[s.Because]))
		case AnnotateSet:
			words = append(words, fmt.Sprintf("%s revision %d %s", name, s.Revision, becauseWords[s.Because]))
		case DeleteSet:
			words = append(words, "delete "+name)
		}
	}
	if out.Conflict {
		words = append(words, "conflict")
	}
	return strings.Join(words, ", ")
}

func checkRollouts(t *testing.T, rows []rolloutRow) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.rule, func(t *testing.T) {
			d, sets := r.parse()
			var out Rollout
			Plan(&d, sets, testNow, &out)
			require.Equal(t, r.steps, readRollout(&out, sets), "steps of %s | %s", r.deployment, r.sets)
			wait := becauseWords[out.Wait.Because]
			if out.Wait.Handle >= 0 {
				wait += " " + sets[out.Wait.Handle].Text
			}
			require.Equal(t, r.wait, wait, "wait of %s | %s", r.deployment, r.sets)
		})
	}
}

// Source: pkg/controller/deployment/rolling.go.
func TestRolling(t *testing.T) {
	checkRollouts(t, []rolloutRow{
		{"a new Deployment gets a ReplicaSet of all its pods", "3 surge=1", "", "create 3, revision 1, conflict", ""},
		{"surge 1: one pod more than asked for", "3 surge=1 template=B", "A=3/3", "create 1, revision 2, conflict", ""},
		{"no surge: the new ReplicaSet is created empty, and old pods go at once", "3 unavailable=1 template=B", "A=3/3", "create 0, revision 2, A 3->2 Replaced, conflict", ""},
		{"nothing moves before the new pod is available", "3 surge=1 template=B", "A=3/3 B=1/0", "", "NewPods B"},
		{"an available new pod lets an old one go", "3 surge=1 template=B", "A=3/3 B=1/1", "A 3->2 Replaced", ""},
		{"the place of the old one is taken by a new one", "3 surge=1 template=B", "A=2/2 B=1/1", "B 1->2 Surge", ""},
		{"up comes before down: never both in one sync", "4 surge=1 unavailable=1 template=B", "A=3/3 B=1/1", "B 1->2 Surge", ""},
		{"percentages: the surge is rounded up, the unavailable down", "3 surge=25% unavailable=25% template=B", "A=3/3", "create 1, revision 2, conflict", ""},
		{"both would be 0: one may be unavailable", "3 surge=0% unavailable=25% template=B", "A=3/3 B=0/0", "A 3->2 Replaced", ""},
		{"not more are unavailable than there are replicas", "2 unavailable=5 template=B", "A=2/2 B=0/0", "A 2->0 Replaced", ""},
		{"several old ones: the oldest go first", "4 unavailable=2 template=C", "A=2/2 B=2/2 C=0/0", "A 2->0 Replaced", ""},
		{"old pods that are not available go first, though a younger ReplicaSet's", "4 unavailable=2 template=C", "A=2/2 B=2/1 C=0/0", "B 2->1 Unhealthy, A 2->1 Replaced", ""},
		{"old pods that are not available go only as far as that makes nothing worse", "10 surge=3 unavailable=2 template=B", "A=8/7 B=5/0", "", "NewPods B"},
		{"going back: the broken pods go at once", "10 surge=3 unavailable=2 template=A", "A=8/7#3 B=5/0", "B 5->1 Unhealthy", ""},
		{"an old ReplicaSet that has not followed yet holds up all old ones", "4 unavailable=2 template=C", "A=1/2:2 B=2/2 C=1/1", "", "Lagging A"},
		{"more new pods than asked for", "3 surge=1 template=B", "A=0/0 B=5/5~3", "B 5->3 Shrink", ""},
		{"complete", "3 surge=1 template=B", "A=0/0 B=3/3", "", ""},
		{"a broken version: surge pods, and there it stays", "3 surge=1 deadline=5 progress=late template=B", "A=3/3 B=1/0", "", "DeadlinePassed B"},
		{"the status of a ReplicaSet is not that of its spec yet", "3 surge=1 template=B", "A=2/3:3 B=1/1", "B 1->2 Surge", ""},
	})
}

// Source: pkg/controller/deployment/recreate.go.
func TestRecreate(t *testing.T) {
	checkRollouts(t, []rolloutRow{
		{"all old pods go", "3 Recreate template=C", "A=2/2 B=1/1", "A 2->0 Stop, B 1->0 Stop", "OldPods"},
		{"while they count, nothing comes", "3 Recreate template=B", "A=0/0:2", "", "OldPods A"},
		{"while they are on their way out, nothing comes", "3 Recreate template=B", "A=0/0+1", "", "OldPods A"},
		{"they are gone: all new ones at once", "3 Recreate template=B", "A=0/0", "create 3, revision 2, conflict", ""},
		{"a ReplicaSet of the template that is there grows", "3 Recreate template=A", "A=0/0#3 B=0/0", "A 0->3 Start", ""},
	})
}

// Source: pkg/controller/deployment/sync.go, scale.
func TestResize(t *testing.T) {
	checkRollouts(t, []rolloutRow{
		{"the only ReplicaSet follows", "5 surge=1", "A=3/3~3", "A 3->5 Resize", ""},
		{"scaled to 0", "0 surge=1", "A=3/3~3", "A 3->0 Resize", ""},
		{"up from 0 is no scaling event but room to grow", "5 surge=1", "A=0/0~0", "A 0->5 Surge", ""},
		{"in the middle of a rollout each gets its share, the largest what is left over", "20 surge=3 template=B", "A=8/8~10 B=5/5~10", "A 8->14 Proportional, B 5->9 Proportional", ""},
		{"the same when it shrinks", "5 surge=3 template=B", "A=8/8~10 B=5/5~10", "A 8->5 Proportional, B 5->3 Proportional", ""},
		{"to 0 in the middle of a rollout", "0 surge=3 template=B", "A=8/8~10 B=5/5~10", "A 8->0 Proportional, B 5->0 Proportional", ""},
		{"equal ones: the newest grows first", "5 surge=0 unavailable=1 template=B", "A=2/2~4 B=2/2~4", "B 2->3 Proportional, A 2->2 Proportional", ""},
		{"equal ones: the oldest shrinks first", "3 surge=0 unavailable=1 template=B", "A=2/2~4 B=2/2~4", "A 2->1 Proportional, B 2->2 Proportional", ""},
		{"the new one has all: the old ones go", "3 surge=1 template=B", "A=2/2~5 B=3/3", "A 2->0 Saturated", ""},
		{"not before they are available", "3 surge=1 template=B", "A=2/2~5 B=3/2~3", "A 2->1 Proportional", ""},
		{"an annotation of 0 is no measure: that of what there is is taken", "20 surge=3 template=B", "A=8/8~10^0 B=5/5~10^0", "A 8->14 Proportional, B 5->9 Proportional", ""},
		{"an annotation that is missing is no scaling event", "3 surge=1 template=B", "A=3/3 B=1/0", "", "NewPods B"},
		{"paused: scaled all the same, and nothing else", "5 surge=1 paused template=B progress=paused", "A=3/3~3", "A 3->5 Resize", "Paused"},
		{"paused: a new template waits", "3 surge=1 paused template=B progress=paused", "A=3/3", "", "Paused"},
		{"Recreate: two that have pods stay as they are", "5 Recreate template=B", "A=2/2~4 B=2/2~4", "", ""},
	})
}

// Source: pkg/controller/deployment/sync.go, getNewReplicaSet and cleanupDeployment.
func TestHistory(t *testing.T) {
	checkRollouts(t, []rolloutRow{
		{"an old template comes back: its ReplicaSet gets the next number, and the sync ends in a conflict", "3 surge=1 template=A", "A=0/0 B=3/3", "A revision 3 Renumber, conflict", ""},
		{"paused it goes on, since it looks only once", "5 surge=1 paused template=A progress=paused", "A=0/0 B=3/3~3", "A revision 3 Renumber, B 3->5 Resize", "Paused"},
		{"an annotation of the Deployment is copied", "3 surge=1 cause=x", "A=3/3", "A revision 1 Follow, conflict", ""},
		{"the Deployment has another number than its ReplicaSet: it is written, and what follows conflicts", "3 surge=1 rev=7", "A=3/2", "conflict", "NewPods A"},
		{"history beyond the limit goes, the lowest number first", "3 surge=1 limit=1 template=D generation=1", "A=0/0#3 B=0/0#2 C=0/0#1 D=3/3#4", "delete C, delete B", ""},
		{"one that still has pods is left, and counts", "3 surge=1 paused limit=1 template=D progress=paused", "A=0/0#3 B=0/0#2 C=0/0:1#1 D=3/3#4", "delete B", "Paused"},
		{"in the middle of a rollout nothing goes", "3 surge=1 limit=0 template=D", "A=0/0 D=3/2", "", "NewPods D"},
		{"paused it does", "3 surge=1 paused limit=0 template=D progress=paused", "A=0/0 D=3/2", "delete A", "Paused"},
		{"being deleted: only the status follows", "3 surge=1 deleting template=B", "A=3/3", "", "Deleting"},
	})
}

// What the conditions say after a sync, and when the controller looks again.
//
// Source: pkg/controller/deployment/progress.go and sync.go, checkPausedConditions.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		rule, deployment, sets, progress string
		was                              DeploymentStatus // what the stored status had before, where that matters
		recheck                          time.Duration
	}{
		{"created", "3 surge=1 deadline=30", "", "True NewReplicaSetCreated", DeploymentStatus{}, 0},
		{"complete", "3 deadline=30 progress=updated", "A=3/3", "True NewReplicaSetAvailable", DeploymentStatus{}, 0},
		{"complete: a pod that is lost later is no rollout", "3 deadline=30 progress=complete", "A=3/2", "True NewReplicaSetAvailable", DeploymentStatus{}, 0},
		{"a rollout after it is progress again", "3 surge=1 deadline=30 progress=complete template=B", "A=3/3 B=1/0", "True ReplicaSetUpdated", DeploymentStatus{Available: -1}, 0},
		{"no progress: looked at again a second after the deadline", "3 deadline=30 progress=updated", "A=3/2", "True ReplicaSetUpdated", DeploymentStatus{}, 21 * time.Second},
		{"less than a second before the deadline: every 5 ms, of which the one after it is the first to see it",
			"3 deadline=10 progress=updated", "A=3/2", "True ReplicaSetUpdated", DeploymentStatus{}, 5 * time.Millisecond},
		{"the deadline has passed", "3 deadline=9 progress=updated", "A=3/2", "False ProgressDeadlineExceeded", DeploymentStatus{}, 0},
		{"it stays so", "3 deadline=60 progress=late", "A=3/2", "False ProgressDeadlineExceeded", DeploymentStatus{}, 0},
		{"until there is progress", "3 deadline=60 progress=late", "A=3/2", "True ReplicaSetUpdated", DeploymentStatus{Available: -1}, 0},
		{"without a deadline there is no condition", "3 progress=updated", "A=3/2", "", DeploymentStatus{}, 0},
		{"paused", "3 paused deadline=30 progress=updated", "A=3/2", "Unknown DeploymentPaused", DeploymentStatus{}, 0},
		{"paused after the deadline has passed", "3 paused deadline=30 progress=late", "A=3/2", "False ProgressDeadlineExceeded", DeploymentStatus{}, 0},
		{"resumed", "3 deadline=30 progress=paused", "A=3/2", "Unknown DeploymentResumed", DeploymentStatus{}, 0},
	} {
		t.Run(c.rule, func(t *testing.T) {
			d, sets := rolloutRow{deployment: c.deployment, sets: c.sets}.parse()
			d.Status.Available += c.was.Available
			var out Rollout
			Plan(&d, sets, testNow, &out)
			status := d.Status
			if len(out.Steps) > 0 {
				status = out.Status
			}
			if c.recheck != 0 { // the status that was just written has to be stored first
				d.Status = status
				Plan(&d, sets, testNow, &out)
			}
			got := ""
			if p, ok := status.Conditions.Get(Progressing); ok {
				got = fmt.Sprint(p.Status, " ", p.Reason)
			}
			require.Equal(t, c.progress, got)
			require.Equal(t, c.recheck, out.Recheck)
		})
	}
}

// A failure to create pods is one of the Deployment: that of the new ReplicaSet first, then
// that of the oldest.
func TestFailures(t *testing.T) {
	for _, c := range []struct{ sets, want string }{
		{"A=3/3 B=1/1", ""},
		{"A=3/3! B=1/1 C=0/0", "A"},
		{"A=3/3! B=1/1! C=0/0", "A"},
		{"A=3/3! B=1/1! C=0/0!", "C"},
	} {
		d, sets := rolloutRow{deployment: "3 surge=2 template=C", sets: c.sets}.parse()
		for i := range sets {
			if f := &sets[i].Status.Failure; f.Reason != NoFailure {
				f.Message = sets[i].Name
			}
		}
		var out Rollout
		Plan(&d, sets, testNow, &out)
		f, _ := out.Status.Conditions.Get(ReplicaFailure)
		got := ""
		if f.Text != 0 {
			got = string(rune(f.Text))
		}
		require.Equal(t, c.want, got, c.sets)
	}
}

// A condition keeps the time of its last transition while its status stays, and is not touched
// at all while its reason stays too. The one that is set is the last.
func TestConditions(t *testing.T) {
	var cs Conditions
	progress := func(status ConditionStatus, reason Reason, at model.Instant) Condition {
		return Condition{Type: Progressing, Status: status, Reason: reason, Updated: at, Changed: at}
	}
	cs.set(progress(True, NewReplicaSetCreated, 1))
	cs.set(Condition{Type: Available, Status: True, Reason: MinimumAvailable})
	cs.set(progress(True, NewReplicaSetCreated, 2))
	c, _ := cs.Get(Progressing)
	require.EqualValues(t, 1, c.Updated)
	require.Equal(t, Progressing, cs[0].Type)
	cs.set(progress(True, NewReplicaSetAvailable, 3))
	require.Equal(t, Available, cs[0].Type)
	require.Equal(t, []model.Instant{3, 1}, []model.Instant{cs[1].Updated, cs[1].Changed})
	cs.set(progress(False, ProgressDeadlineExceeded, 4))
	require.Equal(t, []model.Instant{4, 4}, []model.Instant{cs[1].Updated, cs[1].Changed})
	cs.remove(Available)
	require.Equal(t, Conditions{cs[0]}, cs)
}

// A ReplicaSet that has more available pods than its spec asks for makes nobody unavailable.
func TestUnavailable(t *testing.T) {
	d, sets := rolloutRow{deployment: "1 surge=1", sets: "A=1/2:2"}.parse()
	d.Status.ObservedGeneration = 0
	var out Rollout
	Plan(&d, sets, testNow, &out)
	require.Zero(t, out.Status.Unavailable)
	require.EqualValues(t, 2, out.Status.Replicas)
}
