package sim_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// colliding finds two images whose templates have the same hash, and so the same
// revision name, as two of a hundred thousand do.
func colliding(template model.PodTemplateSpec) (a, b string) {
	seen := map[string]string{}
	template = model.Clone(template)
	for i := 0; ; i++ {
		image := "app:" + strconv.Itoa(i)
		template.Spec.Containers[0].Image = image
		name := model.RevisionName("web", &template, 0)
		if other, ok := seen[name]; ok {
			return other, image
		}
		seen[name] = image
	}
}

// Two templates with one hash get two revisions: the collision is counted, and the
// second one's name takes the count into the hash.
func TestRevisionCollision(t *testing.T) {
	if testing.Short() {
		t.Skip("looks for a collision among a hundred thousand hashes")
	}
	set := plain(2, model.OrderedReady)
	set.Default()
	a, b := colliding(set.Spec.Template)
	set.Spec.Template.Spec.Containers[0].Image = a
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(set))
	c.Settle()
	require.NoError(t, c.SetImage("web", "app", b))
	require.Equal(t, sim.Settled, c.Settle().State)
	revisions, err := c.Revisions("web")
	require.NoError(t, err)
	require.Len(t, revisions, 2)
	require.NotEqual(t, revisions[0].Name, revisions[1].Name)
	live, err := c.StatefulSet("web")
	require.NoError(t, err)
	require.Equal(t, int32(1), *live.Status.CollisionCount)
	require.Equal(t, b, c.Pods("web").Items[0].Spec.Containers[0].Image)

	_, err = c.RolloutUndo("web", 0)
	require.NoError(t, err)
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Equal(t, a, c.Pods("web").Items[1].Spec.Containers[0].Image)
	again, err := c.Revisions("web")
	require.NoError(t, err)
	require.Len(t, again, 2, "the old revision is found again, whatever its name")
}
