// Bootstrap starts three members that are ready when they see most of each other, and
// shows why they may never be: the set waits for the first pod, and the first pod for
// the set. Then it tries each remedy.
//
//	go run ./examples/bootstrap
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
	"github.com/ordinal-sim/ordinal/workload"
)

//go:embed etcd.yaml
var manifests []byte

func main() {
	if err := tell(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// remedies are what one may change.
type remedies struct {
	parallel bool // podManagementPolicy: Parallel
	named    bool // publishNotReadyAddresses: true
	alone    bool // a readiness that does not ask for the others
}

func (r remedies) begin(out io.Writer) *lesson.Teller {
	t := lesson.Begin(out, sim.Config{Nodes: 3, Images: map[string]sim.Image{
		"etcd": {Program: workload.Quorum{ReadyAlone: r.alone}},
	}})
	t.Apply(manifests, func(o model.Object) {
		switch o := o.(type) {
		case *model.StatefulSet:
			if r.parallel {
				o.Spec.PodManagementPolicy = model.Parallel
			}
		case *model.Service:
			o.Spec.PublishNotReadyAddresses = r.named
		}
	})
	return t
}

func tell(out io.Writer) error {
	t := remedies{}.begin(out)
	t.Heading("OrderedReady: the second pod is made when the first is ready")
	t.Settle()
	if err := t.End(); err != nil {
		return err
	}

	t = remedies{parallel: true, named: true}.begin(out)
	t.Heading("Parallel, and DNS names pods that are not ready")
	t.Settle()
	t.Show("ps", t.C.Processes())

	t.Heading("All that there is to try")
	t.Say("%-14s %-26s %-12s %s", "policy", "publishNotReadyAddresses", "readiness", "outcome")
	for _, r := range []remedies{
		{}, {named: true}, {parallel: true}, {parallel: true, named: true},
		{alone: true}, {parallel: true, alone: true},
	} {
		policy, readiness := model.OrderedReady, "a majority"
		if r.parallel {
			policy = model.Parallel
		}
		if r.alone {
			readiness = "it runs"
		}
		t.Say("%-14s %-26t %-12s %s", policy, r.named, readiness, r.outcome())
	}
	return t.End()
}

// outcome is how the set comes up.
func (r remedies) outcome() string {
	t := r.begin(io.Discard)
	rest := t.C.Settle()
	t.C.Run(time.Minute)
	if rest.State == sim.Settled {
		return "works"
	}
	return "waits for ever: " + rest.Reasons[len(rest.Reasons)-1].Why
}
