package autoscaling

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/internal/drawn"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy/autoscaling"
)

// worlds is how many are drawn unless -rapid.checks says otherwise.
const worlds = 200

// TestMain sets the number of worlds.
func TestMain(m *testing.M) {
	drawn.Checks(worlds)
	os.Exit(m.Run())
}

// report is what is written for whoever does not read test logs.
type report struct {
	Version     string `json:"version"`
	Worlds      int    `json:"worlds"`
	Looks       int    `json:"looks"` // that were compared
	Taken       int    `json:"taken"` // by Ordinal
	Changes     int    `json:"changes"`
	Differences int    `json:"differences"`
}

var counts = report{Version: version.Of(podautoscaler.NewHorizontalController)}

// rules are those of the release that is compared.
func rules(t *testing.T) release.Rules {
	for _, r := range release.Profiles() {
		if counts.Version == r.Version() || strings.HasPrefix(counts.Version, r.Version()+".") {
			return r.Rules()
		}
	}
	t.Fatalf("there is no profile of Kubernetes %s", counts.Version)
	return 0
}

// runOurs plays a story on package policy/autoscaling.
func runOurs(s story, rules release.Rules, spoil func(*autoscaling.Sight)) (out []state, taken, changes int) {
	times := autoscaling.DefaultTimes(rules)
	g := newStage(s.Replicas)
	var memory autoscaling.Memory
	var status model.HorizontalPodAutoscalerStatus
	next := model.Instant(0)
	for i := range s.Looks {
		now := model.Instant(i) * model.Instant(times.Period)
		if next == now {
			taken++
			sight := &autoscaling.Sight{
				Now: now, Times: &times, Spec: &s.Autoscaler.Spec, Replicas: g.replicas, Pods: asked(g.pods), Status: &status,
			}
			spoil(sight)
			d := autoscaling.Look(sight, memory)
			if d.Rescales {
				d.Done()
				changes++
			}
			memory, status, next = d.Memory, d.Status, -1
			if at, ok := d.Next(); ok {
				next = at
			}
			if d.Replicas != g.replicas {
				g.replicas, next = d.Replicas, now.Add(times.Period)
			}
		}
		out = append(out, state{g.replicas, words(status)})
		if g.follow(now) {
			next = now.Add(times.Period)
		}
		for _, d := range s.Looks[i] {
			g.happen(d, now.Add(time.Duration(d.After)*time.Second))
			next = now.Add(times.Period)
		}
	}
	return out, taken, changes
}

// asked are the pods with what they have no request for.
func asked(pods []autoscaling.Pod) []autoscaling.Pod {
	out := append([]autoscaling.Pod(nil), pods...)
	for i := range out {
		if out[i].CPU.Request == 0 {
			out[i].CPU.Lacks, out[i].Memory.Lacks = "container main of Pod web-0", "container main of Pod web-0"
		}
	}
	return out
}

// compare plays a story on both sides and tells the first difference; "" if there is none.
func compare(t *testing.T, s story, spoil func(*autoscaling.Sight)) (difference string, taken, changes int) {
	t.Helper()
	ours, taken, changes := runOurs(s, rules(t), spoil)
	for i, theirs := range runReal(t, s) {
		if ours[i] != theirs {
			spec, _ := json.Marshal(s.Autoscaler.Spec)
			return fmt.Sprintf("look %d differs\n  Ordinal:    %d, %s\n  Kubernetes: %d, %s\n%s", i, ours[i].replicas, ours[i].status, theirs.replicas, theirs.status, spec), taken, changes
		}
	}
	return "", taken, changes
}

// TestDrawn draws stories and compares every look.
func TestDrawn(t *testing.T) {
	failed := false
	rapid.Check(t, func(r *rapid.T) {
		difference, taken, changes := compare(t, stories().Draw(r, "story"), func(*autoscaling.Sight) {})
		if difference != "" {
			failed = true
			counts.Differences = 1
			r.Fatal(difference)
		}
		if failed {
			return // what is tried while shrinking does not count
		}
		counts.Worlds++
		counts.Looks += looks
		counts.Taken += taken
		counts.Changes += changes
	})
	t.Logf("Kubernetes %s: %d worlds, %d looks compared, of which Ordinal took %d, %d changes of scale, %d differences",
		counts.Version, counts.Worlds, counts.Looks, counts.Taken, counts.Changes, counts.Differences)
	require.Positive(t, counts.Changes)
	require.NoError(t, drawn.Report("autoscaling", counts.Version, counts))
}

// TestWitness holds that the comparison can fail: each bug, planted into what Ordinal
// sees, is noticed in one of the stories drawn.
func TestWitness(t *testing.T) {
	const storiesAtMost = 200
	for _, row := range []struct {
		what string
		bug  func(*autoscaling.Sight)
	}{
		{"a pod that is being deleted counts", func(s *autoscaling.Sight) {
			for i := range s.Pods {
				s.Pods[i].Gone = false
			}
		}},
		{"pods are ready from their start", func(s *autoscaling.Sight) {
			for i := range s.Pods {
				s.Pods[i].Ready, s.Pods[i].Since = true, s.Pods[i].Started
			}
		}},
		{"every pod has a sample", func(s *autoscaling.Sight) {
			for i := range s.Pods {
				s.Pods[i].Samples, s.Pods[i].Sampled = true, 0
			}
		}},
		{"the window is a look longer", func(s *autoscaling.Sight) { s.Times.Stabilize = 315 * time.Second }},
		{"the tolerance is 5%", func(s *autoscaling.Sight) { s.Times.Tolerance = 50 }},
		{"there is no behavior", func(s *autoscaling.Sight) {
			s.Spec = &model.HorizontalPodAutoscalerSpec{
				MinReplicas: s.Spec.MinReplicas, MaxReplicas: s.Spec.MaxReplicas, Metrics: s.Spec.Metrics,
			}
		}},
	} {
		t.Run(row.what, func(t *testing.T) {
			generator := stories()
			for seed := range storiesAtMost {
				if difference, _, _ := compare(t, generator.Example(seed), row.bug); difference != "" {
					return
				}
			}
			t.Errorf("nobody has noticed in %d stories", storiesAtMost)
		})
	}
}
