// Split-brain deletes a pod by force while its node is only cut off: for a while there
// are two of it, and each believes that it is the only one. What that does to the data
// depends on the storage.
//
//	go run ./examples/split-brain
package main

import (
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/ordinal-sim/ordinal/examples/internal/lesson"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/workload"
)

//go:embed database.yaml
var manifests []byte

func main() {
	if err := tell(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// storages are the kinds of storage, each by a provisioner.
var storages = []struct{ name, provisioner string }{
	{"a file share (NFS)", "k8s-sigs.io/nfs-subdir-external-provisioner"},
	{"a block device", "ebs.csi.aws.com"},
	{"a directory of each node (hostPath)", "k8s.io/minikube-hostpath"},
	{"a disk of one node (local)", "rancher.io/local-path"},
}

// begin is a database of one server and three clients, of which client-2 is on the
// server's node.
func begin(out io.Writer, provisioner string) *lesson.Teller {
	t := lesson.Begin(out, sim.Config{Nodes: 3, Images: map[string]sim.Image{
		"mysql:5.7": {Program: workload.MySQL{}},
		"client":    {Program: workload.Client{Write: "mysql-0.mysql", Every: 2 * time.Second, Notes: "/notes/promises"}},
	}})
	t.Apply(manifests, func(o model.Object) {
		if class, ok := o.(*model.StorageClass); ok {
			class.Provisioner = provisioner
		}
	})
	t.Settle()
	return t
}

func tell(out io.Writer) error {
	t := begin(out, storages[0].provisioner)

	t.Heading("The node of mysql-0 is cut off, and somebody deletes the pod by force")
	t.Do(sim.PartitionNode{Node: "node-0"})
	t.Run(time.Minute)
	t.Do(sim.Delete{Target: "pod/mysql-0", Force: true})
	t.Run(time.Minute)

	t.Heading("There are two of it, and both take writes to one file")
	t.Show("kubectl get pods", t.C.Pods("mysql"))
	t.Show("ps, on all nodes", t.C.Processes())
	for _, from := range []string{"client-0", "client-2"} {
		found, err := t.C.Lookup(from, "mysql-0.mysql")
		if err != nil {
			return err
		}
		t.Show("kubectl exec "+from+" -- nslookup mysql-0.mysql", found)
	}

	t.Heading("The network is mended: the kubelet hears that the pod is gone, and kills what is left of it")
	t.Do(sim.HealNode{Node: "node-0"})
	t.Settle()
	t.Show("ps, on all nodes", t.C.Processes())
	lost := lost(t.C)
	t.Say("%d writes that clients were promised are not on disk:", len(lost))
	for _, p := range lost[:min(3, len(lost))] {
		t.Say("  %s", p)
	}

	t.Heading("With other storage")
	t.Say("%-36s %-12s %-7s %-9s %-9s %s", "", "second one", "two at", "promised", "promised", "lost")
	t.Say("%-36s %-12s %-7s %-9s %-9s %s", "", "starts", "once", "by first", "by second", "in the end")
	for _, s := range storages {
		row, err := split(s.provisioner)
		if err != nil {
			return err
		}
		t.Say("%-36s %s", s.name, row)
	}
	return t.End()
}

// split lives through ten minutes of a split, with somebody who deletes the pod by force
// after one, and measures.
func split(provisioner string) (string, error) {
	t := begin(io.Discard, provisioner)
	before := promised(t.C)
	t.Do(sim.PartitionNode{Node: "node-0"})
	t.Run(time.Minute)
	t.Do(sim.Delete{Target: "pod/mysql-0", Force: true})
	starts, both := "never", time.Duration(0)
	for second := range 9 * 60 {
		t.Run(time.Second)
		first, new := running(t.C)
		if new && starts == "never" {
			starts = fmt.Sprintf("after %ds", second+1)
		}
		if first && new {
			both += time.Second
		}
	}
	after := promised(t.C)
	t.Do(sim.HealNode{Node: "node-0"})
	t.Run(5 * time.Minute)
	return fmt.Sprintf("%-12s %-7s %-9d %-9d %d", starts, both,
		after[2]-before[2], after[0]+after[1]-before[0]-before[1], len(lost(t.C))), t.End()
}

// running reports whether the first mysql-0, whose pod is gone, and the new one run.
func running(c *sim.Cluster) (first, new bool) {
	for _, p := range c.Processes().Items {
		if p.Pod == "mysql-0" {
			first, new = first || p.Stray, new || !p.Stray
		}
	}
	return first, new
}

// notes are the promises that a client has noted.
func notes(c *sim.Cluster, client int) []workload.Promise {
	for _, f := range stored(c, fmt.Sprintf("notes-client-%d", client)) {
		return workload.Promises(f.Data)
	}
	return nil
}

// promised is how many promises each client has noted.
func promised(c *sim.Cluster) (n [3]int) {
	for i := range n {
		n[i] = len(notes(c, i))
	}
	return n
}

// lost are the promises that are not in the log that mysql-0 works with now.
func lost(c *sim.Cluster) []workload.Promise {
	var all []workload.Promise
	for i := range 3 {
		all = append(all, notes(c, i)...)
	}
	node := ""
	if pod, err := c.Pod("mysql-0"); err == nil {
		node = pod.Spec.NodeName
	}
	for _, f := range stored(c, "data-mysql-0") {
		if f.Node == "" || f.Node == node {
			return workload.Lost(all, f.Data)
		}
	}
	return all
}

// stored is what is on the volume of a claim.
func stored(c *sim.Cluster, claim string) []sim.StoredFile {
	files, err := c.Stored(claim)
	if err != nil {
		return nil
	}
	return files
}
