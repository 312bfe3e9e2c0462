// Package workload is what runs in containers: programs that start, look for their
// peers, read and write their volumes, talk to each other, become ready, are told to
// stop, and crash. A cluster that only moves pods about can say when web-1 is ready;
// with a program in it, it can say whether the write that a client was promised
// yesterday is still on disk.
//
// # A program
//
// A [Program] is a value. It is told of one thing after the other, an [Input]: that it
// has been started, that a timer has fired, that a message has come, that it is to
// stop (SIGTERM). [Program.Next] is what it becomes by that. What it does to the world
// meanwhile it does through its [Container], which is its system calls: look a name
// up, send, read, write, set a timer, say that it is ready, exit.
//
//	type echo struct{ heard int }
//
//	func (e echo) Next(c workload.Container, in workload.Input) workload.Program {
//		switch in.Kind {
//		case workload.Started:
//			c.SetReady(true)
//		case workload.Received:
//			c.Send(in.From, in.Body)
//			e.heard++
//		case workload.Terminated:
//			c.Exit(0)
//		}
//		return e
//	}
//
// A program never changes in place: it returns another value. So a world is forked
// without asking its programs, thousands of worlds share one, and going back in time
// is keeping the old value. Methods with value receivers give that for nothing; only
// what a program points to (slices, maps) it has to replace rather than edit.
//
// Nothing is remembered for it: a program that has crashed begins again with the value
// that its image has, and what it knew is what it finds on its volume.
//
// # What can go wrong
//
// A message takes its time, may overtake another, or gets lost, and nobody is told: so
// programs set timers and ask again. A name may not exist yet, or still stand for an
// address at which nobody lives any more. A volume may have been taken away
// ([ErrIO]). A program may be killed between any two inputs, but not within one: what
// Next does happens at one instant.
//
// # Volumes
//
// A [File] is a list of records, each one line. It can be appended to, and overwritten
// in the middle as pwrite does, and it never changes in place either: to take a copy
// of a log of a million records is to copy a pointer. What has been written is on the
// volume when the call returns (as with O_SYNC), and outlives the program, the
// container and, unless it lies on a node's own disk, the node.
//
// # The programs here
//
//   - [Web] answers requests and keeps nothing.
//   - [MySQL] is a primary and its replicas, as the Kubernetes tutorial "Run a Replicated
//     Stateful Application" sets them up: the pod with ordinal 0 takes the writes, the
//     others copy an elder's data, find the primary as mysql-0.mysql, and follow its log.
//   - [Quorum] is one member of something like etcd: it is ready when it sees most of
//     its peers, which is how a set waits for itself for ever.
//   - [Client] writes and reads, again and again, and remembers what it was promised.
//
// [Lost] holds the promises against what is on disk. One primary at a time keeps them
// all, whatever crashes. Two at a time on one volume do not: each appends at what it
// takes for the end of the log, where the other has just written. This is why a
// StatefulSet waits for a pod to be gone before it makes another of that name, and what
// is risked by deleting one by force.
package workload
