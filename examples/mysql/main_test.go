package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/examples/internal/lesson/lessontest"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

func TestStory(t *testing.T) { lessontest.Golden(t, "story", tell) }

// up is a world in which the database works, on a kind of storage.
func up(t testing.TB, provisioner string) *sim.Cluster {
	m, err := manifest.Parse(manifests)
	require.NoError(t, err)
	for _, o := range m.Objects {
		on(provisioner)(o)
	}
	c := sim.New(config())
	require.NoError(t, c.Apply(m.Objects...))
	require.True(t, c.RunUntil(func(v sim.View) bool { return v.Formed("mysql") && v.Formed("client") }, time.Minute), "%s", c.Trace())
	c.Run(10 * time.Second)
	return c
}
