// Static-volumes brings a StatefulSet up on a cluster where nobody makes volumes: first
// it waits, and says for what; then the class and the volumes are made by hand, and
// each pod stays where its disk is. In the end a node dies, and its pod has nowhere to
// go.
//
//	go run ./examples/static-volumes
package main

import (
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/ordinal-sim/ordinal/examples/internal/lesson"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

//go:embed web.yaml
var web []byte

//go:embed class.yaml
var class []byte

func main() {
	if err := tell(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func tell(out io.Writer) error {
	t := lesson.Begin(out, sim.Config{Nodes: 3})

	t.Heading("Without a class and without volumes the first pod waits")
	t.Apply(web)
	t.Settle()

	t.Heading("The class alone does not help: its volumes are made by hand")
	t.Apply(class)
	t.Settle()

	t.Heading("Two disks are enough for two pods")
	t.Do(sim.Apply{Objects: []model.Object{disk("disk-a", "node-2", 1), disk("disk-b", "node-0", 1)}})
	t.Settle()
	t.Show("kubectl get pv", t.C.Volumes())

	t.Heading("The third may be larger than it needs to be, not smaller")
	t.Do(sim.Apply{Objects: []model.Object{disk("disk-c", "node-1", 10)}})
	t.Settle()
	t.Show("kubectl get pvc", t.C.Claims())
	t.Show("kubectl get pods -o wide", t.C.Pods("web"))

	t.Heading("A pod goes back to its disk")
	t.Do(sim.WriteFile{Pod: "web-0", Path: "/usr/share/nginx/html/index.html", Content: "hello"})
	t.Do(sim.Delete{Target: "pod/web-0"})
	t.Settle()
	if text, err := t.C.ReadFile("web-0", "/usr/share/nginx/html/index.html"); err == nil {
		t.Say("$ kubectl exec web-0 -- cat /usr/share/nginx/html/index.html\n%s", text)
	}

	t.Heading("Its node dies, and is given up: the disk is on no other")
	node := t.C.Pods("web").Items[0].Spec.NodeName
	t.Do(sim.CrashNode{Node: node})
	t.Do(sim.Delete{Target: "node/" + node})
	t.Settle()
	return t.End()
}

// disk is a volume on the disk of a node.
func disk(name, node string, size model.Bytes) *model.PersistentVolume {
	return &model.PersistentVolume{
		ObjectMeta: model.ObjectMeta{Name: name},
		Spec: model.PersistentVolumeSpec{
			Capacity: size * model.Gi, AccessModes: []model.AccessMode{model.ReadWriteOnce}, StorageClassName: "local",
			Source: model.VolumeSource{Type: model.SourceLocal, Path: fmt.Sprintf("/mnt/%s", name)},
			NodeAffinity: &model.NodeSelector{Terms: []model.NodeSelectorTerm{{MatchExpressions: []model.LabelSelectorRequirement{
				{Key: model.LabelHostname, Operator: model.SelectorIn, Values: []string{node}},
			}}}},
		},
	}
}
