// Canary is the program of the README: a canary, and back.
package main

import (
	"fmt"
	"log"

	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

func main() {
	objects, err := manifest.ReadFile("examples/canary/web.yaml") // class, Service and StatefulSet, as for kubectl
	if err != nil {
		log.Fatal(err)
	}
	c := sim.New(sim.Config{Nodes: 3})
	if err := c.Apply(objects...); err != nil {
		log.Fatal(err)
	}
	c.Settle() // web-0, then web-1, then web-2
	mark := c.TraceLen()
	c.SetPartition("web", 2)
	c.SetImage("web", "nginx", "nginx:1.27") // only web-2 moves: a canary
	c.Settle()
	fmt.Print(c.TraceFrom(mark)) // what happened, and when
	fmt.Print(c.Pods("web"))     // the table that kubectl would print
	c.RolloutUndo("web", 0)
	fmt.Print(c.Settle()) // settled, or waiting and for what
}
