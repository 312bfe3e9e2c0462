// Upgrade asks what an upgrade of the cluster does to a set that nobody touches.
package main

import (
	"fmt"
	"log"

	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

func main() {
	objects, err := manifest.ReadFile("examples/canary/web.yaml")
	if err != nil {
		log.Fatal(err)
	}
	for _, to := range []release.Release{release.V1_34_1, release.V1_34_4} {
		c := sim.New(sim.Config{Nodes: 3, Release: release.V1_33})
		if err := c.Apply(objects...); err != nil {
			log.Fatal(err)
		}
		c.Settle()
		mark := c.TraceLen()
		c.UpgradeTo(to)
		c.Settle()
		fmt.Print(c.TraceFrom(mark))
		fmt.Println()
	}
}
