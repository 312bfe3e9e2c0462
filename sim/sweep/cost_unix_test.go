//go:build unix

package sweep_test

import (
	"math"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Two workers need no more of the processors' time for a life than one. So on two cores that are
// free they live close to twice as many lives in a second, unless they wait for each other. By the
// clock, which is of no use on a machine that is busy with something else, BenchmarkForks shows it.
func TestTwoWorkersCostNoMore(t *testing.T) {
	if testing.Short() {
		t.Skip("lives a hundred thousand times")
	}
	lives := rollouts(t)
	sweepFaulty(t, lives, 1000, 2)
	const rounds, seeds = 5, 10_000
	least := [2]float64{math.Inf(1), math.Inf(1)} // others on the machine can only make it more
	for range rounds {
		for i := range least {
			before := processorTime(t)
			sweepFaulty(t, lives, seeds, i+1)
			least[i] = min(least[i], float64(processorTime(t)-before)/seeds)
		}
	}
	t.Logf("a life takes %.1f us of one worker, %.1f us of each of two", least[0]/1e3, least[1]/1e3)
	require.Greater(t, 2*least[0]/least[1], 1.8, "times as many lives on two free cores")
}

// processorTime is what this process has used until now, on all cores.
func processorTime(t *testing.T) time.Duration {
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
