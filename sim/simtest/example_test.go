package simtest_test

import (
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// printed is a test that prints what it says, and goes on.
type printed string

func (p printed) Name() string    { return string(p) }
func (p printed) Helper()         {}
func (p printed) Log(args ...any) { fmt.Println(args...) }
func (p printed) Fatal(args ...any) {
	fmt.Println(append([]any{"--- FAIL: " + string(p) + ":"}, args...)...)
}

// elsewhere makes an empty directory the present one, and returns what undoes it.
func elsewhere() (back func()) {
	before, err := os.Getwd()
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "stories")
	if err == nil {
		err = os.Chdir(dir)
	}
	if err != nil {
		log.Fatal(err)
	}
	return func() {
		_ = os.Chdir(before)
		_ = os.RemoveAll(dir)
	}
}

// What a failing test says: here the smallest story with which rapid breaks the promise that a
// scale-down comes to its end.
func ExampleFail() {
	defer elsewhere()()
	t := printed("TestScaleDown")

	c := sim.New(sim.Config{})
	if err := c.Apply(simtest.Objects(webSet(2))...); err != nil {
		log.Fatal(err)
	}
	c.Settle()
	_ = c.Do(sim.StopServing{Pod: "web-0"})
	_ = c.Scale("web", 1)
	c.Settle()
	if n := len(c.Pods("web").Items); n > 1 {
		simtest.Fail(t, c, "fewer replicas can be had", fmt.Sprintf("there are %d pods", n))
	}
	// Output:
	// fewer replicas can be had: there are 2 pods
	//
	//   +0.0s  you    kubectl apply svc/web sts/web
	//   +0.0s  web    service created
	//   +0.0s  web    statefulset created
	//   +0.0s  web    makes revision 1, 575c8886b4
	//   +0.0s  web    creates web-0 at revision 575c8886b4
	//   +0.0s  web-0  is assigned to node-0
	//   +0.0s  web-0  starts on node-0 at 10.0.0.1
	//   +0.0s  web-0  pulls image app:1
	//   +3.0s  web-0  is ready at 10.0.0.1
	//   +3.0s  web    creates web-1 at revision 575c8886b4
	//   +3.0s  web-1  is assigned to node-0
	//   +3.0s  web-1  starts on node-0 at 10.0.0.2
	//   +4.0s  web-1  is ready at 10.0.0.2
	//   +4.0s  you    stop serving web-0
	//   +4.0s  web-0  is not ready any more
	//   +4.0s  you    kubectl scale sts/web --replicas=1
	//   +4.0s  web    statefulset configured
	//
	// why: scale-down of web waits for web-0, which is not Ready: the program of image app:1 works, and
	//   cannot serve; under OrderedReady nothing else is done before it is Ready; each of these would free
	//   it: `start serving web-0`, in 30.0s; `kubectl delete pod/web-0`, in 61.0s
	// The story is kept in testdata/stories/TestScaleDown.txt; this line in a test tells it again:
	// 	simtest.Replay(t, "testdata/stories/TestScaleDown.txt")
	// --- FAIL: TestScaleDown: fewer replicas can be had: there are 2 pods
}

// A story in a file is told by one line, whoever has written it: here somebody by hand.
func ExampleReplay() {
	defer elsewhere()()
	story := strings.Join([]string{
		"# At most one pod runs for an identity, and force breaks that.",
		"check at most one pod runs for an identity",
		"kubectl create -f - <<EOF",
		simtest.Text(simtest.Objects(webSet(1))) + "EOF",
		"settle",
		"kubectl delete pod web-0 --force",
		"settle",
	}, "\n")
	if err := os.WriteFile("force.txt", []byte(story), 0o644); err != nil {
		log.Fatal(err)
	}
	simtest.Replay(printed("TestForce"), "force.txt")
	// Output:
	// at most one pod runs for an identity: web-0 runs on node-0 and on node-0
	//
	//   +0.0s  you    kubectl create svc/web sts/web
	//   +0.0s  web    service created
	//   +0.0s  web    statefulset created
	//   +0.0s  web    makes revision 1, 575c8886b4
	//   +0.0s  web    creates web-0 at revision 575c8886b4
	//   +0.0s  web-0  is assigned to node-0
	//   +0.0s  web-0  starts on node-0 at 10.0.0.1
	//   +0.0s  web-0  pulls image app:1
	//   +3.0s  web-0  is ready at 10.0.0.1
	//   +3.0s  you    kubectl delete pod/web-0 --force
	//   +3.0s  web-0  is gone
	//   +3.0s  web-0  is being killed at node-0: its object is gone
	//   +3.0s  web-0  is stopping: its grace period is 1s
	//   +3.0s  web    creates web-0 at revision 575c8886b4
	//   +3.0s  web-0  is assigned to node-0
	//   +3.0s  web-0  starts on node-0 at 10.0.0.2
	//   +3.5s  check  at most one pod runs for an identity: broken, web-0 runs on node-0 and on node-0
	//   +4.0s  web-0  is ready at 10.0.0.2
	//   +5.0s  web-0  has stopped at node-0, where it had gone on without an object
	//
	// The story is kept in force.txt; this line in a test tells it again:
	// 	simtest.Replay(t, "force.txt")
	// --- FAIL: TestForce: at most one pod runs for an identity: web-0 runs on node-0 and on node-0
}

// Operations are drawn with small numbers, and some images are bad.
func ExampleOperation() {
	for seed := range 5 {
		fmt.Println(simtest.Operation("web", "scale", "set image", "delete pod").Example(seed))
	}
	// Output:
	// kubectl set image sts/web app=app:2
	// kubectl set image sts/web app=app:3
	// kubectl set image sts/web app=app:1
	// kubectl set image sts/web app=app:missing
	// kubectl scale sts/web --replicas=2
}

// A whole life in one line, and the rules that must hold in it.
func ExampleWorld() {
	property := func(t *rapid.T) {
		c := simtest.World(t, simtest.Life{}, simtest.Check(checks.KeepsClaims()))
		c.Run(time.Hour)
	}
	_ = property // rapid.Check(t, property), in a test
}

// A state machine: the verbs and the accidents, and one action of one's own.
func ExampleActions() {
	property := func(t *rapid.T) {
		c := simtest.Cluster(t, simtest.Nodes(3), simtest.Check(checks.KeepsClaims()))
		if err := c.Apply(simtest.Objects(simtest.StatefulSet().Draw(t, "set"))...); err != nil {
			t.Fatal(err)
		}
		actions := simtest.Actions(c, "web")
		delete(actions, "drain") // which this property is not about
		actions["a minute"] = func(*rapid.T) { c.Run(time.Minute) }
		t.Repeat(actions)
	}
	_ = property // rapid.Check(t, property), in a test
}
