package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/workload"
)

// LosesNothing: what a client was promised to be on disk stays there. It is a rule of what
// runs in the pods, and so it is not among [All]: somebody has to say who was promised what
// ([Noted], [Remembered]), and where it has to be ([OnVolume]).
//
//	c.Check(checks.LosesNothing(
//		checks.Noted("/promises", "notes-client-0", "notes-client-1"),
//		checks.OnVolume("/binlog", "data-mysql-0"),
//	))
//
// It breaks when two servers write to one file, each over what the other has appended: after
// a pod has been deleted by force on storage that two nodes may use at once (kubernetes
// #61832). It breaks when a claim is deleted, by hand or under whenScaled: Delete; and with
// directories of nodes when a pod moves, if what it has left behind is then taken away.
//
// It costs as much as there are promises each time that something is written.
//
// Source: the promise of stable storage, and workload.Promise, which says when it is made.
func LosesNothing(promised func(sim.View) []workload.Promise, logs func(sim.View) []workload.File) sim.Check {
	return sim.Check{Name: "no acknowledged data is lost", Broken: func(v sim.View) string {
		lost := promised(v)
		for _, log := range logs(v) {
			lost = workload.Lost(lost, log)
		}
		switch len(lost) {
		case 0:
			return ""
		case 1:
			return fmt.Sprintf("%s, is not on disk", lost[0])
		default:
			return fmt.Sprintf("%d records are not on disk: %s, is the first of them", len(lost), lost[0])
		}
	}}
}

// Noted are the promises that clients have noted in a file at a path on the volumes of claims
// (workload.Client.Notes).
func Noted(path string, claims ...string) func(sim.View) []workload.Promise {
	return func(v sim.View) (out []workload.Promise) {
		for _, claim := range claims {
			for notes := range v.Stored(claim, path) {
				out = append(out, workload.Promises(notes)...)
			}
		}
		return out
	}
}

// Remembered are the promises that the programs of pods remember, if they can be asked for
// what they were Promised, as a workload.Client can. What crashes forgets.
func Remembered(pods ...string) func(sim.View) []workload.Promise {
	return func(v sim.View) (out []workload.Promise) {
		for _, pod := range pods {
			if client, ok := v.Program(pod).(interface{ Promised() []workload.Promise }); ok {
				out = append(out, client.Promised()...)
			}
		}
		return out
	}
}

// OnVolume are the files at a path on the volumes of claims, of which one has to keep a
// promise. Where each node has a directory of its own for a volume, those of all nodes count.
func OnVolume(path string, claims ...string) func(sim.View) []workload.File {
	return func(v sim.View) (out []workload.File) {
		for _, claim := range claims {
			for f := range v.Stored(claim, path) {
				out = append(out, f)
			}
		}
		return out
	}
}
