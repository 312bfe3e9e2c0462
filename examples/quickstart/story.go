package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// narrator lives through the story of one StatefulSet and prints it.
type narrator struct {
	out io.Writer
	c   *sim.Cluster
	set *model.StatefulSet
}

func newNarrator(out io.Writer, seed uint64) *narrator {
	config := sim.Config{Nodes: 3, Seed: seed}
	if seed != 0 {
		config.Latencies = sim.Latencies{
			Pull:      sim.Between(time.Second, 20*time.Second),
			Start:     sim.Between(200*time.Millisecond, 2*time.Second),
			Ready:     sim.Between(200*time.Millisecond, 5*time.Second),
			Provision: sim.Between(time.Second, 6*time.Second),
			Schedule:  sim.Between(5*time.Millisecond, 50*time.Millisecond),
		}
	}
	return &narrator{out: out, c: sim.New(config)}
}

// tell is the story. It ends early if the set does not come up.
func (n *narrator) tell(objects []model.Object, files []string) error {
	for _, o := range objects {
		if set, ok := o.(*model.StatefulSet); ok && n.set == nil {
			n.set = set
		}
	}
	if n.set == nil {
		return fmt.Errorf("no StatefulSet in %s", strings.Join(files, ", "))
	}
	chapters := []func() error{
		func() error { return n.start(objects, files) },
		n.names,
		n.data,
		n.scaleUp,
		n.canary,
		n.rollOut,
		n.undo,
		n.scaleDown,
		n.picture,
	}
	for _, chapter := range chapters {
		if err := chapter(); err != nil {
			return err
		}
		if waits := n.c.Reasons(); len(waits) > 0 {
			n.explain(waits)
			return nil
		}
	}
	return nil
}

// start applies the manifests: the pods come up one after the other.
func (n *narrator) start(objects []model.Object, files []string) error {
	n.heading(n.byPolicy("The pods start in order", "The pods start at once"))
	err := n.do("kubectl apply -f "+strings.Join(files, " -f "), func() error { return n.c.Apply(objects...) })
	if err != nil {
		return err
	}
	n.show("kubectl get pods -o wide", n.pods())
	n.show("kubectl get pvc", n.c.Claims(n.namespace()))
	return nil
}

// names asks DNS, from inside the last pod, for the Service and for every pod.
func (n *narrator) names() error {
	service, pods := n.set.Spec.ServiceName, n.pods().Names()
	if service == "" || len(pods) == 0 {
		return nil
	}
	n.heading("Each pod has a name in DNS")
	from := pods[len(pods)-1]
	asked := []string{service}
	for _, pod := range pods {
		asked = append(asked, pod+"."+service)
	}
	for _, name := range asked {
		r, err := n.c.Lookup(from, name, n.namespace())
		if err != nil {
			return err
		}
		n.show("kubectl exec "+from+" -- nslookup "+name, r)
	}
	return nil
}

// data writes to each pod's volume, deletes a pod, and finds its data again.
func (n *narrator) data() error {
	file, ok := n.file()
	pods := n.pods().Names()
	if !ok || len(pods) == 0 {
		return nil
	}
	n.heading("What a pod has written stays when the pod is replaced")
	for _, pod := range pods {
		content := "hello from " + pod
		if err := n.do(fmt.Sprintf("kubectl exec %s -- sh -c 'echo %s > %s'", pod, content, file), func() error {
			return n.c.WriteFile(pod, file, content, n.namespace())
		}); err != nil {
			return err
		}
	}
	lost := pods[len(pods)/2]
	before, err := n.c.Pod(lost, n.namespace())
	if err != nil {
		return err
	}
	if err := n.do("kubectl delete pod "+lost, func() error { return n.c.Delete("pod/"+lost, n.namespace()) }); err != nil {
		return err
	}
	after, err := n.c.Pod(lost, n.namespace())
	if err != nil {
		return err
	}
	content, err := n.c.ReadFile(lost, file, n.namespace())
	if err != nil {
		return err
	}
	n.show(fmt.Sprintf("kubectl exec %s -- cat %s", lost, file), content+"\n")
	fmt.Fprintf(n.out, "\nThe same name and data, another address: %s was at %s and is at %s.\n", lost, before.Status.PodIP, after.Status.PodIP)
	return nil
}

// scaleUp makes five of them.
func (n *narrator) scaleUp() error {
	n.heading(n.byPolicy("More pods, again in order", "More pods, again at once"))
	err := n.scale(5)
	n.show("kubectl get pods -o wide", n.pods())
	return err
}

// newImage is what the rollout brings.
func (n *narrator) newImage() (container, image string) {
	c := n.set.Spec.Template.Spec.Containers[0]
	name, _, _ := strings.Cut(c.Image, ":")
	return c.Name, name + ":1.27"
}

// canary updates the last pod only.
func (n *narrator) canary() error {
	n.heading("A canary: with partition 4 only the fifth pod gets the new image")
	if err := n.partition(4); err != nil {
		return err
	}
	container, image := n.newImage()
	err := n.do(fmt.Sprintf("kubectl set image sts/%s %s=%s", n.set.Name, container, image), func() error {
		return n.c.SetImage(n.set.Name, container, image, n.namespace())
	})
	n.show("kubectl get pods -o wide", n.pods())
	return err
}

