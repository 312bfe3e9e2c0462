package sim_test

import (
	"fmt"
	"log"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// web is a set of three pods without claims, and its Service.
func web() []model.Object {
	replicas := int32(3)
	return []model.Object{
		&model.Service{ObjectMeta: model.ObjectMeta{Name: "nginx"}, Spec: model.ServiceSpec{
			ClusterIP: model.ClusterIPNone, Selector: model.Labels{"app": "nginx"},
		}},
		&model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
			Replicas: &replicas, ServiceName: "nginx", Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "nginx"}},
			Template: model.PodTemplateSpec{Labels: model.Labels{"app": "nginx"}, Spec: model.PodSpec{
				Containers: []model.Container{{Name: "nginx", Image: "nginx:1.26"}},
			}},
		}},
	}
}

// The pods of a set come up one after the other.
func Example() {
	c := sim.New(sim.Config{})
	if err := c.Apply(web()...); err != nil {
		log.Fatal(err)
	}
	fmt.Print(c.Settle())
	fmt.Print(c.Pods("web"))
	// Output:
	// settled at +5.0s
	// NAME    READY   STATUS    RESTARTS   AGE   IP         NODE     IMAGE
	// web-0   1/1     Running   0          5s    10.0.0.1   node-0   nginx:1.26
	// web-1   1/1     Running   0          2s    10.0.0.2   node-0   nginx:1.26
	// web-2   1/1     Running   0          1s    10.0.0.3   node-0   nginx:1.26
}

// Kubernetes issue 67250: a pod that cannot start is not replaced when the template
// is reverted. Settle says so, and what frees the set.
func Example_stuck() {
	c := sim.New(sim.Config{Images: map[string]sim.Image{"nginx:oops": {Missing: true}}})
	if err := c.Apply(web()...); err != nil {
		log.Fatal(err)
	}
	c.Settle()
	c.SetImage("web", "nginx", "nginx:oops")
	c.Settle()
	c.RolloutUndo("web", 0)
	out := c.Settle()
	fmt.Println(out.State)
	for _, reason := range out.Reasons {
		fmt.Println(reason)
	}
	c.Delete("pod/web-2")
	fmt.Println(c.Settle().State)
	// Output:
	// waiting
	// sts/web: waits: web-2 is pending
	//   it would help to kubectl delete pod web-2: under OrderedReady a pod of an old revision is only replaced once it is ready, or deleted (kubernetes #67250)
	// pod/web-2: ImagePullBackOff: image nginx:oops cannot be pulled
	// settled
}

// Why walks the reasons to the root, and tries what would help in a fork before it says so.
func ExampleCluster_Why() {
	c := sim.New(sim.Config{Images: map[string]sim.Image{"nginx:oops": {Missing: true}}})
	if err := c.Apply(web()...); err != nil {
		log.Fatal(err)
	}
	c.Settle()
	c.SetImage("web", "nginx", "nginx:oops")
	c.Settle()
	c.RolloutUndo("web", 0)
	c.Settle()
	why, err := c.Why("web")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(why)
	for _, remedy := range why.Remedies {
		fmt.Println("try", remedy, "which takes", remedy.After)
	}
	c.Do(why.Remedies[0].Do[0])
	c.Settle()
	why, _ = c.Why("web")
	fmt.Println(why)
	// Output:
	// rollout of web waits for web-2, which is not Ready: image nginx:oops cannot be pulled; the template has been reverted, but a pod of the old revision is only replaced once it is Ready or deleted (kubernetes #67250); each of these would free it: `kubectl delete pod/web-2`, in 1.0s; `mend image nginx:oops`, in 54.0s
	// try `kubectl delete pod/web-2` which takes 1.012s
	// try `mend image nginx:oops` which takes 54.011s
	// web is what its spec asks for
}

// A fork goes its own way.
func ExampleCluster_Clone() {
	c := sim.New(sim.Config{})
	if err := c.Apply(web()...); err != nil {
		log.Fatal(err)
	}
	c.Settle()
	fork, err := c.Clone()
	if err != nil {
		log.Fatal(err)
	}
	fork.Scale("web", 1)
	fork.Settle()
	fmt.Println(c.Pods("web").Names(), fork.Pods("web").Names())
	// Output: [web-0 web-1 web-2] [web-0]
}

// Operations are values: they can be put at instants.
func ExampleCluster_At() {
	c := sim.New(sim.Config{})
	if err := c.Apply(web()...); err != nil {
		log.Fatal(err)
	}
	c.At(20*time.Second, sim.CrashContainer{Pod: "web-1"})
	c.At(40*time.Second, sim.CrashContainer{Pod: "web-1"})
	c.Settle()
	for _, line := range c.Trace() {
		if line.Who == "web-1" && line.At > model.Instant(10*time.Second) {
			fmt.Println(line.At, line.What)
		}
	}
	// Output:
	// 2000-01-01T00:00:20Z crashes and is restarted at once
	// 2000-01-01T00:00:20Z is not ready any more
	// 2000-01-01T00:00:20Z runs again (restart 1)
	// 2000-01-01T00:00:21Z is ready at 10.0.0.2
	// 2000-01-01T00:00:40Z crashes and is restarted in 10s
	// 2000-01-01T00:00:40Z is not ready any more
	// 2000-01-01T00:00:50Z runs again (restart 2)
	// 2000-01-01T00:00:51Z is ready at 10.0.0.2
}

// A pod's resolver tries the search domains in turn.
func ExampleCluster_Lookup() {
	c := sim.New(sim.Config{})
	if err := c.Apply(web()...); err != nil {
		log.Fatal(err)
	}
	c.Settle()
	found, err := c.Lookup("web-0", "web-2.nginx")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(found)
	// Output:
	// Server:		10.96.0.10
	// Address:	10.96.0.10:53
	//
	// Name:	web-2.nginx.default.svc.cluster.local
	// Address: 10.0.0.3
}

// A picture of a rollout.
func ExampleCluster_Timeline() {
	c := sim.New(sim.Config{})
	if err := c.Apply(web()...); err != nil {
		log.Fatal(err)
	}
	c.Settle()
	c.SetImage("web", "nginx", "nginx:1.27")
	c.Settle()
	fmt.Print(c.Timeline("web", 60))
	// Output:
	// web-0  ~~111111111111111111111111111111111111111xxxxxxxxxxxxxxxxxx~
	// web-1  ..111111111111111111111xxxxxxxxxxxxxxxxxx2222222222222222222
	// web-2  ..~xxxxxxxxxxxxxxxxxx~~2222222222222222222222222222222222222
	//        +0.0s                                                +100.1s
	//        a column is 1.7s; . none, ~ not ready, 1 ready at revision 1, x terminating
}
