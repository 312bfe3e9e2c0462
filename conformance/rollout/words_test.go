package rollout

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// One question alone, over more than histories reach.

// TestStatus asks for the status of sets with whatever spec and status; most of
// them no controller would have written.
func TestStatus(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		set := drawSet(r)
		object, err := manifest.ToAPI(set)
		require.NoError(r, err)
		says, done, err := sim.RolloutStatus(set)
		ours, theirs := answer{says: says, done: done, err: err}, newKubectl([]apiruntime.Object{object}).status()
		require.Equal(r, theirs.String(), ours.String())
	})
}

func drawSet(t *rapid.T) *model.StatefulSet {
	number := func(what string) int32 { return rapid.Int32Range(0, 4).Draw(t, what) }
	maybe := func(what string) *int32 { return rapid.Ptr(rapid.Int32Range(0, 5), true).Draw(t, what) }
	set := &model.StatefulSet{
		ObjectMeta: model.ObjectMeta{Name: web, Generation: int64(number("generation"))},
		Spec: model.StatefulSetSpec{
			Replicas:       maybe("replicas"),
			UpdateStrategy: model.UpdateStrategy{Type: pick(t, "type", model.RollingUpdate, model.RollingUpdate, model.OnDelete, model.Recreate, "")},
		},
		Status: model.StatefulSetStatus{
			ObservedGeneration: int64(number("observed")), ReadyReplicas: number("ready"),
			CurrentReplicas: number("current"), UpdatedReplicas: number("updated"),
			CurrentRevision: pick(t, "current revision", "web-a", "web-b", ""), UpdateRevision: pick(t, "update revision", "web-a", "web-b", ""),
		},
	}
	if rapid.Bool().Draw(t, "block") {
		set.Spec.UpdateStrategy.RollingUpdate = &model.RollingUpdateStrategy{Partition: maybe("partition")}
	}
	return set
}

// TestTemplates asks for the page of a revision of which the template has much to
// say, and whether an undo to it has anything to do.
func TestTemplates(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := simulated{sim.New(sim.Config{Manual: true})}
		set := plain()
		set.Spec.Template = modelTemplate(drawTemplate(r, true))
		require.NoError(r, s.c.Create(set))
		s.c.Settle()
		objects, err := s.exported()
		require.NoError(r, err)
		require.Equal(r, newKubectl(objects).history(1).String(), s.history(1).String())
		require.Equal(r, newKubectl(objects).undo(1, cmdutil.DryRunNone).String(), s.undo(1).String())
		require.Contains(r, s.undo(1).says, "skipped")
	})
}

// TestAge asks how kubectl says how old a set is.
func TestAge(t *testing.T) {
	const day = 24 * time.Hour
	bounds := []time.Duration{0, 2 * time.Minute, 10 * time.Minute, 3 * time.Hour, 8 * time.Hour, 2 * day, 8 * day, 2 * 365 * day, 8 * 365 * day}
	rapid.Check(t, func(r *rapid.T) {
		old := pick(r, "near", bounds...) + rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, day}).Draw(r, "unit")*
			time.Duration(rapid.IntRange(0, 400).Draw(r, "by")) - time.Duration(rapid.IntRange(0, 2).Draw(r, "less"))*time.Nanosecond
		old = max(old, 0)
		c := sim.New(sim.Config{Manual: true})
		require.NoError(r, c.Create(plain()))
		c.Run(old)
		require.Contains(r, strings.Fields(c.StatefulSets().String()), duration.HumanDuration(old))
	})
}

// plain is a set without anything special.
func plain() *model.StatefulSet {
	return &model.StatefulSet{
		ObjectMeta: model.ObjectMeta{Name: web},
		Spec: model.StatefulSetSpec{
			Replicas: ptr(int32(0)),
			Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
			Template: model.PodTemplateSpec{Labels: model.Labels{"app": "web"}, Spec: model.PodSpec{Containers: []model.Container{{Name: "app", Image: "app:1"}}}},
		},
	}
}

// TestWordsOfTheCommands looks up the sentences that are not kubectl's helpers' but
// the commands'.
func TestWordsOfTheCommands(t *testing.T) {
	file, here := kubectlSource()
	if !here {
		t.Skip("kubectl's source is not on this machine: ", file)
	}
	commands := filepath.Join(filepath.Dir(file), "..", "cmd", "rollout")
	inSource := func(name, sentence string) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(commands, name))
		require.NoError(t, err)
		require.Contains(t, string(text), sentence)
	}
	c := sim.New(sim.Config{Manual: true})
	require.NoError(t, c.Create(plain()))

	require.NoError(t, c.RolloutRestart(web))
	require.EqualError(t, c.RolloutRestart(web), twice)
	inSource("rollout_restart.go", strings.Replace(twice, "for web:", "for %v:", 1)+`", info.Name`)

	_, err := c.RolloutHistory(web, -1)
	require.EqualError(t, err, "revision must be a positive integer: -1")
	inSource("rollout_history.go", `"revision must be a positive integer: %v", o.Revision`)

	require.EqualError(t, c.RolloutPause(web), refuses+"pausing is not supported")
	require.EqualError(t, c.RolloutResume(web), refuses+"resuming is not supported")
	for _, name := range []string{"rollout_pause.go", "rollout_resume.go"} {
		inSource(name, `"error: %s %q %v", resourceString, info.Name, patch.Err`)
	}
}