// rollOut lowers the partition, step by step, until all pods are new.
func (n *narrator) rollOut() error {
	n.heading("The rollout goes on as the partition is lowered")
	for _, partition := range []int{2, 0} {
		if err := n.partition(partition); err != nil {
			return err
		}
		message, _, err := n.c.RolloutStatus(n.set.Name, n.namespace())
		if err != nil {
			return err
		}
		n.show("kubectl rollout status sts/"+n.set.Name, message)
	}
	n.show("kubectl get pods -o wide", n.pods())
	return nil
}

// undo brings the old template back.
func (n *narrator) undo() error {
	n.heading("Back to the old image")
	err := n.do("kubectl rollout undo sts/"+n.set.Name, func() error {
		said, err := n.c.RolloutUndo(n.set.Name, 0, n.namespace())
		fmt.Fprintln(n.out, said)
		return err
	})
	if err != nil {
		return err
	}
	history, err := n.c.RolloutHistory(n.set.Name, 0, n.namespace())
	n.show("kubectl rollout history sts/"+n.set.Name, history)
	return err
}

// scaleDown leaves one pod, and all claims.
func (n *narrator) scaleDown() error {
	n.heading(n.byPolicy("Fewer pods: the last goes first, and each gets its grace period", "Fewer pods: all go at once, each with its grace period"))
	if err := n.scale(1); err != nil {
		return err
	}
	n.show("kubectl get pods -o wide", n.pods())
	if len(n.set.Spec.VolumeClaimTemplates) > 0 {
		fmt.Fprintln(n.out, "\nThe claims stay, with the data: the pods would find it if they came back.")
		n.show("kubectl get pvc", n.c.Claims(n.namespace()))
	}
	return nil
}

// byPolicy chooses the words for OrderedReady or Parallel.
func (n *narrator) byPolicy(ordered, parallel string) string {
	if n.set.Spec.PodManagementPolicy == model.Parallel {
		return parallel
	}
	return ordered
}

// picture draws the whole story.
func (n *narrator) picture() error {
	n.heading("The whole story in a picture")
	fmt.Fprint(n.out, "\n", n.c.Timeline(n.set.Name, 92, n.namespace()))
	return nil
}

func (n *narrator) scale(replicas int) error {
	return n.do(fmt.Sprintf("kubectl scale sts/%s --replicas=%d", n.set.Name, replicas), func() error {
		return n.c.Scale(n.set.Name, replicas, n.namespace())
	})
}

func (n *narrator) partition(p int) error {
	op := sim.SetPartition{Namespace: n.set.Namespace, Set: n.set.Name, Partition: p}
	return n.do(op.String(), func() error { return n.c.Do(op) })
}

// do prints a command, does it, lets time pass until nothing is pending, and prints
// what happened to the pods.
func (n *narrator) do(command string, operation func() error) error {
	n.prompt(command)
	mark := n.c.TraceLen()
	if err := operation(); err != nil {
		return err
	}
	n.c.Settle()
	var told sim.Story
	for _, line := range n.c.TraceFrom(mark) {
		if line.Who != "you" && worthTelling(line.What) {
			told = append(told, line)
		}
	}
	fmt.Fprint(n.out, told)
	return nil
}

// worthTelling leaves out what every pod goes through on its way.
func worthTelling(what string) bool {
	for _, word := range []string{"creates ", "deletes ", "is ready", "is gone", "waits", "goes back", "is complete"} {
		if strings.HasPrefix(what, word) {
			return !strings.HasPrefix(what, "creates claim")
		}
	}
	return false
}

func (n *narrator) show(command string, result any) {
	n.prompt(command)
	fmt.Fprint(n.out, result)
}

func (n *narrator) prompt(command string) {
	fmt.Fprintf(n.out, "\n+%.1fs $ %s\n", time.Duration(n.c.Now()).Seconds(), command)
}

func (n *narrator) heading(text string) { fmt.Fprintf(n.out, "\n# %s\n", text) }

// explain prints why the set is not as it should be, and what would help.
func (n *narrator) explain(reasons []sim.Reason) {
	n.heading("It waits, and nothing that is pending will change that")
	n.show("kubectl get pods -o wide", n.pods())
	fmt.Fprintln(n.out)
	for _, r := range reasons {
		fmt.Fprintln(n.out, r)
	}
}

func (n *narrator) pods() sim.PodList { return n.c.Pods(n.set.Name, n.namespace()) }

func (n *narrator) namespace() sim.Option {
	if n.set.Namespace == "" {
		return sim.InNamespace(model.NamespaceDefault)
	}
	return sim.InNamespace(n.set.Namespace)
}

// file is a path on the volume that each pod has for itself.
func (n *narrator) file() (path string, ok bool) {
	for _, t := range n.set.Spec.VolumeClaimTemplates {
		for _, c := range n.set.Spec.Template.Spec.Containers {
			for _, m := range c.VolumeMounts {
				if m.Name == t.Name {
					return strings.TrimSuffix(m.MountPath, "/") + "/index.html", true
				}
			}
		}
	}
	return "", false
}
