package sweep_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/sweep"
)

// webSet is a set of two pods that stop within their grace period of ten seconds.
func webSet() *model.StatefulSet {
	two, labels, grace := int32(2), model.Labels{"app": "web"}, int64(10)
	return &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Replicas: &two, ServiceName: "web", Selector: &model.LabelSelector{MatchLabels: labels},
		Template: model.PodTemplateSpec{Labels: labels, Spec: model.PodSpec{
			Containers: []model.Container{{Name: "main", Image: "app:1"}}, TerminationGracePeriodSeconds: &grace,
		}},
	}}
}

// A rollout of two pods takes each of them away for its grace period and a start.
func TestMeter(t *testing.T) {
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(webSet()))
	require.Equal(t, sim.Settled, c.Settle().State)
	both, one := sweep.NewMeter("web", 2), sweep.NewMeter("web", 1)
	look := func(v sim.View) bool { return both.Look(v) || one.Look(v) }
	require.NoError(t, c.RolloutRestart("web"))
	c.RunUntil(look, 5*time.Second)
	require.Equal(t, sweep.Never, both.Recovery(), "it goes on")
	before := both.Unavailable(c.Now())
	require.InDelta(t, 5, before.Seconds(), 0.01)
	c.RunUntil(look, time.Hour)
	require.Equal(t, 2, both.Outages())
	require.InDelta(t, 22, both.Unavailable(c.Now()).Seconds(), 0.1)
	require.InDelta(t, 11, both.Recovery().Seconds(), 0.1)
	require.Zero(t, one.Outages())
	require.Zero(t, one.Unavailable(c.Now()))
	require.Zero(t, one.Recovery())
}
