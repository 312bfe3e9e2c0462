package workload_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/workload"
)

func TestWeb(t *testing.T) {
	c := newCluster(t)
	web := c.run("web-0", "a", nil, workload.Web{Warmup: time.Second, Drain: 2 * time.Second})
	client := c.run("client-0", "b", nil, workload.Client{Read: "web-0.web", Every: 100 * time.Millisecond})
	tally := func() workload.Tally { return client.program.(workload.Client).Tally() }
	c.pass(900 * time.Millisecond)
	require.False(t, web.ready)
	require.Equal(t, workload.Tally{Unresolved: 10}, tally(), "at 0, 0.1s, ..., 0.9s")
	c.pass(time.Second)
	require.True(t, web.ready)
	require.Equal(t, 9, tally().Answered)

	web.hear(workload.Input{Kind: workload.Terminated})
	require.False(t, web.ready, "a server that drains gets no new clients")
	client.pinned["web-0.web"] = web.addr // who knows the address is still served
	c.pass(1900 * time.Millisecond)
	require.Greater(t, tally().Answered, 25)
	require.False(t, web.exited)
	c.pass(200 * time.Millisecond)
	require.True(t, web.exited)
	require.Zero(t, web.code)
}

// Without a drain it goes at once, and while it warms up in any case.
func TestWebStopsAtOnce(t *testing.T) {
	for _, image := range []workload.Web{{}, {Warmup: time.Second, Drain: time.Second}} {
		c := newCluster(t)
		web := c.run("web-0", "a", nil, image)
		web.hear(workload.Input{Kind: workload.Terminated})
		require.True(t, web.exited)
	}
}
