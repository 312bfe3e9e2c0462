// Package explore tries everything: every order of events that happen at one instant, every
// way in which chance may have it, every fault at every moment, up to a bound. What holds then
// holds of a small world altogether; what does not comes with the shortest story there is.
//
//	c := sim.New(sim.Config{Nodes: 3, AnyOrder: true})
//	c.Apply(objects...)
//	c.Settle()
//	c.Check(checks.All()...)                    // what has to hold at all times
//	c.SetImage("web", "nginx", "nginx:1.27")
//
//	r, err := explore.Run(ctx, explore.Search{
//		World:  c,
//		Faults: crashes,                        // a node crashes, and starts again later
//		AtRest: func(c *sim.Cluster) string {   // what has to be reached in the end
//			_, err := checks.Progress(c)
//			...
//		},
//	})
//	fmt.Println(r)          // holds: 52798 states, 949 of them at rest, at most 91 steps deep
//	fmt.Print(r.Story.Trace())  // of what is violated
//
// # Three answers
//
// A search holds if it has visited every state that can be reached, and all was well in each.
// It is violated if a check has failed, or a world at rest was not what it should be. It is
// unknown if a limit has ended it, and says which. There is no fourth: a search that holds has
// left nothing out but what [Search] bounds in plain numbers, the faults, their budget, and
// the points of a latency that are tried; and the instants at which nothing else happens.
//
// # What is tried
//
// A step is the next event, or the beginning or the end of a fault. Where several events are due
// at one instant, each of them is the next once, if the world was made with
// [sim.Config].AnyOrder; without it they come in their fixed order. So are, with it, the nodes
// that the scheduler finds equally good. Whatever is drawn is tried in full, but for latencies,
// of which there are 1,024: of those, the shortest and the longest, or more points if asked.
// Between two events nothing changes but the time, so a fault is tried once between them, right
// after the first. Where it matters how long after, as in a race of the fault's consequences with
// something that is planned already, put it at an instant ([sim.Cluster.At]), and search once
// for each.
//
// Faults come from package faults ([faults.Source.Candidates]), or are written down one by one; an
// operation of somebody's hands is one, too. What is put at an instant with [sim.Cluster.At]
// happens then in every story.
//
// # How states are known again
//
// Two stories that lead to one state have the same future, which is gone through once. States are
// known by [sim.Cluster.StateHash]: it is blind to the numbers that only count, to which of several
// equal nodes is which, and to the past. Time is part of a state, and passes as long as controllers
// take some (a world in which they may take none is refused), so nothing comes round again: a world
// that never rests, such as one with a crash loop or with programs that poll, has no end of states,
// and a limit ends it. Two different states of one hash would hide one of the two; among ten
// million states of 64 bits that is to be expected once in 370,000 searches.
//
// # How it goes through them
//
// It goes into the depth, so that there is one world for each step of one story, and of all states
// it keeps the hash and a number. One that is reached in fewer steps than before is gone through
// again: what follows may have been too far away. Workers share the table of hashes; one that has
// nothing to do is given a state by another. The states are the same whoever visits them, so the
// result does not depend on how many workers there are. When something is violated, one worker
// alone looks for the shortest story, in a fixed order: fewest faults first, then fewest steps. It
// is told again in a world that has a trace, from which package screenplay can write a file that
// plays anywhere.
package explore
