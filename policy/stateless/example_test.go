package stateless_test

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/stateless"
)

// A Deployment of three pods gets a new template: what its controller does, sync by sync, as
// the new pods become available.
func Example() {
	three, one := int32(3), model.FromInt(1)
	none := model.FromInt(0)
	const before, after policy.Template = 1, 2
	d := stateless.Deployment{
		Template: after, Revision: 2, Status: stateless.DeploymentStatus{ObservedGeneration: 1}, Generation: 1,
		Spec: &model.DeploymentSpec{Replicas: &three, Strategy: model.DeploymentStrategy{
			Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateDeployment{MaxSurge: &one, MaxUnavailable: &none},
		}},
	}
	names := []string{"old", "new"}
	sets := []stateless.Set{
		{Handle: 0, Template: before, Revision: 1, Replicas: 3, Desired: 3, Most: 4},
		{Handle: 1, Template: after, Revision: 2, Replicas: 0, Desired: 3, Most: 4, Created: 1},
	}
	sets[0].Status.Available = 3
	var sync stateless.Rollout
	for sets[1].Status.Available < 3 {
		stateless.Plan(&d, sets, 0, &sync)
		moved := false
		for _, step := range sync.Steps {
			if step.Do == stateless.ScaleSet {
				fmt.Printf("%s: from %d to %d\n", names[step.Handle], step.From, step.Replicas)
				sets[step.Handle].Replicas, moved = step.Replicas, true
				sets[0].Status.Available = sets[0].Replicas
			}
		}
		if !moved {
			fmt.Println("a new pod becomes available")
			sets[1].Status.Available++
		}
	}
	// Output:
	// new: from 0 to 1
	// a new pod becomes available
	// old: from 3 to 2
	// new: from 1 to 2
	// a new pod becomes available
	// old: from 2 to 1
	// new: from 2 to 3
	// a new pod becomes available
}
