package nodes

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// The comparison finds errors: an Ordinal whose times are wrong, each in its own way, writes
// something else than Kubernetes in some of a few scenarios.
func TestWrongTimesAreFound(t *testing.T) {
	wrong := map[string]func(*nodelifecycle.Times){
		"grace":           func(t *nodelifecycle.Times) { t.Grace -= 10 * time.Second },
		"startup":         func(t *nodelifecycle.Times) { t.Startup -= 10 * time.Second },
		"a look later":    func(t *nodelifecycle.Times) { t.TaintsNextLook = true },
		"rate":            func(t *nodelifecycle.Times) { t.Normal /= 2 },
		"collector":       func(t *nodelifecycle.Times) { t.Collect /= 2 },
		"quarantine":      func(t *nodelifecycle.Times) { t.Quarantine /= 2 },
		"only large ones": func(t *nodelifecycle.Times) { t.Large = 3 },
	}
	found := map[string]bool{}
	for seed := 0; seed < 400 && len(found) < len(wrong); seed++ {
		s := scenarios.Example(seed)
		real := runReal(t, s)
		want := lines(real.notes)
		for name, change := range wrong {
			times := nodelifecycle.DefaultTimes(0)
			change(&times)
			if !found[name] && !slices.Equal(want, lines(runOrdinal(s, times, real).notes)) {
				found[name] = true
			}
		}
	}
	for name := range wrong {
		require.True(t, found[name], "%s: the error is not found", name)
	}
}
