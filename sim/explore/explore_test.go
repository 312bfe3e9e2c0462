package explore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/explore"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// web is a settled world with a set of so many replicas.
func web(t testing.TB, config sim.Config, replicas int32, edit ...func(*model.StatefulSet)) *sim.Cluster {
	labels := model.Labels{"app": "web"}
	grace := int64(5)
	set := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Replicas: &replicas, ServiceName: "web", Selector: &model.LabelSelector{MatchLabels: labels},
		UpdateStrategy: model.UpdateStrategy{Type: model.RollingUpdate},
		Template: model.PodTemplateSpec{Labels: labels, Spec: model.PodSpec{
			TerminationGracePeriodSeconds: &grace, Containers: []model.Container{{Name: "app", Image: "app:1"}},
		}},
	}}
	for _, f := range edit {
		f(set)
	}
	config.AnyOrder = true
	c := sim.New(config)
	require.NoError(t, c.Apply(set))
	require.Equal(t, sim.Settled, c.Settle().State)
	return c
}

func crashes(nodes ...string) (all []faults.Fault) {
	for _, node := range nodes {
		all = append(all, faults.Fault{Kind: faults.NodeCrash, Do: sim.CrashNode{Node: node}, Undo: []sim.Operation{sim.RestartNode{Node: node}}})
	}
	return all
}

func run(t testing.TB, s explore.Search) explore.Result {
	r, err := explore.Run(context.Background(), s)
	require.NoError(t, err)
	t.Logf("%v in %v: %.0f states/s", r, r.Elapsed.Round(time.Millisecond), float64(r.States)/r.Elapsed.Seconds())
	return r
}

func TestSmoke(t *testing.T) {
	c := web(t, sim.Config{Nodes: 2}, 2)
	c.Check(checks.All()...)
	require.NoError(t, c.SetImage("web", "app", "app:2"))
	for _, workers := range []int{1, 2} {
		run(t, explore.Search{World: c, Workers: workers})
	}
	run(t, explore.Search{World: c, Faults: crashes("node-0", "node-1"), Workers: 1, States: 100000})
}
