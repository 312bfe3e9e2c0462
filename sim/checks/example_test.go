package checks_test

import (
	"fmt"
	"log"
	"time"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// A node is cut off, and somebody who is tired of waiting deletes its pod by force: for a while
// there are two of it. When the node is back the set is what its spec asks for.
func Example() {
	c := sim.New(sim.Config{Nodes: 3, Images: simtest.Images()})
	c.Check(checks.All()...)
	if err := c.Apply(simtest.Objects(webSet(stateless))...); err != nil {
		log.Fatal(err)
	}
	c.Settle()
	for _, op := range []sim.Operation{
		sim.PartitionNode{Node: "node-0"}, sim.Cordon{Node: "node-0"}, sim.Delete{Target: "pod/web-0", Force: true},
	} {
		if err := c.Do(op); err != nil {
			log.Fatal(err)
		}
	}
	c.Run(time.Minute)
	for _, v := range c.Violations() {
		fmt.Println(v)
	}
	if err := c.Do(sim.HealNode{Node: "node-0"}); err != nil {
		log.Fatal(err)
	}
	out, err := checks.Progress(c)
	fmt.Println(out.State, err)
	// Output:
	// +9.5s: at most one pod runs for an identity, and web-0 runs on node-0 and on node-1
	// settled <nil>
}
