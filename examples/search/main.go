// Search tries everything. First what somebody may type, at every moment and in every order,
// against a sentence that ought to be true: a rollout that is taken back finishes. It is not
// true, and the shortest story in which it is not is told, with what waits for what, and what
// frees it. Then a node crashes and comes back, at every moment of a rolling update; and
// nothing breaks.
//
//	go run ./examples/search
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/ordinal-sim/ordinal/examples/internal/lesson"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/explore"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

//go:embed web.yaml
var web []byte

func main() {
	if err := tell(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func tell(out io.Writer) error {
	t := lesson.Begin(out, sim.Config{Nodes: 3, AnyOrder: true, Images: map[string]sim.Image{"nginx:broken": {NeverReady: true}}})
	t.Apply(web)
	t.C.Settle()
	if err := t.End(); err != nil {
		return err
	}
	t.Heading("What somebody types, at every moment: is there a rollout that cannot be taken back?")
	if err := takeBack(out, t.C); err != nil {
		return err
	}
	t.Heading("A node crashes and comes back, at every moment of a rolling update")
	return crash(out, t.C)
}

// takeBack looks for a rollout that does not finish although it was taken back.
func takeBack(out io.Writer, c *sim.Cluster) error {
	var typed []faults.Fault
	for _, image := range []string{"nginx:2", "nginx:broken", "nginx:1"} {
		typed = append(typed, faults.Fault{Do: sim.SetImage{Set: "web", Container: "nginx", Image: image}})
	}
	result, err := explore.Run(context.Background(), explore.Search{
		World: c, Faults: typed, Budget: 3,
		AtRest: func(c *sim.Cluster) string {
			set, err := c.StatefulSet("web")
			if err != nil || set.Spec.Template.Spec.Containers[0].Image != "nginx:1" {
				return "" // it was not taken back
			}
			if rest := c.Settle(); rest.State != sim.Settled {
				return "the first template is back, and the rollout does not finish"
			}
			return ""
		},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, result)
	fmt.Fprint(out, result.Story.TraceFrom(c.TraceLen()))
	why, err := result.Story.Why("web")
	fmt.Fprintln(out, strings.ReplaceAll(why.String(), "; ", ";\n  "))
	return err
}

// crash holds a rolling update against all rules of safety, and against its end.
func crash(out io.Writer, settled *sim.Cluster) error {
	c, err := settled.Clone()
	if err != nil {
		return err
	}
	c.Check(checks.All()...)
	if err := c.SetImage("web", "nginx", "nginx:2"); err != nil {
		return err
	}
	var crashes []faults.Fault
	for _, node := range c.Nodes().Items {
		crashes = append(crashes, faults.Fault{Do: sim.CrashNode{Node: node.Name}, Undo: []sim.Operation{sim.RestartNode{Node: node.Name}}})
	}
	result, err := explore.Run(context.Background(), explore.Search{
		World: c, Faults: crashes,
		AtRest: func(c *sim.Cluster) string {
			if rest := c.Settle(); rest.State != sim.Settled {
				return "the world is " + rest.String()
			}
			return ""
		},
	})
	fmt.Fprintln(out, result)
	return err
}
