package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/examples/internal/lesson/lessontest"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/workload"
)

func TestStory(t *testing.T) { lessontest.Golden(t, "story", tell) }

// Parallel alone does not help, nor does naming pods that are not ready: it takes both,
// or a readiness that does not ask for the others.
func TestRemedies(t *testing.T) {
	for _, row := range []struct {
		remedies
		pods, ready int
	}{
		{remedies{}, 1, 0},
		{remedies{named: true}, 1, 0},
		{remedies{parallel: true}, 3, 0},
		{remedies{parallel: true, named: true}, 3, 3},
		{remedies{alone: true}, 3, 3},
		{remedies{parallel: true, alone: true}, 3, 3},
		{remedies{named: true, alone: true}, 3, 3},
		{remedies{parallel: true, named: true, alone: true}, 3, 3},
	} {
		teller := row.begin(io.Discard)
		state := teller.C.Settle().State
		require.NoError(t, teller.End())
		require.Equal(t, row.ready == 3, state == sim.Settled, "%+v", row.remedies)
		ready, quorum := 0, 0
		processes := teller.C.Processes().Items
		for _, p := range processes {
			if p.Ready {
				ready++
			}
			if p.Program.(workload.Quorum).HasQuorum() {
				quorum++
			}
		}
		require.Equal(t, []int{row.pods, row.ready, row.ready}, []int{len(processes), ready, quorum}, "%+v\n%s", row.remedies, teller.C.Trace())
	}
}

// A set that has come up together is stuck when all of its pods are lost together and
// DNS names only those that are ready.
func TestFullStop(t *testing.T) {
	for _, named := range []bool{false, true} {
		teller := remedies{parallel: true, named: true}.begin(io.Discard)
		teller.Settle()
		if !named {
			service := teller.C.Services().Items[0]
			service.Spec.PublishNotReadyAddresses = false
			require.NoError(t, teller.C.Apply(&service))
			teller.Settle()
		}
		for _, pod := range []string{"pod/etcd-0", "pod/etcd-1", "pod/etcd-2"} {
			teller.Do(sim.Delete{Target: pod})
		}
		require.Equal(t, named, teller.C.Settle().State == sim.Settled)
		require.NoError(t, teller.End())
	}
}
