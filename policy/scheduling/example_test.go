package scheduling_test

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
)

// Two nodes of one CPU each, one of them cordoned; pods that ask for 600m.
func Example() {
	var view scheduling.View
	room := model.ResourceList{CPU: 1000}
	view.SetNode(0, scheduling.NodeSpec{Name: "node-0", Allocatable: room})
	view.SetNode(1, scheduling.NodeSpec{Name: "node-1", Allocatable: room, Unschedulable: true})
	web := view.AddKind(scheduling.KindSpec{Namespace: "default", Spec: &model.PodSpec{Containers: []model.Container{
		{Name: "main", Resources: model.ResourceRequirements{Requests: model.ResourceList{CPU: 600}}},
	}}})

	var query scheduling.Query
	var tally scheduling.Tally
	schedule := func(pod string) {
		view.Begin(web, &query)
		tally.Begin(release.V1_37.Rules())
		for n := range scheduling.Node(2) {
			refusal := view.Early(&query, n)
			if refusal.Why == 0 {
				refusal = view.Late(&query, n)
			}
			if refusal.Why == 0 {
				view.Bind(web, n)
				fmt.Println(pod, "goes to", view.Node(n).Name)
				return
			}
			tally.Refuse(refusal)
		}
		fmt.Println(pod, "waits:", tally.Message())
	}
	schedule("web-0")
	schedule("web-1")
	fmt.Println("helped by a node that is uncordoned:", tally.Why.HelpedBy(scheduling.NodeTainted))
	// Output:
	// web-0 goes to node-0
	// web-1 waits: 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.
	// helped by a node that is uncordoned: true
}
