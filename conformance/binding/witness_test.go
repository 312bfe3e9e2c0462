package binding

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// TestErrorsAreFound plants an error on one of the sides and holds that the comparison
// sees it in a few worlds.
func TestErrorsAreFound(t *testing.T) {
	patchVolumes := func(patch string, which func(*model.PersistentVolume) bool) func(*sim.Cluster) {
		return func(c *sim.Cluster) {
			for _, v := range c.Volumes().Items {
				if which(&v) {
					must(c.Patch("pv/"+v.Name, manifest.Merge(patch)))
				}
			}
		}
	}
	const few = 100
	for _, row := range []struct {
		mistake string
		spoil   func(*sim.Cluster)
		period  time.Duration
	}{
		{"Ordinal gives released volumes back", patchVolumes(`{"spec":{"claimRef":null}}`,
			func(v *model.PersistentVolume) bool { return v.Status.Phase == model.VolumeReleased }), resync},
		{"Ordinal keeps what should be deleted", patchVolumes(`{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}`,
			func(v *model.PersistentVolume) bool { return v.Status.Phase == model.VolumeBound }), resync},
		{"Ordinal does not say that it chose the volume", patchVolumes(`{"metadata":{"annotations":null}}`,
			func(v *model.PersistentVolume) bool { return len(v.Annotations) > 0 }), resync},
		{"Kubernetes looks at everything only once a minute", nil, time.Minute},
		{"Kubernetes looks at everything twice as often", nil, resync / 2},
	} {
		t.Run(row.mistake, func(t *testing.T) {
			for seed := range few {
				steps := rapid.Custom(func(rt *rapid.T) []step { return drawStory(rt, mostSteps) }).Example(seed)
				if firstDifference(onKubernetes(t, steps, row.period), onOrdinal(steps, row.spoil)) >= 0 {
					return
				}
			}
			t.Errorf("nobody has noticed in %d worlds", few)
		})
	}
}

// TestTwoOfAKind holds that a tie is taken for one: of two volumes that are reserved for
// a claim Kubernetes takes one or the other, and Ordinal the first.
func TestTwoOfAKind(t *testing.T) {
	story := []step{
		aVolume("v0", reserved("c0")), aVolume("v1", reserved("c0")), aClaim("c0"),
	}
	seen := map[string]bool{}
	for range 50 {
		want := onKubernetes(t, story, resync)
		last := want[len(want)-1]
		for _, name := range []string{"v0", "v1"} {
			seen[name] = seen[name] || slices.ContainsFunc(last, func(line string) bool {
				return line == "pvc/c0: Bound class=nil volume="+name+" capacity=1Gi modes=[ReadWriteOnce]"+unused()+" bind-completed=yes bound-by-controller=yes"
			})
		}
	}
	require.Equal(t, map[string]bool{"v0": true, "v1": true}, seen)
	require.False(t, judge(t, story).differs())
}
