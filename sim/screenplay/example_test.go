package screenplay_test

import (
	"fmt"
	"log"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
)

// What has happened in a world is written down, and played again.
func ExampleOf() {
	c := sim.New(sim.Config{Images: map[string]sim.Image{"app:bad": {NeverReady: true}}})
	if err := c.Apply(&model.Service{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.ServiceSpec{ClusterIP: model.ClusterIPNone}}); err != nil {
		log.Fatal(err)
	}
	c.Run(1500 * time.Millisecond)
	if err := c.Do(sim.CrashNode{Node: "node-0"}); err != nil {
		log.Fatal(err)
	}
	p, err := screenplay.Of(c, "A node crashes.")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(p)
	plays, err := screenplay.Parse(p.String())
	if err != nil {
		log.Fatal(err)
	}
	again, err := screenplay.Play(plays[0])
	fmt.Println(err, again.Fingerprint() == c.Fingerprint())
	// Output:
	// # A node crashes.
	// image app:bad neverReady
	// +0s kubectl apply -f - <<EOF
	// apiVersion: v1
	// kind: Service
	// metadata:
	//   name: web
	// spec:
	//   clusterIP: None
	// EOF
	// +1.5s crash node node-0
	// run to +1.5s#0
	// fingerprint 849c38f3975e23d6
	// <nil> true
}
