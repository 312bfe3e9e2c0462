// Package simtest is for your own property tests: it lets pgregory.net/rapid draw
// the StatefulSet, what is done to it, and how long everything takes, and leaves
// to you what must hold.
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
//			if err := c.SetImage("web", "nginx", "nginx:1.27"); err != nil {
//				t.Fatal(err)
//			}
//			tooFew := func(w sim.View) bool { return w.Ready("web") < 2 }
//			if c.RunUntil(tooFew, time.Hour) {
//				t.Fatalf("no quorum:\n%s", c.Trace())
//			}
//		})
//	}
//
// [sim.Cluster.RunUntil] asks its condition after every single event, so "until it
// is broken, for an hour" is "always".
//
// # Why failures become small
//
// A world has one source of choice, and [Cluster] plugs rapid into it. Every
// latency that varies is a number from 0 to 1023 which rapid has drawn, so rapid
// knows how to make it smaller; and a smaller number is a shorter time. What is
// left of a failing story is the shortest list of operations that breaks the
// property, and every delay that does not matter is the shortest there is. The
// labels of the draws in rapid's output ("start", "ready") are those of the
// choices. The same holds for what [StatefulSet] and [Operation] draw: a smaller
// set, a scale to fewer replicas, a plainer operation come first.
//
// # Drawn sets and operations
//
// [StatefulSet] draws valid sets, all named web, and [Operation] what somebody with
// kubectl and a bad day may do to one, faults included. The two fit each other, but
// are not tied: an operation that cannot be done, such as the deletion of a pod that
// does not exist, returns an error from [sim.Cluster.Do] and leaves the world as it
// was. Ignore it. Some of the images that operations set are bad, see [Images].
//
//	set := simtest.StatefulSet().Draw(t, "set")
//	c := simtest.Cluster(t)
//	c.Check(checks.All()...)
//	c.Apply(simtest.Objects(set)...)
//	for range rapid.IntRange(0, 10).Draw(t, "operations") {
//		_ = c.Do(simtest.Operation("web").Draw(t, "operation"))
//		c.Run(simtest.Pause().Draw(t, "pause"))
//	}
//	require.Empty(t, c.Violations())
//
// What must hold of any set is in package checks, whose own tests live through worlds of this
// kind.
//
// # Replay
//
// A world that rapid has found runs again without rapid: [sim.Replay] makes the
// choices that [sim.Cluster.Choices] lists once more.
package simtest
