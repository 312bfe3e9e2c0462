package faults_test

import (
	"fmt"
	"log"
	"time"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// A rollout through three accidents: what must hold is looked at all the time, and that the
// rollout finishes is asked when all have stopped.
func ExamplePlan() {
	c := three(panics{}, sim.Config{Nodes: 3, Seed: 3})
	source, err := faults.Plan{Set: "web", Most: 3, Within: 30 * time.Second}.For(c)
	if err != nil {
		log.Fatal(err)
	}
	drawn := source.Draw(c)
	fmt.Print(drawn)
	if err := drawn.Put(c); err != nil {
		log.Fatal(err)
	}
	if err := c.SetImage("web", "app", "app:2"); err != nil {
		log.Fatal(err)
	}
	lost := c.RunUntil(func(v sim.View) bool { return v.Ready("web") < 2 }, drawn.Quiet-time.Duration(c.Now()))
	fmt.Println("quorum lost:", lost)
	fmt.Print(c.Settle())
	// Output:
	// +19.679s kube-controller-manager restarts
	// +29.163s fail write 1 (update ControllerRevision) 10000 times, until +39.523s: heal writes (update ControllerRevision)
	// +31.684s crash node node-1, until +62.677s: restart node node-1
	// quorum lost: false
	// settled at +74.7s
}

// panics is a test that ends the program.
type panics struct{}

func (panics) Errorf(format string, args ...any) { log.Fatalf(format, args...) }
func (panics) FailNow()                          { log.Fatal() }
