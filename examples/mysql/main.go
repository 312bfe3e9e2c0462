// Mysql runs the replicated database of the Kubernetes tutorial, with clients that write
// and read and remember what they were promised, and lets the primary's node die. What
// clients and replicas see then depends on what somebody does about the pod, and a little
// on how DNS is set up.
//
//	go run ./examples/mysql
package main

import (
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/examples/internal/lesson"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/workload"
)

//go:embed mysql.yaml
var manifests []byte

// Provisioners of two kinds of storage.
const (
	disks = "ebs.csi.aws.com"                             // block devices: at one node at a time
	nfs   = "k8s-sigs.io/nfs-subdir-external-provisioner" // directories of a file share: at any number
)

func main() {
	if err := tell(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// config is a world whose images are programs.
func config() sim.Config {
	return sim.Config{Nodes: 3, Images: map[string]sim.Image{
		"mysql:5.7": {Program: workload.MySQL{Poll: 2 * time.Second}},
		"client": {Program: workload.Client{
			Write: "mysql-0.mysql", Read: "mysql-read", Every: 2 * time.Second, MaxStale: 10 * time.Second, Notes: "/notes/promises",
		}},
	}}
}

// on makes a class one of a provisioner.
func on(provisioner string) func(model.Object) {
	return func(o model.Object) {
		if class, ok := o.(*model.StorageClass); ok {
			class.Provisioner = provisioner
		}
	}
}

// promises are what the clients have noted on their volumes.
func promises(c *sim.Cluster) (out []workload.Promise) {
	for i := range 3 {
		out = append(out, workload.Promises(file(c, fmt.Sprintf("notes-client-%d", i), "/promises"))...)
	}
	return out
}

// binlog is the log on the volume of a server's claim.
func binlog(c *sim.Cluster, claim string) workload.File { return file(c, claim, "/binlog") }

func file(c *sim.Cluster, claim, path string) workload.File {
	stored, err := c.Stored(claim)
	if err != nil {
		return workload.File{}
	}
	for _, f := range stored {
		if f.Path == path {
			return f.Data
		}
	}
	return workload.File{}
}

func tell(out io.Writer) error {
	t := lesson.Begin(out, config())
	t.Heading("A primary, two replicas and three clients")
	t.Apply(manifests, on(disks))
	t.Settle()
	t.Show("ps, on all nodes", t.C.Processes())

	t.Heading("The primary's node dies")
	t.Do(sim.CrashNode{Node: "node-0"})
	t.Run(60 * time.Second)
	t.Say("The replicas have refused to answer after ten seconds. What is known of the node comes later:")
	t.Show("ps, on all nodes", t.C.Processes())

	t.Heading("Left alone, the pod is evicted, and stays Terminating for as long as its node is silent")
	t.Run(6 * time.Minute)
	t.Show("kubectl get pods -o wide", t.C.Pods("mysql"))

	t.Heading("Deleted by force, it comes back on another node, six minutes later: its disk must be taken away first")
	t.Do(sim.Delete{Target: "pod/mysql-0", Force: true})
	t.Settle()
	t.Show("kubectl get pods -o wide", t.C.Pods("mysql"))
	t.Show("ps, on all nodes", t.C.Processes())
	kept, lost := promises(t.C), workload.Lost(promises(t.C), binlog(t.C, "data-mysql-0"))
	t.Say("Of %d writes that were promised %d are lost.", len(kept), len(lost))

	t.Heading("How long a client cannot write, and what it sees")
	return compare(out, t.End())
}

// ways are how a database gets its primary back after its node has died.
var ways = []struct {
	name string
	ops  func() []sim.Operation
}{
	{"the node comes back after 2m", func() []sim.Operation { return []sim.Operation{sim.RestartNode{Node: "node-0"}} }},
	{"the pod is deleted by force after 2m", func() []sim.Operation {
		return []sim.Operation{sim.Delete{Target: "pod/mysql-0", Force: true}}
	}},
	{"and its node is said to be out of service", func() []sim.Operation {
		return []sim.Operation{
			sim.TaintNode{Node: "node-0", Taints: []string{model.TaintOutOfService + "=nodeshutdown:NoExecute"}},
			sim.Delete{Target: "pod/mysql-0", Force: true},
		}
	}},
}

// compare lives through each way with each profile of DNS.
func compare(out io.Writer, err error) error {
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%-43s %-10s %-9s %-15s %-8s %s\n", "", "DNS", "writes", "mysql-2 is", "attempts", "attempts without")
	fmt.Fprintf(out, "%-43s %-10s %-9s %-15s %-8s %s\n", "", "profile", "stop for", "ready after", "unheard", "an address")
	for _, way := range ways {
		for _, profile := range []dnsmodel.Profile{dnsmodel.Kubeadm(), dnsmodel.Addons(), dnsmodel.NodeLocal(), dnsmodel.Plain()} {
			row, err := outage(profile, way.ops())
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%-43s %-10s %s\n", way.name, profile.Name, row)
		}
	}
	return nil
}

// outage lets the primary's node die, does something about it after two minutes, and
// measures.
func outage(profile dnsmodel.Profile, ops []sim.Operation) (string, error) {
	conf := config()
	conf.DNS = profile
	t := lesson.Begin(io.Discard, conf)
	t.Apply(manifests, on(disks))
	t.Settle()
	before, died := tally(t.C), t.C.Now()
	t.Do(sim.CrashNode{Node: "node-0"})
	t.Run(2 * time.Minute)
	for _, op := range ops {
		t.Do(op)
	}
	stopped := tally(t.C).Promised
	t.C.RunUntil(func(sim.View) bool { return tally(t.C).Promised > stopped }, time.Hour)
	gap := t.C.Now().Sub(died)
	t.C.RunUntil(func(v sim.View) bool { return v.PodReady("mysql-2") }, time.Hour)
	replica := t.C.Now().Sub(died)
	after := tally(t.C)
	if lost := workload.Lost(promises(t.C), binlog(t.C, "data-mysql-0")); len(lost) > 0 {
		return "", fmt.Errorf("lost: %v", lost)
	}
	return fmt.Sprintf("%-9s %-15s %-8d %d", gap.Round(time.Second), replica.Round(time.Second),
		after.Unheard-before.Unheard, after.Unresolved-before.Unresolved), t.End()
}

// tally is how client-1 fares, which lives on another node than mysql-0.
func tally(c *sim.Cluster) workload.Tally {
	program, err := c.Program("client-1")
	if client, ok := program.(workload.Client); ok && err == nil {
		return client.Tally()
	}
	return workload.Tally{}
}
