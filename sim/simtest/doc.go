// Package simtest is for your own property tests: it lets pgregory.net/rapid draw
// the StatefulSet, what is done to it, what goes wrong, and how long everything takes, and
// leaves to you what must hold. What fails is made as small as it can be, told as a story,
// kept in a file, and told again by one line.
//
// # A property
//
// Does a rollout keep two of three replicas ready, whatever the timing?
//
//	func TestRolloutKeepsQuorum(t *testing.T) {
//		rapid.Check(t, func(t *rapid.T) {
//			c := simtest.Cluster(t, simtest.Nodes(3), simtest.VaryingLatencies())
//			if err := c.Apply(web...); err != nil {
//				t.Fatal(err)
//			}
//			c.Settle()
//			c.Always("two are ready", func(v sim.View) bool { return v.Ready("web") >= 2 })
//			if err := c.SetImage("web", "nginx", "nginx:1.27"); err != nil {
//				t.Fatal(err)
//			}
//			c.Settle()
//		})
//	}
//
// A check of the world ([sim.Cluster.Always], [sim.Cluster.Check], package checks) is asked after
// every event, and the first that fails fails the test. What you find yourself is for [Fail] and
// [Require]:
//
//	simtest.Require(t, c, "a reverted rollout finishes", c.Settle().State == sim.Settled)
//
// # Drawn worlds
//
// [World] draws a whole life in one line: nodes, release, latencies, the set, operations and
// accidents at their instants. A [Life] says what of it is to be otherwise.
//
//	rapid.Check(t, func(t *rapid.T) {
//		c := simtest.World(t, simtest.Life{}, simtest.Check(checks.KeepsClaims()))
//		c.Run(time.Hour)
//	})
//
// Its parts are there for properties of another shape. [StatefulSet] draws valid sets, all named
// web, and [Objects] is what a set needs around it; [Manifest] is both as YAML. [Operation] draws
// what somebody with kubectl and a bad day may do to a set, [Pause] how long nobody does
// anything, and [Faults] puts what goes wrong by itself into a world. [Actions] are all of these
// as a state machine, for rapid's Repeat:
//
//	c := simtest.Cluster(t, simtest.Nodes(3), simtest.Check(checks.KeepsClaims()))
//	c.Apply(simtest.Objects(simtest.StatefulSet().Draw(t, "set"))...)
//	t.Repeat(simtest.Actions(c, "web"))
//
// Sets and operations fit each other, but are not tied: an operation that cannot be done, such
// as the deletion of a pod that does not exist, is refused, and the world is as it was. Some of
// the images that operations set are bad, see [Images]. Some operations, and some releases of
// Kubernetes, break rules of package checks by design; its essay says which.
//
// # Why failures become small
//
// A world has one source of choice, and [Cluster] plugs rapid into it. Every
// latency that varies is a number from 0 to 1023 which rapid has drawn, so rapid
// knows how to make it smaller; and a smaller number is a shorter time. What is
// left of a failing story is the shortest list of operations and faults that breaks the
// rule, and every delay that does not matter is the shortest there is. The
// labels of the draws in rapid's output ("start", "ready") are those of the
// choices. The same holds for all else that is drawn: a smaller set, one node, a scale to fewer
// replicas, a plainer operation come first.
//
// Rapid holds on to one failure on the way: failures of one rule are one for it, whatever led to
// them, and those of two rules are two.
//
// # What a failure says
//
// That a rollout finishes once it has been taken back sounds like a safe thing to say. This is
// what rapid makes of it in a second, and prints last:
//
//	a reverted rollout finishes: that is not so
//
//	  +0.0s  you    kubectl apply svc/web sts/web
//	  ...
//	  +3.0s  web-0  is ready at 10.0.0.1
//	  +3.0s  you    kubectl set image sts/web app=app:never-ready
//	  ...
//	  +3.0s  web    creates web-0 at revision 68f968686d
//	  +3.0s  you    kubectl set image sts/web app=app:1
//	  ...
//
//	why: rollout of web waits for web-0, which is not Ready: the program of image app:never-ready never
//	  becomes ready; the template has been reverted, but a pod of the old revision is only replaced
//	  once it is Ready or deleted (kubernetes #67250); `kubectl delete pod/web-0` would free it, in 1.0s
//	The story is kept in testdata/stories/TestRollout.txt; this line in a test tells it again:
//		simtest.Replay(t, "testdata/stories/TestRollout.txt")
//
// The rule; the story, at most a screen of it; for a set that is stuck why it is
// ([sim.Cluster.Why]); and the file. It stands below your package and has the name of the test.
// It is a screenplay (package screenplay): commands with their instants, and every choice,
// which can be read, changed and played with anything that plays those.
//
// # Replay
//
// [Replay] needs neither rapid nor the property that has failed. It tells the same story event
// by event, on any machine and architecture, and fails with the same report. Rules that only your
// test knows are options of both: give [Always], [Eventually] or [Check] to [Cluster], and to Replay
// to have them asked again.
package simtest
