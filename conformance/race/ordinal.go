package race

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// worlds are an empty world and the memory in which each life is lived: a fork of it.
type worlds struct{ empty, life *sim.Cluster }

func newWorlds() *worlds { return &worlds{sim.New(sim.Config{}), &sim.Cluster{}} }

// live lives the same life in a calm world and returns how many events it took.
func (w *worlds) live(replicas int32) (events int64) {
	if err := w.empty.CopyTo(w.life); err != nil {
		panic(fmt.Sprintf("race: %v", err))
	}
	c := w.life
	set := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Replicas: &replicas, ServiceName: "web", Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		Template: model.PodTemplateSpec{
			Labels: model.Labels{"app": "web"},
			Spec:   model.PodSpec{Containers: []model.Container{{Name: "app", Image: "app:1"}}},
		},
	}}
	settle(c, c.Create(set))
	settle(c, c.SetImage("web", "app", "app:2"))
	settle(c, c.Do(sim.FailPod{Pod: "web-1"}))
	settle(c, c.Scale("web", 0))
	return c.EventCount()
}

// settle lets time pass until nothing is pending and the set is as it was asked for.
func settle(c *sim.Cluster, err error) {
	if err != nil {
		panic(fmt.Sprintf("race: %v", err))
	}
	if r := c.Settle(); r.State != sim.Settled {
		panic(fmt.Sprintf("race: %v", r))
	}
}
