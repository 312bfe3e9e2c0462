// Stateless runs a Deployment of two web servers beside a StatefulSet of two databases, and
// does the same to both: a pod is deleted, a new version is broken and taken back, and the
// machine under a pod of each dies. The Deployment replaces a pod when it begins to go; the
// StatefulSet waits until it is gone, which on a dead machine is never.
//
//	go run ./examples/stateless
package main

import (
	_ "embed"
	"io"
	"log"
	"os"
	"time"

	"github.com/ordinal-sim/ordinal/examples/internal/lesson"
	"github.com/ordinal-sim/ordinal/sim"
)

//go:embed both.yaml
var both []byte

func main() {
	if err := tell(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func tell(out io.Writer) error {
	t := lesson.Begin(out, sim.Config{Nodes: 2, Images: map[string]sim.Image{"broken": {NeverReady: true}}})
	t.Apply(both)
	t.C.Settle()
	t.Skip()
	t.Show("kubectl get deploy", t.C.Deployments())
	t.Show("kubectl get pods -o wide", t.C.Pods(""))

	t.Heading("A pod of each is deleted")
	t.Do(sim.Delete{Target: "pod/" + pods(t)[0]})
	t.Do(sim.Delete{Target: "pod/db-0"})
	t.Run(6 * time.Second)
	t.Show("kubectl get pods", t.C.Pods(""))
	t.Settle()

	t.Heading("A new version is broken, and is taken back")
	t.Do(sim.SetImage{Set: "deploy/web", Container: "web", Image: "broken"})
	t.Do(sim.SetImage{Set: "db", Container: "db", Image: "broken"})
	t.Run(2 * time.Minute)
	t.Show("kubectl get pods", t.C.Pods(""))
	t.Do(sim.RolloutUndo{Set: "deploy/web"})
	t.Do(sim.RolloutUndo{Set: "db"})
	t.Run(time.Minute)
	t.Show("kubectl get pods", t.C.Pods(""))
	t.Say("The Deployment only had to drop what was broken. The StatefulSet waits for a pod that it")
	t.Say("would have to replace first: somebody must delete it.")
	t.Do(sim.Delete{Target: "pod/db-1"})
	t.Settle()

	t.Heading("The machine under a pod of each dies")
	node, err := t.C.Pod("db-0")
	if err != nil {
		return err
	}
	t.Do(sim.CrashNode{Node: node.Spec.NodeName})
	t.Run(10 * time.Minute)
	t.Show("kubectl get pods -o wide", t.C.Pods(""))
	t.Show("kubectl get deploy", t.C.Deployments())
	t.Show("kubectl get sts", t.C.StatefulSets())
	return t.End()
}

// pods are the names of the Deployment's pods.
func pods(t *lesson.Teller) []string { return t.C.Pods("deploy/web").Names() }
