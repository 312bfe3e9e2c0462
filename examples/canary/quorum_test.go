package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

func TestRolloutKeepsQuorum(t *testing.T) {
	web, err := manifest.ReadFile("web.yaml")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.Cluster(t, simtest.Nodes(3), simtest.VaryingLatencies()) // rapid draws every latency
		require.NoError(t, c.Apply(web...))
		c.Settle()
		require.NoError(t, c.SetImage("web", "nginx", "nginx:1.27"))
		lost := func(v sim.View) bool { return v.Ready("web") < 2 }
		require.False(t, c.RunUntil(lost, time.Hour), "%s", c.Trace()) // looked at after every event
	})
}
