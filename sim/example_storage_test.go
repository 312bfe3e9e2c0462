package sim_test

import (
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

const growable = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: ebs.csi.aws.com
allowVolumeExpansion: true
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 1
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: db, image: "db:1"}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: fast
      resources: {requests: {storage: 10Gi}}
`

// A claim asks for more than its driver gives: who finds out, and what helps.
func ExampleFailExpansion() {
	objects, err := manifest.Read(strings.NewReader(growable))
	if err != nil {
		log.Fatal(err)
	}
	c := sim.New(sim.Config{})
	if err := c.Apply(objects...); err != nil {
		log.Fatal(err)
	}
	c.Settle()
	ask := func(size string) {
		err := c.Patch("pvc/data-db-0", manifest.Merge(`{"spec":{"resources":{"requests":{"storage":"`+size+`"}}}}`))
		if err != nil {
			fmt.Println(err)
		}
	}
	must := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	must(c.Do(sim.FailExpansion{Class: "fast", Above: 50 << 30, Error: "volume limit exceeded"}))
	ask("500Gi")
	fmt.Print(c.Settle())
	ask("50Gi") // not back to 10Gi: that much there is already
	began := c.Now()
	fmt.Println(c.Settle().State, "after", time.Duration(c.Now()-began).Round(time.Second))
	fmt.Println("has", c.Claims().Items[0].Status.Capacity)
	// Output:
	// waiting at +6.0s
	// pvc/data-db-0: asks for 500Gi and has 10Gi: rpc error: code = Internal desc = volume limit exceeded
	//   it would help to ask for less, or let the driver work again (HealExpansion)
	// settled after 1m2s
	// has 50Gi
}
