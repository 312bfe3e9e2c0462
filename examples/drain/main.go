// Drain empties two nodes at once while a PodDisruptionBudget keeps two of three pods
// alive; then it shows what a budget does not keep: a rolling update asks nobody, and a
// budget that allows nothing stops a drain for ever.
//
//	go run ./examples/drain
package main

import (
	_ "embed"
	"io"
	"log"
	"os"
	"time"

	"github.com/ordinal-sim/ordinal/examples/internal/lesson"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

//go:embed web.yaml
var web []byte

func main() {
	if err := tell(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func tell(out io.Writer) error {
	t := lesson.Begin(out, sim.Config{Nodes: 3})
	t.Apply(web)
	t.C.Settle()
	t.Skip()

	t.Heading("Two nodes are drained at once; the budget lets the pods go one after the other")
	t.Show("kubectl get pods -o wide", t.C.Pods("web"))
	t.Show("kubectl get pdb", t.C.PodDisruptionBudgets())
	t.Do(sim.Drain{Node: "node-1"})
	t.Do(sim.Drain{Node: "node-2"})
	t.Settle()
	t.Show("kubectl get pods -o wide", t.C.Pods("web"))

	t.Heading("A rolling update asks nobody, but it counts: no eviction while it goes on")
	t.Do(sim.Cordon{Node: "node-1", Undo: true})
	t.Do(sim.RolloutRestart{Set: "web"})
	t.Run(time.Second)
	if err := t.C.Evict("web-0"); err != nil {
		t.Say("error when evicting pods/\"web-0\": %v", err)
	}
	t.Settle()

	t.Heading("A budget that allows nothing stops a drain until somebody changes it")
	none := model.FromInt(0)
	t.Apply(web, func(o model.Object) {
		if b, ok := o.(*model.PodDisruptionBudget); ok {
			b.Spec.MaxUnavailable = &none
		}
	})
	t.Run(time.Second) // somebody types
	t.Do(sim.Drain{Node: "node-0"})
	t.Settle()
	return t.End()
}
