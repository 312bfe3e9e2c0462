package race

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// leg is what one side took for its lives.
type leg struct {
	Lives       int     `json:"lives"`
	PerSecond   float64 `json:"livesPerSecond"`
	Events      float64 `json:"eventsPerSecond"` // of Kubernetes: writes
	Allocations float64 `json:"allocationsPerLife"`
}

// run lives one life after the other.
func run(lives int, live func() int64) leg {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begin, events := time.Now(), int64(0)
	for range lives {
		events += live()
	}
	seconds := time.Since(begin).Seconds()
	runtime.ReadMemStats(&after)
	return leg{lives, float64(lives) / seconds, float64(events) / seconds, float64(after.Mallocs-before.Mallocs) / float64(lives)}
}

// result is a race.
type result struct {
	Replicas   int32   `json:"replicas"`
	Ordinal    leg     `json:"ordinal"`
	Kubernetes leg     `json:"kubernetes"`
	Ratio      float64 `json:"ratio"` // how many lives Ordinal lives while Kubernetes lives one
}

// race lets both sides run, in turns, and takes the middle one of the ratios: a
// machine that is busy for a while is busy for both.
func race(t *testing.T, replicas int32, turns, lives, handicap int) result {
	var out []result
	ordinal := newWorlds()
	for range turns {
		r := result{Replicas: replicas}
		r.Kubernetes = run(lives, func() int64 { return onKubernetes(t, replicas) })
		r.Ordinal = run(lives*handicap, func() int64 { return ordinal.live(replicas) })
		r.Ratio = r.Ordinal.PerSecond / r.Kubernetes.PerSecond
		out = append(out, r)
	}
	for i := range out {
		for j := range out[:i] {
			if out[j].Ratio > out[i].Ratio {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return out[len(out)/2]
}

// TestRace runs the race and reports it. That both sides get to the end of each life
// is asserted on the way; how long they take is not, for machines differ. It is a
// test and no benchmark because a bubble needs one.
func TestRace(t *testing.T) {
	lives, turns, sizes := 20, 5, []int32{3, 10, 30}
	if testing.Short() {
		lives, turns, sizes = 2, 1, sizes[:1]
	}
	var results []result
	for _, replicas := range sizes {
		r := race(t, replicas, turns, lives, 100)
		results = append(results, r)
		for _, l := range []struct {
			who string
			leg
		}{{"Kubernetes", r.Kubernetes}, {"Ordinal", r.Ordinal}} {
			fmt.Printf("race: %3d replicas, %-10s %8.0f lives/s %9.0f events/s %7.0f allocations a life\n",
				replicas, l.who, l.PerSecond, l.Events, l.Allocations)
		}
		fmt.Printf("race: %3d replicas, Ordinal lives %.0f times as many lives\n", replicas, r.Ratio)
	}
	if dir := os.Getenv("ORDINAL_REPORT"); dir != "" {
		data, err := json.MarshalIndent(results, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "race.json"), data, 0o644))
	}
}
