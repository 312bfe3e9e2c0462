package explore_test

import (
	"context"
	"fmt"
	"log"

	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/explore"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// Deleting the pod at any moment of its life is safe; deleting it by force is not.
func ExampleRun() {
	objects, err := manifest.Parse([]byte(web))
	if err != nil {
		log.Fatal(err)
	}
	c := sim.New(sim.Config{Nodes: 2, AnyOrder: true})
	if err := c.Apply(objects.Objects...); err != nil {
		log.Fatal(err)
	}
	c.Check(checks.AtMostOne())
	for _, force := range []bool{false, true} {
		r, err := explore.Run(context.Background(), explore.Search{
			World:  c,
			Faults: []faults.Fault{{Do: sim.Delete{Target: "pod/web-0", Force: force}}},
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.Verdict)
		if r.Verdict == explore.Violated {
			fmt.Println(r.Violation.Why)
		}
	}
	// Output:
	// holds
	// violated
	// web-0 runs on node-0 and on node-0
}
